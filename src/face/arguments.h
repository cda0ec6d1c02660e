/* SPDX-License-Identifier: MIT */
/*
 * arguments: what the faces share about the input of operations.
 *
 * Beside its own fields every operation that trades takes an idempotency key: the same key with
 * the same order is answered again and never sent twice. MCP takes it as an argument, REST as the
 * header Idempotency-Key, the command line as a flag.
 */
#ifndef PORTCULLIS_FACE_ARGUMENTS_H
#define PORTCULLIS_FACE_ARGUMENTS_H

#include "data/bind.h"
#include "data/json.h"
#include "ops/op.h"

struct common_arguments {
    struct str idempotency_key;
};
extern const struct type common_arguments_type;

/* The common arguments of an operation, or NULL if it takes none. */
const struct type *arguments_common(const struct op *op);
/* Whether this principal is shown the operation: listed, and within its scopes. */
bool arguments_shown(const struct core *core, const struct principal *who, const struct op *op);

/*
 * Binds `json` (NULL: no arguments) to the operation's input and to the common arguments, both in
 * the arena. NULL with *e filled.
 */
void *arguments_bind(const struct op *op, const struct json *json, struct arena *arena,
                     struct common_arguments *common, struct error *e) FALLIBLE;

/*
 * CSV is for spreadsheets and whole: where the input has a `detail` that neither the n pairs nor
 * the body (or NULL) name, it becomes full in the bound input `in`.
 */
void arguments_for_csv(const struct op *op, const struct bind_pair *pairs, size_t n,
                       const struct json *body, void *in);

/* ---- "did you mean" ---- */
struct nearest {
    struct str word; /* what was given */
    size_t distance;
    const char *best; /* NULL while none is near */
};
struct nearest nearest_to(struct str word);
/* Offers a candidate, which must outlive n. NULL is passed over. */
void nearest_try(struct nearest *n, const char *candidate);

#endif
