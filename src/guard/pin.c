/* SPDX-License-Identifier: MIT */
#include "guard/pin.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "data/json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { FILE_VERSION = 1, LOCK_S = 60, LOCK_S_MAX = 86400, ITERATIONS_MAX = 100000000 };

enum job_state { JOB_NONE, JOB_READY, JOB_AWAY, JOB_DONE };

struct pin {
    struct keep *keep;
    struct entropy entropy;
    uint32_t iterations; /* of a new PIN */
    /* as kept */
    bool is_set;
    struct opt_utc set_at;
    uint8_t salt[PIN_SALT];
    uint32_t rounds;
    struct sha256 hash;
    int64_t failures;
    struct opt_utc locked_until;
    /* one attempt at a time */
    bool is_busy;
    enum job_state state;
    struct pin_job job;
    struct task *waiter; /* NULL once it has given up */
};

void secret_wipe(struct secret *s)
{
    explicit_bzero(s->text, sizeof s->text);
    s->n = 0;
}

/* ---- the file ---- */

static void put_hex(struct json_writer *w, const char *key, const uint8_t *p, size_t n)
{
    struct buf hex;
    buf_init(&hex, 2 * SHA256_BYTES);
    bool ok = hex_encode((struct str){(const char *)p, n}, &hex);
    assert(ok);
    json_key(w, key);
    json_str(w, buf_str(&hex));
    buf_fini(&hex);
}

static void put_time(struct json_writer *w, const char *key, struct opt_utc t)
{
    json_key(w, key);
    if (t.has)
        json_time(w, t.v);
    else
        json_null(w);
}

static void save(struct pin *p)
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, PIN_FILE_MAX);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "version");
    json_i64(&w, FILE_VERSION);
    put_time(&w, "set_at", p->set_at);
    json_key(&w, "iterations");
    json_i64(&w, p->rounds);
    put_hex(&w, "salt", p->salt, sizeof p->salt);
    put_hex(&w, "pbkdf2_sha256", p->hash.bytes, sizeof p->hash.bytes);
    json_key(&w, "failures");
    json_i64(&w, p->failures);
    put_time(&w, "locked_until", p->locked_until);
    json_end_object(&w);
    bool ok = json_writer_done(&w) && buf_add_char(&b, '\n');
    assert(ok);
    keep_set(p->keep, buf_str(&b));
    buf_fini(&b);
}

static bool get_hex(const struct json *j, struct str key, uint8_t *out, size_t n)
{
    struct buf b;
    buf_init(&b, SHA256_BYTES);
    bool ok = hex_decode(json_get_str(j, key), &b) && b.n == n;
    if (ok)
        memcpy(out, b.p, n);
    buf_fini(&b);
    return ok;
}

static struct opt_utc get_time(const struct json *j, struct str key)
{
    struct opt_utc t = {0};
    t.has = utc_parse(json_get_str(j, key), &t.v);
    return t;
}

static bool parse(struct pin *p, struct str file, struct arena *arena)
{
    struct error ignored;
    const struct json *j = json_parse(file, arena, &ignored);
    int64_t version, rounds;
    p->set_at = get_time(j, STR("set_at"));
    p->locked_until = get_time(j, STR("locked_until"));
    if (!j || !json_to_i64(json_get(j, STR("version")), &version) || version != FILE_VERSION ||
        !json_to_i64(json_get(j, STR("iterations")), &rounds) || rounds < 1 ||
        rounds > ITERATIONS_MAX || !json_to_i64(json_get(j, STR("failures")), &p->failures) ||
        p->failures < 0 || !get_hex(j, STR("salt"), p->salt, sizeof p->salt))
        return false;
    p->rounds = (uint32_t)rounds;
    p->is_set = get_hex(j, STR("pbkdf2_sha256"), p->hash.bytes, sizeof p->hash.bytes);
    return p->is_set;
}

