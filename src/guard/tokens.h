/* SPDX-License-Identifier: MIT */
/*
 * tokens: programs that may come over HTTP, each with a name, a scope and limits of its own.
 *
 * A token is 256 random bits, told once to the person who made it; only its SHA-256 is kept, in a
 * small file that is replaced as a whole. It may be bound to one account, may expire, and may have
 * limits that are narrower than the gate's; the gate itself checks those (PRINCIPAL_LIMIT), by the
 * principal's name, "token:NAME". What was revoked is refused from the next check on, and an order
 * of it that has passed, but has not left, is withdrawn.
 */
#ifndef PORTCULLIS_GUARD_TOKENS_H
#define PORTCULLIS_GUARD_TOKENS_H

#include "base/dec.h"
#include "data/hash.h"
#include "data/type.h"
#include "guard/pin.h"
#include "store/keep.h"

enum {
    TOKENS_MAX = 64,
    TOKEN_NAME_MAX = 32, /* with its NUL */
    TOKEN_BYTES = 32,
    TOKEN_TEXT_MAX = 64,
    TOKENS_FILE_MAX = 64 << 10
};

/* What a principal may do; a set. */
enum scope {
    SCOPE_READ = 1,
    SCOPE_PREVIEW = 2,
    SCOPE_TRADE = 4,
    SCOPE_APPROVE = 8,
    SCOPE_ADMIN = 16,
    SCOPE_NOTE = 32, /* watch lists and price alerts */
    SCOPE_ALL = 63
};
enum { SCOPES_TEXT_MAX = 48 };
const char *scope_text(enum scope scope); /* "read", "preview" ... */
/* "read,trade" and back; false if a word is no scope, or there is none. */
void scopes_format(unsigned set, char out[SCOPES_TEXT_MAX]);
bool scopes_parse(struct str text, unsigned *out);

/*
 * Where a token is good: in a header, or as a part of an address (TOKEN_FEED), for programs that
 * can send no header. Addresses are kept by histories, proxies and sheets, so such a token reads
 * and nothing else, and it is refused in a header, as the other kind is in an address.
 */
enum token_kind { TOKEN_HEADER, TOKEN_FEED };

struct token {
    char name[TOKEN_NAME_MAX];
    enum token_kind kind;
    char sha256[SHA256_HEX_MAX];
    unsigned scopes;  /* of those that tokens_add takes */
    char account[16]; /* the only one; "" = any */
    struct opt_utc created, expires;
    struct opt_dec max_order_value;    /* of one order, in the account's base currency */
    struct opt_int max_orders_per_day; /* UTC */
    struct opt_utc used;               /* since the start; not kept */
};

struct tokens;

/* `file`: the text that was kept, "" for none; `keep` is borrowed. NULL with *e if it cannot be
 * read. */
struct tokens *tokens_new(struct str file, struct keep *keep, struct error *e) FALLIBLE;
/* Accepts NULL. */
void tokens_free(struct tokens *k);

/*
 * The token of that kind and secret, or NULL with *e (DENIED: UNAUTHORIZED, TOKEN_EXPIRED). Looks
 * at all of them, so that the time tells nothing.
 */
const struct token *tokens_check(struct tokens *k, enum token_kind kind, struct str secret,
                                 struct utc now, struct error *e) FALLIBLE;
/* The principal without the assistant that it says to act for: "token:NAME" of "token:NAME mcp:X",
 * whatever X calls itself. Any other principal as it is. */
struct str token_bearer(struct str principal);
/* The one of the principal "token:NAME", whatever assistant it acts for, if it is valid now; else
 * NULL. */
const struct token *tokens_of(const struct tokens *k, struct str principal, struct utc now);
/* True for "token:NAME". */
bool token_is_principal(struct str principal);
/* The i-th in the order of making; NULL behind the last. */
const struct token *tokens_at(const struct tokens *k, size_t i);

/*
 * Makes a token like `like` (its hash is ignored) and writes the secret into `secret`. Who may do
 * that has been checked by the caller. Suspends until it is kept. False: INVALID (TOKEN_NAME,
 * TOKEN_SCOPES; a feed reads and has no limits of orders), CONFLICT (TOKEN_EXISTS), LIMIT
 * (TOKENS_MAX) or KEEP_FAILED; then there is none. Approving and administrating are for the command
 * line, so no token has these scopes.
 */
bool tokens_add(struct task *t, struct tokens *k, const struct token *like, struct entropy entropy,
                char secret[TOKEN_TEXT_MAX], struct error *e) FALLIBLE;
/*
 * Takes effect at once; orders of it that wait to leave are for the gate to withdraw
 * (gate_withdraw_unsent). False: NOT_FOUND (NO_TOKEN).
 */
bool tokens_revoke(struct tokens *k, struct str name, struct error *e) FALLIBLE;
/* Suspends until the tokens are kept as they are now. KEEP_FAILED: a restart would bring back what
 * was revoked. */
bool tokens_wait(struct task *t, struct tokens *k, struct error *e) FALLIBLE;

/* The file for one token of that name with that secret; for the one of an older version. */
void tokens_import(struct str name, struct str secret, unsigned set, struct buf *out);

#endif
