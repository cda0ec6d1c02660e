/* SPDX-License-Identifier: MIT */
/* Words for what must be true: of the newest answer, of the link, of the exchange, of the store. */
#include "story.h"
#include "truth.h"

#include <stdio.h>
#include <string.h>

/* ---- texts ---- */

static bool check_text(struct story *s, const char *what, struct str seen, struct str rest)
{
    struct str how = story_word(&rest), needle;
    if (!story_text(s, rest, &needle))
        return false;
    bool found = str_find_str(seen, needle) < seen.n;
    if (str_eq(how, STR("contains")) ? found : str_eq(how, STR("lacks")) && !found)
        return true;
    return story_fail(s, "expected that %s " STR_FMT " \"" STR_FMT "\"; seen:\n" STR_FMT, what,
                      STR_ARG(how), STR_ARG(needle), STR_ARG(str_sub(seen, 0, 3000)));
}

static bool word_out(struct story *s, struct str rest)
{
    return check_text(s, "out", buf_str(&s->answer.out), rest);
}

static bool word_err(struct story *s, struct str rest)
{
    return check_text(s, "err", buf_str(&s->answer.err), rest);
}

static bool word_log(struct story *s, struct str rest)
{
    struct buf all;
    buf_init(&all, WORLD_LOG_LINES * WORLD_LOG_WIDTH * 2);
    for (size_t i = WORLD_LOG_LINES; i-- > 0;)
        if (world_log_line(s->w, i))
            buf_add_f(&all, "%s\n", world_log_line(s->w, i));
    bool ok = check_text(s, "the log", buf_str(&all), rest);
    buf_fini(&all);
    return ok;
}

/* ---- statuses ---- */

static bool check_status(struct story *s, const char *what, bool is_kind, struct str rest)
{
    int64_t n = 0;
    if (!is_kind)
        return story_fail(s, "the newest answer has no %s", what);
    if (!story_number(s, rest, &n))
        return false;
    s->is_unexpected = false;
    if (s->answer.is_complete && s->answer.status == n)
        return true;
    return story_fail(s, "expected %s %lld, seen %d:\n" STR_FMT STR_FMT, what, (long long)n,
                      s->answer.status, STR_ARG(buf_str(&s->answer.err)),
                      STR_ARG(str_sub(buf_str(&s->answer.out), 0, 2000)));
}

static bool word_exit(struct story *s, struct str rest)
{
    return check_status(s, "exit", s->kind == ANSWER_CLI || s->kind == ANSWER_SETTINGS, rest);
}

static bool word_status(struct story *s, struct str rest)
{
    return check_status(s, "status", s->kind == ANSWER_HTTP, rest);
}

static bool word_refused(struct story *s, struct str rest)
{
    struct str out = buf_str(&s->answer.out), err = buf_str(&s->answer.err);
    s->is_unexpected = false;
    if (s->answer.is_complete && s->is_failure &&
        (str_find_str(out, rest) < out.n || str_find_str(err, rest) < err.n))
        return true;
    return story_fail(s, "expected a refusal with " STR_FMT ", seen:\n" STR_FMT STR_FMT,
                      STR_ARG(rest), STR_ARG(err), STR_ARG(str_sub(out, 0, 3000)));
}

static bool word_gone(struct story *s, struct str rest)
{
    (void)rest;
    s->is_unexpected = false;
    return s->answer.is_gone ||
           story_fail(s, "expected that the app died first, seen an answer:\n" STR_FMT STR_FMT,
                      STR_ARG(buf_str(&s->answer.err)), STR_ARG(buf_str(&s->answer.out)));
}

/* ---- JSON ---- */

/* [3] or [key=value] */
static const struct json *pick(const struct json *j, struct str inside)
{
    int64_t n = 0;
    size_t eq = str_find(inside, '=', 0);
    if (str_to_i64(inside, &n))
        return n >= 0 ? json_at(j, (size_t)n) : NULL;
    for (size_t i = 0; j && i < j->n; i++) {
        const struct json *v = json_get(&j->items[i], str_sub(inside, 0, eq));
        if (v && str_eq(v->text, str_sub(inside, eq + 1, inside.n)))
            return &j->items[i];
    }
    return NULL;
}

static const struct json *made(struct story *s, enum json_kind kind, struct str text)
{
    struct json *j = ARENA_NEW(s->answer_arena, struct json);
    *j = (struct json){.kind = kind, .text = text};
    return j;
}

