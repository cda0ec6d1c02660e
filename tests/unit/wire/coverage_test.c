/* SPDX-License-Identifier: MIT */
/*
 * docs/wire-coverage.md is made from the tables of the codec and from the claims below; this test
 * compares it. To write it anew:
 *
 *     PORTCULLIS_REGENERATE=1 build/unit/wire/coverage_test
 *
 * The claims say which messages have been met in bytes that were not made here. A second test
 * reads all recorded frames and compares what is in them with what is claimed.
 */
#include "vectors.h"

#include "wire/proto.h"

#include <glob.h>
#include <yaml.h>

/* ---- claims ---- */

enum encoding { TEXT, PROTOBUF };
enum evidence { NOTHING, TEST_FRAMES, OTHER_CLIENT, LIVE, OFFICIAL_CLIENT, EVIDENCE_COUNT };
enum { IDS = 112, LINE_ROOM = 1 << 18 };

static const struct {
    enum wire_direction direction;
    enum encoding encoding;
    enum evidence evidence;
    unsigned char ids[IDS]; /* ends with 0 */
} claims[] = {
    {WIRE_TO_SERVER,
     TEXT,
     OFFICIAL_CLIENT,
     {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14,  15,  16,  17,  18,  19, 20,
      21, 22, 23, 24, 25, 49, 50, 51, 52, 53, 54, 55, 56, 57,  58,  59,  61,  62,  63, 64,
      65, 66, 67, 68, 69, 70, 71, 74, 75, 76, 77, 78, 79, 80,  81,  82,  83,  84,  85, 86,
      87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103, 104, 105}},
    {WIRE_TO_SERVER,
     PROTOBUF,
     OFFICIAL_CLIENT,
     {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,  12,  13,  14,  15,  16,  17,  18,  19,  20, 21,
      22, 23, 24, 25, 49, 50, 51, 52, 53, 54, 55,  56,  57,  58,  59,  61,  62,  63,  64,  65, 66,
      67, 68, 69, 70, 71, 74, 75, 76, 77, 78, 79,  80,  81,  82,  83,  84,  85,  86,  87,  88, 89,
      90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109}},
    {WIRE_TO_CLIENT, TEXT, TEST_FRAMES, {1,  2,  3,  4,  8,  10,  11,  12,  13, 14, 17,
                                         19, 20, 21, 45, 46, 50,  52,  59,  71, 73, 74,
                                         75, 76, 78, 79, 83, 84,  86,  87,  88, 93, 94,
                                         95, 96, 97, 98, 99, 102, 104, 105, 106}},
    {WIRE_TO_CLIENT, TEXT, LIVE, {5, 9, 15, 49, 61, 62, 63, 64, 101}},
    {WIRE_TO_CLIENT, PROTOBUF, LIVE, {1,  2,  3,  4,  5,  6,  7,  8,  9,   11,  12, 15, 17,
                                      21, 45, 46, 49, 53, 54, 55, 57, 58,  59,  61, 62, 63,
                                      64, 75, 76, 78, 79, 80, 81, 93, 107, 108, 109}},
};

static enum evidence claimed(const struct wire_message *m, enum encoding encoding)
{
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++)
        if (claims[i].direction == m->direction && claims[i].encoding == encoding &&
            memchr(claims[i].ids, m->id, strlen((const char *)claims[i].ids)))
            return claims[i].evidence;
    return NOTHING;
}

/* ---- what the recorded frames show ---- */

static unsigned char found[2][IDS][2];

static void note(enum wire_direction direction, struct str body, int version,
                 enum evidence evidence)
{
    struct wire_any any = decoded(direction, body, version);
    unsigned char *best = &found[direction][any.id][any.has ? PROTOBUF : TEXT];
    if (*best < evidence)
        *best = (unsigned char)evidence;
    arena_reset(arena);
}

static void note_client(const char *name, enum evidence evidence)
{
    struct client_file f = open_client(name);
    for (size_t i = 1; i < f.n; i++)
        note(WIRE_TO_SERVER, client_frame(&f, i), f.version, evidence);
    json_object_put(f.json);
}

/* Lines "VERSION hex" of requests, or with a direction between: "VERSION S hex". */
static void note_lines(const char *path, char separator, enum evidence evidence)
{
    static char line[LINE_ROOM];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        struct str rest = str_trim(str_of(line));
        struct str number, hex, way = STR("C");
        int64_t version = 0;
        if (str_starts(rest, STR("#")) || !str_cut(&rest, separator, &number))
            continue;
        assert_true(str_to_i64(number, &version));
        if (separator == '\t')
            assert_true(str_cut(&rest, '\t', &way));
        if (str_cut(&rest, separator, &hex) && version)
            note(str_eq(way, STR("C")) ? WIRE_TO_SERVER : WIRE_TO_CLIENT,
                 of_hex(arena_str(arena, hex).p), (int)version, evidence);
    }
    fclose(f);
}

