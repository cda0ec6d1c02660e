/* SPDX-License-Identifier: MIT */
/* What the rows of the table of faults do. */
#include "base/limits.h"
#include "paper/outlet.h"
#include "paper/paper_private.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

typedef bool act_fn(struct paper *p, const struct fault *f, struct error *e);

enum { CODE_LOST = 1100, CODE_DATA_LOST = 1101, ID_STEP_DOWN = -5, ID_STEP_UP = 1000 };
static const int64_t exec_first_ns = (int64_t)500 * NS_PER_MS;

static bool impossible(struct error *e, const char *why)
{
    return error_set(e, ERROR_INVALID, "FAULT", "%s", why);
}

/* The clients that argument i names: all if it was not given. */
static int32_t client_of(const struct fault *f, size_t i)
{
    return f->args[i].has ? (int32_t)f->args[i].n : FAULTS_ANY;
}

/* The next peer behind `after` that is meant; those that are going are passed over. */
static struct paper_peer *meant_after(const struct paper *p, const struct paper_peer *after,
                                      int32_t client)
{
    struct paper_peer *peer = paper_peer_after(p, after);
    while (peer != NULL &&
           (peer->is_closing || (client != FAULTS_ANY && peer->client_id != client)))
        peer = peer->next;
    return peer;
}

/*
 * The listing that a text names: a contract id, a pair ("EUR.USD"), a symbol, or a symbol and its
 * primary exchange ("SAP@IBIS"). Of several a share counts more than another paper, and what is
 * traded in dollars more than what is not.
 */
const struct instrument *paper_listing(const struct paper *p, const char *text, struct error *e)
{
    struct str rest = str_of(text), symbol = STR(""), exchange = STR("");
    const struct instrument *found = NULL;
    int64_t con_id;
    int best = -1;
    size_t count = 0; /* as good as `found` */
    if (str_to_i64(rest, &con_id) && con_id > 0 && con_id <= INT32_MAX)
        found = universe_find(p->universe, (int32_t)con_id);
    if (found == NULL && rest.n == 7 && rest.p[3] == '.')
        found = universe_pair(p->universe, str_sub(rest, 0, 3), str_sub(rest, 4, 7));
    if (found != NULL)
        return found;
    (void)str_cut(&rest, '@', &symbol);
    (void)str_cut(&rest, '@', &exchange);
    for (size_t k = 0; k < universe_count(p->universe); k++) {
        const struct instrument *i = universe_at(p->universe, k);
        if (i->is_derived || !str_ieq(symbol, STR_NAME(i->contract.symbol)) ||
            i->contract.sec_type == SEC_CASH ||
            (exchange.n > 0 && !str_ieq(exchange, STR_NAME(i->contract.primary_exchange))))
            continue;
        int fits = (i->contract.sec_type == SEC_STK ? 2 : 0) +
                   (strcmp(i->contract.currency, "USD") == 0 ? 1 : 0);
        count = fits > best ? 1 : count + (fits == best);
        found = fits > best ? i : found;
        best = fits > best ? fits : best;
    }
    if (count == 1)
        return found;
    (void)error_set(e, ERROR_NOT_FOUND, "FAULT",
                    count == 0 ? "there is no listing '%s'"
                               : "'%s' is listed more than once: write SYMBOL@EXCHANGE or its "
                                 "contract id",
                    text);
    return NULL;
}

static void tell_about(struct paper *p, int32_t client, int32_t id, int code, const char *text)
{
    for (struct paper_peer *peer = NULL; (peer = meant_after(p, peer, client)) != NULL;)
        if (peer->is_started)
            peer_error(p, peer, id, code, "%s", text);
}

static void tell(struct paper *p, int32_t client, int code, const char *text)
{
    tell_about(p, client, -1, code, text);
}

static void drop_connection(struct paper_peer *peer)
{
    outlet_forget(peer);
    buf_reset(&peer->out);
    peer->is_closing = true;
}

