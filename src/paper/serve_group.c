/* SPDX-License-Identifier: MIT */
/* Display groups: windows of one colour that show one contract. The groups are the exchange's; who
 * changes one changes it for all who look at it. */
#include "paper/paper_private.h"

#include <string.h>

enum { INFO_MAX = sizeof((struct paper *)0)->groups[0] };

void serve_display_groups(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_id *req = message;
    struct buf list;
    buf_init(&list, 64);
    for (int k = 1; k <= PAPER_GROUPS; k++)
        buf_add_f(&list, "%s%d", k > 1 ? "|" : "", k);
    const struct wire_rep_display_group_list m = {req->req_id, buf_str(&list)};
    peer_send(p, peer, WIRE_REP_DISPLAY_GROUP_LIST, &m);
    buf_fini(&list);
}

static void send_group(struct paper *p, struct paper_peer *peer, const struct group_view *v)
{
    const char *info = p->groups[v->group - 1];
    const struct wire_rep_display_group_updated m = {v->req_id,
                                                     info[0] != 0 ? str_of(info) : STR("none")};
    peer_send(p, peer, WIRE_REP_DISPLAY_GROUP_UPDATED, &m);
}

static struct group_view *find_view(struct paper_peer *peer, int32_t req_id)
{
    for (size_t k = 0; k < peer->view_count; k++)
        if (peer->views[k].req_id == req_id)
            return &peer->views[k];
    return NULL;
}

void serve_subscribe_group(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_subscribe_group *req = message;
    struct group_view *v = find_view(peer, req->req_id);
    if (req->group_id < 1 || req->group_id > PAPER_GROUPS) {
        peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'cf' : cause - There is no display group %d",
                   (int)req->group_id);
        return;
    }
    if (v == NULL && peer->view_count == PAPER_GROUPS) {
        peer_error(p, peer, req->req_id, CODE_PROCESSING,
                   "Error processing request.-'cf' : cause - Too many display group subscriptions");
        return;
    }
    if (v == NULL)
        v = &peer->views[peer->view_count++];
    *v = (struct group_view){req->req_id, req->group_id};
    send_group(p, peer, v);
}

/* "none", "<contract id>" or "<contract id>@<exchange>" of a listing that exists. */
static bool is_info(const struct paper *p, struct str info)
{
    int64_t con_id;
    struct str number;
    if (str_ieq(info, STR("none")))
        return true;
    if (info.n >= INFO_MAX || !str_cut(&info, '@', &number) || !str_to_i64(number, &con_id) ||
        con_id < 1 || con_id > INT32_MAX)
        return false;
    const struct instrument *i = universe_find(p->universe, (int32_t)con_id);
    return i != NULL && (info.n == 0 || instrument_has_exchange(i, info));
}

void serve_update_group(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_update_group *req = message;
    const struct group_view *v = find_view(peer, req->req_id);
    struct str info = str_trim(req->contract_info);
    if (v == NULL || !is_info(p, info)) {
        peer_error(p, peer, req->req_id, CODE_PROCESSING,
                   "Error processing request.-'cg' : cause - %s",
                   v == NULL ? "Not subscribed to a display group by this id"
                             : "The contract is not known");
        return;
    }
    int32_t group = v->group;
    str_copy_cut(p->groups[group - 1], INFO_MAX, str_ieq(info, STR("none")) ? STR("") : info);
    for (struct paper_peer *each = p->peers; each != NULL; each = each->next)
        for (size_t k = 0; k < each->view_count; k++)
            if (each->views[k].group == group)
                send_group(p, each, &each->views[k]);
}

void serve_unsubscribe_group(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)p;
    const struct wire_id *req = message;
    struct group_view *v = find_view(peer, req->req_id);
    if (v == NULL)
        return;
    size_t at = (size_t)(v - peer->views);
    memmove(v, v + 1, (peer->view_count - at - 1) * sizeof *v);
    peer->view_count--;
}
