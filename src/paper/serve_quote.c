/* SPDX-License-Identifier: MIT */
/*
 * Market data lines: the first picture at once, then what has changed, at each whole second. What
 * a line shows is rows of the tick table; what it was told is one fingerprint per row, so nothing
 * is told twice. Lines of many clients about one listing share its scene.
 */
#include "paper/paper_private.h"

#include "base/alloc.h"
#include "paper/news.h"

#include <string.h>

enum {
    TYPE_LIVE = 1,
    TYPE_FROZEN = 2,
    TYPE_DELAYED = 3,
    TYPE_DELAYED_FROZEN = 4,
    DELAY_S = 900,
    SCENES = 512,
    TICK_HALTED = 49,
    TICK_CALCULATED = 53,
    GENERIC_NEWS = 292,
    GENERICS_MAX = 40
};

/* ---- messages ---- */
static void send_option(struct paper *p, struct paper_peer *peer, int32_t req_id, int32_t type,
                        const struct feed_option *o)
{
    const struct wire_rep_tick_option_computation m = {.req_id = req_id,
                                                       .tick_type = type,
                                                       .tick_attrib = 1, /* by price */
                                                       .implied_vol = o->iv,
                                                       .delta = o->delta,
                                                       .opt_price = o->price,
                                                       .pv_dividend = o->pv_dividends,
                                                       .gamma = o->gamma,
                                                       .vega = o->vega,
                                                       .theta = o->theta,
                                                       .und_price = o->underlying};
    peer_send(p, peer, WIRE_REP_TICK_OPTION_COMPUTATION, &m);
}

void data_send_option(struct paper *p, struct paper_peer *peer, int32_t req_id,
                      const struct feed_option *o)
{
    send_option(p, peer, req_id, TICK_CALCULATED, o);
}

static void send_tick(struct paper *p, struct paper_peer *peer, const struct quote_line *l,
                      const struct tick_row *row, const struct tick_value *v)
{
    int32_t type = l->is_delayed && row->delayed != TICK_NONE ? row->delayed : row->type;
    char text[DEC_TEXT_MAX];
    struct str size = {text, 0};
    if (row->form == TICK_PRICE || row->form == TICK_SIZE)
        size.n = dec_format(v->size, text);
    switch (row->form) {
    case TICK_PRICE: {
        bool is_quote = row->type == 1 || row->type == 2;
        const struct wire_rep_tick_price m = {.req_id = l->req_id,
                                              .tick_type = type,
                                              .price = dec_to_double(v->price),
                                              .size = size,
                                              .attr_mask =
                                                  is_quote ? WIRE_TICK_CAN_AUTO_EXECUTE : 0};
        peer_send(p, peer, WIRE_REP_TICK_PRICE, &m);
        return;
    }
    case TICK_SIZE: {
        const struct wire_rep_tick_size m = {l->req_id, type, size};
        peer_send(p, peer, WIRE_REP_TICK_SIZE, &m);
        return;
    }
    case TICK_GENERIC: {
        const struct wire_rep_tick_generic m = {l->req_id, type, v->number};
        peer_send(p, peer, WIRE_REP_TICK_GENERIC, &m);
        return;
    }
    case TICK_STRING: {
        const struct wire_rep_tick_string m = {l->req_id, type, STR_NAME(v->text)};
        peer_send(p, peer, WIRE_REP_TICK_STRING, &m);
        return;
    }
    case TICK_OPTION:
        send_option(p, peer, l->req_id, type, &v->option);
    }
}

/* ---- the picture ---- */
/* Scenes live in a table without chains: two listings with one place take turns in it. */
static struct tick_scene *scene_of(struct paper *p, const struct quote_line *l)
{
    if (p->scenes == NULL)
        p->scenes = xcalloc(SCENES, sizeof *p->scenes);
    uint64_t key = (uint64_t)l->instrument->contract.con_id * 2 + l->is_delayed;
    struct tick_scene *s = &p->scenes[key * 0x9e3779b97f4a7c15u >> 55];
    int64_t at = paper_now_s(p) - (l->is_delayed ? DELAY_S : 0);
    tick_scene_at(s, p->feed, l->instrument, at);
    return s;
}

