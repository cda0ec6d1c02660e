/* SPDX-License-Identifier: MIT */
#include "app/paper_options.h"

#include "app/zones.h"

#include <stdio.h>
#include <string.h>

enum { DEFAULT_PORT = 7497, DEFAULT_VERSION = 225, OPTION_TIME_MAX = 80 };

/* What takes the value of an option; false if it is not possible. */
typedef bool take_fn(struct paper_options *o, const char *value);

static bool number_in(const char *value, int64_t min, int64_t max, int64_t *out)
{
    return value && str_to_i64(str_of(value), out) && *out >= min && *out <= max;
}

static bool take_port(struct paper_options *o, const char *value)
{
    o->has_port = true;
    return number_in(value, 0, 65535, &o->port);
}

static bool take_socket(struct paper_options *o, const char *value)
{
    o->socket = value;
    return value[0];
}

static bool take_state(struct paper_options *o, const char *value)
{
    o->state = value;
    return value[0];
}

static bool take_memory(struct paper_options *o, const char *value)
{
    (void)value;
    o->is_memory = true;
    return true;
}

static bool take_seed(struct paper_options *o, const char *value)
{
    int64_t n;
    bool ok = number_in(value, 0, INT64_MAX, &n);
    if (ok)
        o->paper.seed = (uint64_t)n;
    return ok;
}

static bool take_accounts(struct paper_options *o, const char *value)
{
    o->paper.accounts = value;
    return value[0];
}

static bool take_advisor(struct paper_options *o, const char *value)
{
    o->advisor = value;
    return str_starts(str_of(value), STR("DF")) && strlen(value) < ACCOUNT_NAME_MAX;
}

static bool take_margin(struct paper_options *o, const char *value)
{
    return margin_kind_parse(str_of(value), &o->paper.terms.margin);
}

static bool take_commissions(struct paper_options *o, const char *value)
{
    return fee_plan_parse(str_of(value), &o->paper.terms.fees);
}

static bool take_base(struct paper_options *o, const char *value)
{
    return value[0] && str_copy(o->paper.terms.base, sizeof o->paper.terms.base, str_of(value));
}

static bool take_no_opening(struct paper_options *o, const char *value)
{
    (void)value;
    o->paper.no_opening = true;
    return true;
}

static bool take_sessions(struct paper_options *o, const char *value)
{
    o->paper.real_sessions = !strcmp(value, "real");
    return o->paper.real_sessions || !strcmp(value, "always") || !strcmp(value, "around_the_clock");
}

static bool take_no_subscription(struct paper_options *o, const char *value)
{
    o->paper.no_subscription = value;
    return value[0];
}

static bool take_max_version(struct paper_options *o, const char *value)
{
    int64_t n;
    bool ok = number_in(value, 1, 1000, &n);
    if (ok)
        o->paper.max_version = (int)n;
    return ok;
}

static bool take_at(struct paper_options *o, const char *value)
{
    o->at = value;
    return value[0];
}

static bool take_speed(struct paper_options *o, const char *value)
{
    int64_t n;
    struct str s = str_of(value);
    if (s.n > 1 && s.p[s.n - 1] == 'x')
        s.n--;
    if (!str_to_i64(s, &n) || n < 1 || n > 10000)
        return false;
    o->paper.speed = (int)n;
    return true;
}

static bool take_paused(struct paper_options *o, const char *value)
{
    (void)value;
    o->paper.is_paused = true;
    return true;
}

static bool take_pacing(struct paper_options *o, const char *value)
{
    o->paper.real_pacing = !strcmp(value, "real");
    return o->paper.real_pacing || !strcmp(value, "off");
}

static bool take_faults(struct paper_options *o, const char *value)
{
    o->faults = value;
    return value[0];
}

static bool take_bars(struct paper_options *o, const char *value)
{
    o->bars = value;
    return value[0];
}

static bool take_ctl(struct paper_options *o, const char *value)
{
    return number_in(value, 0, 65535, &o->control_port);
}

static bool take_help(struct paper_options *o, const char *value)
{
    (void)value;
    o->wants_help = true;
    return true;
}

