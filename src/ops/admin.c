/* SPDX-License-Identifier: MIT */
/*
 * admin: the daemon itself: its settings, and its end.
 */
#include "ops/op.h"
#include "ops/settings.h"

struct config_in {
    unsigned what;
};
static const char *const config_words[] = {"show", NULL};
static const struct field config_in_fields[] = {
    FIELD(struct config_in, what, .positional = true, .choices = config_words, .initial = "show",
          .doc = "show: every setting with its value and where that comes from"),
};
static const struct type config_in_type = TYPE_OF(struct config_in, config_in_fields);

static const struct field setting_fields[] = {
    FIELD(struct setting_row, key, .doc = "Name of the setting"),
    FIELD(struct setting_row, value, .doc = "Effective value"),
    FIELD(struct setting_row, origin, .doc = "default, file and line, environment or flag"),
    FIELD(struct setting_row, doc, .doc = "What it does", .wide = true),
};
static const struct type setting_type = TYPE_OF(struct setting_row, setting_fields);

struct config_out {
    struct list settings;
};
static const struct field config_out_fields[] = {
    FIELD(struct config_out, settings, .of = &setting_type, .doc = "The settings"),
};
static const struct type config_out_type = TYPE_OF(struct config_out, config_out_fields);

static bool show_config(struct call *c, const void *in, void *result)
{
    (void)in;
    struct config_out *out = result;
    struct setting_row *rows = ARENA_MANY(c->arena, struct setting_row, SETTINGS_MAX);
    size_t n = 0;
    while (n < SETTINGS_MAX && settings_row(c->core->settings, n, c->arena, &rows[n]))
        n++;
    out->settings = (struct list){rows, n};
    return true;
}

struct no_in {
    char unused;
};
static const struct type no_in_type = {.name = "nothing", .size = sizeof(struct no_in)};

struct stop_out {
    struct str message;
};
static const struct field stop_out_fields[] = {
    FIELD(struct stop_out, message, .doc = "What happens now"),
};
static const struct type stop_out_type = TYPE_OF(struct stop_out, stop_out_fields);

static bool stop_daemon(struct call *c, const void *in, void *result)
{
    (void)in;
    struct stop_out *out = result;
    c->core->stop_requested = true;
    out->message = STR("the daemon ends; working orders stay at the broker");
    return true;
}

static const struct op admin_ops[] = {
    {.name = "show_config",
     .title = "Settings",
     .doc = "Every setting with its effective value and where it comes from.",
     .in = &config_in_type,
     .out = &config_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/config",
     .verb = "config",
     .example = "config show",
     .category = "daemon",
     .run = show_config},
    {.name = "stop_daemon",
     .title = "Stop the daemon",
     .doc = "Ends the daemon in good order. Working orders stay at the broker.",
     .in = &no_in_type,
     .out = &stop_out_type,
     .effect = OP_ADMIN,
     .is_idempotent = true,
     .verb = "stop",
     .example = "stop",
     .category = "daemon",
     .run = stop_daemon},
};
const struct op_set admin_op_set = {admin_ops, sizeof admin_ops / sizeof admin_ops[0]};
