/* SPDX-License-Identifier: MIT */
#include "face/page.h"

#include "data/hash.h"
#include "face/errors.h"
#include "page_approve.h" /* made by the build: src/ops/pages/ */

#include <string.h>

enum { PAIRS_MAX = 8, TEXT_MAX = 8 << 10 };

static const char prefix[] = "/approve/";

const char *page_allow(const struct exchange *x)
{
    struct str path = x->request->path, key = str_of(x->core->page_key);
    size_t n = sizeof prefix - 1;
    bool is_page =
        key.n && str_starts(path, str_of(prefix)) && hash_equal(str_sub(path, n, path.n), key);
    return is_page ? "GET, HEAD, POST, OPTIONS" : NULL;
}

/* ---- what is drawn ---- */

static void add_text(struct buf *b, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        switch (text.p[i]) {
        case '&':
            buf_add_c(b, "&amp;");
            break;
        case '<':
            buf_add_c(b, "&lt;");
            break;
        case '>':
            buf_add_c(b, "&gt;");
            break;
        case '"':
            buf_add_c(b, "&quot;");
            break;
        default:
            buf_add_char(b, text.p[i]);
        }
    }
}

static const struct op *next_decision(size_t *i)
{
    const struct op *op;
    while ((op = op_next(i)))
        if (op->effect == OP_APPROVE)
            return op;
    return NULL;
}

/* The argument that says about which row, by the name that the row has for it. */
static const struct field *subject_of(const struct op *op)
{
    for (size_t i = 0; i < op->in->count; i++)
        if (op->in->fields[i].positional)
            return &op->in->fields[i];
    return NULL;
}

/* What a field is called here; NULL: it says nothing that the headline and the order do not. */
static const char *label_of(const struct field *f)
{
    static const struct {
        const char *name, *label;
    } labels[] = {
        {"state", NULL},
        {"symbol", NULL},
        {"action", NULL},
        {"quantity", NULL},
        {"order_type", NULL},
        {"preview_id", NULL},
        {"approval", "Number"},
        {"order", "The order"},
        {"value_base", "Worth at most"},
        {"base_currency", "Base currency"},
        {"mode", "Money"},
        {"reference_price", "Price when shown"},
        {"principal", "Asked by"},
        {"assistant", "On behalf of"},
        {"reasoning", "In its words"},
        {"since", "Shown"},
        {"expires", "Expires"},
        {"needs", "Needs"},
        {"account", "Account"},
    };
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strcmp(labels[i].name, f->name) == 0)
            return labels[i].label;
    return f->name;
}

static const char *word_of(const struct field *f, struct str value)
{
    static const struct {
        const char *name, *value, *word;
    } words[] = {
        {"needs", "elicit", "a yes in the assistant's program, or the PIN"},
        {"needs", "app", "a yes in the assistant's ticket, or the PIN"},
        {"needs", "out_of_band", "the PIN"},
        {"mode", "paper", "paper money"},
        {"mode", "live", "REAL MONEY"},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].name, f->name) == 0 && str_eq(value, str_of(words[i].value)))
            return words[i].word;
    return NULL;
}

/* "2026-11-23 15:24:38 UTC, in 4 min": whoever reads it need not know the offset of the clock. */
static void add_time(struct str text, struct utc t, struct utc now, struct buf *b)
{
    int64_t s = (t.ns - now.ns) / NS_PER_S, n = s < 0 ? -s : s;
    bool is_minutes = n >= 60;
    size_t mark = str_find(text, 'T', 0);
    add_text(b, str_sub(text, 0, mark));
    buf_add_char(b, ' ');
    add_text(b, str_sub(text, mark + 1, mark + sizeof "T15:24:38" - 1));
    buf_add_f(b, " UTC, %s%lld %s%s", s > 0 ? "in " : "", (long long)(is_minutes ? n / 60 : n),
              is_minutes ? "min" : "s", s > 0 ? "" : " ago");
}

static void add_value(const struct field *f, const void *row, struct utc now, struct buf *b)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    (void)write_text(f, row, &text);
    const char *word = word_of(f, buf_str(&text));
    if (word)
        buf_add_c(b, word);
    else if (f->kind == TYPE_TIME)
        add_time(buf_str(&text), *(const struct utc *)(const void *)((const char *)row + f->offset),
                 now, b);
    else
        add_text(b, buf_str(&text));
    buf_fini(&text);
}

