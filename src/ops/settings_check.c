/* SPDX-License-Identifier: MIT */
/* What the tables cannot tell: texts with a form of their own, and values that do not go together.
 */
#include "ops/settings.h"

#include "market/groups.h"
#include "model/account.h"
#include "model/calendar.h"

#include <string.h>

/* "STK,CASH": each must be a type of instrument. */
static bool check_types(struct str list, struct error *e)
{
    struct str piece;
    while (str_cut(&list, ',', &piece)) {
        piece = str_trim(piece);
        if (piece.n && sec_type_parse(piece) == SEC_UNKNOWN) {
            error_set(e, ERROR_INVALID, "BAD_SETTING",
                      "limits.security_types: '" STR_FMT "' is no type of instrument",
                      STR_ARG(piece));
            return error_next(e, "types are STK, CASH, FUT, OPT, IND, FUND, BOND, CFD, CRYPTO");
        }
    }
    return true;
}

bool settings_time_of_day(struct str text, int *minutes)
{
    int64_t hour, minute;
    if (text.n != 5 || text.p[2] != ':' || !str_to_i64(str_sub(text, 0, 2), &hour) ||
        !str_to_i64(str_sub(text, 3, 5), &minute) || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59)
        return false;
    *minutes = (int)(hour * 60 + minute);
    return true;
}

static bool check_restart(const struct broker_settings *b, struct error *e)
{
    int from, to;
    if (!settings_time_of_day(b->restart_from, &from) || !settings_time_of_day(b->restart_to, &to))
        return error_set(
            e, ERROR_INVALID, "BAD_SETTING",
            "broker.restart_from and broker.restart_to are times of day such as 23:45");
    if (from == to)
        return error_set(e, ERROR_INVALID, "BAD_SETTING",
                         "broker.restart_from and broker.restart_to must differ");
    return true;
}

static bool check_uids(const char *key, struct str list, struct error *e)
{
    struct str word;
    int64_t uid;
    while (str_cut(&list, ',', &word))
        if (word.n && (!str_to_i64(str_trim(word), &uid) || uid < 0))
            return error_set(e, ERROR_INVALID, "BAD_SETTING",
                             "%s: " STR_FMT " is no user id; `id -u NAME` tells it", key,
                             STR_ARG(str_sub(word, 0, 32)));
    return true;
}

static bool check_analytics(const struct analytics_settings *a, struct error *e)
{
    struct dec room;
    if (!groups_check(a->groups, e))
        return false;
    if (!dec_sub(a->regime_high, a->regime_low, &room) ||
        dec_lt(room, dec_plus(a->regime_hysteresis, a->regime_hysteresis)))
        return error_set(e, ERROR_INVALID, "BAD_SETTING",
                         "analytics.regime_low and regime_high must be at least twice "
                         "regime_hysteresis apart");
    return true;
}

/* Origins as browsers spell them: scheme, host and port, nothing behind. A star would be everybody.
 */
static bool check_origins(struct str list, struct error *e)
{
    struct str one, host;
    while (list.n && str_cut(&list, ',', &one)) {
        one = str_trim(one);
        bool has_scheme = str_starts(one, STR("http://")) || str_starts(one, STR("https://"));
        host = str_sub(one, str_find(one, ':', 0) + 3, one.n);
        bool is_plain = host.n > 0;
        for (size_t i = 0; i < host.n; i++)
            is_plain = is_plain && host.p[i] > ' ' && !strchr("/*?#@", host.p[i]);
        if (has_scheme && is_plain)
            continue;
        error_set(e, ERROR_INVALID, "BAD_SETTING", "http.cors_origins: '" STR_FMT "' is no origin",
                  STR_ARG(one));
        return error_next(e, "origins look like https://example.org or http://localhost:3000");
    }
    return true;
}

static bool check_tls(const struct http_settings *h, struct error *e)
{
    if (!h->certificate.n != !h->key.n)
        return error_set(e, ERROR_INVALID, "BAD_SETTING",
                         "http.certificate and http.key belong together");
    if (h->certificate.n && !h->tls)
        return error_set(e, ERROR_INVALID, "BAD_SETTING",
                         "http.certificate is set, but http.tls is false");
    return true;
}

/* The keys come by https, or from this machine. */
static bool check_oauth(const struct oauth_settings *o, struct error *e)
{
    static const char *const begins[] = {"https://", "http://localhost:", "http://127.0.0.1:"};
    bool is_safe = false;
    if (!o->issuer.n)
        return true;
    if (!o->audience.n || !o->jwks_url.n)
        return error_set(e, ERROR_INVALID, "BAD_SETTING",
                         "oauth.issuer needs oauth.audience and oauth.jwks_url");
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        is_safe = is_safe || str_starts(o->jwks_url, str_of(begins[i]));
    for (size_t i = 0; i < o->audience.n; i++) /* it stands in headers */
        if (o->audience.p[i] <= ' ' || o->audience.p[i] >= 0x7F || o->audience.p[i] == '"')
            return error_set(e, ERROR_INVALID, "BAD_SETTING", "oauth.audience is no address");
    for (size_t i = 0; i < o->scope_prefix.n; i++)
        if (o->scope_prefix.p[i] <= ' ' || o->scope_prefix.p[i] >= 0x7F ||
            o->scope_prefix.p[i] == '"')
            return error_set(e, ERROR_INVALID, "BAD_SETTING", "oauth.scope_prefix is no scope");
    return is_safe ||
           error_set(e, ERROR_INVALID, "BAD_SETTING", "oauth.jwks_url must be an https address");
}

bool settings_check(const struct settings *s, struct error *e)
{
    const struct settings_values *v = &s->values;
    if (v->limits.mode == GUARD_LIVE && !v->limits.accounts.n) {
        error_set(e, ERROR_INVALID, "BAD_SETTING",
                  "limits.mode is live but limits.accounts names no account");
        return error_next(e, "list the account ids that may trade in limits.accounts");
    }
    if (v->broker.kind == BROKER_EMBEDDED && account_mode_of(v->paper.account) != MODE_PAPER)
        return error_set(e, ERROR_INVALID, "BAD_SETTING",
                         "paper.account must look like a paper account: DU and digits");
    if (!calendar_find(v->account.market)) {
        error_set(e, ERROR_INVALID, "BAD_SETTING",
                  "account.market: no calendar is known for '" STR_FMT "'",
                  STR_ARG(v->account.market));
        return error_next(e, "markets have codes such as XNYS, XETR, XLON and XTKS");
    }
    if (dec_gt(v->limits.stop_distance_min_pct, v->limits.stop_distance_max_pct))
        return error_set(e, ERROR_INVALID, "BAD_SETTING",
                         "limits.stop_distance_min_pct is above limits.stop_distance_max_pct");
    return check_tls(&v->http, e) && check_oauth(&v->oauth, e) &&
           check_origins(v->http.cors_origins, e) &&
           check_uids("access.client_uids", v->access.client_uids, e) &&
           check_uids("access.admin_uids", v->access.admin_uids, e) &&
           check_types(v->limits.security_types, e) && check_restart(&v->broker, e) &&
           check_analytics(&v->analytics, e);
}