void faults_freeze(struct paper *p)
{
    const struct faults *f = &p->faults;
    venue_freeze(p->venue, p->held[0] != 0 || f->no_fills || f->is_link_down ||
                               p->now_ns < f->restart_until_ns);
}

/* ---- connections ---- */
static bool act_none(struct paper *p, const struct fault *f, struct error *e)
{
    (void)f;
    (void)e;
    faults_clear(&p->faults);
    for (struct paper_peer *peer = p->peers; peer != NULL; peer = peer->next) {
        peer->cut_left = -1;
        peer->is_dead = false;
    }
    venue_halt_none(p->venue);
    faults_freeze(p);
    return true;
}

static bool act_cut(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    for (struct paper_peer *peer = NULL; (peer = meant_after(p, peer, client_of(f, 0))) != NULL;)
        drop_connection(peer);
    return true;
}

static bool act_cut_after(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    for (struct paper_peer *peer = NULL; (peer = meant_after(p, peer, client_of(f, 1))) != NULL;) {
        peer->cut_left = f->args[0].n;
        peer->is_closing = peer->is_closing || f->args[0].n == 0;
    }
    return true;
}

static bool act_half_open(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    for (struct paper_peer *peer = NULL; (peer = meant_after(p, peer, client_of(f, 0))) != NULL;)
        peer->is_dead = true;
    return true;
}

static bool act_stall(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    p->faults.stall_until_ns = p->now_ns + f->args[0].n * NS_PER_MS;
    return true;
}

static bool act_refuse_connections(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    p->faults.refuse_until_ns = p->now_ns + f->args[0].n * NS_PER_MS;
    return true;
}

static bool act_id_taken(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    p->faults.ids_taken = f->args[0].n;
    return true;
}

/* ---- messages ---- */
static bool add_filter(struct paper *p, enum filter_how how, const char *what, int64_t count,
                       int32_t client, int64_t delay_ns, struct error *e)
{
    struct faults *f = &p->faults;
    if (!outlet_knows(str_of(what)))
        return error_set(e, ERROR_INVALID, "FAULT",
                         "'%s' is not any, orders, quotes, account, or the name or number of a "
                         "message to clients",
                         what);
    if (f->filter_count == FAULTS_FILTERS_MAX)
        return error_set(e, ERROR_LIMIT, "FAULT", "%d faults treat messages already",
                         FAULTS_FILTERS_MAX);
    struct filter *t = &f->filters[f->filter_count++];
    *t = (struct filter){.how = how,
                         .is_endless = count == 0,
                         .left = count,
                         .delay_ns = delay_ns,
                         .client = client};
    str_copy_cut(t->what, sizeof t->what, str_of(what));
    return true;
}

static bool act_drop(struct paper *p, const struct fault *f, struct error *e)
{
    return add_filter(p, FILTER_DROP, f->args[0].text, f->args[1].n, client_of(f, 2), 0, e);
}

static bool act_duplicate(struct paper *p, const struct fault *f, struct error *e)
{
    return add_filter(p, FILTER_DUPLICATE, f->args[0].text, f->args[1].n, client_of(f, 2), 0, e);
}

static bool act_delay(struct paper *p, const struct fault *f, struct error *e)
{
    return add_filter(p, FILTER_DELAY, f->args[1].text, f->args[2].n, client_of(f, 3),
                      f->args[0].n * NS_PER_MS, e);
}

static bool act_reorder(struct paper *p, const struct fault *f, struct error *e)
{
    return add_filter(p, FILTER_REORDER, f->args[0].text, f->args[1].n, client_of(f, 2), 0, e);
}

static bool act_truncate(struct paper *p, const struct fault *f, struct error *e)
{
    return add_filter(p, FILTER_TRUNCATE, f->args[0].text, 1, client_of(f, 1), 0, e);
}

