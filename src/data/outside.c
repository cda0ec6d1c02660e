/* SPDX-License-Identifier: MIT */
#include "data/outside.h"

#include "data/utf8.h"

#include <assert.h>

enum {
    TAG_MAX = 1024,  /* a '<' that is not closed within so many bytes is a sign of its own */
    ENTITY_MAX = 10, /* "&#x10FFFF;" */
    LOOKED_AT_MAX = 64 << 10, /* for a sign of markup */
    C1_LEAD = 0xC2,
    UTF8_MAX = 4
};

size_t outside_character(struct str s)
{
    return s.n > 0 ? utf8_step(s.p, s.n) : 0;
}

static uint32_t code_of(struct str s, size_t width)
{
    unsigned char first = (unsigned char)s.p[0];
    uint32_t c = width == 1 ? first : first & (0x7FU >> width);
    for (size_t i = 1; i < width; i++)
        c = c << 6 | ((unsigned char)s.p[i] & 0x3FU);
    return c;
}

bool outside_is_unseen(struct str s, size_t width)
{
    static const struct {
        uint32_t first, last;
    } RANGES[] = {{0x00AD, 0x00AD}, {0x061C, 0x061C}, {0x115F, 0x1160}, {0x180B, 0x180E},
                  {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},
                  {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF}};
    if (width < 2)
        return false;
    uint32_t c = code_of(s, width);
    for (size_t i = 0; i < sizeof RANGES / sizeof RANGES[0]; i++)
        if (c >= RANGES[i].first && c <= RANGES[i].last)
            return true;
    return false;
}

/* ---- writing ---- */

struct writer {
    struct buf *out;
    struct outside_stats stats;
    size_t max;
    size_t newlines; /* that wait for the next visible character */
    bool space;      /* likewise */
    bool begun;
};

/* A character that can be seen; what was waiting is written before it. */
static void put(struct writer *w, struct str character)
{
    if (w->stats.chars >= w->max || w->out->failed) {
        w->stats.is_cut = true;
        return;
    }
    if (!w->begun)
        buf_add_c(w->out, "> ");
    else if (w->newlines > 0)
        buf_add_c(w->out, w->newlines > 1 ? "\n>\n> " : "\n> ");
    else if (w->space) {
        buf_add_char(w->out, ' ');
        w->stats.chars++;
    }
    w->begun = true;
    w->newlines = 0;
    w->space = false;
    buf_add_str(w->out, character);
    w->stats.chars++;
}

static void put_break(struct writer *w)
{
    w->newlines++;
    w->space = false;
}

/* One character of the source, as it is or decoded from an entity. */
static void take(struct writer *w, struct str c)
{
    unsigned char first = (unsigned char)c.p[0];
    if (first == '\n') {
        put_break(w);
    } else if (first == ' ' || first == '\t' || first == '\r' ||
               (c.n == 2 && first == C1_LEAD && (unsigned char)c.p[1] == 0xA0)) {
        w->space = true;
    } else if (first < 0x20 || first == 0x7F ||
               (c.n == 2 && first == C1_LEAD && (unsigned char)c.p[1] < 0xA0)) {
        w->space = true;
        w->stats.removed++;
    } else if (outside_is_unseen(c, c.n)) {
        w->stats.removed++;
    } else {
        put(w, c);
    }
}

/* ---- markup ---- */

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

/* The name in "<name ..." or "</name ..." at the start of s; empty if that is no tag. */
static struct str tag_name(struct str s)
{
    size_t from = s.n > 1 && s.p[1] == '/' ? 2 : 1, to = from;
    while (to < s.n && to < from + 12 && (is_letter(s.p[to]) || (s.p[to] >= '0' && s.p[to] <= '9')))
        to++;
    return from < s.n && is_letter(s.p[from]) ? str_sub(s, from, to) : STR("");
}

/* Where the tag or comment at the start of s ends; 0 if it is none. */
static size_t tag_length(struct str s)
{
    struct str most = str_sub(s, 0, TAG_MAX), comment = STR("-->");
    if (str_starts(s, STR("<!--"))) {
        size_t end = str_find_str(s, comment);
        return end < s.n ? end + comment.n : s.n;
    }
    bool is_tag = tag_name(s).n > 0 || str_starts(s, STR("<!")) || str_starts(s, STR("<?"));
    size_t end = str_find(most, '>', 0);
    return is_tag && end < most.n ? end + 1 : 0;
}

static bool is_one_of(struct str name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_ieq(name, str_of(names[i])))
            return true;
    return false;
}

/* The bytes of a <script> and the like, with its end: none of it is text. */
static size_t hidden_length(struct str s, struct str name)
{
    for (size_t at = 1; at < s.n; at++) {
        at = str_find(s, '<', at);
        struct str rest = str_sub(s, at, s.n);
        if (rest.n > 1 && rest.p[1] == '/' && str_ieq(tag_name(rest), name)) {
            size_t end = tag_length(rest);
            return at + (end ? end : rest.n);
        }
    }
    return s.n;
}