static void note_transcript(const char *name, int version)
{
    static char line[LINE_ROOM];
    FILE *f = fopen(vector_path(name).p, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        struct str rest = str_trim(str_of(line));
        struct str word, way = STR_NONE;
        if (str_starts(rest, STR("#")))
            continue;
        assert_true(str_cut(&rest, ' ', &word) && str_cut(&rest, ' ', &way));
        struct str frame = of_base64(rest);
        note(str_eq(way, STR("client")) ? WIRE_TO_SERVER : WIRE_TO_CLIENT,
             str_sub(frame, 4, frame.n), version, LIVE);
    }
    fclose(f);
}

static void note_rust_frames(void)
{
    struct json_object *all = read_json("text_frames_v173.json");
    for (size_t i = 0; i < json_object_array_length(all); i++) {
        struct json_object *row = json_object_array_get_idx(all, i);
        struct json_object *payload = json_object_object_get(row, "payload");
        const char *way = json_object_get_string(json_object_object_get(row, "dir"));
        int level = json_object_get_int(json_object_object_get(row, "level"));
        struct str body = {json_object_get_string(payload),
                           (size_t)json_object_get_string_len(payload)};
        if (json_object_get_int(json_object_object_get(row, "extra")))
            body.n--;
        if (level && !json_object_object_get(row, "note"))
            note(way && way[0] == 'C' ? WIRE_TO_SERVER : WIRE_TO_CLIENT, body, level, TEST_FRAMES);
    }
    json_object_put(all);
}

static void note_session(void)
{
    struct str text = read_vector("recorded_session_sv173.yaml");
    char *copy = strndup(text.p, text.n); /* the arena is emptied on the way */
    yaml_parser_t parser;
    assert_true(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)copy, text.n);
    enum wire_direction direction = WIRE_TO_SERVER;
    bool raw_follows = false;
    for (bool done = false; !done;) {
        yaml_event_t event;
        assert_true(yaml_parser_parse(&parser, &event));
        done = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_SCALAR_EVENT) {
            struct str s = {(const char *)event.data.scalar.value, event.data.scalar.length};
            if (raw_follows)
                note(direction, s, 173, LIVE);
            raw_follows = str_eq(s, STR("raw"));
            if (str_eq(s, STR("request")))
                direction = WIRE_TO_SERVER;
            if (str_eq(s, STR("responses")))
                direction = WIRE_TO_CLIENT;
        }
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    free(copy);
}

