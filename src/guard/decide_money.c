/* SPDX-License-Identifier: MIT */
/* decide_money: the controls of values, of counts and of rates. */
#include "guard/checks.h"

#include "guard/value.h"

/* ---- money and counts ---- */

static struct opt_dec count(int64_t n)
{
    return DEC_SOME(dec_of(n));
}

bool deny_rate(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
               const struct gate_request *r)
{
    (void)r;
    if (f->unrated[0])
        return says(out, "there is no rate from %s, in which something is held or ordered, to %s",
                    f->unrated, f->base_currency);
    return !f->rate.has && t->value.has &&
           says(out, "there is no rate from %s to the base currency %s", t->currency,
                f->base_currency[0] ? f->base_currency : "(unknown)");
}

bool deny_value(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                const struct gate_request *r)
{
    (void)r;
    return t->value_base.has &&
           exceeds(out, "max_order_value", f->base_currency, DEC_NONE, t->value_base.v,
                   f->limits->max_order_value) &&
           says_value(out, f, t->value_base.v, f->limits->max_order_value, "order value",
                      "max_order_value");
}

struct dec added_value(const struct gate_facts *f, const struct gate_ticket *t)
{
    struct dec before = DEC_ZERO;
    if (!t->value_base.has)
        return DEC_ZERO;
    if (f->existing) {
        struct opt_dec was = value_in_base(f, order_value(f, &f->existing->order));
        before = was.has ? was.v : DEC_ZERO;
    }
    return dec_max(dec_minus(t->value_base.v, before), DEC_ZERO);
}

bool deny_daily_value(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                      const struct gate_request *r)
{
    (void)r;
    if (!t->value_base.has)
        return false;
    struct dec after = amount_plus(f->value_today, added_value(f, t));
    return exceeds(out, "max_value_per_day", f->base_currency, DEC_SOME(f->value_today), after,
                   f->limits->max_value_per_day) &&
           says_value(out, f, after, f->limits->max_value_per_day, "the day's order value",
                      "max_value_per_day");
}

bool deny_minute(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                 const struct gate_request *r)
{
    (void)r;
    struct dec after = dec_of(f->orders_last_minute + (int64_t)t->count);
    struct dec limit = dec_of(f->limits->max_orders_per_minute);
    return exceeds(out, "max_orders_per_minute", "orders", count(f->orders_last_minute), after,
                   limit) &&
           says_count(out, after, limit, "orders within a minute", "max_orders_per_minute");
}

bool deny_day(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
              const struct gate_request *r)
{
    (void)r;
    if (f->existing)
        return false;
    struct dec after = dec_of(f->orders_today + (int64_t)t->count);
    struct dec limit = dec_of(f->limits->max_orders_per_day);
    if (!f->is_rule && f->limits->orders_reserved_for_rules > 0) {
        limit = dec_minus(limit, dec_of(f->limits->orders_reserved_for_rules));
        return exceeds(out, "max_orders_per_day", "orders", count(f->orders_today), after, limit) &&
               says_count(out, after, limit, "orders of the day",
                          "max_orders_per_day less orders_reserved_for_rules");
    }
    return exceeds(out, "max_orders_per_day", "orders", count(f->orders_today), after, limit) &&
           says_count(out, after, limit, "orders of the day", "max_orders_per_day");
}

bool deny_stops(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                const struct gate_request *r)
{
    (void)r;
    int64_t more = 0;
    for (size_t i = 0; i < t->count && !f->existing; i++)
        more += order_kind(&t->orders[i]) == KIND_STOP;
    struct dec after = dec_of(f->working_stops + more);
    struct dec limit = dec_of(f->limits->max_working_stops);
    return more &&
           exceeds(out, "max_working_stops", "orders", count(f->working_stops), after, limit) &&
           says_count(out, after, limit, "working stop orders", "max_working_stops");
}

bool deny_second(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                 const struct gate_request *r)
{
    (void)r;
    struct dec after = dec_of(f->orders_last_second + (int64_t)t->count);
    struct dec limit = dec_of(f->limits->max_orders_per_second);
    return exceeds(out, "max_orders_per_second", "orders", count(f->orders_last_second), after,
                   limit) &&
           says_count(out, after, limit, "orders within a second", "max_orders_per_second");
}