/* Frozen quotes are for a closed market, and only for who asked for them. */
static void send_type(struct paper *p, struct paper_peer *peer, struct quote_line *l,
                      const struct tick_scene *s)
{
    bool wants_frozen = peer->data_type == TYPE_FROZEN || peer->data_type == TYPE_DELAYED_FROZEN;
    bool is_frozen = wants_frozen && !feed_is_open(p->feed, l->instrument, s->at_s);
    int32_t type = (l->is_delayed ? TYPE_DELAYED : TYPE_LIVE) + is_frozen;
    if (type == l->data_type)
        return;
    l->data_type = type;
    const struct wire_rep_market_data_type m = {l->req_id, type};
    peer_send(p, peer, WIRE_REP_MARKET_DATA_TYPE, &m);
}

static void send_news(struct paper *p, struct paper_peer *peer, struct quote_line *l)
{
    struct news_item item;
    int64_t now = paper_now_s(p);
    while (news_after(p->seed, l->instrument, l->news, l->news_s, now, &item)) {
        char headline[NEWS_TEXT_MAX];
        news_headline(&item, p->feed, headline);
        const struct wire_rep_tick_news m = {.req_id = l->req_id,
                                             .timestamp = item.at_s * 1000,
                                             .provider_code = str_of(item.provider->code),
                                             .article_id = STR_NAME(item.id),
                                             .headline = STR_NAME(headline)};
        peer_send(p, peer, WIRE_REP_TICK_NEWS, &m);
        l->news_s = item.at_s;
    }
    l->news_s = now;
}

static void send_picture(struct paper *p, struct paper_peer *peer, struct quote_line *l)
{
    if (l->news != 0 && l->news_s < paper_now_s(p))
        send_news(p, peer, l);
    if (l->row_count == 0)
        return;
    struct tick_scene *s = scene_of(p, l);
    struct tick_value v;
    bool is_halted = faults_is_halted(&p->faults, l->instrument->contract.con_id);
    send_type(p, peer, l, s);
    for (size_t k = 0; k < l->row_count; k++) {
        const struct tick_row *row = tick_row(l->rows[k]);
        if (l->sent[k] != 0 && row->period_s > 1 && s->at_s % row->period_s != 0)
            continue;
        v.price = v.size = DEC_ZERO;
        v.number = 0;
        v.is_of_trade = false;
        if (!row->value(s, row, &v))
            continue;
        if (row->type == TICK_HALTED && is_halted) /* by a fault: the model knows nothing of it */
            v.number = 1;
        uint64_t now = tick_fingerprint(row, &v);
        if (now == l->sent[k])
            continue;
        l->sent[k] = now;
        send_tick(p, peer, l, row, &v);
    }
}

/* ---- what a line is to show ---- */
struct wanted {
    int64_t generics[GENERICS_MAX];
    size_t n;
    unsigned news;
    bool no_market_data; /* "mdoff" */
};

static bool wants(const struct wanted *w, int64_t generic)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->generics[i] == generic)
            return true;
    return generic == 0 && !w->no_market_data;
}

/* One item of the list; false if it is none that this listing has. */
static bool take_generic(struct wanted *w, struct str item, enum sec_type type)
{
    struct str rest = item, number;
    int64_t generic;
    if (str_ieq(item, STR("mdoff"))) {
        w->no_market_data = true;
        return true;
    }
    if (!str_cut(&rest, ':', &number) || !str_to_i64(str_trim(number), &generic))
        return false;
    if (generic == GENERIC_NEWS) {
        unsigned news = news_providers_parse(rest);
        w->news |= news;
        return news != 0;
    }
    if (rest.n > 0 || !tick_generic_known(generic, type) || w->n == GENERICS_MAX)
        return false;
    w->generics[w->n++] = generic;
    return true;
}

