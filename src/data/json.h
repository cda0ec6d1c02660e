/* SPDX-License-Identifier: MIT */
/*
 * json: reading and writing JSON text (RFC 8259).
 *
 * Reading gives a tree in the caller's arena; numbers keep the digits that arrived, so 0.1 stays
 * 0.1. The reader is strict: UTF-8 only, one value and nothing behind it, no comments, no NaN, no
 * raw control characters, no \u0000, no key twice in one object. Size, depth and number of values
 * are bounded (LIMIT_JSON_BYTES, LIMIT_JSON_DEPTH, LIMIT_JSON_VALUES).
 *
 * Writing streams into a buf. What does not fit makes the buf fail (sticky, tested once at the
 * end); using the writer in the wrong order (a value without its key, an end too many) is a bug
 * and asserts. Text that is not UTF-8 is mended with U+FFFD, so the output is always valid.
 */
#ifndef PORTCULLIS_DATA_JSON_H
#define PORTCULLIS_DATA_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/dec.h"
#include "base/error.h"
#include "base/instant.h"

/* ---- the tree ---- */
enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* One value. The fields are the interface; nobody changes them after the parse. */
struct json {
    enum json_kind kind;
    bool truth;               /* JSON_BOOL */
    struct str key;           /* its name inside an object, else STR_NONE */
    struct str text;          /* JSON_STRING: the text; JSON_NUMBER: the digits as they arrived */
    const struct json *items; /* JSON_ARRAY, JSON_OBJECT: n elements or members, in order */
    size_t n;
};

/* ---- reading ---- */
/*
 * The value that `text` holds, in `arena`; NULL with *e filled (ERROR_INVALID, reason JSON, or
 * ERROR_LIMIT, reason JSON_LIMIT). The tree does not point into `text`.
 */
const struct json *json_parse(struct str text, struct arena *arena, struct error *e) FALLIBLE;
/* The member of that name; NULL if there is none, or `j` is NULL or no object. */
const struct json *json_get(const struct json *j, struct str key);
/* Element i of an array (or member i of an object); NULL if out of range. */
const struct json *json_at(const struct json *j, size_t i);
/* "null", "boolean", "number", "string", "array", "object" */
const char *json_kind_text(enum json_kind k);

/* False, and *out unchanged, if `j` is NULL or not exactly of that kind (or range). */
bool json_to_str(const struct json *j, struct str *out);
bool json_to_bool(const struct json *j, bool *out);
bool json_to_i64(const struct json *j, int64_t *out);    /* 5, 5.0 and 5e2 are whole numbers */
bool json_to_dec(const struct json *j, struct dec *out); /* at most 9 decimals */
bool json_to_num(const struct json *j, double *out);
/* The text of a member that is a string, or STR_NONE: json_get and json_to_str in one. */
struct str json_get_str(const struct json *j, struct str key);

/* ---- writing ---- */
enum { JSON_WRITER_DEPTH = 64 };

struct json_writer {
    struct buf *out;
    uint64_t is_object; /* bit d: level d is an object */
    int depth;          /* open objects and arrays */
    bool comma;         /* something precedes at this level */
    bool keyed;         /* a key waits for its value */
};

/* Appends to `out`, which outlives the writer. */
void json_writer_init(struct json_writer *w, struct buf *out);
/* Asserts that everything opened is closed; false if the buf has failed. */
bool json_writer_done(const struct json_writer *w);

void json_begin_object(struct json_writer *w);
void json_end_object(struct json_writer *w);
void json_begin_array(struct json_writer *w);
void json_end_array(struct json_writer *w);
void json_key(struct json_writer *w, const char *key);
void json_key_str(struct json_writer *w, struct str key);
/* The same of a key that is quoted already, behind a comma and with its colon: ,"name": */
void json_key_raw(struct json_writer *w, struct str key);

void json_str(struct json_writer *w, struct str s);      /* STR_NONE: null */
void json_text(struct json_writer *w, const char *text); /* NULL: null */
void json_i64(struct json_writer *w, int64_t v);
void json_num(struct json_writer *w, double v); /* as json_num_format; NaN, inf: null */
void json_dec(struct json_writer *w, struct dec d);
void json_opt_dec(struct json_writer *w, struct opt_dec d); /* absent: null */
void json_bool(struct json_writer *w, bool v);
void json_null(struct json_writer *w);
/* "2026-11-22T18:03:46Z", with milliseconds where there are any. */
void json_time(struct json_writer *w, struct utc t);
/* A value of the tree, as it is (the id of a request). */
void json_value(struct json_writer *w, const struct json *j);
/* Text that is one JSON value already (a schema made earlier); not checked. */
void json_raw(struct json_writer *w, struct str json_text);
/* The same as a string: JSON text of this writer, which holds nothing to escape but quotes and
 * backslashes. */
void json_quoted(struct json_writer *w, struct str json_text);

/* A decimal text that reads back as v, which is finite: of 15 digits or fewer where they suffice.
 * Returns the length. */
enum { JSON_NUM_MAX = 32 };
size_t json_num_format(double v, char out[JSON_NUM_MAX]);

#endif
