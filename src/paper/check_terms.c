/* SPDX-License-Identifier: MIT */
/* The modifiers of an order, the legs of a combination, and what is not simulated. */
#include "paper/check_private.h"
#include "wire/value.h"

#include <string.h>

static bool is_text(struct str s)
{
    return s.n > 0 && !str_ieq(s, STR("None"));
}

static bool is_amount(double v)
{
    return wire_is_set_double(v) && v > 0;
}

static bool is_count(int32_t v)
{
    return wire_is_set_int(v) && v > 0;
}

static bool invalid(struct check *out, const char *what)
{
    return check_refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "Invalid %s", what);
}

bool check_supported(const struct wire_req_place_order *req, struct check *out)
{
    const struct wire_order *o = &req->order;
    const struct {
        bool is_used;
        const char *what;
    } features[] = {
        {o->hedge_type.n > 0, "hedging orders"},
        {is_amount(o->scale_price_increment), "scale orders"},
        {o->fa_percentage.n > 0, "changes of positions in percent"},
        {o->fa_profile.n > 0, "allocation profiles"},
        {o->model_code.n > 0, "models"},
        {o->discretionary_amt > 0, "discretionary amounts"},
        {is_text(o->delta_neutral_order_type), "delta-neutral orders"},
        {o->block_order || o->sweep_to_fill || o->not_held, "block, sweep and not-held orders"},
        {is_amount(o->volatility), "volatility orders"},
        {o->randomize_size || o->randomize_price, "randomised sizes and prices"},
        {o->post_only, "post-only orders"},
        {o->deactivate, "deactivated orders"},
        {o->active_start_time.n > 0 || o->active_stop_time.n > 0, "active times"},
        {o->starting_price > 0 && is_amount(o->starting_price), "BOX auction prices"},
        {o->auto_cancel_date.n > 0, "automatic cancel dates"},
        {is_count(o->duration), "durations"},
        {o->auto_cancel_parent, "children that cancel their parent"},
        {o->imbalance_only || o->allow_pre_open || o->ignore_open_auction, "auction preferences"},
        {o->include_overnight, "overnight sessions"},
        {o->is_oms_container, "order containers"},
        {req->attached_orders.sl_order_id > 0 || req->attached_orders.pt_order_id > 0,
         "attached orders"},
    };
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++)
        if (features[i].is_used)
            return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                                INVALID "the paper exchange does not simulate %s",
                                features[i].what);
    return true;
}

/* ---- combinations ---- */
bool check_legs(const struct check_world *w, const struct wire_contract *c, struct check *out)
{
    struct ticket *t = &out->draft;
    struct ticket_terms *m = &t->terms;
    if (c->combo_legs.n < 2 || c->combo_legs.n > TICKET_LEGS_MAX)
        return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                            INVALID "A combination has 2 to %d legs", TICKET_LEGS_MAX);
    for (size_t i = 0; i < c->combo_legs.n; i++) {
        const struct wire_leg *from = &c->combo_legs.items[i];
        struct ticket_leg *leg = &m->legs[i];
        leg->instrument = universe_find(w->universe, from->con_id);
        if (leg->instrument == NULL || !leg->instrument->is_tradable ||
            leg->instrument->contract.sec_type == SEC_CASH)
            return check_refuse(out, CHECK_REFUSE, CODE_NO_CONTRACT,
                                "No security definition has been found for leg %d", (int)i + 1);
        bool buys = str_ieq(from->action, STR("BUY"));
        if ((!buys && !str_ieq(from->action, STR("SELL"))) || from->ratio < 1 ||
            from->ratio > 100 || wire_is_set_double(from->per_leg_price))
            return invalid(out, "combination leg: action, ratio or price");
        if (!str_eq(STR_NAME(leg->instrument->contract.currency),
                    STR_NAME(m->legs[0].instrument->contract.currency)))
            return invalid(out, "combination: its legs have several currencies");
        leg->side = buys ? SIDE_BUY : SIDE_SELL;
        leg->ratio = from->ratio;
    }
    m->leg_count = c->combo_legs.n;
    t->instrument = m->legs[0].instrument;
    struct contract *k = &t->order.contract;
    *k = (struct contract){.sec_type = SEC_BAG};
    str_copy_cut(k->symbol, sizeof k->symbol, c->symbol);
    str_copy_cut(k->exchange, sizeof k->exchange, c->exchange.n > 0 ? c->exchange : STR("SMART"));
    str_copy_cut(k->currency, sizeof k->currency, STR_NAME(t->instrument->contract.currency));
    str_copy_cut(k->primary_exchange, sizeof k->primary_exchange,
                 STR_NAME(t->instrument->contract.primary_exchange));
    return true;
}

