/* SPDX-License-Identifier: MIT */
/*
 * docs: the documentation of the operations, written from their tables and from ops/guide.c.
 *
 * A topic is an operation, a command line verb, or a category. The text depends on nothing but the
 * tables, so it is the same on every machine.
 */
#include "data/bind.h"
#include "ops/guide.h"
#include "ops/op.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { MARKDOWN_MAX = 1 << 20, TOPIC_MAX = 64, SUGGESTIONS_MAX = 5 };

enum aspect {
    ASPECT_OVERVIEW,
    ASPECT_EXAMPLES,
    ASPECT_PARAMETERS,
    ASPECT_WORKFLOW,
    ASPECT_TROUBLESHOOTING,
    ASPECT_RELATED,
    ASPECT_ALL
};
static const char *const aspects[] = {"overview",        "examples",      "parameters", "workflow",
                                      "troubleshooting", "related_tools", "all",        NULL};

struct docs_in {
    struct str tool_or_category;
    unsigned aspect; /* enum aspect */
};
static const struct field docs_in_fields[] = {
    FIELD(struct docs_in, tool_or_category, .required = true, .positional = true,
          .doc = "A tool, a command, or a category: forex, stop_loss, international, portfolio, "
                 "trading, order_placement, market_data, account, orders, safety",
          .example = "stop_loss"),
    FIELD(struct docs_in, aspect, .choices = aspects, .initial = "all", .doc = "Which part"),
};
static const struct type docs_in_type = TYPE_OF(struct docs_in, docs_in_fields);

struct docs_out {
    struct str topic, markdown;
};
static const struct field docs_out_fields[] = {
    FIELD(struct docs_out, topic, .doc = "The tool or category that is documented"),
    FIELD(struct docs_out, markdown, .doc = "Its documentation, in Markdown", .lines = true),
};
static const struct type docs_out_type = TYPE_OF(struct docs_out, docs_out_fields);

/* ---- what belongs together ---- */

static const struct guide *guide_find(struct str name)
{
    for (const struct guide *g = guides; g->name; g++)
        if (str_eq(name, str_of(g->name)))
            return g;
    return NULL;
}

static bool is_listed_in(const char *list, const char *name)
{
    struct str rest = str_of(list), piece;
    while (rest.n && str_cut(&rest, ',', &piece))
        if (str_eq(piece, str_of(name)))
            return true;
    return false;
}

static bool belongs(const struct op *op, const struct guide *g)
{
    return !op->is_for_pages &&
           (strcmp(op->category, g->name) == 0 || is_listed_in(g->includes, op->name) ||
            is_listed_in(g->includes, op->category));
}

/* ---- parts of a page ---- */

static const char *kind_text(const struct field *f)
{
    switch (f->kind) {
    case TYPE_STR:
    case TYPE_ENUM:
        return "text";
    case TYPE_INT:
        return "whole number";
    case TYPE_NUM:
    case TYPE_DEC:
        return "number";
    case TYPE_BOOL:
        return "true or false";
    case TYPE_TIME:
        return "time";
    case TYPE_OBJECT:
        return "object";
    case TYPE_LIST:
        break;
    }
    return f->of ? "list of objects" : "list of texts";
}

static void add_parameter(const struct field *f, struct buf *out)
{
    buf_add_f(out, "- `%s` (%s", f->name, kind_text(f));
    bool is_length = f->kind == TYPE_STR || f->kind == TYPE_LIST;
    if (f->positive)
        buf_add_c(out, ", above zero");
    if (f->min && !is_length)
        buf_add_f(out, ", at least %s", f->min);
    if (f->max)
        buf_add_f(out, ", at most %s%s", f->max, f->kind == TYPE_STR ? " characters" : "");
    if (f->unit)
        buf_add_f(out, ", %s", f->unit);
    if (f->required)
        buf_add_c(out, ", required");
    else if (f->initial && f->initial[0])
        buf_add_f(out, ", default `%s`", f->initial);
    buf_add_f(out, "): %s.", f->doc);
    if (f->choices) {
        buf_add_c(out, " One of");
        for (size_t i = 0, n = 0; f->choices[i]; i++)
            if (f->choices[i][0])
                buf_add_f(out, "%s `%s`", n++ ? "," : "", f->choices[i]);
        buf_add_c(out, ".");
    }
    if (f->example)
        buf_add_f(out, " Example: `%s`.", f->example);
    buf_add_c(out, "\n");
}

