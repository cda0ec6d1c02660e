/* SPDX-License-Identifier: MIT */
#include "broker/reason.h"

#include "broker/errors.h"

#include <assert.h>
#include <stdio.h>

/* An attempt is made at least once a minute, so what is still true is said again within two. */
enum { STANDS_MS = 120 * 1000, STANDS_LONG_MS = 24 * 3600 * 1000 };

/* clang-format off */
static const struct reason_row {
    const char *name;
    enum link_state state;
    int64_t stands_ms;
    int code;         /* whose hint is taken where there is no own one */
    const char *hint;
} ROWS[REASON_COUNT] = {
    [REASON_NONE] = {"", LINK_DOWN, 0, 0, ""},
    [REASON_NOT_LISTENING] = {"NOT_LISTENING", LINK_DOWN, 0, 502, NULL},
    [REASON_NOT_ALLOWED] = {"NOT_ALLOWED", LINK_DOWN, 0, 0,
        "in the API settings of TWS: enable socket clients, add this address to the trusted ones, "
        "check the port"},
    [REASON_UNANSWERED] = {"UNANSWERED", LINK_DOWN, 0, 0,
        "look at TWS: it may be asking whether to accept the connection; accept it, or add this "
        "address to its trusted ones"},
    [REASON_CLOSED] = {"CLOSED", LINK_DOWN, 0, 0, "it is tried again by itself"},
    [REASON_SILENT] = {"SILENT", LINK_DOWN, 0, 0,
        "it is tried again by itself; if it stays, restart TWS or IB Gateway"},
    [REASON_GARBLED] = {"GARBLED", LINK_DOWN, 0, 0,
        "it is tried again by itself; if it stays, update TWS or IB Gateway"},
    [REASON_INCOMPLETE] = {"INCOMPLETE", LINK_DOWN, 0, 0,
        "it is tried again by itself; if it stays, restart TWS or IB Gateway"},
    [REASON_STOPPED] = {"STOPPED", LINK_DOWN, 0, 0, ""},
    [REASON_VERSION_CHOICE] = {"VERSION_CHOICE", LINK_DOWN, 0, 0, "it is tried again at once"},
    [REASON_RESTART] = {"SCHEDULED_RESTART", LINK_DOWN, 0, 0,
        "the daily restart: it comes back by itself"},
    [REASON_WEEKLY_RESTART] = {"SCHEDULED_RESTART", LINK_DOWN, 0, 0,
        "the weekly restart: TWS or IB Gateway may need a full login with its second factor "
        "afterwards"},
    [REASON_CLIENT_ID] = {"CLIENT_ID_IN_USE", LINK_REFUSED, STANDS_MS, 326, NULL},
    [REASON_VERSION] = {"VERSION", LINK_REFUSED, STANDS_MS, 503, NULL},
    [REASON_HTTP_SERVER] = {"HTTP_SERVER", LINK_REFUSED, STANDS_MS, 0,
        "broker.port leads to a web server: use the socket port of the API settings (7496, 7497, "
        "4001 or 4002 by default)"},
    [REASON_TLS_SERVER] = {"TLS_SERVER", LINK_REFUSED, STANDS_MS, 0,
        "the port speaks TLS: switch SSL off in the API settings of TWS, or use its plain socket "
        "port"},
    [REASON_OTHER_SERVER] = {"NOT_A_TWS", LINK_REFUSED, STANDS_MS, 0,
        "broker.host and broker.port lead to something that is no TWS: check both"},
    [REASON_REDIRECTED] = {"REDIRECTED", LINK_REFUSED, STANDS_MS, 0,
        "set broker.host and broker.port to the address that TWS really listens on"},
    [REASON_PORT_CHANGED] = {"PORT_CHANGED", LINK_REFUSED, STANDS_LONG_MS, 1300, NULL},
    [REASON_DISCLAIMER] = {"DISCLAIMER", LINK_REFUSED, STANDS_MS, 10141, NULL},
    [REASON_NOT_LOGGED_IN] = {"NOT_LOGGED_IN", LINK_REFUSED, STANDS_MS, 0,
        "log in to TWS or IB Gateway; if it waits for the second factor, confirm it"},
    [REASON_TWO_FACTOR] = {"TWO_FACTOR_PENDING", LINK_REFUSED, STANDS_MS, 0,
        "confirm the login of TWS or IB Gateway with its second factor (the mobile app, a code)"},
    [REASON_LOGIN_EXPIRED] = {"LOGIN_EXPIRED", LINK_REFUSED, STANDS_MS, 0,
        "log in to TWS or IB Gateway again: the session has expired, or another one took over"},
    [REASON_REFUSED] = {"REFUSED", LINK_REFUSED, STANDS_MS, 0, "the text gives the broker's reason"},
    [REASON_READ_ONLY] = {"READ_ONLY", LINK_DOWN, 0, 0,
        "orders are neither told nor taken: untick Read-Only API in the API settings of TWS"},
    [REASON_BROKER_LOST] = {"BROKER_LOST", LINK_DOWN, 0, 1100, NULL},
    [REASON_FARM_DOWN] = {"FARM_DOWN", LINK_DOWN, 0, 2103, NULL},
};
/* clang-format on */

