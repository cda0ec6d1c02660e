/* SPDX-License-Identifier: MIT */
/* Settings out of the environment: our own names, and the documented ones of an older server. */
#include "ops/settings.h"

#include <string.h>

/* ---- names of an older server ---- */

/* How the value of an older server's variable is understood. */
enum alias_kind {
    ALIAS_VALUE,  /* as it is */
    ALIAS_SWITCH, /* true and false stand for the texts in `on` and `off`; NULL: not supported */
    ALIAS_FIXED   /* must be the text in `on`, which is what this program does anyway */
};

/* The documented environment names of an older server, without the prefix IBKR_. */
static const struct alias {
    const char *name;
    enum alias_kind kind;
    bool is_bare;    /* understood without the prefix, too */
    const char *key; /* NULL: there is nothing to set */
    const char *on, *off;
} aliases[] = {
    {"HOST", ALIAS_VALUE, false, "broker.host", NULL, NULL},
    {"PORT", ALIAS_VALUE, false, "broker.port", NULL, NULL},
    {"CLIENT_ID", ALIAS_VALUE, false, "broker.client_id", NULL, NULL},
    {"DEFAULT_ACCOUNT", ALIAS_VALUE, false, "broker.account", NULL, NULL},
    {"ENABLE_TRADING", ALIAS_SWITCH, true, "limits.mode", "paper", "read_only"},
    {"ENABLE_FOREX_TRADING", ALIAS_SWITCH, true, "limits.security_types", "STK,CASH", "STK"},
    {"ENABLE_INTERNATIONAL_TRADING", ALIAS_SWITCH, true, NULL, "", NULL},
    {"ENABLE_STOP_LOSS_ORDERS", ALIAS_SWITCH, true, NULL, "", NULL},
    {"REQUIRE_PAPER_ACCOUNT_VERIFICATION", ALIAS_SWITCH, true, NULL, "", NULL},
    {"ALLOWED_ACCOUNT_PREFIXES", ALIAS_FIXED, false, NULL, "DU,DUH", NULL},
    {"MAX_ORDER_SIZE", ALIAS_VALUE, true, "limits.max_order_quantity", NULL, NULL},
    {"MAX_ORDER_VALUE_USD", ALIAS_VALUE, true, "limits.max_order_value", NULL, NULL},
    {"MAX_DAILY_ORDERS", ALIAS_VALUE, true, "limits.max_orders_per_day", NULL, NULL},
    {"MAX_ORDERS_PER_MINUTE", ALIAS_VALUE, false, "limits.max_orders_per_minute", NULL, NULL},
    {"MAX_STOP_LOSS_ORDERS", ALIAS_VALUE, false, "limits.max_working_stops", NULL, NULL},
    {"LOG_LEVEL", ALIAS_VALUE, true, "log.level", NULL, NULL},
};

static const struct alias *find_alias(struct str name)
{
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (str_eq(name, str_of(aliases[i].name)))
            return &aliases[i];
    return NULL;
}

/* The older server's words for what is called otherwise here. */
static struct str other_word(const struct alias *a, struct str value)
{
    if (strcmp(a->name, "LOG_LEVEL") != 0)
        return value;
    return str_ieq(value, STR("WARNING"))    ? STR("warn")
           : str_ieq(value, STR("CRITICAL")) ? STR("error")
                                             : value;
}

/* ---- a variable ---- */

/* PORTCULLIS_BROKER_CLIENT_ID is broker.client_id: a section's name has no underscore. */
static struct str key_of_name(struct settings *s, struct str name)
{
    char *p = arena_alloc(s->arena, name.n + 1);
    for (size_t i = 0; i < name.n; i++)
        p[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] - 'A' + 'a' : name.p[i]);
    struct str key = {p, name.n};
    size_t cut = str_find(key, '_', 0);
    if (cut < key.n)
        p[cut] = '.';
    return key;
}

/*
 * Which of two environment variables that mean one setting wins, whatever their order: our own
 * name, then the older server's with its prefix, then without. 0: not from the environment.
 */