static void add_parameters(const struct op *op, struct buf *out)
{
    if (!op->in->count)
        buf_add_c(out, "It takes no parameters.\n");
    for (size_t i = 0; i < op->in->count; i++)
        add_parameter(&op->in->fields[i], out);
}

/* The members of an answer; those of objects and rows are indented below their name. */
static void add_members(const struct type *t, int depth, struct buf *out)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct field *f = &t->fields[i];
        buf_add_f(out, "%*s- `%s` (%s%s%s): %s.\n", depth * 2, "", f->name, kind_text(f),
                  f->unit ? ", " : "", f->unit ? f->unit : "", f->doc);
        if (f->of && depth < 2)
            add_members(f->of, depth + 1, out);
    }
}

static void add_result(const struct op *op, struct buf *out)
{
    add_members(op->out, 0, out);
    buf_add_c(out, "\nEvery answer also has");
    for (size_t i = 0; i < envelope_type.count; i++)
        buf_add_f(out, "%s `%s`",
                  i == 0                        ? ""
                  : i + 1 < envelope_type.count ? ","
                                                : " and",
                  envelope_type.fields[i].name);
    buf_add_c(out, ". What is not known is null.\n");
}

/* The arguments of a tool call: what has an example in the table; of an order a preview only. */
static bool add_arguments(struct call *c, const struct op *op, struct buf *out)
{
    struct json_writer w;
    char *in = arena_alloc(c->arena, op->in->size);
    json_writer_init(&w, out);
    json_begin_object(&w);
    for (size_t i = 0; i < op->in->count; i++) {
        const struct field *f = &op->in->fields[i];
        bool is_preview = strcmp(f->name, "dry_run") == 0;
        if (!f->example && !is_preview)
            continue;
        const char *text = is_preview ? "true" : f->example;
        if (!bind_text(f, str_of(text), in, c->arena, &c->error))
            return false;
        json_key(&w, f->name);
        write_field(f, in, &w);
    }
    json_end_object(&w);
    return true;
}

static bool add_examples(struct call *c, const struct op *op, struct buf *out)
{
    if (op->verb)
        buf_add_f(out, "- Command line: `portcullis %s`\n", op->example);
    if (op->route)
        buf_add_f(out, "- REST: `%s`\n", op->route);
    if (op->effect == OP_APPROVE || op->effect == OP_ADMIN) {
        buf_add_c(out, "- No tool call: it is done by a person.\n");
    } else {
        buf_add_f(out, "- Tool call: `%s` with `", op->name);
        if (!add_arguments(c, op, out))
            return false;
        buf_add_c(out, "`\n");
    }
    for (size_t i = 0; op->phrases && op->phrases[i]; i++)
        buf_add_f(out, "- In words: \"%s\"\n", op->phrases[i]);
    return true;
}

static void add_workflow(const struct guide *g, struct buf *out)
{
    buf_add_c(out, "\n## Workflow\n\n");
    for (size_t i = 0; g->workflow[i]; i++)
        buf_add_f(out, "%zu. %s\n", i + 1, g->workflow[i]);
}

static void add_troubleshooting(const struct guide *g, struct buf *out)
{
    buf_add_c(out, "\n## Troubleshooting\n\n");
    for (size_t i = 0; g->troubleshooting[i]; i++)
        buf_add_f(out, "- %s\n", g->troubleshooting[i]);
}

