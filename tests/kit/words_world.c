/* SPDX-License-Identifier: MIT */
/* Words for what happens to the world: settings, starts and ends, time, faults. */
#include "base/limits.h"
#include "story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the beginning ---- */

static bool world_option(struct story *s, struct str key, struct str value)
{
    int64_t n = 0;
    if (str_eq(key, STR("seed")) && str_to_i64(value, &n))
        s->config.seed = (uint64_t)n;
    else if (str_eq(key, STR("speed")) && str_to_i64(value, &n))
        s->config.speed = (int)n;
    else if (str_eq(key, STR("at")))
        return utc_parse(value, &s->config.start) ||
               story_fail(s, "no time: " STR_FMT, STR_ARG(value));
    else if (str_eq(key, STR("sessions")) && str_eq(value, STR("real")))
        s->config.real_sessions = true;
    else if (str_eq(key, STR("no_subscription")))
        s->config.no_subscription = arena_str(s->arena, value).p;
    else if (str_eq(key, STR("pin")) && str_eq(value, STR("none")))
        s->config.no_pin = true;
    else if (str_eq(key, STR("store")) && str_eq(value, STR("file"))) {
        (void)snprintf(s->store_dir, sizeof s->store_dir, "/tmp/portcullis-scenario-XXXXXX");
        if (!mkdtemp(s->store_dir))
            return story_fail(s, "no temporary directory");
        (void)snprintf(s->store_path, sizeof s->store_path, "%s/journal.db", s->store_dir);
        s->config.db_path = s->store_path;
    } else
        return story_fail(s, "the world has no " STR_FMT "=" STR_FMT, STR_ARG(key), STR_ARG(value));
    return true;
}

static bool word_world(struct story *s, struct str rest)
{
    if (s->w)
        return story_fail(s, "the world exists already; this word comes first");
    for (struct str word; (word = story_word(&rest)).n;) {
        size_t eq = str_find(word, '=', 0);
        if (!world_option(s, str_sub(word, 0, eq), str_sub(word, eq + 1, word.n)))
            return false;
    }
    return true;
}

/* Keeps how reading a setting ended, as the daemon's start would tell it. */
static bool settings_said(struct story *s, bool ok, const struct error *e)
{
    answer_free(&s->answer);
    answer_start(&s->answer);
    static const struct error none;
    s->settings_error = ok ? none : *e;
    s->answer.is_complete = true;
    s->answer.status = ok ? 0 : 2;
    if (!ok)
        buf_add_f(&s->answer.err, "%s\n%s\n", e->text, e->next);
    story_take_answer(s, ANSWER_SETTINGS);
    return true;
}

static bool word_set(struct story *s, struct str rest)
{
    struct error e = {0};
    size_t eq = str_find(rest, '=', 0);
    bool ok = settings_set(&s->w->settings, str_trim(str_sub(rest, 0, eq)),
                           str_trim(str_sub(rest, eq + 1, rest.n)), STR("--set"), &e);
    return settings_said(s, ok && settings_check(&s->w->settings, &e), &e);
}

static bool word_env(struct story *s, struct str rest)
{
    struct error e = {0};
    bool ok = settings_read_env(&s->w->settings, arena_str(s->arena, rest).p, &e);
    return settings_said(s, ok && settings_check(&s->w->settings, &e), &e);
}

/* Lines up to one that is `end`, with their indentation. */
static bool take_block(struct story *s, struct buf *out)
{
    struct str line;
    while (str_cut(&s->rest_of_file, '\n', &line)) {
        s->line++;
        if (str_eq(str_trim(line), STR("end")))
            return true;
        buf_add_str(out, line);
        buf_add_char(out, '\n');
    }
    return story_fail(s, "a block without its end");
}

static bool word_events(struct story *s, struct str rest)
{
    struct world *w = s->w;
    if (w->event_file_count == WORLD_EVENT_FILES_MAX)
        return story_fail(s, "no room for another file of events");
    struct buf *text = &w->event_files[w->event_file_count].text;
    str_copy_cut(w->event_files[w->event_file_count].name, sizeof w->event_files[0].name,
                 str_trim(rest));
    buf_init(text, LIMIT_CONFIG_BYTES);
    w->event_file_count++;
    return take_block(s, text);
}