static bool parse_generics(struct paper *p, struct paper_peer *peer,
                           const struct wire_req_mkt_data *req, enum sec_type type,
                           struct wanted *w)
{
    struct str list = str_trim(req->generic_tick_list);
    *w = (struct wanted){.n = 0};
    for (struct str one; list.n > 0 && str_cut(&list, ',', &one);) {
        one = str_trim(one);
        if (one.n == 0 || take_generic(w, one, type))
            continue;
        struct buf names;
        buf_init(&names, 2048);
        tick_generic_names(type, &names);
        peer_error(
            p, peer, req->req_id, CODE_INVALID_REQUEST,
            "Error validating request.-'bQ' : cause - Incorrect generic tick list of " STR_FMT
            ".  Legal ones for (%s) are: " STR_FMT ",292(Wide_news)",
            STR_ARG(str_sub(one, 0, 20)), sec_type_text(type), STR_ARG(buf_str(&names)));
        buf_fini(&names);
        return false;
    }
    return true;
}

/* The rows of a line; only those that need no subscription where the account has none. */
static void choose_rows(struct quote_line *l, const struct wanted *w, bool only_free)
{
    for (size_t i = 0; i < tick_row_count(); i++) {
        const struct tick_row *row = tick_row(i);
        bool is_shown = wants(w, row->generic) && tick_row_fits(row, l->instrument);
        if (l->is_delayed)
            is_shown = is_shown && (row->delayed != TICK_NONE || row->is_free);
        if (only_free)
            is_shown = is_shown && row->is_free;
        for (size_t k = 0; k < l->row_count; k++) /* one tick by two numbers */
            is_shown = is_shown && tick_row(l->rows[k])->type != row->type;
        if (is_shown)
            l->rows[l->row_count++] = (uint8_t)i;
    }
}

/* ---- access ---- */
enum access { ACCESS_LIVE, ACCESS_DELAYED, ACCESS_FREE_ONLY, ACCESS_NONE };

/* What an account without a subscription gets, and is told. */
static enum access access_of(struct paper *p, struct paper_peer *peer,
                             const struct wire_req_mkt_data *req, const struct instrument *i,
                             const struct wanted *w)
{
    static const char missing[] = "Requested market data is not subscribed.";
    if (access_granted(p, i) || req->regulatory_snapshot || w->no_market_data)
        return ACCESS_LIVE;
    if (peer->data_type >= TYPE_DELAYED) {
        peer_error(p, peer, req->req_id, 10167, "%s Displaying delayed market data.", missing);
        return ACCESS_DELAYED;
    }
    for (size_t k = 0; k < tick_row_count(); k++)
        if (tick_row(k)->is_free && wants(w, tick_row(k)->generic)) {
            peer_error(p, peer, req->req_id, 10090,
                       "Part of requested market data is not subscribed. Subscription-independent "
                       "ticks are still active.Delayed market data is available.%s",
                       i->contract.local_symbol);
            return ACCESS_FREE_ONLY;
        }
    if (i->contract.sec_type == SEC_STK)
        peer_error(p, peer, req->req_id, 10089,
                   "Requested market data requires additional subscription for API. See link in "
                   "'Market Data Connections' dialog for more details.Delayed market data is "
                   "available.%s %s/TOP/ALL",
                   i->contract.local_symbol, i->contract.primary_exchange);
    else
        peer_error(p, peer, req->req_id, 354, "%s Delayed market data is available.", missing);
    return ACCESS_NONE;
}

/* ---- requests ---- */
static struct quote_line *find_line(struct paper_peer *peer, int32_t req_id)
{
    for (size_t i = 0; i < peer->line_count; i++)
        if (peer->lines[i].req_id == req_id)
            return &peer->lines[i];
    return NULL;
}

static const struct instrument *checked(struct paper *p, struct paper_peer *peer,
                                        const struct wire_req_mkt_data *req, struct wanted *w)
{
    bool is_snapshot = req->snapshot || req->regulatory_snapshot;
    if (is_snapshot && str_trim(req->generic_tick_list).n > 0) {
        peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bS' : cause - Snapshot market data subscription is "
                   "not applicable to generic ticks");
        return NULL;
    }
    if (find_line(peer, req->req_id) != NULL) {
        peer_error(p, peer, req->req_id, CODE_DUPLICATE_TICKER, "Duplicate ticker ID");
        return NULL;
    }
    const struct instrument *i = access_find(p, peer, req->req_id, &req->contract);
    if (i == NULL || !parse_generics(p, peer, req, i->contract.sec_type, w))
        return NULL;
    if (!is_snapshot && peer->line_count == PEER_LINES_MAX) {
        peer_error(p, peer, req->req_id, CODE_TOO_MANY_LINES,
                   "Max number of tickers has been reached");
        return NULL;
    }
    return i;
}

