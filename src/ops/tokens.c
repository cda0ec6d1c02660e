/* SPDX-License-Identifier: MIT */
/*
 * tokens: who may come over HTTP, as operations of the command line.
 */
#include "guard/tokens.h"

#include "ops/op.h"

#include <string.h>

#define NS_PER_DAY ((int64_t)86400 * NS_PER_S)

/* ---- add_token ---- */

struct add_in {
    struct str name, scopes, account;
    struct opt_int expires_days;
    struct opt_dec max_order_value;
    struct opt_int max_orders_per_day;
    bool feed;
};
static const struct field add_in_fields[] = {
    FIELD(struct add_in, name, .required = true, .positional = true, .max = "31",
          .doc = "A name for whoever uses it; it stands in the audit log", .example = "sheet"),
    FIELD(struct add_in, scopes, .example = "read,preview,trade",
          .doc = "What it may do: read, preview, note, trade, separated by commas; default: "
                 "read,preview"),
    FIELD(struct add_in, feed,
          .doc = "For addresses, /feed/TOKEN/portfolio.csv: it reads, and is refused elsewhere"),
    FIELD(struct add_in, account, .doc = "The only account that it may see and use",
          .example = "DU9000001"),
    FIELD(struct add_in, expires_days, .min = "1", .max = "3650", .unit = "d",
          .doc = "After how many days it ends; default: never", .example = "90"),
    FIELD(struct add_in, max_order_value, .min = "0",
          .doc = "Largest value of one order, in the account's base currency; beside the limits of "
                 "the gate",
          .example = "1000"),
    FIELD(struct add_in, max_orders_per_day, .min = "0", .max = "100000", .unit = "orders",
          .doc = "Orders on one day; beside the limits of the gate", .example = "5"),
};
static const struct type add_in_type = TYPE_OF(struct add_in, add_in_fields);

struct add_out {
    struct str name, token, feed_path, scopes, only_account;
    struct opt_utc expires;
};
static const struct field add_out_fields[] = {
    FIELD(struct add_out, name, .doc = "Its name; in the audit log it is token:NAME"),
    FIELD(struct add_out, token,
          .doc = "The token, shown this once: it is sent as Authorization: Bearer TOKEN, or as the "
                 "password of Basic"),
    FIELD(struct add_out, feed_path,
          .doc = "Of a token for addresses: where its feeds are, shown this once"),
    FIELD(struct add_out, scopes, .doc = "What it may do"),
    FIELD(struct add_out, only_account, .doc = "The only account that it may see and use"),
    FIELD(struct add_out, expires, .doc = "When it ends by itself"),
};
static const struct type add_out_type = TYPE_OF(struct add_out, add_out_fields);

static bool take_terms(struct call *c, const struct add_in *args, struct token *out)
{
    struct str account = STR_NONE;
    struct str scopes = args->scopes.n ? args->scopes
                        : args->feed   ? STR("read")
                                       : STR("read,preview");
    out->kind = args->feed ? TOKEN_FEED : TOKEN_HEADER;
    if (!scopes_parse(scopes, &out->scopes)) {
        error_set(&c->error, ERROR_INVALID, "TOKEN_SCOPES", "scopes: no such scope");
        return error_next(&c->error, "use read, preview, note and trade, separated by commas");
    }
    if (args->account.n && !call_account(c, args->account, &account))
        return false;
    bool ok = str_copy(out->name, sizeof out->name, args->name) &&
              str_copy(out->account, sizeof out->account, account);
    if (!ok)
        return error_set(&c->error, ERROR_INVALID, "TOKEN_NAME", "the name is too long");
    if (args->expires_days.has)
        out->expires =
            (struct opt_utc){{task_now(c->task).wall.ns + args->expires_days.v * NS_PER_DAY}, true};
    out->max_order_value = args->max_order_value;
    out->max_orders_per_day = args->max_orders_per_day;
    return true;
}

static bool add_token(struct call *c, const void *in, void *result)
{
    struct add_out *out = result;
    struct token like = {0};
    char secret[TOKEN_TEXT_MAX], scopes[SCOPES_TEXT_MAX];
    if (!take_terms(c, in, &like) || !call_person(c, "make a token") ||
        !tokens_add(c->task, c->core->tokens, &like, c->core->entropy, secret, &c->error))
        return false;
    scopes_format(like.scopes, scopes);
    *out = (struct add_out){.name = call_text(c, like.name),
                            .token = call_text(c, secret),
                            .scopes = call_text(c, scopes),
                            .only_account = call_text(c, like.account),
                            .expires = like.expires};
    if (like.kind == TOKEN_FEED)
        out->feed_path = arena_f(c->arena, "/feed/%s/", secret);
    explicit_bzero(secret, sizeof secret);
    call_warn(c, "the token is not shown again and is nowhere kept; whoever has it may do this");
    return true;
}

/* ---- list_tokens ---- */

