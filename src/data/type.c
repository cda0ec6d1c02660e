/* SPDX-License-Identifier: MIT */
#include "data/type.h"

#include <assert.h>

const struct field *type_find(const struct type *t, struct str name)
{
    assert(t);
    for (size_t i = 0; i < t->count; i++)
        if (str_eq(str_of(t->fields[i].name), name))
            return &t->fields[i];
    return NULL;
}

/* Near: at most one edit per three letters, or the one begins with the other. */
const char *type_nearest(const struct type *t, struct str name)
{
    assert(t);
    const char *best = NULL;
    size_t best_distance = name.n / 3 + 2; /* so at most name.n / 3 + 1 edits */
    for (size_t i = 0; i < t->count; i++) {
        struct str known = str_of(t->fields[i].name);
        bool is_part = name.n >= 3 && (str_starts(known, name) || str_starts(name, known));
        size_t distance = is_part ? 1 : str_distance(known, name, best_distance);
        if (str_ieq(known, name))
            distance = 0;
        if (distance < best_distance && distance < known.n) {
            best_distance = distance;
            best = t->fields[i].name;
        }
    }
    return best;
}

static bool opt_absent(const struct field *f, const char *member)
{
    switch (f->kind) {
    case TYPE_INT:
        return !((const struct opt_int *)(const void *)member)->has;
    case TYPE_NUM:
        return !((const struct opt_num *)(const void *)member)->has;
    case TYPE_DEC:
        return !((const struct opt_dec *)(const void *)member)->has;
    case TYPE_BOOL:
        return !((const struct opt_bool *)(const void *)member)->has;
    default:
        assert(f->kind == TYPE_TIME); /* the other kinds have no optional shape */
        return !((const struct opt_utc *)(const void *)member)->has;
    }
}

bool field_absent(const struct field *f, const void *base)
{
    assert(f && base);
    const char *member = (const char *)base + f->offset;
    if (f->shape == SHAPE_OPT)
        return opt_absent(f, member);
    if (f->kind == TYPE_STR)
        return !((const struct str *)(const void *)member)->p;
    if (f->kind == TYPE_LIST)
        return !((const struct list *)(const void *)member)->items;
    if (f->kind == TYPE_ENUM)
        return *(const unsigned *)(const void *)member == 0 && f->choices[0][0] == '\0';
    return false;
}
