/* SPDX-License-Identifier: MIT */
/*
 * proto: the messages as tables: which field has which number, name and member.
 *
 * From server version 201 on messages turn protobuf, family by family (tws-protocol 1.4); at 213
 * nearly all have. They carry the same structs as in text. Where text needs a routine per message,
 * protobuf needs only a table, one row a field, and one reader and one writer for all of them
 * (proto_read.c, proto_write.c). The tables stand in proto_parts.c, proto_request.c,
 * proto_reply.c and proto_config.c and read like the schema in the reference (2.10). They also
 * name every member, so that any message, text or protobuf, can be printed (wire/print.h).
 *
 * Presence. In protobuf a field that is there and 0 differs from one that is not there. Structs
 * made by hand say "not there" by their unset values, and the writer follows the rules of the
 * known writers (2.9): empty texts, false flags and unset numbers are left out, 0 is written. A
 * decoded message remembers which fields it had (struct wire_presence), so that writing it again
 * gives the same bytes.
 *
 * Input never recurses: tables nest at most WIRE_PROTO_DEPTH deep and contain no cycle, so deeper
 * nesting is an unknown field and is skipped as one.
 */
#ifndef PORTCULLIS_WIRE_PROTO_H
#define PORTCULLIS_WIRE_PROTO_H

#include "wire/codec.h"

/* Messages within messages, the outermost counted. */
enum { WIRE_PROTO_DEPTH = 6 };
/* Fields of the largest table: the bits of a presence. */
enum { WIRE_PROTO_FIELDS = 192 };

/* What a field is on the wire, and behind the dash what its member is where that differs. */
enum wire_kind {
    WIRE_KIND_INT32,
    WIRE_KIND_INT64,
    WIRE_KIND_BOOL,
    WIRE_KIND_DOUBLE,
    WIRE_KIND_STRING,
    WIRE_KIND_DECIMAL, /* a string that must be a decimal number */
    WIRE_KIND_PART,    /* a message; its struct lies at `offset` */
    WIRE_KIND_LIST,    /* messages - {items, n} */
    WIRE_KIND_STRINGS, /* struct wire_strs */
    WIRE_KIND_INTS,    /* struct wire_ints, packed */
    WIRE_KIND_DOUBLES, /* struct wire_doubles, packed */
    WIRE_KIND_MAP,     /* map<string,string> - struct wire_tags, in order of arrival */
    WIRE_KIND_OPTIONS, /* map<string,string> - one text "tag=value;tag=value;" */
    WIRE_KIND_NUMBER,  /* double - decimal text */
    WIRE_KIND_FLAG,    /* bool - int32_t: unset, 0, 1 */
    WIRE_KIND_BIT,     /* bool - the bit `mask` of an int32_t */
    WIRE_KIND_TRUTH    /* bool - text "true" or "false" */
};

enum wire_proto_rule {
    WIRE_RULE_NEEDED = 1,        /* a part that is always written; a message without it is bad */
    WIRE_RULE_EMPTY_REQUEST = 2, /* a part that clients write even if there is nothing in it */
    WIRE_RULE_OMIT_ZERO = 4,     /* 0 means "not set" and is not written */
    WIRE_RULE_NO_REQUEST = 8,    /* an id that is -1 when it is not there */
    WIRE_RULE_FALSE_TOO = 16     /* a flag that is written when it is false, too */
};

struct wire_proto_field {
    uint16_t number; /* its place in the table + 1; 0: only text carries it (behind all others) */
    uint8_t kind;    /* enum wire_kind */
    uint8_t rules;   /* enum wire_proto_rule */
    uint16_t offset; /* of the member in the struct */
    uint16_t flag;   /* PART: offset of the bool that says whether it is there; 0: none */
    uint32_t mask;   /* BIT */
    const char *name;
    const struct wire_proto *part;           /* PART, LIST: the table of the message */
    bool (*applies)(const void *the_struct); /* NULL: always; else whether writing makes sense */
};

struct wire_proto {
    const char *name; /* of the message in the schema: "TickPrice" */
    const struct wire_proto_field *fields;
    size_t count;
    size_t size;          /* of the struct */
    const void *defaults; /* what a struct without any field is; NULL: zeros */
};

/* Which fields a decoded message had. Lives with it in the arena. */
struct wire_presence {
    uint64_t bits[WIRE_PROTO_FIELDS / 64]; /* bit i: row i of the table */
    const struct wire_proto_field *field;  /* of the outer message, that this part is */
    struct wire_presence *parts, *last;    /* the parts, in order of arrival */
    struct wire_presence *next;            /* the next part of the outer message */
};

/* ---- the tables ---- */
/* The table of a message; NULL if there is none. The text-only messages (47, 56, 69, 70) have
 * tables too, for printing. */
const struct wire_proto *wire_proto_of(enum wire_direction direction, int id);
/* The version from which on the message is protobuf; 0: never. */
int wire_proto_since(enum wire_direction direction, int id);

/* ---- presence ---- */
/* Whether a decoded message had the field of row `row`. */
bool wire_presence_has(const struct wire_presence *has, size_t row);
/* The first part of a field behind `after` (NULL: of all); NULL if there is no other. */
const struct wire_presence *wire_presence_part(const struct wire_presence *has,
                                               const struct wire_proto_field *field,
                                               const struct wire_presence *after);
/* Whether the member of a struct made by hand says that there is something to write. */
bool wire_proto_is_set(const struct wire_proto_field *field, const void *the_struct,
                       enum wire_direction direction);

#endif
