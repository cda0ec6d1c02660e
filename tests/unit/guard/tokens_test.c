/* SPDX-License-Identifier: MIT */
/* Tokens: made once, known by their hash alone, narrow, and gone when revoked. */
#include "guard/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct bench {
    struct tasks *tasks;
    struct moment now;
    struct keep *keep;
    struct tokens *tokens;
    struct buf file;
    bool disk_fails;
    struct token like; /* to make, or the name to revoke */
    bool revokes, ok;
    char secret[TOKEN_TEXT_MAX];
    struct error error;
    unsigned char next; /* of the random bytes */
} b;

static void fill(void *self, void *out, size_t n)
{
    (void)self;
    memset(out, ++b.next, n);
}

static void start(void)
{
    struct error e = {0};
    b.keep = keep_new(TOKENS_FILE_MAX);
    b.tokens = tokens_new(buf_str(&b.file), b.keep, &e);
    assert_non_null(b.tokens);
}

static void stop(void)
{
    tokens_free(b.tokens);
    keep_free(b.keep);
}

static int set_up(void **state)
{
    (void)state;
    memset(&b, 0, sizeof b);
    b.now = (struct moment){{NS_PER_S}, {1700000000LL * NS_PER_S}};
    b.tasks = tasks_new();
    buf_init(&b.file, TOKENS_FILE_MAX);
    start();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tasks_free(b.tasks);
    stop();
    buf_fini(&b.file);
    return 0;
}

static void work(struct task *t, void *arg)
{
    (void)arg;
    struct entropy entropy = {fill, NULL};
    b.ok = b.revokes ? tokens_revoke(b.tokens, STR_NAME(b.like.name), &b.error) &&
                           tokens_wait(t, b.tokens, &b.error)
                     : tokens_add(t, b.tokens, &b.like, entropy, b.secret, &b.error);
}

static void drive(void)
{
    struct buf text;
    struct error why = {0};
    buf_init(&text, TOKENS_FILE_MAX);
    if (keep_take(b.keep, &text)) {
        if (b.disk_fails) {
            error_set(&why, ERROR_UNAVAILABLE, "DISK_FULL", "no space left on device");
        } else {
            buf_reset(&b.file);
            buf_add_str(&b.file, buf_str(&text));
        }
        keep_done(b.keep, !b.disk_fails, &why);
    }
    buf_fini(&text);
}

static bool run(bool revokes, const char *name, unsigned scopes)
{
    b.revokes = revokes;
    b.ok = false;
    b.error = (struct error){0};
    str_copy_cut(b.like.name, sizeof b.like.name, str_of(name));
    b.like.scopes = scopes;
    assert_non_null(task_spawn(b.tasks, b.now, 1000, work, NULL));
    for (int i = 0; i < 3; i++) {
        tasks_run(b.tasks, b.now);
        drive();
    }
    return b.ok;
}

static const struct token *check(const char *secret)
{
    b.error = (struct error){0};
    return tokens_check(b.tokens, TOKEN_HEADER, str_of(secret), b.now.wall, &b.error);
}

static void a_token_is_known_by_its_secret_alone_also_after_a_restart(void **state)
{
    char first[TOKEN_TEXT_MAX], second[TOKEN_TEXT_MAX];
    (void)state;
    assert_true(run(false, "one", SCOPE_READ));
    memcpy(first, b.secret, sizeof first);
    assert_true(run(false, "two", SCOPE_READ | SCOPE_TRADE));
    memcpy(second, b.secret, sizeof second);
    assert_int_equal(strlen(first), 3 + 43); /* 256 bits in base64url behind the prefix */
    assert_string_not_equal(first, second);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(check(first)->name, "one");
        assert_non_null(tokens_of(b.tokens, STR("token:one"), b.now.wall));
        assert_ptr_equal(tokens_of(b.tokens, STR("token:one mcp:any thing"), b.now.wall),
                         tokens_of(b.tokens, STR("token:one"), b.now.wall));
        assert_null(tokens_of(b.tokens, STR("token:on mcp:one"), b.now.wall));
        assert_null(tokens_of(b.tokens, STR("local:one"), b.now.wall));
        assert_int_equal(check(second)->scopes, SCOPE_READ | SCOPE_TRADE);
        assert_null(check("pc_"));
        assert_string_equal(b.error.reason, "UNAUTHORIZED");
        assert_null(check(""));
        assert_true(str_find_str(buf_str(&b.file), str_of(first)) == b.file.n);
        assert_true(str_find_str(buf_str(&b.file), str_sub(str_of(first), 3, 20)) == b.file.n);
        stop();
        start();
    }
}

