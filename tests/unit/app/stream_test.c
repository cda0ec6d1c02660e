/* SPDX-License-Identifier: MIT */
/*
 * GET /api/stream on the whole product: what happens is told once, in order, and again to who
 * missed it.
 */
#include "data/json.h"
#include "face/rest_stream.h"
#include "reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECONDS *1000

static struct world *world;

static int start(struct str accounts)
{
    struct world_config config = {.seed = 1,
                                  .start = utc_of_civil((struct civil){2026, 3, 2, 14, 30, 0, 0})};
    struct error e = {0};
    world = world_new(&config, &e);
    if (world && accounts.p)
        world->settings.values.paper.account = accounts;
    if (!world || !world_start_paper(world, &e) || !world_start_app(world, &e))
        return -1;
    return world_run(world, 10 SECONDS) ? 0 : -1;
}

static int set_up(void **state)
{
    (void)state;
    return start(STR_NONE);
}

static int set_up_advisor(void **state)
{
    (void)state;
    return start(STR("DF9000000,DU9000001,DU9000002"));
}

static int tear_down(void **state)
{
    (void)state;
    world_free(world);
    return 0;
}

/* ---- one who listens ---- */

static void listen(struct reader *r, const char *method, const char *query, const char *last_id,
                   const char *token)
{
    struct http_request request = {.method = str_of(method),
                                   .path = STR(STREAM_PATH),
                                   .query = str_of(query),
                                   .peer = STR("127.0.0.1"),
                                   .is_loopback = true};
    char bearer[128];
    *r = (struct reader){.status = 0};
    buf_init(&r->heard, 1 << 20);
    request.headers[request.header_count++] =
        (struct http_pair){STR("Host"), STR("127.0.0.1:5000")};
    if (last_id)
        request.headers[request.header_count++] =
            (struct http_pair){STR("Last-Event-ID"), str_of(last_id)};
    (void)snprintf(bearer, sizeof bearer, "Bearer %s", token ? token : "");
    if (token)
        request.headers[request.header_count++] =
            (struct http_pair){STR("Authorization"), str_of(bearer)};
    struct http_sink sink = reader_sink(r);
    struct app_http *h = app_http_start(world->app, &request, world->now, sink);
    if (!r->status || r->status == 200)
        r->http = h;
    assert_true(world_run(world, 100));
}

static void leave(struct reader *r)
{
    if (r->http)
        app_http_abandon(r->http);
    buf_fini(&r->heard);
}

static size_t times(const struct reader *r, const char *part)
{
    struct str rest = buf_str(&r->heard), wanted = str_of(part);
    size_t n = 0;
    for (size_t at; (at = str_find_str(rest, wanted)) < rest.n; n++)
        rest = str_sub(rest, at + wanted.n, rest.n);
    return n;
}

static void assert_heard(const struct reader *r, const char *part, size_t count)
{
    if (times(r, part) != count)
        fail_msg("'%s' is heard %zu times, not %zu, in: " STR_FMT, part, times(r, part), count,
                 STR_ARG(buf_str(&r->heard)));
}

/* The member of that name of what a command line answered as JSON. */
static void cli_member(const char *line, const char *name, char *out, size_t room)
{
    struct ask a = {.world = NULL};
    struct answer answer;
    struct arena *arena = arena_new(1 << 20);
    struct error e = {0};
    answer_start(&answer);
    assert_true(ask_cli(&a, world, str_of(line), true, &answer));
    assert_true(ask_finish(&a, 60 SECONDS));
    if (answer.status != 0)
        print_error("%s: " STR_FMT "\n", line, STR_ARG(buf_str(&answer.err)));
    assert_int_equal(answer.status, 0);
    const struct json *j = json_parse(buf_str(&answer.out), arena, &e);
    assert_true(str_copy(out, room, json_get_str(j, str_of(name))));
    answer_free(&answer);
    arena_free(arena);
}

static void cli(const char *line)
{
    struct ask a = {.world = NULL};
    struct answer answer;
    answer_start(&answer);
    assert_true(ask_cli(&a, world, str_of(line), true, &answer));
    assert_true(ask_finish(&a, 60 SECONDS));
    if (answer.status != 0)
        print_error("%s: " STR_FMT "\n", line, STR_ARG(buf_str(&answer.err)));
    assert_int_equal(answer.status, 0);
    answer_free(&answer);
}

