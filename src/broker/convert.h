/* SPDX-License-Identifier: MIT */
/*
 * convert: between the wire's structs and the model's.
 *
 * Inwards: marks of "not set" become absence, doubles become decimals by their shortest text,
 * names are cut to their room and freed of control characters. Outwards: texts are borrowed from
 * the model's value, which must outlive the encoding; decimals that the wire carries as text are
 * written into the arena.
 */
#ifndef PORTCULLIS_BROKER_CONVERT_H
#define PORTCULLIS_BROKER_CONVERT_H

#include "base/arena.h"
#include "base/instant.h"
#include "data/tz.h"
#include "model/account.h"
#include "model/bar.h"
#include "model/order.h"
#include "wire/reply.h"
#include "wire/request.h"

/* Outside text for people: control characters become blanks, malformed UTF-8 becomes '?', what
 * cannot be seen (marks of direction, joiners, tags) goes, what does not fit is cut at a character.
 * out ends in NUL. */
void clean_text(char *out, size_t cap, struct str text);
/*
 * "20260413-15:27:04" (UTC by definition) and "20260413 15:27:04 US/Eastern" (one or two blanks;
 * UTC, GMT and Z are always known). Absent without a zone or with one that `zones` does not know.
 */
struct opt_utc time_of_text(struct str text, const struct tz_zones *zones);

/* ---- inwards ---- */
void contract_of_wire(const struct wire_contract *from, struct contract *to);
void details_of_wire(const struct wire_rep_contract_data *from, struct contract_details *to);
/* order_id and client_id are set by the caller's message: completed orders have none. */
void order_of_wire(const struct wire_contract *contract, const struct wire_order *from,
                   int32_t order_id, struct order *to);
void status_of_wire(const struct wire_rep_order_status *from, struct order *ids,
                    struct order_status *to);
/* The status inside an openOrder or completedOrder: state, reasons, completion; no quantities
 * except the filled one of a completed order. */
void state_of_wire(const struct wire_order_state *from, struct str filled,
                   const struct tz_zones *zones, struct order_status *to);
void margin_of_wire(const struct wire_order_state *from, struct order_margin *to);
void execution_of_wire(const struct wire_rep_exec_details *from, const struct tz_zones *zones,
                       struct execution *to);
void commission_of_wire(const struct wire_rep_commission_report *from, struct execution *to);
/* False if the time is none: the bar cannot be placed. */
bool bar_of_wire(const struct wire_bar *from, const struct tz_zones *zones, struct bar *to);
/* False if the quantity is not a number. */
bool position_of_wire(const struct wire_rep_position *from, struct position *to);
bool portfolio_of_wire(const struct wire_rep_portfolio_value *from, struct position *to);

/* ---- outwards ---- */
/* An empty exchange stays empty: a question may leave it open. */
void contract_to_wire(const struct contract *from, struct wire_contract *to);
void order_to_wire(const struct order *from, struct arena *arena, struct wire_req_place_order *to);

#endif
