/* SPDX-License-Identifier: MIT */
/*
 * What an assistant's configuration has to say so that it starts this program: the block for each
 * assistant, with the absolute path. The block alone goes to standard output, so that it can be
 * piped; where it belongs is said on standard error.
 *
 * An assistant does not hand on the environment of the user's shell. What decides which daemon is
 * meant stands in the block; everything else is a setting and belongs into portcullis.yaml.
 */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum format { FORMAT_JSON, FORMAT_TOML };

struct assistant {
    const char *name, *title;
    enum format format;
    const char *key;  /* the object, or table, of all servers */
    const char *type; /* what the entry says its kind is; NULL: nothing */
    const char *file; /* where it belongs */
    const char *also; /* a command that does it, but for the program and "mcp"; NULL: none */
};

static const struct assistant assistants[] = {
    {"claude-desktop", "Claude Desktop", FORMAT_JSON, "mcpServers", NULL,
     "claude_desktop_config.json (Settings, Developer, Edit Config)", NULL},
    {"claude-code", "Claude Code", FORMAT_JSON, "mcpServers", "stdio", ".mcp.json of a project",
     "claude mcp add portcullis --"},
    {"vscode", "VS Code", FORMAT_JSON, "servers", "stdio",
     ".vscode/mcp.json of a workspace, or what the command \"MCP: Open User Configuration\" opens",
     NULL},
    {"cursor", "Cursor", FORMAT_JSON, "mcpServers", NULL, "~/.cursor/mcp.json", NULL},
    {"codex", "Codex", FORMAT_TOML, "mcp_servers", NULL, "~/.codex/config.toml",
     "codex mcp add portcullis --"},
};
enum { ASSISTANTS = sizeof assistants / sizeof assistants[0] };

/* Which of several daemons is meant. */
static const char *const places[] = {"PORTCULLIS_SOCKET", "PORTCULLIS_DAEMON_UID", "XDG_STATE_HOME",
                                     "XDG_CONFIG_HOME"};
enum { PLACES = sizeof places / sizeof places[0] };

/* A string as JSON and TOML both write it. */
static void print_quoted(const char *s)
{
    putchar('"');
    for (; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            printf("\\u%04x", (unsigned)(unsigned char)*s);
        else
            printf(*s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
    putchar('"');
}

/* name between "value", and so on, of what is set; each name in quotes. */
static void print_places(const char *between)
{
    const char *before = "";
    for (size_t i = 0; i < PLACES; i++) {
        const char *value = getenv(places[i]);
        if (!value || !*value)
            continue;
        printf("%s\"%s\"%s", before, places[i], between);
        print_quoted(value);
        before = ", ";
    }
}

static bool has_places(void)
{
    for (size_t i = 0; i < PLACES; i++) {
        const char *value = getenv(places[i]);
        if (value && *value)
            return true;
    }
    return false;
}

static void print_json(const struct assistant *a, const char *program)
{
    printf("{\n  \"%s\": {\n    \"portcullis\": {\n", a->key);
    if (a->type)
        printf("      \"type\": \"%s\",\n", a->type);
    fputs("      \"command\": ", stdout);
    print_quoted(program);
    fputs(",\n      \"args\": [\"mcp\"]", stdout);
    if (has_places()) {
        fputs(",\n      \"env\": {", stdout);
        print_places(": ");
        putchar('}');
    }
    puts("\n    }\n  }\n}");
}

static void print_toml(const struct assistant *a, const char *program)
{
    printf("[%s.portcullis]\ncommand = ", a->key);
    print_quoted(program);
    puts("\nargs = [\"mcp\"]");
    if (has_places()) {
        fputs("env = { ", stdout);
        print_places(" = ");
        puts(" }");
    }
}

int setup_print(const char *name)
{
    char program[CLIENT_PATH_MAX];
    const struct assistant *a = NULL;
    for (size_t i = 0; name && i < ASSISTANTS; i++)
        if (!strcmp(name, assistants[i].name))
            a = &assistants[i];
    if (!a) {
        fputs("usage: portcullis mcp --print-config ", stderr);
        for (size_t i = 0; i < ASSISTANTS; i++)
            fprintf(stderr, "%s%s", i ? "|" : "", assistants[i].name);
        fputs("\nPrints what the assistant's configuration needs to start this program.\n", stderr);
        return CLIENT_USAGE;
    }
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n <= 0) {
        say("/proc/self/exe cannot be read");
        return CLIENT_UNAVAILABLE;
    }
    program[n] = 0;
    if (a->format == FORMAT_JSON)
        print_json(a, program);
    else
        print_toml(a, program);
    fflush(stdout);
    say("for %s: add this to %s, then start %s anew", a->title, a->file, a->title);
    if (a->also && !has_places())
        say("or let this do it: %s %s mcp", a->also, program);
    return 0;
}
