/* SPDX-License-Identifier: MIT */
#include "face/cli.h"

#include "base/limits.h"
#include "data/json.h"
#include "face/errors.h"
#include "fixture.h"

struct line {
    struct fixture *f;
    struct principal who;
    struct cli_request request;
    struct cli_reply reply;
    bool is_over;
};

static void answer(struct task *t, void *arg)
{
    struct line *l = arg;
    cli_answer(t, &l->f->core, &l->who, &l->request, &l->reply);
    l->is_over = true;
}

/* Runs a command line; its arguments are separated by '|'. */
static void run(struct line *l, struct fixture *f, const char *line, int width, bool is_tty)
{
    struct str rest = str_of(line), arg;
    *l = (struct line){.f = f,
                       .who = {.face = FACE_CLI,
                               .scopes = SCOPE_READ | SCOPE_TRADE | SCOPE_ADMIN,
                               .name = "uid:1000"},
                       .request = {.width = width, .is_tty = is_tty}};
    buf_init(&l->reply.out, LIMIT_REPLY);
    buf_init(&l->reply.err, LIMIT_REPLY);
    while (rest.n && str_cut(&rest, '|', &arg))
        l->request.args[l->request.count++] = arg;
    assert_non_null(task_spawn(f->tasks, f->now, 60000, answer, l));
    tasks_run(f->tasks, f->now);
    for (int i = 0; i < 100 && !l->is_over; i++)
        fixture_run(f, 10);
    assert_true(l->is_over);
}

static void drop(struct line *l)
{
    buf_fini(&l->reply.out);
    buf_fini(&l->reply.err);
}

