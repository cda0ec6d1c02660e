/* SPDX-License-Identifier: MIT */
/*
 * fixture_inside: what fixture.c (lists, prompts, resources) and fixture_tools.c share.
 */
#ifndef PORTCULLIS_TESTS_MCP_FIXTURE_INSIDE_H
#define PORTCULLIS_TESTS_MCP_FIXTURE_INSIDE_H

#include "fixture.h"

/* a red pixel */
#define PNG                                                                                        \
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5E"     \
    "rkJggg=="

struct turn {
    struct mcp_request *r;
    struct task *task;
    struct arena *arena;
    const struct item *item;
    struct str argument[2]; /* by the item's names */
    struct str uri;
};

struct item {
    const char *name, *doc;
    const char *schema;       /* of a tool */
    const char *arguments[2]; /* names of string arguments that are read */
    void (*run)(struct turn *t);
};

extern const struct item fixture_tools[];
extern const size_t fixture_tool_count;

void begin_content(struct turn *t, struct json_writer *w);
void end_content(struct turn *t, struct json_writer *w);
void write_pairs(struct json_writer *w, const char *const (*pairs)[2], size_t n);
void write_text(struct json_writer *w, const char *text);
void write_image(struct json_writer *w);
void write_resource(struct json_writer *w, const char *uri, const char *type, const char *text);
struct str form(struct turn *t, const char *message, const char *properties, const char *required);
bool ask(struct turn *t, struct mcp_question *q, size_t n, struct str state);
#define PAIRS(w, ...)                                                                              \
    write_pairs(w, (const char *const[][2]){__VA_ARGS__},                                          \
                sizeof((const char *const[][2]){__VA_ARGS__}) / sizeof(const char *[2]))

#endif
