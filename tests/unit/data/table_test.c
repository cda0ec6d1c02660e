/* SPDX-License-Identifier: MIT */
#include "data/table.h"

#include "data/bind.h"
#include "data/schema.h"
#include "sample.h"
#include "test.h"

struct row {
    struct str symbol, name;
    struct opt_dec price;
    double ratio;
    bool live;
    struct guardrail stop;
    int64_t con_id;
};

static const struct field row_fields[] = {
    FIELD(struct row, symbol, .doc = "d"),
    FIELD(struct row, name, .doc = "d"),
    FIELD(struct row, price, .doc = "d"),
    FIELD(struct row, ratio, .doc = "d"),
    FIELD(struct row, live, .doc = "d"),
    FIELD_OBJECT(struct row, stop, &guardrail_type, .doc = "d"),
    FIELD(struct row, con_id, .doc = "d", .wide = true),
};
static const struct type row_type = TYPE_OF(struct row, row_fields);

static const struct row rows[] = {
    {.symbol = {"AAPL", 4},
     .name = {"Apple Inc.", 10},
     .price = {{(dec_nano)187250000000}, true},
     .ratio = 0.123456789,
     .live = true,
     .con_id = 265598},
    {.symbol = {"NESN", 4}, .name = {"Nestl\xC3\xA9", 7}, .ratio = 2},
};

static struct buf out;