static const struct {
    const char *line;
    int status;
    const char *out, *err; /* "": nothing at all; NULL: whatever */
} lines[] = {
    /* words and flags */
    {"echo|hello", 0, "text:  hello\n", ""},
    {"echo|hello|--json", 0, "\"text\":\"hello\",\"words\":null,\"count\":3", ""},
    {"--json|echo|hello", 0, "\"text\":\"hello\"", ""},
    {"echo|--json|hello|a|b,c", 0, "\"words\":[\"a\",\"b\",\"c\"]", ""},
    {"echo|hello|--count|4|--json", 0, "\"count\":4", ""},
    {"echo|hello|--count=4|--json", 0, "\"count\":4", ""},
    {"echo|hello|--price|-0.50|--json", 0, "\"price\":-0.5,", ""},
    {"echo|-5|--json", 0, "\"text\":\"-5\"", ""},
    {"echo|--json|--|--sure", 0, "\"text\":\"--sure\"", ""},
    {"echo|a|--sure|--json", 0, "\"sure\":true,\"maybe\":null", ""},
    {"echo|a|--sure|--no-maybe|--json", 0, "\"sure\":true,\"maybe\":false", ""},
    {"echo|a|--sure=no|--json", 0, "\"sure\":false", ""},
    {"echo|a|--side|buy|--json", 0, "\"side\":\"BUY\"", ""},
    {"echo|a|--points|[{\"x\":1}]|--json", 0, "\"points\":[{\"x\":1,\"y\":7}]", ""},
    {"echo|a|--account|DU7|--json", 0, "\"account\":\"DU7\"", ""},
    {"test|order|5|--json", 0, "\"quantity\":5,\"key\":null", ""},
    {"--json|test|order|5|--idempotency-key|k", 0, "\"key\":\"k\"", ""},
    {"wait|20|--account|DU7|--json", 0, "\"ms\":20", ""},
    {"administer|--json", 0, "{\"account\":null", ""},
    {"administer", 0, "", ""}, /* about no account: nothing to say below */
    /* forms */
    {"echo|a|--points|[{\"x\":1}]|--csv", 0, "x,y\r\n1,7\r\n", ""},
    {"echo|a|--note|warn", 0, "INCOMPLETE\n", "warning: something is missing\n"},
    {"echo|a|--note|warn|--csv", 0, "x,y\r\n", "INCOMPLETE\n"},
    {"echo|a|--note|warn|--json", 0, "\"warnings\":[\"something is missing\"]", ""},
    {"echo|\033[2Ja", 0, "\xEF\xBF\xBD[2Ja\n", ""},
    {"echo|a", 0, "\naccount DU1, paper, as of 2026-11-22T18:03:46", ""},
    {"echo|a", 0, "Z, from paper exchange,\ncomplete\n", ""},
    /* wrong usage */
    {"echo", 2, "", "portcullis: text is missing\n  next: text: Any text; for example hello\n"},
    {"echo|a|--cuont|4", 2, "",
     "portcullis: unknown flag --cuont\n  next: did you mean --count?\n"},
    {"echo|a|--jsno", 2, "", "did you mean --json?"},
    {"echo|a|-x", 2, "", "unknown flag -x"},
    {"echo|a|--count", 2, "", "--count needs a value"},
    {"echo|a|--count|four", 2, "", "count: 'four' is not a whole number\n  next: portcullis echo"},
    {"echo|a|--text|b", 2, "", "text: is given twice"},
    {"wait|1|--account|DU12345678901234", 2, "", "this is no account id"},
    {"echo|a|--json|--csv", 2, NULL, "exclude each other"},
    {"wait|1|2", 2, "", "unexpected argument '2'\n  next: portcullis wait --help"},
    {"echo|a|--idempotency-key|k", 2, "", "unknown flag --idempotency-key"},
    {"echo|a|--json|--count|11", 2, "{\"success\":false,\"error\":\"count: 11 is above",
     "portcullis: count: 11 is above the maximum 10"},
    {"ecco|a", 2, "",
     "portcullis: there is no command 'ecco'\n  next: did you mean portcullis "
     "echo?\n"},
    {"\033[2J", 2, "", "there is no command '\xEF\xBF\xBD[2J'"},
    {"--bogus|echo", 2, "", "there is no command '--bogus'"},
    {"mcp|now", 2, "", "'mcp' is not used in this way\n  next: portcullis help mcp\n"},
    {"completion|fish", 2, "", "portcullis completion bash"},
    {"help|ecco", 2, "", "did you mean portcullis echo?"},
    /* failures */
    {"test|order|100", 4, "",
     "portcullis: refused \xEF\xBF\xBD[2J by VALUE_MAX\n"
     "  - VALUE_MAX: value 9 exceeds \xEF\xBF\xBD[31m5\n"
     "  warning: a warning\n  next: ask for less\n"},
    {"test|order|100|--json", 4, "\"details\":[{\"code\":\"VALUE_MAX\"", NULL},
    {"test|order|102", 7, "", "TIMEOUT"},
    {"test|order|103", 6, "", NULL},
    {"test|order|104", 8, "", NULL},
    {"test|order|105", 5, "", NULL},
    {"flood|--json", 4, "\"code\":\"REPLY_TOO_LARGE\"", "the answer exceeds"},
    /* verbs of the command line itself */
    {"", 0, "portcullis: a guarded gate", ""},
    {"--help", 0, "portcullis: a guarded gate", ""},
    {"-h", 0, "portcullis: a guarded gate", ""},
    {"help|mcp", 0, "portcullis mcp [--print-config NAME]\n\nServe an assistant", ""},
    {"mcp|--help", 0, "portcullis mcp [--print-config NAME]\n\nServe an assistant", ""},
    {"administer|--help", 0, "\nOnly on the command line.\n", ""},
    {"help", 0, "\nTest things:\n  echo              Echo\n", ""},
    {"help", 0, "\nExit status:\n  0   done\n  2   wrong usage", ""},
    {"help|echo", 0, "portcullis echo TEXT [WORDS...] [--flags]", ""},
    {"echo|--help", 0, "Example:\n  portcullis echo hello a,b --count 4\n", ""},
    {"echo|--help", 0, "  --count NUMBER              How many (pieces); at least 1; at most 10;",
     ""},
    {"echo|--help", 0, "one of BUY, SELL\n", ""},
    {"test|order|-h", 0, "--idempotency-key TEXT", ""},
    {"schema", 0, "\"name\":\"test_admin\"", ""},
    {"openapi", 0, "{\"openapi\":\"3.1.0\"", ""},
    {"completion|bash", 0, "    'echo') flags=\"$flags --text --words --count", ""},
};

