/* SPDX-License-Identifier: MIT */
/*
 * Any bytes: the reader of calendars ends, and each event that it reads is read the same again from
 * what the writer makes of it.
 */
#include "base/limits.h"
#include "data/ics.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The writer leaves control characters out. */
static bool is_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 && s.p[i] != '\n')
            return false;
    return s.n < ICS_LINE_MAX / 4;
}

static void check_again(const struct ics_event *ev, struct arena *arena)
{
    static struct ics again;
    static struct buf out;
    struct ics_event back;
    struct error e;
    bool end = false;
    if (!out.cap)
        buf_init(&out, 1 << 20);
    buf_reset(&out);
    ics_begin(&out, STR("x"));
    ics_write(&out, ev, (struct utc){0});
    ics_end(&out);
    ics_init(&again, buf_str(&out), NULL, arena);
    bool ok = ics_next(&again, &back, &end, &e) && !end;
    assert(ok);
    if (ev->day < 2932896) /* 9999-12-31: four digits of a year */
        assert(back.day == ev->day || ev->start.has);
    if (is_plain(ev->summary) && ev->summary.n)
        assert(str_eq(back.summary, ev->summary));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *arena;
    static struct ics reader;
    if (!arena)
        arena = arena_new(LIMIT_CALL_ARENA);
    arena_reset(arena);
    struct ics_event ev;
    struct error e = {.code = ERROR_NONE};
    bool end = false;
    if (size > 64 << 10)
        return 0;
    ics_init(&reader, (struct str){(const char *)data, size}, NULL, arena);
    for (size_t n = 0; !end; n++) {
        assert(n <= size);
        if (!ics_next(&reader, &ev, &end, &e)) {
            assert(e.code == ERROR_INVALID && e.text[0]);
            break;
        }
        if (!end && n < 4)
            check_again(&ev, arena);
    }
    return 0;
}
