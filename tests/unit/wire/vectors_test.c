/* SPDX-License-Identifier: MIT */
/*
 * The codec against bytes that were not made by it: frames of other clients and of live servers.
 * A shared misreading passes every round trip; only these frames can find it.
 */
#include "vectors.h"

#include "wire/reply.h"
#include "wire/request.h"

#include <yaml.h>

/* ---- requests of other clients ---- */

static void every_request_of_the_official_client_is_read_and_written_byte_for_byte(void **state)
{
    (void)state;
    static const char *const files[] = {"client_requests/off_178.json",
                                        "client_requests/off_193.json",
                                        "client_requests/off_200.json"};
    for (size_t k = 0; k < 3; k++) {
        struct client_file f = open_client(files[k]);
        assert_int_equal(f.n, 37);
        for (size_t i = 1; i < f.n; i++) {
            struct str body = client_frame(&f, i);
            struct wire_any any = decoded(WIRE_TO_SERVER, body, f.version);
            assert_same(encoded(WIRE_TO_SERVER, &any, f.version), body);
        }
        json_object_put(f.json);
    }
}

/* What ib_async means differently: no TIF, an explicit "open", an explicit "no" to the price
 * management that others leave to the server. */
static void drop_known_differences(struct wire_any *any)
{
    if (any->id != WIRE_REQ_PLACE_ORDER)
        return;
    struct wire_req_place_order *m = ARENA_NEW(arena, struct wire_req_place_order);
    *m = *(const struct wire_req_place_order *)any->message;
    m->order.tif = STR("DAY");
    m->order.open_close = STR("");
    m->order.use_price_mgmt_algo = WIRE_UNSET_INT;
    any->message = m;
}

static void other_clients_mean_the_same_requests(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"client_requests/ibasync_178.json", "client_requests/off_178.json"},
        {"client_requests/stoq_193.json", "client_requests/off_193.json"}};
    for (size_t k = 0; k < 2; k++) {
        struct client_file other = open_client(pairs[k][0]);
        struct client_file official = open_client(pairs[k][1]);
        assert_int_equal(other.n, 10);
        for (size_t i = 1; i < other.n; i++) {
            struct wire_any a = decoded(WIRE_TO_SERVER, client_frame(&other, i), other.version);
            drop_known_differences(&a);
            bool found = false;
            for (size_t j = 1; j < official.n && !found; j++) {
                struct wire_any b =
                    decoded(WIRE_TO_SERVER, client_frame(&official, j), official.version);
                found = a.id == b.id;
                if (found)
                    assert_same(encoded(WIRE_TO_SERVER, &a, other.version),
                                encoded(WIRE_TO_SERVER, &b, official.version));
            }
            assert_true(found);
        }
        json_object_put(other.json);
        json_object_put(official.json);
    }
}

/* ---- frames of servers ---- */

static void a_live_open_order_is_read_to_its_last_field(void **state)
{
    (void)state;
    struct str body = live_line("openorder_sv200_live.txt");
    struct wire_any any = decoded(WIRE_TO_CLIENT, body, 200);
    const struct wire_rep_open_order *m = any.message;
    assert_int_equal(any.id, WIRE_REP_OPEN_ORDER);
    assert_int_equal(m->contract.con_id, 853200900);
    assert_true(m->contract.strike == 10);
    assert_true(str_eq(m->contract.local_symbol, STR("OBDC  261120P00010000")));
    assert_true(m->order.lmt_price == 1.2);
    assert_int_equal(m->order.perm_id, 9000);
    assert_int_equal(m->order.exempt_code, -1);
    assert_true(m->order.trail_stop_price == WIRE_UNSET_DOUBLE);
    assert_true(str_eq(m->order_state.status, STR("PreSubmitted")));
    assert_true(m->order_state.margins.init_before == WIRE_UNSET_DOUBLE);
    assert_true(m->order_state.commission == WIRE_UNSET_DOUBLE);
    assert_true(str_eq(m->order_state.suggested_size, STR("-9223372036854775808")));
    assert_int_equal(m->order.manual_order_indicator, WIRE_UNSET_INT);
    assert_true(m->order.dont_use_auto_price_for_hedge);
    assert_stable(WIRE_TO_CLIENT, body, 200);
}