/* ---- the line to the broker ---- */
static bool act_link_lost(struct paper *p, const struct fault *f, struct error *e)
{
    (void)f;
    (void)e;
    p->faults.is_link_down = true;
    faults_freeze(p);
    tell(p, FAULTS_ANY, CODE_LOST,
         "Connectivity between IBKR and Trader Workstation has been lost.");
    return true;
}

static bool act_link_back(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    bool is_lost = f->args[0].n == CODE_DATA_LOST;
    p->faults.is_link_down = false;
    faults_freeze(p);
    if (is_lost)
        for (struct paper_peer *peer = p->peers; peer != NULL; peer = peer->next)
            data_drop(peer); /* the client must subscribe again */
    tell(p, FAULTS_ANY, (int)f->args[0].n,
         is_lost ? "Connectivity between IBKR and Trader Workstation has been restored - "
                   "data lost."
                 : "Connectivity between IBKR and Trader Workstation has been restored - "
                   "data maintained.");
    return true;
}

static void close_all(struct paper *p)
{
    for (struct paper_peer *peer = p->peers; peer != NULL; peer = peer->next)
        peer->is_closing = true;
}

static bool act_port_changed(struct paper *p, const struct fault *f, struct error *e)
{
    char text[160];
    (void)e;
    snprintf(text, sizeof text,
             "TWS socket port has been reset and this connection is being dropped.  Please "
             "reconnect on the new port - %d",
             (int)f->args[0].n);
    tell(p, FAULTS_ANY, 1300, text);
    close_all(p);
    return true;
}

static bool act_farm(struct paper *p, const struct fault *f, struct error *e)
{
    static const struct {
        int code;
        const char *text, *farm;
    } notices[] = {
        {2103, "Market data farm connection is broken:", "paperfarm"},
        {2104, "Market data farm connection is OK:", "paperfarm"},
        {2105, "HMDS data farm connection is broken:", "paperhmds"},
        {2106, "HMDS data farm connection is OK:", "paperhmds"},
        {2107, "HMDS data farm connection is inactive but should be available upon demand.",
         "paperhmds"},
        {2108, "Market data farm connection is inactive but should be available upon demand.",
         "paperfarm"},
        {2110,
         "Connectivity between Trader Workstation and server is broken. It will be restored "
         "automatically.",
         ""},
        {2119, "Market data farm is connecting:", "paperfarm"},
        {2157, "Sec-def data farm connection is broken:", "papersecdef"},
        {2158, "Sec-def data farm connection is OK:", "papersecdef"},
    };
    int code = (int)f->args[0].n;
    size_t i = 0, count = sizeof notices / sizeof notices[0];
    while (i < count && notices[i].code != code)
        i++;
    if (i == count)
        return impossible(e, "code is not 2103 to 2108, 2110, 2119, 2157 or 2158");
    if (code == 2103 || code == 2104)
        p->faults.is_quote_farm_down = code == 2103;
    if (code == 2105 || code == 2106)
        p->faults.is_history_farm_down = code == 2105;
    char text[240];
    snprintf(text, sizeof text, "%s%s", notices[i].text,
             f->args[1].has ? f->args[1].text : notices[i].farm);
    tell(p, FAULTS_ANY, code, text);
    return true;
}

static bool act_notice(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    tell_about(p, client_of(f, 2), (int32_t)f->args[3].n, (int)f->args[0].n, f->args[1].text);
    return true;
}

static bool act_session_stolen(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    p->faults.is_session_stolen = f->args[0].n == 1;
    for (struct paper_peer *peer = p->peers; f->args[0].n == 1 && peer != NULL; peer = peer->next)
        for (size_t i = 0; i < peer->line_count; i++)
            peer_error(p, peer, peer->lines[i].req_id, CODE_SESSION_STOLEN, "%s",
                       SESSION_STOLEN_TEXT);
    return true;
}