bool deny_messages(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                   const struct gate_request *r)
{
    (void)r;
    struct dec after = dec_of(f->messages_last_second + (int64_t)t->count);
    struct dec limit = dec_of(f->limits->max_messages_per_second);
    return exceeds(out, "max_messages_per_second", "messages", count(f->messages_last_second),
                   after, limit) &&
           says_count(out, after, limit, "messages within a second", "max_messages_per_second");
}

bool deny_unanswered(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                     const struct gate_request *r)
{
    (void)r;
    if (f->existing)
        return false;
    struct dec after = dec_of(f->unanswered + (int64_t)t->count);
    struct dec limit = dec_of(f->limits->max_unanswered_orders);
    return exceeds(out, "max_unanswered_orders", "orders", count(f->unanswered), after, limit) &&
           says_count(out, after, limit, "orders that the broker has not answered",
                      "max_unanswered_orders");
}

bool deny_rule(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
               const struct gate_request *r)
{
    (void)t;
    struct dec after = dec_of(f->rule_orders_today + 1);
    struct dec limit = dec_of(f->limits->max_orders_per_rule);
    return f->is_rule && r->kind == GATE_PLACE &&
           exceeds(out, "max_orders_per_rule", "orders", count(f->rule_orders_today), after,
                   limit) &&
           says_count(out, after, limit, "orders of the rule today", "max_orders_per_rule");
}

static struct dec large_from(const struct gate_facts *f)
{
    return amount_times(f->limits->max_order_value,
                        amount_times(f->limits->confirm_above_pct, DEC_MICRO(10000)));
}

bool is_large(const struct gate_facts *f, const struct gate_ticket *t)
{
    return t->value_base.has && dec_gt(t->value_base.v, large_from(f));
}

bool warn_large(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                const struct gate_request *r)
{
    (void)r;
    struct dec limit = large_from(f);
    return t->value_base.has &&
           exceeds(out, "confirm_above_pct", f->base_currency, DEC_NONE, t->value_base.v, limit) &&
           says_value(out, f, t->value_base.v, limit, "order value",
                      "confirm_above_pct of max_order_value, that is");
}

/* ---- margin ---- */

bool deny_margin(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                 const struct gate_request *r)
{
    (void)t, (void)r;
    const struct order_margin *m = &f->margin;
    if (!guard_asks_margin(f->limits, f->is_embedded) || !f->is_margin_asked)
        return false;
    if (!f->has_margin)
        return says(out, "the broker did not say what margin the order needs: %.120s",
                    f->margin_why);
    if (!m->init_change.has || !m->init_after.has || !m->equity_after.has ||
        !m->equity_before.has || !m->maint_before.has)
        return says(out, "the broker did not say all that the margin is judged by");
    if (exceeds(out, "check_margin", f->base_currency, m->init_before, m->init_after.v,
                m->equity_after.v)) {
        out->value = m->init_after;
        out->limit = m->equity_after;
        return says(out, "the initial margin would be %s, more than the equity with loan value %s",
                    AMOUNT(f, m->init_after.v), LIMIT(f, m->equity_after.v));
    }
    struct dec excess = dec_minus(m->equity_before.v, m->maint_before.v);
    struct dec most =
        amount_times(excess, amount_times(f->limits->max_margin_pct, DEC_MICRO(10000)));
    return exceeds(out, "max_margin_pct", f->base_currency, DEC_NONE, m->init_change.v, most) &&
           dec_sign(m->init_change.v) > 0 &&
           says_value(out, f, m->init_change.v, most, "the initial margin",
                      "max_margin_pct of the excess liquidity, that is");
}

bool warn_margin(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                 const struct gate_request *r)
{
    (void)t, (void)r;
    return f->is_margin_asked && !f->has_margin && !guard_asks_margin(f->limits, f->is_embedded) &&
           says(out, "the broker did not say what margin is needed: %.150s", f->margin_why);
}
