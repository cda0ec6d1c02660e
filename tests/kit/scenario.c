/* SPDX-License-Identifier: MIT */
/*
 * scenario: tells the stories of tests/scenario/ in virtual time and prints TAP.
 *
 *     scenario [-v] [-V VERSION] [FILE.scn]...
 *
 * Without a file: all of tests/scenario/. Each is told twice, with the broker's messages as text
 * and as protobuf, or with -V at that server version alone. -v shows the answers.
 */
#include "base/alloc.h"
#include "base/limits.h"
#include "story.h"
#include "truth.h"
#include "wire/codec.h"

#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 256 << 10, LINE_MAX_TEXT = 64 << 10, LOG_SHOWN = 25 };

/* ---- what words share ---- */

bool story_fail(struct story *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(s->problem, sizeof s->problem, fmt, ap);
    va_end(ap);
    return false;
}

struct str story_word(struct str *rest)
{
    *rest = str_trim(*rest);
    size_t n = str_find(*rest, ' ', 0);
    struct str word = str_sub(*rest, 0, n);
    *rest = str_trim(str_sub(*rest, n, rest->n));
    return word.n ? word : STR_NONE;
}

bool story_duration(struct story *s, struct str word, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct str unit = str_of(units[i].unit);
        int64_t n = 0;
        if (!str_ends(word, unit) || !str_to_i64(str_sub(word, 0, word.n - unit.n), &n) || n < 0)
            continue;
        *ms = n * units[i].ms;
        return true;
    }
    return story_fail(s, "'" STR_FMT "' is no duration: 500ms, 10s, 5m, 2h, 1d", STR_ARG(word));
}

bool story_number(struct story *s, struct str word, int64_t *n)
{
    return str_to_i64(word, n) || story_fail(s, "'" STR_FMT "' is no number", STR_ARG(word));
}

bool story_text(struct story *s, struct str rest, struct str *out)
{
    struct error e = {0};
    *out = str_trim(rest);
    if (!str_starts(*out, STR("\"")))
        return true;
    const struct json *j = json_parse(*out, s->arena, &e);
    return json_to_str(j, out) || story_fail(s, "a text in quotes: %s", e.text);
}

bool story_set_variable(struct story *s, struct str name, struct str value)
{
    size_t i = 0;
    while (i < s->variable_count && !str_eq(s->variables[i].name, name))
        i++;
    if (i == STORY_VARIABLES_MAX)
        return story_fail(s, "more than %d variables", STORY_VARIABLES_MAX);
    if (i == s->variable_count)
        s->variables[s->variable_count++].name = arena_str(s->arena, name);
    s->variables[i].value = arena_str(s->arena, value);
    return true;
}

/* ---- answers ---- */

static bool is_failure(const struct story *s)
{
    bool is_error = false;
    switch (s->kind) {
    case ANSWER_CLI:
    case ANSWER_SETTINGS:
        return s->answer.status != 0;
    case ANSWER_HTTP:
        return s->answer.status >= 400;
    case ANSWER_MCP:
        (void)json_to_bool(json_get(s->json, STR("isError")), &is_error);
        return is_error || json_get(s->json, STR("error"));
    case ANSWER_RAW:
    case ANSWER_NONE:
        break;
    }
    return false;
}

static void comment(struct str text)
{
    struct str line;
    while (str_cut(&text, '\n', &line))
        printf("#   " STR_FMT "\n", STR_ARG(line));
}

static void show_answer(const struct story *s)
{
    printf("# %s:%d: status %d\n", s->file, s->line, s->answer.status);
    comment(buf_str(&s->answer.out));
    comment(buf_str(&s->answer.err));
}

