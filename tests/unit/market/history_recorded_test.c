/* SPDX-License-Identifier: MIT */
/* Bars out of frames that a real Gateway sent to others: only the request's number is replaced. */
#include "../wire/vectors.h"
#include "archive.h"

enum { RECORDED_MAX = 4, FRAME_TEXT_MAX = 4096 };

static struct {
    char bytes[FRAME_TEXT_MAX];
    size_t n;
} recorded[RECORDED_MAX];
static size_t recorded_n;
static bool is_text; /* frames of fields with NULs, or protobuf */

static struct bar got[4];
static size_t got_n;
static struct error got_error;

static void take(struct archive *a)
{
    got_n = a->q[0].n;
    got_error = a->q[0].error;
    assert_in_range(got_n, 0, 4);
    if (got_n)
        memcpy(got, a->q[0].bars, got_n * sizeof got[0]);
}

static void send_frame(struct archive *a, struct str body)
{
    char frame[FRAME_TEXT_MAX + 16];
    frame[0] = frame[1] = 0;
    frame[2] = (char)(body.n >> 8);
    frame[3] = (char)body.n;
    memcpy(frame + 4, body.p, body.n);
    peer_bytes(a->peer, (struct str){frame, body.n + 4});
}

/* The id of the message (4 bytes), field 1 (08, and the number of 7001 in two bytes), the rest. */
static void tell_protobuf(struct archive *a, const struct wire_req_historical_data *m)
{
    for (size_t i = 0; i < recorded_n; i++) {
        struct buf body;
        buf_init(&body, FRAME_TEXT_MAX);
        buf_add(&body, recorded[i].bytes, 5);
        for (uint32_t v = (uint32_t)m->req_id;; v >>= 7) {
            buf_add_char(&body, (char)(v >= 0x80 ? v | 0x80 : v));
            if (v < 0x80)
                break;
        }
        buf_add(&body, recorded[i].bytes + 7, recorded[i].n - 7);
        send_frame(a, buf_str(&body));
        buf_fini(&body);
    }
}

/* Field 2 is the request's number. */
static void tell_text(struct archive *a, const struct wire_req_historical_data *m)
{
    struct str rest = {recorded[0].bytes, recorded[0].n}, id, number;
    struct buf body;
    assert_true(str_cut(&rest, '\0', &id) && str_cut(&rest, '\0', &number));
    buf_init(&body, FRAME_TEXT_MAX);
    buf_add_str(&body, id);
    buf_add_char(&body, '\0');
    buf_add_f(&body, "%d", (int)m->req_id);
    buf_add_char(&body, '\0');
    buf_add_str(&body, rest);
    send_frame(a, buf_str(&body));
    buf_fini(&body);
}

/* Keeps the frames from the server whose lines end so. */
static void read_hex(const char *name)
{
    struct str text = read_vector(name), line, column;
    recorded_n = 0;
    is_text = false;
    while (text.n && str_cut(&text, '\n', &line)) {
        struct str words = line;
        if (!str_cut(&words, '\t', &column) || !str_cut(&words, '\t', &column) ||
            !str_eq(column, STR("S")) || !str_cut(&words, '\t', &column) ||
            !str_starts(words, STR("historicalData")) || recorded_n == RECORDED_MAX)
            continue;
        size_t n = column.n / 2;
        assert_in_range(n, 8, FRAME_TEXT_MAX);
        for (size_t i = 0; i < n; i++)
            recorded[recorded_n].bytes[i] =
                (char)(nibble(column.p[2 * i]) << 4 | nibble(column.p[2 * i + 1]));
        recorded[recorded_n++].n = n;
    }
}

/* Keeps the first frame of that message out of the list of texts. */
static void read_texts(const char *name, const char *message)
{
    struct json_object *all = read_json(name);
    recorded_n = 0;
    is_text = true;
    for (size_t i = 0; i < json_object_array_length(all) && recorded_n == 0; i++) {
        struct json_object *row = json_object_array_get_idx(all, i);
        struct json_object *payload = json_object_object_get(row, "payload");
        struct str body = {json_object_get_string(payload),
                           (size_t)json_object_get_string_len(payload)};
        const char *dir = json_object_get_string(json_object_object_get(row, "dir"));
        if (!dir || strcmp(dir, "S") != 0 || !str_starts(body, str_of(message)) ||
            body.n <= strlen(message) || body.p[strlen(message)] != '\0' || body.n > FRAME_TEXT_MAX)
            continue;
        memcpy(recorded[0].bytes, body.p, body.n);
        recorded[0].n = body.n;
        recorded_n = 1;
    }
    json_object_put(all);
}

static void ask(int version, enum bar_size size, const char *from, const char *to)
{
    struct utc first = {0}, end = {0};
    assert_true(utc_parse(str_of(from), &first) && utc_parse(str_of(to), &end));
    peer_version = version;
    struct archive *a = archive_new();
    a->tell = is_text ? tell_text : tell_protobuf;
    a->check = take;
    struct history_question q = {.contract = peer_contract(265598),
                                 .size = size,
                                 .show = BARS_TRADES,
                                 .from = {first, true},
                                 .to = {end, true}};
    archive_ask(a, &q, 30000);
    archive_free(a);
}

static void assert_dec(struct opt_dec d, const char *want)
{
    char text[DEC_TEXT_MAX];
    assert_true(d.has);
    (void)dec_format(d.v, text);
    assert_string_equal(text, want);
}

static void hours_of_amsterdam_in_protobuf(void **state)
{
    (void)state;
    read_hex("pb_small_live.tsv");
    assert_int_equal(recorded_n, 2);
    ask(WIRE_VERSION_PROTO_MAX, BAR_1_HOUR, "2026-07-13T12:00:00Z", "2026-07-13T18:00:00Z");
    assert_string_equal(got_error.text, "");
    assert_int_equal(got_n, 3);
    for (size_t i = 0; i < 3; i++) { /* told as 15:30, 16:00 and 17:00 in Amsterdam, in summer */
        static const char *const at[] = {"2026-07-13T13:30:00Z", "2026-07-13T14:00:00Z",
                                         "2026-07-13T15:00:00Z"};
        char text[UTC_TEXT_MAX];
        (void)utc_format(got[i].start.v, text);
        assert_string_equal(text, at[i]);
    }
    assert_dec(got[0].open, "317.04");
    assert_dec(got[0].high, "323.45");
    assert_dec(got[0].average, "320.857");
    assert_int_equal(got[0].trades, 54342);
}

static void days_in_text_of_before_the_end_had_a_message_of_its_own(void **state)
{
    (void)state;
    read_texts("text_frames_v173.json", "17");
    assert_int_equal(recorded_n, 1);
    ask(178, BAR_1_DAY, "2023-04-13", "2023-04-14");
    assert_string_equal(got_error.text, "");
    assert_int_equal(got_n, 2);
    assert_int_equal(got[0].date, 20230413);
    assert_dec(got[0].open, "182.94");
    assert_dec(got[0].volume, "948837.22");
    assert_int_equal(got[1].date, 20230414);
    assert_dec(got[1].close, "185");
    assert_int_equal(got[1].trades, 277547);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hours_of_amsterdam_in_protobuf, setup, teardown),
        cmocka_unit_test_setup_teardown(days_in_text_of_before_the_end_had_a_message_of_its_own,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
