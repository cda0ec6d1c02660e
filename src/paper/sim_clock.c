/* SPDX-License-Identifier: MIT */
#include "paper/sim_clock.h"

#include <assert.h>

static void rebase(struct sim_clock *c, struct moment now)
{
    c->follows_wall = false;
    c->base_mono = now.mono;
    c->base_ns = c->now_ns;
}

void sim_clock_init(struct sim_clock *c, const int64_t *start_ns, int speed, struct moment now)
{
    assert(speed >= 1 && speed <= SIM_SPEED_MAX);
    *c = (struct sim_clock){.speed = speed, .now_ns = start_ns != NULL ? *start_ns : now.wall.ns};
    rebase(c, now);
    c->follows_wall = start_ns == NULL && speed == 1;
    c->target_ns = INT64_MIN;
}

int64_t sim_clock_at(const struct sim_clock *c, struct moment now)
{
    int64_t at = c->now_ns;
    if (!c->is_paused && !sim_clock_is_led(c))
        at =
            c->follows_wall ? now.wall.ns : c->base_ns + (now.mono.ns - c->base_mono.ns) * c->speed;
    return at > c->now_ns ? at : c->now_ns; /* a wall clock may be set back, the market's never */
}

void sim_clock_set(struct sim_clock *c, struct moment now)
{
    c->now_ns = sim_clock_at(c, now);
}

void sim_clock_continue(struct sim_clock *c, int64_t from_ns)
{
    if (from_ns <= c->now_ns)
        return;
    c->base_ns += from_ns - c->now_ns;
    c->now_ns = from_ns;
}

void sim_clock_speed(struct sim_clock *c, int speed, struct moment now)
{
    assert(speed >= 1 && speed <= SIM_SPEED_MAX);
    sim_clock_set(c, now);
    rebase(c, now);
    c->speed = speed;
}

void sim_clock_pause(struct sim_clock *c, bool is_paused, struct moment now)
{
    sim_clock_set(c, now);
    rebase(c, now);
    c->is_paused = is_paused;
}

void sim_clock_aim(struct sim_clock *c, int64_t ns, struct moment now)
{
    assert(ns >= 0);
    sim_clock_set(c, now);
    int64_t from = sim_clock_is_led(c) ? c->target_ns : c->now_ns;
    c->target_ns = from + ns;
}

bool sim_clock_is_led(const struct sim_clock *c)
{
    return c->target_ns > c->now_ns;
}

void sim_clock_lead(struct sim_clock *c, int64_t to_ns, struct moment now)
{
    assert(sim_clock_is_led(c));
    if (to_ns > c->now_ns)
        c->now_ns = to_ns < c->target_ns ? to_ns : c->target_ns;
    if (!sim_clock_is_led(c))
        rebase(c, now);
}

struct instant sim_clock_when(const struct sim_clock *c, int64_t at_ns, struct moment now)
{
    if (sim_clock_is_led(c))
        return now.mono;
    if (c->is_paused)
        return at_ns <= c->now_ns ? now.mono : INSTANT_NEVER;
    int64_t wait = at_ns > c->now_ns ? at_ns - c->now_ns : 0;
    return (struct instant){now.mono.ns + (wait + c->speed - 1) / c->speed};
}
