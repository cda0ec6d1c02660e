/* SPDX-License-Identifier: MIT */
#include "ops/headline.h"

#include "model/account.h"

#include <string.h>

enum { NAME_MAX_BYTES = 160, CENTS = 2, WHOLE_FROM = 100 };

/* ---- numbers as people write them ---- */

/* "1,234.50": the digits of a whole part in threes. */
static void add_grouped(struct buf *b, struct str digits)
{
    size_t whole = str_find(digits, '.', 0);
    size_t from = str_starts(digits, STR("-")) ? 1 : 0;
    for (size_t i = 0; i < digits.n; i++) {
        if (i > from && i < whole && (whole - i) % 3 == 0)
            buf_add_char(b, ',');
        buf_add_char(b, digits.p[i]);
    }
}

static void add_number(struct buf *b, struct dec d)
{
    char text[DEC_TEXT_MAX];
    add_grouped(b, (struct str){text, dec_format(d, text)});
}

/* A price has two decimals, or as many more as it needs. */
static void add_price(struct buf *b, struct dec price, const struct order *o)
{
    char text[DEC_TEXT_MAX];
    const struct dec cent = DEC_MICRO(10 * 1000);
    size_t n = dec_is_multiple(price, cent) ? dec_format_fixed(price, CENTS, text)
                                            : dec_format(price, text);
    add_grouped(b, (struct str){text, n});
    buf_add_f(b, " %s", o->contract.currency);
}

/* About as much: nobody decides by the cents of a thousand. */
static void add_about(struct buf *b, struct dec value, const char *currency)
{
    char text[DEC_TEXT_MAX];
    bool is_large = !dec_lt(dec_abs(value), dec_of(WHOLE_FROM));
    add_grouped(b, (struct str){text, dec_format_fixed(value, is_large ? 0 : CENTS, text)});
    buf_add_f(b, " %s", currency);
}

/* ---- at which price ---- */

static void add_bound(struct buf *b, const struct order *o)
{
    if (!o->limit_price.has)
        return;
    buf_add_c(b, o->side == SIDE_BUY ? " at most " : " at least ");
    add_price(b, o->limit_price.v, o);
}

static void add_trigger(struct buf *b, const struct order *o)
{
    if (!o->stop_price.has)
        return;
    buf_add_c(b, " once it is ");
    add_price(b, o->stop_price.v, o);
    buf_add_c(b, o->side == SIDE_BUY ? " or more" : " or less");
}

static void add_trail(struct buf *b, const struct order *o)
{
    bool is_buy = o->side == SIDE_BUY;
    buf_add_c(b, is_buy ? " once it rises " : " once it falls ");
    if (o->trail_amount.has)
        add_price(b, o->trail_amount.v, o);
    else if (o->trail_percent.has) {
        add_number(b, o->trail_percent.v);
        buf_add_c(b, " %");
    }
    buf_add_c(b, is_buy ? " above its lowest" : " below its highest");
}

static void add_terms(struct buf *b, const struct order *o)
{
    switch (o->type) {
    case ORDER_LMT:
        add_bound(b, o);
        break;
    case ORDER_MKT:
        buf_add_c(b, " at the market price");
        break;
    case ORDER_STP:
        buf_add_c(b, " at the market price");
        add_trigger(b, o);
        break;
    case ORDER_STP_LMT:
        add_bound(b, o);
        add_trigger(b, o);
        break;
    case ORDER_TRAIL:
    case ORDER_TRAIL_LIMIT:
        buf_add_c(b, o->type == ORDER_TRAIL ? " at the market price" : " at a limit price");
        add_trail(b, o);
        break;
    case ORDER_OTHER:
    case ORDER_TYPE_COUNT:
        buf_add_f(b, " as %s", o->type_text);
        break;
    }
}

/* A leg of a bracket that closes what the entry opens. */
static void add_exit(struct buf *b, const struct order *o)
{
    bool is_stop = order_type_is_stop(o->type);
    struct opt_dec at = is_stop ? o->stop_price : o->limit_price;
    buf_add_c(b, is_stop ? "; stop" : "; target");
    if (at.has) {
        buf_add_char(b, ' ');
        add_price(b, at.v, o);
    } else {
        add_terms(b, o);
    }
}

void headline_write(const struct gate_proposal *p, struct buf *out)
{
    static const char *const money[] = {
        [MODE_UNKNOWN] = "", [MODE_PAPER] = " (paper money)", [MODE_LIVE] = " (REAL MONEY)"};
    const struct order *o = &p->orders[0];
    char name[NAME_MAX_BYTES];
    if (p->kind == GATE_MODIFY)
        buf_add_f(out, "CHANGE order %d to ", o->order_id);
    buf_add_f(out, "%s ", side_text(o->side));
    add_number(out, o->quantity);
    buf_add_f(out, " %s", contract_name(&o->contract, name, sizeof name));
    add_terms(out, o);
    buf_add_f(out, " in %s%s", o->account, money[account_mode_of(STR_NAME(o->account))]);
    if (p->value_base.has) {
        buf_add_c(out, ", about ");
        add_about(out, p->value_base.v, p->base_currency);
    }
    for (size_t i = 1; i < p->count; i++)
        add_exit(out, &p->orders[i]);
}

/* ---- what the checks told ---- */

void headline_notices(const struct gate_proposal *p, struct buf *out)
{
    static const struct {
        const char *code, *words; /* NULL: who is asked to approve it sees that */
    } rows[] = {
        {"NEEDS_APPROVAL", NULL},
        {"NEEDS_CONFIRM", "a large order: worth more than confirm_above_pct of max_order_value"},
        {"NO_MARGIN", "the broker did not say what margin it needs"},
        {"ARM_EXPIRES", "live trading is armed for less than five minutes more"},
        {"DELAYED_PRICE", "it was judged by a delayed price"},
        {"OLD_PRICE", "the price by which it was judged may be old"},
        {"HALTED_MARKET", "trading in this contract is halted"},
        {"STOP_LEFT_OVER", "working stops cover more than what will remain of the position"},
    };
    struct str codes = STR_NAME(p->warnings), code;
    size_t from = out->n;
    while (str_cut(&codes, ',', &code)) {
        const char *words = "";
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            if (str_eq(code, str_of(rows[i].code)))
                words = rows[i].words;
        if (!words)
            continue;
        buf_add_c(out, out->n > from ? "; " : "");
        buf_add_str(out, code);
        buf_add_c(out, words[0] ? ": " : "");
        buf_add_c(out, words);
    }
}