static int set_up(void **state)
{
    (void)state;
    buf_init(&out, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_fini(&out);
    return 0;
}

static void columns_are_aligned_and_numbers_at_their_point(void **state)
{
    (void)state;
    table_rows(&row_type, rows, 2, (struct table_style){0}, &out);
    assert_str(buf_str(&out), "symbol  name         price     ratio  live  stop.trailing\n"
                              "AAPL    Apple Inc.  187.25  0.123457  yes   no\n"
                              "NESN    Nestl\xC3\xA9           -  2         no    no\n");
}

static void a_column_without_any_value_is_left_out_unless_wide(void **state)
{
    (void)state;
    table_rows(&row_type, rows, 2, (struct table_style){0}, &out);
    assert_null(memmem(out.p, out.n, "stop.price", 10));
    buf_reset(&out);
    table_rows(&row_type, rows, 2, (struct table_style){.wide = true}, &out);
    assert_non_null(memmem(out.p, out.n, "stop.price", 10));
}

static void the_last_column_leaves_no_blanks_behind(void **state)
{
    struct last {
        struct str symbol;
        double ratio;
    };
    static const struct field fields[] = {
        FIELD(struct last, symbol, .doc = "d"),
        FIELD(struct last, ratio, .doc = "d"),
    };
    const struct type type = TYPE_OF(struct last, fields);
    struct last pair[] = {{STR("A"), 1.5}, {STR("B"), 22}};
    struct last odd[] = {{STR("A"), -5.32508e-05}, {STR("B"), 12345678.9}, {STR("C"), 0}};
    (void)state;
    table_rows(&type, pair, 2, (struct table_style){0}, &out);
    assert_str(buf_str(&out), "symbol  ratio\n"
                              "A         1.5\n"
                              "B        22\n");
    buf_reset(&out);
    table_rows(&type, odd, 3, (struct table_style){0}, &out);
    assert_str(buf_str(&out), "symbol               ratio\n"
                              "A             -0.000053251\n"
                              "B       12345679\n"
                              "C              0\n");
}

static void wide_shows_all_columns(void **state)
{
    (void)state;
    table_rows(&row_type, rows, 1, (struct table_style){.wide = true}, &out);
    assert_non_null(memmem(out.p, out.n, "con_id", 6));
    assert_non_null(memmem(out.p, out.n, "265598", 6));
}

static void each_line_fits(size_t most)
{
    struct str rest = buf_str(&out), line;
    while (str_cut(&rest, '\n', &line)) {
        size_t width = 0;
        for (size_t i = 0; i < line.n; i++)
            width += (line.p[i] & 0xC0) != 0x80;
        assert_true(width <= most);
    }
}

static void a_narrow_screen_cuts_long_texts_but_no_numbers(void **state)
{
    struct row long_name = rows[0];
    (void)state;
    long_name.name = STR("A very long company name that goes on \xC3\xA9\xC3\xA9\xC3\xA9");
    table_rows(&row_type, &long_name, 1, (struct table_style){.width = 72}, &out);
    each_line_fits(72);
    assert_non_null(memmem(out.p, out.n, "A very long company name…", 27));
    assert_non_null(memmem(out.p, out.n, "187.25", 6));
}

static void a_table_wider_than_the_screen_goes_on_below_under_its_first_column(void **state)
{
    (void)state;
    table_rows(&row_type, rows, 2, (struct table_style){.width = 36}, &out);
    each_line_fits(36);
    assert_str(buf_str(&out), "symbol  name         price     ratio\n"
                              "AAPL    Apple Inc.  187.25  0.123457\n"
                              "NESN    Nestl\xC3\xA9           -  2\n"
                              "\n"
                              "symbol  live  stop.trailing\n"
                              "AAPL    yes   no\n"
                              "NESN    no    no\n");
    for (size_t width = 1; width < 80; width++) { /* no width is too narrow to say everything */
        buf_reset(&out);
        table_rows(&row_type, rows, 2, (struct table_style){.width = width}, &out);
        assert_non_null(memmem(out.p, out.n, "187.25", 6));
        assert_non_null(memmem(out.p, out.n, "stop.tr", 7));
    }
}

static void long_text_is_broken_at_its_blanks(void **state)
{
    (void)state;
    table_wrap(STR("one two three"), 0, 2, 8, &out);
    assert_str(buf_str(&out), "one two\n  three\n");
    buf_reset(&out);
    table_wrap(STR("one two three"), 0, 2, 0, &out);
    assert_str(buf_str(&out), "one two three\n");
}

static void no_rows_are_a_header_alone(void **state)
{
    (void)state;
    table_rows(&leg_type, NULL, 0, (struct table_style){0}, &out);
    assert_str(buf_str(&out), "symbol  ratio\n");
    buf_reset(&out);
    table_csv_rows(&leg_type, NULL, 0, &out);
    assert_str(buf_str(&out), "symbol,ratio\r\n");
}

static void outside_text_cannot_drive_the_terminal(void **state)
{
    struct leg leg = {STR("a\x1B[2Jb\nc\td\xC2\x9B\xE2\x80\xAE\xFF\x7F"), 1};
    (void)state;
    table_rows(&leg_type, &leg, 1, (struct table_style){0}, &out);
    assert_null(memchr(out.p, 0x1B, out.n));
    assert_null(memchr(out.p, 0x7F, out.n));
    assert_true(str_is_utf8(buf_str(&out)));
    assert_null(memmem(out.p, out.n, "\xC2\x9B", 2));
    assert_null(memmem(out.p, out.n, "\xE2\x80\xAE", 3));
    size_t lines = 0;
    for (size_t i = 0; i < out.n; i++)
        lines += out.p[i] == '\n';
    assert_int_equal(lines, 2);
    buf_reset(&out);
    table_csv_rows(&leg_type, &leg, 1, &out);
    assert_null(memchr(out.p, 0x1B, out.n));
}

static void a_value_is_shown_as_lines_groups_and_tables(void **state)
{
    struct leg legs[] = {{STR("A"), 1}, {STR("B"), 22}};
    struct sample s = {.symbol = STR("AAPL"),
                       .quantity = 5,
                       .legs = {legs, 2},
                       .tags = {legs, 0},
                       .token = STR("t0p")};
    (void)state;
    table_text(&sample_type, &s, (struct table_style){0}, &out);
    assert_str(buf_str(&out), "symbol:   AAPL\n"
                              "quantity: 5\n"
                              "weight:   0\n"
                              "fee:      0\n"
                              "dryRun:   no\n"
                              "side:     BUY\n"
                              "at:       1970-01-01T00:00:00Z\n"
                              "tags:     none\n"
                              "token:    ***\n"
                              "stop:\n"
                              "  trailing: no\n"
                              "\n"
                              "legs:\n"
                              "symbol  ratio\n"
                              "A           1\n"
                              "B          22\n");
}

static void what_is_unknown_is_shown_only_where_everything_is(void **state)
{
    struct sample s = {.symbol = STR("AAPL")};
    (void)state;
    table_text(&sample_type, &s, (struct table_style){0}, &out);
    assert_null(memmem(out.p, out.n, "beta:", 5));
    assert_null(memmem(out.p, out.n, "legs:", 5));
    buf_reset(&out);
    table_text(&sample_type, &s, (struct table_style){.wide = true}, &out);
    assert_non_null(memmem(out.p, out.n, "beta:     -\n", 12));
    assert_non_null(memmem(out.p, out.n, "legs: -\n", 8));
}

static void a_text_of_several_lines_follows_the_other_values(void **state)
{
    struct page {
        struct str name, text;
    } page = {STR("n"), STR("# One\n\ntwo\033[2J\n")};
    static const struct field fields[] = {
        FIELD(struct page, text, .doc = "d", .lines = true),
        FIELD(struct page, name, .doc = "d"),
    };
    const struct type type = TYPE_OF(struct page, fields);
    (void)state;
    table_text(&type, &page, (struct table_style){0}, &out);
    assert_str(buf_str(&out), "name: n\n\n# One\n\ntwo\xEF\xBF\xBD[2J\n");
    buf_reset(&out);
    page.text = STR_NONE;
    table_text(&type, &page, (struct table_style){0}, &out);
    assert_str(buf_str(&out), "name: n\n");
}

static void csv_quotes_what_needs_it_and_disarms_formulas(void **state)
{
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"", ""},
        {"a,b", "\"a,b\""},
        {"say \"x\"", "\"say \"\"x\"\"\""},
        {"=1+1", "'=1+1"},
        {"+1", "'+1"},
        {"-x", "'-x"},
        {"@cmd", "'@cmd"},
        {"\tx", "' x"},
        {"\rx", "' x"},
        {"=a,b", "\"'=a,b\""},
        {"two\nlines", "two lines"},
        {" x", "\" x\""},
        {"\xC3\xA9", "\xC3\xA9"},
        {"-1834.85", "-1834.85"}, /* a number that the broker sends as text */
        {"-1", "-1"},
        {"-.5", "-.5"},
        {"-", "'-"},
        {"-1+2", "'-1+2"},
        {"-1.2.3", "'-1.2.3"},
        {"--1", "'--1"},
        {"\n=1", "' =1"},
        {"  =1", "'  =1"},
        {"\xEF\xBC\x9D"
         "1",
         "'\xEF\xBC\x9D"
         "1"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        buf_reset(&out);
        table_csv_cell(str_of(cases[i][0]), &out);
        assert_str(buf_str(&out), cases[i][1]);
    }
}

