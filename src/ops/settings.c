/* SPDX-License-Identifier: MIT */
#include "ops/settings.h"

#include "base/limits.h"
#include "data/bind.h"
#include "data/yaml.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const broker_kinds[] = {"embedded", "tws", NULL};
static const char *const session_kinds[] = {"around_the_clock", "real", NULL};
static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};

static const char *const market_data_kinds[] = {"live", "frozen", "delayed", "delayed_frozen",
                                                NULL};

static const struct field broker_fields[] = {
    FIELD(struct broker_settings, kind, .choices = broker_kinds, .initial = "embedded",
          .doc = "Where orders go: the embedded paper exchange, or TWS / IB Gateway"),
    FIELD(struct broker_settings, host, .initial = "127.0.0.1",
          .doc = "Host of TWS or IB Gateway (broker.kind: tws)"),
    FIELD(struct broker_settings, port, .initial = "7497", .min = "1", .max = "65535",
          .doc = "API port of TWS or IB Gateway: 7497 and 4002 are usual for paper accounts"),
    FIELD(struct broker_settings, client_id, .initial = "1", .min = "0", .max = "2147483647",
          .doc = "API client id; orders belong to the id that placed them"),
    FIELD(struct broker_settings, account, .initial = "",
          .doc = "Account to use where several are managed; empty takes the first"),
    FIELD(struct broker_settings, max_version, .initial = "226", .min = "176", .max = "226",
          .doc = "Highest protocol version that is offered; 200 and below are text"),
    FIELD(struct broker_settings, messages_per_s, .initial = "45", .min = "1", .max = "50",
          .doc = "Messages sent to the broker per second at most; it allows 50", .unit = "1/s"),
    FIELD(struct broker_settings, market_data, .choices = market_data_kinds,
          .initial = "delayed_frozen",
          .doc = "Kind of prices that are asked for: live alone, frozen when the market is closed, "
                 "delayed where live is not subscribed, or both"),
    FIELD(struct broker_settings, restart_from, .initial = "23:45",
          .doc =
              "Begin of the daily restart of TWS in New York's time: within it a lost connection "
              "is expected"),
    FIELD(struct broker_settings, restart_to, .initial = "00:45",
          .doc = "End of the daily restart of TWS in New York's time"),
};
static const struct type broker_type = TYPE_OF(struct broker_settings, broker_fields);

static const struct field http_fields[] = {
    FIELD(struct http_settings, enabled, .initial = "true", .doc = "Serve the REST interface"),
    FIELD(struct http_settings, address, .initial = "127.0.0.1",
          .doc = "Address to listen on; one that other machines reach needs http.tls and a token"),
    FIELD(struct http_settings, port, .initial = "5000", .min = "0", .max = "65535",
          .doc = "Port of the REST interface; 0 picks a free one"),
    FIELD(struct http_settings, tls, .initial = "false", .doc = "Serve https instead of http"),
    FIELD(struct http_settings, certificate, .initial = "", .example = "/etc/ssl/gate.pem",
          .doc =
              "PEM file of the certificate and its chain; empty: one is made, and its fingerprint "
              "logged"),
    FIELD(struct http_settings, key, .initial = "", .example = "/etc/ssl/gate.key",
          .doc = "PEM file of its key, readable for the daemon's user alone"),
    FIELD(struct http_settings, hosts, .initial = "", .example = "gate.example.com",
          .doc =
              "Names by which this server is reached besides localhost, perhaps with a port: what "
              "a Host header may say"),
    FIELD(struct http_settings, anonymous_read, .initial = "true",
          .doc = "Let whoever reaches the port from this machine read and preview without a token"),
    FIELD(struct http_settings, cors_origins, .initial = "", .example = "http://localhost:3000",
          .doc = "Origins whose pages may ask from within a browser, comma-separated; they need a "
                 "token always"),
    FIELD(struct http_settings, requests_per_minute, .initial = "60000", .min = "0",
          .max = "100000000", .unit = "1/min", .doc = "Requests of one token; 0: no bound"),
    FIELD(struct http_settings, address_requests_per_minute, .initial = "60000", .min = "0",
          .max = "100000000", .unit = "1/min",
          .doc = "Requests from one address of another machine; 0: no bound"),
};
static const struct type http_type = TYPE_OF(struct http_settings, http_fields);