struct no_in {
    char unused;
};
static const struct type no_in_type = {.name = "nothing", .size = sizeof(struct no_in)};

struct token_row {
    struct str name, scopes, only_account;
    bool is_feed;
    struct opt_utc created, expires, used;
    bool is_valid;
    struct opt_dec max_order_value;
    struct opt_int max_orders_per_day;
};
static const struct field token_row_fields[] = {
    FIELD(struct token_row, name, .doc = "Its name"),
    FIELD(struct token_row, scopes, .doc = "What it may do"),
    FIELD(struct token_row, only_account, .doc = "The only account that it may see and use"),
    FIELD(struct token_row, is_feed, .doc = "Good in addresses alone"),
    FIELD(struct token_row, is_valid, .doc = "False once it has expired"),
    FIELD(struct token_row, expires, .doc = "When it ends by itself"),
    FIELD(struct token_row, used, .doc = "When it was last used since the daemon started"),
    FIELD(struct token_row, created, .doc = "When it was made"),
    FIELD(struct token_row, max_order_value, .doc = "Largest value of one order, base currency"),
    FIELD(struct token_row, max_orders_per_day, .doc = "Orders on one day"),
};
static const struct type token_row_type = TYPE_OF(struct token_row, token_row_fields);

struct list_out {
    struct list tokens;
};
static const struct field list_out_fields[] = {
    FIELD(struct list_out, tokens, .of = &token_row_type, .doc = "The tokens, oldest first"),
};
static const struct type list_out_type = TYPE_OF(struct list_out, list_out_fields);

static bool list_tokens(struct call *c, const void *in, void *result)
{
    (void)in;
    struct list_out *out = result;
    struct token_row *rows = ARENA_MANY(c->arena, struct token_row, TOKENS_MAX);
    struct utc now = task_now(c->task).wall;
    const struct token *t;
    size_t n = 0;
    for (; (t = tokens_at(c->core->tokens, n)) != NULL; n++) {
        char scopes[SCOPES_TEXT_MAX];
        scopes_format(t->scopes, scopes);
        rows[n] = (struct token_row){.name = call_text(c, t->name),
                                     .scopes = call_text(c, scopes),
                                     .only_account = call_text(c, t->account),
                                     .created = t->created,
                                     .expires = t->expires,
                                     .used = t->used,
                                     .is_feed = t->kind == TOKEN_FEED,
                                     .is_valid = !t->expires.has || t->expires.v.ns > now.ns,
                                     .max_order_value = t->max_order_value,
                                     .max_orders_per_day = t->max_orders_per_day};
    }
    out->tokens = (struct list){rows, n};
    return true;
}

/* ---- revoke_token ---- */

struct revoke_in {
    struct str name;
};
static const struct field revoke_in_fields[] = {
    FIELD(struct revoke_in, name, .required = true, .positional = true, .max = "31",
          .doc = "The token's name", .example = "sheet"),
};
static const struct type revoke_in_type = TYPE_OF(struct revoke_in, revoke_in_fields);

static bool revoke_token(struct call *c, const void *in, void *result)
{
    const struct revoke_in *args = in;
    if (!tokens_revoke(c->core->tokens, args->name, &c->error))
        return false;
    size_t n = gate_withdraw_unsent(c->core->gate, task_now(c->task));
    if (n > 0)
        call_warn(c, "orders and changes of it that were withdrawn before they left: %zu", n);
    return tokens_wait(c->task, c->core->tokens, &c->error) && list_tokens(c, NULL, result);
}

static const struct op token_ops[] = {
    {.name = "add_token",
     .title = "Make a token",
     .doc = "Makes a token with which a program may come over HTTP, and shows it this once. Asks a "
            "person for the PIN. It can read, preview and trade; what approves or loosens is done "
            "on the command line alone. With --feed it is for addresses that a sheet or a calendar "
            "fetches.",
     .in = &add_in_type,
     .out = &add_out_type,
     .effect = OP_ADMIN,
     .verb = "token add",
     .example = "token add sheet --scopes read,preview,trade",
     .category = "safety",
     .run = add_token},
    {.name = "list_tokens",
     .title = "Tokens",
     .doc = "The tokens for HTTP: what each may do, until when, and when it was last used.",
     .in = &no_in_type,
     .out = &list_out_type,
     .effect = OP_ADMIN,
     .is_idempotent = true,
     .verb = "token list",
     .example = "token list",
     .category = "safety",
     .run = list_tokens},
    {.name = "revoke_token",
     .title = "Revoke a token",
     .doc = "Ends a token at once. Orders of it that have not left yet are withdrawn; what the "
            "broker has stays as it is.",
     .in = &revoke_in_type,
     .out = &list_out_type,
     .effect = OP_ADMIN,
     .is_destructive = true,
     .verb = "token revoke",
     .example = "token revoke sheet",
     .category = "safety",
     .run = revoke_token},
};
const struct op_set token_op_set = {token_ops, sizeof token_ops / sizeof token_ops[0]};