void story_take_answer(struct story *s, enum answer_kind kind)
{
    struct error e = {0};
    arena_reset(s->answer_arena);
    s->kind = kind;
    s->json = NULL;
    struct str out = str_trim(buf_str(&s->answer.out));
    if (kind != ANSWER_RAW && (str_starts(out, STR("{")) || str_starts(out, STR("["))))
        s->json = json_parse(out, s->answer_arena, &e);
    const struct json *result = kind == ANSWER_MCP ? json_get(s->json, STR("result")) : NULL;
    if (result)
        s->json = result;
    s->is_failure = !s->answer.is_complete || is_failure(s);
    s->is_unexpected = s->is_failure;
    if (s->is_verbose)
        show_answer(s);
}

bool story_was_expected(struct story *s)
{
    if (!s->is_unexpected)
        return true;
    s->is_unexpected = false;
    if (s->answer.is_gone)
        return story_fail(s, "the app died before it answered; `gone` would expect that");
    return story_fail(s,
                      "the answer (status %d) to \"" STR_FMT "\" is a failure that no step "
                      "expected:\n" STR_FMT STR_FMT,
                      s->answer.status, STR_ARG(s->question), STR_ARG(buf_str(&s->answer.err)),
                      STR_ARG(str_sub(buf_str(&s->answer.out), 0, 1200)));
}

/* ---- lines ---- */

static bool expand(struct story *s, struct str line, struct buf *out)
{
    for (size_t at = 0; at < line.n;) {
        size_t dollar = at;
        while (dollar < line.n &&
               !(line.p[dollar] == '$' && dollar + 1 < line.n && line.p[dollar + 1] == '{'))
            dollar++;
        buf_add_str(out, str_sub(line, at, dollar));
        if (dollar == line.n)
            break;
        size_t end = str_find(line, '}', dollar), i = 0;
        struct str name = str_sub(line, dollar + 2, end);
        while (i < s->variable_count && !str_eq(s->variables[i].name, name))
            i++;
        if (i == s->variable_count)
            return story_fail(s, "nothing is remembered as '" STR_FMT "'", STR_ARG(name));
        buf_add_str(out, s->variables[i].value);
        at = end + 1;
    }
    return true;
}

static const struct story_word *find_word(struct str name)
{
    static const struct story_word *const tables[] = {words_world, words_ask, words_check};
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const struct story_word *w = tables[t]; w->name; w++)
            if (str_eq(name, str_of(w->name)))
                return w;
    return NULL;
}

static bool make_world(struct story *s)
{
    struct error e = {0};
    if (s->w)
        return true;
    s->w = world_new(&s->config, &e);
    return s->w || story_fail(s, "%s", e.text);
}

bool story_step(struct story *s, struct str line)
{
    struct str rest = line, name = story_word(&rest);
    struct error e = {0};
    const struct story_word *word = find_word(name);
    if (!word)
        return story_fail(s, "'" STR_FMT "' is no word of this language", STR_ARG(name));
    if (!str_eq(name, STR("world")) && !make_world(s))
        return false;
    if (!word->is_check && !story_was_expected(s))
        return false;
    if (!word->run(s, rest))
        return false;
    if (s->w && s->w->trouble[0])
        return story_fail(s, "%s", s->w->trouble);
    if (word->is_check || !s->w || truth_holds(s->w, &e))
        return true;
    return story_fail(s, "a rule was broken: %s", e.text);
}

/* The next line of the file, joined with those that a backslash at its end continues. */
static bool next_line(struct story *s, struct buf *out)
{
    struct str line;
    buf_reset(out);
    while (str_cut(&s->rest_of_file, '\n', &line)) {
        s->line++;
        line = str_trim(line);
        if (str_ends(line, STR("\\"))) {
            buf_add_str(out, str_sub(line, 0, line.n - 1));
            continue;
        }
        buf_add_str(out, line);
        return true;
    }
    return false;
}

static bool tell(struct story *s)
{
    struct buf line, full;
    bool ok = true;
    buf_init(&line, LINE_MAX_TEXT);
    buf_init(&full, STORY_BYTES_MAX);
    while (ok && next_line(s, &line)) {
        struct str text = str_trim(buf_str(&line));
        if (!text.n || text.p[0] == '#')
            continue;
        buf_reset(&full);
        ok = expand(s, text, &full) && story_step(s, arena_str(s->arena, buf_str(&full)));
    }
    buf_fini(&line);
    buf_fini(&full);
    return ok && story_was_expected(s);
}

