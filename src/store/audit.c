/* SPDX-License-Identifier: MIT */
#include "store/audit.h"

#include "store/sql.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS "j.seq, j.at, j.kind, j.principal, j.body, j.prev_hash, j.hash"

static struct audit_record record_of(sqlite3_stmt *st)
{
    return (struct audit_record){.seq = sqlite3_column_int64(st, 0),
                                 .at = sql_column_str(st, 1),
                                 .kind = sql_column_str(st, 2),
                                 .principal = sql_column_str(st, 3),
                                 .body = sql_column_str(st, 4),
                                 .prev_hash = sql_column_str(st, 5),
                                 .hash = sql_column_str(st, 6)};
}

/* ---- proof ---- */

void audit_proof_init(struct audit_proof *p, const struct anchors *anchors)
{
    *p = (struct audit_proof){.verdict.is_intact = true, .anchors = anchors, .last = INT64_MIN};
}

static void break_at(struct audit_proof *p, int64_t seq, const char *why)
{
    p->verdict.is_intact = false;
    p->verdict.bad_seq = seq;
    (void)snprintf(p->verdict.why, sizeof p->verdict.why, "%s", why);
    p->is_done = true;
}

/* Compares with every anchor of that number; false if one disagrees. */
static bool agrees(struct audit_proof *p, const struct audit_record *r)
{
    size_t low = 0, high = p->anchors ? p->anchors->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->anchors->items[middle].seq < r->seq)
            low = middle + 1;
        else
            high = middle;
    }
    for (; p->anchors && low < p->anchors->count && p->anchors->items[low].seq == r->seq; low++) {
        if (!str_eq(r->hash, STR_NAME(p->anchors->items[low].hash)))
            return false;
        p->anchors_met++;
    }
    return true;
}

static const char *record_fault(struct audit_proof *p, const struct audit_record *r)
{
    char hash[SHA256_HEX_MAX];
    if (r->seq < p->verdict.checked)
        return "its number is out of order";
    if (r->seq != p->verdict.checked)
        return "a record before it is missing";
    if (!str_eq(r->prev_hash, str_of(p->hash)))
        return "it does not continue the record before it";
    chain_hash(str_of(p->hash), r->seq, r->at, r->kind, r->principal, r->body, hash);
    if (!str_eq(r->hash, str_of(hash)))
        return "its content was changed";
    return agrees(p, r) ? NULL : "another record was anchored under its number";
}

static void finish(struct audit_proof *p)
{
    const struct anchor *newest = p->anchors ? anchors_newest(p->anchors) : NULL;
    p->is_done = true;
    if (newest && newest->seq > p->verdict.checked)
        break_at(p, p->verdict.checked + 1, "it and later records, once anchored, were cut off");
}

bool audit_prove(struct db *db, struct audit_proof *p, int64_t records, struct error *e)
{
    assert(!p->is_done && records > 0);
    sqlite3_stmt *st = sql_prepare(
        db->sql, "SELECT " COLUMNS " FROM journal j WHERE j.seq > ? ORDER BY j.seq LIMIT ?", e);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, p->last);
    sqlite3_bind_int64(st, 2, records);
    int rc = SQLITE_DONE;
    int64_t n = 0;
    while (!p->is_done && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct audit_record r = record_of(st);
        p->verdict.checked++;
        n++;
        const char *fault = record_fault(p, &r);
        if (fault)
            break_at(p, r.seq, fault);
        str_copy_cut(p->hash, sizeof p->hash, r.hash);
        p->last = r.seq;
    }
    bool ok = p->is_done || rc == SQLITE_DONE || sql_fail(db->sql, "journal", e);
    if (ok && !p->is_done && n < records)
        finish(p);
    sqlite3_finalize(st);
    return ok;
}

bool db_verify(struct db *db, struct db_verdict *out, struct error *e)
{
    enum { PART = 10000 };
    struct audit_proof p;
    bool ok = true;
    audit_proof_init(&p, NULL);
    while (ok && !p.is_done)
        ok = audit_prove(db, &p, PART, e);
    *out = p.verdict;
    return ok;
}

/* ---- reading ---- */

static struct str bound_text(struct opt_utc t, const char *otherwise, char out[UTC_TEXT_MAX])
{
    if (!t.has)
        return str_of(otherwise);
    return (struct str){out, utc_format_ms(t.v, out)};
}

bool audit_records(struct db *db, const struct audit_filter *f, audit_record_fn *fn, void *self,
                   struct error *e)
{
    char sql[640], since[UTC_TEXT_MAX], until[UTC_TEXT_MAX];
    /* times begin with a digit: ":" is above them all */
    int n = snprintf(sql, sizeof sql,
                     "SELECT " COLUMNS " FROM %s WHERE j.seq > ?1 AND j.at >= ?2 AND j.at < ?3"
                     " AND (?4 = '' OR j.kind = ?4) AND (?5 = '' OR j.principal = ?5)%s"
                     " ORDER BY j.seq%s",
                     f->about.n ? "story s JOIN journal j ON j.seq = s.seq" : "journal j",
                     f->about.n ? " AND s.about = ?6" : "", f->newest_first ? " DESC" : "");
    assert(n > 0 && (size_t)n < sizeof sql);
    sqlite3_stmt *st = sql_prepare(db->sql, sql, e);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, f->after);
    sql_bind_str(st, 2, bound_text(f->since, "", since));
    sql_bind_str(st, 3, bound_text(f->until, ":", until));
    sql_bind_str(st, 4, f->kind);
    sql_bind_str(st, 5, f->principal);
    if (f->about.n)
        sql_bind_str(st, 6, f->about);
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct audit_record r = record_of(st);
        if (!fn(self, &r)) {
            rc = SQLITE_DONE;
            break;
        }
    }
    bool ok = rc == SQLITE_DONE || sql_fail(db->sql, "journal", e);
    sqlite3_finalize(st);
    return ok;
}
