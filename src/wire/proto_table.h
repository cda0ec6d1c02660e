/* SPDX-License-Identifier: MIT */
/*
 * proto_table: the words in which the tables are written (inside wire/ only).
 *
 * Before each table `S` is defined as its struct. A row is the number and the name of the schema
 * and the member; the kind follows from the member's type where one form is usual for it:
 *
 *     #define S struct wire_rep_tick_size
 *     static const struct wire_proto_field tick_size[] = {
 *         REQUEST(1, reqId, req_id), FIELD(2, tickType, tick_type), DECIMAL(3, size, size)};
 *     #undef S
 */
#ifndef PORTCULLIS_WIRE_PROTO_TABLE_H
#define PORTCULLIS_WIRE_PROTO_TABLE_H

#include "wire/config.h"
#include "wire/proto.h"
#include "wire/reply.h"
#include "wire/request.h"

/* clang-format off */
/* ---- rows ---- */
#define ROW(n, title, m, ...) \
    {.number = (n), .name = #title, .offset = offsetof(S, m), __VA_ARGS__}
#define KIND(m) \
    _Generic(((S *)0)->m, bool: WIRE_KIND_BOOL, int32_t: WIRE_KIND_INT32, \
             int64_t: WIRE_KIND_INT64, double: WIRE_KIND_DOUBLE, struct str: WIRE_KIND_STRING, \
             struct wire_strs: WIRE_KIND_STRINGS, struct wire_ints: WIRE_KIND_INTS, \
             struct wire_doubles: WIRE_KIND_DOUBLES, struct wire_tags: WIRE_KIND_MAP)

#define FIELD(n, title, m)   ROW(n, title, m, .kind = KIND(m))
#define REQUEST(n, title, m) ROW(n, title, m, .kind = KIND(m), .rules = WIRE_RULE_NO_REQUEST)
#define NONZERO(n, title, m) ROW(n, title, m, .kind = KIND(m), .rules = WIRE_RULE_OMIT_ZERO)
#define DECIMAL(n, title, m) ROW(n, title, m, .kind = WIRE_KIND_DECIMAL)
#define OPTIONS(n, title, m) ROW(n, title, m, .kind = WIRE_KIND_OPTIONS)
#define NUMBER(n, title, m)  ROW(n, title, m, .kind = WIRE_KIND_NUMBER)
#define FLAG(n, title, m)    ROW(n, title, m, .kind = WIRE_KIND_FLAG)
#define TRUTH(n, title, m)   ROW(n, title, m, .kind = WIRE_KIND_TRUTH)
#define BIT(n, title, m, b)  ROW(n, title, m, .kind = WIRE_KIND_BIT, .mask = (b))
/* a number that is written only if `when` says so */
#define OF_TYPE(n, title, m, when) ROW(n, title, m, .kind = KIND(m), .applies = (when))
/* a flag that means something when it is false */
#define YES_OR_NO(n, title, m, when) \
    ROW(n, title, m, .kind = KIND(m), .applies = (when), .rules = WIRE_RULE_FALSE_TOO)
/* a bool of the schema whose member is a number: false is not written */
#define TRUE_ONLY(n, title, m) \
    ROW(n, title, m, .kind = WIRE_KIND_FLAG, .rules = WIRE_RULE_OMIT_ZERO)

/* messages: each with the table of what is in it */
#define PART(n, title, m, t)   ROW(n, title, m, .kind = WIRE_KIND_PART, .part = &(t))
#define NEEDED(n, title, m, t) \
    ROW(n, title, m, .kind = WIRE_KIND_PART, .part = &(t), .rules = WIRE_RULE_NEEDED)
#define EMPTY(n, title, m, t) \
    ROW(n, title, m, .kind = WIRE_KIND_PART, .part = &(t), .rules = WIRE_RULE_EMPTY_REQUEST)
#define PART_IF(n, title, m, has, t) \
    ROW(n, title, m, .kind = WIRE_KIND_PART, .part = &(t), .flag = offsetof(S, has))
#define LIST(n, title, m, t)   ROW(n, title, m, .kind = WIRE_KIND_LIST, .part = &(t))
/* a message whose fields are members of the outer struct */
#define FLAT(n, title, rule, t) \
    {.number = (n), .name = #title, .kind = WIRE_KIND_PART, .part = &(t), .rules = (rule)}
#define FLAT_WHEN(n, title, when, t) \
    {.number = (n), .name = #title, .kind = WIRE_KIND_PART, .part = &(t), .applies = (when)}

/* what only text carries; at the end of a table */
#define TEXT_ONLY(title, m)         FIELD(0, title, m)
#define TEXT_PART(title, m, t)      PART(0, title, m, t)

/* ---- tables ---- */
#define PROTO_ROWS(rows) .fields = (rows), .count = sizeof(rows) / sizeof *(rows)
/* A message within messages: `const struct wire_proto x = PROTO_PART("X", rows, struct, start)` */
#define PROTO_PART(title, rows, type, start) \
    {.name = (title), PROTO_ROWS(rows), .size = sizeof(struct type), .defaults = (start)}
/* clang-format on */

/* A message of its own: its table, and the version from which on it is protobuf (0: never). */
struct wire_proto_message {
    struct wire_proto table;
    int since;
};

enum { WIRE_ID_COUNT = 112 };
extern const struct wire_proto_message wire_proto_requests[WIRE_ID_COUNT];
extern const struct wire_proto_message wire_proto_replies[WIRE_ID_COUNT];

/* clang-format off */
#define PROTO_MESSAGE(title, rows, type, version) \
    {{.name = (title), PROTO_ROWS(rows), .size = sizeof(struct type)}, (version)}
#define PROTO_ID(title, version) \
    {{.name = (title), PROTO_ROWS(wire_proto_id_fields), .size = sizeof(struct wire_id)}, (version)}
#define PROTO_NONE(title, version) {{.name = (title)}, (version)}
/* clang-format on */

/* ---- what messages share (proto_parts.c, proto_config.c) ---- */
extern const struct wire_proto_field wire_proto_id_fields[1];
extern const struct wire_proto wire_proto_contract;
extern const struct wire_proto wire_proto_delta_neutral;
extern const struct wire_proto wire_proto_contract_details;
extern const struct wire_proto wire_proto_order;
extern const struct wire_proto wire_proto_order_cancel;
extern const struct wire_proto wire_proto_order_state;
extern const struct wire_proto wire_proto_soft_dollar_tier;
extern const struct wire_proto wire_proto_attached_orders;
extern const struct wire_proto wire_proto_execution;
extern const struct wire_proto wire_proto_lock_and_exit;
extern const struct wire_proto wire_proto_message_config;
extern const struct wire_proto wire_proto_api_config;
extern const struct wire_proto wire_proto_orders_config;
extern const struct wire_proto wire_proto_config_warning;

#endif
