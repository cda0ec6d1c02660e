/* SPDX-License-Identifier: MIT */
#include "wire/spell.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { CAP = 1 << 16 };

static void each_form_has_its_spelling(void **state)
{
    static const struct {
        enum wire_form form;
        struct str bytes, line;
    } cases[] = {
        {WIRE_FORM_HEX, {"\0\x7F\xFF", 3}, {"007fff", 6}},
        {WIRE_FORM_BASE64, {"f", 1}, {"Zg==", 4}},
        {WIRE_FORM_BASE64, {"fo", 2}, {"Zm8=", 4}},
        {WIRE_FORM_BASE64, {"foobar", 6}, {"Zm9vYmFy", 8}},
        {WIRE_FORM_BASE64, {"\xFB\xFF", 2}, {"+/8=", 4}},
        {WIRE_FORM_TEXT, {"9\0001\000", 4}, {"9|1|", 4}},
        {WIRE_FORM_TEXT, {"a|b\\c\n\xC3", 7}, {"a\\|b\\\\c\\x0a\\xc3", 15}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        struct error e;
        size_t offset;
        buf_init(&b, CAP);
        assert_true(wire_spell(cases[i].form, cases[i].bytes, &b));
        assert_true(str_eq(buf_str(&b), cases[i].line));
        buf_reset(&b);
        assert_true(wire_unspell(cases[i].form, cases[i].line, &b, &offset, &e));
        assert_true(str_eq(buf_str(&b), cases[i].bytes));
        buf_fini(&b);
    }
}

static void all_bytes_survive_every_form(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 5, 1);
    for (int form = WIRE_FORM_HEX; form <= WIRE_FORM_TEXT; form++)
        for (size_t n = 0; n < 300; n++) {
            char bytes[300];
            struct buf line, back;
            struct error e;
            size_t offset;
            for (size_t i = 0; i < n; i++)
                bytes[i] = (char)rng_below(&rng, 256);
            buf_init(&line, CAP);
            buf_init(&back, CAP);
            assert_true(wire_spell((enum wire_form)form, (struct str){bytes, n}, &line));
            assert_true(wire_unspell((enum wire_form)form, buf_str(&line), &back, &offset, &e));
            assert_true(str_eq(buf_str(&back), (struct str){bytes, n}));
            buf_fini(&line);
            buf_fini(&back);
        }
}

static void a_malformed_line_is_refused_where_it_is_wrong(void **state)
{
    static const struct {
        enum wire_form form;
        const char *line;
        size_t offset;
    } cases[] = {
        {WIRE_FORM_HEX, "0", 0},           {WIRE_FORM_HEX, "00x1", 2},
        {WIRE_FORM_HEX, "000g", 3},        {WIRE_FORM_BASE64, "Zg=", 0},
        {WIRE_FORM_BASE64, "Zm9v=m9v", 4}, {WIRE_FORM_BASE64, "Zh==", 1},
        {WIRE_FORM_BASE64, "Zm9=", 2},     {WIRE_FORM_BASE64, "Zg==Zg==", 2},
        {WIRE_FORM_BASE64, "Zm-v", 2},     {WIRE_FORM_BASE64, "====", 0},
        {WIRE_FORM_TEXT, "a\\", 1},        {WIRE_FORM_TEXT, "a\\x1", 1},
        {WIRE_FORM_TEXT, "a\\x1g", 1},     {WIRE_FORM_TEXT, "\\n", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        struct error e = {0};
        size_t offset = 99;
        buf_init(&b, CAP);
        assert_false(wire_unspell(cases[i].form, str_of(cases[i].line), &b, &offset, &e));
        assert_string_equal(e.reason, "SPELLING");
        if (offset != cases[i].offset)
            fail_msg("%s: %zu, not %zu", cases[i].line, offset, cases[i].offset);
        buf_fini(&b);
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct buf b;
    struct error e = {0};
    size_t offset;
    buf_init(&b, 2);
    assert_false(wire_unspell(WIRE_FORM_HEX, STR("001122"), &b, &offset, &e));
    assert_string_equal(e.reason, "TOO_LARGE");
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_has_its_spelling),
        cmocka_unit_test(all_bytes_survive_every_form),
        cmocka_unit_test(a_malformed_line_is_refused_where_it_is_wrong),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
