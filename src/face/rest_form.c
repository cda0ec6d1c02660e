/* SPDX-License-Identifier: MIT */
/*
 * The forms of an answer: JSON, CSV or NDJSON, by Accept or ?format=, and what an operation makes
 * itself: a calendar file, an export of the audit log.
 */
#include "data/accept.h"
#include "face/render.h"
#include "face/rest_inside.h"

#include <assert.h>
#include <string.h>

static const struct form forms[] = {
    {"json", "application/json", "application/json", "One object: the answer and its envelope",
     NULL, false},
    {"csv", "text/csv", "text/csv; charset=utf-8", "The rows, with a header line", render_csv,
     true},
    {"ndjson", "application/x-ndjson", "application/x-ndjson", "The rows, one object a line",
     render_ndjson, false},
};

/* What an operation makes itself when its `format` says so: its answer's text of several lines. */
static const struct form own_forms[] = {
    {"ics", "text/calendar", "text/calendar; charset=utf-8", "A calendar file", render_lines,
     false},
    {"jsonl", "application/x-ndjson", "application/x-ndjson", "One JSON object a line",
     render_lines, false},
    {"csv", "text/csv", "text/csv; charset=utf-8", "A table with a header line", render_lines,
     false},
};
enum { FORMS = sizeof forms / sizeof forms[0], OWN_FORMS = sizeof own_forms / sizeof own_forms[0] };

bool form_is_own(const struct form *f)
{
    return f >= own_forms && f < own_forms + OWN_FORMS;
}

static const char *const *own_choices(const struct op *op)
{
    static const char *const none[] = {NULL};
    const struct field *f = type_find(op->in, STR("format"));
    return f && f->kind == TYPE_ENUM ? f->choices : none;
}

/* `kind` NULL: the i-th that takes no other's place; else the one that takes the place of `kind`.
 */
static const struct form *own_form(const struct op *op, const char *kind, size_t i)
{
    for (const struct form *own = own_forms; own < own_forms + OWN_FORMS; own++) {
        bool is_made = false, takes_place = false;
        for (const char *const *c = own_choices(op); *c; c++)
            is_made = is_made || strcmp(*c, own->name) == 0;
        for (size_t k = 0; k < FORMS; k++)
            takes_place = takes_place || strcmp(forms[k].kind, own->kind) == 0;
        bool fits = kind ? strcmp(kind, own->kind) == 0 : !takes_place;
        if (is_made && fits && i-- == 0)
            return own;
    }
    return NULL;
}

const struct form *form_of(const struct op *op, size_t i)
{
    if (i >= FORMS)
        return own_form(op, NULL, i - FORMS);
    const struct form *own = own_form(op, forms[i].kind, 0);
    return own ? own : &forms[i];
}

const struct form *form_named(const struct op *op, struct str name)
{
    const struct form *f;
    for (size_t i = 0; (f = form_of(op, i)); i++)
        if (str_ieq(name, str_of(f->name)) || (i < FORMS && str_ieq(name, str_of(forms[i].name))))
            return f;
    return NULL;
}

void form_names(const struct op *op, const char *names[FORM_NAMES_MAX + 1])
{
    size_t n = 0;
    for (; n < FORMS; n++)
        names[n] = forms[n].name;
    for (const char *const *c = own_choices(op); *c; c++) {
        bool is_there = false;
        for (size_t i = 0; i < n; i++)
            is_there = is_there || strcmp(*c, names[i]) == 0;
        assert(n < FORM_NAMES_MAX);
        if (!is_there)
            names[n++] = *c;
    }
    names[n] = NULL;
}

bool rest_choose_form(struct exchange *x, const struct op *op)
{
    struct str list = http_header(x->request, STR("Accept"));
    struct accept best = {0, 0};
    const struct form *f;
    x->form = list.p ? NULL : form_of(op, 0);
    for (size_t i = 0; list.p && (f = form_of(op, i)); i++) {
        struct accept a = accept_of(list, str_of(f->kind));
        if (a.quality < best.quality || a.quality == 0 ||
            (a.quality == best.quality && a.place >= best.place))
            continue;
        best = a;
        x->form = f;
    }
    return x->form || rest_refuse(x, 406, ERROR_INVALID, "ACCEPT",
                                  "there is no form of the answer that Accept allows",
                                  "forms are application/json, text/csv and "
                                  "application/x-ndjson; ?format= chooses as well");
}
