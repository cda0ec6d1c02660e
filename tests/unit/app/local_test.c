/* SPDX-License-Identifier: MIT */
/* The daemon's own socket: the greeting, and what a client may do wrong after it. */
#include "../../kit/ask.h"

#include "base/limits.h"
#include "face/cli.h"
#include "guard/gate.h"
#include "guard/pin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct world *start(void)
{
    struct error e = {0};
    struct world_config config = {.seed = 3};
    assert_true(utc_parse(STR("2026-03-02T14:30:00Z"), &config.start));
    struct world *w = world_new(&config, &e);
    assert_non_null(w);
    assert_true(world_start_app(w, &e));
    assert_true(world_run(w, 0));
    return w;
}

/* What the daemon says to these bytes, when the client then ends or holds the line. */
static void say(struct world *w, struct str bytes, bool holds, struct buf *out)
{
    struct client *c = world_connect(w);
    assert_non_null(c);
    world_send(w, c, bytes);
    if (!holds)
        world_end(c);
    assert_true(world_run(w, 1000));
    buf_reset(out);
    buf_add_str(out, buf_str(&c->received));
    world_disconnect(w, c);
}

static void a_greeting_is_understood_or_refused_in_one_line(void **state)
{
    static const struct {
        const char *greeting, *answer;
    } rows[] = {
        {"PORTCULLIS 1 build=x face=mcp\n", "PORTCULLIS 1 build=kit\n"},
        {"PORTCULLIS 1 build=x face=cli width=80 tty=1 args=1\n", "PORTCULLIS 1 build="},
        {"PORTCULLIS 1 face=mcp word=unknown\n", "PORTCULLIS 1 build=kit\n"},
        {"PORTCULLIS 2 build=x face=mcp\n", "PORTCULLIS ERROR this socket speaks version 1"},
        {"PORTCULLIS one face=mcp\n", "PORTCULLIS ERROR this socket speaks version 1"},
        {"portcullis 1 face=mcp\n", "PORTCULLIS ERROR this socket speaks version 1"},
        {"PORTCULLIS\n", "PORTCULLIS ERROR "},
        {"\n", "PORTCULLIS ERROR "},
        {"GET / HTTP/1.1\r\n", "PORTCULLIS ERROR "},
        {"PORTCULLIS 1 build=x\n", "PORTCULLIS ERROR the greeting names no face"},
        {"PORTCULLIS 1 face=sheet\n", "PORTCULLIS ERROR the greeting names no face"},
        {"PORTCULLIS 1 face=cli args=-1\n", "PORTCULLIS ERROR "},
        {"PORTCULLIS 1 face=cli args=129\n", "PORTCULLIS ERROR "},
        {"PORTCULLIS 1 face=cli args=99999999999999999999\n", "PORTCULLIS 1 build="},
    };
    (void)state;
    struct world *w = start();
    struct buf out;
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say(w, str_of(rows[i].greeting), true, &out);
        if (!str_starts(buf_str(&out), str_of(rows[i].answer)))
            fail_msg("row %zu: %.*s", i, STR_ARG(buf_str(&out)));
    }
    buf_fini(&out);
    world_free(w);
}

static void half_a_greeting_is_waited_for_and_a_line_without_end_is_not(void **state)
{
    char text[2000];
    (void)state;
    struct world *w = start();
    struct buf out;
    buf_init(&out, 1 << 20);
    say(w, STR("PORTCULLIS 1 fa"), true, &out);
    assert_int_equal(out.n, 0);
    say(w, STR("PORTCULLIS 1 fa"), false, &out);
    assert_int_equal(out.n, 0);
    memset(text, 'x', sizeof text);
    say(w, (struct str){text, sizeof text}, true, &out);
    assert_true(str_starts(buf_str(&out), STR("PORTCULLIS ERROR ")));
    buf_fini(&out);
    world_free(w);
}

static void a_command_with_too_much_text_is_refused(void **state)
{
    enum { TOO_MUCH = 300 << 10 };
    (void)state;
    struct world *w = start();
    struct buf in, out;
    buf_init(&in, 1 << 20);
    buf_init(&out, 1 << 20);
    buf_add_c(&in, "PORTCULLIS 1 face=cli args=2\n");
    memset(buf_space(&in, TOO_MUCH), 'x', TOO_MUCH);
    buf_grow(&in, TOO_MUCH);
    say(w, buf_str(&in), true, &out);
    assert_true(str_find_str(buf_str(&out), STR("PORTCULLIS ERROR too much input")) < out.n);
    buf_fini(&in);
    buf_fini(&out);
    world_free(w);
}

