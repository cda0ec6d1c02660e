/* SPDX-License-Identifier: MIT */
/*
 * Who is led to the page for approvals: a client that opens addresses, on this machine, where the
 * page is served. The rest hears that a person has to be asked.
 */
#include "reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static struct world *world;

static int set_up(void **state)
{
    struct world_config config = {.seed = 1,
                                  .start = utc_of_civil((struct civil){2026, 3, 2, 14, 30, 0, 0})};
    struct error e = {0};
    (void)state;
    world = world_new(&config, &e);
    if (!world)
        return -1;
    world->settings.values.limits.approval_paper = GATE_APPROVAL_OUT_OF_BAND;
    world->settings.values.http.hosts = STR("gate.example");
    return world_start_paper(world, &e) && world_start_app(world, &e) && world_run(world, 10 * 1000)
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    world_free(world);
    return 0;
}

static const struct {
    const char *what, *can, *host;
    bool is_loopback, is_led;
} cases[] = {
    {"here, and opens addresses", "{\"elicitation\":{\"url\":{}}}", "127.0.0.1:5000", true, true},
    {"both ways of asking", "{\"elicitation\":{\"form\":{},\"url\":{}}}", "localhost", true, true},
    {"forms alone", "{\"elicitation\":{}}", "127.0.0.1:5000", true, false},
    {"neither", "{}", "127.0.0.1:5000", true, false},
    {"another machine", "{\"elicitation\":{\"url\":{}}}", "gate.example", false, false},
    {"through a proxy", "{\"elicitation\":{\"url\":{}}}", "gate.example", true, false},
};

static void only_who_can_reach_the_page_is_led_to_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct reader g = {.status = 0};
        char body[1024];
        (void)snprintf(body, sizeof body,
                       "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{"
                       "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                       "\"io.modelcontextprotocol/clientCapabilities\":%s},"
                       "\"name\":\"place_limit_order\",\"arguments\":{\"symbol\":\"KO\","
                       "\"action\":\"BUY\",\"quantity\":%zu,\"price\":50}}}",
                       cases[i].can, i + 1);
        struct http_request request = {
            .method = STR("POST"),
            .path = STR("/mcp"),
            .body = str_of(body),
            .peer = STR("127.0.0.1"),
            .network = STR("127.0.0.1"),
            .is_loopback = cases[i].is_loopback,
            .headers = {{STR("Host"), str_of(cases[i].host)},
                        {STR("Authorization"), STR("Bearer " WORLD_TOKEN)},
                        {STR("Content-Type"), STR("application/json")},
                        {STR("MCP-Protocol-Version"), STR("2026-07-28")},
                        {STR("Mcp-Method"), STR("tools/call")},
                        {STR("Mcp-Name"), STR("place_limit_order")}},
            .header_count = 6};
        buf_init(&g.heard, 1 << 20);
        struct http_sink sink = reader_sink(&g);
        (void)app_http_start(world->app, &request, world->now, sink);
        assert_true(world_run(world, 3 * 1000));
        assert_true(g.is_over);
        struct str heard = buf_str(&g.heard);
        bool is_led = str_find_str(heard, STR("\"mode\":\"url\"")) < heard.n;
        bool waits = str_find_str(heard, STR("\"result\":\"awaiting_approval\"")) < heard.n;
        if (is_led != cases[i].is_led || waits == cases[i].is_led)
            fail_msg("%s: " STR_FMT, cases[i].what, STR_ARG(heard));
        buf_fini(&g.heard);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_who_can_reach_the_page_is_led_to_it, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
