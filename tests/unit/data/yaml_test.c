/* SPDX-License-Identifier: MIT */
#include "data/yaml.h"

#include "data/bind.h"
#include "sample.h"
#include "test.h"

#include <stdlib.h>

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(LIMIT_CALL_ARENA);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct node *parse(const char *text)
{
    struct error e;
    const struct node *n = yaml_parse(str_of(text), "f.yaml", arena, &e);
    if (!n)
        print_error("%s\n", e.text);
    assert_non_null(n);
    return n;
}

static void a_file_becomes_a_tree_with_lines(void **state)
{
    const struct node *n = parse("mode: paper   # comment\n"
                                 "limits:\n"
                                 "  max_order_size: 1000\n"
                                 "  note: \"quoted: text\"\n"
                                 "accounts: [DU1, DU2]\n"
                                 "list:\n"
                                 "  - a\n"
                                 "  - b: 1\n"
                                 "nothing:\n"
                                 "tilde: ~\n"
                                 "quoted_null: 'null'\n"
                                 "zeros: 0700\n"
                                 "no: no\n");
    (void)state;
    assert_int_equal(n->kind, NODE_MAP);
    assert_int_equal(n->n, 9);
    assert_str(node_get(n, STR("mode"))->text, "paper");
    const struct node *limits = node_get(n, STR("limits"));
    assert_int_equal(limits->line, 2);
    assert_int_equal(limits->column, 1);
    const struct node *note = node_get(limits, STR("note"));
    assert_str(note->text, "quoted: text");
    assert_int_equal(note->line, 4);
    assert_int_equal(note->column, 3);
    const struct node *accounts = node_get(n, STR("accounts"));
    assert_int_equal(accounts->kind, NODE_LIST);
    assert_int_equal(accounts->n, 2);
    assert_str(accounts->child->next->text, "DU2");
    assert_null(accounts->child->key.p);
    assert_int_equal(node_get(n, STR("list"))->child->next->child->line, 8);
    assert_true(node_get(n, STR("nothing"))->is_null);
    assert_true(node_get(n, STR("tilde"))->is_null);
    assert_false(node_get(n, STR("quoted_null"))->is_null);
    assert_str(node_get(n, STR("zeros"))->text, "0700");
    assert_str(node_get(n, STR("no"))->text, "no");
    assert_null(node_get(n, STR("absent")));
    assert_null(node_get(accounts, STR("x")));
}

static void an_empty_file_is_an_empty_map(void **state)
{
    static const char *const rows[] = {"", "# only a comment\n", "---\n", "~"};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(parse(rows[i])->kind, NODE_MAP);
        assert_int_equal(parse(rows[i])->n, 0);
    }
}

static void what_is_refused_is_named_with_file_line_and_column(void **state)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"a: 1\nb: 2\na: 3\n", "f.yaml:3:1: this key occurs twice: a"},
        {"a: &x 1\n", "f.yaml:1:4: anchors, aliases and tags"},
        {"a: 1\nb: *x\n", "f.yaml:2:4: anchors, aliases and tags"},
        {"a: !!int 1\n", "f.yaml:1:4: anchors, aliases and tags"},
        {"a: &l [x]\n", "anchors, aliases and tags"},
        {"a: !m {b: 1}\n", "anchors, aliases and tags"},
        {"a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document"},
        {"a: [1\n", "f.yaml:2:1: "},
        {"a: b: c\n", "f.yaml:1:5: "},
        {"a:\n\tb: 1\n", "f.yaml:2:1: "},
        {"? [x]\n: 1\n", "f.yaml:1:3: a key must be a plain word"},
        {"a: 1\nb: \"\\0\"\n", "f.yaml:2:4: a NUL character"},
        {"a: 1\nb: \xFF\n", "f.yaml:2:4: "},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error e = {0};
        if (yaml_parse(str_of(rows[i].text), "f.yaml", arena, &e))
            print_error("accepted: %s\n", rows[i].text);
        assert_int_equal(e.code, ERROR_INVALID);
        assert_string_equal(e.reason, "CONFIG");
        assert_true(contains(e.text, rows[i].error));
    }
}

static void depth_size_and_number_of_values_are_bounded(void **state)
{
    char *text = malloc(LIMIT_CONFIG_BYTES + 2);
    struct error e = {0};
    (void)state;
    for (size_t depth = YAML_DEPTH_MAX; depth <= YAML_DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        bool ok = yaml_parse((struct str){text, 2 * depth}, "f", arena, &e);
        assert_int_equal(ok, depth == YAML_DEPTH_MAX);
    }
    memset(text, '#', LIMIT_CONFIG_BYTES + 1);
    assert_non_null(yaml_parse((struct str){text, LIMIT_CONFIG_BYTES}, "f", arena, &e));
    assert_null(yaml_parse((struct str){text, LIMIT_CONFIG_BYTES + 1}, "f", arena, &e));
    for (size_t n = YAML_NODES_MAX - 1; n <= YAML_NODES_MAX; n++) {
        for (size_t i = 0; i < n; i++)
            memcpy(text + 4 * i, "- a\n", 4);
        bool ok = yaml_parse((struct str){text, 4 * n}, "f", arena, &e);
        assert_int_equal(ok, n == YAML_NODES_MAX - 1); /* the list itself is one, too */
    }
    free(text);
}

static void a_tree_binds_to_a_struct(void **state)
{
    const struct node *n = parse("symbol: 0700\nquantity: 5\ndryRun: yes\nlimit: 1.10\n"
                                 "legs:\n  - {symbol: A, ratio: 2}\ntags: [x, y]\nnote:\n");
    struct sample s;
    struct error e;
    (void)state;
    assert_true(bind_json(&sample_type, node_to_json(n, arena), &s, arena, &e));
    assert_str(s.symbol, "0700");
    assert_int_equal(s.quantity, 5);
    assert_true(s.dry_run);
    assert_int_equal(((struct leg *)s.legs.items)[0].ratio, 2);
    assert_int_equal(s.tags.n, 2);
    assert_null(s.note.p);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_file_becomes_a_tree_with_lines),
        TEST(an_empty_file_is_an_empty_map),
        TEST(what_is_refused_is_named_with_file_line_and_column),
        TEST(depth_size_and_number_of_values_are_bounded),
        TEST(a_tree_binds_to_a_struct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
