/* SPDX-License-Identifier: MIT */
#include "broker/state.h"

#include "base/alloc.h"
#include "broker/convert.h"

#include <assert.h>

enum {
    SETTLE_MS = 500,        /* after the first price, the rest of the first burst has come */
    SILENCE_MS = 10 * 1000, /* what did not come by then is not waited for any more */
    CODE_FARM_BROKEN = 2103,
    CODE_COMPETING = 10197,
    CODE_NO_SUBSCRIPTION = 10089,
    CODE_PART_SUBSCRIBED = 10090,
    TYPE_FROZEN = 2
};

static struct line *find(const struct session *s, int32_t con_id)
{
    for (size_t i = 0; i < LIMIT_STREAMS; i++)
        if (s->lines[i] != NULL && s->lines[i]->contract.con_id == con_id)
            return s->lines[i];
    return NULL;
}

struct line *line_by_request(const struct session *s, int32_t request_id)
{
    for (size_t i = 0; i < LIMIT_STREAMS; i++)
        if (s->lines[i] != NULL && s->lines[i]->request_id == request_id && request_id != 0)
            return s->lines[i];
    return NULL;
}

/* ---- telling ---- */

static void wake(struct session *s, int32_t con_id)
{
    for (struct quote_waiter *w = s->waiters; w != NULL; w = w->next)
        if (w->con_id == con_id)
            task_wake(w->task);
}

void line_changed(struct session *s, struct line *l)
{
    int32_t con_id = l->contract.con_id; /* the listener may end the line */
    if (l->quote.time.has && l->first_price.ns == INT64_MAX)
        l->first_price = s->now.mono;
    struct quote copy = l->quote;
    struct event ev = {.kind = EVENT_QUOTE, .number = con_id, .quote = &copy};
    wake(s, con_id);
    session_emit(s, &ev);
}

void line_notice(struct session *s, struct line *l, int code, const char *text, bool is_refused)
{
    l->notice_code = code;
    l->noticed_at = s->now.mono;
    str_copy_cut(l->notice_text, sizeof l->notice_text, str_of(text));
    l->is_refused = l->is_refused || is_refused;
    wake(s, l->contract.con_id);
}

void line_has_prices(struct session *s, struct line *l)
{
    if (l->quote.time.has && l->quote.arrived.ns == s->now.mono.ns &&
        (l->notice_code == CODE_FARM_BROKEN || l->notice_code == CODE_COMPETING)) {
        l->notice_code = 0;
        l->notice_text[0] = '\0';
    }
}

void lines_farm_notice(struct session *s, int code, const char *text)
{
    for (size_t i = 0; i < LIMIT_STREAMS; i++) {
        struct line *l = s->lines[i];
        if (l != NULL && (l->notice_code == 0 || l->notice_code == CODE_FARM_BROKEN))
            line_notice(s, l, code, text, false);
    }
}

/* ---- subscribing ---- */

static void forget_prices(struct line *l)
{
    l->request_id = 0;
    l->quote = (struct quote){0};
    l->first_price = INSTANT_NEVER;
    l->is_refused = false;
    l->notice_code = 0;
    l->notice_text[0] = '\0';
}

/* What is told only if it is asked for; refused for other types. 165: the highs and lows of 13, 26
 * and 52 weeks; 101 and 588: open interest. */
static struct str generics_of(enum sec_type type)
{
    switch (type) {
    case SEC_STK:
        return STR("165");
    case SEC_OPT:
    case SEC_FOP:
        return STR("101");
    case SEC_FUT:
        return STR("588");
    default:
        return STR("");
    }
}

static void subscribe(struct session *s, struct line *l)
{
    forget_prices(l);
    l->request_id = request_next_id(s);
    l->asked_at = s->now.mono;
    if (s->is_quote_farm_down) /* perhaps not the one that this contract needs: a price says so */
        l->notice_code = CODE_FARM_BROKEN;
    struct wire_req_mkt_data ask = WIRE_REQ_CONTRACT_DEFAULT;
    ask.req_id = l->request_id;
    contract_to_wire(&l->contract, &ask.contract);
    if (ask.contract.exchange.n == 0)
        ask.contract.exchange = STR("SMART");
    ask.generic_tick_list = generics_of(l->contract.sec_type);
    session_send_own(s, PACING_LINES, WIRE_REQ_MKT_DATA, &ask);
}

void lines_subscribe_all(struct session *s)
{
    for (size_t i = 0; i < LIMIT_STREAMS; i++)
        if (s->lines[i] != NULL)
            subscribe(s, s->lines[i]);
}

void lines_reset(struct session *s)
{
    for (size_t i = 0; i < LIMIT_STREAMS; i++) {
        struct line *l = s->lines[i];
        if (l == NULL)
            continue;
        bool had_prices = l->quote.time.has;
        forget_prices(l);
        wake(s, l->contract.con_id);
        if (had_prices)
            line_changed(s, l);
    }
}

