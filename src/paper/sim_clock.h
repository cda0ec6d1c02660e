/* SPDX-License-Identifier: MIT */
/*
 * sim_clock: the time of the simulated market.
 *
 * It follows the owner's wall clock, or runs from a base at a speed, stands still while paused, or
 * is led forward by hand (sim_clock_lead) when a stretch of time is computed as fast as it goes.
 * It never goes back.
 */
#ifndef PORTCULLIS_PAPER_SIM_CLOCK_H
#define PORTCULLIS_PAPER_SIM_CLOCK_H

#include "base/instant.h"

enum { SIM_SPEED_MAX = 10000 };

struct sim_clock {
    bool follows_wall; /* neither a start nor a speed was ever asked for */
    bool is_paused;
    int speed; /* simulated seconds per second, 1..SIM_SPEED_MAX */
    struct instant base_mono;
    int64_t base_ns;   /* simulated time at base_mono */
    int64_t now_ns;    /* simulated; what everybody reads */
    int64_t target_ns; /* above now_ns: being led there */
};

/* start_ns: NULL follows the wall clock (at speed 1) or starts from it. */
void sim_clock_init(struct sim_clock *c, const int64_t *start_ns, int speed, struct moment now);
/* The simulated time at a reading of the owner's clocks, without changing anything. */
int64_t sim_clock_at(const struct sim_clock *c, struct moment now);
/* Moves to that reading; not while paused or led. */
void sim_clock_set(struct sim_clock *c, struct moment now);
/* Goes on from here, after a restart found records of a later time than the clock's. */
void sim_clock_continue(struct sim_clock *c, int64_t from_ns);

void sim_clock_speed(struct sim_clock *c, int speed, struct moment now);
void sim_clock_pause(struct sim_clock *c, bool is_paused, struct moment now);
/* From now on the time is led to now + ns, by sim_clock_lead. */
void sim_clock_aim(struct sim_clock *c, int64_t ns, struct moment now);
bool sim_clock_is_led(const struct sim_clock *c);
/* To that time, at most to the target; there, real time takes over again. */
void sim_clock_lead(struct sim_clock *c, int64_t to_ns, struct moment now);
/* When the owner's clock will show that simulated time; INSTANT_NEVER while paused. */
struct instant sim_clock_when(const struct sim_clock *c, int64_t at_ns, struct moment now);

#endif
