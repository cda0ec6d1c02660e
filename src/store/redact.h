/* SPDX-License-Identifier: MIT */
/*
 * redact: account numbers out of texts, before they are hashed and can no longer be taken out.
 *
 * What looks like an account of the broker (a prefix such as U, DU or F and five digits or more, as
 * a word of its own) is replaced by its mask: prefix, stars, the last two digits, and six hex
 * digits of an HMAC-SHA-256 under a key that only the store knows: "DU***67-3fa9c2". One account
 * has one mask, so records can be told apart and joined; without the key nobody finds the number by
 * trying all of them. A mask is left as it is.
 *
 * The program itself must know its own records again after a restart. So whoever masks keeps,
 * beside the records, which account is behind which mask, and reads them through `unmask`.
 */
#ifndef PORTCULLIS_STORE_REDACT_H
#define PORTCULLIS_STORE_REDACT_H

#include "base/buf.h"

/* Before a mask: the key of the named value that holds its account. */
#define ACCOUNT_KEY "account."

enum { ACCOUNT_MASK_MAX = 16 /* bytes with NUL; as long as an account id may be */ };

/* False, with out "", if the text is no account id. */
bool account_mask(struct str key, struct str account, char out[ACCOUNT_MASK_MAX]);
/* Told of each account that was masked; false ends it. */
typedef bool redact_fn(void *self, struct str account, const char *mask);
/* Appends the text with all account ids masked; false if `out` is full or fn (may be NULL) says so.
 */
bool redact(struct str key, struct str text, redact_fn *fn, void *self, struct buf *out);

/* The account behind a mask, "" if it is not known; false on an error of its own. */
typedef bool unmask_fn(void *self, struct str mask, char account[ACCOUNT_MASK_MAX]);
/* Whether there is anything in the text that may be a mask. */
bool has_mask(struct str text);
/* Appends the text with the accounts in the place of their masks; false as for redact. */
bool unmask(struct str text, unmask_fn *fn, void *self, struct buf *out);

#endif
