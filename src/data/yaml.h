/* SPDX-License-Identifier: MIT */
/*
 * yaml: reads a configuration file into a neutral tree.
 *
 * One document of maps, lists and scalars. Scalars stay text: what they mean is decided by the
 * field that they are bound to, so "no" is not a boolean by accident and 0700 stays a symbol.
 * Refused, with file, line and column: anchors, aliases, tags, a second document, a key twice in
 * one map, keys that are not scalars, and what is deeper or larger than the limits.
 */
#ifndef PORTCULLIS_DATA_YAML_H
#define PORTCULLIS_DATA_YAML_H

#include "base/arena.h"
#include "base/error.h"
#include "data/json.h"

enum { YAML_DEPTH_MAX = 16, YAML_NODES_MAX = 20000 };

enum node_kind { NODE_SCALAR, NODE_MAP, NODE_LIST };

struct node {
    enum node_kind kind;
    bool is_null;       /* a plain scalar that is empty, "~" or "null" */
    struct str key;     /* its name inside a map, else STR_NONE */
    struct str text;    /* NODE_SCALAR */
    size_t line;        /* from 1: of the key inside a map, else of the value */
    size_t column;      /* from 1 */
    struct node *next;  /* the following sibling */
    struct node *child; /* the first member or element */
    size_t n;           /* how many there are */
};

/*
 * The tree of `text` in `arena`; `file` is only named in errors (ERROR_INVALID, reason CONFIG).
 * An empty file is an empty map. NULL with *e filled on failure. At most LIMIT_CONFIG_BYTES.
 */
const struct node *yaml_parse(struct str text, const char *file, struct arena *arena,
                              struct error *e) FALLIBLE;
/* The member of that name, or NULL. */
const struct node *node_get(const struct node *map, struct str key);
/* The same tree as JSON, scalars as strings, so that bind_json can take it. */
const struct json *node_to_json(const struct node *n, struct arena *arena);

#endif