void lines_free(struct session *s)
{
    for (struct quote_waiter *w = s->waiters; w != NULL; w = w->next) {
        w->is_over = true;
        task_wake(w->task);
    }
    s->waiters = NULL;
    for (size_t i = 0; i < LIMIT_STREAMS; i++)
        xfree(s->lines[i]);
}

/* ---- what the outside calls ---- */

bool session_watch(struct session *s, const struct contract *c, struct moment now, struct error *e)
{
    assert(c->con_id != 0);
    s->now = now;
    struct line *l = find(s, c->con_id);
    if (l != NULL) {
        l->users++;
        return true;
    }
    size_t i = 0;
    while (i < LIMIT_STREAMS && s->lines[i] != NULL)
        i++;
    if (i == LIMIT_STREAMS) {
        error_set(e, ERROR_LIMIT, "LINES_MAX", "all %d market data lines are in use",
                  LIMIT_STREAMS);
        return error_next(e, "ask for fewer symbols at once, or watch fewer");
    }
    l = s->lines[i] = xcalloc(1, sizeof *l);
    l->contract = *c;
    l->users = 1;
    forget_prices(l);
    if (session_is_up(s))
        subscribe(s, l);
    return true;
}

void session_unwatch(struct session *s, int32_t con_id, struct moment now)
{
    s->now = now;
    struct line *l = find(s, con_id);
    assert(l != NULL && l->users > 0);
    if (--l->users > 0)
        return;
    if (session_is_up(s) && l->request_id != 0 && !l->is_refused) {
        struct wire_id cancel = {l->request_id};
        session_send_own(s, PACING_LINES, WIRE_REQ_CANCEL_MKT_DATA, &cancel);
    }
    for (size_t i = 0; i < LIMIT_STREAMS; i++)
        if (s->lines[i] == l)
            s->lines[i] = NULL;
    wake(s, con_id);
    xfree(l);
}

const struct quote *session_quote(const struct session *s, int32_t con_id)
{
    const struct line *l = find(s, con_id);
    return l == NULL ? NULL : &l->quote;
}

int session_quote_notice(const struct session *s, int32_t con_id, struct str *text)
{
    const struct line *l = find(s, con_id);
    *text = l == NULL ? STR("") : STR_NAME(l->notice_text);
    return l == NULL ? 0 : l->notice_code;
}

bool session_quote_is_refused(const struct session *s, int32_t con_id)
{
    const struct line *l = find(s, con_id);
    return l != NULL && l->is_refused;
}

/* True if the broker has said that it will send no prices for now, without ending the request. Live
 * prices alone are asked for with types 1 and 2: then nothing delayed follows the notice. */
static bool is_told_off(const struct session *s, const struct line *l)
{
    int type = s->config.market_data_type;
    bool is_live_only = type > 0 && type <= TYPE_FROZEN;
    return l->notice_code == CODE_COMPETING ||
           (is_live_only &&
            (l->notice_code == CODE_NO_SUBSCRIPTION || l->notice_code == CODE_PART_SUBSCRIBED));
}

/* When what is still missing is not waited for any more. */
static struct instant patience(const struct session *s, const struct line *l, struct instant until)
{
    struct instant end = instant_min(until, instant_after_ms(l->asked_at, SILENCE_MS));
    if (l->first_price.ns != INT64_MAX)
        end = instant_min(end, instant_after_ms(l->first_price, SETTLE_MS));
    if (is_told_off(s, l))
        end = instant_min(end, instant_after_ms(l->noticed_at, SETTLE_MS));
    return end;
}

/* Everything is here that the first burst brings: an index has no bid, a share has its ranges, an
 * option its model. */
static bool has_settled(const struct line *l)
{
    const struct quote *q = &l->quote;
    enum sec_type type = l->contract.sec_type;
    bool has_touch = (q->bid.has && q->ask.has) || type == SEC_IND;
    bool has_extras = type == SEC_STK                      ? q->high_52w.has
                      : type == SEC_OPT || type == SEC_FOP ? q->delta.has
                                                           : true;
    return l->is_refused || (has_touch && has_extras && (q->last.has || q->close.has));
}

static void unlink_waiter(struct session *s, struct quote_waiter *w)
{
    struct quote_waiter **at = &s->waiters;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
}

bool session_await_quote(struct task *t, struct session *s, int32_t con_id, struct instant until,
                         struct error *e)
{
    struct quote_waiter w = {.next = s->waiters, .task = t, .con_id = con_id};
    s->waiters = &w;
    bool ok = true;
    while (ok) {
        const struct line *l = find(s, con_id);
        if (l == NULL || !session_is_up(s) || has_settled(l))
            break;
        struct instant end = patience(s, l, until);
        if (instant_due(end, task_now(t).mono))
            break;
        bool timed_out;
        ok = task_wait_until(t, end, &timed_out, e);
        if (w.is_over)
            return ok;
    }
    unlink_waiter(s, &w);
    return ok;
}