static void all_its_terms_are_kept(void **state)
{
    (void)state;
    b.like = (struct token){.account = "DU1",
                            .expires = {{b.now.wall.ns + 60 * (int64_t)NS_PER_S}, true},
                            .max_order_value = DEC_SOME(DEC(1000)),
                            .max_orders_per_day = {5, true}};
    assert_true(run(false, "narrow", SCOPE_READ | SCOPE_PREVIEW));
    stop();
    start();
    const struct token *t = check(b.secret);
    assert_non_null(t);
    assert_string_equal(t->account, "DU1");
    assert_true(t->max_order_value.has && dec_eq(t->max_order_value.v, DEC(1000)));
    assert_true(t->max_orders_per_day.has && t->max_orders_per_day.v == 5);
    assert_true(t->created.has && t->expires.has && t->used.has);
}

static void its_end_is_the_moment_that_was_named(void **state)
{
    (void)state;
    b.like.expires = (struct opt_utc){{b.now.wall.ns + 60 * (int64_t)NS_PER_S}, true};
    assert_true(run(false, "brief", SCOPE_READ));
    b.now.wall.ns += 60 * (int64_t)NS_PER_S - 1;
    assert_non_null(check(b.secret));
    assert_non_null(tokens_of(b.tokens, STR("token:brief"), b.now.wall));
    b.now.wall.ns += 1;
    assert_null(check(b.secret));
    assert_string_equal(b.error.reason, "TOKEN_EXPIRED");
    assert_null(tokens_of(b.tokens, STR("token:brief"), b.now.wall));
}

static void who_is_revoked_is_nobody_at_once_and_for_good(void **state)
{
    char secret[TOKEN_TEXT_MAX];
    (void)state;
    assert_true(run(false, "a", SCOPE_READ));
    assert_true(run(false, "b", SCOPE_TRADE));
    memcpy(secret, b.secret, sizeof secret);
    assert_true(run(false, "c", SCOPE_READ));
    assert_true(run(true, "b", 0));
    assert_null(check(secret));
    assert_null(tokens_of(b.tokens, STR("token:b"), b.now.wall));
    assert_string_equal(tokens_at(b.tokens, 1)->name, "c");
    assert_false(run(true, "b", 0));
    assert_string_equal(b.error.reason, "NO_TOKEN");
    assert_true(run(false, "last", SCOPE_READ));
    assert_true(run(true, "last", 0));
    assert_null(check(b.secret));
    stop();
    start();
    assert_null(check(secret));
    assert_int_equal(b.file.p[b.file.n - 1], '\n');
    assert_non_null(tokens_at(b.tokens, 1));
    assert_null(tokens_at(b.tokens, 2));
}

static void a_disk_that_refuses_makes_none_and_still_revokes(void **state)
{
    (void)state;
    assert_true(run(false, "kept", SCOPE_READ));
    b.disk_fails = true;
    assert_false(run(false, "lost", SCOPE_READ));
    assert_string_equal(b.error.reason, "KEEP_FAILED");
    assert_int_equal(b.secret[0], 0);
    assert_null(tokens_at(b.tokens, 1));
    assert_false(run(true, "kept", 0));
    assert_string_equal(b.error.reason, "KEEP_FAILED");
    assert_null(tokens_at(b.tokens, 0));
}

/* In one list, while the answer of the disk is still to come. */
static void start_making(const char *name)
{
    b.revokes = b.ok = false;
    b.error = (struct error){0};
    b.like = (struct token){.scopes = SCOPE_READ};
    str_copy_cut(b.like.name, sizeof b.like.name, str_of(name));
    assert_non_null(task_spawn(b.tasks, b.now, 1000, work, NULL));
    tasks_run(b.tasks, b.now);
}

static void pass(int64_t ms)
{
    b.now.mono.ns += ms * NS_PER_MS;
    b.now.wall.ns += ms * NS_PER_MS;
    tasks_run(b.tasks, b.now);
}

