/* SPDX-License-Identifier: MIT */
/*
 * try: the fixture's hub and a clock, for tests of the carriers.
 */
#ifndef PORTCULLIS_TESTS_UNIT_MCP_TRY_H
#define PORTCULLIS_TESTS_UNIT_MCP_TRY_H

#include "tests/mcp/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define META_OF(capabilities)                                                                      \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","                       \
    "\"io.modelcontextprotocol/clientCapabilities\":" capabilities "}"
#define META META_OF("{}")
#define ASK(id, method, params)                                                                    \
    "{\"jsonrpc\":\"2.0\",\"id\":" #id ",\"method\":\"" method "\",\"params\":{" params "}}"

struct
try {
    struct tasks *tasks;
    struct mcp_hub *hub;
    struct moment now;
};

static inline struct try try_new(void)
{
    static const unsigned char secret[MCP_SECRET_BYTES] = "a secret that tests know ......";
    struct try t = {.tasks = tasks_new()};
    t.hub = mcp_hub_new(&fixture_server, t.tasks, secret);
    t.now = (struct moment){.mono = {1000}, .wall = {1795370626LL * NS_PER_S}};
    return t;
}

static inline void try_free(struct try *t)
{
    tasks_free(t->tasks);
    mcp_hub_free(t->hub);
}

static inline void try_run(struct try *t, int64_t ms)
{
    for (int64_t i = 0; i <= ms; i += 10) {
        tasks_run(t->tasks, t->now);
        (void)mcp_hub_step(t->hub, t->now);
        t->now.mono = instant_after_ms(t->now.mono, 10);
        t->now.wall.ns += 10 * NS_PER_MS;
    }
}

static inline bool holds(struct str text, const char *part)
{
    return !part[0] || str_find_str(text, str_of(part)) < text.n;
}

static inline void assert_holds(struct str text, const char *part)
{
    if (!holds(text, part))
        print_error("'%s'\nis not in: " STR_FMT "\n", part, STR_ARG(str_sub(text, 0, 3000)));
    assert_true(holds(text, part));
}

static inline void assert_lacks(struct str text, const char *part)
{
    if (holds(text, part))
        print_error("'%s'\nis in: " STR_FMT "\n", part, STR_ARG(str_sub(text, 0, 3000)));
    assert_false(holds(text, part));
}

#endif