static const struct option {
    const char *name;
    const char *value; /* what stands behind it; NULL: nothing */
    take_fn *take;
    bool says_which; /* also understood by `paper ctl` */
    const char *what;
} options[] = {
    {"--port", "N", take_port, true,
     "TWS clients connect to 127.0.0.1:N; 7497 unless given, 0 a free one"},
    {"--socket", "PATH", take_socket, true, "a Unix socket instead of a port"},
    {"--state", "FILE", take_state, true, "orders, fills and cash are kept there"},
    {"--memory", NULL, take_memory, false, "keep nothing: each start is a fresh account"},
    {"--accounts", "DU...,DU...", take_accounts, false,
     "one to eight accounts; DU9000001 unless given"},
    {"--advisor", "DF...", take_advisor, false,
     "the login of an advisor; the accounts are its clients'"},
    {"--margin", "reg_t|portfolio", take_margin, false, "how margin is computed; reg_t by default"},
    {"--commissions", "fixed|tiered", take_commissions, false,
     "the schedule of commissions; fixed by default"},
    {"--base", "CURRENCY", take_base, false, "currency of the accounts' totals; USD by default"},
    {"--no-opening", NULL, take_no_opening, false, "start with cash and without positions"},
    {"--max-version", "N", take_max_version, false,
     "highest server version spoken, 157 to 226; 225 unless given"},
    {"--seed", "N", take_seed, false, "which market: the same number, the same prices"},
    {"--at", "TIME", take_at, false,
     "simulated time begins there: \"2026-03-02 09:25 America/New_York\"; without a zone UTC"},
    {"--speed", "N", take_speed, false, "simulated seconds per second, 1x to 10000x"},
    {"--paused", NULL, take_paused, false, "the simulated clock stands still until `ctl resume`"},
    {"--sessions", "real|always", take_sessions, false,
     "real trading hours, or around the clock, which is the default"},
    {"--no-subscription", "EXCH,...", take_no_subscription, false,
     "exchanges whose data the account may only see delayed"},
    {"--pacing", "real|off", take_pacing, false,
     "limit requests as a Gateway does; off by default"},
    {"--bars", "DIR", take_bars, false, "bars of real markets instead of the model: SYMBOL.csv"},
    {"--faults", "FILE", take_faults, false, "what shall go wrong, one fault a line"},
    {"--ctl", "N", take_ctl, true,
     "a control port on 127.0.0.1:N, besides the Unix socket beside the state file"},
    {"--help", NULL, take_help, false, "this"},
    {"-h", NULL, take_help, false, NULL},
};

void paper_options_help(void)
{
    char left[64];
    puts("usage: portcullis paper [OPTION ...]\n"
         "       portcullis paper ctl [--wait SECONDS] [--port N | --state FILE | --ctl N] WORD "
         "...\n"
         "       portcullis paper --calendar CODE|all [--from YEAR] [--to YEAR]\n"
         "\n"
         "The paper exchange: a simulated TWS on this machine for any TWS client. Prices are\n"
         "invented, from a seed. `portcullis paper ctl help` lists what can be asked of a running\n"
         "one, `ctl faults` what can go wrong. The manual is docs/paper.md.\n");
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        const struct option *o = &options[i];
        if (!o->what)
            continue;
        (void)snprintf(left, sizeof left, "%s%s%s", o->name, o->value ? " " : "",
                       o->value ? o->value : "");
        printf("  %-24s %s\n", left, o->what);
    }
}

static const struct option *option_of(const char *name)
{
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (!strcmp(options[i].name, name))
            return &options[i];
    return NULL;
}

/* Takes the option at args[i]; returns how many arguments it took, 0 with *e. */
static int take(struct paper_options *o, const struct option *row, int i, int count,
                char *const *args, struct error *e)
{
    const char *value = row->value && i + 1 < count ? args[i + 1] : NULL;
    if (row->value && !value)
        error_set(e, ERROR_INVALID, "USAGE", "%s needs a value", row->name);
    else if (!row->take(o, value ? value : ""))
        error_set(e, ERROR_INVALID, "USAGE", "%s: '%s' is not possible", row->name, value);
    else
        return row->value ? 2 : 1;
    return 0;
}

/* "2026-03-02 09:25[:30] [ZONE]": the fields of the local time, and the zone behind it. */
static bool parse_local(struct str text, struct civil *c, struct str *zone)
{
    struct str rest = str_trim(text), date, clock;
    if (!str_cut(&rest, ' ', &date) || !str_cut(&rest, ' ', &clock) || text.n > OPTION_TIME_MAX)
        return false;
    char iso[OPTION_TIME_MAX + 8];
    (void)snprintf(iso, sizeof iso, STR_FMT "T" STR_FMT "%sZ", STR_ARG(date), STR_ARG(clock),
                   clock.n == sizeof "09:25" - 1 ? ":00" : "");
    struct utc t;
    if (!utc_parse(str_of(iso), &t))
        return false;
    *c = civil_of_utc(t);
    *zone = str_trim(rest);
    return true;
}