static const struct field oauth_fields[] = {
    FIELD(struct oauth_settings, issuer, .initial = "", .example = "https://login.example.com",
          .doc = "Whose tokens are accepted besides ours: what their `iss` says; empty: nobody's"),
    FIELD(struct oauth_settings, audience, .initial = "", .example = "https://gate.example.com/mcp",
          .doc = "What their `aud` must say: the address by which clients know this server"),
    FIELD(struct oauth_settings, jwks_url, .initial = "",
          .example = "https://login.example.com/.well-known/jwks.json",
          .doc = "Where the issuer publishes its keys"),
    FIELD(struct oauth_settings, scope_prefix, .initial = "portcullis:",
          .doc = "What stands before our scopes in theirs: portcullis:read, portcullis:trade"),
};
static const struct type oauth_type = TYPE_OF(struct oauth_settings, oauth_fields);

static const char *const mcp_profiles[] = {"auto", "read", "trade", "full", NULL};
static const struct field mcp_fields[] = {
    FIELD(struct mcp_settings, profile, .choices = mcp_profiles, .initial = "auto",
          .doc = "Tools that assistants see: read, trade, full (audit and control too), or auto: "
                 "trade where trading is allowed, else read"),
    FIELD(struct mcp_settings, toolsets, .initial = "", .example = "portfolio,market_data,orders",
          .doc = "Only the tools of these categories; empty: all of the profile"),
};
static const struct type mcp_type = TYPE_OF(struct mcp_settings, mcp_fields);

static const struct field access_fields[] = {
    FIELD(struct access_settings, client_uids, .initial = "", .example = "1001,1002",
          .doc = "Ids of other users of this machine that may connect: to read, preview and trade"),
    FIELD(struct access_settings, admin_uids, .initial = "", .example = "1000",
          .doc =
              "Ids of other users that may do everything and count as persons without a PIN; for "
              "a daemon under a user of its own"),
};
static const struct type access_type = TYPE_OF(struct access_settings, access_fields);

static const struct field paper_fields[] = {
    FIELD(struct paper_settings, seed, .initial = "1", .min = "0",
          .doc = "Seed of the simulated market; the same seed is the same market"),
    FIELD(struct paper_settings, account, .initial = "DU9000001",
          .doc = "Account id of the paper exchange"),
    FIELD(struct paper_settings, sessions, .choices = session_kinds, .initial = "around_the_clock",
          .doc = "Trading hours of the simulated market"),
    FIELD(struct paper_settings, opening_portfolio, .initial = "true",
          .doc = "Begin with an example portfolio rather than with cash alone"),
};
static const struct type paper_type = TYPE_OF(struct paper_settings, paper_fields);