/* ---- sizes ---- */
static bool check_partial(const struct wire_order *o, struct check *out)
{
    struct ticket *t = &out->draft;
    struct ticket_terms *m = &t->terms;
    m->all_or_none = o->all_or_none;
    m->hidden = o->hidden;
    m->min_qty = is_count(o->min_qty) ? o->min_qty : 0;
    m->display_size = is_count(o->display_size) ? o->display_size : 0;
    bool is_whole = dec_is_multiple(dec_of(m->display_size), t->instrument->lot);
    if (dec_gt(dec_of(m->min_qty), t->order.quantity))
        return invalid(out, "minimum quantity: it is above the order's");
    if (dec_gt(dec_of(m->display_size), t->order.quantity) || !is_whole)
        return invalid(out, "display size");
    if ((m->hidden || m->display_size > 0) && t->rule->price == PRICE_MARKET)
        return invalid(out, "use of a hidden or display size: the order has no limit");
    return true;
}

/* ---- adjustable stops ---- */
static bool check_adjustment(const struct wire_order *o, struct check *out)
{
    struct ticket *t = &out->draft;
    struct ticket_adjustment *a = &t->terms.adjust;
    if (!is_text(o->adjusted_order_type))
        return true;
    const struct rule *to = rule_find(o->adjusted_order_type);
    bool from_stop = t->rule->trigger == TRIGGER_STOP || rule_is_trail(t->rule);
    if (to == NULL || !from_stop || (to->trigger != TRIGGER_STOP && !rule_is_trail(to)))
        return invalid(out, "adjusted order type");
    bool trails = rule_is_trail(to), limits = to->price == PRICE_LIMIT;
    int32_t unit = wire_is_set_int(o->adjustable_trailing_unit) ? o->adjustable_trailing_unit : 0;
    if (unit != 0 && unit != 100)
        return invalid(out, "adjustable trailing unit");
    if (!check_price(o->trigger_price, "trigger price", STEP_PRICE, out, &a->at) ||
        !check_price(o->adjusted_stop_price, "adjusted stop price", STEP_PRICE, out, &a->stop) ||
        (limits && !check_price(o->adjusted_stop_limit_price, "adjusted stop limit price",
                                STEP_PRICE, out, &a->limit)) ||
        (trails && !check_price(o->adjusted_trailing_amount, "adjusted trailing amount",
                                unit == 0 ? STEP_DISTANCE : STEP_NONE, out, &a->trail)))
        return false;
    a->trail_is_percent = unit == 100;
    if (a->trail_is_percent && trails && !dec_lt(a->trail.v, DEC(100)))
        return invalid(out, "adjusted trailing amount");
    a->rule = to;
    return true;
}

/* ---- conditions ---- */
static bool of_instrument(const struct check_world *w, const struct wire_condition *from,
                          struct ticket_condition *c)
{
    c->instrument = universe_find(w->universe, from->con_id);
    return c->instrument != NULL;
}

static bool take_number(double v, struct ticket_condition *c)
{
    struct opt_dec d = wire_dec_of_double(v);
    c->value = d.v;
    return d.has && !dec_gt(dec_abs(d.v), dec_times(PRICE_MOST, 1000));
}

