/* SPDX-License-Identifier: MIT */
#include "wire/request_id.h"

#include "wire/message.h"
#include "wire/proto.h"

#include <string.h>

enum { NO_REQUEST = -1, LENGTH = 4 };

/* The row of the request id: its rule tells it, or in a message that is only ever text its name. */
static const struct wire_proto_field *id_field(const struct wire_any *any)
{
    const struct wire_proto *t =
        any->type && any->message ? wire_proto_of(any->type->direction, any->id) : NULL;
    for (size_t i = 0; t && i < t->count; i++)
        if ((t->fields[i].rules & WIRE_RULE_NO_REQUEST) || strcmp(t->fields[i].name, "reqId") == 0)
            return &t->fields[i];
    return NULL;
}

bool wire_request_id(const struct wire_any *any, int32_t *id)
{
    const struct wire_proto_field *f = id_field(any);
    if (!f)
        return false;
    memcpy(id, (const char *)any->message + f->offset, sizeof *id);
    return *id != NO_REQUEST;
}

bool wire_readdress(struct wire_any *any, int32_t id, int version, struct buf *out, struct error *e)
{
    int32_t before;
    size_t start = out->n;
    /* what was decoded is in the caller's arena and nobody else's */
    union {
        const void *decoded;
        char *ours;
    } same = {.decoded = any->message};
    if (wire_request_id(any, &before))
        memcpy(same.ours + id_field(any)->offset, &id, sizeof id);
    if (!wire_encode_again(any, version, out, e))
        return false;
    memmove(out->p + start, out->p + start + LENGTH, out->n - start - LENGTH);
    buf_cut(out, out->n - LENGTH);
    return true;
}