/*
 * ".a.b[0].c[symbol=AAPL]"; `length` of an array and `key()`, the name of a member, are made in the
 * arena. NULL if there is nothing.
 */
static const struct json *follow(struct story *s, struct str path)
{
    const struct json *j = s->json;
    if (str_eq(path, STR(".")))
        return j;
    for (size_t at = 0; j && at < path.n;) {
        size_t end = at + 1;
        if (path.p[at] == '[') {
            end = str_find(path, ']', at);
            j = pick(j, str_sub(path, at + 1, end));
            at = end + 1;
            continue;
        }
        while (end < path.n && path.p[end] != '.' && path.p[end] != '[')
            end++;
        struct str key = str_sub(path, at + (path.p[at] == '.'), end);
        if (str_eq(key, STR("length")) && j->kind == JSON_ARRAY) {
            j = made(s, JSON_NUMBER, arena_f(s->answer_arena, "%zu", j->n));
        } else if (str_eq(key, STR("key()"))) {
            j = made(s, JSON_STRING, j->key);
        } else {
            j = json_get(j, key);
        }
        at = end;
    }
    return j;
}

static struct str shown(struct story *s, const struct json *j)
{
    struct buf text;
    struct json_writer w;
    if (!j)
        return STR("nothing");
    buf_init(&text, 4 << 20);
    json_writer_init(&w, &text);
    json_value(&w, j);
    struct str out = arena_str(s->answer_arena, str_sub(buf_str(&text), 0, 1500));
    buf_fini(&text);
    return out;
}

/* -1, 0, 1; false if the two cannot be compared. */
static bool compare(const struct json *j, struct str value, int *order)
{
    struct dec a, b;
    if (j->kind == JSON_BOOL || j->kind == JSON_NULL) {
        struct str text = j->kind == JSON_NULL ? STR("null")
                          : j->truth           ? STR("true")
                                               : STR("false");
        *order = str_cmp(text, value);
        return true;
    }
    if (j->kind != JSON_STRING && j->kind != JSON_NUMBER)
        return false;
    if (dec_parse_round(j->text, &a) && dec_parse_round(value, &b))
        *order = dec_cmp(a, b);
    else
        *order = str_cmp(j->text, value);
    return true;
}

static bool contains(const struct json *j, struct str value)
{
    int order = 1;
    if (j->kind == JSON_STRING)
        return str_find_str(j->text, value) < j->text.n;
    for (size_t i = 0; i < j->n; i++)
        if (j->kind == JSON_ARRAY && compare(&j->items[i], value, &order) && order == 0)
            return true;
    return false;
}

static bool holds(const struct json *j, struct str op, struct str value)
{
    int order = 0;
    bool is_there = j && j->kind != JSON_NULL;
    if (str_eq(op, STR("exists")))
        return is_there;
    if (str_eq(op, STR("absent")))
        return !is_there;
    if (!j)
        return false;
    if (str_eq(op, STR("contains")))
        return contains(j, value);
    if (!compare(j, value, &order))
        return false;
    bool has_order = j->kind == JSON_NUMBER || j->kind == JSON_STRING; /* null is not above 0 */
    return str_eq(op, STR("=="))   ? order == 0
           : str_eq(op, STR("!=")) ? order != 0
           : !has_order            ? false
           : str_eq(op, STR("<"))  ? order < 0
           : str_eq(op, STR(">"))  ? order > 0
                                   : false;
}

static bool word_json(struct story *s, struct str rest)
{
    static const char *const ops[] = {"==", "!=", "<", ">", "exists", "absent", "contains"};
    struct str path = story_word(&rest), op = story_word(&rest), value;
    size_t i = 0;
    while (i < sizeof ops / sizeof ops[0] && !str_eq(op, str_of(ops[i])))
        i++;
    if (i == sizeof ops / sizeof ops[0])
        return story_fail(s, "json PATH ==, !=, <, >, exists, absent or contains");
    if (!story_text(s, rest, &value))
        return false;
    if (!s->json)
        return story_fail(s, "the newest answer is not JSON:\n" STR_FMT STR_FMT,
                          STR_ARG(buf_str(&s->answer.err)),
                          STR_ARG(str_sub(buf_str(&s->answer.out), 0, 2000)));
    const struct json *j = follow(s, path);
    if (holds(j, op, value))
        return true;
    return story_fail(s,
                      "expected " STR_FMT " " STR_FMT " " STR_FMT ", seen " STR_FMT "\nin " STR_FMT,
                      STR_ARG(path), STR_ARG(op), STR_ARG(value), STR_ARG(shown(s, j)),
                      STR_ARG(shown(s, s->json)));
}

