/* SPDX-License-Identifier: MIT */
#include "paper/fault_line.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define CLIENT                                                                                     \
    {                                                                                              \
        "client", FAULT_ARG_NUMBER, "", 0, INT32_MAX, NULL                                         \
    }
#define COUNT                                                                                      \
    {                                                                                              \
        "count", FAULT_ARG_NUMBER, "1", 0, 1000000, NULL                                           \
    }
#define WHAT(otherwise)                                                                            \
    {                                                                                              \
        "what", FAULT_ARG_TEXT, otherwise, 0, 0, NULL                                              \
    }
#define SWITCH                                                                                     \
    {                                                                                              \
        "state", FAULT_ARG_SWITCH, "on", 0, 0, NULL                                                \
    }
#define SYMBOL                                                                                     \
    {                                                                                              \
        "symbol", FAULT_ARG_TEXT, NULL, 0, 0, NULL                                                 \
    }
#define CHANNEL "connections"
#define MESSAGE "messages to clients"
#define LINK    "the line to the broker"
#define ORDER   "orders"
#define MARKET  "the market"
#define ACCOUNT "the account"

/* In the order of enum fault_kind. */
static const struct fault_row rows[FAULT_COUNT] = {
    {FAULT_NONE, CHANNEL, "none", "Ends every fault and forgets those that wait.", {{0}}},
    {FAULT_CUT,
     CHANNEL,
     "cut",
     "Closes the connection of the client, or all; what it had not read yet is lost.",
     {CLIENT}},
    {FAULT_CUT_AFTER,
     CHANNEL,
     "cut_after",
     "Closes the connection after that many more bytes were sent to it.",
     {{"bytes", FAULT_ARG_NUMBER, NULL, 0, INT64_MAX, NULL}, CLIENT}},
    {FAULT_HALF_OPEN,
     CHANNEL,
     "half_open",
     "The connection stays open but is dead: nothing is sent, what arrives is not read.",
     {CLIENT}},
    {FAULT_STALL,
     CHANNEL,
     "stall",
     "Holds back everything for everybody for that time of the simulated clock, then sends it.",
     {{"time", FAULT_ARG_MS, NULL, 0, 0, NULL}}},
    {FAULT_REFUSE_CONNECTIONS,
     CHANNEL,
     "refuse_connections",
     "New connections are closed at once for that time.",
     {{"time", FAULT_ARG_MS, NULL, 0, 0, NULL}}},
    {FAULT_ID_TAKEN,
     CHANNEL,
     "id_taken",
     "The next clients that start are told 326 (client id in use) and closed.",
     {COUNT}},

    {FAULT_DROP,
     MESSAGE,
     "drop",
     "The next messages of that kind are not sent; count 0: until `none`.",
     {WHAT("any"), COUNT, CLIENT}},
    {FAULT_DUPLICATE,
     MESSAGE,
     "duplicate",
     "Messages of that kind are sent twice; count 0: until `none`.",
     {WHAT("orders"), {"count", FAULT_ARG_NUMBER, "0", 0, 1000000, NULL}, CLIENT}},
    {FAULT_DELAY,
     MESSAGE,
     "delay",
     "Messages of that kind arrive late while others pass them; count 0: until `none`.",
     {{"time", FAULT_ARG_MS, NULL, 0, 0, NULL}, WHAT("any"), COUNT, CLIENT}},
    {FAULT_REORDER,
     MESSAGE,
     "reorder",
     "The next message of that kind changes places with the one of the kind behind it, or is "
     "sent after a quarter of a second if none follows; count 0: until `none`.",
     {WHAT("orders"), COUNT, CLIENT}},
    {FAULT_TRUNCATE,
     MESSAGE,
     "truncate",
     "The next message of that kind is sent half; then the connection is closed.",
     {WHAT("any"), CLIENT}},

    {FAULT_LINK_LOST,
     LINK,
     "link_lost",
     "1100 to everybody; nothing fills and no quote moves until link_back.",
     {{0}}},
    {FAULT_LINK_BACK,
     LINK,
     "link_back",
     "1101 (data lost: subscriptions are gone) or 1102 (data kept) to everybody.",
     {{"code", FAULT_ARG_NUMBER, "1102", 1101, 1102, NULL}}},
    {FAULT_PORT_CHANGED,
     LINK,
     "port_changed",
     "1300 with the port to everybody, then all are closed.",
     {{"port", FAULT_ARG_NUMBER, "7498", 1, 65535, NULL}}},
    {FAULT_FARM,
     LINK,
     "farm",
     "A notice about a data farm. 2103 stops quotes until 2104, 2105 fails history with 162 "
     "until 2106; the others are only said.",
     {{"code", FAULT_ARG_NUMBER, NULL, 2103, 2158, NULL},
      {"name", FAULT_ARG_TEXT, "", 0, 0, NULL}}},
    {FAULT_NOTICE,
     LINK,
     "notice",
     "Any code and text to the client or all, about a request or an order if its id is given.",
     {{"code", FAULT_ARG_NUMBER, NULL, 1, 99999, NULL},
      {"text", FAULT_ARG_TEXT, NULL, 0, 0, NULL},
      CLIENT,
      {"id", FAULT_ARG_NUMBER, "-1", -1, INT32_MAX, NULL}}},
    {FAULT_SESSION_STOLEN,
     LINK,
     "session_stolen",
     "Another session has the market data: 10197 for every line and every request for one, until "
     "off.",
     {SWITCH}},
    {FAULT_RESTART,
     LINK,
     "restart",
     "The nightly restart: all are closed, nobody is let in and nothing fills for that time, "
     "subscriptions are gone; then nextValidId is the same, lower by 5, or higher by 1000.",
     {{"time", FAULT_ARG_MS, "60s", 0, 0, NULL},
      {"next_id", FAULT_ARG_WORD, "same", 0, 0, "same|lower|higher"}}},
    {FAULT_PACING,
     LINK,
     "pacing",
     "The next requests are answered with 100 (message rate exceeded) and not carried out.",
     {COUNT, CLIENT}},
    {FAULT_HISTORY_PACING,
     LINK,
     "history_pacing",
     "The next historical requests are answered with 162 (pacing violation).",
     {COUNT, CLIENT}},

    {FAULT_CUT_BEFORE_ACK,
     ORDER,
     "cut_before_ack",
     "Accepts the n-th next order, then cuts the connection without an answer.",
     {{"n", FAULT_ARG_NUMBER, "1", 1, 1000000, NULL}}},
    {FAULT_LOSE_ORDER,
     ORDER,
     "lose_order",
     "Cuts the connection instead of accepting the n-th next order.",
     {{"n", FAULT_ARG_NUMBER, "1", 1, 1000000, NULL}}},
    {FAULT_REJECT,
     ORDER,
     "reject",
     "Refuses the next orders with that code and text; count 0: until `none`.",
     {{"code", FAULT_ARG_NUMBER, "201", 1, 19999, NULL},
      {"text", FAULT_ARG_TEXT, "Order rejected - reason:refused by an armed fault", 0, 0, NULL},
      COUNT}},
    {FAULT_NO_FILLS, ORDER, "no_fills", "Nothing fills, until off.", {SWITCH}},
    {FAULT_EXEC_FIRST,
     ORDER,
     "exec_first",
     "openOrder and orderStatus come half a second late, so that executions pass them; until off.",
     {SWITCH}},
    {FAULT_TWO_PERM_IDS,
     ORDER,
     "two_perm_ids",
     "The next orders are first announced with one permId and from then on have another.",
     {COUNT}},
    {FAULT_CORRECT,
     ORDER,
     "correct",
     "The latest execution (or the n-th latest) is corrected to that price: sent again with the "
     "revision .02 of its id, and booked.",
     {{"price", FAULT_ARG_DECIMAL, NULL, 0, 0, NULL},
      {"n", FAULT_ARG_NUMBER, "1", 1, 100000, NULL}}},
    {FAULT_BUST,
     ORDER,
     "bust",
     "The latest execution (or the n-th latest) is undone: sent again as a revision with quantity "
     "0, and booked out.",
     {{"n", FAULT_ARG_NUMBER, "1", 1, 100000, NULL}}},
    {FAULT_PLACE,
     ORDER,
     "place",
     "An order that no client of yours sent: by hand in TWS (client 0, order id 0 until client 0 "
     "binds it), or by another client.",
     {{"side", FAULT_ARG_WORD, NULL, 0, 0, "BUY|SELL"},
      {"quantity", FAULT_ARG_DECIMAL, NULL, 0, 0, NULL},
      SYMBOL,
      {"type", FAULT_ARG_WORD, "MKT", 0, 0, "MKT|LMT"},
      {"price", FAULT_ARG_DECIMAL, "", 0, 0, NULL},
      {"client", FAULT_ARG_NUMBER, "0", 0, INT32_MAX, NULL}}},
    {FAULT_CANCEL,
     ORDER,
     "cancel",
     "Cancels a working order as if by hand in TWS; 0: all of them.",
     {{"perm_id", FAULT_ARG_NUMBER, NULL, 0, INT64_MAX, NULL}}},

    {FAULT_HALT,
     MARKET,
     "halt",
     "Trading in the symbol is halted until off: nothing fills, ticks say so.",
     {SYMBOL, SWITCH}},
    {FAULT_STALE,
     MARKET,
     "stale",
     "The quotes of the symbol stand still while the market goes on, until off.",
     {SYMBOL, SWITCH}},
    {FAULT_DELIST,
     MARKET,
     "delist",
     "Nobody is told of the listing any more (code 200) and no data of it are given, until off.",
     {SYMBOL, SWITCH}},
    {FAULT_RENAME,
     MARKET,
     "rename",
     "The listing goes under another symbol, with the same contract id; without `to` under its "
     "own.",
     {SYMBOL, {"to", FAULT_ARG_TEXT, "", 0, 0, NULL}}},

    {FAULT_CASH,
     ACCOUNT,
     "cash",
     "Cash comes into the first account, or that one, or goes out of it if the amount is negative, "
     "without a trade: as when its owner pays in or takes out.",
     {{"amount", FAULT_ARG_DECIMAL, NULL, -1, 0, NULL},
      {"currency", FAULT_ARG_TEXT, NULL, 0, 0, NULL},
      {"account", FAULT_ARG_TEXT, "", 0, 0, NULL}}},
    {FAULT_EVENTS_SUBSCRIBED,
     ACCOUNT,
     "events_subscribed",
     "The account has a subscription to the calendar of company events (earnings, dividends), "
     "until "
     "off.",
     {SWITCH}},
};

