/* SPDX-License-Identifier: MIT */
/*
 * The person behind a client: asked by a form (elicitation) in the course of a call, or shown pages
 * of ours (MCP Apps). Both are as honest as the client, which draws them; what a yes is worth is
 * decided by whoever asked (ops/op.h).
 *
 * In the modern era a question ends the call, which is then made again with the answer; so it is
 * known by a name that nobody can tell before, and an answer to a question that was not put counts
 * for nothing. Where the PIN is needed, a client that opens addresses (elicitation in URL mode) is
 * given that of the page for approvals; what it answers decides nothing. What proves to the gate
 * that a page was shown goes to the page alone: in the _meta of a result, which is not for models,
 * and only to clients that say that they show pages.
 */
#include "face/mcp_inside.h"

#include <string.h>

enum {
    ANSWER_MS = 5 * 60 * 1000, /* for a person to read and decide */
    FORM_MAX = 4096,
};

/* ---- pages ---- */

unsigned person_extensions(void *self, const struct json *declared)
{
    (void)self;
    const struct json *ui = json_get(declared, STR("io.modelcontextprotocol/ui"));
    const struct json *types = json_get(ui, STR("mimeTypes"));
    struct str type;
    for (size_t i = 0; types && types->kind == JSON_ARRAY && i < types->n; i++)
        if (json_to_str(&types->items[i], &type) && str_eq(type, STR(PAGE_TYPE)))
            return HAS_PAGES;
    return 0;
}

void person_write_page(const struct op *op, struct json_writer *w)
{
    json_key(w, "_meta");
    json_begin_object(w);
    json_key(w, "ui");
    json_begin_object(w);
    if (op->ui) {
        json_key(w, "resourceUri");
        json_text(w, op->ui);
    }
    json_key(w, "visibility");
    json_raw(w, op->is_for_pages ? STR("[\"app\"]") : STR("[\"model\",\"app\"]"));
    json_end_object(w);
    if (op->ui) { /* the key of before the extension was settled */
        json_key(w, "ui/resourceUri");
        json_text(w, op->ui);
    }
    json_end_object(w);
}

void person_prove(struct mcp_request *r, const struct call *call)
{
    struct buf b;
    struct json_writer w;
    if (!call->has_pages || !call->page_proof.n)
        return;
    buf_init(&b, 256);
    json_writer_init(&w, &b);
    json_str(&w, call->page_proof);
    mcp_result_meta(r, "portcullis/proof", arena_str(call->arena, buf_str(&b)));
    buf_fini(&b);
}

/* ---- the form ---- */

static void write_field(struct json_writer *w, const char *name, const char *title, struct str more)
{
    json_key(w, name);
    json_begin_object(w);
    json_key(w, "type");
    json_text(w, "string");
    json_key(w, "title");
    json_text(w, title);
    if (more.n) {
        json_key(w, "enum");
        json_raw(w, more);
    }
    json_end_object(w);
}

/* No default anywhere: who accepts without reading has not approved. */
static struct str form(struct arena *arena, struct str message, struct str typed)
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, FORM_MAX);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "message");
    json_str(&w, message);
    json_key(&w, "requestedSchema");
    json_begin_object(&w);
    json_key(&w, "type");
    json_text(&w, "object");
    json_key(&w, "properties");
    json_begin_object(&w);
    write_field(&w, "decision", "Your decision", STR("[\"approve\",\"decline\"]"));
    if (typed.n)
        write_field(&w, "quantity", "To approve, type the quantity", STR_NONE);
    json_end_object(&w);
    json_key(&w, "required");
    json_raw(&w, STR("[\"decision\"]"));
    json_end_object(&w);
    json_end_object(&w);
    struct str text = arena_str(arena, buf_str(&b));
    buf_fini(&b);
    return text;
}

static bool is_typed(const struct json *content, struct str typed)
{
    const struct json *quantity = json_get(content, STR("quantity"));
    struct dec given, wanted;
    if (!typed.n)
        return true;
    return quantity && (quantity->kind == JSON_STRING || quantity->kind == JSON_NUMBER) &&
           dec_parse(str_trim(quantity->text), &given) && dec_parse(typed, &wanted) &&
           dec_eq(given, wanted);
}