static bool take_condition(const struct check_world *w, const struct wire_condition *from,
                           const struct ticket *t, struct ticket_condition *c)
{
    c->type = from->type;
    c->is_and = from->is_conjunction;
    c->is_more = from->is_more;
    str_copy_cut(c->exchange, sizeof c->exchange, from->exchange);
    switch (from->type) {
    case WIRE_CONDITION_PRICE:
        c->trigger_method = from->trigger_method;
        return of_instrument(w, from, c) && take_number(from->price, c) &&
               match_method_is_known(from->trigger_method);
    case WIRE_CONDITION_TIME:
        return str_copy(c->text, sizeof c->text, from->time) &&
               hours_parse_time(from->time, t->instrument->hours.zone, &c->time_s);
    case WIRE_CONDITION_MARGIN:
        return take_number(from->percent, c);
    case WIRE_CONDITION_EXECUTION:
        c->sec_type = sec_type_parse(from->sec_type);
        return c->sec_type != SEC_UNKNOWN && from->symbol.n > 0 &&
               str_copy(c->text, sizeof c->text, from->symbol);
    case WIRE_CONDITION_VOLUME:
        return of_instrument(w, from, c) && take_number(from->volume, c);
    case WIRE_CONDITION_PERCENT_CHANGE:
        return of_instrument(w, from, c) && take_number(from->change_percent, c);
    default:
        return false;
    }
}

static bool check_conditions(const struct check_world *w, const struct wire_order *o,
                             struct check *out)
{
    struct ticket_terms *m = &out->draft.terms;
    if (o->conditions.n > TICKET_CONDITIONS_MAX)
        return check_refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "More than %d conditions",
                            TICKET_CONDITIONS_MAX);
    for (size_t i = 0; i < o->conditions.n; i++)
        if (!take_condition(w, &o->conditions.items[i], &out->draft, &m->conditions[i]))
            return check_refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "Invalid condition %d",
                                (int)i + 1);
    m->condition_count = o->conditions.n;
    m->conditions_cancel = o->conditions_cancel_order && o->conditions.n > 0;
    m->conditions_ignore_rth = o->conditions_ignore_rth && o->conditions.n > 0;
    return true;
}

/* ---- algorithms ---- */
/* "HH:MM:SS zone" of the local day, or what dates are written like. */
static bool parse_algo_time(struct str text, const struct instrument *i, int64_t now_s,
                            int64_t *utc_s)
{
    char day[HOURS_TEXT_MAX], full[2 * HOURS_TEXT_MAX];
    if (text.n < 8 || text.n > 40 || text.p[2] != ':')
        return hours_parse_time(text, i->hours.zone, utc_s);
    size_t n = hours_format_date(i->hours.zone, now_s, day);
    memcpy(full, day, n);
    full[n] = ' ';
    memcpy(full + n + 1, text.p, text.n);
    return hours_parse_time((struct str){full, n + 1 + text.n}, i->hours.zone, utc_s);
}

struct algo_params {
    int64_t start_s, end_s, length_s;
    bool runs_on;
};

static bool take_param(const struct ticket *t, struct str tag, struct str value, int64_t now_s,
                       struct algo_params *p)
{
    bool adaptive = t->terms.algo == ALGO_ADAPTIVE;
    if (str_ieq(tag, STR("adaptivePriority")) && adaptive) {
        p->length_s = str_ieq(value, STR("Urgent"))    ? 15
                      : str_ieq(value, STR("Normal"))  ? 60
                      : str_ieq(value, STR("Patient")) ? 180
                                                       : 0;
        return p->length_s > 0;
    }
    if (adaptive)
        return false;
    if (str_ieq(tag, STR("startTime")))
        return parse_algo_time(value, t->instrument, now_s, &p->start_s);
    if (str_ieq(tag, STR("endTime")))
        return parse_algo_time(value, t->instrument, now_s, &p->end_s);
    if (str_ieq(tag, STR("allowPastEndTime"))) {
        p->runs_on = str_eq(value, STR("1")) || str_ieq(value, STR("true"));
        return p->runs_on || str_eq(value, STR("0")) || str_ieq(value, STR("false"));
    }
    if (str_ieq(tag, STR("strategyType")))
        return t->terms.algo == ALGO_TWAP && str_ieq(value, STR("Marketable"));
    return false;
}