static void one_that_was_not_kept_in_time_is_none_also_on_the_disk(void **state)
{
    (void)state;
    start_making("late");
    pass(2000);
    assert_string_equal(b.error.reason, "TIMEOUT");
    assert_null(tokens_at(b.tokens, 0));
    for (int i = 0; i < 3; i++)
        drive();
    stop();
    start();
    assert_null(tokens_at(b.tokens, 0));
}

static void another_of_that_name_is_not_taken_back_with_it(void **state)
{
    (void)state;
    start_making("same");
    pass(500);
    b.revokes = true; /* and nobody waits for that either */
    assert_non_null(task_spawn(b.tasks, b.now, 1000, work, NULL));
    tasks_run(b.tasks, b.now);
    pass(300);
    start_making("same");
    pass(300); /* the first one is given up */
    assert_string_equal(b.error.reason, "TIMEOUT");
    assert_non_null(tokens_at(b.tokens, 0));
    for (int i = 0; i < 3; i++) {
        drive();
        tasks_run(b.tasks, b.now);
    }
    assert_true(b.ok);
    assert_non_null(tokens_at(b.tokens, 0));
}

static void one_that_is_revoked_while_it_is_made_is_gone(void **state)
{
    (void)state;
    start_making("gone");
    b.revokes = true;
    assert_non_null(task_spawn(b.tasks, b.now, 1000, work, NULL));
    tasks_run(b.tasks, b.now);
    pass(2000);
    assert_string_equal(b.error.reason, "TIMEOUT");
    assert_null(tokens_at(b.tokens, 0));
}

static void a_name_is_letters_digits_dots_and_dashes(void **state)
{
    (void)state;
    for (int c = 1; c < 256; c++) {
        const char name[2] = {(char)c, 0};
        bool ok = strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_", c);
        assert_int_equal(run(false, name, SCOPE_READ), ok);
        if (ok)
            assert_true(run(true, name, 0));
        else
            assert_string_equal(b.error.reason, "TOKEN_NAME");
    }
}

static void names_scopes_and_number_are_bounded(void **state)
{
    static const struct {
        const char *name;
        unsigned scopes;
        const char *reason;
    } rows[] = {{"", SCOPE_READ, "TOKEN_NAME"},
                {"a b", SCOPE_READ, "TOKEN_NAME"},
                {"a/b", SCOPE_READ, "TOKEN_NAME"},
                {"a", 0, "TOKEN_SCOPES"},
                {"a", SCOPE_READ | SCOPE_APPROVE, "TOKEN_SCOPES"},
                {"a", SCOPE_ADMIN, "TOKEN_SCOPES"},
                {"a", SCOPE_READ, ""},
                {"a", SCOPE_READ, "TOKEN_EXISTS"},
                {"abcdefghijklmnopqrstuvwxyz01234", SCOPE_TRADE, ""}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(run(false, rows[i].name, rows[i].scopes), !rows[i].reason[0]);
        assert_string_equal(b.error.reason, rows[i].reason);
    }
    for (int i = 2; i < TOKENS_MAX; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "t%d", i);
        assert_true(run(false, name, SCOPE_READ | SCOPE_PREVIEW | SCOPE_TRADE));
    }
    assert_false(run(false, "more", SCOPE_READ));
    assert_string_equal(b.error.reason, "TOKENS_MAX");
    assert_null(check("pc_none"));
    stop();
    start(); /* as many as can be made can be read */
    assert_non_null(tokens_at(b.tokens, TOKENS_MAX - 1));
}

static void a_token_for_addresses_reads_and_is_good_nowhere_else(void **state)
{
    (void)state;
    b.like.kind = TOKEN_FEED;
    assert_false(run(false, "feed", SCOPE_READ | SCOPE_PREVIEW));
    assert_string_equal(b.error.reason, "TOKEN_SCOPES");
    b.like.max_orders_per_day = (struct opt_int){1, true};
    assert_false(run(false, "feed", SCOPE_READ));
    assert_string_equal(b.error.reason, "TOKEN_SCOPES");
    b.like.max_orders_per_day = (struct opt_int){0};
    b.like.max_order_value = DEC_SOME(DEC(1));
    assert_false(run(false, "feed", SCOPE_READ));
    assert_string_equal(b.error.reason, "TOKEN_SCOPES");
    b.like.max_order_value = DEC_NONE;
    assert_true(run(false, "feed", SCOPE_READ));
    assert_true(str_starts(STR_NAME(b.secret), STR("pf_")));
    char secret[TOKEN_TEXT_MAX], header[TOKEN_TEXT_MAX];
    memcpy(secret, b.secret, sizeof secret);
    b.like.kind = TOKEN_HEADER;
    assert_true(run(false, "header", SCOPE_READ));
    memcpy(header, b.secret, sizeof header);
    for (int i = 0; i < 2; i++) { /* before and after a restart */
        assert_null(check(secret));
        assert_non_null(tokens_check(b.tokens, TOKEN_FEED, str_of(secret), b.now.wall, &b.error));
        assert_null(tokens_check(b.tokens, TOKEN_FEED, str_of(header), b.now.wall, &b.error));
        assert_non_null(check(header));
        stop();
        start();
    }
}

