/* SPDX-License-Identifier: MIT */
#include "data/xml.h"

#include <assert.h>
#include <string.h>

enum { ENTITY_MAX = 10, UTF8_MAX = 4 };

void xml_init(struct xml *x, struct str document)
{
    *x = (struct xml){.all = document, .rest = document};
    if (str_starts(document, STR("\xEF\xBB\xBF")))
        x->rest = str_sub(document, 3, document.n);
}

static bool refuse(struct xml *x, struct error *e, const char *what)
{
    size_t at = (size_t)(x->rest.p - x->all.p);
    x->rest = STR("");
    return error_set(e, ERROR_INVALID, "XML", "byte %zu: %s", at, what);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name_char(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 0x80 || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c >= '0' && c <= '9') || c == '_' || c == ':' || c == '-' || c == '.';
}

static struct str name_at(struct str s)
{
    size_t n = 0;
    while (n < s.n && is_name_char(s.p[n]))
        n++;
    return str_sub(s, 0, n);
}

/* Drops what begins with `open` up to and with `close`; false if it does not end. */
static bool drop(struct xml *x, const char *open, const char *close)
{
    struct str body = str_sub(x->rest, strlen(open), x->rest.n), end = str_of(close);
    size_t at = str_find_str(body, end);
    if (at == body.n)
        return false;
    x->rest = str_sub(body, at + end.n, body.n);
    return true;
}

/* Where the tag ends: the first '>' outside of quotation marks. */
static size_t tag_end(struct str s)
{
    char quote = '\0';
    for (size_t i = 0; i < s.n; i++) {
        if (quote != '\0')
            quote = s.p[i] == quote ? '\0' : quote;
        else if (s.p[i] == '"' || s.p[i] == '\'')
            quote = s.p[i];
        else if (s.p[i] == '>')
            return i;
        else if (s.p[i] == '<')
            return s.n;
    }
    return s.n;
}

static bool open_element(struct xml *x, struct error *e)
{
    struct str inside = str_sub(x->rest, 1, x->rest.n);
    struct str name = name_at(inside);
    size_t end = tag_end(inside);
    if (name.n == 0 || name.n > XML_NAME_MAX || end == inside.n)
        return refuse(x, e, "a tag that is none");
    if (x->depth == XML_DEPTH_MAX || (x->depth == 0 && x->has_root))
        return refuse(x, e,
                      x->depth ? "too many elements in one another" : "more than one document");
    x->is_empty_element = inside.p[end - 1] == '/' && end > name.n;
    x->attributes = str_sub(inside, name.n, end - x->is_empty_element);
    if (x->attributes.n > 0 && !is_blank(x->attributes.p[0]))
        return refuse(x, e, "a tag that is none");
    x->names[x->depth++] = x->name = name;
    x->has_root = true;
    x->piece = XML_OPEN;
    x->rest = str_sub(inside, end + 1, inside.n);
    return true;
}

static bool close_element(struct xml *x, struct error *e)
{
    struct str inside = str_sub(x->rest, 2, x->rest.n);
    struct str name = name_at(inside);
    size_t end = str_find(inside, '>', 0);
    if (end == inside.n || x->depth == 0 || !str_eq(name, x->names[x->depth - 1]) ||
        str_trim(str_sub(inside, name.n, end)).n > 0)
        return refuse(x, e, "an end tag that ends nothing");
    x->name = name;
    x->depth--;
    x->piece = XML_CLOSE;
    x->rest = str_sub(inside, end + 1, inside.n);
    return true;
}

static bool take_text(struct xml *x, struct error *e)
{
    size_t end = str_find(x->rest, '<', 0);
    x->text = str_sub(x->rest, 0, end);
    if (x->depth == 0)
        return refuse(x, e, "text outside of the document");
    x->rest = str_sub(x->rest, end, x->rest.n);
    x->piece = XML_TEXT;
    x->is_cdata = false;
    return true;
}

static bool take_cdata(struct xml *x, struct error *e)
{
    struct str open = STR("<![CDATA["), close = STR("]]>");
    struct str body = str_sub(x->rest, open.n, x->rest.n);
    size_t end = str_find_str(body, close);
    if (end == body.n || x->depth == 0)
        return refuse(x, e, "a CDATA section that does not end");
    x->text = str_sub(body, 0, end);
    x->rest = str_sub(body, end + close.n, body.n);
    x->piece = XML_TEXT;
    x->is_cdata = true;
    return true;
}

