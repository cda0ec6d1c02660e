/* SPDX-License-Identifier: MIT */
/* acts: what the files of the table of acts share. acts.c: the table, orders, states, time;
 * acts_fault.c: what goes wrong and is healed; acts_word.c: what is shown before it is sent, a
 * person's word, rules, tokens and scopes. */
#ifndef PORTCULLIS_SIM_ACTS_H
#define PORTCULLIS_SIM_ACTS_H

#include "life.h"

enum { LISTINGS = 4 };
extern const struct listing {
    const char *symbol;
    int32_t con_id;
} listings[LISTINGS];

/* Adds a price: `permille` of the middle of the market. */
void acts_price(const struct life *l, struct demand *d, const char *name, int32_t con_id,
                int64_t permille);
/* Whether that one uses idempotency keys. */
bool acts_uses_key(enum who who, uint32_t n);
/* A demand with a number, by one of all but the person. False once all numbers are used. */
bool acts_start(struct life *l, struct demand *d, enum verb op, const uint32_t *n);
/* Asks, and waits a while or not. */
void acts_ask(struct life *l, const struct demand *d, uint32_t patience);

/* acts_fault.c */
void act_line(struct life *l, const uint32_t *n);
void act_messages(struct life *l, const uint32_t *n);
void act_broker(struct life *l, const uint32_t *n);
void act_orders(struct life *l, const uint32_t *n);
void act_market(struct life *l, const uint32_t *n);
void act_disk(struct life *l, const uint32_t *n);
void act_process(struct life *l, const uint32_t *n);
void act_clock(struct life *l, const uint32_t *n);
void act_heal(struct life *l, const uint32_t *n);

/* acts_word.c */
void act_rule(struct life *l, const uint32_t *n);
void act_preview(struct life *l, const uint32_t *n);
void act_submit(struct life *l, const uint32_t *n);
void act_approve(struct life *l, const uint32_t *n);
void act_guess(struct life *l, const uint32_t *n);
void act_token(struct life *l, const uint32_t *n);
void act_scoped_kill(struct life *l, const uint32_t *n);

#endif
