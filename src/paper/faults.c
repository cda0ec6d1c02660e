/* SPDX-License-Identifier: MIT */
/* What waits for its moment, and what sets it off. */
#include "paper/faults.h"

#include "base/alloc.h"
#include "paper/paper_private.h"

#include <string.h>

void faults_init(struct faults *f, uint64_t seed)
{
    *f = (struct faults){0};
    f->waiting = xcalloc(FAULTS_WAITING_MAX, sizeof *f->waiting);
    rng_init(&f->rng, seed, 77);
}

void faults_fini(struct faults *f)
{
    xfree(f->waiting);
}

void faults_clear(struct faults *f)
{
    struct faults fresh = {.waiting = f->waiting, .rng = f->rng, .is_acting = f->is_acting};
    *f = fresh;
}

/* ---- setting off ---- */
static void set_off(struct paper *p, const struct fault *f, const struct paper_peer *source)
{
    struct error e = {0};
    p->faults.is_acting = true;
    p->faults.source = source;
    if (fault_act(p, f, &e))
        log_info(&p->log, "fault=%s set off", f->row->name);
    else
        log_warn(&p->log, "fault=%s not possible: %s", f->row->name, e.text);
    p->faults.source = NULL;
    p->faults.is_acting = false;
}

static void forget_waiting(struct faults *f, size_t i)
{
    memmove(&f->waiting[i], &f->waiting[i + 1], (f->waiting_count - i - 1) * sizeof *f->waiting);
    f->waiting_count--;
}

/* True if one of n units is the one that this fault waits for. */
static bool is_due(struct faults *f, struct fault_waiting *w, enum fault_unit unit, int64_t n)
{
    if (w->fault.when == FAULT_NOW || w->fault.when == FAULT_AT || w->fault.unit != unit)
        return false;
    if (w->fault.when == FAULT_CHANCE)
        return (int64_t)rng_below(&f->rng, NS_PER_S) < w->fault.n;
    w->left -= n;
    if (w->left > 0)
        return false;
    w->left = w->fault.n;
    return true;
}

void faults_count(struct paper *p, enum fault_unit unit, int64_t n, const struct paper_peer *source)
{
    struct faults *f = &p->faults;
    if (f->waiting_count == 0 || f->is_acting)
        return;
    for (size_t i = 0; i < f->waiting_count; i++) {
        if (!is_due(f, &f->waiting[i], unit, n))
            continue;
        const struct fault fault = f->waiting[i].fault;
        if (fault.when == FAULT_AFTER)
            forget_waiting(f, i--);
        set_off(p, &fault, source);
        if (fault.row->kind == FAULT_NONE)
            return;
    }
}

void faults_step(struct paper *p)
{
    struct faults *f = &p->faults;
    for (size_t i = 0; i < f->waiting_count; i++) {
        if (f->waiting[i].fault.when != FAULT_AT || f->waiting[i].at_ns > p->now_ns)
            continue;
        const struct fault fault = f->waiting[i].fault;
        forget_waiting(f, i--);
        set_off(p, &fault, NULL);
        if (fault.row->kind == FAULT_NONE)
            return;
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t faults_next(const struct paper *p)
{
    const struct faults *f = &p->faults;
    const int64_t ends[] = {f->stall_until_ns, f->restart_until_ns};
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < f->waiting_count; i++)
        if (f->waiting[i].fault.when == FAULT_AT)
            next = earlier(next, f->waiting[i].at_ns);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (ends[i] > p->now_ns)
            next = earlier(next, ends[i]);
    return next;
}

bool fault_wait(struct paper *p, const struct fault *fault, struct error *e)
{
    struct faults *f = &p->faults;
    if (f->waiting_count == FAULTS_WAITING_MAX)
        return error_set(e, ERROR_LIMIT, "FAULT", "%d faults wait already", FAULTS_WAITING_MAX);
    struct fault_waiting *w = &f->waiting[f->waiting_count++];
    *w = (struct fault_waiting){.fault = *fault, .left = fault->n, .at_ns = fault->at_ns};
    if (fault->is_relative || fault->when == FAULT_NOW)
        w->at_ns += p->now_ns;
    if (fault->when == FAULT_NOW || p->faults.is_acting)
        w->fault.when = FAULT_AT; /* as soon as what is going on is over */
    return true;
}

bool paper_fault(struct paper *p, struct str line, struct moment now, struct error *e)
{
    struct fault fault;
    paper_advance_to(p, now);
    if (!fault_parse(line, &fault, e))
        return false;
    if (fault.row == NULL)
        return true;
    if (fault.when != FAULT_NOW)
        return fault_wait(p, &fault, e);
    p->faults.is_acting = true;
    bool ok = fault_act(p, &fault, e);
    p->faults.is_acting = false;
    orders_publish(p);
    return ok;
}

bool paper_faults(struct paper *p, struct str text, const char *name, struct moment now,
                  struct error *e)
{
    struct str line;
    for (size_t number = 1; text.p != NULL && str_cut(&text, '\n', &line); number++) {
        struct error why = {0};
        if (!paper_fault(p, line, now, &why))
            return error_set(e, ERROR_INVALID, "FAULT_FILE", "%s line %zu: %s", name, number,
                             why.text);
    }
    return true;
}

/* ---- asked by the servers of requests ---- */
bool fault_strikes(int64_t *countdown)
{
    return *countdown > 0 && --*countdown == 0;
}

bool fault_takes(struct fault_quota *q, int32_t client)
{
    if (q->left == 0 || (q->client != FAULTS_ANY && q->client != client))
        return false;
    q->left--;
    return true;
}

bool fault_takes_id(struct faults *f)
{
    if (f->ids_taken == 0)
        return false;
    f->ids_taken--;
    return true;
}

static const struct fault_symbol *symbol_of(const struct faults *f, int32_t con_id)
{
    for (size_t i = 0; i < f->symbol_count; i++)
        if (f->symbols[i].con_id == con_id)
            return &f->symbols[i];
    return NULL;
}

bool faults_is_stale(const struct faults *f, int32_t con_id)
{
    const struct fault_symbol *s = symbol_of(f, con_id);
    return s != NULL && (s->is_stale || s->is_halted);
}

bool faults_is_delisted(const struct faults *f, int32_t con_id)
{
    const struct fault_symbol *s = symbol_of(f, con_id);
    return s != NULL && s->is_delisted;
}

const char *faults_new_symbol(const struct faults *f, int32_t con_id)
{
    const struct fault_symbol *s = symbol_of(f, con_id);
    return s != NULL && s->new_symbol[0] != 0 ? s->new_symbol : NULL;
}

struct str faults_own_symbol(const struct faults *f, struct str symbol)
{
    for (size_t i = 0; i < f->symbol_count; i++)
        if (f->symbols[i].new_symbol[0] != 0 && str_ieq(symbol, STR_NAME(f->symbols[i].new_symbol)))
            return STR_NAME(f->symbols[i].symbol);
    return symbol;
}

bool faults_is_halted(const struct faults *f, int32_t con_id)
{
    const struct fault_symbol *s = symbol_of(f, con_id);
    return s != NULL && s->is_halted;
}

bool faults_no_quotes(const struct faults *f)
{
    return f->is_link_down || f->is_session_stolen || f->is_quote_farm_down;
}
