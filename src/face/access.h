/* SPDX-License-Identifier: MIT */
/*
 * access: who asks over HTTP. The one place that decides it, for /api, /mcp and feeds alike.
 *
 * A request is let in as a principal with scopes, or refused with a status and a reason. In this
 * order: Host (a name that is not ours is DNS rebinding), Origin (pages of others), how often the
 * address comes, the credentials, how often the principal comes. Credentials are a token of
 * guard/tokens.h, as `Authorization: Bearer TOKEN` or as the password of Basic with any user name
 * (spreadsheets ask for both); a token of the issuer of oauth.issuer (face/oauth.h) as Bearer; or a
 * feed's token in the path, /feed/TOKEN/portfolio.csv, which stands for /api/portfolio?format=csv,
 * reads, and is refused everywhere else. Credentials that are given must be right, also where none
 * are needed. Without any, who comes from this machine by one of its own names may read and preview
 * (http.anonymous_read); nobody else may anything.
 *
 * Being let in is not being allowed: that is decided by scopes (ops/op.h) and the gate. Nobody is a
 * person here. Time is an argument.
 */
#ifndef PORTCULLIS_FACE_ACCESS_H
#define PORTCULLIS_FACE_ACCESS_H

#include "data/http.h"
#include "face/oauth.h"
#include "ops/op.h"

struct access;

enum {
    ACCESS_NAMES_MAX = 1024,         /* addresses and principals whose rates are remembered */
    ACCESS_FAILURES_PER_MINUTE = 20, /* wrong credentials from one address */
    ACCESS_LOOK_MS = 1000
};

/* `core` is borrowed: its settings and tokens. Never NULL. */
struct access *access_new(const struct core *core);
/* Accepts NULL. */
void access_free(struct access *a);
/* Where we are, for Host and Origin; before the first request. */
void access_listens(struct access *a, int port, bool is_tls);

/* The issuer's part, for whoever fetches its keys. */
struct oauth *access_oauth(struct access *a);
/* Whether it is somebody with credentials, not just anybody who reaches the port. */
bool access_is_named(const struct principal *who);

/* What somebody was let in with, for as long as that is good. */
struct access_pass {
    const struct access *door;  /* NULL: nothing had to be shown, and nothing ends */
    char token[SHA256_HEX_MAX]; /* one of ours, by its hash; "": an issuer's */
    struct oauth_stay stay;     /* of an issuer's */
};
/* Why it is good no more, in words for who came with it; NULL: it is. Who stays for long (streams,
 * sessions) is looked at again and again, every ACCESS_LOOK_MS. */
const char *access_end(const struct access_pass *pass, struct utc now);

/* Somebody who was let in. */
struct visitor {
    struct principal who; /* first: a visitor is its principal */
    struct access_pass pass;
};

struct access_verdict {
    int status;           /* 0: let in as `who`; else what to refuse with, and `why` */
    struct principal who; /* local: by one of the machine's own names, and from no page of others */
    struct access_pass pass;
    struct str path, query; /* what is asked for, in the arena: that of a feed has no token in it */
    struct str page; /* whose pages may read the answer: of that origin, which http.cors_origins
                      * names, or of any ("*"), because the address itself has the secret, or the
                      * answer has none; STR_NONE: our own alone */
    struct error why;
    struct http_pair headers[4]; /* of the refusal */
    size_t header_count;
};

/* Decides. Texts of the verdict lie in the arena, or are the request's. */
void access_check(struct access *a, const struct http_request *r, struct moment now,
                  struct arena *arena, struct access_verdict *out);
/*
 * The refusal of one who was let in, for what needs that scope: 401 without a token; 403 with one,
 * and with the way to a better one where an issuer gives them. `operation` is a name of ours.
 */
void access_wants_scope(const struct access *a, const struct http_request *r,
                        const struct principal *who, enum scope scope, const char *operation,
                        struct arena *arena, struct access_verdict *out);

#endif