static void csv_has_all_columns_and_raw_numbers(void **state)
{
    struct row row = rows[0];
    (void)state;
    row.price = DEC_SOME(DEC_MICRO(-1234500000));
    row.name = STR("=evil");
    table_csv_rows(&row_type, &row, 1, &out);
    assert_str(buf_str(&out), "symbol,name,price,ratio,live,stop.price,stop.trailing,con_id\r\n"
                              "AAPL,'=evil,-1234.5,0.123456789,true,,false,265598\r\n");
}

static void csv_of_an_answer_is_its_list_or_its_scalars(void **state)
{
    struct leg legs[] = {{STR("A"), 1}};
    struct sample s = {.legs = {legs, 1}};
    (void)state;
    assert_string_equal(table_list(&sample_type)->name, "legs");
    table_csv(&sample_type, &s, &out);
    assert_str(buf_str(&out), "symbol,ratio\r\nA,1\r\n");
    buf_reset(&out);
    assert_null(table_list(&leg_type));
    table_csv(&leg_type, legs, &out);
    assert_str(buf_str(&out), "symbol,ratio\r\nA,1\r\n");
}

static void a_list_that_only_goes_along_is_not_the_rows_of_csv(void **state)
{
    struct answer {
        struct str status;
        struct list remarks;
    };
    static const struct field fields[] = {
        FIELD(struct answer, status, .doc = "d"),
        FIELD(struct answer, remarks, .of = &leg_type, .aside = true, .doc = "d"),
    };
    const struct type type = TYPE_OF(struct answer, fields);
    struct leg legs[] = {{STR("A"), 1}, {STR("B"), 2}};
    struct answer a = {STR("working"), {legs, 2}};
    (void)state;
    table_csv(&type, &a, &out);
    assert_str(buf_str(&out), "status,remarks\r\nworking,2\r\n");
}

/* ---- lists by columns ---- */

struct tick {
    struct str time;
    struct opt_dec price, volume;
};
static const struct field tick_fields[] = {
    FIELD(struct tick, time, .doc = "d"),
    FIELD(struct tick, price, .doc = "d"),
    FIELD(struct tick, volume, .doc = "d"),
};
static const struct type tick_type = TYPE_OF(struct tick, tick_fields);

struct series {
    struct str symbol, note;
    struct list ticks;
};
static const struct field series_fields[] = {
    FIELD(struct series, symbol, .doc = "d", .beside = true),
    FIELD(struct series, note, .doc = "d"),
    FIELD(struct series, ticks, .of = &tick_type, .columns = true, .doc = "d"),
};
static const struct type series_type = TYPE_OF(struct series, series_fields);

