/* SPDX-License-Identifier: MIT */
/*
 * bind_place: where in the arguments we are, what is wrong there, and how one scalar is read.
 * Private to bind: bind.c walks objects and lists, bind_scalar.c ends at the values.
 */
#ifndef PORTCULLIS_DATA_BIND_PLACE_H
#define PORTCULLIS_DATA_BIND_PLACE_H

#include "data/bind.h"

/* The chain of names and indices that makes the path of an error. */
struct place {
    const struct place *up;
    const char *name; /* NULL: an index, or the root */
    size_t index;
    int depth; /* objects around us */
    struct arena *arena;
    struct error *e;
};

enum { PLACE_PATH_MAX = 120, PLACE_SHOWN_MAX = 48 };

/* "legs[2].ratio", or "arguments" at the root. */
void place_path(const struct place *at, char out[PLACE_PATH_MAX]);
/* "PATH: ..." as INVALID_ARGUMENT. Always false. */
bool place_refuse(const struct place *at, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Refuses a value of the wrong kind. Always false. */
bool place_wrong_kind(const struct place *at, const struct field *f, const struct json *j);
/* What was given, fit to be shown in an error: short, no secret, nothing a terminal acts on. */
const char *place_shown(const struct field *f, struct str text, char out[PLACE_SHOWN_MAX]);
/* Memory of the call, or NULL with the error filled. */
void *place_room(const struct place *at, size_t bytes);
/* Tests a length or a count against min and max; `most` holds where no max is stated. */
bool place_check_count(const struct place *at, const struct field *f, size_t n, size_t most,
                       const char *unit);

/* Sets `member`, which is no object and no list, from a JSON scalar. */
bool scalar_set(const struct place *at, const struct field *f, const struct json *j, void *member);
/* Sets a string from text. */
bool scalar_set_str(const struct place *at, const struct field *f, struct str text, void *member);

#endif
