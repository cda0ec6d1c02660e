/* SPDX-License-Identifier: MIT */
/*
 * bind: between described structs (data/type.h) and JSON or text, in both directions.
 *
 * Inward it is forgiving in form and strict in content, because models and people write the
 * arguments: "5" serves as 5, 5 as "5", "true" as true, "AAPL,ASML" as a list, choices match
 * without case, null means "not given". What is unknown, missing, out of bounds, too precise or
 * not a number is refused with the exact path ("legs[2].ratio") and what would be right.
 *
 * Reasons: UNKNOWN_ARGUMENT, MISSING_ARGUMENT, INVALID_ARGUMENT, all ERROR_INVALID.
 * Everything that the struct then points to lives in the arena.
 */
#ifndef PORTCULLIS_DATA_BIND_H
#define PORTCULLIS_DATA_BIND_H

#include "base/arena.h"
#include "base/error.h"
#include "data/json.h"
#include "data/type.h"

enum {
    BIND_DEPTH_MAX = 8,    /* objects within objects */
    BIND_TEXT_MAX = 4096,  /* code points of a string whose field states no max */
    BIND_FIELDS_MAX = 128, /* fields of one type */
};

/* An argument as text: a flag, a path or query parameter, an environment variable. */
struct bind_pair {
    struct str name, text;
};

/* ---- inward ---- */
/* Zeroes *out (type->size bytes) and applies the `initial` values; these are tested here too. */
bool bind_init(const struct type *type, void *out, struct arena *arena, struct error *e) FALLIBLE;
/* bind_init, then the members of `json` (NULL or null: none), then the required ones are checked.
 */
bool bind_json(const struct type *type, const struct json *json, void *out, struct arena *arena,
               struct error *e) FALLIBLE;
/*
 * As bind_json, with arguments given as text besides (or instead of: json == NULL). A pair's name
 * may have '-' for '_'. A list of strings may be given by several pairs. An argument that is in
 * both the JSON and the pairs is refused.
 */
bool bind_request(const struct type *type, const struct json *json, const struct bind_pair *pairs,
                  size_t pair_count, void *out, struct arena *arena, struct error *e) FALLIBLE;
/* Sets one field of the struct at `base` from text; nothing else is changed or checked. */
bool bind_text(const struct field *f, struct str text, void *base, struct arena *arena,
               struct error *e) FALLIBLE;
/* The same from JSON. */
bool bind_value(const struct field *f, const struct json *json, void *base, struct arena *arena,
                struct error *e) FALLIBLE;
/* The field that a flag or parameter names: as type_find, or with '-' for '_'. */
const struct field *bind_find(const struct type *type, struct str name);

/* ---- outward ---- */
/* The struct as one JSON object; absent values are null, secrets "***". */
void write_json(const struct type *type, const void *value, struct json_writer *w);
/* Its members only, into an object that is open. */
void write_fields(const struct type *type, const void *value, struct json_writer *w);
/* The same without the members marked `wide`, in objects and lists inside too. */
void write_concise(const struct type *type, const void *value, struct json_writer *w);
/* The value of one field (no key). */
void write_field(const struct field *f, const void *base, struct json_writer *w);
/*
 * A scalar field as plain text, appended to out: numbers with all their digits, times as in JSON,
 * lists of strings joined by commas, nothing if absent. False for objects and lists of objects.
 */
bool write_text(const struct field *f, const void *base, struct buf *out);

#endif