static int env_rank(struct str origin)
{
    return str_starts(origin, STR("environment PORTCULLIS_")) ? 3
           : str_starts(origin, STR("environment IBKR_"))     ? 2
           : str_starts(origin, STR("environment "))          ? 1
                                                              : 0;
}

static bool set_from_env(struct settings *s, struct str key, struct str value, struct str origin,
                         struct error *e)
{
    if (env_rank(settings_origin(s, key)) > env_rank(origin))
        return true;
    return settings_set(s, key, value, origin, e);
}

/* Strict: true, 1, yes, on and their opposites; everything else is no answer. */
static bool parse_switch(struct str value, bool *out)
{
    static const char *const words[] = {"false", "true", "0", "1", "no", "yes", "off", "on"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_ieq(value, str_of(words[i]))) {
            *out = i % 2;
            return true;
        }
    }
    return false;
}

static bool not_supported(struct str origin, struct str value, const char *allowed, struct error *e)
{
    error_set(e, ERROR_INVALID, "BAD_SETTING", STR_FMT ": '" STR_FMT "' is not supported",
              STR_ARG(origin), STR_ARG(value));
    return error_next(e, "allowed: %s; or remove it from the environment", allowed);
}

static bool set_alias(struct settings *s, const struct alias *a, struct str value,
                      struct str origin, struct error *e)
{
    bool on = true;
    if (a->kind == ALIAS_FIXED)
        return str_ieq(value, str_of(a->on)) || not_supported(origin, value, a->on, e);
    if (a->kind == ALIAS_SWITCH) {
        const char *allowed = a->off ? "true, false" : "true";
        if (!parse_switch(value, &on) || (!on && !a->off))
            return not_supported(origin, value, allowed, e);
        value = str_of(on ? a->on : a->off);
    }
    if (!a->key)
        return true;
    if (!set_from_env(s, str_of(a->key), other_word(a, value), origin, e))
        return false;
    /* who names a host or a port means TWS or the Gateway there */
    if (strcmp(a->name, "HOST") == 0 || strcmp(a->name, "PORT") == 0)
        return set_from_env(s, STR("broker.kind"), STR("tws"), origin, e);
    return true;
}

/* Names with our prefix that are no settings: a place that both programs look up, and tests'. */
static bool is_other_name(struct str name)
{
    return str_eq(name, STR("SOCKET")) || str_eq(name, STR("DAEMON_UID")) ||
           str_eq(name, STR("VECTORS")) || str_eq(name, STR("CLIENT")) ||
           str_starts(name, STR("INTEROP"));
}

bool settings_read_env(struct settings *s, const char *assignment, struct error *e)
{
    struct str all = str_of(assignment);
    size_t eq = str_find(all, '=', 0);
    struct str name = str_sub(all, 0, eq);
    struct str value = str_sub(all, eq + 1, all.n);
    bool is_ours = str_starts(name, STR("PORTCULLIS_"));
    bool has_prefix = str_starts(name, STR("IBKR_"));
    struct str bare = str_sub(name, is_ours ? 11 : has_prefix ? 5 : 0, name.n);
    struct str origin = arena_f(s->arena, "environment " STR_FMT, STR_ARG(name));
    if (is_ours && !value.n) /* who hands on a form that was left empty means nothing by it */
        return true;
    if (is_ours)
        return is_other_name(bare) || set_from_env(s, key_of_name(s, bare), value, origin, e);
    const struct alias *a = find_alias(bare);
    if (a && (has_prefix || a->is_bare))
        return set_alias(s, a, value, origin, e);
    if (!has_prefix)
        return true; /* somebody else's variable */
    error_set(e, ERROR_INVALID, "UNKNOWN_SETTING",
              STR_FMT ": this name of the older server has no counterpart here", STR_ARG(origin));
    return error_next(
        e, "remove it from the environment; `portcullisd --sample-config` lists all settings");
}
