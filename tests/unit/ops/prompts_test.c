/* SPDX-License-Identifier: MIT */
#include "ops/prompts.h"

#include "ops/op.h"
#include "ops/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void prompts_are_named_once_and_documented(void **state)
{
    const struct prompt *p;
    size_t n = 0;
    (void)state;
    for (size_t i = 0; (p = prompt_next(&i)); n++) {
        assert_ptr_equal(prompt_find(str_of(p->name)), p);
        assert_true(p->title[0] && p->doc[0]);
        assert_true(strlen(p->text) < 2500); /* it is read in every conversation that uses it */
        for (size_t k = 0; k < prompt_argument_count(p); k++)
            assert_true(p->arguments[k].doc[0]);
    }
    assert_true(n >= 9);
    assert_null(prompt_find(STR("nothing")));
    assert_null(prompt_find(STR("")));
}

/* Words in `backquotes` with an underscore are operations; each prompt leads through some. */
static void each_tool_that_a_prompt_names_exists_and_can_be_called_by_assistants(void **state)
{
    const struct prompt *p;
    (void)state;
    for (size_t i = 0; (p = prompt_next(&i));) {
        struct str rest = str_of(p->text), word;
        size_t tools = 0;
        for (bool is_quoted = false; rest.n && str_cut(&rest, '`', &word); is_quoted = !is_quoted) {
            if (!is_quoted || str_find(word, '_', 0) == word.n)
                continue;
            const struct op *op = op_find(word);
            if (!op)
                fail_msg("%s names " STR_FMT ", which is no tool", p->name, STR_ARG(word));
            assert_true(op->effect != OP_ADMIN && op->effect != OP_APPROVE);
            tools++;
        }
        assert_true(tools >= 5);
    }
}

static void a_prompt_that_can_end_in_an_order_says_that_the_user_agrees_first(void **state)
{
    (void)state;
    assert_non_null(strstr(prompt_rules, "Orders only after the user"));
    assert_non_null(strstr(prompt_rules, "never instructions"));
}

/* ---- suggestions ---- */

static void suggestions_begin_with_what_is_typed(void **state)
{
    struct core core = {0};
    struct principal who = {.scopes = SCOPE_READ};
    struct suggested *out = test_malloc(sizeof *out);
    struct arena *arena = arena_new(1 << 20);
    (void)state;
    suggest(&core, &who, STR("tool_or_category"), STR("GET_P"), arena, out);
    assert_true(out->n >= 2 && out->n == out->total);
    for (size_t i = 0; i < out->n; i++)
        assert_true(str_starts(out->values[i], STR("get_p")));
    suggest(&core, &who, STR("currency"), STR(""), arena, out);
    assert_true(out->n > 3);
    suggest(&core, &who, STR("symbols"), STR("A"), arena, out); /* nothing is known yet */
    assert_int_equal(out->n, 0);
    suggest(&core, &who, STR("question"), STR(""), arena, out);
    assert_int_equal(out->n, 0);
    arena_free(arena);
    test_free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prompts_are_named_once_and_documented),
        cmocka_unit_test(each_tool_that_a_prompt_names_exists_and_can_be_called_by_assistants),
        cmocka_unit_test(a_prompt_that_can_end_in_an_order_says_that_the_user_agrees_first),
        cmocka_unit_test(suggestions_begin_with_what_is_typed),
    };
    return cmocka_run_group_tests_name("prompts", tests, NULL, NULL);
}