static const char *const units[FAULT_UNIT_COUNT] = {"orders", "requests", "messages", "bytes",
                                                    "connections"};

const struct fault_row *fault_row(enum fault_kind kind)
{
    assert(kind < FAULT_COUNT && rows[kind].kind == kind);
    return &rows[kind];
}

const char *fault_unit_name(enum fault_unit unit)
{
    assert(unit < FAULT_UNIT_COUNT);
    return units[unit];
}

static bool bad(struct error *e, const char *what, const char *word)
{
    return error_set(e, ERROR_INVALID, "FAULT", "'%s': %s", word, what);
}

/* ---- words ---- */
bool fault_word(struct str *rest, char out[FAULT_TEXT_MAX])
{
    size_t n = 0, i = 0;
    bool in_quotes = false;
    while (i < rest->n && (rest->p[i] == ' ' || rest->p[i] == '\t'))
        i++;
    for (; i < rest->n && (in_quotes || (rest->p[i] != ' ' && rest->p[i] != '\t')); i++) {
        if (rest->p[i] == '"')
            in_quotes = !in_quotes;
        else if (n < FAULT_TEXT_MAX - 1)
            out[n++] = rest->p[i];
    }
    out[n] = 0;
    *rest = str_sub(*rest, i, rest->n);
    return !in_quotes;
}

