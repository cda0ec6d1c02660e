/* SPDX-License-Identifier: MIT */
/*
 * Listening: who is told of changes. In the modern era by subscriptions/listen, a request that
 * stays open and names what it wants; in the era of initialize by resources/subscribe and, for
 * lists, by being connected.
 */
#include "mcp/inside.h"

#include <string.h>

/* Each URI, or id, lies with a NUL behind it in a buf. */
static bool has_uri(const struct buf *uris, struct str uri)
{
    struct str all = buf_str(uris), one;
    while (all.n && str_cut(&all, '\0', &one))
        if (str_eq(one, uri))
            return true;
    return false;
}

static bool is_followed_by(const struct mcp_client *c, struct str uri)
{
    if (has_uri(&c->follows, uri))
        return true;
    for (const struct mcp_request *r = c->requests; r; r = r->next)
        if (!r->task && has_uri(&r->uris, uri))
            return true;
    return false;
}

bool mcp_is_followed(const struct mcp_hub *h, struct str uri)
{
    for (const struct mcp_client *c = h->clients; c; c = c->next)
        if (is_followed_by(c, uri))
            return true;
    return false;
}

static bool tell_watch(struct mcp_client *c, struct str uri, bool is_followed)
{
    const struct mcp_server *s = c->hub->server;
    return !s->watch || s->watch(s->self, c, uri, is_followed);
}

static bool add_uri(struct mcp_client *c, struct buf *uris, struct str uri)
{
    size_t n = 0;
    for (size_t i = 0; i < uris->n; i++)
        n += uris->p[i] == '\0';
    if (has_uri(uris, uri))
        return true;
    if (n >= MCP_SUBSCRIPTIONS_MAX || !uri.n || uri.n > 1000 || str_find(uri, '\0', 0) < uri.n)
        return false;
    if (!is_followed_by(c, uri) && !tell_watch(c, uri, true))
        return false;
    buf_add_str(uris, uri);
    buf_add_char(uris, '\0');
    return true;
}

void listen_forget(struct mcp_client *c, struct buf *uris)
{
    struct buf gone = *uris;
    struct str all = buf_str(&gone), one;
    size_t cap = uris->cap;
    buf_init(uris, cap);
    while (all.n && str_cut(&all, '\0', &one))
        if (!is_followed_by(c, one))
            (void)tell_watch(c, one, false);
    buf_fini(&gone);
}

bool listen_follow(struct mcp_client *c, struct str uri)
{
    return add_uri(c, &c->follows, uri);
}

void listen_unfollow(struct mcp_client *c, struct str uri)
{
    struct buf rest;
    struct str all = buf_str(&c->follows), one;
    if (!has_uri(&c->follows, uri))
        return;
    buf_init(&rest, c->follows.cap);
    while (all.n && str_cut(&all, '\0', &one))
        if (!str_eq(one, uri)) {
            buf_add_str(&rest, one);
            buf_add_char(&rest, '\0');
        }
    buf_fini(&c->follows);
    c->follows = rest;
    if (!is_followed_by(c, uri))
        (void)tell_watch(c, uri, false);
}

/* ---- subscriptions/listen ---- */

static const struct {
    enum mcp_list list;
    const char *asked, *method;
} changes[] = {
    {MCP_TOOLS, "toolsListChanged", "notifications/tools/list_changed"},
    {MCP_PROMPTS, "promptsListChanged", "notifications/prompts/list_changed"},
    {MCP_RESOURCES, "resourcesListChanged", "notifications/resources/list_changed"},
};
enum { CHANGES = sizeof changes / sizeof changes[0] };

static void write_subscription(const struct mcp_request *r, struct json_writer *w)
{
    json_key(w, "_meta");
    json_begin_object(w);
    json_key(w, META_SUBSCRIPTION);
    json_value(w, &r->head.id);
    json_end_object(w);
}

static void write_list(const char *name, const struct buf *items, struct json_writer *w)
{
    struct str all = buf_str(items), one;
    if (!all.n)
        return;
    json_key(w, name);
    json_begin_array(w);
    while (all.n && str_cut(&all, '\0', &one))
        json_str(w, one);
    json_end_array(w);
}

/* The first frame: what of the wish is honoured. */
static void acknowledge(struct mcp_request *r)
{
    struct json_writer w;
    struct buf *b = r->outlet->begin(r->outlet, FRAME_NOTICE, 0);
    if (!b)
        return;
    notice_begin(&w, b, "notifications/subscriptions/acknowledged");
    write_subscription(r, &w);
    json_key(&w, "notifications");
    json_begin_object(&w);
    for (size_t i = 0; i < CHANGES; i++)
        if (r->wants_lists & 1u << changes[i].list) {
            json_key(&w, changes[i].asked);
            json_bool(&w, true);
        }
    write_list("resourceSubscriptions", &r->uris, &w);
    write_list("taskIds", &r->task_ids, &w);
    json_end_object(&w);
    notice_end(&w);
    r->outlet->end(r->outlet, FRAME_NOTICE);
}

/* What is wrong with a wish; NULL: nothing. */
static const char *wrong_with(const struct mcp_client *c, const struct json *wish)
{
    if (c->listen_count >= MCP_LISTENERS_MAX)
        return "too many subscriptions are open; end some";
    if (!wish || wish->kind != JSON_OBJECT)
        return "params.notifications must say what is wanted";
    return NULL;
}

