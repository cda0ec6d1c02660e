/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct memory {
    int lines;
    enum log_level level;
    const char *component;
    char last[2 * LOG_LINE_MAX];
};

static void remember(void *self, enum log_level level, const char *component, struct str line)
{
    struct memory *m = self;
    m->lines++;
    m->level = level;
    m->component = component;
    assert_true(str_copy(m->last, sizeof m->last, line));
}

static void a_line_reaches_the_sink_with_its_level_and_component(void **state)
{
    (void)state;
    struct memory m = {0};
    struct log_sink sink = {remember, &m, LOG_LEVEL_DEBUG};
    struct log l = {&sink, "session"};
    log_warn(&l, "order=%d status=%s", 7, "held");
    assert_int_equal(m.lines, 1);
    assert_int_equal(m.level, LOG_LEVEL_WARN);
    assert_string_equal(m.component, "session");
    assert_string_equal(m.last, "order=7 status=held");
}

static void what_is_less_important_than_the_level_is_dropped(void **state)
{
    (void)state;
    for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++) {
        struct memory m = {0};
        struct log_sink sink = {remember, &m, (enum log_level)level};
        struct log l = {&sink, "x"};
        log_error(&l, "a");
        log_warn(&l, "b");
        log_info(&l, "c");
        log_debug(&l, "d");
        assert_int_equal(m.lines, level + 1);
        assert_int_equal((int)m.level, level);
    }
}

static void without_a_sink_nothing_happens(void **state)
{
    (void)state;
    struct log l = {NULL, "x"};
    log_error(&l, "a");
    log_error(NULL, "a");
}

static void outside_text_cannot_forge_a_line(void **state)
{
    (void)state;
    struct memory m = {0};
    struct log_sink sink = {remember, &m, LOG_LEVEL_DEBUG};
    struct log l = {&sink, "x"};
    log_info(&l, "%s", "a\nb\rc\td\x1B[31m\x7F\x01z");
    assert_string_equal(m.last, "a?b?c?d?[31m??z");
    log_info(&l, "%s",
             "\xC2\x9B"
             "31m \xC2\xA3 \xC3\xA4");
    assert_string_equal(m.last, "??31m \xC2\xA3 \xC3\xA4");
    log_info(&l, "%s", "\xC2");
    assert_string_equal(m.last, "\xC2");
}

static void a_long_line_is_cut_between_characters(void **state)
{
    (void)state;
    struct memory m = {0};
    struct log_sink sink = {remember, &m, LOG_LEVEL_DEBUG};
    struct log l = {&sink, "x"};
    char text[3 * LOG_LINE_MAX];
    for (size_t shift = 0; shift < 2; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 3 < sizeof text; i += 2)
            memcpy(text + i, "\xC3\xA4", 3);
        log_info(&l, "%s", text);
        assert_in_range(strlen(m.last), LOG_LINE_MAX - 2, LOG_LINE_MAX - 1);
        assert_true(str_is_utf8(str_of(m.last)));
    }
}

static void account_numbers_are_masked(void **state)
{
    (void)state;
    static const struct {
        const char *account, *want;
    } cases[] = {
        {"DU1234567", "DU***4567"},
        {"U1234567", "U1***4567"},
        {"U123456", "***"},
        {"", "***"},
        {NULL, "***"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[16];
        assert_string_equal(log_mask(cases[i].account, out, sizeof out), cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_reaches_the_sink_with_its_level_and_component),
        cmocka_unit_test(what_is_less_important_than_the_level_is_dropped),
        cmocka_unit_test(without_a_sink_nothing_happens),
        cmocka_unit_test(outside_text_cannot_forge_a_line),
        cmocka_unit_test(a_long_line_is_cut_between_characters),
        cmocka_unit_test(account_numbers_are_masked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
