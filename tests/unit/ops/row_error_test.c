/* SPDX-License-Identifier: MIT */
/* What an answer with errors in it is, as a whole. */
#include "ops/op.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct row {
    struct str asked, error, error_code, next;
};
static const struct field row_fields[] = {
    FIELD(struct row, asked, .doc = "What"),
    FIELD(struct row, error, .doc = "Why not"),
    FIELD(struct row, error_code, .doc = "The same"),
    FIELD(struct row, next, .doc = "What to do"),
};
static const struct type row_type = TYPE_OF(struct row, row_fields);

struct side {
    struct str text;
};
static const struct field side_fields[] = {FIELD(struct side, text, .doc = "What else")};
static const struct type side_type = TYPE_OF(struct side, side_fields);

struct answer {
    struct list sides, rows;
    struct str error, error_code, next;
};
static const struct field answer_fields[] = {
    FIELD(struct answer, sides, .of = &side_type, .doc = "Cannot fail"),
    FIELD(struct answer, rows, .of = &row_type, .doc = "Can"),
    FIELD(struct answer, error, .doc = "Why not"),
    FIELD(struct answer, error_code, .doc = "The same"),
    FIELD(struct answer, next, .doc = "What to do"),
};
static const struct type answer_type = TYPE_OF(struct answer, answer_fields);
static const struct op op = {.out = &answer_type};

/* Letters: what becomes of each row, '-' nothing, 'n' not found, 'd' denied; '!' the whole is not
 * found. */
static enum error_code found(const char *letters)
{
    struct arena *arena = arena_new(1 << 16);
    struct call c = {.arena = arena, .op = &op};
    struct row rows[4] = {0};
    struct side sides[1] = {{STR("there")}};
    struct answer out = {.sides = {sides, 1}, .rows = {rows, 0}};
    for (const char *l = letters; *l; l++) {
        struct error e;
        struct row *r = &rows[out.rows.n];
        error_set(&e, *l == 'd' ? ERROR_DENIED : ERROR_NOT_FOUND, "CODE", "words");
        error_next(&e, "do");
        if (*l == '!')
            call_row_error(&c, &e, &out.error, &out.error_code, &out.next);
        else if (*l != '-')
            call_row_error(&c, &e, &r->error, &r->error_code, &r->next);
        out.rows.n += *l != '!';
        if (*l != '!' && *l != '-')
            assert_true(str_eq(r->error, STR("words")) && str_eq(r->error_code, STR("CODE")) &&
                        str_eq(r->next, STR("do")));
    }
    enum error_code code = call_found_nothing(&c, &out);
    arena_free(arena);
    return code;
}

static void an_answer_of_errors_alone_is_of_the_class_of_the_first(void **state)
{
    (void)state;
    assert_int_equal(found("n"), ERROR_NOT_FOUND);
    assert_int_equal(found("nd"), ERROR_NOT_FOUND);
    assert_int_equal(found("dn"), ERROR_DENIED);
    assert_int_equal(found("!"), ERROR_NOT_FOUND);
    assert_int_equal(found("-!"), ERROR_NOT_FOUND);
}

static void an_answer_with_anything_in_it_is_one(void **state)
{
    (void)state;
    assert_int_equal(found(""), ERROR_NONE);
    assert_int_equal(found("-"), ERROR_NONE);
    assert_int_equal(found("n-"), ERROR_NONE);
    assert_int_equal(found("-n"), ERROR_NONE);
    assert_int_equal(found("n-d"), ERROR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_of_errors_alone_is_of_the_class_of_the_first),
        cmocka_unit_test(an_answer_with_anything_in_it_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