const char *link_reason_name(enum link_reason r)
{
    assert(r < REASON_COUNT);
    return ROWS[r].name;
}

const char *link_reason_hint(enum link_reason r)
{
    assert(r < REASON_COUNT);
    return ROWS[r].hint != NULL ? ROWS[r].hint : broker_code_find(ROWS[r].code)->hint;
}

enum link_state link_reason_state(enum link_reason r)
{
    assert(r < REASON_COUNT);
    return ROWS[r].state;
}

int64_t link_reason_stands_ms(enum link_reason r)
{
    assert(r < REASON_COUNT);
    return ROWS[r].stands_ms;
}

/* ---- from what was said ---- */

static bool contains(struct str text, struct str lower)
{
    for (size_t i = 0; i + lower.n <= text.n; i++)
        if (str_ieq(str_sub(text, i, i + lower.n), lower))
            return true;
    return false;
}

enum link_reason link_reason_of_words(struct str text)
{
    static const struct {
        const char *words;
        enum link_reason reason;
    } SAID[] = {
        {"two-factor", REASON_TWO_FACTOR},
        {"two factor", REASON_TWO_FACTOR},
        {"second factor", REASON_TWO_FACTOR},
        {"session expired", REASON_LOGIN_EXPIRED},
        {"session has expired", REASON_LOGIN_EXPIRED},
        {"login expired", REASON_LOGIN_EXPIRED},
        {"logged out", REASON_LOGIN_EXPIRED},
        {"not logged in", REASON_NOT_LOGGED_IN},
        {"login required", REASON_NOT_LOGGED_IN},
        {"please log in", REASON_NOT_LOGGED_IN},
    };
    for (size_t i = 0; i < sizeof SAID / sizeof SAID[0]; i++)
        if (contains(text, str_of(SAID[i].words)))
            return SAID[i].reason;
    return REASON_NONE;
}

enum link_reason link_reason_of_code(int code, struct str text)
{
    switch (code) {
    case 326:
        return REASON_CLIENT_ID;
    case 502:
        return REASON_NOT_LISTENING;
    case 503:
        return REASON_VERSION;
    case 1300:
        return REASON_PORT_CHANGED;
    case 10141:
        return REASON_DISCLAIMER;
    case 321:
        return contains(text, STR("read-only")) ? REASON_READ_ONLY : REASON_NONE;
    default:
        break;
    }
    enum link_reason by_words = link_reason_of_words(text);
    if (by_words != REASON_NONE)
        return by_words;
    return broker_code_find(code)->meaning == CODE_SESSION_REFUSED ? REASON_REFUSED : REASON_NONE;
}

/* ---- from what was sent ---- */

enum link_reason link_reason_of_bytes(struct str first)
{
    enum { TLS_ALERT = 0x15, TLS_HANDSHAKE = 0x16, TLS_MAJOR = 3 };
    if (first.n == 0)
        return REASON_UNANSWERED;
    if (str_starts(first, STR("HTTP")) || contains(first, STR("<html")))
        return REASON_HTTP_SERVER;
    if (first.n >= 2 && (first.p[0] == TLS_ALERT || first.p[0] == TLS_HANDSHAKE) &&
        first.p[1] == TLS_MAJOR)
        return REASON_TLS_SERVER;
    return REASON_OTHER_SERVER;
}

void link_show_bytes(char *out, size_t cap, struct str bytes)
{
    enum { ESCAPE = 4 };
    size_t n = 0;
    assert(cap > 0);
    for (size_t i = 0; i < bytes.n && n + ESCAPE < cap; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        if (c >= 0x20 && c < 0x7F && c != '\\' && c != '"')
            out[n++] = (char)c;
        else
            n += (size_t)snprintf(out + n, cap - n, "\\x%02x", c);
    }
    out[n] = '\0';
}