static const struct field analytics_fields[] = {
    FIELD(struct analytics_settings, groups,
          .initial = "momentum=AAPL|MSFT|GOOGL|AMZN|TSLA,regions/US=SPY,"
                     "regions/Europe=ASML.AEB.EUR|SAP.IBIS.EUR|NESN.EBS.CHF,"
                     "regions/Asia=7203.TSEJ.JPY|005930.KSE.KRW|00700.SEHK.HKD",
          .doc = "Named lists of symbols: name=SYMBOL|SYMBOL*weight, or family/name=..."),
    FIELD(
        struct analytics_settings, theses, .initial = "",
        .example = "AAPL:2026-01-02:+20%:2026-12-31",
        .doc =
            "Predictions to be held against what happened: SYMBOL:DATE[:@PRICE]:PRICE or +N%:DATE"),
    FIELD(struct analytics_settings, volatility_index, .initial = "VIX",
          .doc = "The index that the regime of volatility goes by"),
    FIELD(struct analytics_settings, benchmark, .initial = "SPY",
          .doc = "What realised volatility is measured on"),
    FIELD(struct analytics_settings, regime_low, .initial = "15", .min = "0", .max = "1000",
          .doc = "Volatility below this is low"),
    FIELD(struct analytics_settings, regime_high, .initial = "25", .min = "0", .max = "1000",
          .doc = "Volatility above this is high"),
    FIELD(struct analytics_settings, regime_hysteresis, .initial = "0.5", .min = "0", .max = "1000",
          .doc = "So far beyond the boundary it must be for another regime"),
    FIELD(struct analytics_settings, regime_hold_s, .initial = "300", .min = "0", .max = "86400",
          .doc = "For so long, too", .unit = "s"),
    FIELD(struct analytics_settings, stale_s, .initial = "900", .min = "1", .max = "86400",
          .doc = "An index that is older tells no regime", .unit = "s"),
};
static const struct type analytics_type = TYPE_OF(struct analytics_settings, analytics_fields);

static const struct field journal_fields[] = {
    FIELD(struct journal_settings, stall_s, .initial = "5", .min = "1", .max = "60",
          .doc = "After how long without a word from the disk no order is sent", .unit = "s"),
    FIELD(struct journal_settings, redact_accounts, .initial = "true",
          .doc = "Put masks in the place of account numbers in the journal"),
};
static const struct type journal_type = TYPE_OF(struct journal_settings, journal_fields);

static const struct field account_fields[] = {
    FIELD(struct account_settings, market, .initial = "XNYS", .example = "XETR",
          .doc = "Market whose closes end the days of the account's history, by its MIC"),
};
static const struct type account_type = TYPE_OF(struct account_settings, account_fields);

static const struct field event_fields[] = {
    FIELD(struct event_settings, directory, .initial = "",
          .doc = "Directory of your own .ics and .csv files of company events; empty takes "
                 "`events` beside the configuration file"),
};
static const struct type event_type = TYPE_OF(struct event_settings, event_fields);

static const struct field log_fields[] = {
    FIELD(struct log_settings, level, .choices = log_levels, .initial = "info",
          .doc = "Least important kind of message that is logged"),
};
static const struct type log_type = TYPE_OF(struct log_settings, log_fields);

static const struct field settings_fields[] = {
    FIELD_OBJECT(struct settings_values, broker, &broker_type, .doc = "The connection"),
    FIELD_OBJECT(struct settings_values, limits, &guard_limits_type, .doc = "What is allowed"),
    FIELD_OBJECT(struct settings_values, http, &http_type, .doc = "The REST interface"),
    FIELD_OBJECT(struct settings_values, oauth, &oauth_type, .doc = "Tokens of an issuer"),
    FIELD_OBJECT(struct settings_values, mcp, &mcp_type, .doc = "What assistants see"),
    FIELD_OBJECT(struct settings_values, access, &access_type, .doc = "Who may connect"),
    FIELD_OBJECT(struct settings_values, paper, &paper_type, .doc = "The embedded paper exchange"),
    FIELD_OBJECT(struct settings_values, analytics, &analytics_type,
                 .doc = "Returns, volatility and their regimes"),
    FIELD_OBJECT(struct settings_values, journal, &journal_type, .doc = "The journal"),
    FIELD_OBJECT(struct settings_values, account, &account_type, .doc = "The account over time"),
    FIELD_OBJECT(struct settings_values, events, &event_type, .doc = "Company events"),
    FIELD_OBJECT(struct settings_values, log, &log_type, .doc = "Logging"),
};
const struct type settings_type = TYPE_OF(struct settings_values, settings_fields);

/* ---- finding a setting ---- */

/* A setting that may be named without its section. */
static const struct short_key {
    const char *name, *key;
} short_keys[] = {{"mode", "limits.mode"}};

