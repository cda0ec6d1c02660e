/* SPDX-License-Identifier: MIT */
/*
 * parse: a message from JSON, by its table: the inverse of wire/print.h.
 *
 * The object names fields as the protobuf schema does. What it does not name has the value that
 * its member starts with; null is "unset". In protobuf exactly the fields are written that are
 * named and not null, so that a frame that was printed and is written again gets its bytes back.
 * A name that the message does not have is an error, as is a value of another kind.
 *
 * The input may be anybody's: nothing asserts on it, and what it makes is bounded by the arena.
 */
#ifndef PORTCULLIS_WIRE_PARSE_H
#define PORTCULLIS_WIRE_PARSE_H

#include "data/json.h"
#include "wire/codec.h"

/*
 * The message of that type (a row of wire_find) with these fields (NULL or null: none), for
 * wire_encode_again. Lives in the arena; texts borrow from the tree. False with reason FIELD
 * (ERROR_INVALID) naming the field, or JSON_LIMIT (ERROR_LIMIT).
 */
bool wire_parse(const struct json *fields, const struct wire_message *type, struct arena *arena,
                struct wire_any *out, struct error *e) FALLIBLE;
/* The row of a message by its number or, if `id` is negative, by its name; NULL if there is none.
 */
const struct wire_message *wire_find_named(enum wire_direction direction, int64_t id,
                                           struct str name);

#endif
