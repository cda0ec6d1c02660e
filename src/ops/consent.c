/* SPDX-License-Identifier: MIT */
#include "ops/consent.h"

#include "data/table.h"
#include "market/currency.h"

#include <string.h>

enum {
    MESSAGE_MAX = 2048,
    REASONING_SHOWN_MAX = 200, /* a proposer's words are not to push the order out of sight */
    NAME_DIGITS = 12,
    PAGE_LOOK_MS = 200 /* how soon a decision on the page is seen */
};

/* ---- words ---- */

static void add_price(struct buf *b, const char *word, struct opt_dec price)
{
    char text[DEC_TEXT_MAX];
    if (!price.has)
        return;
    (void)dec_format(price.v, text);
    buf_add_f(b, " %s %s", word, text);
}

static void add_order(struct buf *b, const struct gate_proposal *p)
{
    char quantity[DEC_TEXT_MAX];
    if (p->kind == GATE_MODIFY)
        buf_add_f(b, "change order %d to ", p->orders[0].order_id);
    for (size_t i = 0; i < p->count; i++) {
        const struct order *o = &p->orders[i];
        (void)dec_format(o->quantity, quantity);
        buf_add_f(b, "%s%s %s %s %s", i ? "; " : "", side_text(o->side), quantity,
                  o->contract.symbol, order_type_text(o->type));
        add_price(b, "limit", o->limit_price);
        add_price(b, "stop", o->stop_price);
        add_price(b, "trail", o->trail_amount);
        add_price(b, "trail %", o->trail_percent);
        buf_add_f(b, " %s%s", tif_text(o->tif), o->outside_rth ? " outside RTH" : "");
    }
}

struct str consent_order(struct call *c, const struct gate_proposal *p)
{
    struct buf b;
    buf_init(&b, 1024);
    add_order(&b, p);
    struct str text = arena_str(c->arena, buf_str(&b));
    buf_fini(&b);
    return text;
}

/* A stranger's words in quotes, which nothing in them ends. */
static void add_quoted(struct buf *b, struct str words)
{
    size_t from = b->n + 1;
    buf_add_char(b, '"');
    table_clean(words, b);
    for (size_t i = from; i < b->n; i++)
        if (b->p[i] == '"')
            b->p[i] = '\'';
    buf_add_char(b, '"');
}

/* What else a person has to know; what came from the proposer stands last, and in quotes. */
static struct str in_words(struct call *c, const struct gate_proposal *p,
                           const struct gate_ticket *t)
{
    static const char *const money[] = {"", " (paper money)", " (REAL MONEY)"};
    struct buf b;
    buf_init(&b, MESSAGE_MAX);
    buf_add_c(&b, "Send this order?\n");
    add_order(&b, p);
    buf_add_f(&b, "\nAccount %s%s", p->orders[0].account,
              money[account_mode_of(STR_NAME(p->orders[0].account))]);
    if (t->value_base.has) {
        struct dec unit = currency_unit(t->base_currency);
        add_price(&b, "\nWorth at most", DEC_SOME(dec_round_to(t->value_base.v, unit, DEC_UP)));
        buf_add_f(&b, " %s", t->base_currency);
    }
    add_price(&b, "\nPrice now", t->reference);
    for (size_t i = 0; i < t->finding_count; i++) {
        if (strcmp(t->findings[i].code, "NEEDS_APPROVAL") == 0)
            continue;
        buf_add_c(&b, "\nNote: ");
        table_clean(str_of(t->findings[i].text), &b);
    }
    buf_add_c(&b, "\nAsked by ");
    table_clean(STR_NAME(p->principal), &b);
    if (p->reasoning[0]) {
        buf_add_c(&b, ", in its words: ");
        add_quoted(&b, str_sub(STR_NAME(p->reasoning), 0, REASONING_SHOWN_MAX));
    }
    struct str text = arena_str(c->arena, buf_str(&b));
    buf_fini(&b);
    return text;
}

struct str consent_page(struct call *c)
{
    const struct core *core = c->core;
    /* other machines do not reach it; who only reads, perhaps another user of this one, need not
     * try PINs there */
    if (!core->http_port || !core->page_key[0] || !c->who->is_local ||
        !(c->who->scopes & SCOPE_TRADE))
        return STR_NONE;
    return arena_f(c->arena, "http%s://127.0.0.1:%d/approve/%s", core->http_is_tls ? "s" : "",
                   core->http_port, core->page_key);
}

/* A new user meets the approval before the PIN that it takes. */
static bool lacks_pin(const struct call *c)
{
    struct pin_status s;
    if (!c->core->pin)
        return false;
    pin_status(c->core->pin, task_now(c->task).wall, &s);
    return !s.is_set;
}

static struct str what_to_do(struct call *c, const struct gate_ticket *t, const char *why)
{
    struct str page = consent_page(c);
    return arena_f(c->arena,
                   "%sa person %stypes `portcullis approve %lld` at a terminal%s%s" STR_FMT
                   "; then submit preview %s",
                   why,
                   lacks_pin(c)
                       ? "sets a PIN first, with `portcullis pin set` (there is none yet), then "
                       : "",
                   (long long)t->approval_number,
                   c->who->is_local ? "" : " of the machine that Portcullis runs on",
                   page.n ? ", or opens " : "", STR_ARG(page), t->preview_id);
}