static bool word_remember(struct story *s, struct str rest)
{
    struct str name = story_word(&rest);
    const struct json *j = s->json ? follow(s, rest) : NULL;
    if (!j || (j->kind != JSON_STRING && j->kind != JSON_NUMBER))
        return story_fail(s, "the newest answer has no text or number at " STR_FMT "\nin " STR_FMT,
                          STR_ARG(rest), STR_ARG(shown(s, s->json)));
    return story_set_variable(s, name, j->text);
}

/* ---- the link ---- */

static bool word_link(struct story *s, struct str rest)
{
    struct session_status status;
    if (!s->w->app)
        return story_fail(s, "the app is dead");
    session_status(app_session(s->w->app), &status);
    if (str_eq(rest, str_of(link_state_text(status.link))))
        return true;
    return story_fail(s, "expected link " STR_FMT ", seen %s (%s; %s)", STR_ARG(rest),
                      link_state_text(status.link), status.last_text, status.hint);
}

static bool word_app(struct story *s, struct str rest)
{
    if (!str_eq(rest, STR("runs")) && !str_eq(rest, STR("ended")))
        return story_fail(s, "app runs, app ended");
    return str_eq(rest, STR("runs")) == (s->w->app != NULL) ||
           story_fail(s, "expected that the app " STR_FMT, STR_ARG(rest));
}

/* ---- the exchange and the store ---- */

static bool count_of(struct story *s, struct str what, size_t *out)
{
    struct error e = {0};
    struct truth t;
    if (!truth_orders(s->w, &t, &e))
        return story_fail(s, "%s", e.text);
    const struct {
        const char *name;
        size_t n;
    } counts[] = {{"orders", t.orders},       {"working", t.working},   {"filled", t.filled},
                  {"cancelled", t.cancelled}, {"rejected", t.rejected}, {"fills", t.fills}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        if (str_eq(what, str_of(counts[i].name))) {
            *out = counts[i].n;
            return true;
        }
    return story_fail(s, "the exchange counts orders, working, filled, cancelled, rejected, fills");
}

static bool word_exchange(struct story *s, struct str rest)
{
    struct error e = {0};
    struct str verb = story_word(&rest), amount = story_word(&rest);
    struct dec wanted, seen;
    if (str_eq(verb, STR("holds")) && dec_parse(amount, &wanted)) {
        char text[DEC_TEXT_MAX];
        if (!truth_position(s->w, rest, &seen, &e))
            return story_fail(s, "%s", e.text);
        dec_format(seen, text);
        return dec_eq(wanted, seen) ||
               story_fail(s, "expected that the exchange holds " STR_FMT " " STR_FMT ", seen %s",
                          STR_ARG(amount), STR_ARG(rest), text);
    }
    int64_t n = 0;
    size_t count = 0;
    if (!str_eq(verb, STR("has")))
        return story_fail(s, "exchange has N WHAT, exchange holds N LISTING");
    if (!story_number(s, amount, &n) || !count_of(s, rest, &count))
        return false;
    return (int64_t)count == n ||
           story_fail(s, "expected that the exchange has %lld " STR_FMT ", seen %zu", (long long)n,
                      STR_ARG(rest), count);
}

static bool word_journal(struct story *s, struct str rest)
{
    struct error e = {0};
    struct str has = story_word(&rest), amount = story_word(&rest);
    int64_t n = 0;
    size_t count = 0;
    if (!str_eq(has, STR("has")) || !story_number(s, amount, &n))
        return story_fail(s, "journal has N KIND");
    if (!truth_records(s->w, rest, &count, &e))
        return story_fail(s, "%s", e.text);
    return (int64_t)count == n ||
           story_fail(s, "expected that the journal has %lld " STR_FMT ", seen %zu", (long long)n,
                      STR_ARG(rest), count);
}

const struct story_word words_check[] = {
    {"out", word_out, true, true},           {"err", word_err, true, true},
    {"log", word_log, true, false},          {"exit", word_exit, true, true},
    {"status", word_status, true, true},     {"refused", word_refused, true, true},
    {"gone", word_gone, true, true},         {"json", word_json, true, true},
    {"remember", word_remember, true, true}, {"link", word_link, true, false},
    {"app", word_app, true, false},          {"exchange", word_exchange, true, false},
    {"journal", word_journal, true, false},  {NULL, NULL, false, false},
};
