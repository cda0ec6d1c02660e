/* SPDX-License-Identifier: MIT */
/*
 * type: structs that can describe themselves.
 *
 * A const table of fields (name, kind, offset, doc, bounds) beside a plain C struct is all that
 * the generic code needs: JSON in and out, JSON Schema, YAML settings, CSV and text tables, command
 * line flags, OpenAPI and help are written once against these tables. The kind of a field follows
 * from the C type of the member (_Generic), so the two cannot disagree.
 *
 *   C member            kind         absent                       JSON
 *   struct str          TYPE_STR     p == NULL                    string
 *   int64_t / opt_int   TYPE_INT     never / !has                 integer
 *   double  / opt_num   TYPE_NUM     never / !has                 number (ratios, statistics)
 *   struct dec/opt_dec  TYPE_DEC     never / !has                 number, exact digits
 *   bool    / opt_bool  TYPE_BOOL    never / !has                 true, false
 *   unsigned            TYPE_ENUM    value 0 if choices[0] == ""  string out of choices
 *   struct utc/opt_utc  TYPE_TIME    never / !has                 "2026-11-22T18:03:46Z"
 *   T (FIELD_OBJECT)    TYPE_OBJECT  never                        object
 *   struct list         TYPE_LIST    items == NULL                array of objects or of strings
 *
 * A long list of small rows (bars) is marked `columns`: in JSON it is one object with an array for
 * each field of its rows, or null for a field that no row has; as text and as CSV it is a table of
 * its own, one line a row, in CSV with what is marked `beside` of the object that holds it.
 *
 * Absent values are written as null, because a reader must see that a value is unknown.
 * Borrowed: everything a struct points to lives in the arena of the call.
 */
#ifndef PORTCULLIS_DATA_TYPE_H
#define PORTCULLIS_DATA_TYPE_H

#include "base/dec.h"
#include "base/instant.h"
#include "base/str.h"

enum type_kind {
    TYPE_STR,
    TYPE_INT,
    TYPE_NUM,
    TYPE_DEC,
    TYPE_BOOL,
    TYPE_ENUM,
    TYPE_TIME,
    TYPE_OBJECT,
    TYPE_LIST
};

struct opt_int {
    int64_t v;
    bool has;
};

struct opt_num {
    double v;
    bool has;
};

struct opt_bool {
    bool v, has;
};

/* `n` elements; of `of->size` bytes each, or struct str each where the field's `of` is NULL. */
struct list {
    void *items;
    size_t n;
};

enum type_shape { /* how the member holds the value */
                  SHAPE_PLAIN,
                  SHAPE_OPT
};

struct type;

struct field {
    const char *name;           /* as in JSON: snake_case unless compatibility says otherwise */
    struct str key;             /* the same as it stands before a value: ,"name": */
    const char *doc;            /* one sentence for people and models; never NULL */
    const char *example;        /* text of a valid value; shown in help and OpenAPI */
    const char *unit;           /* "USD", "ms", "ratio" ... or NULL */
    const char *initial;        /* input: text of the value when the caller gives none, or NULL */
    const char *const *choices; /* TYPE_ENUM, NULL-terminated; index = value */
    const struct type *of; /* TYPE_OBJECT: its type; TYPE_LIST: element type, NULL = struct str */
    const char *min, *max; /* numbers: inclusive bounds as text; strings/lists: length bounds */
    size_t offset;
    enum type_kind kind;
    enum type_shape shape;
    bool required;   /* input: must be given */
    bool positive;   /* numbers: above zero */
    bool positional; /* command line: may be given without --name, in table order */
    bool wide;       /* text table: only with --wide; JSON: not in a concise answer */
    bool lines;      /* TYPE_STR: several lines, shown as they are below the other values */
    bool aside;      /* TYPE_LIST: goes along with the answer; not its rows in CSV */
    bool columns;    /* TYPE_LIST of objects, output: one array a field; see below */
    bool beside;     /* stands beside each row of such a list in CSV */
    bool secret;     /* never shown or logged */
};

struct type {
    const char *name; /* "portfolio_position" */
    const struct field *fields;
    size_t count;
    size_t size;
};

/* clang-format off */
#define TYPE_KIND_OF(x) _Generic((x),                                                             \
    struct str: TYPE_STR, int64_t: TYPE_INT, struct opt_int: TYPE_INT, double: TYPE_NUM,          \
    struct opt_num: TYPE_NUM, struct dec: TYPE_DEC, struct opt_dec: TYPE_DEC, bool: TYPE_BOOL,    \
    struct opt_bool: TYPE_BOOL, unsigned: TYPE_ENUM, struct utc: TYPE_TIME,                       \
    struct opt_utc: TYPE_TIME, struct list: TYPE_LIST)
#define TYPE_SHAPE_OF(x) _Generic((x),                                                            \
    struct opt_int: SHAPE_OPT, struct opt_num: SHAPE_OPT, struct opt_dec: SHAPE_OPT,              \
    struct opt_bool: SHAPE_OPT, struct opt_utc: SHAPE_OPT, default: SHAPE_PLAIN)

#define FIELD_KEY(name) {",\"" name "\":", sizeof(",\"" name "\":") - 1}

/* FIELD(struct quote_row, last, .doc = "Last traded price") */
#define FIELD(S, member, ...) FIELD_AS(S, member, #member, __VA_ARGS__)
/* The same where the public name differs from the member's: FIELD_AS(S, avg_cost, "avgCost", ...) */
#define FIELD_AS(S, member, public_name, ...)                                                     \
    { .name = (public_name), .key = FIELD_KEY(public_name),                                       \
      .kind = TYPE_KIND_OF(((S *)0)->member),                                                     \
      .shape = TYPE_SHAPE_OF(((S *)0)->member), .offset = offsetof(S, member), __VA_ARGS__ }
/* A struct held inside: FIELD_OBJECT(struct x, limits, &limits_type, .doc = ...) */
#define FIELD_OBJECT(S, member, object_type, ...)                                                 \
    { .name = #member, .key = FIELD_KEY(#member), .kind = TYPE_OBJECT, .of = (object_type),       \
      .offset = offsetof(S, member), __VA_ARGS__ }
#define TYPE_OF(S, table)                                                                         \
    { .name = #table, .fields = (table), .count = sizeof(table) / sizeof((table)[0]),             \
      .size = sizeof(S) }
/* clang-format on */

/* The field of that public name, or NULL. */
const struct field *type_find(const struct type *t, struct str name);
/* The known name nearest to a wrong one ("did you mean"), or NULL if none is near. */
const char *type_nearest(const struct type *t, struct str name);
/* True if the member holds no value (see the table above). */
bool field_absent(const struct field *f, const void *base);

#endif
