/* SPDX-License-Identifier: MIT */
/*
 * reason: why there is no connection, or what a connection lacks, in words that help.
 *
 * "Disconnected" sends people to the wrong place: a client id in use, a dialog of TWS that waits
 * for a click, a web server on the configured port and a login that has expired all look the same
 * on a socket. Each has a reason here, with a stable name, the state it leads to, and a hint.
 *
 * A firm reason is the broker's or the peer's own word; it is not overwritten by the mere end of
 * the connection that follows it, nor by the next failed attempt, for as long as it stands.
 */
#ifndef PORTCULLIS_BROKER_REASON_H
#define PORTCULLIS_BROKER_REASON_H

#include "base/str.h"
#include "model/event.h"

enum link_reason {
    REASON_NONE,
    /* not connected */
    REASON_NOT_LISTENING,  /* nobody listens at the port */
    REASON_NOT_ALLOWED,    /* closed during the handshake, unanswered */
    REASON_UNANSWERED,     /* accepted, then silence: TWS may be asking whether to accept */
    REASON_CLOSED,         /* the other side ended the connection */
    REASON_SILENT,         /* no sign of life from a connection that worked */
    REASON_GARBLED,        /* bytes that are no message */
    REASON_INCOMPLETE,     /* the account could not be read to its end */
    REASON_STOPPED,        /* by us */
    REASON_VERSION_CHOICE, /* by us: it is tried again at once with another offer */
    REASON_RESTART,        /* within the nightly restart window */
    REASON_WEEKLY_RESTART, /* within the weekly one, after which a full login is needed */
    /* refused */
    REASON_CLIENT_ID,   /* 326 */
    REASON_VERSION,     /* 503, or a version outside what is offered */
    REASON_HTTP_SERVER, /* what answered is no TWS */
    REASON_TLS_SERVER,
    REASON_OTHER_SERVER,
    REASON_REDIRECTED,
    REASON_PORT_CHANGED,  /* 1300 */
    REASON_DISCLAIMER,    /* 10141 */
    REASON_NOT_LOGGED_IN, /* TWS runs, and knows no account */
    REASON_TWO_FACTOR,    /* the login waits for its second factor */
    REASON_LOGIN_EXPIRED,
    REASON_REFUSED, /* another number of the broker */
    /* connected, and something is missing */
    REASON_READ_ONLY,   /* 321: no orders */
    REASON_BROKER_LOST, /* 1100, 2110 */
    REASON_FARM_DOWN,   /* 2103, 2105, 2157 */
    REASON_COUNT
};

/* "CLIENT_ID_IN_USE": what programs test; "" for none. */
const char *link_reason_name(enum link_reason r);
/* What a person can do; "" if nothing. */
const char *link_reason_hint(enum link_reason r);
/* LINK_DOWN or LINK_REFUSED, for reasons that end a connection. */
enum link_state link_reason_state(enum link_reason r);
/* How long a firm reason stands against lesser ones, in milliseconds; 0: it is not firm. */
int64_t link_reason_stands_ms(enum link_reason r);

/* The reason that a number and, where that is too general, the words with it give. */
enum link_reason link_reason_of_code(int code, struct str text);
/* What the words of a message without a known number hint at; REASON_NONE mostly. Words are good
 * enough to choose a hint, and decide nothing else. */
enum link_reason link_reason_of_words(struct str text);
/* What answers in place of a TWS, by the first bytes that it sent. */
enum link_reason link_reason_of_bytes(struct str first);
/* Bytes for people: printable ASCII as it is, everything else as \xHH; cut to cap. */
void link_show_bytes(char *out, size_t cap, struct str bytes);

#endif
