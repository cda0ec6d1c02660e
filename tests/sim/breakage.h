/* SPDX-License-Identifier: MIT */
/*
 * breakage: proof that the watcher can fail. Each row makes the product seem broken in one way, by
 * bytes past the gate, a line that lies, or an answer that does, and names the invariant that must
 * notice. Nothing of this is in the product: it is done through the kit.
 */
#ifndef PORTCULLIS_SIM_BREAKAGE_H
#define PORTCULLIS_SIM_BREAKAGE_H

#include "life.h"

struct breakage {
    const char *what; /* a sentence */
    enum invariant by;
    unsigned muted; /* set of (1u << invariant) that would notice first */
    void (*run)(struct life *l);
    void (*at_rest)(struct life *l); /* when all has healed; NULL: nothing */
};

extern const struct breakage breakages[];
size_t breakages_count(void);

/* ---- for the files of the breakages ---- */
/* The script asks for an order, buying, and is answered; `name` is of its price, NULL for none. */
void breakage_ask(struct life *l, enum verb verb, const char *symbol, int quantity,
                  const char *name, const char *price);
/* An order of 3 KO that rests at the exchange. */
struct seen_order *breakage_rest(struct life *l);
/* Bytes of an order past the gate. */
void breakage_forge(struct life *l, const struct seen_order *o, int32_t order_id, const char *ref,
                    const char *quantity);

/* breakage_word.c */
void preview_twice(struct life *l);
void preview_unasked(struct life *l);
void preview_of_another(struct life *l);
void preview_larger(struct life *l);
void preview_old(struct life *l);
void preview_drifted(struct life *l);
void nobody_asked(struct life *l);
void nobody_asked_about_large(struct life *l);
void approved_by_nobody(struct life *l);
void approved_twice(struct life *l);
void declined_and_sent(struct life *l);
void void_and_sent(struct life *l);
void another_is_sent(struct life *l);
void approved_too_long_ago(struct life *l);
void approval_is_forgotten(struct life *l);
void locked_pin_is_right(struct life *l);
void rule_too_often(struct life *l);
void token_too_large(struct life *l);
void token_too_often(struct life *l);
void token_revoked(struct life *l);

#endif