static void take_wish(struct mcp_request *r, const struct json *wish)
{
    struct mcp_client *c = r->client;
    const struct mcp_server *s = c->hub->server;
    const struct json *uris = json_get(wish, STR("resourceSubscriptions"));
    const struct json *tasks = json_get(wish, STR("taskIds"));
    struct str text;
    bool on;
    for (size_t i = 0; i < CHANGES; i++)
        if ((s->changing & 1u << changes[i].list) &&
            json_to_bool(json_get(wish, str_of(changes[i].asked)), &on) && on)
            r->wants_lists |= 1u << changes[i].list;
    for (size_t i = 0; s->can_subscribe && uris && i < uris->n; i++)
        if (json_to_str(&uris->items[i], &text))
            (void)add_uri(c, &r->uris, text);
    for (size_t i = 0; tasks && i < tasks->n && i < MCP_SUBSCRIPTIONS_MAX; i++)
        if (json_to_str(&tasks->items[i], &text) && later_is_of(c, text) &&
            !has_uri(&r->task_ids, text)) {
            buf_add_str(&r->task_ids, text);
            buf_add_char(&r->task_ids, '\0');
        }
}

bool listen_start(struct mcp_client *c, struct mcp_outlet *o, const struct mcp_message *m)
{
    const struct json *wish = json_get(m->params, STR("notifications"));
    const char *wrong = wrong_with(c, wish);
    struct mcp_abilities a;
    abilities_read(&a, c->hub->server, json_get(m->meta, STR(META_CAPABILITIES)));
    if (wrong)
        reply_error(o, &m->head, RPC_PARAMS, str_of(wrong), STR_NONE);
    else if (json_get(wish, STR("taskIds")) && !a.tasks)
        later_refuse(o, m);
    if (wrong || (json_get(wish, STR("taskIds")) && !a.tasks))
        return false;
    struct mcp_request *r = mcp_request_new(c, o, m);
    buf_add_str(&r->id_text, m->head.id.text);
    r->head.id.text = buf_str(&r->id_text);
    c->listen_count++;
    take_wish(r, wish);
    acknowledge(r);
    return true;
}

void listen_end(struct mcp_request *r)
{
    struct mcp_client *c = r->client;
    c->listen_count--;
    listen_forget(c, &r->uris);
    mcp_request_free(r);
}

/* The result of a subscription is its end. */
static void write_end(struct mcp_request *r)
{
    struct json_writer w;
    struct buf *b = r->outlet ? r->outlet->begin(r->outlet, FRAME_RESULT, 0) : NULL;
    if (!b)
        return;
    mcp_request_open_result(r, "complete", &w, b);
    reply_end(r->outlet, b, &w);
}

void mcp_hub_end(struct mcp_hub *h)
{
    for (struct mcp_client *c = h->clients; c; c = c->next)
        for (struct mcp_request *r = c->requests, *next; r; r = next) {
            next = r->next;
            if (r->task)
                continue;
            write_end(r);
            listen_end(r);
        }
}

void listen_expel(struct mcp_client *c, const char *why)
{
    for (struct mcp_request *r = c->requests, *next; r; r = next) {
        next = r->next;
        if (r->task)
            continue;
        reply_error(r->outlet, &r->head, RPC_REQUEST, str_of(why), STR_NONE);
        listen_end(r); /* the last one may free the client */
    }
}

/* ---- telling ---- */

static void tell(struct mcp_outlet *o, const char *method, const struct mcp_request *r,
                 struct str uri)
{
    struct json_writer w;
    struct buf *b = o ? o->begin(o, FRAME_NOTICE, 0) : NULL;
    if (!b)
        return;
    notice_begin(&w, b, method);
    if (r)
        write_subscription(r, &w);
    if (uri.p) {
        json_key(&w, "uri");
        json_str(&w, uri);
    }
    notice_end(&w);
    o->end(o, FRAME_NOTICE);
}

void mcp_list_changed(struct mcp_hub *h, enum mcp_list list)
{
    for (size_t i = 0; i < CHANGES; i++) {
        if (changes[i].list != list || !(h->server->changing & 1u << list))
            continue;
        for (struct mcp_client *c = h->clients; c; c = c->next) {
            if (c->is_initialized)
                tell(c->outlet, changes[i].method, NULL, STR_NONE);
            for (struct mcp_request *r = c->requests; r; r = r->next)
                if (!r->task && (r->wants_lists & 1u << list))
                    tell(r->outlet, changes[i].method, r, STR_NONE);
        }
    }
}

void mcp_resource_changed_for(struct mcp_client *c, struct str uri)
{
    static const char method[] = "notifications/resources/updated";
    if (has_uri(&c->follows, uri))
        tell(c->outlet, method, NULL, uri);
    for (struct mcp_request *r = c->requests; r; r = r->next)
        if (!r->task && has_uri(&r->uris, uri))
            tell(r->outlet, method, r, uri);
}

void mcp_resource_changed(struct mcp_hub *h, struct str uri)
{
    for (struct mcp_client *c = h->clients; c; c = c->next)
        mcp_resource_changed_for(c, uri);
}

void mcp_log_all(struct mcp_hub *h, enum mcp_level level, const char *logger, struct str text)
{
    for (struct mcp_client *c = h->clients; c; c = c->next)
        if (c->is_initialized && h->server->can_log && level >= c->level)
            write_log(c->outlet, level, logger, text);
}

void listen_tell_task(struct mcp_hub *h, struct str id, const struct mcp_later *l)
{
    struct json_writer w;
    for (struct mcp_client *c = h->clients; c; c = c->next)
        for (struct mcp_request *r = c->requests; r; r = r->next) {
            bool hears = !r->task && r->outlet && has_uri(&r->task_ids, id);
            struct buf *b = hears ? r->outlet->begin(r->outlet, FRAME_NOTICE, 0) : NULL;
            if (!b)
                continue;
            notice_begin(&w, b, "notifications/tasks");
            write_subscription(r, &w);
            later_write(l, &w);
            notice_end(&w);
            r->outlet->end(r->outlet, FRAME_NOTICE);
        }
}