/* One leaf of the tables: a field of a section. */
struct place {
    const struct field *section, *field;
    size_t index;
};

static bool place_at(size_t index, struct place *out)
{
    size_t at = index;
    for (size_t s = 0; s < settings_type.count; s++) {
        const struct type *section = settings_fields[s].of;
        if (at < section->count) {
            *out = (struct place){&settings_fields[s], &section->fields[at], index};
            return true;
        }
        at -= section->count;
    }
    return false;
}

static bool place_find(struct str key, struct place *out)
{
    size_t dot = str_find(key, '.', 0);
    for (size_t i = 0; place_at(i, out); i++)
        if (str_eq(str_sub(key, 0, dot), str_of(out->section->name)) &&
            str_eq(str_sub(key, dot + 1, key.n), str_of(out->field->name)))
            return true;
    return false;
}

static void *section_of(struct settings *s, const struct place *p)
{
    return (char *)&s->values + p->section->offset;
}

static bool unknown_key(struct str key, struct str origin, struct error *e)
{
    error_set(e, ERROR_INVALID, "UNKNOWN_SETTING", STR_FMT ": there is no setting " STR_FMT,
              STR_ARG(origin), STR_ARG(key));
    struct place p;
    size_t best = 4;
    for (size_t i = 0; place_at(i, &p); i++) {
        char name[96];
        (void)snprintf(name, sizeof name, "%s.%s", p.section->name, p.field->name);
        size_t d = str_distance(key, str_of(name), best);
        if (d >= best)
            continue;
        best = d;
        error_next(e, "did you mean %s?", name);
    }
    if (!e->next[0])
        error_next(e, "`portcullisd --sample-config` lists all settings");
    return false;
}

bool settings_set(struct settings *s, struct str key, struct str value, struct str origin,
                  struct error *e)
{
    struct place p;
    for (size_t i = 0; i < sizeof short_keys / sizeof short_keys[0]; i++)
        if (str_eq(key, str_of(short_keys[i].name)))
            key = str_of(short_keys[i].key);
    if (!place_find(key, &p))
        return unknown_key(key, origin, e);
    assert(p.index < SETTINGS_MAX);
    struct error why = {0};
    if (!bind_text(p.field, value, section_of(s, &p), s->arena, &why)) {
        struct str text = STR_NAME(why.text), name = str_of(p.field->name);
        if (str_starts(text, name)) /* the key says more than the field's name alone */
            text = str_sub(text, name.n, text.n);
        return error_set(e, ERROR_INVALID, "BAD_SETTING", STR_FMT ": " STR_FMT STR_FMT,
                         STR_ARG(origin), STR_ARG(key), STR_ARG(text));
    }
    s->origin[p.index] = arena_str(s->arena, origin);
    return true;
}

/* ---- sources ---- */

void settings_init(struct settings *s)
{
    struct error e = {0};
    *s = (struct settings){.arena = arena_new(LIMIT_CALL_ARENA)};
    for (size_t i = 0; i < settings_type.count; i++) {
        bool ok = bind_init(settings_fields[i].of, (char *)&s->values + settings_fields[i].offset,
                            s->arena, &e);
        assert(ok); /* the defaults of the tables are valid: a test goes through them */
        (void)ok;
    }
    struct place p;
    for (size_t i = 0; place_at(i, &p); i++)
        s->origin[i] = STR("default");
}

void settings_fini(struct settings *s)
{
    arena_free(s->arena);
    s->arena = NULL;
}

/* A YAML list of scalars counts as a comma-separated text. */
static bool node_text(const struct node *n, struct arena *a, struct str *out)
{
    if (n->kind == NODE_SCALAR) {
        *out = n->is_null ? STR("") : n->text;
        return true;
    }
    if (n->kind != NODE_LIST)
        return false;
    struct str all = STR("");
    for (const struct node *c = n->child; c; c = c->next) {
        if (c->kind != NODE_SCALAR)
            return false;
        all = arena_f(a, STR_FMT "%s" STR_FMT, STR_ARG(all), all.n ? "," : "", STR_ARG(c->text));
    }
    *out = all;
    return true;
}

