/* SPDX-License-Identifier: MIT */
#include "app/start.h"

#include "base/limits.h"
#include "sys/files.h"

#include <stdio.h>
#include <string.h>

extern char **environ;

static bool refuse_flag(const char *name, const char *value, struct error *e)
{
    static const char *const known[] = {"--config", "--state", "--socket", "--set"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i]) == 0 && !value)
            return error_set(e, ERROR_INVALID, "USAGE", "%s needs a value", name);
    error_set(e, ERROR_INVALID, "USAGE", "%s%s%s is not understood", name,
              strcmp(name, "--set") == 0 ? " " : "", strcmp(name, "--set") == 0 ? value : "");
    return error_next(e, "portcullisd --help tells what is");
}

static bool take_flag(struct start *s, const char *name, const char *value, struct error *e)
{
    if (value && strcmp(name, "--config") == 0)
        s->config_file = value;
    else if (value && strcmp(name, "--state") == 0)
        str_copy_cut(s->paths.state, sizeof s->paths.state, str_of(value));
    else if (value && strcmp(name, "--socket") == 0)
        str_copy_cut(s->paths.socket, sizeof s->paths.socket, str_of(value));
    else if (value && strcmp(name, "--set") == 0 && strchr(value, '=') &&
             s->assignment_count < START_FLAGS_MAX)
        s->assignments[s->assignment_count++] = value;
    else
        return refuse_flag(name, value, e);
    return true;
}

bool start_parse(struct start *s, int argc, char **argv, struct error *e)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--foreground-log") == 0)
            s->logs_to_stderr = true;
        else if (strcmp(argv[i], "--check") == 0)
            s->only_check = true;
        else if (!take_flag(s, argv[i], i + 1 < argc ? argv[i + 1] : NULL, e))
            return false;
        else
            i++;
    }
    return true;
}

void start_config_path(const struct start *s, char out[START_PATH_MAX])
{
    if (s->config_file)
        (void)snprintf(out, START_PATH_MAX, "%s", s->config_file);
    else
        (void)snprintf(out, START_PATH_MAX, "%s/portcullis.yaml", s->paths.config);
}

static bool read_config_file(struct start *s, struct error *e)
{
    char path[START_PATH_MAX];
    start_config_path(s, path);
    if (!s->config_file && !file_exists(path))
        return true;
    struct buf text;
    buf_init(&text, LIMIT_CONFIG_BYTES);
    bool ok = file_read(path, LIMIT_CONFIG_BYTES, &text, e) &&
              settings_read_yaml(&s->settings, buf_str(&text), path, e);
    buf_fini(&text);
    return ok;
}

bool start_read(struct start *s, struct error *e)
{
    if (!read_config_file(s, e))
        return false;
    for (char **v = environ; *v; v++)
        if (!settings_read_env(&s->settings, *v, e))
            return false;
    for (size_t i = 0; i < s->assignment_count; i++) {
        struct str all = str_of(s->assignments[i]);
        size_t eq = str_find(all, '=', 0);
        if (!settings_set(&s->settings, str_sub(all, 0, eq), str_sub(all, eq + 1, all.n),
                          STR("--set"), e))
            return false;
    }
    return settings_check(&s->settings, e);
}

const char *start_state_name(const struct settings_values *v)
{
    static const char *const by_mode[] = {[GUARD_AUTO] = "tws",
                                          [GUARD_READ_ONLY] = "tws",
                                          [GUARD_PAPER] = "tws-paper",
                                          [GUARD_LIVE] = "tws-live"};
    return v->broker.kind == BROKER_EMBEDDED ? "embedded" : by_mode[v->limits.mode];
}