static void note_own_records(void)
{
    glob_t files;
    assert_int_equal(glob("tests/vectors/*.txt", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        note_lines(files.gl_pathv[i], ' ',
                   strstr(files.gl_pathv[i], "nautilus-ibapi") ? OFFICIAL_CLIENT : OTHER_CLIENT);
    globfree(&files);
}

static void note_all(void)
{
    static const char *const official[] = {"178", "193", "200", "225"};
    note_own_records();
    for (size_t i = 0; i < 4; i++)
        note_client(arena_f(arena, "client_requests/off_%s.json", official[i]).p, OFFICIAL_CLIENT);
    note_client("client_requests/ibasync_178.json", OTHER_CLIENT);
    note_client("client_requests/stoq_193.json", OTHER_CLIENT);
    char *path = strdup(vector_path("pb_small_live.tsv").p);
    note_lines(path, '\t', LIVE);
    free(path);
    note_transcript("transcripts/account_summary_sv225.txt", 225);
    note_transcript("transcripts/executions_sv225.txt", 225);
    note_transcript("transcripts/order_fill_and_misc_sv225.txt", 225);
    note_transcript("transcripts/quote_snapshot_sv206.txt", 206);
    note_rust_frames();
    note_session();
    note(WIRE_TO_CLIENT, live_line("openorder_sv200_live.txt"), 200, LIVE);
    note(WIRE_TO_CLIENT, live_line("completed_sv200_live.txt"), 200, LIVE);
}

static void the_recorded_frames_show_what_is_claimed(void **state)
{
    (void)state;
    (void)read_vector("pb_small_live.tsv"); /* skips the test if there are none */
    note_all();
    for (const struct wire_message *m = wire_next_message(NULL); m; m = wire_next_message(m))
        for (enum encoding encoding = TEXT; encoding <= PROTOBUF; encoding++)
            if (found[m->direction][m->id][encoding] != claimed(m, encoding))
                fail_msg("%s, encoding %d: frames show %d, claimed is %d", m->name, encoding,
                         found[m->direction][m->id][encoding], claimed(m, encoding));
}

/* ---- who uses a message ---- */

enum { SOURCE_MAX = 4 << 20 };

/* All .c files of a folder of src/, one behind the other. */
static struct str sources(const char *pattern)
{
    glob_t files;
    struct buf all;
    buf_init(&all, SOURCE_MAX);
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        FILE *f = fopen(files.gl_pathv[i], "r");
        assert_non_null(f);
        for (size_t n = 1; n; buf_grow(&all, n)) {
            char *p = buf_space(&all, 1 << 16);
            assert_non_null(p);
            n = fread(p, 1, 1 << 16, f);
        }
        fclose(f);
    }
    globfree(&files);
    struct str text = arena_str(arena, buf_str(&all));
    buf_fini(&all);
    return text;
}

/* The name of the constant in src/wire/message.h: "WIRE_REQ_MKT_DATA". */
static struct str constant_of(const struct wire_message *m)
{
    struct str text = sources("src/wire/message.h"), line;
    bool is_request = m->direction == WIRE_TO_SERVER;
    char end[16];
    (void)snprintf(end, sizeof end, "= %d", m->id);
    while (str_cut(&text, '\n', &line)) {
        line = str_trim(line);
        size_t at = str_find_str(line, STR(" = "));
        struct str rest = str_sub(line, at + 1, line.n);
        if (at == line.n || !str_starts(line, is_request ? STR("WIRE_REQ_") : STR("WIRE_REP_")) ||
            !str_starts(rest, str_of(end)))
            continue;
        rest = str_sub(rest, strlen(end), rest.n);
        if (!rest.n || rest.p[0] == ',')
            return str_sub(line, 0, at);
    }
    fail_msg("message.h has no constant for %s", m->name);
    return STR_NONE;
}

/* Does the text name that constant, and not only a longer one? */
static bool names(struct str text, struct str constant)
{
    while (text.n) {
        size_t at = str_find_str(text, constant);
        if (at == text.n)
            return false;
        text = str_sub(text, at + constant.n, text.n);
        char next = text.n ? text.p[0] : ' ';
        if (next != '_' && (next < 'A' || next > 'Z'))
            return true;
    }
    return false;
}

/* The exchange names what it refuses in one table; that is not serving it. */
static struct str without_refusals(struct str text)
{
    size_t begin = str_find_str(text, STR("} refused[] = {"));
    size_t end =
        begin < text.n ? begin + str_find_str(str_sub(text, begin, text.n), STR("\n};")) : text.n;
    return arena_f(arena, STR_FMT STR_FMT, (int)begin, text.p, (int)(text.n - end), text.p + end);
}

/* ---- the page ---- */

static const char page_top[] =
    "# What the wire speaks\n"
    "\n"
    "Made by `tests/unit/wire/coverage_test.c` from the tables in `src/wire/`; do not edit.\n"
    "\n"
    "Every message of the TWS protocol, at the server versions 157 to 226: in which of them it is\n"
    "text, from which on it is protobuf, and how it is known that the layout is right.\n"
    "\n"
    "Both sides of each message are implemented: the client writes the requests and reads the\n"
    "replies, the server (the paper exchange) the other way round. For all of them the tests\n"
    "`text_test` and `proto_test` make round trips at all versions, cut them at each byte, change\n"
    "bytes and count too far; `vectors_test`, `proto_vectors_test` and `recorded_test` read and\n"
    "write the frames that the evidence names; the fuzzers `text`, `protobuf` and `frame` search "
    "on.\n"
    "\n"
    "Evidence, the best there is:\n"
    "\n"
    "- *official client*: bytes that IBKR's own client sent, written by us byte for byte\n"
    "- *live*: bytes that a real Gateway sent or accepted\n"
    "- *other client*: bytes that another client sent, with the same meaning\n"
    "- *test frames*: frames from another project's tests, read to the last field\n"
    "- *layout*, *schema*: the published order of fields, or the published protobuf schema (all\n"
    "  numbers, names and types), and no bytes yet\n"
    "\n"
    "*Session* and *exchange* say whether the daemon's own session uses the message and whether "
    "the\n"
    "paper exchange does (it answers other requests with an error that says so); a cell that is\n"
    "empty may lag behind the sources, one that is not may not.\n"
    "\n"
    "*Tests*: T and P are round trips, cuts and damage in text and in protobuf (`text_test`,\n"
    "`proto_test`), V the comparison with the frames of the evidence in the same encoding\n"
    "(`vectors_test`, `proto_vectors_test`, `recorded_test`).\n"
    "\n"
    "The requests 72 and 73 (an old sign-on of IBKR's own programs) are not spoken.\n";

static const char *evidence_text(enum evidence evidence, enum encoding encoding)
{
    static const char *const texts[EVIDENCE_COUNT] = {[TEST_FRAMES] = "test frames",
                                                      [OTHER_CLIENT] = "other client",
                                                      [LIVE] = "live",
                                                      [OFFICIAL_CLIENT] = "official client"};
    if (evidence == NOTHING)
        return encoding == TEXT ? "layout" : "schema";
    return texts[evidence];
}

/* What the sources of both sides name. */
struct users {
    struct str session, exchange;
};

static void add_row(struct buf *page, const struct users *u, const struct wire_message *m)
{
    int first = m->min_version > WIRE_VERSION_MIN ? m->min_version : WIRE_VERSION_MIN;
    int since = wire_proto_since(m->direction, m->id);
    int last = since ? since - 1 : WIRE_VERSION_PROTO_MAX;
    const char *name = since ? wire_proto_of(m->direction, m->id)->name : "";
    bool is_request = m->direction == WIRE_TO_SERVER;
    buf_add_f(page, "| %d | %s | ", m->id, m->name);
    if (m->routine)
        buf_add_f(page, "%d..%d | ", first, last);
    else
        buf_add_c(page, "| ");
    if (since)
        buf_add_f(page, "%d.. %s | ", since, name);
    else
        buf_add_c(page, "| ");
    buf_add_f(page, "%s | %s | %s | %s | ", is_request ? "writes" : "reads",
              is_request ? "reads" : "writes",
              m->routine ? evidence_text(claimed(m, TEXT), TEXT) : "",
              since ? evidence_text(claimed(m, PROTOBUF), PROTOBUF) : "");
    struct str constant = constant_of(m);
    buf_add_f(page, "%s | %s | ", names(u->session, constant) ? "yes" : "",
              names(u->exchange, constant) ? "yes" : "");
    buf_add_f(page, "%s%s%s%s |\n", m->routine ? "T" : "",
              m->routine && claimed(m, TEXT) ? "V" : "", since ? " P" : "",
              since && claimed(m, PROTOBUF) ? "V" : "");
}

static void make_page(struct buf *page)
{
    static const char *const heads[] = {"\n## Client to server\n", "\n## Server to client\n"};
    size_t rows = 0;
    struct users u = {sources("src/broker/*.c"), without_refusals(sources("src/paper/*.c"))};
    buf_add_c(page, page_top);
    for (int direction = 0; direction < 2; direction++) {
        buf_add_c(page, heads[direction]);
        buf_add_c(page, "\n| id | message | text | protobuf | client | server | evidence, text "
                        "| evidence, protobuf | session | exchange | tests |\n"
                        "|---|---|---|---|---|---|---|---|---|---|---|\n");
        for (const struct wire_message *m = wire_next_message(NULL); m; m = wire_next_message(m))
            if ((int)m->direction == direction) {
                add_row(page, &u, m);
                rows++;
            }
    }
    assert_int_equal(rows, 83 + 86);
    assert_false(page->failed);
}

/* The same line, but for cells that are empty where `made` has a yes. */
static bool says_no_more(struct str kept, struct str made)
{
    struct str a, b;
    while (str_cut(&made, '|', &b))
        if (!str_cut(&kept, '|', &a) ||
            !(str_eq(a, b) || (str_eq(a, STR("  ")) && str_eq(b, STR(" yes ")))))
            return false;
    return kept.n == 0;
}

static void the_page_says_what_the_tables_say(void **state)
{
    (void)state;
    enum { ROOM = 1 << 20 };
    static const char path[] = "docs/wire-coverage.md";
    struct buf page;
    buf_init(&page, ROOM);
    make_page(&page);
    if (getenv("PORTCULLIS_REGENERATE")) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        assert_int_equal(fwrite(page.p, 1, page.n, f), page.n);
        assert_int_equal(fclose(f), 0);
    }
    char *text = arena_alloc(arena, ROOM);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(text, 1, ROOM, f);
    fclose(f);
    struct str kept = {text, n}, made = buf_str(&page), kept_line, made_line;
    while (str_cut(&made, '\n', &made_line))
        if (!str_cut(&kept, '\n', &kept_line) || !says_no_more(kept_line, made_line))
            fail_msg("%s is out of date: run this test with PORTCULLIS_REGENERATE=1", path);
    assert_int_equal(kept.n, 0);
    buf_fini(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_recorded_frames_show_what_is_claimed, setup, teardown),
        cmocka_unit_test_setup_teardown(the_page_says_what_the_tables_say, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