static bool read_file(struct pin *p, struct str file, struct error *e)
{
    struct arena *arena = arena_new(64 << 10);
    bool ok = !str_trim(file).n || parse(p, file, arena);
    arena_free(arena);
    if (ok)
        return true;
    error_set(e, ERROR_INVALID, "BAD_PIN_FILE", "the file of the PIN cannot be read");
    return error_next(e, "restore it, or remove it and set a PIN anew with `portcullis pin set`");
}

struct pin *pin_new(struct str file, struct keep *keep, struct entropy entropy, uint32_t iterations,
                    struct error *e)
{
    assert(keep && entropy.fill && iterations > 0);
    struct pin *p = xcalloc(1, sizeof *p);
    p->keep = keep;
    p->entropy = entropy;
    p->iterations = iterations;
    if (read_file(p, file, e))
        return p;
    pin_free(p);
    return NULL;
}

bool pin_look(struct str file, struct utc now, struct pin_status *out, struct error *e)
{
    struct pin p = {0};
    if (!read_file(&p, file, e))
        return false;
    pin_status(&p, now, out);
    return true;
}

void pin_free(struct pin *p)
{
    if (!p)
        return;
    secret_wipe(&p->job.secret);
    xfree(p);
}

/* ---- the lock ---- */

/* How long so many wrong attempts lock it. */
static int64_t lock_s(int64_t failures)
{
    int64_t s = failures < PIN_TRIES ? 0 : LOCK_S;
    for (int64_t i = PIN_TRIES; i < failures && s < LOCK_S_MAX; i++)
        s *= 2;
    return s < LOCK_S_MAX ? s : LOCK_S_MAX;
}

/* A clock that was set back does not make a lock longer than it was meant to be. */
static struct opt_utc locked_until(const struct pin *p, struct utc now)
{
    struct opt_utc until = p->locked_until;
    int64_t most = now.ns + lock_s(p->failures) * NS_PER_S;
    if (until.has && until.v.ns > most)
        until.v.ns = most;
    until.has = until.has && until.v.ns > now.ns;
    return until;
}

void pin_status(const struct pin *p, struct utc now, struct pin_status *out)
{
    *out = (struct pin_status){.is_set = p->is_set,
                               .set_at = p->set_at,
                               .failures = p->failures,
                               .locked_until = locked_until(p, now)};
}

bool pin_may_try(const struct pin *p, struct utc now, struct error *e)
{
    struct opt_utc until = locked_until(p, now);
    if (!p->is_set) {
        error_set(e, ERROR_DENIED, "NO_PIN", "no PIN has been set on this machine");
        return error_next(e, "a person types `portcullis pin set` at a terminal first");
    }
    if (until.has) {
        char text[UTC_TEXT_MAX];
        utc_format(until.v, text);
        error_set(e, ERROR_DENIED, "PIN_LOCKED", "%lld wrong attempts: the PIN is locked until %s",
                  (long long)p->failures, text);
        return error_next(e, "wait; `portcullis pin status` tells how it stands");
    }
    return !p->is_busy || error_set(e, ERROR_CONFLICT, "PIN_BUSY", "another PIN is being checked");
}

/* ---- checking and setting ---- */

/* Suspends while the owner stretches the secret. */
static bool stretch(struct task *t, struct pin *p, const struct secret *s, const uint8_t *salt,
                    uint32_t rounds, struct sha256 *out, struct error *e)
{
    bool ok = true;
    p->job = (struct pin_job){.secret = *s, .iterations = rounds};
    memcpy(p->job.salt, salt, PIN_SALT);
    p->state = JOB_READY;
    p->waiter = t;
    while (ok && p->state != JOB_DONE)
        ok = task_wait(t, e);
    p->waiter = NULL;
    if (p->state == JOB_AWAY) /* pin_done ends it */
        return false;
    *out = p->job.result;
    secret_wipe(&p->job.secret);
    p->state = JOB_NONE;
    return ok;
}

