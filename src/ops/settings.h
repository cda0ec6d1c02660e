/* SPDX-License-Identifier: MIT */
/*
 * settings: every setting, described once, with where its value came from.
 *
 * Later sources win: the default in the table, the YAML file, the environment, then command line
 * flags. PORTCULLIS_LIMITS_MODE is limits.mode; the documented names of an older server are
 * understood too (IBKR_PORT, MAX_ORDER_SIZE ...), and of two variables that mean one setting ours
 * wins, then the one with the prefix IBKR_, whatever their order. A key that does
 * not exist or a value of the wrong kind is an error that names file and line; nothing is ignored.
 *
 * settings.c has the tables and what is set and shown, settings_env.c the environment's names,
 * settings_check.c what only the whole can tell.
 */
#ifndef PORTCULLIS_OPS_SETTINGS_H
#define PORTCULLIS_OPS_SETTINGS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "data/type.h"
#include "guard/limits.h"

enum broker_kind { BROKER_EMBEDDED, BROKER_TWS };

struct broker_settings {
    unsigned kind; /* enum broker_kind */
    struct str host;
    int64_t port;
    int64_t client_id;
    struct str account; /* "" = the first one */
    int64_t max_version;
    int64_t messages_per_s;
    unsigned market_data;                /* 0 live, 1 frozen, 2 delayed, 3 delayed_frozen */
    struct str restart_from, restart_to; /* "23:45", New York's time of day */
};

struct http_settings {
    bool enabled;
    struct str address;
    int64_t port;
    bool tls;
    struct str certificate, key; /* files; "" = one is made */
    struct str hosts;            /* names that a Host header may have besides loopback's */
    struct str cors_origins;     /* of pages that may ask */
    bool anonymous_read;
    int64_t requests_per_minute; /* of one principal, and of one address; 0: no bound */
    int64_t address_requests_per_minute;
};

/* Tokens of an issuer (OAuth 2.1). */
struct oauth_settings {
    struct str issuer; /* "" = none */
    struct str audience, jwks_url, scope_prefix;
};

enum mcp_profile { MCP_PROFILE_AUTO, MCP_PROFILE_READ, MCP_PROFILE_TRADE, MCP_PROFILE_FULL };

/* Which tools assistants see; what they may do is decided by scopes and by the gate. */
struct mcp_settings {
    unsigned profile;    /* enum mcp_profile */
    struct str toolsets; /* categories; "" = those of the profile */
};

/* Users of this machine other than the daemon's own; ids, comma-separated. */
struct access_settings {
    struct str client_uids; /* may connect */
    struct str admin_uids;  /* may connect, and count as persons without a PIN */
};

struct paper_settings {
    int64_t seed;
    struct str account;
    unsigned sessions; /* 0 around the clock, 1 real */
    bool opening_portfolio;
};

struct journal_settings {
    int64_t stall_s;
    bool redact_accounts;
};

struct account_settings {
    struct str market; /* a code of model/calendar.h */
};

struct event_settings {
    struct str directory; /* "" = `events` beside the configuration */
};

struct log_settings {
    unsigned level; /* enum log_level */
};

struct analytics_settings {
    struct str groups;           /* market/groups.h */
    struct str theses;           /* ops/theses.c */
    struct str volatility_index; /* symbols */
    struct str benchmark;
    struct dec regime_low, regime_high, regime_hysteresis;
    int64_t regime_hold_s, stale_s;
};

struct settings_values {
    struct broker_settings broker;
    struct guard_limits limits;
    struct http_settings http;
    struct oauth_settings oauth;
    struct mcp_settings mcp;
    struct access_settings access;
    struct paper_settings paper;
    struct analytics_settings analytics;
    struct journal_settings journal;
    struct account_settings account;
    struct event_settings events;
    struct log_settings log;
};
extern const struct type settings_type; /* of struct settings_values */

enum { SETTINGS_MAX = 128 };

struct settings {
    struct settings_values values;
    struct arena *arena;             /* owns texts and origins */
    struct str origin[SETTINGS_MAX]; /* by setting index: "default", "portcullis.yaml:12" ... */
};

/* Minutes of the day of "HH:MM"; false if it is none. */
bool settings_time_of_day(struct str text, int *minutes);

/* Defaults. */
void settings_init(struct settings *s);
void settings_fini(struct settings *s);

/* Reads the text of a YAML file; `file` is its name for messages. */
bool settings_read_yaml(struct settings *s, struct str text, const char *file,
                        struct error *e) FALLIBLE;
/* One environment variable "NAME=value"; those that are not ours are passed over, and PORTCULLIS_
 * ones that are empty. */
bool settings_read_env(struct settings *s, const char *assignment, struct error *e) FALLIBLE;
/* "broker.port" = "4002", from a flag. */
bool settings_set(struct settings *s, struct str key, struct str value, struct str origin,
                  struct error *e) FALLIBLE;
/* What only the whole can tell (a live mode without accounts, a port outside its range). */
bool settings_check(const struct settings *s, struct error *e) FALLIBLE;

/* Where its value came from: "default", "portcullis.yaml:12" ...; empty if there is no such
 * setting. */
struct str settings_origin(const struct settings *s, struct str key);
/* True if nobody has set it. The key is one of the tables'. */
bool settings_is_default(const struct settings *s, struct str key);

/* The i-th setting in the order of the tables: key, value as text (secrets masked) and origin, in
 * arena `a`. False at the end. */
struct setting_row {
    struct str key, value, origin, doc;
};
bool settings_row(const struct settings *s, size_t i, struct arena *a, struct setting_row *out);
/* Text for a commented sample file, written from the tables. */
void settings_sample(struct buf *out);

#endif