bool fault_parse_ms(struct str text, int64_t *ms)
{
    static const struct {
        const char *name;
        int64_t ms;
    } scales[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    size_t digits = 0;
    int64_t n, scale = 1;
    while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
        digits++;
    struct str unit = str_sub(text, digits, text.n);
    if (unit.n > 0) {
        scale = 0;
        for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++)
            if (str_eq(unit, str_of(scales[i].name)))
                scale = scales[i].ms;
    }
    const int64_t most = (int64_t)10 * 366 * 86400000;
    if (scale == 0 || !str_to_i64(str_sub(text, 0, digits), &n) || n > most / scale)
        return false;
    *ms = n * scale;
    return true;
}

/* The place of a word among words separated by bars, without regard to case; -1: not there. */
static int64_t place_of(const char *words, const char *word)
{
    struct str rest = str_of(words), piece;
    for (int64_t i = 0; rest.p != NULL && str_cut(&rest, '|', &piece); i++)
        if (str_ieq(piece, str_of(word)))
            return i;
    return -1;
}

/* ---- arguments ---- */
static bool take_value(const struct fault_arg_row *a, const char *text, struct fault_value *v,
                       struct error *e)
{
    struct str s = str_of(text);
    bool ok = true;
    *v = (struct fault_value){.has = s.n > 0};
    str_copy_cut(v->text, sizeof v->text, s);
    if (s.n == 0)
        return a->kind == FAULT_ARG_TEXT || a->otherwise != NULL || bad(e, "has no value", a->name);
    switch (a->kind) {
    case FAULT_ARG_NUMBER:
        ok = str_to_i64(s, &v->n);
        if (ok && (v->n < a->min || v->n > a->max))
            return error_set(e, ERROR_INVALID, "FAULT", "%s %s is not between %lld and %lld",
                             a->name, text, (long long)a->min, (long long)a->max);
        break;
    case FAULT_ARG_DECIMAL:
        ok = dec_parse(s, &v->d) && (dec_sign(v->d) >= 0 || a->min < 0);
        break;
    case FAULT_ARG_MS:
        ok = fault_parse_ms(s, &v->n);
        break;
    case FAULT_ARG_SWITCH:
        v->n = place_of("off|on", text);
        if (v->n < 0)
            v->n = place_of("0|1", text);
        ok = v->n >= 0;
        break;
    case FAULT_ARG_WORD:
        v->n = place_of(a->words, text);
        ok = v->n >= 0;
        break;
    case FAULT_ARG_TEXT:
        break;
    }
    return ok ||
           error_set(e, ERROR_INVALID, "FAULT", "%s: '%s' is not possible%s%s", a->name, text,
                     a->words != NULL ? "; choose among " : "", a->words != NULL ? a->words : "");
}