static bool read_member(struct settings *s, struct str section, const struct node *n,
                        const char *file, struct error *e)
{
    struct str key = section.n
                         ? arena_f(s->arena, STR_FMT "." STR_FMT, STR_ARG(section), STR_ARG(n->key))
                         : n->key;
    struct str origin = arena_f(s->arena, "%s:%zu", file, n->line);
    struct str text;
    if (!node_text(n, s->arena, &text))
        return error_set(e, ERROR_INVALID, "BAD_SETTING",
                         STR_FMT ": " STR_FMT " must be a single value or a list", STR_ARG(origin),
                         STR_ARG(key));
    return settings_set(s, key, text, origin, e);
}

bool settings_read_yaml(struct settings *s, struct str text, const char *file, struct error *e)
{
    const struct node *root = yaml_parse(text, file, s->arena, e);
    if (!root)
        return false;
    if (root->is_null)
        return true; /* an empty file, or one of comments alone */
    if (root->kind != NODE_MAP)
        return error_set(e, ERROR_INVALID, "BAD_SETTING",
                         "%s:%zu: a configuration consists of `section:` and settings below it",
                         file, root->line);
    for (const struct node *n = root->child; n; n = n->next) {
        bool is_section = type_find(&settings_type, n->key) != NULL;
        if (n->kind != NODE_MAP || (!is_section && !n->child)) {
            bool is_empty = is_section && n->is_null;
            if (!is_empty && !read_member(s, STR_NONE, n, file, e))
                return false;
            continue;
        }
        for (const struct node *c = n->child; c; c = c->next)
            if (!read_member(s, n->key, c, file, e))
                return false;
    }
    return true;
}

/* ---- showing ---- */

struct str settings_origin(const struct settings *s, struct str key)
{
    struct place p;
    return place_find(key, &p) ? s->origin[p.index] : STR_NONE;
}

bool settings_is_default(const struct settings *s, struct str key)
{
    struct str origin = settings_origin(s, key);
    assert(origin.n);
    return str_eq(origin, STR("default"));
}

bool settings_row(const struct settings *s, size_t i, struct arena *a, struct setting_row *out)
{
    struct place p;
    if (!place_at(i, &p))
        return false;
    struct buf text;
    buf_init(&text, 4096);
    const void *base = (const char *)&s->values + p.section->offset;
    if (!p.field->secret)
        (void)write_text(p.field, base, &text);
    *out = (struct setting_row){
        .key = arena_f(a, "%s.%s", p.section->name, p.field->name),
        .value = p.field->secret ? STR("***") : arena_str(a, buf_str(&text)),
        .origin = s->origin[i],
        .doc = str_of(p.field->doc),
    };
    buf_fini(&text);
    return true;
}

void settings_sample(struct buf *out)
{
    struct place p;
    const struct field *section = NULL;
    buf_add_c(out, "## Portcullis settings. A line with one # shows a default; remove the # to "
                   "change it.\n");
    for (size_t i = 0; place_at(i, &p); i++) {
        const struct field *f = p.field;
        const char *initial = f->initial ? f->initial : "";
        /* what YAML would take for nothing, or for the name of a value */
        bool is_quoted = f->kind == TYPE_STR && (!initial[0] || strchr(initial, ':'));
        if (p.section != section)
            buf_add_f(out, "\n## %s\n%s:\n", p.section->doc, p.section->name);
        section = p.section;
        buf_add_f(out, "  ## %s\n", f->doc);
        if (f->choices) {
            buf_add_c(out, "  ## One of:");
            for (size_t k = 0; f->choices[k]; k++)
                buf_add_f(out, " %s", f->choices[k]);
            buf_add_c(out, "\n");
        }
        buf_add_f(out, is_quoted ? "  # %s: \"%s\"\n" : "  # %s: %s\n", f->name, initial);
    }
}