static bool copy_param(struct ticket_terms *m, const struct wire_tag *p)
{
    size_t n = strlen(m->algo_params);
    if (n + p->tag.n + p->value.n + 3 > sizeof m->algo_params ||
        str_find(p->tag, '=', 0) < p->tag.n || str_find(p->value, ';', 0) < p->value.n)
        return false;
    char *at = m->algo_params + n;
    if (n > 0)
        *at++ = ';';
    memcpy(at, p->tag.p, p->tag.n);
    at[p->tag.n] = '=';
    memcpy(at + p->tag.n + 1, p->value.p, p->value.n);
    at[p->tag.n + 1 + p->value.n] = 0;
    return true;
}

static bool check_algo(const struct check_world *w, const struct wire_order *o, struct check *out)
{
    static const char *const names[ALGO_COUNT] = {"", "Adaptive", "Twap", "Vwap"};
    struct ticket *t = &out->draft;
    int64_t now_s = w->now_ns / NS_PER_S;
    if (o->algo_strategy.n == 0)
        return true;
    for (int i = ALGO_ADAPTIVE; i < ALGO_COUNT; i++)
        if (str_ieq(o->algo_strategy, str_of(names[i])))
            t->terms.algo = (enum ticket_algo)i;
    enum rule_price price = t->rule->price;
    bool fits = t->rule->trigger == TRIGGER_NONE && ticket_moment(t) == MOMENT_ANY &&
                (price == PRICE_MARKET || price == PRICE_LIMIT) && !ticket_is_combo(t) &&
                t->order.tif != TIF_IOC && t->order.tif != TIF_FOK;
    if (t->terms.algo == ALGO_NONE || !fits)
        return check_refuse(out, CHECK_REFUSE, CODE_UNSUPPORTED_TYPE,
                            "The paper exchange does not simulate the algorithm " STR_FMT
                            " for this order",
                            STR_ARG(str_sub(o->algo_strategy, 0, 32)));
    struct algo_params p = {.start_s = now_s, .length_s = 60};
    for (size_t i = 0; i < o->algo_params.n; i++) {
        const struct wire_tag *tag = &o->algo_params.items[i];
        if (!take_param(t, tag->tag, tag->value, now_s, &p) || !copy_param(&t->terms, tag))
            return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                                INVALID "The algorithm's parameter " STR_FMT
                                        " is invalid or not simulated",
                                STR_ARG(str_sub(tag->tag, 0, 32)));
    }
    p.start_s = p.start_s > now_s ? p.start_s : now_s;
    if (p.end_s == 0) {
        int64_t left_s = t->expire_ns == VENUE_NEVER ? 3600 : t->expire_ns / NS_PER_S - p.start_s;
        p.end_s = p.start_s + (t->terms.algo == ALGO_ADAPTIVE ? p.length_s : left_s);
    } else if (!p.runs_on && p.end_s * NS_PER_S < t->expire_ns) {
        t->expire_ns = p.end_s * NS_PER_S;
    }
    if (p.end_s <= p.start_s)
        return invalid(out, "algorithm times");
    t->terms.algo_start_ns = p.start_s * NS_PER_S;
    t->terms.algo_end_ns = p.end_s * NS_PER_S;
    return true;
}

bool check_terms(const struct check_world *w, const struct wire_order *o, struct check *out)
{
    int32_t method = out->draft.trigger_method, oca = out->draft.oca_type;
    if (!match_method_is_known(method))
        return invalid(out, "trigger method");
    if (oca < 0 || oca > 3)
        return invalid(out, "OCA type");
    return check_partial(o, out) && check_adjustment(o, out) && check_conditions(w, o, out) &&
           check_algo(w, o, out);
}