/* The id of the newest event that was heard. */
static void newest_id(const struct reader *r, char out[48])
{
    struct str rest = buf_str(&r->heard), line;
    out[0] = '\0';
    while (str_cut(&rest, '\n', &line))
        if (str_starts(line, STR("id: ")))
            str_copy_cut(out, 48, str_sub(line, 4, line.n));
}

/* ---- the tests ---- */

static void an_order_is_told_with_its_states_and_its_fill(void **state)
{
    struct reader r;
    (void)state;
    listen(&r, "GET", "", NULL, NULL);
    assert_int_equal(r.status, 200);
    assert_heard(&r, "retry: 2000\n\n", 1);
    assert_heard(&r, "event:", 0); /* what was before is not told */
    cli("market AAPL BUY 2");
    assert_true(world_run(world, 5 SECONDS));
    assert_heard(&r, "event: fill\n", 1);
    assert_heard(&r, "\"shares\":2,", 1);
    assert_heard(&r, "\"status\":\"Filled\",\"filled\":2,\"remaining\":0", 1);
    cli("limit AAPL BUY 1 100");
    cli("kill --why 'enough for today'");
    assert_true(world_run(world, 5 SECONDS));
    assert_heard(&r, "\"limit_price\":100,", 2);
    assert_heard(&r, "\"status\":\"Cancelled\"", 1);
    assert_heard(&r,
                 "\"killed\":true,\"switches\":[{\"scope\":\"everything\",\"by\":\"uid:1000\","
                 "\"why\":\"enough for today\"",
                 1);
    leave(&r);
}

static void types_leave_the_others_out(void **state)
{
    struct reader fills, wrong, words;
    (void)state;
    listen(&fills, "GET", "types=fill,kill", NULL, NULL);
    listen(&wrong, "GET", "types=fills", NULL, NULL);
    listen(&words, "GET", "kinds=fill", NULL, NULL);
    cli("market AAPL BUY 2");
    assert_true(world_run(world, 5 SECONDS));
    assert_heard(&fills, "event: fill\n", 1);
    assert_heard(&fills, "event: order\n", 0);
    assert_int_equal(wrong.status, 400);
    assert_int_equal(words.status, 400);
    assert_heard(&wrong, "\"error\":\"types: expected some of order, fill", 1);
    leave(&fills);
    leave(&wrong);
    leave(&words);
}

static void who_comes_again_misses_nothing(void **state)
{
    struct reader first, again, late;
    char id[48];
    (void)state;
    listen(&first, "GET", "", NULL, NULL);
    cli("market AAPL BUY 2");
    assert_true(world_run(world, 5 SECONDS));
    newest_id(&first, id);
    leave(&first);
    cli("market MSFT BUY 3");
    assert_true(world_run(world, 5 SECONDS));
    listen(&again, "GET", "types=fill", id, NULL);
    assert_heard(&again, "event: fill\n", 1);
    assert_heard(&again, "\"symbol\":\"MSFT\"", 1);
    assert_heard(&again, "event: gap\n", 0);
    leave(&again);
    /* of another run, or of none: something may be missing, and all that is kept is told */
    static const char *const ids[] = {"1-5", "nonsense", "", "99999999999999999999-1"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        listen(&late, "GET", "types=fill", ids[i], NULL);
        assert_heard(&late, "event: gap\n", 1);
        assert_heard(&late, "event: fill\n", 2);
        leave(&late);
    }
}

static void what_is_not_kept_any_more_is_a_gap(void **state)
{
    struct reader r;
    char id[48];
    (void)state;
    listen(&r, "GET", "", NULL, NULL);
    cli("limit AAPL BUY 1 100");
    newest_id(&r, id);
    leave(&r);
    for (int i = 0; i < BULLETIN_KEPT / 4; i++) { /* each loss is told, and each new attempt */
        world_kill_paper(world);
        assert_true(world_run(world, 1 SECONDS));
        assert_true(world_start_paper(world, &(struct error){0}));
        assert_true(world_run(world, 70 SECONDS));
    }
    listen(&r, "GET", "", id, NULL);
    assert_heard(&r, "event: gap\n", 1);
    assert_heard(&r, "\nevent: ", BULLETIN_KEPT + 1);
    leave(&r);
}