static size_t take_tag(struct writer *w, struct str s)
{
    static const char *const blocks[] = {"p",  "br", "div", "li", "tr", "ul", "ol",  "table",  "h1",
                                         "h2", "h3", "h4",  "h5", "h6", "hr", "pre", "section"};
    static const char *const hidden[] = {"script", "style", "head", "template", "noscript", "svg"};
    size_t n = tag_length(s);
    struct str name = tag_name(s);
    if (n == 0)
        return 0;
    if (is_one_of(name, blocks, sizeof blocks / sizeof blocks[0]))
        put_break(w);
    else if (str_ieq(name, STR("td")) || str_ieq(name, STR("th")))
        w->space = true;
    else if (s.p[1] != '/' && s.p[n - 2] != '/' &&
             is_one_of(name, hidden, sizeof hidden / sizeof hidden[0]))
        return hidden_length(s, name);
    return n;
}

static struct str encode(uint32_t c, char out[UTF8_MAX])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return (struct str){out, 1};
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((0xF00U >> n & 0xFFU) | c);
    return (struct str){out, n};
}

static bool number_of(struct str digits, uint32_t *out)
{
    bool is_hex = digits.n > 1 && lower(digits.p[0]) == 'x';
    *out = 0;
    for (size_t i = is_hex; i < digits.n; i++) {
        char c = lower(digits.p[i]);
        uint32_t v = c >= '0' && c <= '9'             ? (uint32_t)(c - '0')
                     : is_hex && c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                                                      : 16;
        if (v == 16 || *out > 0x10FFFF)
            return false;
        *out = *out * (is_hex ? 16 : 10) + v;
    }
    return digits.n > is_hex && *out > 0 && *out <= 0x10FFFF && (*out < 0xD800 || *out > 0xDFFF);
}

static size_t take_entity(struct writer *w, struct str s)
{
    static const struct {
        const char *name, *text;
    } NAMED[] = {{"amp", "&"},
                 {"lt", "<"},
                 {"gt", ">"},
                 {"quot", "\""},
                 {"apos", "'"},
                 {"nbsp", " "},
                 {"ndash", "\xE2\x80\x93"},
                 {"mdash", "\xE2\x80\x94"},
                 {"rsquo", "\xE2\x80\x99"},
                 {"lsquo", "\xE2\x80\x98"},
                 {"ldquo", "\xE2\x80\x9C"},
                 {"rdquo", "\xE2\x80\x9D"},
                 {"hellip", "\xE2\x80\xA6"},
                 {"euro", "\xE2\x82\xAC"},
                 {"pound", "\xC2\xA3"}};
    size_t end = str_find(str_sub(s, 0, ENTITY_MAX), ';', 0);
    char bytes[UTF8_MAX];
    uint32_t c;
    if (end >= ENTITY_MAX || end >= s.n)
        return 0;
    struct str name = str_sub(s, 1, end);
    if (name.n > 1 && name.p[0] == '#' && number_of(str_sub(name, 1, name.n), &c)) {
        take(w, encode(c, bytes));
        return end + 1;
    }
    for (size_t i = 0; i < sizeof NAMED / sizeof NAMED[0]; i++)
        if (str_is(name, NAMED[i].name)) {
            take(w, str_of(NAMED[i].text));
            return end + 1;
        }
    return 0;
}

/* Plain text may hold a '<'; what has a closing tag or one of these is markup. */
static bool looks_like_html(struct str s)
{
    static const char *const signs[] = {"p", "br", "html", "body", "div", "table", "pre", "span"};
    s = str_sub(s, 0, LOOKED_AT_MAX);
    for (size_t at = str_find(s, '<', 0); at < s.n; at = str_find(s, '<', at + 1)) {
        struct str rest = str_sub(s, at, s.n), name = tag_name(rest);
        if (name.n > 0 && tag_length(rest) > 0 &&
            (rest.p[1] == '/' || is_one_of(name, signs, sizeof signs / sizeof signs[0])))
            return true;
    }
    return false;
}

struct outside_stats outside_quote(struct str text, size_t max_chars, struct buf *out)
{
    struct writer w = {.out = out, .max = max_chars};
    w.stats.was_html = looks_like_html(text);
    for (size_t at = 0; at < text.n && !w.stats.is_cut;) {
        struct str rest = str_sub(text, at, text.n);
        size_t used = 0;
        if (w.stats.was_html && rest.p[0] == '<')
            used = take_tag(&w, rest);
        else if (w.stats.was_html && rest.p[0] == '&')
            used = take_entity(&w, rest);
        else if (w.stats.was_html && rest.p[0] == '\n') { /* a line end is a blank in markup */
            w.space = true;
            used = 1;
        }
        if (used == 0) {
            size_t width = outside_character(rest);
            take(&w, width ? str_sub(rest, 0, width) : STR("?"));
            used = width ? width : 1;
        }
        at += used;
    }
    return w.stats;
}
