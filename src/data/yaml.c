/* SPDX-License-Identifier: MIT */
/*
 * libyaml finds the events; this file keeps the open nodes on a stack of YAML_DEPTH_MAX, refuses
 * what a configuration needs no more than an attacker should have it (aliases, tags), and links
 * the rest into a tree.
 */
#include "data/yaml.h"

#include "base/limits.h"

#include <assert.h>
#include <string.h>
#include <yaml.h>

struct open_node {
    struct node *node;
    struct node *last; /* its last child so far */
    struct str key;    /* the key that waits for its value */
    size_t key_line, key_column;
};

struct reader {
    struct open_node stack[YAML_DEPTH_MAX];
    int depth;
    struct node *root;
    size_t count;
    int documents;
    const char *file;
    struct arena *arena;
    struct error *e;
};

static bool refuse(const struct reader *r, yaml_mark_t at, const char *what, const char *detail)
{
    return error_set(r->e, ERROR_INVALID, "CONFIG", "%s:%zu:%zu: %s%s", r->file, at.line + 1,
                     at.column + 1, what, detail);
}

static bool take_key(struct reader *r, struct open_node *top, const yaml_event_t *ev)
{
    struct str text = {(const char *)ev->data.scalar.value, ev->data.scalar.length};
    for (const struct node *n = top->node->child; n; n = n->next)
        if (str_eq(n->key, text))
            return refuse(r, ev->start_mark, "this key occurs twice: ", n->key.p);
    top->key = arena_str(r->arena, text);
    top->key_line = ev->start_mark.line + 1;
    top->key_column = ev->start_mark.column + 1;
    return true;
}

/* A node for the event, under its parent; NULL with the error filled. */
static struct node *add_node(struct reader *r, const yaml_event_t *ev, enum node_kind kind)
{
    struct open_node *top = r->depth > 0 ? &r->stack[r->depth - 1] : NULL;
    if (++r->count > YAML_NODES_MAX) {
        refuse(r, ev->start_mark, "too many values", "");
        return NULL;
    }
    if (top && top->node->kind == NODE_MAP && !top->key.p) {
        refuse(r, ev->start_mark, "a key must be a plain word", "");
        return NULL;
    }
    struct node *n = ARENA_NEW(r->arena, struct node);
    n->kind = kind;
    n->line = top && top->key.p ? top->key_line : ev->start_mark.line + 1;
    n->column = top && top->key.p ? top->key_column : ev->start_mark.column + 1;
    if (!top) {
        r->root = n;
        return n;
    }
    n->key = top->key;
    top->key = STR_NONE;
    *(top->last ? &top->last->next : &top->node->child) = n;
    top->last = n;
    top->node->n++;
    return n;
}

static bool open_node(struct reader *r, const yaml_event_t *ev, enum node_kind kind)
{
    struct node *n = add_node(r, ev, kind);
    if (!n)
        return false;
    if (r->depth == YAML_DEPTH_MAX)
        return refuse(r, ev->start_mark, "nested too deeply", "");
    r->stack[r->depth++] = (struct open_node){.node = n};
    return true;
}

static bool take_scalar(struct reader *r, const yaml_event_t *ev)
{
    struct open_node *top = r->depth > 0 ? &r->stack[r->depth - 1] : NULL;
    struct str text = {(const char *)ev->data.scalar.value, ev->data.scalar.length};
    if (memchr(text.p, '\0', text.n))
        return refuse(r, ev->start_mark, "a NUL character", "");
    if (top && top->node->kind == NODE_MAP && !top->key.p)
        return take_key(r, top, ev);
    struct node *n = add_node(r, ev, NODE_SCALAR);
    if (!n)
        return false;
    n->text = arena_str(r->arena, text);
    n->is_null = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
                 (text.n == 0 || str_eq(text, STR("~")) || str_ieq(text, STR("null")));
    return true;
}

static bool is_marked(const yaml_event_t *ev)
{
    switch (ev->type) {
    case YAML_SCALAR_EVENT:
        return ev->data.scalar.anchor || ev->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return ev->data.sequence_start.anchor || ev->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return ev->data.mapping_start.anchor || ev->data.mapping_start.tag;
    default:
        return ev->type == YAML_ALIAS_EVENT;
    }
}