static const char *effect_text(enum op_effect effect)
{
    static const char *const texts[] = {
        [OP_READ] = "It reads only.",
        [OP_PREVIEW] = "It computes what a write would do and sends nothing.",
        [OP_NOTE] = "It keeps something for you, sends no order, and needs note scope.",
        [OP_HALT] = "It can only make things safer.",
        [OP_TRADE] = "It sends, changes or cancels orders and needs trade scope.",
        [OP_APPROVE] = "It decides for a person and needs approve scope.",
        [OP_ADMIN] = "It changes the gate or the daemon and needs admin scope.",
    };
    return texts[effect];
}

/* ---- pages ---- */

static bool wants(enum aspect asked, enum aspect part)
{
    return asked == ASPECT_ALL || asked == part;
}

static void add_tool_line(const struct op *op, struct buf *out)
{
    buf_add_f(out, "- `%s`: %s", op->name, op->title);
    if (op->verb)
        buf_add_f(out, " (`portcullis %s`)", op->verb);
    buf_add_c(out, "\n");
}

static bool op_page(struct call *c, const struct op *op, enum aspect aspect, struct buf *out)
{
    const struct guide *g = guide_find(str_of(op->category));
    assert(g); /* each category has a guide: a test goes through them */
    buf_add_f(out, "# %s: %s\n", op->name, op->title);
    if (wants(aspect, ASPECT_OVERVIEW))
        buf_add_f(out, "\n%s %s\n\nCategory: `%s`.\n", op->doc, effect_text(op->effect),
                  op->category);
    if (wants(aspect, ASPECT_EXAMPLES)) {
        buf_add_c(out, "\n## Examples\n\n");
        if (!add_examples(c, op, out))
            return false;
    }
    if (wants(aspect, ASPECT_PARAMETERS)) {
        buf_add_c(out, "\n## Parameters\n\n");
        add_parameters(op, out);
        buf_add_c(out, "\n## Answer\n\n");
        add_result(op, out);
    }
    if (wants(aspect, ASPECT_WORKFLOW))
        add_workflow(g, out);
    if (wants(aspect, ASPECT_TROUBLESHOOTING))
        add_troubleshooting(g, out);
    if (wants(aspect, ASPECT_RELATED)) {
        buf_add_c(out, "\n## Related tools\n\n");
        const struct op *other;
        for (size_t i = 0; (other = op_next(&i));)
            if (other != op && !other->is_for_pages && strcmp(other->category, op->category) == 0)
                add_tool_line(other, out);
        buf_add_f(out, "- Category `%s`: %s\n", g->name, g->title);
    }
    return true;
}

static bool guide_page(struct call *c, const struct guide *g, enum aspect aspect, struct buf *out)
{
    const struct op *op;
    buf_add_f(out, "# %s: %s\n", g->name, g->title);
    if (wants(aspect, ASPECT_OVERVIEW)) {
        buf_add_f(out, "\n%s\n\n", g->overview);
        for (size_t i = 0; (op = op_next(&i));)
            if (belongs(op, g))
                add_tool_line(op, out);
    }
    if (wants(aspect, ASPECT_EXAMPLES)) {
        buf_add_c(out, "\n## Examples\n");
        for (size_t i = 0; (op = op_next(&i));) {
            if (!belongs(op, g))
                continue;
            buf_add_f(out, "\n### %s\n\n", op->name);
            if (!add_examples(c, op, out))
                return false;
        }
    }
    if (wants(aspect, ASPECT_PARAMETERS)) {
        buf_add_c(out, "\n## Parameters\n");
        for (size_t i = 0; (op = op_next(&i));) {
            if (!belongs(op, g))
                continue;
            buf_add_f(out, "\n### %s\n\n", op->name);
            add_parameters(op, out);
        }
    }
    if (wants(aspect, ASPECT_WORKFLOW))
        add_workflow(g, out);
    if (wants(aspect, ASPECT_TROUBLESHOOTING))
        add_troubleshooting(g, out);
    if (wants(aspect, ASPECT_RELATED)) {
        buf_add_c(out, "\n## Related categories\n\n");
        for (const struct guide *other = guides; other->name; other++)
            if (other != g)
                buf_add_f(out, "- `%s`: %s\n", other->name, other->title);
    }
    return true;
}

