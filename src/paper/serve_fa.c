/* SPDX-License-Identifier: MIT */
/* The advisor's groups and aliases: read and replaced. */
#include "paper/paper_private.h"

/* False after an error frame. */
static bool is_possible(struct paper *p, struct paper_peer *peer, int32_t req_id, int32_t kind)
{
    const char *why = NULL;
    if (!p->accounts->has_advisor)
        why = "FA data operations ignored for non FA customers.";
    else if (kind == GROUPS_PROFILES)
        why = "FA profiles are not supported: use groups.";
    else if (kind != GROUPS_OF_ACCOUNTS && kind != GROUPS_ALIASES)
        why = "Invalid FA data type.";
    if (why != NULL)
        peer_error(p, peer, req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bJ' : cause - %s", why);
    return why == NULL;
}

static struct str xml_of(const struct paper *p, enum groups_kind kind, struct buf *room)
{
    buf_init(room, GROUPS_XML_MAX);
    groups_write(&p->advisor_groups, p->accounts, kind, room);
    return buf_str(room);
}

void groups_record(const struct paper *p, enum groups_kind kind, struct buf *out)
{
    struct buf room;
    record_groups(out, kind, xml_of(p, kind, &room));
    buf_fini(&room);
}

void serve_request_fa(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_fa *req = message;
    struct buf room;
    if (!is_possible(p, peer, -1, req->fa_data_type))
        return;
    enum groups_kind kind = (enum groups_kind)req->fa_data_type;
    const struct wire_rep_receive_fa m = {req->fa_data_type, xml_of(p, kind, &room)};
    peer_send(p, peer, WIRE_REP_RECEIVE_FA, &m);
    buf_fini(&room);
}

void serve_replace_fa(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_replace_fa *req = message;
    char why[160];
    if (!is_possible(p, peer, req->req_id, req->fa_data_type))
        return;
    enum groups_kind kind = (enum groups_kind)req->fa_data_type;
    if (!groups_take(&p->advisor_groups, p->accounts, kind, req->xml, why)) {
        peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bJ' : cause - %s", why);
        return;
    }
    groups_record(p, kind, &p->records);
    const struct wire_rep_replace_fa_end m = {req->req_id, STR("success")};
    peer_send(p, peer, WIRE_REP_REPLACE_FA_END, &m);
}