static void a_live_completed_order_is_read_to_its_last_field(void **state)
{
    (void)state;
    struct str body = live_line("completed_sv200_live.txt");
    struct wire_any any = decoded(WIRE_TO_CLIENT, body, 200);
    const struct wire_rep_completed_order *m = any.message;
    assert_true(m->contract.strike == WIRE_UNSET_DOUBLE);
    assert_true(str_eq(m->contract.right, STR("?")));
    assert_true(str_eq(m->order.order_type, STR("TRAIL LIMIT")));
    assert_true(m->order.trail_stop_price == 2000.0);
    assert_true(m->order.lmt_price_offset == 0.05);
    assert_int_equal(m->order.parent_perm_id, WIRE_UNSET_LONG);
    assert_true(str_eq(m->order_state.completed_status, STR("Cancelled by Trader")));
    assert_true(str_eq(m->order.submitter, STR("paper-user")));
    assert_stable(WIRE_TO_CLIENT, body, 200);
}

/* 202 frames at the levels 164 to 173; 44 of them are wrong on purpose and must only be harmless.
 */
static void the_text_frames_of_a_rust_client_are_read_at_their_level(void **state)
{
    (void)state;
    struct json_object *all = read_json("text_frames_v173.json");
    size_t good = 0;
    for (size_t i = 0; i < json_object_array_length(all); i++) {
        struct json_object *row = json_object_array_get_idx(all, i);
        struct json_object *payload = json_object_object_get(row, "payload");
        const char *way = json_object_get_string(json_object_object_get(row, "dir"));
        int level = json_object_get_int(json_object_object_get(row, "level"));
        const char *note = json_object_get_string(json_object_object_get(row, "note"));
        struct str body = {json_object_get_string(payload),
                           (size_t)json_object_get_string_len(payload)};
        if (json_object_get_int(json_object_object_get(row, "extra")))
            body.n--;
        enum wire_direction direction = way && way[0] == 'C' ? WIRE_TO_SERVER : WIRE_TO_CLIENT;
        if (level && !note) {
            assert_stable(direction, body, level);
            good++;
            continue;
        }
        struct wire_any any;
        struct error e;
        (void)!wire_decode(direction, body, 173, arena, &any, &e);
    }
    json_object_put(all);
    assert_true(good > 150);
}

static void a_recorded_session_is_read_in_both_directions(void **state)
{
    (void)state;
    struct str text = read_vector("recorded_session_sv173.yaml");
    yaml_parser_t parser;
    assert_true(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.n);
    enum wire_direction direction = WIRE_TO_SERVER;
    bool raw_follows = false;
    size_t frames = 0;
    for (bool done = false; !done;) {
        yaml_event_t event;
        assert_true(yaml_parser_parse(&parser, &event));
        done = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_SCALAR_EVENT) {
            struct str s = {(const char *)event.data.scalar.value, event.data.scalar.length};
            if (raw_follows) {
                assert_stable(direction, arena_str(arena, s), 173);
                frames++;
            }
            raw_follows = str_eq(s, STR("raw"));
            if (str_eq(s, STR("request")))
                direction = WIRE_TO_SERVER;
            if (str_eq(s, STR("responses")))
                direction = WIRE_TO_CLIENT;
        }
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    assert_int_equal(frames, 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            every_request_of_the_official_client_is_read_and_written_byte_for_byte, setup,
            teardown),
        cmocka_unit_test_setup_teardown(other_clients_mean_the_same_requests, setup, teardown),
        cmocka_unit_test_setup_teardown(a_live_open_order_is_read_to_its_last_field, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_live_completed_order_is_read_to_its_last_field, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_text_frames_of_a_rust_client_are_read_at_their_level,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_recorded_session_is_read_in_both_directions, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
