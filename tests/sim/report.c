/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "breakage.h"

#include <stdio.h>
#include <string.h>

enum { DOCUMENT_MAX = 1 << 20 };

void totals_add(struct totals *t, const struct verdict *v)
{
    t->lives++;
    t->steps += v->steps;
    t->orders += v->orders;
    t->cancels += v->cancels;
    t->messages += v->messages;
    t->fills += v->fills;
    t->records += v->records;
    t->asked += v->asked;
    t->denied += v->denied;
    t->checks += v->checks;
    t->broken[v->broken]++;
    t->failed += v->broken != INVARIANT_NONE;
    for (size_t i = 0; i < HARM_COUNT; i++)
        t->harms[i] += v->harms[i];
    for (size_t i = 0; i < INVARIANT_COUNT; i++)
        t->looked[i] += v->looked[i];
}

static void sentence(const struct totals *t, struct buf *out)
{
    buf_add_f(out,
              "%llu lives, %llu steps, %llu questions (%llu denied), %llu orders and %llu cancels "
              "in %llu messages, %llu fills, %llu records, %llu looks",
              (unsigned long long)t->lives, (unsigned long long)t->steps,
              (unsigned long long)t->asked, (unsigned long long)t->denied,
              (unsigned long long)t->orders, (unsigned long long)t->cancels,
              (unsigned long long)t->messages, (unsigned long long)t->fills,
              (unsigned long long)t->records, (unsigned long long)t->checks);
}

void totals_print(const struct totals *t)
{
    struct buf b;
    buf_init(&b, 1024);
    sentence(t, &b);
    printf("# " STR_FMT "\n# faults:", STR_ARG(buf_str(&b)));
    for (size_t i = 1; i < HARM_COUNT; i++)
        printf(" %s %llu", harm_name((enum harm)i), (unsigned long long)t->harms[i]);
    printf("\n");
    buf_fini(&b);
}

/* ---- the document ---- */

static size_t breakages_of(enum invariant i)
{
    size_t n = 0;
    for (size_t k = 0; k < breakages_count(); k++)
        n += breakages[k].by == i;
    return n;
}

static void table(const struct totals *t, uint64_t first, struct buf *out)
{
    buf_add_f(out, "Seeds %llu to %llu: ", (unsigned long long)first,
              (unsigned long long)(first + t->lives - 1));
    sentence(t, out);
    buf_add_c(out,
              ".\n\n| invariant | | looked at | broken | seen to fail |\n|---|---|---|---|---|\n");
    for (size_t i = I1; i < I_WORLD; i++)
        buf_add_f(out, "| %s | %s | %llu | %llu | %zu |\n", invariant_name((enum invariant)i),
                  invariant_meaning((enum invariant)i), (unsigned long long)t->looked[i],
                  (unsigned long long)t->broken[i], breakages_of((enum invariant)i));
    buf_add_c(out, "\n| faults of | injected |\n|---|---|\n");
    for (size_t i = 1; i < HARM_COUNT; i++)
        buf_add_f(out, "| %s | %llu |\n", harm_name((enum harm)i), (unsigned long long)t->harms[i]);
}

static bool read_document(const char *path, struct buf *out)
{
    char part[4096];
    size_t n;
    FILE *f = fopen(path, "rb");
    while (f && (n = fread(part, 1, sizeof part, f)) > 0)
        buf_add(out, part, n);
    return f && fclose(f) == 0 && !out->failed;
}

bool totals_write(const struct totals *t, uint64_t first, const char *path, struct error *e)
{
    const struct str begin = STR("<!-- sim: begin -->\n"), end = STR("<!-- sim: end -->");
    struct buf was, now;
    buf_init(&was, DOCUMENT_MAX);
    buf_init(&now, DOCUMENT_MAX);
    bool ok = read_document(path, &was);
    struct str text = buf_str(&was);
    size_t from = str_find_str(text, begin), to = str_find_str(text, end);
    ok = ok && from < text.n && to < text.n && from < to;
    if (ok) {
        buf_add_str(&now, str_sub(text, 0, from + begin.n));
        table(t, first, &now);
        buf_add_str(&now, str_sub(text, to, text.n));
        FILE *f = fopen(path, "wb");
        ok = f && fwrite(now.p, 1, now.n, f) == now.n;
        ok = f && fclose(f) == 0 && ok;
    }
    buf_fini(&was);
    buf_fini(&now);
    return ok || error_set(e, ERROR_UNAVAILABLE, "SIM",
                           "%s cannot be read, written, or has no marks", path);
}
