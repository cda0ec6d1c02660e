/* SPDX-License-Identifier: MIT */
/*
 * checks: the functions behind the table of decide.c, and what they share.
 *
 * A check looks at facts, request and ticket, changes neither, and returns true with out->text set
 * if its control fires. The files decide_*.c hold them by subject; their order is the table's
 * alone. Private to decide*.c.
 */
#ifndef PORTCULLIS_GUARD_CHECKS_H
#define PORTCULLIS_GUARD_CHECKS_H

#include "guard/decide.h"

/* What a check leaves: the words of its finding, and what it measured whether it fires or not. */
enum { VERDICT_ROWS_MAX = 2 }; /* limits that one control holds */
struct verdict {
    char text[200];
    struct opt_dec value, limit;
    struct gate_headroom rows[VERDICT_ROWS_MAX]; /* code and resets are filled in by decide */
    size_t row_count;
};

typedef bool check_function(const struct gate_facts *f, const struct gate_ticket *t,
                            struct verdict *out, const struct gate_request *r);

/* ---- decide_request.c ---- */
check_function deny_order, deny_bracket, deny_identity, deny_restricted, deny_unknown,
    deny_duplicate, deny_hours, deny_tick, deny_step, deny_quantity;
/* ---- decide_state.c ---- */
check_function deny_killed, deny_halted, deny_breaker, deny_increase, deny_loss, deny_drawdown,
    deny_read_only, deny_live, deny_account, deny_principal, deny_ready, deny_restart, deny_journal,
    deny_stalled, warn_arm;
/* ---- decide_price.c ---- */
check_function deny_price, deny_stale, deny_wrong_side, deny_distance, deny_collar, deny_widens,
    warn_delayed, warn_old, warn_halted;
/* ---- decide_position.c ---- */
check_function deny_short, deny_cross, deny_position, deny_exposure, deny_currency, deny_sector,
    deny_side, warn_left_over;
/* ---- decide_money.c ---- */
check_function deny_rate, deny_value, deny_daily_value, deny_minute, deny_day, deny_stops,
    deny_margin, warn_margin, deny_second, deny_messages, deny_unanswered, deny_rule, warn_large;

/* ---- decide_approval.c ---- */
check_function deny_approval, warn_approval;
/* Who has to agree to the order, and (unless NULL) by which setting. */
enum gate_approval approval_of(const struct gate_facts *f, const struct gate_ticket *t,
                               const char **setting);

/* ---- what they share ---- */
/* The order is so large that it is worth a second look. */
bool is_large(const struct gate_facts *f, const struct gate_ticket *t);
/* What of the order may still fill. */
struct dec open_quantity(const struct gate_facts *f, const struct order *o);
/* It lies opposite to the position and, with the working orders of its kind, does not exceed it. */
bool is_reducing(const struct gate_facts *f, const struct gate_request *r);

/* ---- words: each fills `out` and returns true ---- */
struct dec_text {
    char s[DEC_TEXT_MAX];
};
struct dec_text text_of(struct dec d);
#define D(d) (text_of(d).s)

/* Amounts of the base currency for a reader: what is compared rounded up, with what rounded down,
 * to the currency's own decimals, so that a sentence that says "exceeds" stays true. */
struct dec_text amount_of(const struct gate_facts *f, struct dec value);
struct dec_text limit_of(const struct gate_facts *f, struct dec limit);
#define AMOUNT(f, d) (amount_of(f, d).s)
#define LIMIT(f, d)  (limit_of(f, d).s)

bool says(struct verdict *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* ---- measures: each leaves a row of headroom; of several legs the one that has least ---- */
/* `after` is the value with this order, `used` without it, absent where each order stands alone.
 * True if the limit is exceeded. */
bool exceeds(struct verdict *out, const char *setting, const char *unit, struct opt_dec used,
             struct dec after, struct dec limit);
/* The same for the least value that passes: true if it is not reached. */
bool falls_short(struct verdict *out, const char *setting, const char *unit, struct dec after,
                 struct dec least);

bool says_limit(struct verdict *out, struct dec value, struct dec limit, const char *what,
                const char *setting);
/* The same for an amount of the base currency. */
bool says_value(struct verdict *out, const struct gate_facts *f, struct dec value, struct dec limit,
                const char *what, const char *setting);
bool says_count(struct verdict *out, struct dec value, struct dec limit, const char *what,
                const char *setting);

#endif
