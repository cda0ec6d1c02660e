/* SPDX-License-Identifier: MIT */
/* News: providers, headlines of the past, articles, bulletins; and what needs an entitlement that
 * this account has not. */
#include "paper/news.h"
#include "paper/paper_private.h"

#include <stdio.h>

enum {
    RESULTS_MAX = 300,
    LOOK_BACK_S = 30 * HOURS_DAY_S,      /* if no start is given */
    LOOK_BACK_MAX_S = 731 * HOURS_DAY_S, /* if one is */
    CODE_NO_ARTICLE = 10172,
    CODE_NO_NEWS_FEED = 10276,
    CODE_NO_FUNDAMENTALS = 430,
    BULLETIN_REGULAR = 1
};

void serve_news_providers(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)message;
    struct wire_news_provider rows[NEWS_PROVIDERS];
    for (size_t k = 0; k < NEWS_PROVIDERS; k++)
        rows[k] = (struct wire_news_provider){str_of(news_provider(k)->code),
                                              str_of(news_provider(k)->name)};
    const struct wire_rep_news_providers m = {{rows, NEWS_PROVIDERS}};
    peer_send(p, peer, WIRE_REP_NEWS_PROVIDERS, &m);
}

/* "2026-11-20 15:04:05.0", "20261120 15:04:05" or one with a zone; UTC if none is named. */
static bool parse_time(struct str text, int64_t *utc_s)
{
    char plain[64];
    size_t n = 0;
    text = str_trim(text);
    if (text.n > 2 && text.p[text.n - 2] == '.')
        text = str_sub(text, 0, text.n - 2);
    bool is_dashed = text.n >= 10 && text.p[4] == '-' && text.p[7] == '-';
    for (size_t k = 0; k < text.n && n + 1 < sizeof plain; k++)
        if (!is_dashed || (k != 4 && k != 7))
            plain[n++] = text.p[k];
    return hours_parse_time((struct str){plain, n}, hours_zone(STR("UTC")), utc_s);
}

static void send_headline(struct paper *p, struct paper_peer *peer, int32_t req_id,
                          const struct news_item *item)
{
    char headline[NEWS_TEXT_MAX];
    int year, month, day, second = (int)(item->at_s % HOURS_DAY_S);
    civil_from_days(item->at_s / HOURS_DAY_S, &year, &month, &day);
    news_headline(item, p->feed, headline);
    const struct wire_rep_historical_news m = {
        req_id,
        arena_f(p->arena, "%04d-%02d-%02d %02d:%02d:%02d.0", year % 10000, month % 100, day % 100,
                second / 3600, second / 60 % 60, second % 60),
        str_of(item->provider->code), STR_NAME(item->id), STR_NAME(headline)};
    peer_send(p, peer, WIRE_REP_HISTORICAL_NEWS, &m);
}

void serve_historical_news(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_historical_news *req = message;
    const struct instrument *i = universe_find(p->universe, req->con_id);
    unsigned providers = news_providers_parse(req->provider_codes);
    int64_t now = paper_now_s(p), to = now, from = 0;
    if (i == NULL) {
        peer_error(p, peer, req->req_id, 200,
                   "No security definition has been found for the request");
        return;
    }
    if (providers == 0) {
        peer_error(p, peer, req->req_id, CODE_NO_NEWS_FEED, "News feed is not allowed");
        return;
    }
    if ((str_trim(req->start_date_time).n > 0 && !parse_time(req->start_date_time, &from)) ||
        (str_trim(req->end_date_time).n > 0 && !parse_time(req->end_date_time, &to))) {
        peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'cj' : cause - Invalid date/time. Format is "
                   "'yyyy-MM-dd HH:mm:ss.0'");
        return;
    }
    /* after the start, up to and with the end */
    to = to < now ? to + 1 : now + 1;
    int64_t earliest = to - (from > 0 ? LOOK_BACK_MAX_S : LOOK_BACK_S);
    from = from + 1 > earliest ? from + 1 : earliest;
    int32_t want = req->total_results > 0 && req->total_results < RESULTS_MAX ? req->total_results
                                                                              : RESULTS_MAX;
    struct news_item item;
    int32_t sent = 0;
    bool more = news_before(p->seed, i, providers, from, to, &item);
    for (; more && sent < want; sent++) {
        send_headline(p, peer, req->req_id, &item);
        more = news_before(p->seed, i, providers, from, item.at_s, &item);
    }
    const struct wire_rep_historical_news_end end = {req->req_id, more};
    peer_send(p, peer, WIRE_REP_HISTORICAL_NEWS_END, &end);
}

void serve_news_article(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_news_article *req = message;
    struct news_item item;
    if (!news_find(p->seed, p->universe, req->article_id, paper_now_s(p), &item) ||
        !str_ieq(req->provider_code, str_of(item.provider->code))) {
        peer_error(p, peer, req->req_id, CODE_NO_ARTICLE,
                   "Failed to request news article:No data available");
        return;
    }
    struct buf text;
    buf_init(&text, NEWS_ARTICLE_MAX);
    news_article(&item, p->feed, &text);
    const struct wire_rep_news_article m = {req->req_id, 0, buf_str(&text)};
    peer_send(p, peer, WIRE_REP_NEWS_ARTICLE, &m);
    buf_fini(&text);
}

/* ---- bulletins ---- */
static int64_t send_bulletins(struct paper *p, struct paper_peer *peer, int64_t after_s)
{
    int64_t now = paper_now_s(p);
    for (int64_t day = after_s / HOURS_DAY_S; day <= now / HOURS_DAY_S; day++) {
        char text[NEWS_TEXT_MAX];
        int32_t number;
        int64_t at;
        if (!news_bulletin(p->seed, day, &number, &at, text) || at <= after_s || at > now)
            continue;
        const struct wire_rep_news_bulletin m = {number, BULLETIN_REGULAR, STR_NAME(text),
                                                 STR("PAPER")};
        peer_send(p, peer, WIRE_REP_NEWS_BULLETIN, &m);
    }
    return now;
}

void serve_news_bulletins(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_news_bulletins *req = message;
    int64_t now = paper_now_s(p);
    peer->wants_bulletins = true;
    peer->bulletins_s = now;
    if (req->all_messages) /* of the present day */
        (void)send_bulletins(p, peer, now - now % HOURS_DAY_S);
}

void serve_cancel_news_bulletins(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)p;
    (void)message;
    peer->wants_bulletins = false;
}

int64_t bulletins_next(const struct paper *p, const struct paper_peer *peer)
{
    if (!peer->wants_bulletins)
        return VENUE_NEVER;
    for (int64_t day = peer->bulletins_s / HOURS_DAY_S;; day++) {
        char text[NEWS_TEXT_MAX];
        int32_t number;
        int64_t at;
        if (news_bulletin(p->seed, day, &number, &at, text) && at > peer->bulletins_s)
            return at * NS_PER_S;
    }
}

void bulletins_step(struct paper *p, struct paper_peer *peer)
{
    if (peer->wants_bulletins && p->now_ns >= bulletins_next(p, peer))
        peer->bulletins_s = send_bulletins(p, peer, peer->bulletins_s);
}

/* ---- what the account is not entitled to ---- */
void serve_fundamentals(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_fundamental_data *req = message;
    if (access_find(p, peer, req->req_id, &req->contract) != NULL)
        peer_error(p, peer, req->req_id, CODE_NO_FUNDAMENTALS,
                   "We are sorry, but fundamentals data for the security specified is not "
                   "available.Not allowed");
}
