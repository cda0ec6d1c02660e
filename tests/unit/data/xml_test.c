/* SPDX-License-Identifier: MIT */
#include "data/xml.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The pieces of a document in one line: "+a +b 'text' -b -a", or "! why". */
static void pieces(const char *document, char *out, size_t cap)
{
    struct arena *arena = arena_new(1 << 20);
    struct buf b;
    struct xml x;
    struct error e = {0};
    buf_init(&b, cap - 1);
    xml_init(&x, str_of(document));
    for (;;) {
        if (!xml_next(&x, &e)) {
            buf_add_f(&b, "! %s", e.text);
            break;
        }
        if (x.piece == XML_END)
            break;
        struct str text = x.is_cdata ? x.text : xml_text(x.text, arena);
        if (x.piece == XML_TEXT)
            buf_add_f(&b, "'" STR_FMT "' ", STR_ARG(text));
        else
            buf_add_f(&b, "%c" STR_FMT " ", x.piece == XML_OPEN ? '+' : '-', STR_ARG(x.name));
    }
    str_copy_cut(out, cap, str_trim(buf_str(&b)));
    buf_fini(&b);
    arena_free(arena);
}

static void documents_are_read_piece_by_piece(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } CASES[] = {
        {"<a/>", "+a -a"},
        {"\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<a>\n <b x='1'>text</b>\n</a>\n",
         "+a +b 'text' -b -a"},
        {"<a>1 &lt; 2 &amp;&#65;&#x42;&bogus;</a>", "+a '1 < 2 &AB&bogus;' -a"},
        {"<a><![CDATA[<b>&amp;]]></a>", "+a '<b>&amp;' -a"},
        {"<a><!-- <b> --><c t=\"1>2\"/></a>", "+a +c -c -a"},
        {"<a> x </a>", "+a ' x ' -a"},
        {"", "! byte 0: the document ends too early"},
        {"<a>", "+a ! byte 3: the document ends too early"},
        {"<a></b>", "+a ! byte 3: an end tag that ends nothing"},
        {"</a>", "! byte 0: an end tag that ends nothing"},
        {"<a/><b/>", "+a -a ! byte 4: more than one document"},
        {"text", "! byte 0: text outside of the document"},
        {"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "! byte 0: a declaration that is not read"},
        {"<a><!-- never", "+a ! byte 3: a declaration that is not read"},
        {"<a b", "! byte 0: a tag that is none"},
        {"<a<b>", "! byte 0: a tag that is none"},
        {"<1$>", "! byte 0: a tag that is none"},
        {"<a><![CDATA[x</a>", "+a ! byte 3: a CDATA section that does not end"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char out[256];
        pieces(CASES[i].in, out, sizeof out);
        if (strcmp(out, CASES[i].out) != 0)
            fail_msg("'%s' is\n%s\nand not\n%s", CASES[i].in, out, CASES[i].out);
    }
}

static void attributes_are_found_by_name(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct xml x;
    struct error e;
    xml_init(&x, STR("<a one=\"1\" two = 'a &amp; \"b\"' three=''/>"));
    assert_true(xml_next(&x, &e));
    assert_true(str_eq(xml_attribute(&x, "one", arena), STR("1")));
    assert_true(str_eq(xml_attribute(&x, "two", arena), STR("a & \"b\"")));
    assert_int_equal(xml_attribute(&x, "three", arena).n, 0);
    assert_non_null(xml_attribute(&x, "three", arena).p);
    assert_null(xml_attribute(&x, "four", arena).p);
    xml_init(&x, STR("<a one=1 two='2'/>"));
    assert_true(xml_next(&x, &e));
    assert_null(xml_attribute(&x, "two", arena).p);
    arena_free(arena);
}

static void an_element_is_passed_over_with_all_that_is_in_it(void **state)
{
    (void)state;
    struct xml x;
    struct error e;
    xml_init(&x, STR("<a><b><c>1</c><c/></b><d/><e>x</e></a>"));
    assert_true(xml_next(&x, &e) && xml_next(&x, &e));
    assert_true(xml_skip(&x, &e) && xml_next(&x, &e));
    assert_true(x.piece == XML_OPEN && str_eq(x.name, STR("d")));
    assert_true(xml_skip(&x, &e) && xml_next(&x, &e));
    assert_true(x.piece == XML_OPEN && str_eq(x.name, STR("e")));
    xml_init(&x, STR("<a><b>"));
    assert_true(xml_next(&x, &e) && xml_next(&x, &e));
    assert_false(xml_skip(&x, &e));
}

static void depth_and_names_have_bounds(void **state)
{
    (void)state;
    static char text[XML_DEPTH_MAX * 3 + 16];
    struct xml x;
    struct error e;
    for (size_t i = 0; i <= XML_DEPTH_MAX; i++)
        memcpy(text + 3 * i, "<a>", 3);
    xml_init(&x, str_of(text));
    for (size_t i = 0; i < XML_DEPTH_MAX; i++)
        assert_true(xml_next(&x, &e));
    assert_false(xml_next(&x, &e));
    assert_string_equal(e.reason, "XML");
    static char name[XML_NAME_MAX + 8];
    memset(name, 'n', sizeof name - 1);
    name[0] = '<';
    name[sizeof name - 2] = '>';
    xml_init(&x, str_of(name));
    assert_false(xml_next(&x, &e));
}

/* Every beginning of a document is an error, and none reads beyond its end. */
static void every_truncation_is_refused(void **state)
{
    (void)state;
    static const char whole[] = "<?xml v?><a x='1'><!-- c --><b>t&amp;</b><![CDATA[d]]></a>";
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        char *part = test_malloc(n + 1);
        struct xml x;
        struct error e = {0};
        memcpy(part, whole, n);
        xml_init(&x, (struct str){part, n});
        bool ok = true;
        do
            ok = xml_next(&x, &e);
        while (ok && x.piece != XML_END);
        assert_false(ok);
        test_free(part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_read_piece_by_piece),
        cmocka_unit_test(attributes_are_found_by_name),
        cmocka_unit_test(an_element_is_passed_over_with_all_that_is_in_it),
        cmocka_unit_test(depth_and_names_have_bounds),
        cmocka_unit_test(every_truncation_is_refused),
    };
    return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