static bool word_config(struct story *s, struct str rest)
{
    struct error e = {0};
    struct buf text;
    (void)rest;
    buf_init(&text, LIMIT_CONFIG_BYTES);
    bool ok = take_block(s, &text);
    if (ok) {
        bool good = settings_read_yaml(&s->w->settings, buf_str(&text), "portcullis.yaml", &e) &&
                    settings_check(&s->w->settings, &e);
        ok = settings_said(s, good, &e);
    }
    buf_fini(&text);
    return ok;
}

/* ---- starts and ends ---- */

static bool start_app(struct story *s)
{
    struct error e = {0};
    if (s->w->app)
        return story_fail(s, "the app runs already");
    if (s->settings_error.code)
        return story_fail(s, "the settings are wrong: %s", s->settings_error.text);
    return world_start_app(s->w, &e) || story_fail(s, "the app did not start: %s", e.text);
}

static bool start_paper(struct story *s)
{
    struct error e = {0};
    if (s->w->paper)
        return story_fail(s, "the exchange runs already");
    return world_start_paper(s->w, &e) || story_fail(s, "the exchange did not start: %s", e.text);
}

static bool word_start(struct story *s, struct str rest)
{
    if (str_eq(rest, STR("app")))
        return start_app(s);
    if (str_eq(rest, STR("exchange")))
        return start_paper(s);
    if (rest.n)
        return story_fail(s, "start what? app, exchange, or nothing for both");
    return start_paper(s) && start_app(s);
}

static bool word_kill(struct story *s, struct str rest)
{
    if (str_eq(rest, STR("app")))
        world_kill_app(s->w, false);
    else if (str_eq(rest, STR("exchange")))
        world_kill_paper(s->w);
    else
        return story_fail(s, "kill what? app or exchange");
    return world_run(s->w, 0); /* the other side sees it */
}

static bool word_crash(struct story *s, struct str rest)
{
    if (rest.n)
        return story_fail(s, "crash stands alone: the machine of the app goes down");
    world_kill_app(s->w, true);
    return true;
}

/* ---- time ---- */

static bool word_wait(struct story *s, struct str rest)
{
    int64_t ms = 0;
    return story_duration(s, rest, &ms) &&
           (world_run(s->w, ms) || story_fail(s, "%s", s->w->trouble));
}

/* Somebody sets the wall clock of the app's machine. */
static bool word_clock(struct story *s, struct str rest)
{
    int64_t ms = 0;
    bool is_back = str_starts(rest, STR("-"));
    if (!is_back && !str_starts(rest, STR("+")))
        return story_fail(s, "clock -1h, clock +90s");
    if (!story_duration(s, str_sub(rest, 1, rest.n), &ms))
        return false;
    world_set_clock(s->w, is_back ? -ms : ms);
    return world_run(s->w, 0);
}

static bool word_within(struct story *s, struct str rest)
{
    int64_t ms = 0;
    struct str check, name, duration = story_word(&rest);
    const struct story_word *word = words_check;
    if (!story_duration(s, duration, &ms))
        return false;
    check = rest;
    name = story_word(&rest);
    while (word->name && !str_eq(name, str_of(word->name)))
        word++;
    if (!word->name)
        return story_fail(s, "within what? '" STR_FMT "' is no check", STR_ARG(name));
    int64_t step = ms / 100 < 50 ? 50 : ms / 100, passed = 0;
    while (!word->run(s, rest)) {
        if (passed >= ms)
            return false;
        passed += step;
        if (!world_run(s->w, step))
            return story_fail(s, "%s", s->w->trouble);
        s->is_unexpected = false;
        if (word->is_answer && s->question.n && !story_step(s, s->question))
            return story_fail(s, "to decide \"" STR_FMT "\": %s", STR_ARG(check), s->problem);
    }
    return true;
}

/* ---- the line ---- */

static bool word_cut(struct story *s, struct str rest)
{
    (void)rest;
    pipe_cut(s->w);
    return world_run(s->w, 0);
}

static bool word_latency(struct story *s, struct str rest)
{
    return story_duration(s, rest, &s->w->pipe.latency_ms);
}

static bool word_fault(struct story *s, struct str rest)
{
    struct error e = {0};
    if (!s->w->paper)
        return story_fail(s, "the exchange is down");
    return (paper_fault(s->w->paper, rest, exchange_now(s->w), &e) && world_run(s->w, 0)) ||
           story_fail(s, "%s", e.text);
}

/* ---- the disk ---- */