/* ---- one file ---- */

static void explain(const struct story *s)
{
    printf("# %s:%d\n", s->file, s->line);
    comment(str_of(s->problem));
    for (size_t i = LOG_SHOWN; s->w && i-- > 0;)
        if (world_log_line(s->w, i))
            comment(str_of(world_log_line(s->w, i)));
}

static struct str read_file(const char *path)
{
    char *text = xmalloc(FILE_MAX);
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(text, 1, FILE_MAX, f) : 0;
    if (f)
        (void)fclose(f);
    if (n > 0 && n < FILE_MAX)
        return (struct str){text, n};
    xfree(text);
    return STR_NONE;
}

static void finish(struct story *s)
{
    ask_drop(&s->behind);
    world_free(s->w);
    answer_free(&s->answer);
    answer_free(&s->behind_answer);
    arena_free(s->arena);
    arena_free(s->answer_arena);
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; s->store_dir[0] && i < 3; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s%s", s->store_path, suffixes[i]);
        (void)remove(path);
    }
    if (s->store_dir[0])
        (void)rmdir(s->store_dir);
}

static bool run_file(const char *path, int version, int number, bool is_verbose)
{
    struct str text = read_file(path), title = STR_NONE;
    struct story s = {.file = path, .rest_of_file = text, .is_verbose = is_verbose};
    if (!text.p || !str_starts(text, STR("# "))) {
        printf("not ok %d - %s cannot be read, or its first line is no title\n", number, path);
        if (text.p)
            xfree((void *)(uintptr_t)text.p);
        return false;
    }
    struct str head = text;
    (void)str_cut(&head, '\n', &title);
    s.config = (struct world_config){.seed = 1, .version = version};
    if (!utc_parse(STR("2026-03-02T14:30:00Z"), &s.config.start))
        abort();
    s.arena = arena_new(64 << 20);
    s.answer_arena = arena_new(256 << 20);
    answer_start(&s.answer);
    answer_start(&s.behind_answer);
    (void)story_set_variable(&s, STR("token"), STR(WORLD_TOKEN));
    bool ok = tell(&s);
    printf("%s %d - %s at %d: " STR_FMT "\n", ok ? "ok" : "not ok", number, path, version,
           STR_ARG(str_sub(title, 2, title.n)));
    if (!ok)
        explain(&s);
    fflush(stdout);
    finish(&s);
    xfree((void *)(uintptr_t)text.p);
    return ok;
}

/* ---- all files ---- */

int main(int argc, char **argv)
{
    static const int both[] = {WIRE_VERSION_TEXT_MAX, WIRE_VERSION_PROTO_MAX};
    const int *versions = both;
    size_t version_count = sizeof both / sizeof both[0];
    glob_t found = {0};
    bool is_verbose = false;
    int only = 0, flag;
    while ((flag = getopt(argc, argv, "vV:")) != -1) {
        int64_t given = 0;
        if (flag == '?' || (flag == 'V' && !str_to_i64(str_of(optarg), &given)))
            return 2;
        is_verbose = is_verbose || flag == 'v';
        if (flag == 'V') {
            only = (int)given;
            versions = &only;
            version_count = 1;
        }
    }
    char **files = argv + optind;
    size_t n = (size_t)(argc - optind);
    if (n == 0 && glob("tests/scenario/*.scn", 0, NULL, &found) == 0) {
        files = found.gl_pathv;
        n = found.gl_pathc;
    }
    bool ok = n > 0;
    size_t total = n * version_count;
    printf("1..%zu\n", total);
    for (size_t i = 0; i < total; i++)
        ok = run_file(files[i / version_count], versions[i % version_count], (int)i + 1,
                      is_verbose) &&
             ok;
    globfree(&found);
    return ok ? 0 : 1;
}