static void a_quiet_stream_says_that_it_is_there_and_ends_after_an_hour(void **state)
{
    struct reader r;
    (void)state;
    listen(&r, "GET", "types=fill", NULL, NULL);
    assert_true(world_run(world, 61 SECONDS));
    assert_heard(&r, ": \n\n", 4);
    assert_non_null(r.http);
    assert_true(world_run(world, (STREAM_LIFE_S - 60) SECONDS));
    assert_null(r.http);
    leave(&r);
}

static void who_takes_nothing_is_waited_for_and_then_dropped(void **state)
{
    struct reader slow, deaf;
    (void)state;
    listen(&slow, "GET", "types=fill", NULL, NULL);
    listen(&deaf, "GET", "types=fill", NULL, NULL);
    slow.is_deaf = deaf.is_deaf = true;
    cli("market AAPL BUY 2");
    cli("market MSFT BUY 2");
    assert_true(world_run(world, 20 SECONDS));
    slow.is_deaf = false;
    assert_true(world_run(world, 1 SECONDS));
    assert_heard(&slow, "event: fill\n", 2); /* nothing was lost meanwhile */
    assert_true(world_run(world, 20 SECONDS));
    assert_non_null(slow.http);
    assert_null(deaf.http);
    leave(&slow);
    leave(&deaf);
}

static void who_may_not_read_hears_nothing(void **state)
{
    struct reader r, post, options;
    (void)state;
    listen(&r, "GET", "", NULL, "wrong");
    assert_int_equal(r.status, 401);
    assert_null(r.http);
    leave(&r);
    listen(&post, "POST", "", NULL, NULL);
    assert_int_equal(post.status, 405);
    leave(&post);
    listen(&options, "OPTIONS", "", NULL, NULL);
    assert_int_equal(options.status, 204);
    leave(&options);
    listen(&r, "GET", "", NULL, WORLD_TOKEN);
    assert_int_equal(r.status, 200);
    cli("token revoke story");
    assert_true(world_run(world, 16 SECONDS));
    assert_null(r.http); /* its token is gone */
    leave(&r);
}

static void a_token_for_one_account_hears_of_that_alone(void **state)
{
    struct reader own, other;
    char secrets[2][128];
    (void)state;
    cli_member("token add own --account DU9000001 --json", "token", secrets[0], sizeof secrets[0]);
    cli_member("token add other --account DU9000002 --json", "token", secrets[1],
               sizeof secrets[1]);
    listen(&own, "GET", "", NULL, secrets[0]);
    listen(&other, "GET", "", NULL, secrets[1]);
    cli("market AAPL BUY 2 --account DU9000001");
    cli("kill");
    assert_true(world_run(world, 5 SECONDS));
    assert_heard(&own, "event: fill\n", 1);
    assert_heard(&other, "event: fill\n", 0);
    assert_heard(&other, "event: order\n", 0);
    assert_heard(&other, "DU9000001", 0);
    assert_heard(&own, "event: kill\n", 1); /* which concerns everybody */
    assert_heard(&other, "event: kill\n", 1);
    leave(&own);
    leave(&other);
}

static void streams_end_with_the_app(void **state)
{
    struct reader r;
    (void)state;
    listen(&r, "GET", "", NULL, NULL);
    world_kill_app(world, false);
    assert_null(r.http);
    leave(&r);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_order_is_told_with_its_states_and_its_fill),
        TEST(types_leave_the_others_out),
        TEST(who_comes_again_misses_nothing),
        TEST(what_is_not_kept_any_more_is_a_gap),
        TEST(a_quiet_stream_says_that_it_is_there_and_ends_after_an_hour),
        TEST(who_takes_nothing_is_waited_for_and_then_dropped),
        TEST(who_may_not_read_hears_nothing),
        cmocka_unit_test_setup_teardown(a_token_for_one_account_hears_of_that_alone, set_up_advisor,
                                        tear_down),
        TEST(streams_end_with_the_app),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