/* What parse_local or utc_parse takes. */
static bool parse_at(struct paper_options *o, struct error *e)
{
    struct str text = str_of(o->at), zone;
    struct civil c;
    o->paper.has_start = utc_parse(text, &o->paper.start);
    if (o->paper.has_start)
        return true;
    if (!parse_local(text, &c, &zone))
        return error_set(e, ERROR_INVALID, "USAGE", "--at: '%s' is no time such as %s", o->at,
                         "2026-03-02 09:25 America/New_York");
    if (c.year < 2000 || c.year > 2099)
        return error_set(e, ERROR_INVALID, "USAGE", "--at: '%s' is not between 2000 and 2099",
                         o->at);
    struct zones *zones = zones_new("/usr/share/zoneinfo");
    struct tz_zones source = zones_source(zones);
    const struct tz *tz = zone.n ? source.find(source.self, zone) : NULL;
    if (tz || !zone.n || str_eq(zone, STR("UTC"))) {
        o->paper.start = tz ? tz_utc(tz, c, NULL) : utc_of_civil(c);
        o->paper.has_start = true;
    }
    zones_free(zones);
    return o->paper.has_start ||
           error_set(e, ERROR_INVALID, "USAGE", "--at: '" STR_FMT "' is no time zone known here",
                     STR_ARG(zone));
}

bool paper_options_state(int64_t port, char out[PATH_TEXT_MAX], struct error *e)
{
    struct paths paths;
    if (!paths_find(&paths, e))
        return false;
    (void)snprintf(out, PATH_TEXT_MAX, "%.900s/paper-%lld/exchange.log", paths.state,
                   (long long)port);
    return true;
}

static bool find_state(struct paper_options *o, struct error *e)
{
    if (o->has_port && o->socket)
        return error_set(e, ERROR_INVALID, "USAGE", "--port and --socket exclude each other");
    if (o->is_memory && o->state)
        return error_set(e, ERROR_INVALID, "USAGE", "--memory and --state exclude each other");
    if (!o->is_memory && !o->state) {
        if (!paper_options_state(o->port, o->state_path, e))
            return false;
        o->state = o->state_path;
    }
    if (o->state)
        (void)snprintf(o->control_path, sizeof o->control_path, "%.1020s.ctl", o->state);
    return true;
}

/* The exchange takes the advisor's number as the first of its accounts. */
static bool put_advisor(struct paper_options *o, struct error *e)
{
    const char *clients = o->paper.accounts ? o->paper.accounts : "DU9000001";
    if (!o->advisor)
        return true;
    if ((size_t)snprintf(o->accounts, sizeof o->accounts, "%s,%s", o->advisor, clients) >=
        sizeof o->accounts)
        return error_set(e, ERROR_INVALID, "USAGE", "--accounts: too many");
    o->paper.accounts = o->accounts;
    return true;
}

static void set_defaults(struct paper_options *o)
{
    *o = (struct paper_options){.port = DEFAULT_PORT,
                                .control_port = -1,
                                .paper = {.seed = 1, .max_version = DEFAULT_VERSION}};
}

bool paper_options_parse(struct paper_options *o, int count, char *const *args, struct error *e)
{
    set_defaults(o);
    for (int i = 0, took; i < count; i += took) {
        const struct option *row = option_of(args[i]);
        if (!row)
            return error_set(e, ERROR_INVALID, "USAGE", "%s is not understood", args[i]);
        took = take(o, row, i, count, args, e);
        if (took == 0)
            return false;
    }
    return put_advisor(o, e) && (!o->at || parse_at(o, e)) && find_state(o, e);
}

int paper_options_which(struct paper_options *o, int count, char *const *args, struct error *e)
{
    int i = 0;
    set_defaults(o);
    while (i < count && args[i][0] == '-' && strcmp(args[i], "--wait") != 0) { /* ctl's own */
        const struct option *row = option_of(args[i]);
        if (!row || !(row->says_which || row->take == take_help)) {
            (void)error_set(e, ERROR_INVALID, "USAGE", "%s is not understood", args[i]);
            return -1;
        }
        int took = take(o, row, i, count, args, e);
        if (took == 0)
            return -1;
        i += took;
    }
    return find_state(o, e) ? i : -1;
}