struct all_series {
    struct list series;
};
static const struct field all_series_fields[] = {
    FIELD(struct all_series, series, .of = &series_type, .doc = "d"),
};
static const struct type all_series_type = TYPE_OF(struct all_series, all_series_fields);

static struct tick ticks[] = {
    {.time = {"09:30", 5}, .price = {{(dec_nano)1500000000}, true}},
    {.time = {"09:31", 5}},
};
static struct series two_series[] = {
    {.symbol = {"AAPL", 4}, .note = {"held", 4}, .ticks = {ticks, 2}},
    {.symbol = {"NONE", 4}, .ticks = {ticks, 0}},
};
static const struct all_series all = {{two_series, 2}};

static void columns_are_an_array_for_each_value(void **state)
{
    (void)state;
    struct json_writer w;
    json_writer_init(&w, &out);
    write_json(&series_type, &two_series[0], &w);
    assert_true(json_writer_done(&w));
    assert_str(buf_str(&out), "{\"symbol\":\"AAPL\",\"note\":\"held\",\"ticks\":"
                              "{\"time\":[\"09:30\",\"09:31\"],\"price\":[1.5,null],"
                              "\"volume\":null}}");
    buf_reset(&out);
    json_writer_init(&w, &out);
    write_json(&series_type, &two_series[1], &w);
    assert_true(json_writer_done(&w));
    assert_str(buf_str(&out), "{\"symbol\":\"NONE\",\"note\":null,\"ticks\":"
                              "{\"time\":[],\"price\":[],\"volume\":[]}}");
}

static void columns_are_a_line_a_row_in_csv(void **state)
{
    (void)state;
    table_csv(&all_series_type, &all, &out);
    assert_str(buf_str(&out), "symbol,time,price,volume\r\nAAPL,09:30,1.5,\r\n"
                              "AAPL,09:31,,\r\nNONE,,,\r\n");
}

static void rows_of_which_none_has_columns_are_lines_themselves(void **state)
{
    const struct all_series none = {{&two_series[1], 1}};
    (void)state;
    table_csv(&all_series_type, &none, &out);
    assert_str(buf_str(&out), "symbol,note,ticks\r\nNONE,,0\r\n");
}

static void columns_are_a_table_of_their_own_as_text(void **state)
{
    (void)state;
    table_text(&all_series_type, &all, (struct table_style){0}, &out);
    assert_str(buf_str(&out), "series:\nsymbol  note  ticks\nAAPL    held  2\nNONE    -     0\n"
                              "\nAAPL:\ntime   price\n09:30    1.5\n09:31      -\n");
}

static void the_schema_of_columns_names_arrays(void **state)
{
    (void)state;
    struct json_writer w;
    json_writer_init(&w, &out);
    schema_write(&series_type, SCHEMA_OUTPUT, &w);
    assert_true(json_writer_done(&w));
    struct str text = buf_str(&out), ticks_are = STR("\"ticks\":{\"type\":[\"object\",\"null\"]");
    struct str price_is = STR("\"price\":{\"type\":[\"array\",\"null\"],\"description\":\"d\","
                              "\"items\":{\"type\":[\"number\",\"null\"]}}");
    assert_true(str_find_str(text, ticks_are) < text.n);
    assert_true(str_find_str(text, price_is) < text.n);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(columns_are_aligned_and_numbers_at_their_point),
        TEST(a_column_without_any_value_is_left_out_unless_wide),
        TEST(the_last_column_leaves_no_blanks_behind),
        TEST(wide_shows_all_columns),
        TEST(a_narrow_screen_cuts_long_texts_but_no_numbers),
        TEST(a_table_wider_than_the_screen_goes_on_below_under_its_first_column),
        TEST(long_text_is_broken_at_its_blanks),
        TEST(what_is_unknown_is_shown_only_where_everything_is),
        TEST(a_list_that_only_goes_along_is_not_the_rows_of_csv),
        TEST(no_rows_are_a_header_alone),
        TEST(outside_text_cannot_drive_the_terminal),
        TEST(a_value_is_shown_as_lines_groups_and_tables),
        TEST(a_text_of_several_lines_follows_the_other_values),
        TEST(csv_quotes_what_needs_it_and_disarms_formulas),
        TEST(csv_has_all_columns_and_raw_numbers),
        TEST(csv_of_an_answer_is_its_list_or_its_scalars),
        TEST(columns_are_an_array_for_each_value),
        TEST(columns_are_a_line_a_row_in_csv),
        TEST(rows_of_which_none_has_columns_are_lines_themselves),
        TEST(columns_are_a_table_of_their_own_as_text),
        TEST(the_schema_of_columns_names_arrays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