/* Which argument a word is for: the named one, or the first that has none yet. */
static int64_t argument_of(const struct fault_row *row, const bool *given, struct str *word)
{
    size_t equals = str_find(*word, '=', 0);
    struct str name = str_sub(*word, 0, equals);
    if (equals < word->n)
        for (size_t i = 0; row->args[i].name != NULL; i++)
            if (str_eq(name, str_of(row->args[i].name))) {
                *word = str_sub(*word, equals + 1, word->n);
                return (int64_t)i;
            }
    for (size_t i = 0; row->args[i].name != NULL; i++)
        if (!given[i])
            return (int64_t)i;
    return -1;
}

static bool take_arguments(struct str rest, struct fault *out, struct error *e)
{
    const struct fault_row *row = out->row;
    bool given[FAULT_ARGS_MAX] = {false};
    char text[FAULT_TEXT_MAX];
    for (;;) {
        rest = str_trim(rest);
        if (rest.n == 0 || rest.p[0] == '#')
            break;
        if (!fault_word(&rest, text))
            return bad(e, "a quote is not closed", text);
        struct str word = str_of(text);
        int64_t at = argument_of(row, given, &word);
        if (at < 0 || given[at])
            return bad(e, at < 0 ? "is one argument too many" : "is given twice", text);
        if (!take_value(&row->args[at], word.p, &out->args[at], e))
            return false;
        given[at] = true;
    }
    for (size_t i = 0; row->args[i].name != NULL; i++) {
        if (given[i])
            continue;
        if (row->args[i].otherwise == NULL)
            return error_set(e, ERROR_INVALID, "FAULT", "%s needs %s", row->name,
                             row->args[i].name);
        if (!take_value(&row->args[i], row->args[i].otherwise, &out->args[i], e))
            return false;
    }
    return true;
}

/* ---- when ---- */
static bool take_at(const char *word, struct fault *out, struct error *e)
{
    struct utc t;
    out->when = FAULT_AT;
    if (word[0] == '+') {
        out->is_relative = true;
        if (!fault_parse_ms(str_of(word + 1), &out->at_ns))
            return bad(e, "is no duration such as +90s", word);
        out->at_ns *= NS_PER_MS;
        return true;
    }
    if (!utc_parse(str_of(word), &t))
        return bad(e, "is neither a duration such as +90s nor a time such as 2026-03-02T14:31:00Z",
                   word);
    out->at_ns = t.ns;
    return true;
}