static bool act_restart(struct paper *p, const struct fault *f, struct error *e)
{
    static const int64_t shifts[] = {0, ID_STEP_DOWN, ID_STEP_UP};
    (void)e;
    p->faults.restart_until_ns = p->now_ns + f->args[0].n * NS_PER_MS;
    p->faults.next_id_shift = shifts[f->args[1].n];
    for (struct paper_peer *peer = p->peers; peer != NULL; peer = peer->next)
        drop_connection(peer);
    faults_freeze(p);
    return true;
}

static bool act_pacing(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    p->faults.pacing = (struct fault_quota){f->args[0].n, client_of(f, 1)};
    return true;
}

static bool act_history_pacing(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    p->faults.history_pacing = (struct fault_quota){f->args[0].n, client_of(f, 1)};
    return true;
}

/* ---- orders ---- */
static bool act_cut_before_ack(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    p->faults.cut_before_ack = f->args[0].n;
    return true;
}

static bool act_lose_order(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    p->faults.lose_order = f->args[0].n;
    return true;
}

static bool act_reject(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    p->faults.reject.code = (int)f->args[0].n;
    str_copy_cut(p->faults.reject.text, sizeof p->faults.reject.text, str_of(f->args[1].text));
    p->faults.reject.left = f->args[2].n == 0 ? -1 : f->args[2].n;
    return true;
}

static bool act_no_fills(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    p->faults.no_fills = f->args[0].n == 1;
    faults_freeze(p);
    return true;
}

static bool act_exec_first(struct paper *p, const struct fault *f, struct error *e)
{
    static const char *const late[] = {"openOrder", "orderStatus"};
    struct faults *fs = &p->faults;
    size_t kept = 0;
    for (size_t i = 0; i < fs->filter_count; i++)
        if (fs->filters[i].how != FILTER_DELAY || fs->filters[i].delay_ns != exec_first_ns ||
            !fs->filters[i].is_endless)
            fs->filters[kept++] = fs->filters[i];
    fs->filter_count = kept;
    if (f->args[0].n == 0)
        return true;
    return add_filter(p, FILTER_DELAY, late[0], 0, FAULTS_ANY, exec_first_ns, e) &&
           add_filter(p, FILTER_DELAY, late[1], 0, FAULTS_ANY, exec_first_ns, e);
}

static bool act_two_perm_ids(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    p->faults.two_perm_ids = f->args[0].n;
    return true;
}

/* Gives the n-th latest fill another price, or takes it back. */
static bool revise(struct paper *p, int64_t n, const struct dec *price, struct error *e)
{
    const struct fill *f = NULL;
    for (size_t i = venue_fill_count(p->venue); i > 0 && n > 0; i--) {
        const struct fill *one = venue_fill_at(p->venue, i - 1);
        if (one->part != FILL_WHOLE && --n == 0) /* of that one nobody has heard */
            f = one;
    }
    if (f == NULL)
        return impossible(e, "there are not so many executions");
    struct dec quantity = price != NULL ? f->quantity : DEC_ZERO;
    return venue_revise(p->venue, f->seq, quantity, price != NULL ? *price : f->price, true) ||
           impossible(e,
                      "that execution cannot be revised: it was taken back already, or it is of a "
                      "future, of a combination as a whole, or an exercise");
}

static bool act_correct(struct paper *p, const struct fault *f, struct error *e)
{
    if (dec_sign(f->args[0].d) <= 0)
        return impossible(e, "price must be above 0");
    return revise(p, f->args[1].n, &f->args[0].d, e);
}

static bool act_bust(struct paper *p, const struct fault *f, struct error *e)
{
    return revise(p, f->args[0].n, NULL, e);
}