bool xml_next(struct xml *x, struct error *e)
{
    if (x->is_empty_element) {
        x->is_empty_element = false;
        x->depth--;
        x->piece = XML_CLOSE;
        return true;
    }
    for (;;) {
        size_t blanks = 0;
        while (blanks < x->rest.n && is_blank(x->rest.p[blanks]))
            blanks++;
        if (blanks == x->rest.n || x->rest.p[blanks] == '<')
            x->rest = str_sub(x->rest, blanks, x->rest.n);
        if (x->rest.n == 0) {
            x->piece = XML_END;
            return (x->depth == 0 && x->has_root) || refuse(x, e, "the document ends too early");
        }
        if (x->rest.p[0] != '<')
            return take_text(x, e);
        if (str_starts(x->rest, STR("<!--")) ? drop(x, "<!--", "-->")
            : str_starts(x->rest, STR("<?")) ? drop(x, "<?", "?>")
                                             : false)
            continue;
        if (str_starts(x->rest, STR("<![CDATA[")))
            return take_cdata(x, e);
        if (str_starts(x->rest, STR("<!")) || str_starts(x->rest, STR("<?")))
            return refuse(x, e, "a declaration that is not read");
        return str_starts(x->rest, STR("</")) ? close_element(x, e) : open_element(x, e);
    }
}

bool xml_skip(struct xml *x, struct error *e)
{
    assert(x->piece == XML_OPEN);
    size_t outside = x->depth - 1;
    while (x->depth > outside || x->piece != XML_CLOSE)
        if (!xml_next(x, e))
            return false;
    return true;
}

/* ---- entities ---- */

static size_t encode(uint32_t c, char out[UTF8_MAX])
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (n == 1) {
        out[0] = (char)c;
        return 1;
    }
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((0xF00U >> n & 0xFFU) | c);
    return n;
}

/* "#65", "#x41": false if that is no character that XML allows. */
static bool numbered(struct str name, uint32_t *out)
{
    bool is_hex = name.n > 2 && name.p[1] == 'x';
    *out = 0;
    for (size_t i = is_hex ? 2 : 1; i < name.n; i++) {
        char c = name.p[i];
        int v = c >= '0' && c <= '9'             ? c - '0'
                : is_hex && c >= 'a' && c <= 'f' ? c - 'a' + 10
                : is_hex && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (v < 0 || *out > 0x10FFFF)
            return false;
        *out = *out * (is_hex ? 16 : 10) + (uint32_t)v;
    }
    return name.n > 1 && *out <= 0x10FFFF && (*out < 0xD800 || *out > 0xDFFF) &&
           (*out >= 0x20 || *out == '\t' || *out == '\n' || *out == '\r');
}

/* The bytes of the entity at the start of s (the length of which is *used); 0 if it is none. */
static size_t entity(struct str s, size_t *used, char out[UTF8_MAX])
{
    static const struct {
        const char *name;
        char c;
    } NAMED[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    size_t end = str_find(str_sub(s, 0, ENTITY_MAX), ';', 0);
    uint32_t c;
    if (end >= ENTITY_MAX || end >= s.n)
        return 0;
    struct str name = str_sub(s, 1, end);
    *used = end + 1;
    if (name.n > 0 && name.p[0] == '#')
        return numbered(name, &c) ? encode(c, out) : 0;
    for (size_t i = 0; i < sizeof NAMED / sizeof NAMED[0]; i++)
        if (str_is(name, NAMED[i].name)) {
            out[0] = NAMED[i].c;
            return 1;
        }
    return 0;
}

struct str xml_text(struct str raw, struct arena *a)
{
    if (str_find(raw, '&', 0) == raw.n)
        return raw;
    char *out = arena_alloc(a, raw.n), bytes[UTF8_MAX]; /* an entity is longer than what it means */
    size_t n = 0;
    for (size_t at = 0; at < raw.n;) {
        size_t used = 1;
        size_t width = raw.p[at] == '&' ? entity(str_sub(raw, at, raw.n), &used, bytes) : 0;
        if (width == 0) {
            out[n++] = raw.p[at++];
            continue;
        }
        memcpy(out + n, bytes, width);
        n += width;
        at += used;
    }
    return (struct str){out, n};
}

struct str xml_attribute(const struct xml *x, const char *name, struct arena *a)
{
    struct str s = x->attributes;
    while (s.n > 0) {
        s = str_trim(s);
        struct str own = name_at(s);
        struct str rest = str_trim(str_sub(s, own.n, s.n));
        if (own.n == 0 || rest.n < 2 || rest.p[0] != '=')
            return STR_NONE;
        rest = str_trim(str_sub(rest, 1, rest.n));
        if (rest.n < 2 || (rest.p[0] != '"' && rest.p[0] != '\''))
            return STR_NONE;
        size_t end = str_find(rest, rest.p[0], 1);
        if (end == rest.n)
            return STR_NONE;
        if (str_is(own, name))
            return xml_text(str_sub(rest, 1, end), a);
        s = str_sub(rest, end + 1, rest.n);
    }
    return STR_NONE;
}