/* ---- finding the topic ---- */

/* "Stop Loss" and "stop-loss" as they are written in the tables, with `joint` between words. */
static void spell(struct str topic, char joint, char out[TOPIC_MAX])
{
    str_copy_cut(out, TOPIC_MAX, str_trim(topic));
    for (char *p = out; *p; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
        if (*p == '-' || *p == ' ' || *p == '_')
            *p = joint;
    }
}

/* Names that could have been meant, gathered for the error. */
struct suggestions {
    struct str topic;
    char text[ERROR_NEXT_MAX - 40];
    size_t count;
    const char *nearest;
    size_t distance;
};

static void suggest(struct suggestions *s, const char *name)
{
    if (!name)
        return;
    size_t distance = str_distance(s->topic, str_of(name), s->distance);
    if (distance < s->distance) {
        s->distance = distance;
        s->nearest = name;
    }
    size_t used = strlen(s->text);
    bool is_part = s->topic.n > 1 && str_find_str(str_of(name), s->topic) < strlen(name);
    if (!is_part || s->count == SUGGESTIONS_MAX || used + strlen(name) + 3 > sizeof s->text)
        return;
    (void)snprintf(s->text + used, sizeof s->text - used, "%s%s", s->count++ ? ", " : "", name);
}

static bool unknown_topic(struct call *c, struct str asked, const char *topic)
{
    struct suggestions s = {.topic = str_of(topic), .distance = strlen(topic) / 3 + 2};
    const struct op *op;
    for (const struct guide *g = guides; g->name; g++)
        suggest(&s, g->name);
    for (size_t i = 0; (op = op_next(&i));) {
        suggest(&s, op->name);
        suggest(&s, op->verb);
    }
    error_set(&c->error, ERROR_NOT_FOUND, "UNKNOWN_TOPIC",
              "there is no tool, command or category named '" STR_FMT "'",
              STR_ARG(str_sub(asked, 0, TOPIC_MAX)));
    if (s.count)
        return error_next(&c->error, "did you mean %s?", s.text);
    if (s.nearest)
        return error_next(&c->error, "did you mean %s?", s.nearest);
    return error_next(&c->error, "categories are forex, stop_loss, international, portfolio, "
                                 "trading, order_placement, market_data, account, orders, safety");
}

static bool get_tool_documentation(struct call *c, const void *in, void *result)
{
    const struct docs_in *args = in;
    struct docs_out *out = result;
    char topic[TOPIC_MAX], verb[TOPIC_MAX];
    spell(args->tool_or_category, '_', topic);
    spell(args->tool_or_category, '-', verb);
    const struct op *op = op_find(str_of(topic));
    const struct guide *g = op ? NULL : guide_find(str_of(topic));
    if (!op && !g)
        op = op_find_verb(str_of(verb));
    if (!op && !g)
        return unknown_topic(c, args->tool_or_category, topic);
    struct buf page;
    buf_init(&page, MARKDOWN_MAX);
    bool ok = op ? op_page(c, op, args->aspect, &page) : guide_page(c, g, args->aspect, &page);
    assert(!page.failed); /* the tables are constant and a test writes every page */
    out->topic = str_of(op ? op->name : g->name);
    out->markdown = arena_str(c->arena, buf_str(&page));
    buf_fini(&page);
    return ok;
}

/* ---- the table ---- */

static const struct op docs_ops[] = {
    {.name = "get_tool_documentation",
     .title = "Documentation",
     .doc = "Documentation of a tool or a category of tools, in Markdown: what it does, "
            "parameters, answer, examples, workflow, troubles. Part of a name gives suggestions.",
     .in = &docs_in_type,
     .out = &docs_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/docs/{tool_or_category}",
     .verb = "docs",
     .example = "docs stop_loss",
     .category = "documentation",
     .run = get_tool_documentation},
};
const struct op_set docs_op_set = {docs_ops, sizeof docs_ops / sizeof docs_ops[0]};
