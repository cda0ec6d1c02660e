/* SPDX-License-Identifier: MIT */
#include "app/paper_ctl.h"

#include "app/paper_options.h"
#include "paper/control.h"
#include "sys/net.h"

#include <stdio.h>
#include <string.h>

enum { CONNECT_MS = 5000, AGAIN_MS = 50, WAIT_S_MAX = 600 };
enum { EXIT_OK = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_NOBODY = 3 };

/* One question and its answer. */
struct question {
    struct loop *loop;
    struct stream *stream; /* NULL once it is gone */
    struct buf line, answer;
    struct error failure;
    bool has_answer;
};

static void asked(void *self)
{
    struct question *q = self;
    if (!stream_send(q->stream, buf_str(&q->line)))
        loop_stop(q->loop);
}

static void answered(void *self, struct str bytes)
{
    struct question *q = self;
    q->has_answer = !buf_add_str(&q->answer, bytes) || str_find(bytes, '\n', 0) < bytes.n;
    if (q->has_answer)
        loop_stop(q->loop);
}

static void closed(void *self, const struct error *why)
{
    struct question *q = self;
    q->stream = NULL;
    if (why)
        q->failure = *why;
    loop_stop(q->loop);
}

static void turn(void *self, struct moment now)
{
    (void)self;
    (void)now;
}

/* The words as one line; those with blanks in quotes. */
static bool join(struct buf *line, int count, char *const *words)
{
    for (int i = 0; i < count; i++) {
        bool has_blank = strchr(words[i], ' ') || !words[i][0];
        if (strpbrk(words[i], "\r\n") || (has_blank && strchr(words[i], '"')))
            return false;
        buf_add_f(line, has_blank ? "%s\"%s\"" : "%s%s", i > 0 ? " " : "", words[i]);
    }
    buf_add_char(line, '\n');
    return !line->failed && line->n <= CONTROL_LINE_MAX;
}

static int say(struct question *q, const struct net_address *to)
{
    if (!q->has_answer && q->failure.code == ERROR_NONE)
        (void)error_set(&q->failure, ERROR_UNAVAILABLE, "NO_ANSWER", "it closed without an answer");
    if (!q->has_answer) {
        if (to->path)
            fprintf(stderr, "portcullis paper ctl: %s: no exchange answers: %s\n", to->path,
                    q->failure.text);
        else
            fprintf(stderr, "portcullis paper ctl: port %d: no exchange answers: %s\n",
                    (int)to->port, q->failure.text);
        return EXIT_NOBODY;
    }
    struct str text = buf_str(&q->answer);
    fwrite(text.p, 1, text.n, stdout);
    return str_starts(text, STR("{\"ok\":true")) ? EXIT_OK : EXIT_REFUSED;
}

static void rested(void *self)
{
    struct question *q = self;
    loop_stop(q->loop);
}

/* Asks once, after `rest_ms`; what came is in q. */
static void ask(struct question *q, const struct net_address *to, int64_t rest_ms)
{
    q->failure = (struct error){0};
    q->loop = loop_new(&(struct loop_owner){turn, NULL, q});
    if (rest_ms > 0) {
        struct loop_timer *t = loop_timer_new(q->loop, rested, q);
        loop_timer_start(t, rest_ms, 0);
        loop_run(q->loop);
        loop_timer_free(t);
    }
    q->stream =
        stream_connect(q->loop, to, (size_t)2 * CONTROL_LINE_MAX, CONNECT_MS,
                       &(struct stream_owner){
                           .on_open = asked, .on_data = answered, .on_close = closed, .self = q});
    loop_run(q->loop);
    stream_close(q->stream);
    loop_free(q->loop);
}

/* Nobody listens there, or not yet. */
static bool is_absent(const struct question *q)
{
    return !q->has_answer && (!strcmp(q->failure.reason, "CONNECTION_REFUSED") ||
                              !strcmp(q->failure.reason, "NO_SUCH_FILE"));
}

/* "--wait SECONDS" there: how many arguments it took, -1 if it is wrong. */
static int take_wait(int count, char *const *args, int64_t *wait_ms)
{
    int64_t seconds;
    *wait_ms = 0;
    if (count == 0 || strcmp(args[0], "--wait") != 0)
        return 0;
    if (count < 2 || !str_to_i64(str_of(args[1]), &seconds) || seconds < 0 || seconds > WAIT_S_MAX)
        return -1;
    *wait_ms = seconds * 1000;
    return 2;
}

static int talk(const struct net_address *to, int count, char *const *words, int64_t wait_ms)
{
    struct question q = {0};
    static char help[] = "help";
    char *const no_words[] = {help};
    int status = EXIT_USAGE;
    buf_init(&q.line, (size_t)2 * CONTROL_LINE_MAX);
    buf_init(&q.answer, CONTROL_ANSWER_MAX);
    if (join(&q.line, count > 0 ? count : 1, count > 0 ? words : no_words)) {
        ask(&q, to, 0);
        for (int64_t ms = 0; ms < wait_ms && is_absent(&q); ms += AGAIN_MS)
            ask(&q, to, AGAIN_MS);
        status = say(&q, to);
    } else {
        fprintf(stderr, "portcullis paper ctl: the words do not fit into a line\n");
    }
    buf_fini(&q.line);
    buf_fini(&q.answer);
    return status;
}

int paper_ctl(int count, char *const *args)
{
    struct paper_options o;
    struct error e = {0};
    int64_t wait_ms;
    int waits = take_wait(count, args, &wait_ms);
    int used = waits < 0 ? 0 : paper_options_which(&o, count - waits, args + waits, &e);
    if (used < 0) {
        fprintf(stderr, "portcullis paper ctl: %s\n", e.text);
        return EXIT_USAGE;
    }
    if (waits == 0) /* it may stand behind them as well */
        waits = take_wait(count - used, args + used, &wait_ms);
    if (waits < 0) {
        fprintf(stderr, "portcullis paper ctl: --wait needs seconds, 0 to %d\n", (int)WAIT_S_MAX);
        return EXIT_USAGE;
    }
    struct net_address to = {.path = o.control_port >= 0 ? NULL : o.control_path,
                             .host = "127.0.0.1",
                             .port = (uint16_t)(o.control_port >= 0 ? o.control_port : 0)};
    return talk(&to, count - waits - used, args + waits + used, wait_ms);
}