static void add_form(const struct op *first, const struct type *type, const void *row,
                     struct buf *b)
{
    const struct field *subject = subject_of(first);
    const struct field *value = subject ? type_find(type, str_of(subject->name)) : NULL;
    const struct op *op;
    if (!value)
        return;
    buf_add_c(b, "<form method=\"post\" autocomplete=\"off\" class=\"actions\">"
                 /* Enter in a field presses the first button of a form: nothing */
                 "<button disabled hidden></button>"
                 "<input type=\"hidden\" name=\"");
    add_text(b, str_of(subject->name));
    buf_add_c(b, "\" value=\"");
    (void)write_text(value, row, b);
    buf_add_c(b, "\"><label>Why<input name=\"why\" maxlength=\"190\"></label>"
                 "<label>PIN<input name=\"pin\" type=\"password\" maxlength=\"64\" required "
                 "autocomplete=\"off\"></label>");
    for (size_t i = 0; (op = next_decision(&i));) {
        buf_add_f(b, "<button name=\"operation\" value=\"%s\"%s>", op->name,
                  op == first ? " class=\"main\"" : "");
        add_text(b, str_of(op->title));
        buf_add_c(b, "</button>");
    }
    buf_add_c(b, "</form>");
}

/* What a person must see first: what will happen, and what the checks have to say about it. */
static void add_first(const struct type *type, const void *row, const char *name, const char *tag,
                      struct buf *b)
{
    const struct field *f = type_find(type, str_of(name));
    struct buf text;
    if (!f || field_absent(f, row))
        return;
    buf_init(&text, TEXT_MAX);
    (void)write_text(f, row, &text);
    buf_add_f(b, "<%s>", tag);
    add_text(b, buf_str(&text));
    buf_add_f(b, "</%.*s>", (int)strcspn(tag, " "), tag);
    buf_fini(&text);
}

static bool is_first(const struct field *f)
{
    return strcmp(f->name, "headline") == 0 || strcmp(f->name, "notices") == 0;
}

static void add_row(const struct op *first, const struct type *type, const void *row,
                    struct utc now, struct buf *b)
{
    buf_add_c(b, "<section>");
    add_first(type, row, "headline", "h2", b);
    add_first(type, row, "notices", "p class=\"warn\"", b);
    buf_add_c(b, "<dl>");
    for (size_t i = 0; i < type->count; i++) {
        const struct field *f = &type->fields[i];
        const char *label = label_of(f);
        if (f->kind == TYPE_LIST || is_first(f) || !label || field_absent(f, row))
            continue;
        buf_add_c(b, "<dt>");
        add_text(b, str_of(label));
        buf_add_c(b, "</dt><dd>");
        add_value(f, row, now, b);
        buf_add_c(b, "</dd>");
    }
    buf_add_c(b, "</dl>");
    add_form(first, type, row, b);
    buf_add_c(b, "</section>");
}

/* The first list of an answer. */
static const struct field *rows_of(const struct type *type)
{
    for (size_t i = 0; i < type->count; i++)
        if (type->fields[i].kind == TYPE_LIST && type->fields[i].of)
            return &type->fields[i];
    return NULL;
}

/* The one that the address asks for ("?approval=12"), STR_NONE: all. */
static struct str wanted(const struct exchange *x, const struct op *op)
{
    const struct field *subject = subject_of(op);
    struct str query = x->request->query, part, name = STR_NONE;
    while (subject && str_cut(&query, '&', &part))
        if (str_cut(&part, '=', &name) && str_eq(name, str_of(subject->name)) && part.n)
            return part;
    return STR_NONE;
}

static bool is_wanted(const struct op *op, const struct type *type, const void *row, struct str one)
{
    const struct field *value = type_find(type, str_of(subject_of(op)->name));
    struct buf text;
    buf_init(&text, TEXT_MAX);
    bool is = value && write_text(value, row, &text) && str_eq(buf_str(&text), one);
    buf_fini(&text);
    return is;
}