static void a_command_line_is_answered_by_frames_and_then_the_line_ends(void **state)
{
    (void)state;
    struct world *w = start();
    struct answer answer;
    struct ask ask;
    answer_start(&answer);
    assert_true(ask_cli(&ask, w, STR("help"), false, &answer));
    assert_true(ask_finish(&ask, 1000));
    assert_int_equal(answer.status, 0);
    assert_true(str_find_str(buf_str(&answer.out), STR("quotes")) < answer.out.n);
    assert_int_equal(answer.err.n, 0);
    assert_true(ask_cli(&ask, w, STR(""), false, &answer));
    assert_true(ask_finish(&ask, 1000));
    assert_int_equal(answer.status, 0);
    assert_true(ask_cli(&ask, w, STR("nonsense"), false, &answer));
    assert_true(ask_finish(&ask, 1000));
    assert_int_equal(answer.status, 2);
    assert_true(answer.err.n > 0);
    answer_free(&answer);
    world_free(w);
}

static void only_a_person_at_a_terminal_is_a_person(void **state)
{
    (void)state;
    struct world *w = start();
    struct answer answer;
    struct ask ask;
    answer_start(&answer);
    assert_true(ask_cli(&ask, w, STR("kill test"), false, &answer));
    assert_true(ask_finish(&ask, 5000));
    assert_int_equal(answer.status, 0);
    assert_true(ask_cli(&ask, w, STR("release checked"), false, &answer));
    assert_true(ask_finish(&ask, 5000));
    assert_int_equal(answer.status, 4);
    assert_true(ask_cli(&ask, w, STR("release checked"), true, &answer));
    assert_true(ask_finish(&ask, 5000));
    assert_int_equal(answer.status, 0);
    answer_free(&answer);
    world_free(w);
}

static void pull(struct world *w)
{
    struct error e = {0};
    struct gate_kill_request r = {.principal = STR("test"), .why = STR("test")};
    assert_true(gate_kill(app_core(w->app)->gate, &r, w->now, &e));
}

/* `release` of a client that sends `before` at once and `typed` when it is asked for the PIN. */
static void release_by(struct world *w, struct str before, struct str typed, bool ends,
                       struct buf *out)
{
    struct client *c = world_connect(w);
    assert_non_null(c);
    world_send(w, c, STR("PORTCULLIS 1 face=cli args=3\n"));
    world_send(w, c, (struct str){"release\0checked\0--json\0", 23});
    world_send(w, c, before);
    assert_true(world_run(w, 1000));
    if (ends)
        world_end(c);
    else
        world_send(w, c, typed);
    assert_true(world_run(w, 1000));
    buf_reset(out);
    buf_add_str(out, buf_str(&c->received));
    world_disconnect(w, c);
}

#define FRAME(bytes)                                                                               \
    {                                                                                              \
        bytes, sizeof(bytes) - 1                                                                   \
    }

static void a_prompt_is_answered_by_one_frame_that_comes_after_it(void **state)
{
    static const struct {
        const char *name;
        struct str before, typed;
        bool ends;
        const char *says;
    } rows[] = {
        {"before it was asked",
         FRAME("p\0\0\0\4"
               "2468"),
         FRAME(""), true, "HUMAN_ONLY"},
        {"nothing typed", FRAME(""), FRAME("p\0\0\0\0"), false, "nothing was typed"},
        {"no terminal", FRAME(""),
         FRAME("n\0\0\0\4"
               "none"),
         false, "there is none: none"},
        {"words for a terminal", FRAME(""),
         FRAME("n\0\0\0\4"
               "\x1b[2J"),
         false, "HUMAN_ONLY"},
        {"another kind of frame", FRAME(""),
         FRAME("x\0\0\0\4"
               "2468"),
         false, "HUMAN_ONLY"},
        {"too long", FRAME(""),
         FRAME("p\0\0\0\101"
               "24682468246824682468246824682468246824682468246824682468246824682"),
         false, "PIN_LENGTH"},
        {"a wrong one", FRAME(""),
         FRAME("p\0\0\0\4"
               "2469"),
         false, "PIN_WRONG"},
        {"with a NUL", FRAME(""),
         FRAME("p\0\0\0\5"
               "2468\0"),
         false, "PIN_LENGTH"},
        {"gone", FRAME(""), FRAME(""), true, "HUMAN_ONLY"},
        {"the right one, and more", FRAME("junk"),
         FRAME("p\0\0\0\4"
               "2468"
               "p\0\0\0\4"
               "1111"),
         false, "\"killed\":false"},
    };
    (void)state;
    struct world *w = start();
    struct buf out;
    struct pin_status s;
    buf_init(&out, 1 << 20);
    pull(w);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        release_by(w, rows[i].before, rows[i].typed, rows[i].ends, &out);
        if (str_find_str(buf_str(&out), str_of(rows[i].says)) == out.n)
            fail_msg("%s: %.*s", rows[i].name, STR_ARG(buf_str(&out)));
    }
    pin_status(app_pin(w->app), w->now.wall, &s);
    assert_int_equal(s.failures, 0);
    buf_fini(&out);
    world_free(w);
}

