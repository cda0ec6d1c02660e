/* SPDX-License-Identifier: MIT */
/*
 * pin: how a person proves to be one. What loosens the gate needs a PIN that was typed on a
 * terminal; this knows whether it is right.
 *
 * Only a salted PBKDF2-HMAC-SHA-256 of it is kept, in a small file of its own. Wrong attempts are
 * counted there too, each before its answer is known, so neither a crash nor a restart gives one
 * back: after PIN_TRIES in a row the PIN is locked for a minute, and each further one doubles that,
 * up to a day. The right PIN clears the count. Stretching takes about a tenth of a second and is
 * the owner's to do, on a worker (app/io): this module hands out the job and takes the result.
 *
 * The secret itself lives in the caller's struct secret and in the job, both wiped after use.
 */
#ifndef PORTCULLIS_GUARD_PIN_H
#define PORTCULLIS_GUARD_PIN_H

#include "base/instant.h"
#include "base/task.h"
#include "data/hash.h"
#include "store/keep.h"

enum {
    PIN_MIN = 4, /* bytes */
    PIN_MAX = 64,
    PIN_TRIES = 5,
    PIN_SALT = 16,
    PIN_ITERATIONS = 1000000, /* measured: 115 ms on a CPU with SHA instructions */
    PIN_FILE_MAX = 1024,
};

/* What somebody typed. */
struct secret {
    char text[PIN_MAX];
    size_t n;
};
void secret_wipe(struct secret *s);

/* Unpredictable bytes, from the system through app/. */
struct entropy {
    void (*fill)(void *self, void *out, size_t n);
    void *self;
};

struct pin;

/* `file`: the text that was kept, "" for none; `keep` is borrowed. NULL with *e if it cannot be
 * read. */
struct pin *pin_new(struct str file, struct keep *keep, struct entropy entropy, uint32_t iterations,
                    struct error *e) FALLIBLE;
/* Accepts NULL. */
void pin_free(struct pin *p);

struct pin_status {
    bool is_set;
    struct opt_utc set_at;
    int64_t failures; /* wrong ones since the last right one */
    struct opt_utc locked_until;
};
void pin_status(const struct pin *p, struct utc now, struct pin_status *out);
/* The same of a file alone, where no attempt is made. Fails as pin_new. */
bool pin_look(struct str file, struct utc now, struct pin_status *out, struct error *e) FALLIBLE;

/*
 * False with DENIED and NO_PIN or PIN_LOCKED, or CONFLICT (PIN_BUSY), if no PIN can be checked now:
 * to be asked before a person is bothered.
 */
bool pin_may_try(const struct pin *p, struct utc now, struct error *e) FALLIBLE;
/*
 * Suspends. False: PIN_WRONG, or as pin_may_try, or it could not be counted (KEEP_FAILED). What
 * cannot be a PIN at all (PIN_LENGTH, as in pin_set) is not counted.
 */
bool pin_check(struct task *t, struct pin *p, const struct secret *s, struct error *e) FALLIBLE;
/*
 * Sets another PIN; who may do that has been checked by the caller. Suspends until it is kept.
 * INVALID (PIN_LENGTH) unless it has PIN_MIN to PIN_MAX bytes without control characters.
 */
bool pin_set(struct task *t, struct pin *p, const struct secret *s, struct error *e) FALLIBLE;

/* ---- the owner's side ---- */
struct pin_job {
    struct secret secret;
    uint8_t salt[PIN_SALT];
    uint32_t iterations;
    struct sha256 result;
};
/* A job to run with pin_job_run; false if there is none. */
bool pin_take(struct pin *p, struct pin_job *out);
/* On any thread; wipes the secret. */
void pin_job_run(struct pin_job *job);
void pin_done(struct pin *p, const struct pin_job *job);

#endif
