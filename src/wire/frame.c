/* SPDX-License-Identifier: MIT */
#include "wire/frame.h"

#include "base/limits.h"
#include "wire/codec.h"

#include <assert.h>
#include <string.h>

enum {
    LENGTH = 4, /* bytes of a frame's length */
    PRELUDE = 4,
    FEED_MAX = 1 << 20,  /* bytes of one feed, beyond the frame in work */
    HANDSHAKE_MAX = 256, /* bytes of an offer or its answer */
};

static const char prelude[PRELUDE] = {'A', 'P', 'I', 0};

/* ---- frames ---- */

void wire_reader_init(struct wire_reader *r, size_t frame_max, bool expects_prelude)
{
    assert(frame_max > 0 && frame_max <= LIMIT_FRAME);
    *r = (struct wire_reader){.frame_max = frame_max, .wants_prelude = expects_prelude};
    buf_init(&r->in, PRELUDE + LENGTH + frame_max + FEED_MAX);
}

void wire_reader_fini(struct wire_reader *r)
{
    buf_fini(&r->in);
}

static enum wire_next broken(struct wire_reader *r, struct error *e)
{
    r->failed = true;
    *e = r->why;
    return WIRE_NEXT_BROKEN;
}

void wire_reader_feed(struct wire_reader *r, const void *p, size_t n)
{
    if (r->failed)
        return;
    buf_consume(&r->in, r->at);
    r->at = 0;
    if (!buf_add(&r->in, p, n)) {
        error_set(&r->why, ERROR_LIMIT, "WIRE_BAD_FRAME", "more than %zu bytes wait to be read",
                  r->in.cap);
        r->failed = true;
    }
}

static bool take_prelude(struct wire_reader *r, struct str rest)
{
    size_t n = rest.n < PRELUDE ? rest.n : PRELUDE;
    if (memcmp(rest.p, prelude, n) != 0)
        return error_set(&r->why, ERROR_PROTOCOL, "WIRE_BAD_FRAME",
                         "the connection does not open with \"API\"");
    if (n == PRELUDE) {
        r->wants_prelude = false;
        r->at += PRELUDE;
    }
    return true;
}

enum wire_next wire_reader_next(struct wire_reader *r, struct str *body, struct error *e)
{
    if (r->failed)
        return broken(r, e);
    struct str rest = str_sub(buf_str(&r->in), r->at, r->in.n);
    if (r->wants_prelude) {
        if (!take_prelude(r, rest))
            return broken(r, e);
        if (r->wants_prelude)
            return WIRE_NEXT_MORE;
        rest = str_sub(rest, PRELUDE, rest.n);
    }
    if (rest.n < LENGTH)
        return WIRE_NEXT_MORE;
    const unsigned char *p = (const unsigned char *)rest.p;
    size_t n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    if (n == 0 || n > r->frame_max) {
        error_set(&r->why, ERROR_PROTOCOL, "WIRE_BAD_FRAME",
                  "a frame of %zu bytes is announced; 1 to %zu are allowed", n, r->frame_max);
        return broken(r, e);
    }
    if (rest.n - LENGTH < n)
        return WIRE_NEXT_MORE;
    *body = str_sub(rest, LENGTH, LENGTH + n);
    r->at += LENGTH + n;
    return WIRE_NEXT_FRAME;
}

size_t wire_reader_pending(const struct wire_reader *r)
{
    return r->in.n - r->at;
}

bool wire_frame_add(struct buf *b, struct str body)
{
    char *p;
    if (body.n == 0 || body.n > LIMIT_FRAME || !(p = buf_space(b, LENGTH + body.n)))
        return false;
    for (int i = 0; i < LENGTH; i++)
        p[i] = (char)(body.n >> (24 - 8 * i) & 0xFF);
    memcpy(p + LENGTH, body.p, body.n);
    buf_grow(b, LENGTH + body.n);
    return true;
}

/* ---- handshake ---- */

/* A version number: digits only, few enough to be one. */
static bool parse_version(struct str s, int *out)
{
    enum { DIGITS_MAX = 6 };
    int64_t n;
    if (s.n > DIGITS_MAX || !str_to_i64(s, &n))
        return false;
    *out = (int)n;
    return true;
}

bool wire_offer_build(struct buf *out, int min, int max, struct str options)
{
    struct buf body;
    buf_init(&body, HANDSHAKE_MAX);
    buf_add_f(&body, "v%d..%d", min, max);
    if (options.n) {
        buf_add_char(&body, ' ');
        buf_add_str(&body, options);
    }
    bool done =
        !body.failed && buf_add(out, prelude, PRELUDE) && wire_frame_add(out, buf_str(&body));
    buf_fini(&body);
    return done;
}

bool wire_hello_parse(struct str body, int min, int max, struct wire_hello *out, struct error *e)
{
    size_t first = str_find(body, 0, 0);
    size_t second = str_find(body, 0, first + 1);
    bool is_hello = second + 1 == body.n && parse_version(str_sub(body, 0, first), &out->version);
    out->time = str_sub(body, first + 1, second);
    if (!is_hello)
        return error_set(e, ERROR_PROTOCOL, "WIRE_BAD_FRAME",
                         "the server did not answer with its version");
    if (out->version < 0)
        return error_set(e, ERROR_UNAVAILABLE, "WIRE_REDIRECT",
                         "the server redirects to another address, which is not supported");
    if (out->version < min || out->version > max)
        return error_set(e, ERROR_UNAVAILABLE, "WIRE_VERSION",
                         "the server speaks version %d; %d to %d are supported", out->version, min,
                         max);
    return true;
}

bool wire_offer_parse(struct str body, struct wire_offer *out, struct error *e)
{
    struct str range = str_sub(body, 0, str_find(body, ' ', 0));
    struct str dots = STR("..");
    size_t at = str_find_str(range, dots);
    bool is_range = str_starts(range, STR("v")) && parse_version(str_sub(range, 1, at), &out->min);
    out->max = out->min;
    if (is_range && at < range.n)
        is_range = parse_version(str_sub(range, at + dots.n, range.n), &out->max);
    if (!is_range || out->min < 0 || out->max < out->min)
        return error_set(e, ERROR_PROTOCOL, "WIRE_BAD_FRAME",
                         "the client did not offer a range of versions");
    out->options = str_trim(str_sub(body, range.n, body.n));
    return true;
}

bool wire_choose_version(const struct wire_offer *offer, int own_min, int own_max, int *version,
                         struct error *e)
{
    assert(own_min >= WIRE_VERSION_MIN && own_max <= WIRE_VERSION_PROTO_MAX && own_min <= own_max);
    *version = offer->max < own_max ? offer->max : own_max;
    if (*version > WIRE_VERSION_TEXT_MAX && *version < WIRE_VERSION_PROTO_MIN)
        *version = WIRE_VERSION_TEXT_MAX;
    if (*version < own_min || *version < offer->min)
        return error_set(e, ERROR_UNAVAILABLE, "WIRE_VERSION",
                         "the client speaks versions %d to %d; %d to %d are supported", offer->min,
                         offer->max, own_min, own_max);
    return true;
}

bool wire_hello_build(struct buf *out, int version, struct str time)
{
    struct buf body;
    buf_init(&body, HANDSHAKE_MAX);
    buf_add_f(&body, "%d%c" STR_FMT "%c", version, 0, STR_ARG(time), 0);
    bool done = !body.failed && wire_frame_add(out, buf_str(&body));
    buf_fini(&body);
    return done;
}
