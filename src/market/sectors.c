/* SPDX-License-Identifier: MIT */
#include "market/sectors.h"

#include "base/alloc.h"
#include "base/map.h"

#include <assert.h>

enum { PART = 32 /* contracts asked for at once */ };

struct sector {
    char name[64];
};

struct sectors {
    struct session *session;
    struct map *known; /* con_id -> struct sector, owned */
};

struct sectors *sectors_new(struct session *session)
{
    struct sectors *s = xcalloc(1, sizeof *s);
    s->session = session;
    s->known = map_new(SECTORS_MAX);
    return s;
}

void sectors_free(struct sectors *s)
{
    void *value;
    if (!s)
        return;
    for (size_t i = 0; map_next(s->known, &i, &value);)
        xfree(value);
    map_free(s->known);
    xfree(s);
}

const char *sectors_of(const struct sectors *s, int32_t con_id)
{
    const struct sector *found = map_get(s->known, con_id);
    return found ? found->name : NULL;
}

static void learn(struct sectors *s, const struct contract_question *q)
{
    if (q->error.code != ERROR_NONE || q->count == 0 || map_count(s->known) == SECTORS_MAX ||
        sectors_of(s, q->like.con_id))
        return;
    struct sector *kept = xcalloc(1, sizeof *kept);
    struct str name = STR_NAME(q->found[0].industry);
    str_copy_cut(kept->name, sizeof kept->name, name.n ? name : STR("unknown"));
    bool ok = map_put(s->known, q->like.con_id, kept);
    assert(ok); /* there was room */
}

bool sectors_fetch(struct task *t, struct sectors *s, const int32_t *con_ids, size_t n,
                   struct error *e)
{
    size_t i = 0;
    while (i < n) {
        struct contract_question questions[PART];
        size_t count = 0;
        for (; i < n && count < PART; i++) {
            if (sectors_of(s, con_ids[i]))
                continue;
            questions[count] = (struct contract_question){.like.con_id = con_ids[i]};
            count++;
        }
        if (count && !query_contracts_batch(t, s->session, questions, count, e))
            return false;
        for (size_t k = 0; k < count; k++)
            learn(s, &questions[k]);
    }
    return true;
}