static bool act_place(struct paper *p, const struct fault *f, struct error *e)
{
    struct wire_req_place_order req = WIRE_REQ_PLACE_ORDER_DEFAULT;
    const struct instrument *i = paper_listing(p, f->args[2].text, e);
    bool is_limit = f->args[3].n == 1;
    if (i == NULL)
        return false;
    if (is_limit && !f->args[4].has)
        return impossible(e, "an LMT order needs price");
    req.contract.con_id = i->contract.con_id;
    req.contract.exchange =
        i->contract.sec_type == SEC_CASH ? STR_NAME(i->contract.exchange) : STR("SMART");
    req.order.action = f->args[0].n == 0 ? STR("BUY") : STR("SELL");
    req.order.total_quantity = str_of(f->args[1].text);
    req.order.order_type = is_limit ? STR("LMT") : STR("MKT");
    req.order.tif = STR("DAY");
    req.order.transmit = true;
    if (is_limit)
        req.order.lmt_price = dec_to_double(f->args[4].d);
    return order_place_unasked(p, (int32_t)f->args[5].n, &req, e);
}

static bool act_cancel(struct paper *p, const struct fault *f, struct error *e)
{
    if (f->args[0].n == 0) {
        venue_cancel_all(p->venue, p->now_ns);
        return true;
    }
    const struct ticket *t = venue_find_perm(p->venue, f->args[0].n);
    if (t == NULL || !ticket_is_live(t))
        return impossible(e, "no working order has that perm_id");
    venue_cancel(p->venue, t, p->now_ns);
    return true;
}

/* ---- the market ---- */
static struct fault_symbol *symbol_row(struct faults *f, int32_t con_id, struct error *e)
{
    for (size_t i = 0; i < f->symbol_count; i++)
        if (f->symbols[i].con_id == con_id)
            return &f->symbols[i];
    if (f->symbol_count == FAULTS_SYMBOLS_MAX) {
        (void)error_set(e, ERROR_LIMIT, "FAULT", "%d symbols have faults already",
                        FAULTS_SYMBOLS_MAX);
        return NULL;
    }
    f->symbols[f->symbol_count] = (struct fault_symbol){.con_id = con_id};
    return &f->symbols[f->symbol_count++];
}

static bool act_stale(struct paper *p, const struct fault *f, struct error *e)
{
    const struct instrument *i = paper_listing(p, f->args[0].text, e);
    struct fault_symbol *s = i == NULL ? NULL : symbol_row(&p->faults, i->contract.con_id, e);
    if (s == NULL)
        return false;
    s->is_stale = f->args[1].n == 1;
    return true;
}

static bool act_events_subscribed(struct paper *p, const struct fault *f, struct error *e)
{
    (void)e;
    p->faults.has_events = f->args[0].n == 1;
    return true;
}

static bool act_delist(struct paper *p, const struct fault *f, struct error *e)
{
    const struct instrument *i = paper_listing(p, f->args[0].text, e);
    struct fault_symbol *s = i == NULL ? NULL : symbol_row(&p->faults, i->contract.con_id, e);
    if (s == NULL)
        return false;
    s->is_delisted = f->args[1].n == 1;
    return true;
}

static bool act_rename(struct paper *p, const struct fault *f, struct error *e)
{
    const struct instrument *i = paper_listing(p, f->args[0].text, e);
    struct fault_symbol *s = i == NULL ? NULL : symbol_row(&p->faults, i->contract.con_id, e);
    if (s == NULL)
        return false;
    str_copy_cut(s->symbol, sizeof s->symbol, STR_NAME(i->contract.symbol));
    return str_copy(s->new_symbol, sizeof s->new_symbol, str_of(f->args[1].text)) ||
           impossible(e, "a symbol has at most 31 characters");
}

static bool act_halt(struct paper *p, const struct fault *f, struct error *e)
{
    enum { TICK_HALTED = 49 };
    const struct instrument *i = paper_listing(p, f->args[0].text, e);
    struct fault_symbol *s = i == NULL ? NULL : symbol_row(&p->faults, i->contract.con_id, e);
    bool is_halted = f->args[1].n == 1;
    if (s == NULL)
        return false;
    if (!venue_halt(p->venue, i->contract.con_id, is_halted))
        return error_set(e, ERROR_LIMIT, "FAULT", "%d listings are halted already",
                         VENUE_HALTS_MAX);
    s->is_halted = is_halted;
    for (struct paper_peer *peer = p->peers; peer != NULL; peer = peer->next)
        for (size_t k = 0; k < peer->line_count; k++)
            if (peer->lines[k].instrument == i) {
                const struct wire_rep_tick_generic m = {
                    .req_id = peer->lines[k].req_id, .tick_type = TICK_HALTED, .value = is_halted};
                peer_send(p, peer, WIRE_REP_TICK_GENERIC, &m);
            }
    return true;
}