static void each_line_has_its_status_and_streams(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct line l;
        run(&l, f, lines[i].line, 80, false);
        struct str out = buf_str(&l.reply.out), err = buf_str(&l.reply.err);
        if (l.reply.status != lines[i].status)
            print_error("%s: " STR_FMT "\n", lines[i].line, STR_ARG(err));
        assert_int_equal(l.reply.status, lines[i].status);
        if (lines[i].out)
            assert_holds(out, lines[i].out);
        if (lines[i].err)
            assert_holds(err, lines[i].err);
        if (lines[i].out && !lines[i].out[0] && out.n)
            fail_msg("%s: output: " STR_FMT, lines[i].line, STR_ARG(out));
        if (lines[i].err && !lines[i].err[0] && err.n)
            fail_msg("%s: errors: " STR_FMT, lines[i].line, STR_ARG(err));
        assert_lacks(out, "\033");
        assert_lacks(err, "\033");
        drop(&l);
    }
    fixture_free(f);
}

static void a_terminal_gets_a_dim_last_line(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct line l;
    run(&l, f, "echo|a", 80, true);
    assert_holds(buf_str(&l.reply.out), "\n\033[2maccount DU1, paper,");
    assert_holds(buf_str(&l.reply.out), "complete\n\033[0m");
    drop(&l);
    fixture_free(f);
}

static void help_fits_the_terminal(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    static const char *const helps[] = {"help", "echo|--help", "quotes|--help"};
    for (size_t i = 0; i < COUNT(helps); i++) {
        struct line l;
        struct str one;
        run(&l, f, helps[i], 60, false);
        struct str out = buf_str(&l.reply.out);
        while (str_cut(&out, '\n', &one)) {
            bool is_example =
                str_starts(str_trim(one), STR("portcullis")) || str_starts(one, STR("The same as"));
            if (one.n > 60 && !is_example)
                fail_msg("too long: " STR_FMT, STR_ARG(one));
        }
        drop(&l);
    }
    fixture_free(f);
}

static void every_example_of_the_table_parses(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    const struct op *op;
    for (size_t i = 0; (op = op_next(&i));) {
        if (!op->verb || !op->example)
            continue;
        char line[256];
        struct line l;
        size_t n = 0;
        bool is_quoted = false;
        for (const char *p = op->example; *p && n < sizeof line - 16; p++) {
            if (*p == '"')
                is_quoted = !is_quoted;
            else
                line[n++] = *p == ' ' && !is_quoted ? '|' : *p;
        }
        (void)snprintf(line + n, sizeof line - n, "|--help");
        run(&l, f, line, 80, false); /* --help: all is parsed, nothing is run */
        if (l.reply.status)
            fail_msg("%s: " STR_FMT, op->example, STR_ARG(buf_str(&l.reply.err)));
        assert_holds(buf_str(&l.reply.out), op->example);
        drop(&l);
    }
    fixture_free(f);
}

static void the_completion_is_a_script_that_bash_accepts(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct line l;
    run(&l, f, "completion|bash", 80, false);
    FILE *bash = popen("command -v bash >/dev/null || exit 99; bash -n", "w");
    assert_non_null(bash);
    assert_int_equal(fwrite(l.reply.out.p, 1, l.reply.out.n, bash), l.reply.out.n);
    int status = pclose(bash);
    drop(&l);
    fixture_free(f);
    if (status >> 8 == 99) {
        print_message("skipped: there is no bash\n");
        skip();
    }
    assert_int_equal(status, 0);
}

static void the_manual_has_every_exit_status(void **state)
{
    (void)state;
    char page[8192], row[200];
    FILE *file = fopen("docs/cli.md", "r");
    assert_non_null(file);
    size_t n = fread(page, 1, sizeof page, file);
    (void)fclose(file);
    for (unsigned code = ERROR_INVALID; code < ERROR_CODE_COUNT; code++) {
        const struct error_face *f = error_face((enum error_code)code);
        (void)snprintf(row, sizeof row, "\n| %d | %s |\n", f->exit, f->exit_doc);
        if (f->exit_doc)
            assert_holds(((struct str){page, n}), row);
    }
    (void)snprintf(row, sizeof row, "\n| %d | %s |\n", EXIT_AWAITS_PERSON, exit_awaits_doc);
    assert_holds(((struct str){page, n}), row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_has_its_status_and_streams),
        cmocka_unit_test(a_terminal_gets_a_dim_last_line),
        cmocka_unit_test(help_fits_the_terminal),
        cmocka_unit_test(the_manual_has_every_exit_status),
        cmocka_unit_test(every_example_of_the_table_parses),
        cmocka_unit_test(the_completion_is_a_script_that_bash_accepts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