static enum consent read_answer(const struct json *answer, struct str typed)
{
    struct str action = json_get_str(answer, STR("action"));
    const struct json *content = json_get(answer, STR("content"));
    struct str decision = json_get_str(content, STR("decision"));
    bool is_accepted = str_eq(action, STR("accept"));
    if (str_eq(action, STR("decline")) || (is_accepted && str_eq(decision, STR("decline"))))
        return CONSENT_NO;
    return is_accepted && str_eq(decision, STR("approve")) && is_typed(content, typed)
               ? CONSENT_YES
               : CONSENT_DISMISSED;
}

/* True if the client's user answered; else *unanswered tells what became of the question. */
static bool put(struct person *p, struct task *t, struct mcp_question *q, enum consent *unanswered)
{
    task_prolong(t, ANSWER_MS);
    enum mcp_asked how = mcp_ask(p->request, t, q, 1, STR_NONE);
    p->is_asked = p->is_asked || how == MCP_PENDING;
    *unanswered = how == MCP_PENDING ? CONSENT_LATER : CONSENT_UNHEARD;
    return how == MCP_ANSWERED;
}

static enum consent ask(void *self, struct task *t, struct str name, struct str message,
                        struct str typed)
{
    struct person *p = self;
    struct arena *arena = task_arena(t);
    struct mcp_question q = {
        .key = arena_str(arena, name).p, .kind = MCP_ELICIT, .params = form(arena, message, typed)};
    enum consent unanswered;
    if (!put(p, t, &q, &unanswered))
        return unanswered;
    task_prolong(t, p->after_ms);
    return read_answer(q.answer, typed);
}

/* ---- the page for approvals ---- */

/* The name of the question is that of the visit; the modern era has none. */
static struct str address(const struct person *p, struct arena *arena, struct str name,
                          struct str message, struct str url)
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, FORM_MAX);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "mode");
    json_text(&w, "url");
    json_key(&w, "message");
    json_str(&w, message);
    json_key(&w, "url");
    json_str(&w, url);
    if (!mcp_is_modern(p->request)) {
        json_key(&w, "elicitationId");
        json_str(&w, name);
    }
    json_end_object(&w);
    struct str text = arena_str(arena, buf_str(&b));
    buf_fini(&b);
    return text;
}

static enum consent open_page(void *self, struct task *t, struct str name, struct str message,
                              struct str url)
{
    struct person *p = self;
    struct arena *arena = task_arena(t);
    struct mcp_question q = {.key = arena_str(arena, name).p,
                             .kind = MCP_ELICIT_URL,
                             .params = address(p, arena, name, message, url)};
    enum consent unanswered;
    if (!put(p, t, &q, &unanswered))
        return unanswered;
    task_prolong(t, ANSWER_MS);
    return str_eq(json_get_str(q.answer, STR("action")), STR("accept")) ? CONSENT_YES
                                                                        : CONSENT_DISMISSED;
}

static void opened(void *self, struct task *t, struct str name)
{
    struct person *p = self;
    task_prolong(t, p->after_ms);
    mcp_elicited(p->request, name);
}

void person_at(struct person *p, struct mcp_face *f, struct mcp_request *r, struct call *call)
{
    bool can_open = call->who->is_local && mcp_can_ask(r, MCP_ELICIT_URL);
    *p = (struct person){.dialog = {.way = GATE_APPROVAL_ELICIT,
                                    .ask = mcp_can_ask(r, MCP_ELICIT) ? ask : NULL,
                                    .open = can_open ? open_page : NULL,
                                    .opened = opened,
                                    .self = p},
                         .request = r,
                         .after_ms = f->server.call_timeout_ms};
    call->has_pages = mcp_extensions(r) & HAS_PAGES;
    call->dialog = p->dialog.ask || can_open ? &p->dialog : NULL;
}