/* ---- the account ---- */
static bool act_cash(struct paper *p, const struct fault *f, struct error *e)
{
    struct str name = str_of(f->args[2].text);
    const struct account *a =
        name.n == 0 ? &p->accounts->items[0] : accounts_find(p->accounts, name);
    if (a == NULL)
        return impossible(e, "there is no such account");
    struct str currency = str_of(f->args[1].text);
    return account_pay(p, a, currency, f->args[0].d) ||
           impossible(e, "the account has no room for that currency");
}

/* ---- the table ---- */
static act_fn *const acts[FAULT_COUNT] = {
    [FAULT_NONE] = act_none,
    [FAULT_CUT] = act_cut,
    [FAULT_CUT_AFTER] = act_cut_after,
    [FAULT_HALF_OPEN] = act_half_open,
    [FAULT_STALL] = act_stall,
    [FAULT_REFUSE_CONNECTIONS] = act_refuse_connections,
    [FAULT_ID_TAKEN] = act_id_taken,
    [FAULT_DROP] = act_drop,
    [FAULT_DUPLICATE] = act_duplicate,
    [FAULT_DELAY] = act_delay,
    [FAULT_REORDER] = act_reorder,
    [FAULT_TRUNCATE] = act_truncate,
    [FAULT_LINK_LOST] = act_link_lost,
    [FAULT_LINK_BACK] = act_link_back,
    [FAULT_PORT_CHANGED] = act_port_changed,
    [FAULT_FARM] = act_farm,
    [FAULT_NOTICE] = act_notice,
    [FAULT_SESSION_STOLEN] = act_session_stolen,
    [FAULT_RESTART] = act_restart,
    [FAULT_PACING] = act_pacing,
    [FAULT_HISTORY_PACING] = act_history_pacing,
    [FAULT_CUT_BEFORE_ACK] = act_cut_before_ack,
    [FAULT_LOSE_ORDER] = act_lose_order,
    [FAULT_REJECT] = act_reject,
    [FAULT_NO_FILLS] = act_no_fills,
    [FAULT_EXEC_FIRST] = act_exec_first,
    [FAULT_TWO_PERM_IDS] = act_two_perm_ids,
    [FAULT_PLACE] = act_place,
    [FAULT_CANCEL] = act_cancel,
    [FAULT_CORRECT] = act_correct,
    [FAULT_BUST] = act_bust,
    [FAULT_HALT] = act_halt,
    [FAULT_STALE] = act_stale,
    [FAULT_DELIST] = act_delist,
    [FAULT_RENAME] = act_rename,
    [FAULT_CASH] = act_cash,
    [FAULT_EVENTS_SUBSCRIBED] = act_events_subscribed,
};

bool fault_act(struct paper *p, const struct fault *f, struct error *e)
{
    assert(acts[f->row->kind] != NULL);
    enum fault_kind kind = f->row->kind;
    bool is_recorded = kind == FAULT_CORRECT || kind == FAULT_BUST || kind == FAULT_PLACE ||
                       kind == FAULT_CANCEL || kind == FAULT_CASH;
    if (is_recorded && p->held[0] != 0)
        return error_set(e, ERROR_UNAVAILABLE, "FAULT", "the exchange cannot record it: %s",
                         p->held);
    if (is_recorded && p->is_publishing) /* the venue's news must be out first */
        return fault_wait(p, f, e);
    return acts[f->row->kind](p, f, e);
}
