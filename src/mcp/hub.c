/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/limits.h"
#include "mcp/inside.h"

#include <assert.h>
#include <string.h>

struct mcp_hub *mcp_hub_new(const struct mcp_server *server, struct tasks *tasks,
                            const unsigned char secret[MCP_SECRET_BYTES])
{
    struct mcp_hub *h = xcalloc(1, sizeof *h);
    h->server = server;
    h->tasks = tasks;
    memcpy(h->secret, secret, sizeof h->secret);
    buf_init(&h->scratch, LIMIT_REPLY);
    return h;
}

void mcp_hub_free(struct mcp_hub *h)
{
    if (!h)
        return;
    assert(!h->clients);
    laters_free(h);
    buf_fini(&h->scratch);
    explicit_bzero(h->secret, sizeof h->secret);
    xfree(h);
}

void *mcp_client_user(const struct mcp_client *c)
{
    return c->user;
}

struct mcp_hub *mcp_client_hub(const struct mcp_client *c)
{
    return c->hub;
}

void client_init(struct mcp_client *c, struct mcp_hub *h, void *user, struct mcp_outlet *outlet)
{
    *c = (struct mcp_client){
        .hub = h, .user = user, .outlet = outlet, .level = h->server->log_level};
    buf_init(&c->follows, MCP_SUBSCRIPTIONS_MAX * 1024);
    c->next = h->clients;
    c->link = &h->clients;
    if (c->next)
        c->next->link = &c->next;
    h->clients = c;
    h->client_count++;
}

void client_release(struct mcp_client *c)
{
    const struct mcp_server *s = c->hub->server;
    if (!c->is_closed || c->requests)
        return;
    if (s->forget)
        s->forget(s->self, c->user);
    c->free(c);
}

void client_close(struct mcp_client *c)
{
    struct mcp_hub *h = c->hub;
    assert(!c->is_closed);
    c->outlet = NULL;
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    h->client_count--;
    listen_forget(c, &c->follows);
    buf_fini(&c->follows);
    for (struct mcp_request *r = c->requests, *next; r; r = next) {
        next = r->next;
        if (r->later)
            continue; /* it goes on without us */
        r->outlet = NULL;
        mcp_request_cancel(r);
    }
    c->is_closed = true;
    client_release(c);
}
