/* SPDX-License-Identifier: MIT */
/*
 * contract: what is traded. The broker's key is con_id; everything else describes it.
 *
 * Values with fixed room, so that a contract can be copied and kept without an owner. Names follow
 * the broker's terms. An empty name is "not known"; a con_id of 0 is "not resolved".
 */
#ifndef PORTCULLIS_MODEL_CONTRACT_H
#define PORTCULLIS_MODEL_CONTRACT_H

#include "base/dec.h"
#include "base/str.h"

enum sec_type {
    SEC_UNKNOWN,
    SEC_STK,
    SEC_OPT,
    SEC_FUT,
    SEC_FOP,
    SEC_CASH, /* a currency pair; symbol is the base, currency the quote currency */
    SEC_IND,
    SEC_CFD,
    SEC_BOND,
    SEC_FUND,
    SEC_CMDTY,
    SEC_CRYPTO,
    SEC_WAR,
    SEC_BAG,
    SEC_CONTFUT, /* the future that the broker calls the leading one; for reading alone */
    SEC_TYPE_COUNT
};

struct contract {
    int32_t con_id;
    enum sec_type sec_type;
    char currency[8];
    char multiplier[16];
    char symbol[32];
    char expiry[32]; /* lastTradeDateOrContractMonth: "20261218" or "202612" */
    struct opt_dec strike;
    char right;        /* 'C', 'P' or 0 */
    char exchange[24]; /* where it is routed: "SMART", "IDEALPRO" */
    char primary_exchange[24];
    char local_symbol[40];
    char trading_class[32];
};

/* What the broker tells about a contract on request. */
struct contract_details {
    struct contract contract;
    char long_name[128];
    char industry[64], category[64], subcategory[64];
    char time_zone[48];  /* as the broker names it, e.g. "US/Eastern" */
    char stock_type[24]; /* "COMMON", "ETF", "ADR" */
    char isin[16];
    struct opt_dec min_tick;
    struct opt_dec min_size, size_increment;
    char valid_exchanges[512];
    char order_types[512];
    char trading_hours[1024], liquid_hours[1024];
    char market_rule_ids[256];
    char contract_month[8];  /* of a future: "202612" */
    int32_t price_magnifier; /* prices are so many times what a unit is worth; mostly 1 */
};

/* "STK" ...; SEC_UNKNOWN is "". */
const char *sec_type_text(enum sec_type t);
/* SEC_UNKNOWN for a text that is none. */
enum sec_type sec_type_parse(struct str s);
/* The factor between price x quantity and money: the multiplier, 1 where there is none. */
struct dec contract_multiplier(const struct contract *c);
/* A readable name, "AAPL", "EUR.USD", "ASML.AEB.EUR", "AAPL 20261218 200 C", into out. Returns out.
 */
const char *contract_name(const struct contract *c, char *out, size_t cap);
/* Same instrument: con_id where both have one, else all describing members. */
bool contract_same(const struct contract *a, const struct contract *b);

#endif