static void add_waiting(struct exchange *x, struct principal *who, struct buf *b)
{
    size_t i = 0;
    struct call c;
    struct error e;
    const struct op *op = next_decision(&i);
    void *in = arena_alloc(x->arena, op->in->size), *out = arena_alloc(x->arena, op->out->size);
    call_init(&c, x->task, x->core, who, op);
    const struct field *rows = rows_of(op->out);
    if (!bind_request(op->in, NULL, NULL, 0, in, x->arena, &e) || !op_call(&c, in, out) || !rows)
        return;
    const struct list *list = (const void *)((const char *)out + rows->offset);
    struct str one = wanted(x, op);
    size_t shown = 0;
    for (size_t k = 0; k < list->n; k++) {
        const char *row = (const char *)list->items + k * rows->of->size;
        if (one.n && !is_wanted(op, rows->of, row, one))
            continue;
        add_row(op, rows->of, row, task_now(x->task).wall, b);
        shown++;
    }
    if (!list->n)
        buf_add_c(b, "<p class=\"dim\">Nothing waits for approval.</p>");
    else if (!shown)
        buf_add_c(b, "<p class=\"dim\">That order does not wait for approval any more.</p>");
    if (shown < list->n)
        buf_add_f(b, "<p><a href=\"?\">All that wait: %zu</a></p>", list->n);
}

/* ---- the answer as a whole ---- */