/* ---- asking ---- */

/* A name that nobody can answer to before the question has been put. */
static struct str name_of(struct call *c, const struct gate_ticket *t)
{
    char proof[PROPOSAL_PROOF_MAX], hex[SHA256_HEX_MAX];
    if (!gate_proposal_proof(c->core->gate, STR_NAME(t->preview_id), STR_NAME(c->who->name), proof))
        return STR_NONE;
    struct sha256 h = hash_sha256(arena_f(c->arena, "question %s", proof));
    hash_hex(&h, hex);
    return arena_f(c->arena, "approve_%lld_%.*s", (long long)t->approval_number, (int)NAME_DIGITS,
                   hex);
}

/* A large order is not approved by a click alone: its quantity has to be typed. */
static struct str to_type(struct call *c, const struct gate_ticket *t)
{
    char quantity[DEC_TEXT_MAX];
    for (size_t i = 0; i < t->finding_count; i++)
        if (strcmp(t->findings[i].code, "NEEDS_CONFIRM") == 0) {
            (void)dec_format(t->orders[0].quantity, quantity);
            return arena_str(c->arena, STR_NAME(quantity));
        }
    return STR_NONE;
}

/* Whether the newest refusal can be lifted by the person at the other end of this call. */
static const char *cannot_ask(const struct call *c, const struct gate_ticket *t)
{
    if (c->dialog && c->dialog->ask && c->dialog->way >= t->approval)
        return NULL;
    if (t->approval == GATE_APPROVAL_ELICIT)
        return "limits ask for elicit, but who calls cannot put a question to a person: ";
    if (t->approval == GATE_APPROVAL_APP)
        return c->has_pages ? "a person confirms it in the ticket that preview_order shows; or "
                            : "limits ask for app, but who calls shows no ticket to a person: ";
    return "";
}

static bool decide(struct call *c, const struct gate_ticket *t, bool is_yes)
{
    static const char declined[] = "in the assistant's program; if nobody was asked there, it "
                                   "answers by itself, and approvals should be out_of_band";
    struct error e;
    if (gate_approve(c->task, c->core->gate, t->approval_number, is_yes, STR_NAME(c->who->name),
                     c->dialog->way, is_yes ? STR("") : STR(declined), &e))
        return true;
    c->error = e;
    return false;
}

static bool is_pending(const struct call *c, int64_t number)
{
    const struct gate_proposal *p = gate_approval_find(c->core->gate, number);
    return p && gate_proposal_state(p, task_now(c->task)) == PROPOSAL_PENDING;
}

/* Until somebody has decided, on the page or at a terminal. False: time is up. */
static bool await_decision(struct call *c, int64_t number)
{
    struct error e;
    while (is_pending(c, number))
        if (!task_sleep(c->task, PAGE_LOOK_MS, &e))
            return false;
    return true;
}

/* Where nothing that the other end says would count: leads the person to the page, and waits. True:
 * it is decided. Else *why says why not, where there is more to say than before. */
static bool decide_on_page(struct call *c, const struct gate_ticket *t,
                           const struct gate_proposal *p, const char **why)
{
    struct str page = consent_page(c), name = name_of(c, t);
    bool has_ticket = t->approval == GATE_APPROVAL_APP && c->has_pages; /* the click is nearer */
    if (!p || !page.n || has_ticket || !c->dialog || !c->dialog->open)
        return false;
    struct str url =
        arena_f(c->arena, STR_FMT "?approval=%lld", STR_ARG(page), (long long)t->approval_number);
    struct str message = arena_f(c->arena, STR_FMT "\nDecide on the page, with the PIN.",
                                 STR_ARG(in_words(c, p, t)));
    enum consent said = c->dialog->open(c->dialog->self, c->task, name, message, url);
    *why = said == CONSENT_YES ? "nobody has decided on the page in time: "
                               : "the page was not opened: ";
    if (said != CONSENT_YES || !await_decision(c, t->approval_number))
        return false;
    c->dialog->opened(c->dialog->self, c->task, name);
    return true;
}

bool consent_ask(struct call *c, const struct gate_ticket *t, struct str *next)
{
    const struct gate_proposal *p = gate_approval_find(c->core->gate, t->approval_number);
    const char *why = cannot_ask(c, t);
    enum consent said = CONSENT_UNHEARD;
    if (why && decide_on_page(c, t, p, &why))
        return true;
    if (!why && p)
        said = c->dialog->ask(c->dialog->self, c->task, name_of(c, t), in_words(c, p, t),
                              to_type(c, t));
    if (said == CONSENT_YES || said == CONSENT_NO)
        return decide(c, t, said == CONSENT_YES);
    if (!why)
        why = said == CONSENT_DISMISSED ? "the question was closed without an answer: "
                                        : "the question was not answered: ";
    *next = what_to_do(c, t, why);
    return false;
}