static bool take_amount(struct str *rest, struct fault *out, struct error *e)
{
    char text[FAULT_TEXT_MAX], unit[FAULT_TEXT_MAX];
    struct dec d;
    if (!fault_word(rest, text) || !fault_word(rest, unit))
        return bad(e, "a quote is not closed", text);
    size_t i = 0;
    while (i < FAULT_UNIT_COUNT && strcmp(units[i], unit) != 0)
        i++;
    if (i == FAULT_UNIT_COUNT)
        return bad(e, "is not orders, requests, messages, bytes or connections", unit);
    out->unit = (enum fault_unit)i;
    if (out->when != FAULT_CHANCE) {
        if (!str_to_i64(str_of(text), &out->n) || out->n < 1)
            return bad(e, "is no number of at least 1", text);
        return true;
    }
    if (!dec_parse(str_of(text), &d) || dec_sign(d) < 0 || d.nano > NS_PER_S ||
        out->unit == FAULT_BYTES)
        return bad(e, "is no probability between 0 and 1 (of anything but bytes)", text);
    out->n = (int64_t)d.nano;
    return true;
}

static bool take_when(struct str *rest, char word[FAULT_TEXT_MAX], struct fault *out,
                      struct error *e)
{
    static const struct {
        const char *name;
        enum fault_when when;
    } whens[] = {{"after", FAULT_AFTER}, {"every", FAULT_EVERY}, {"chance", FAULT_CHANCE}};
    bool has = strcmp(word, "at") == 0;
    if (has) {
        if (!fault_word(rest, word))
            return bad(e, "a quote is not closed", word);
        if (!take_at(word, out, e))
            return false;
    }
    for (size_t i = 0; i < sizeof whens / sizeof whens[0]; i++)
        if (strcmp(word, whens[i].name) == 0) {
            has = true;
            out->when = whens[i].when;
            if (!take_amount(rest, out, e))
                return false;
            break;
        }
    return !has || fault_word(rest, word) || bad(e, "a quote is not closed", word);
}

bool fault_parse(struct str line, struct fault *out, struct error *e)
{
    char word[FAULT_TEXT_MAX];
    struct str rest = str_trim(line);
    *out = (struct fault){0};
    if (rest.n == 0 || rest.p[0] == '#')
        return true;
    if (line.n > FAULT_LINE_MAX)
        return error_set(e, ERROR_LIMIT, "FAULT", "the line has more than %d characters",
                         FAULT_LINE_MAX);
    if (!fault_word(&rest, word))
        return bad(e, "a quote is not closed", word);
    if (!take_when(&rest, word, out, e))
        return false;
    for (size_t i = 0; i < FAULT_COUNT; i++)
        if (strcmp(rows[i].name, word) == 0)
            out->row = &rows[i];
    if (out->row == NULL)
        return error_set(e, ERROR_INVALID, "FAULT", "there is no fault '%s'", word);
    return take_arguments(rest, out, e);
}

/* ---- telling ---- */
enum { DEFAULT_SHOWN_MAX = 12 };

void fault_usage(const struct fault_row *row, char *out, size_t cap)
{
    size_t n = (size_t)snprintf(out, cap, "%s", row->name);
    for (size_t i = 0; row->args[i].name != NULL && n < cap; i++) {
        static const char *const kinds[] = {"N", "DECIMAL", "TIME", "on|off", "TEXT", NULL};
        const struct fault_arg_row *a = &row->args[i];
        bool shows_default = a->otherwise != NULL && a->otherwise[0] &&
                             a->kind != FAULT_ARG_SWITCH &&
                             strlen(a->otherwise) < DEFAULT_SHOWN_MAX;
        const char *value = a->kind == FAULT_ARG_WORD ? a->words
                            : shows_default           ? a->otherwise
                                                      : kinds[a->kind];
        const char *open = a->otherwise != NULL ? "[" : "",
                   *close = a->otherwise != NULL ? "]" : "";
        n += (size_t)snprintf(out + n, cap - n, " %s%s=%s%s", open, a->name, value, close);
    }
}