/* Whether it can be one at all. (To HMAC a key with NULs behind it is the same key.) */
static bool is_pin(const struct secret *s, struct error *e)
{
    bool ok = s->n >= PIN_MIN && s->n <= PIN_MAX;
    for (size_t i = 0; i < s->n && ok; i++)
        ok = (unsigned char)s->text[i] >= ' ' && s->text[i] != 0x7f;
    return ok ||
           error_set(e, ERROR_INVALID, "PIN_LENGTH",
                     "a PIN has %d to %d characters and no control characters", PIN_MIN, PIN_MAX);
}

static bool wrong(const struct pin *p, struct error *e)
{
    int64_t left = PIN_TRIES - p->failures;
    error_set(e, ERROR_DENIED, "PIN_WRONG", "the PIN is wrong");
    if (left > 0)
        return error_next(e, "%lld more before it is locked for a while", (long long)left);
    return error_next(e, "it is locked for %lld s", (long long)lock_s(p->failures));
}

bool pin_check(struct task *t, struct pin *p, const struct secret *s, struct error *e)
{
    struct utc now = task_now(t).wall;
    struct sha256 hash = {0};
    if (!pin_may_try(p, now, e) || !is_pin(s, e))
        return false;
    p->is_busy = true;
    p->failures++; /* until it turns out to be right: a crash in between counts as wrong */
    int64_t lock = lock_s(p->failures);
    p->locked_until = (struct opt_utc){{now.ns + lock * NS_PER_S}, lock > 0};
    save(p);
    bool ok = keep_wait(t, p->keep, e) && stretch(t, p, s, p->salt, p->rounds, &hash, e);
    p->is_busy = p->state != JOB_NONE;
    if (!ok)
        return false;
    if (!hash_equal((struct str){(const char *)hash.bytes, SHA256_BYTES},
                    (struct str){(const char *)p->hash.bytes, SHA256_BYTES}))
        return wrong(p, e);
    p->failures = 0;
    p->locked_until = (struct opt_utc){0};
    save(p); /* if this is lost the attempt counts as wrong, which the next right one clears */
    return true;
}

bool pin_set(struct task *t, struct pin *p, const struct secret *s, struct error *e)
{
    if (!is_pin(s, e))
        return false;
    if (p->is_busy)
        return error_set(e, ERROR_CONFLICT, "PIN_BUSY", "another PIN is being checked");
    struct sha256 hash = {0};
    uint8_t salt[PIN_SALT];
    p->is_busy = true;
    p->entropy.fill(p->entropy.self, salt, sizeof salt);
    bool ok = stretch(t, p, s, salt, p->iterations, &hash, e);
    p->is_busy = p->state != JOB_NONE;
    if (!ok)
        return false;
    p->is_set = true;
    p->set_at = (struct opt_utc){task_now(t).wall, true};
    memcpy(p->salt, salt, sizeof salt);
    p->rounds = p->iterations;
    p->hash = hash;
    p->failures = 0;
    p->locked_until = (struct opt_utc){0};
    save(p);
    return keep_wait(t, p->keep, e);
}

/* ---- the owner's side ---- */

bool pin_take(struct pin *p, struct pin_job *out)
{
    if (p->state != JOB_READY)
        return false;
    *out = p->job;
    secret_wipe(&p->job.secret);
    p->state = JOB_AWAY;
    return true;
}

void pin_job_run(struct pin_job *job)
{
    job->result =
        hash_pbkdf2_sha256((struct str){job->secret.text, job->secret.n},
                           (struct str){(const char *)job->salt, PIN_SALT}, job->iterations);
    secret_wipe(&job->secret);
}

void pin_done(struct pin *p, const struct pin_job *job)
{
    assert(p->state == JOB_AWAY);
    p->job.result = job->result;
    p->state = p->waiter ? JOB_DONE : JOB_NONE;
    if (p->waiter)
        task_wake(p->waiter);
    else
        p->is_busy = false;
}