/* The only style that may apply is the one in the page. */
static void add_policy(struct exchange *x, struct str page)
{
    struct buf b;
    size_t from = str_find_str(page, STR("<style>")) + strlen("<style>");
    struct sha256 h = hash_sha256(str_sub(page, from, str_find_str(page, STR("</style>"))));
    buf_init(&b, 512);
    buf_add_c(&b, "default-src 'none'; style-src 'sha256-");
    (void)base64url_encode((struct str){(const char *)h.bytes, sizeof h.bytes}, &b);
    buf_add_c(&b, "='; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
    rest_header(x, STR("Content-Security-Policy"), arena_str(x->arena, buf_str(&b)));
    buf_fini(&b);
    rest_header(x, STR("Referrer-Policy"), STR("same-origin")); /* the path is not for others */
    rest_header(x, STR("X-Frame-Options"), STR("DENY"));
}

static void show(struct exchange *x, int status, struct principal *who, const char *kind,
                 struct str said)
{
    struct str page = str_of(page_approve), mark = STR("@body@\n");
    size_t at = str_find_str(page, mark);
    struct buf *b = rest_begin(x, status, "text/html; charset=utf-8");
    add_policy(x, page);
    buf_add_str(b, str_sub(page, 0, at));
    buf_add_c(b, "<div class=\"row\"><h1 class=\"grow\">Orders that wait for your word</h1>"
                 "<a href=\"\">look again</a></div>");
    if (said.n) {
        buf_add_f(b, "<p role=\"status\" class=\"%s\">", kind);
        add_text(b, said);
        buf_add_c(b, "</p>");
    }
    add_waiting(x, who, b);
    buf_add_str(b, str_sub(page, at + mark.n, page.n));
}

/* ---- a decision ---- */

struct typed {
    struct secret pin;
};

static bool give(void *self, struct task *t, const char *prompt, struct secret *out,
                 struct error *e)
{
    struct typed *typed = self;
    (void)t, (void)prompt, (void)e;
    *out = typed->pin;
    secret_wipe(&typed->pin); /* good for one question */
    return true;
}

static bool no_file(void *self, struct task *t, struct str path, struct buf *out, struct error *e)
{
    (void)self, (void)t, (void)path, (void)out;
    return error_set(e, ERROR_DENIED, "FILE", "a page reads no files");
}

struct decision {
    struct typed typed;
    struct str operation;
    struct bind_pair pairs[PAIRS_MAX];
    size_t count;
};

static bool take_pair(struct exchange *x, struct decision *d, struct str part)
{
    struct buf name, value;
    size_t mark = str_find(part, '=', 0);
    buf_init(&name, 64);
    buf_init(&value, TEXT_MAX);
    bool ok = http_decode(str_sub(part, 0, mark), true, &name) &&
              http_decode(str_sub(part, mark + 1, part.n), true, &value) && !name.failed &&
              !value.failed && d->count < PAIRS_MAX;
    if (ok && str_eq(buf_str(&name), STR("pin"))) {
        ok = value.n <= PIN_MAX;
        d->typed.pin.n = ok ? value.n : 0;
        memcpy(d->typed.pin.text, value.p, d->typed.pin.n);
    } else if (ok && str_eq(buf_str(&name), STR("operation"))) {
        d->operation = arena_str(x->arena, buf_str(&value));
    } else if (ok && value.n) {
        d->pairs[d->count++] = (struct bind_pair){arena_str(x->arena, buf_str(&name)),
                                                  arena_str(x->arena, buf_str(&value))};
    }
    if (value.p)
        memset(value.p, 0, value.n);
    buf_fini(&name);
    buf_fini(&value);
    return ok;
}

/* Forms of this very page alone: browsers say where a form comes from. */
static bool is_own_form(const struct exchange *x)
{
    struct str kind = http_header(x->request, STR("Content-Type")), media;
    struct str site = http_header(x->request, STR("Sec-Fetch-Site"));
    return http_header(x->request, STR("Origin")).p && /* ours, then */
           (!site.p || str_eq(site, STR("same-origin"))) && str_cut(&kind, ';', &media) &&
           str_ieq(str_trim(media), STR("application/x-www-form-urlencoded"));
}

static bool read_decision(struct exchange *x, struct decision *d)
{
    struct str body = x->request->body, part;
    if (!is_own_form(x))
        return rest_refuse(x, 403, ERROR_DENIED, "ORIGIN", "only a form of this page decides here",
                           NULL);
    while (str_cut(&body, '&', &part))
        if (part.n && !take_pair(x, d, part))
            return rest_refuse(x, 400, ERROR_INVALID, "INVALID_ARGUMENT", "the form cannot be read",
                               NULL);
    return true;
}

static const struct op *decision_named(struct str name)
{
    const struct op *op;
    for (size_t i = 0; (op = next_decision(&i));)
        if (str_eq(name, str_of(op->name)))
            return op;
    return NULL;
}

static void decide(struct exchange *x, struct principal *who, struct decision *d)
{
    struct call c;
    const struct op *op = decision_named(d->operation);
    if (!op) {
        (void)rest_refuse(x, 400, ERROR_INVALID, "INVALID_ARGUMENT", "the form names no decision",
                          NULL);
        return;
    }
    void *in = arena_alloc(x->arena, op->in->size), *out = arena_alloc(x->arena, op->out->size);
    call_init(&c, x->task, x->core, who, op);
    bool ok = bind_request(op->in, NULL, d->pairs, d->count, in, x->arena, &c.error) &&
              op_call(&c, in, out);
    who->terminal = NULL; /* what was typed was for this alone */
    if (!ok) {
        show(x, error_face(c.error.code)->http, who, "bad",
             arena_f(x->arena, "%s%s%s", c.error.text, c.error.next[0] ? "; " : "", c.error.next));
        return;
    }
    const struct field *next = type_find(op->out, STR("next"));
    struct str said =
        next ? *(const struct str *)(const void *)((const char *)out + next->offset) : STR("done");
    show(x, 200, who, "good", said);
}

bool page_answer(struct exchange *x)
{
    struct str method = x->request->method;
    struct decision *d = ARENA_NEW(x->arena, struct decision);
    struct terminal form = {.ask = give, .read_file = no_file, .self = &d->typed};
    struct principal who = {
        .face = FACE_REST, .name = "page", .scopes = SCOPE_READ | SCOPE_APPROVE};
    struct http_site site = {.port = x->core->http_port, .is_tls = x->core->http_is_tls};
    bool is_post = str_eq(method, STR("POST"));
    if (!page_allow(x) || (!is_post && !str_eq(method, STR("GET")) && !str_eq(method, STR("HEAD"))))
        return false;
    if (!x->request->is_loopback || http_aim(x->request, &site) != HTTP_LOCAL) {
        (void)rest_refuse(x, 403, ERROR_DENIED, "HOST", "the page is for this machine alone",
                          "open it with the address that `portcullis approvals` names");
        return true;
    }
    who.terminal = &form;
    if (!is_post)
        show(x, 200, &who, "", STR_NONE);
    else if (read_decision(x, d))
        decide(x, &who, d);
    secret_wipe(&d->typed.pin);
    return true;
}