static void a_frame_that_never_ends_costs_nothing_and_tells_nothing(void **state)
{
    enum { PIECE = 64 << 10 };
    static char junk[PIECE];
    (void)state;
    struct world *w = start();
    pull(w);
    struct client *c = world_connect(w);
    world_send(w, c, STR("PORTCULLIS 1 face=cli args=2\n"));
    world_send(w, c, (struct str){"release\0checked\0", 16});
    assert_true(world_run(w, 1000));
    world_send(w, c, (struct str)FRAME("p\377\377\377\377"));
    for (int i = 0; i < 20; i++)
        world_send(w, c, (struct str){junk, PIECE});
    assert_true(world_run(w, 1000));
    assert_false(client_has_ended(c));
    assert_true(world_run(w, 150 * 1000)); /* the command's own time */
    assert_true(client_has_ended(c));
    struct gate_kill_status k;
    gate_kill_status(app_core(w->app)->gate, &k);
    assert_true(k.is_killed);
    world_disconnect(w, c);
    world_free(w);
}

static void who_leaves_in_the_middle_disturbs_nobody(void **state)
{
    (void)state;
    struct world *w = start();
    struct answer answer;
    struct ask gone, ask;
    answer_start(&answer);
    assert_true(ask_cli(&gone, w, STR("quotes AAPL"), false, &answer));
    ask_drop(&gone); /* before it was answered */
    assert_true(world_run(w, 1000));
    assert_true(ask_cli(&ask, w, STR("help"), false, &answer));
    assert_true(ask_finish(&ask, 1000));
    assert_int_equal(answer.status, 0);
    answer_free(&answer);
    world_free(w);
}

static void an_assistant_that_ends_its_input_is_answered_before_the_line_ends(void **state)
{
    (void)state;
    struct world *w = start();
    struct client *c = world_connect(w);
    world_send(w, c, STR("PORTCULLIS 1 face=mcp\n"));
    world_send(w, c, STR("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n"));
    world_end(c);
    assert_true(world_run(w, 1000));
    assert_true(client_has_ended(c));
    assert_true(str_find_str(buf_str(&c->received), STR("\"id\":1")) < c->received.n);
    world_disconnect(w, c);
    world_free(w);
}

static void an_assistant_that_never_ends_its_line_is_cut_off(void **state)
{
    enum { PIECE = 1 << 20 };
    (void)state;
    struct world *w = start();
    struct buf piece;
    buf_init(&piece, PIECE);
    memset(buf_space(&piece, PIECE), ' ', PIECE);
    buf_grow(&piece, PIECE);
    struct client *c = world_connect(w);
    world_send(w, c, STR("PORTCULLIS 1 face=mcp\n"));
    for (int sent = 0; sent <= LIMIT_JSON_BYTES / PIECE && c->local; sent++) {
        world_send(w, c, buf_str(&piece));
        assert_true(world_run(w, 1));
    }
    assert_true(client_has_ended(c));
    world_disconnect(w, c);
    buf_fini(&piece);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_greeting_is_understood_or_refused_in_one_line),
        cmocka_unit_test(half_a_greeting_is_waited_for_and_a_line_without_end_is_not),
        cmocka_unit_test(a_command_with_too_much_text_is_refused),
        cmocka_unit_test(a_command_line_is_answered_by_frames_and_then_the_line_ends),
        cmocka_unit_test(only_a_person_at_a_terminal_is_a_person),
        cmocka_unit_test(a_prompt_is_answered_by_one_frame_that_comes_after_it),
        cmocka_unit_test(a_frame_that_never_ends_costs_nothing_and_tells_nothing),
        cmocka_unit_test(who_leaves_in_the_middle_disturbs_nobody),
        cmocka_unit_test(an_assistant_that_ends_its_input_is_answered_before_the_line_ends),
        cmocka_unit_test(an_assistant_that_never_ends_its_line_is_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
