/* SPDX-License-Identifier: MIT */
/*
 * alerts: what a quote costs that alerts look at.
 *
 * A thousand alerts on a hundred contracts, armed and far from their levels, and quotes of the
 * contracts in turn. Reports alerts.tick and, for a contract that has no alert, alerts.other, in ns
 * a quote; alerts.one is a thousand alerts on one contract.
 */
#include "automation/alerts.h"
#include "base/limits.h"
#include "kit/measure.h"

enum { CONTRACTS = 100, TICKS = 2000000, TICKS_OF_ONE = 20000 };

static struct moment now = {{1000LL * NS_PER_S}, {1800000000LL * NS_PER_S}};

static void silent(void *self, const struct event *ev)
{
    (void)self, (void)ev;
}

static void tick(struct alerts *a, int64_t con_id, int64_t cents)
{
    struct quote q = {.data_type = DATA_LIVE,
                      .last = DEC_SOME(DEC_MICRO(cents * 10000)),
                      .close = DEC_SOME(DEC(100)),
                      .time = {now.wall, true},
                      .arrived = now.mono};
    const struct event ev = {.kind = EVENT_QUOTE, .at = now, .number = con_id, .quote = &q};
    alerts_on_event(a, &ev);
}

/* ALERTS_MAX alerts on that many contracts; ns a quote. */
static double measure(size_t contracts, int ticks, int64_t first)
{
    struct error e = {0};
    struct session_config config = {.client_id = 1, .min_version = 176, .max_version = 200};
    struct session *session = session_new(&config, (struct session_listener){silent, NULL});
    struct quotes *quotes = quotes_new(session);
    struct journal *journal = journal_new(0);
    struct alerts *a = alerts_new(session, quotes, journal, (struct tz_zones){0}, (struct log){0},
                                  (struct alerts_listener){0});
    int64_t id, seq;
    for (int64_t i = 0; i < ALERTS_MAX; i++) {
        struct alert_terms t = {
            .contract = {.con_id = (int32_t)(1 + i % (int64_t)contracts),
                         .sec_type = SEC_STK,
                         .symbol = "X"},
            .condition = {.trigger = TRIGGER_ABOVE, .level = DEC_SOME(dec_of(200 + i))}};
        if (!alerts_set(a, &t, NULL, STR("bench"), now, &id, &seq, &e))
            measure_die("alert %d: %s", (int)i, e.text);
    }
    for (int round = 0; round < 2; round++) { /* the first burst, and the look that arms */
        for (size_t i = 0; i < contracts; i++)
            tick(a, 1 + (int64_t)i, 10000);
        now.mono.ns += NS_PER_S;
    }
    if (alerts_find(a, 1)->state.phase != CONDITION_ARMED)
        measure_die("the alerts are not armed");
    int64_t begin = measure_now();
    for (int i = 0; i < ticks; i++)
        tick(a, first + i % (int64_t)contracts, 10000 + i % 100);
    double ns = (double)(measure_now() - begin) / ticks;
    alerts_free(a);
    quotes_free(quotes);
    session_free(session);
    journal_free(journal);
    return ns;
}

int main(void)
{
    report("alerts", "tick", measure(CONTRACTS, TICKS, 1));
    report("alerts", "one", measure(1, TICKS_OF_ONE, 1));
    report("alerts", "other", measure(CONTRACTS, TICKS, 1 + CONTRACTS));
    return 0;
}
