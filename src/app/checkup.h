/* SPDX-License-Identifier: MIT */
/*
 * checkup: what is wrong with a set-up, in plain words, and how it is mended.
 *
 * Somebody else gathers the facts (app/doctor_look.c: files, the socket, the broker); this judges
 * them: no file, no clock, so each sentence can be tested. A fault keeps Portcullis from doing what
 * its settings ask for; a note is worth knowing and nothing more.
 */
#ifndef PORTCULLIS_APP_CHECKUP_H
#define PORTCULLIS_APP_CHECKUP_H

#include "base/buf.h"
#include "base/error.h"
#include "data/json.h"
#include "ops/settings.h"
#include "sys/tls.h"

enum checkup_daemon {
    CHECKUP_NO_DAEMON,
    CHECKUP_RUNS,
    CHECKUP_ELSEWHERE, /* holds the state, but is not at this socket */
    CHECKUP_FOREIGN,   /* the socket is another user's */
    CHECKUP_SILENT,    /* accepts and says nothing */
    CHECKUP_REFUSES    /* `daemon_error` says why */
};

/* What is known of the broker, by the daemon that runs or by a connection of our own. */
struct checkup_broker {
    bool is_asked, is_ready, is_scheduled, is_read_only;
    bool is_killed;                /* the daemon says so */
    char reason[ERROR_REASON_MAX]; /* of broker/reason.h; "" if nothing was said */
    char text[ERROR_TEXT_MAX], hint[ERROR_NEXT_MAX];
    char accounts[512]; /* comma-separated */
    int server_version; /* 0: unknown */
    struct opt_int clock_offset_s;
};

struct checkup_facts {
    const char *build, *client_build; /* the client's may be NULL: it did not start us */
    /* settings */
    const char *config_path;
    bool has_config, settings_ok;
    struct error settings_error;
    const struct settings_values *settings; /* defaults where settings_ok is false */
    /* the state directory */
    const char *state;
    bool can_write;
    struct error write_error;
    int64_t room; /* bytes; < 0: unknown */
    /* the daemon */
    enum checkup_daemon daemon;
    const char *socket;
    char daemon_build[64], api[128];
    int holder;        /* process that holds the state; 0: none or unknown */
    int64_t owner_uid; /* of the socket */
    bool is_outdated;  /* the file of settings changed after the daemon started */
    struct error daemon_error;
    /* HTTP, where no daemon runs */
    bool is_port_taken;
    bool is_port_default; /* nobody has set http.port: the daemon does without if it is taken */
    /* HTTP for other machines, and TLS */
    bool has_token, certificate_ok;
    struct error certificate_error;
    char fingerprint[TLS_FINGERPRINT_MAX]; /* "" = there is no certificate yet: one will be made */
    struct opt_int certificate_days;       /* until its end */
    struct checkup_broker broker;
    /* the PIN */
    bool has_pin, pin_ok;
    int64_t pin_failures;
    struct opt_utc pin_locked_until;
    struct error pin_error;
};

enum checkup_state { CHECKUP_OK, CHECKUP_NOTE, CHECKUP_FAULT };
enum { CHECKUP_MAX = 16, CHECKUP_TEXT_MAX = 360 };

struct finding {
    const char *check; /* "broker": a stable name */
    enum checkup_state state;
    char found[CHECKUP_TEXT_MAX], mend[CHECKUP_TEXT_MAX]; /* mend: "" if there is nothing to do */
};

struct checkup {
    struct finding findings[CHECKUP_MAX];
    size_t count;
};

void checkup_judge(const struct checkup_facts *f, struct checkup *out);
/* True if there is no fault. */
bool checkup_is_healthy(const struct checkup *c);
void checkup_write_text(const struct checkup *c, struct buf *out);
void checkup_write_json(const struct checkup *c, struct json_writer *w);

#endif