static void scopes_are_words_with_commas(void **state)
{
    static const struct {
        const char *text, *written;
    } rows[] = {{"read", "read"},
                {"trade, read", "read,trade"},
                {"preview", "preview"},
                {"read,preview,trade,approve,admin", "read,preview,trade,approve,admin"},
                {"", NULL},
                {"write", NULL},
                {"read,", NULL},
                {"Read", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned set;
        char text[SCOPES_TEXT_MAX];
        assert_int_equal(scopes_parse(str_of(rows[i].text), &set), rows[i].written != NULL);
        if (!rows[i].written)
            continue;
        scopes_format(set, text);
        assert_string_equal(text, rows[i].written);
    }
    assert_string_equal(scope_text(SCOPE_READ), "read");
    assert_string_equal(scope_text(SCOPE_NOTE), "note");
    assert_string_equal(scope_text(SCOPE_ADMIN), "admin");
}

#define HASH         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TOKEN(more)  "{\"name\":\"a\",\"sha256\":\"" HASH "\",\"scopes\":\"read\"" more "}"
#define TOKENS(list) "{\"version\":1,\"tokens\":[" list "]}"

static void a_file_that_is_none_is_refused(void **state)
{
    static const struct {
        const char *text;
        bool ok;
    } rows[] = {{TOKENS(TOKEN("")), true},
                {TOKENS(""), true},
                {"junk", false},
                {"{}", false},
                {"{\"version\":2,\"tokens\":[]}", false},
                {"{\"version\":1}", false},
                {"{\"version\":1,\"tokens\":{}}", false},
                {TOKENS("{}"), false},
                {TOKENS(TOKEN(",\"kind\":\"feed\"")), true},
                {TOKENS(TOKEN(",\"kind\":\"fee\"")), false},
                {TOKENS(TOKEN(",\"kind\":\"\"")), false},
                {TOKENS(TOKEN("") "," TOKEN("")), false}, /* twice */
                {TOKENS(TOKEN(",\"expires\":\"soon\"")), false},
                {TOKENS(TOKEN(",\"max_order_value\":\"1\"")), false},
                {TOKENS(TOKEN(",\"max_orders_per_day\":\"1\"")), false},
                {TOKENS("{\"name\":\"a\",\"sha256\":\"" HASH "\",\"scopes\":\"admin\"}"), false},
                {TOKENS("{\"name\":\"a\",\"sha256\":\"00\",\"scopes\":\"read\"}"), false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error e = {0};
        struct tokens *k = tokens_new(str_of(rows[i].text), b.keep, &e);
        if ((k != NULL) != rows[i].ok)
            fail_msg("%s", rows[i].text);
        assert_true(k || strstr(e.next, "portcullis token add"));
        tokens_free(k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_token_is_known_by_its_secret_alone_also_after_a_restart),
        TEST(all_its_terms_are_kept),
        TEST(its_end_is_the_moment_that_was_named),
        TEST(who_is_revoked_is_nobody_at_once_and_for_good),
        TEST(a_disk_that_refuses_makes_none_and_still_revokes),
        TEST(one_that_was_not_kept_in_time_is_none_also_on_the_disk),
        TEST(another_of_that_name_is_not_taken_back_with_it),
        TEST(one_that_is_revoked_while_it_is_made_is_gone),
        TEST(a_name_is_letters_digits_dots_and_dashes),
        TEST(names_scopes_and_number_are_bounded),
        TEST(a_token_for_addresses_reads_and_is_good_nowhere_else),
        TEST(scopes_are_words_with_commas),
        TEST(a_file_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