static void send_params(struct paper *p, struct paper_peer *peer, const struct quote_line *l)
{
    const struct instrument *i = l->instrument;
    const struct wire_rep_tick_req_params m = {
        .req_id = l->req_id,
        .min_tick = paper_dec(p, i->tick),
        .bbo_exchange = arena_f(p->arena, "%x", (unsigned)i->contract.con_id),
        .snapshot_permissions = access_granted(p, i) ? 3 : 4};
    peer_send(p, peer, WIRE_REP_TICK_REQ_PARAMS, &m);
}

void serve_mkt_data(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_mkt_data *req = message;
    struct wanted w;
    const struct instrument *i = checked(p, peer, req, &w);
    if (i == NULL)
        return;
    enum access access = access_of(p, peer, req, i, &w);
    if (access == ACCESS_NONE)
        return;
    struct quote_line l = {.req_id = req->req_id,
                           .instrument = i,
                           .data_type = TYPE_LIVE,
                           .is_delayed = access == ACCESS_DELAYED,
                           .news = w.news,
                           .news_s = paper_now_s(p)};
    choose_rows(&l, &w, access == ACCESS_FREE_ONLY);
    if (l.row_count > 0)
        send_params(p, peer, &l);
    send_picture(p, peer, &l);
    if (req->snapshot || req->regulatory_snapshot) {
        peer_end(p, peer, WIRE_REP_TICK_SNAPSHOT_END, req->req_id);
        return;
    }
    if (peer->lines == NULL)
        peer->lines = xcalloc(PEER_LINES_MAX, sizeof *peer->lines);
    if (peer->line_count == 0)
        peer->lines_due_ns = (paper_now_s(p) + 1) * NS_PER_S;
    peer->lines[peer->line_count++] = l;
}

void serve_cancel_mkt_data(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_id *req = message;
    struct quote_line *l = find_line(peer, req->req_id);
    if (l == NULL) {
        peer_error(p, peer, req->req_id, CODE_NO_TICKER, "Can't find EId with tickerId:%d",
                   (int)req->req_id);
        return;
    }
    size_t at = (size_t)(l - peer->lines);
    memmove(l, l + 1, (peer->line_count - at - 1) * sizeof *l);
    peer->line_count--;
}

/* Which letter of the ticks that name exchanges is which; the request names the listing by what
 * its lines were told with the first message. */
void serve_smart_components(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_smart_components *req = message;
    struct wire_smart_component rows[26];
    char letters[26];
    int64_t con_id = 0;
    size_t n = 0;
    for (size_t k = 0; k < req->bbo_exchange.n && k < 8; k++) {
        char c = req->bbo_exchange.p[k];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        con_id = digit >= 0 && con_id >= 0 ? con_id * 16 + digit : -1;
    }
    const struct instrument *i =
        con_id > 0 && con_id <= INT32_MAX ? universe_find(p->universe, (int32_t)con_id) : NULL;
    struct str list = i != NULL ? STR_NAME(i->exchanges) : STR("");
    for (struct str one; list.n > 0 && str_cut(&list, ',', &one) && n < sizeof letters;) {
        if (str_eq(one, STR("SMART")))
            continue;
        letters[n] = tick_exchange_letter(n);
        rows[n] = (struct wire_smart_component){(int32_t)n, one, {&letters[n], 1}};
        n++;
    }
    const struct wire_rep_smart_components m = {req->req_id, {rows, n}};
    peer_send(p, peer, WIRE_REP_SMART_COMPONENTS, &m);
}

/* ---- time ---- */
void data_lines_step(struct paper *p, struct paper_peer *peer)
{
    if (peer->line_count == 0 || p->now_ns < peer->lines_due_ns)
        return;
    for (size_t i = 0; i < peer->line_count; i++)
        if (!faults_is_stale(&p->faults, peer->lines[i].instrument->contract.con_id))
            send_picture(p, peer, &peer->lines[i]);
    peer->lines_due_ns = (paper_now_s(p) + 1) * NS_PER_S;
}