static bool take_event(struct reader *r, const yaml_event_t *ev)
{
    if (is_marked(ev))
        return refuse(r, ev->start_mark, "anchors, aliases and tags are not accepted", "");
    switch (ev->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++r->documents > 1)
            return refuse(r, ev->start_mark, "a second document", "");
        return true;
    case YAML_SCALAR_EVENT:
        return take_scalar(r, ev);
    case YAML_MAPPING_START_EVENT:
        return open_node(r, ev, NODE_MAP);
    case YAML_SEQUENCE_START_EVENT:
        return open_node(r, ev, NODE_LIST);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        r->depth--;
        return true;
    default:
        return true;
    }
}

/* libyaml places what is no UTF-8 by its byte only. */
static yaml_mark_t problem_mark(const yaml_parser_t *parser, struct str text)
{
    yaml_mark_t at = parser->problem_mark;
    if (parser->error != YAML_READER_ERROR)
        return at;
    at.line = at.column = 0;
    for (size_t i = 0; i < text.n && i < parser->problem_offset; i++) {
        at.column = text.p[i] == '\n' ? 0 : at.column + 1;
        at.line += text.p[i] == '\n';
    }
    return at;
}

static bool read_all(struct reader *r, yaml_parser_t *parser, struct str text)
{
    for (bool is_end = false; !is_end;) {
        yaml_event_t ev;
        if (!yaml_parser_parse(parser, &ev)) {
            return refuse(r, problem_mark(parser, text),
                          parser->problem ? parser->problem : "malformed YAML", "");
        }
        is_end = ev.type == YAML_STREAM_END_EVENT;
        bool ok = take_event(r, &ev);
        yaml_event_delete(&ev);
        if (!ok)
            return false;
    }
    return true;
}

const struct node *yaml_parse(struct str text, const char *file, struct arena *arena,
                              struct error *e)
{
    assert(file && arena && e);
    struct reader r = {.file = file, .arena = arena, .e = e};
    if (text.n > LIMIT_CONFIG_BYTES) {
        error_set(e, ERROR_LIMIT, "CONFIG", "%s: %zu bytes exceed %d", file, text.n,
                  LIMIT_CONFIG_BYTES);
        return NULL;
    }
    /* what the tree needs at most: its nodes, and each text with its NUL and alignment */
    if (!arena_has(arena, YAML_NODES_MAX * (sizeof(struct node) + 64) + text.n)) {
        error_set(e, ERROR_LIMIT, "CONFIG", "%s: no memory left for the file", file);
        return NULL;
    }
    yaml_parser_t parser;
    int ok = yaml_parser_initialize(&parser);
    assert(ok);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.p ? text.p : ""), text.n);
    ok = read_all(&r, &parser, text);
    yaml_parser_delete(&parser);
    if (!ok)
        return NULL;
    if (!r.root || r.root->is_null) {
        r.root = ARENA_NEW(arena, struct node);
        *r.root = (struct node){.kind = NODE_MAP, .line = 1, .column = 1};
    }
    return r.root;
}

const struct node *node_get(const struct node *map, struct str key)
{
    if (!map || map->kind != NODE_MAP)
        return NULL;
    for (const struct node *n = map->child; n; n = n->next)
        if (str_eq(n->key, key))
            return n;
    return NULL;
}

static void to_json(const struct node *n, int depth, struct json *out, struct arena *arena)
{
    assert(depth <= YAML_DEPTH_MAX);
    out->key = n->key;
    if (n->kind == NODE_SCALAR) {
        out->kind = n->is_null ? JSON_NULL : JSON_STRING;
        out->text = n->text;
        return;
    }
    out->kind = n->kind == NODE_MAP ? JSON_OBJECT : JSON_ARRAY;
    out->n = n->n;
    struct json *items = ARENA_MANY(arena, struct json, n->n);
    out->items = items;
    for (const struct node *child = n->child; child; child = child->next)
        to_json(child, depth + 1, items++, arena);
}

const struct json *node_to_json(const struct node *n, struct arena *arena)
{
    assert(n && arena);
    struct json *root = ARENA_NEW(arena, struct json);
    to_json(n, 0, root, arena);
    return root;
}
