/* SPDX-License-Identifier: MIT */
/* Answers as real servers gave them to another client, put under the ids of this session's
 * questions. */
#include "../wire/vectors.h"

#include "broker/research.h"
#include "peer.h"

/* ---- a task that asks one question ---- */

struct asker {
    struct session *s;
    enum { CLASSES, SCAN, HEADLINES, EVENTS } what;
    bool is_done, ok, more;
    size_t count;
    struct error error;
    struct option_class class;
    struct scan_hit hit;
    struct headline headline;
    char json[128];
};

static void ask(struct task *t, void *arg)
{
    struct asker *a = arg;
    struct contract c = peer_contract(12345);
    struct option_class *classes = NULL;
    struct scan_hit *hits = NULL;
    struct headline *headlines = NULL;
    struct str json = STR("");
    struct scan_question scan = {
        .code = STR("X"), .instrument = STR("STK"), .location = STR("STK.US"), .rows = 10};
    struct news_question news = {.con_id = 8314, .providers = STR("DJ-N"), .limit = 10};
    if (a->what == CLASSES)
        a->ok = query_option_classes(t, a->s, &c, &classes, &a->count, &a->error);
    else if (a->what == SCAN)
        a->ok = query_scan(t, a->s, &scan, &hits, &a->count, &a->error);
    else if (a->what == HEADLINES)
        a->ok = query_headlines(t, a->s, &news, &headlines, &a->count, &a->more, &a->error);
    else
        a->ok = query_events(t, a->s, 8314, 0, 0, &json, &a->error);
    if (classes != NULL)
        a->class = classes[0];
    if (hits != NULL)
        a->hit = hits[a->count - 1];
    if (headlines != NULL)
        a->headline = headlines[0];
    str_copy_cut(a->json, sizeof a->json, json);
    a->is_done = true;
}

static struct peer *start(struct asker *a)
{
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    a->s = p->s;
    task_spawn(p->tasks, p->now, 60000, ask, a);
    tasks_run(p->tasks, p->now);
    peer_take(p);
    return p;
}

/* Sends a recorded answer of `size` bytes under the id of the newest question of that kind. */
static void answer(struct peer *p, int question, const char *path, int line, size_t size)
{
    struct wire_any any = recorded_frame(path, line);
    struct wire_id *copy = test_malloc(size);
    memcpy(copy, any.message, size);
    copy->req_id = ((const struct wire_id *)peer_got(p, question))->req_id;
    peer_send(p, any.id, copy);
    test_free(copy);
    peer_turn(p);
}

/* ---- tests ---- */

static void a_headline_of_a_real_server_loses_its_figures(void **state)
{
    (void)state;
    struct asker a = {.what = HEADLINES};
    struct peer *p = start(&a);
    answer(p, WIRE_REQ_HISTORICAL_NEWS, "src/news/tests.rs", 64,
           sizeof(struct wire_rep_historical_news));
    answer(p, WIRE_REQ_HISTORICAL_NEWS, "src/news/tests.rs", 65,
           sizeof(struct wire_rep_historical_news_end));
    assert_true(a.is_done && a.ok);
    assert_int_equal(a.count, 1);
    assert_true(str_starts(STR_NAME(a.headline.text), STR("These Stocks Are Moving the Most")));
    assert_string_equal(a.headline.provider, "DJ-N");
    assert_string_equal(a.headline.article_id, "DJ-N$19985fef");
    assert_int_equal(civil_of_utc(a.headline.time.v).hour, 19);
    peer_free(p);
}

static void a_ranking_of_a_real_server_is_whole(void **state)
{
    (void)state;
    struct asker a = {.what = SCAN};
    struct peer *p = start(&a);
    answer(p, WIRE_REQ_SCANNER_SUBSCRIPTION, "src/scanner/tests.rs", 38,
           sizeof(struct wire_rep_scanner_data));
    assert_true(a.is_done && a.ok);
    assert_int_equal(a.count, 10);
    assert_int_equal(a.hit.rank, 9);
    assert_true(a.hit.contract.con_id > 0);
    assert_string_equal(a.hit.contract.currency, "USD");
    peer_free(p);
}

static void option_classes_of_a_real_server_are_whole(void **state)
{
    (void)state;
    struct asker a = {.what = CLASSES};
    struct peer *p = start(&a);
    answer(p, WIRE_REQ_SEC_DEF_OPT_PARAMS, "src/contracts/tests.rs", 708,
           sizeof(struct wire_rep_sec_def_opt_param));
    answer(p, WIRE_REQ_SEC_DEF_OPT_PARAMS, "src/contracts/tests.rs", 710, sizeof(struct wire_id));
    assert_true(a.is_done && a.ok);
    assert_int_equal(a.count, 1);
    assert_string_equal(a.class.exchange, "CBOE");
    assert_int_equal(a.class.expiry_count, 3);
    assert_int_equal(a.class.strike_count, 3);
    peer_free(p);
}

static void events_of_a_real_server_arrive_as_they_are(void **state)
{
    (void)state;
    struct asker a = {.what = EVENTS};
    struct peer *p = start(&a);
    answer(p, WIRE_REQ_WSH_META_DATA, "src/wsh/tests.rs", 12,
           sizeof(struct wire_rep_wsh_meta_data));
    answer(p, WIRE_REQ_WSH_EVENT_DATA, "src/wsh/tests.rs", 34,
           sizeof(struct wire_rep_wsh_meta_data));
    assert_true(a.is_done && a.ok);
    assert_string_equal(a.json, "{\"validated\":true,\"data\":{\"events\":[]}}");
    peer_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_headline_of_a_real_server_loses_its_figures),
        cmocka_unit_test(a_ranking_of_a_real_server_is_whole),
        cmocka_unit_test(option_classes_of_a_real_server_are_whole),
        cmocka_unit_test(events_of_a_real_server_arrive_as_they_are),
    };
    void *state = NULL;
    int failed = setup(&state) + PEER_RUN("research as recorded", tests);
    return failed + teardown(&state);
}
