/* SPDX-License-Identifier: MIT */
/*
 * check_private: what the files of the order checks share. Each check fills its part of the draft
 * and returns true, or says why not by check_refuse and returns false.
 */
#ifndef PORTCULLIS_PAPER_CHECK_PRIVATE_H
#define PORTCULLIS_PAPER_CHECK_PRIVATE_H

#include "paper/check.h"
#include "paper/match.h"

enum {
    CODE_DUPLICATE_ID = 103,
    CODE_MODIFY_FILLED = 104,
    CODE_MODIFY_MISMATCH = 105,
    CODE_TICK = 110,
    CODE_TIF_MISMATCH = 111,
    CODE_NO_PARENT = 135,
    CODE_NO_CONTRACT = 200,
    CODE_REJECTED = 201,
    CODE_INVALID = 321,
    CODE_UNSUPPORTED_TYPE = 387,
    CODE_WHAT_IF_TRANSMIT = 413,
    CODE_ZERO_SIZE = 434,
    CODE_NO_ACCOUNT = 435,
    CODE_NO_ALLOCATION = 436,
    CODE_NO_TIF = 10052,
    CODE_FRACTION = 10243,
    CODE_CASH_QUANTITY = 10244
};
/* One order may not be larger; keeps every product of size and price in range. */
#define SIZE_MOST  DEC(100000000)
#define PRICE_MOST DEC(1000000000)

#define INVALID    "Error validating request.-'bF' : cause - "

/* Returns false, always. */
bool check_refuse(struct check *c, enum check_verdict verdict, int code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- check_type.c ---- */
/* Side, type and time in force; the instrument must be known. */
bool check_kind(const struct check_world *w, const struct wire_order *o, struct check *out);
bool check_prices(const struct wire_order *o, struct check *out);
/* The limit against the market. A refusal is kept as a rejected order, so that has its size first.
 */
bool check_price_cap(const struct check_world *w, struct check *out);
bool check_size(const struct check_world *w, const struct wire_order *o, struct check *out);
bool check_lifetime(const struct check_world *w, const struct wire_order *o, struct check *out);
/* Of what a number must be a multiple: of the step at that price, or of the smallest one. */
enum check_step { STEP_NONE, STEP_PRICE, STEP_DISTANCE };
/* A number that must be there, above zero unless it is a combination's price. *price is set only on
 * success. */
bool check_price(double v, const char *what, enum check_step step, struct check *out,
                 struct opt_dec *price);

/* ---- check_group.c ---- */
/* Divides the order for a group among its accounts. Comes last of what fills the draft. */
bool check_group(const struct check_world *w, const struct wire_order *o, struct check *out);

/* ---- check_terms.c ---- */
/* Refuses by name what this exchange does not simulate. */
bool check_supported(const struct wire_req_place_order *req, struct check *out);
/* The legs of a combination, into the draft with its first leg as the instrument. */
bool check_legs(const struct check_world *w, const struct wire_contract *c, struct check *out);
/* Minimum and displayed size, start, adjustment, conditions, algorithm. Comes after the size and
 * the lifetime. */
bool check_terms(const struct check_world *w, const struct wire_order *o, struct check *out);

#endif
