/* SPDX-License-Identifier: MIT */
/*
 * check: what a placeOrder request is allowed to be. Turns it into a ticket, or into the broker's
 * error code and a text. What this exchange does not simulate is refused by name, never silently
 * treated as something else. Changes nothing.
 *
 * check.c has the way through, names, changes and funds; check_group.c an advisor's shares;
 * check_type.c the type, its prices, its size and its lifetime; check_terms.c the modifiers.
 */
#ifndef PORTCULLIS_PAPER_CHECK_H
#define PORTCULLIS_PAPER_CHECK_H

#include "paper/balance.h"
#include "paper/venue.h"
#include "wire/request.h"

/* What the checks look at; all borrowed. */
struct check_world {
    const struct universe *universe;
    struct feed *feed;
    struct accounts *accounts;
    const struct groups *groups; /* of the advisor */
    struct venue *venue;
    int32_t client_id;
    int64_t now_ns;
    bool is_protobuf; /* how the request was written: it may not leave out what text may */
};

enum check_verdict {
    CHECK_PLACE,  /* draft is a new order */
    CHECK_MODIFY, /* draft replaces `existing` */
    CHECK_REFUSE, /* an error frame and nothing else: the request was not one */
    CHECK_REJECT  /* code 201: a proper order that is not accepted; a new one is kept as rejected */
};

struct check {
    enum check_verdict verdict;
    int code;
    char text[200];
    struct ticket draft;           /* not filled for CHECK_REFUSE */
    const struct ticket *existing; /* the live order with this id, or NULL */
    bool tif_was_set;              /* the request named none: DAY was put in */
};

void check_order(const struct check_world *w, const struct wire_req_place_order *req,
                 struct check *out);

/*
 * The one listing that a contract names. NULL with code 200 and a text if none or several fit, or
 * 321 if it says too little.
 */
const struct instrument *check_contract(const struct universe *u, const struct wire_contract *c,
                                        int *code, char text[200]);

/* The account before and after an order that fills at once at the present price. */
struct check_margin {
    struct balance before, after;
    char base[8];              /* the currency of both */
    struct dec commission;     /* if it takes what is offered; the most it can be */
    struct dec min_commission; /* if it is a resting order that is taken */
    char commission_currency[8];
};
void check_margin(const struct check_world *w, const struct ticket *draft,
                  struct check_margin *out);

#endif