static bool word_device(struct story *s, struct str rest)
{
    struct device *d = &s->w->device;
    struct str how = story_word(&rest);
    if (str_eq(how, STR("delay")))
        return story_duration(s, rest, &d->delay_ms);
    if (str_eq(how, STR("ok")))
        d->mode = DEVICE_OK;
    else if (str_eq(how, STR("fail")))
        d->mode = DEVICE_FAIL;
    else if (str_eq(how, STR("lose")))
        d->mode = DEVICE_LOSE;
    else
        return story_fail(s, "device ok, fail, lose, or delay DURATION");
    return true;
}

/* ---- others ---- */

static struct paper_peer **free_stranger(struct world *w)
{
    for (size_t i = 0; w->paper && i < WORLD_STRANGERS_MAX; i++)
        if (!w->strangers[i])
            return &w->strangers[i];
    return NULL;
}

static void put_frame(struct buf *out, struct str body)
{
    const unsigned char head[4] = {(unsigned char)(body.n >> 24), (unsigned char)(body.n >> 16),
                                   (unsigned char)(body.n >> 8), (unsigned char)body.n};
    buf_add(out, head, sizeof head);
    buf_add_str(out, body);
}

/* Another program connects to the exchange with a client id: the opening of the public protocol,
 * then startApi version 2. */
static bool word_occupy(struct story *s, struct str rest)
{
    struct paper_peer **slot = free_stranger(s->w);
    struct buf hello, start;
    int64_t id = 0;
    if (!story_number(s, rest, &id))
        return false;
    if (!slot || !(*slot = paper_connect(s->w->paper, exchange_now(s->w))))
        return story_fail(s, "the exchange takes no further client");
    buf_init(&hello, 256);
    buf_init(&start, 256);
    buf_add(&hello, "API", 4);
    put_frame(&hello, STR("v100..187"));
    buf_add(&start, "71\0002\0", 5);
    buf_add_i64(&start, id);
    buf_add(&start, "\0\0", 2);
    put_frame(&hello, buf_str(&start));
    paper_input(s->w->paper, *slot, buf_str(&hello), exchange_now(s->w));
    buf_fini(&hello);
    buf_fini(&start);
    return world_run(s->w, 0);
}

static bool word_vacate(struct story *s, struct str rest)
{
    (void)rest;
    for (size_t i = 0; i < WORLD_STRANGERS_MAX; i++)
        if (s->w->strangers[i]) {
            paper_disconnect(s->w->paper, s->w->strangers[i], exchange_now(s->w));
            s->w->strangers[i] = NULL;
        }
    return true;
}

/* junk to app|exchange BYTES */
static bool word_junk(struct story *s, struct str rest)
{
    struct str to = story_word(&rest), whom = story_word(&rest);
    struct paper_peer **slot = free_stranger(s->w);
    struct buf junk;
    int64_t n = 0;
    if (!str_eq(to, STR("to")) || !story_number(s, rest, &n) || n > 65536)
        return story_fail(s, "junk to app N, junk to exchange N");
    buf_init(&junk, 65536);
    while (n-- > 0)
        buf_add_char(&junk, (char)rng_below(&s->w->rng, 256));
    if (str_eq(whom, STR("app")))
        pipe_inject(s->w, buf_str(&junk));
    else if (slot && (*slot = paper_connect(s->w->paper, exchange_now(s->w))) != NULL)
        paper_input(s->w->paper, *slot, buf_str(&junk), exchange_now(s->w));
    buf_fini(&junk);
    return true;
}

const struct story_word words_world[] = {
    {.name = "world", .run = word_world},
    {.name = "set", .run = word_set},
    {.name = "env", .run = word_env},
    {.name = "config", .run = word_config},
    {.name = "events", .run = word_events},
    {.name = "start", .run = word_start},
    {.name = "kill", .run = word_kill},
    {.name = "crash", .run = word_crash},
    {.name = "wait", .run = word_wait},
    {.name = "clock", .run = word_clock},
    {.name = "within", .run = word_within, .is_check = true},
    {.name = "cut", .run = word_cut},
    {.name = "latency", .run = word_latency},
    {.name = "fault", .run = word_fault},
    {.name = "device", .run = word_device},
    {.name = "occupy", .run = word_occupy},
    {.name = "vacate", .run = word_vacate},
    {.name = "junk", .run = word_junk},
    {.name = NULL},
};
