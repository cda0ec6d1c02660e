/* SPDX-License-Identifier: MIT */
/* sample: an invented order with a field of every kind, for the tests that work on types. */
#ifndef PORTCULLIS_TESTS_UNIT_DATA_SAMPLE_H
#define PORTCULLIS_TESTS_UNIT_DATA_SAMPLE_H

#include "data/type.h"

struct leg {
    struct str symbol;
    int64_t ratio;
};

struct guardrail {
    struct opt_dec price;
    bool trailing;
};

struct sample {
    struct str symbol, note;
    int64_t quantity;
    struct opt_int client;
    double weight;
    struct opt_num beta;
    struct dec fee;
    struct opt_dec limit;
    bool dry_run;
    struct opt_bool confirm;
    unsigned side, kind;
    struct utc at;
    struct opt_utc until;
    struct guardrail stop;
    struct list tags;
    struct list legs;
    struct str token;
};

static const char *const sample_sides[] = {"BUY", "SELL", NULL};
static const char *const sample_kinds[] = {"", "MKT", "STP LMT", NULL};

static const struct field leg_fields[] = {
    FIELD(struct leg, symbol, .doc = "Ticker", .required = true),
    FIELD(struct leg, ratio, .doc = "Units of the leg", .initial = "1", .min = "1", .max = "9"),
};
static const struct type leg_type = TYPE_OF(struct leg, leg_fields);

static const struct field guardrail_fields[] = {
    FIELD(struct guardrail, price, .doc = "Stop price", .min = "0"),
    FIELD(struct guardrail, trailing, .doc = "Follows the market", .initial = "true"),
};
static const struct type guardrail_type = TYPE_OF(struct guardrail, guardrail_fields);

static const struct field sample_fields[] = {
    FIELD(struct sample, symbol, .doc = "Ticker symbol", .example = "AAPL", .required = true,
          .positional = true, .max = "12"),
    FIELD(struct sample, note, .doc = "Free text", .wide = true),
    FIELD(struct sample, quantity, .doc = "Shares", .initial = "1", .min = "1", .max = "1000"),
    FIELD(struct sample, client, .doc = "Client id"),
    FIELD(struct sample, weight, .doc = "Weight", .unit = "ratio", .min = "0", .max = "1"),
    FIELD(struct sample, beta, .doc = "Beta"),
    FIELD(struct sample, fee, .doc = "Fee", .unit = "USD", .initial = "0.35"),
    FIELD(struct sample, limit, .doc = "Limit price", .min = "0.01"),
    FIELD_AS(struct sample, dry_run, "dryRun", .doc = "Do not send"),
    FIELD(struct sample, confirm, .doc = "Ask first"),
    FIELD(struct sample, side, .doc = "Direction", .choices = sample_sides, .initial = "SELL"),
    FIELD(struct sample, kind, .doc = "Order type", .choices = sample_kinds),
    FIELD(struct sample, at, .doc = "When"),
    FIELD(struct sample, until, .doc = "Until when"),
    FIELD_OBJECT(struct sample, stop, &guardrail_type, .doc = "Stop loss"),
    FIELD(struct sample, tags, .doc = "Labels", .initial = "a,b", .max = "3"),
    FIELD(struct sample, legs, .doc = "Legs", .of = &leg_type),
    FIELD(struct sample, token, .doc = "Key", .secret = true),
};
static const struct type sample_type = TYPE_OF(struct sample, sample_fields);

#endif
