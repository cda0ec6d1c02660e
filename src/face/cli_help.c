/* SPDX-License-Identifier: MIT */
/* Everything here is told from the operation table. */
#include "data/bind.h"
#include "data/table.h"
#include "face/arguments.h"
#include "face/cli_inside.h"
#include "face/errors.h"

#include <string.h>

enum { WIDTH_DEFAULT = 80, WIDTH_MOST = 100, NAME_COLUMN = 20, FLAG_COLUMN = 30 };
/* of the client program, which finds it out before anything here is asked (client/client.h) */
enum { CLI_EXIT_NO_DAEMON = 69 };

const struct cli_word cli_flags[] = {
    {"--json", NULL, "The answer as one line of JSON"},
    {"--csv", NULL, "The rows of the answer as CSV"},
    {"--wide", NULL, "All columns, and what is unknown too"},
    {"--account", "ID", "The account to read or trade; default: the configured one"},
    {"--help", NULL, "What the command does and takes"},
    {NULL, NULL, NULL},
};

/* serve, paper, wire, doctor and mcp are done by the client program before a daemon is asked. */
const struct cli_word cli_verbs[] = {
    {"mcp", "[--print-config NAME]", "Serve an assistant; or show what its configuration needs"},
    {"serve", NULL, "Run the daemon in the foreground"},
    {"paper", NULL, "Run the paper exchange alone, for any TWS client"},
    {"wire", NULL, "Look at the TWS protocol: decode, encode, proxy, recordings"},
    {"doctor", "[--acceptance]", "Say what is wrong with this set-up; or try a gateway"},
    {"schema", NULL, "The MCP tools with their schemas, as JSON"},
    {"openapi", NULL, "The HTTP interface, as an OpenAPI document"},
    {"completion", "bash", "A script that completes commands and flags"},
    {"help", "[COMMAND]", "This list, or everything about one command"},
    {NULL, NULL, NULL},
};

static size_t usable(int width)
{
    return width <= 0 ? WIDTH_DEFAULT : width > WIDTH_MOST ? WIDTH_MOST : (size_t)width;
}

static void pad_to(size_t column, size_t line_begin, struct buf *out)
{
    if (out->n - line_begin >= column)
        buf_add_c(out, "  ");
    while (out->n - line_begin < column && !out->failed)
        buf_add_char(out, ' ');
}

void cli_flag_name(const struct field *f, struct buf *out)
{
    buf_add_c(out, "--");
    for (const char *p = f->name; *p; p++)
        buf_add_char(out, *p == '_' ? '-' : *p);
}

static void add_upper(const char *name, struct buf *out)
{
    for (const char *p = name; *p; p++)
        buf_add_char(out, *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p);
}

/* ---- one command ---- */

void cli_synopsis(const struct op *op, struct buf *out)
{
    buf_add_f(out, "portcullis %s", op->verb);
    for (size_t i = 0; i < op->in->count; i++) {
        const struct field *f = &op->in->fields[i];
        if (!f->positional && !f->required)
            continue;
        buf_add_c(out, f->required ? " " : " [");
        if (!f->positional) {
            cli_flag_name(f, out);
            buf_add_char(out, ' ');
        }
        add_upper(f->name, out);
        buf_add_c(out, f->kind == TYPE_LIST && f->positional ? "..." : "");
        buf_add_c(out, f->required ? "" : "]");
    }
    buf_add_c(out, " [--flags]");
}

static void add_value_name(const struct field *f, struct buf *out)
{
    static const char *const names[] = {
        [TYPE_STR] = "TEXT",   [TYPE_INT] = "NUMBER",  [TYPE_NUM] = "NUMBER",
        [TYPE_DEC] = "NUMBER", [TYPE_BOOL] = "",       [TYPE_ENUM] = "WORD",
        [TYPE_TIME] = "TIME",  [TYPE_OBJECT] = "JSON", [TYPE_LIST] = "LIST",
    };
    buf_add_f(out, " %s", f->kind == TYPE_LIST && f->of ? "JSON" : names[f->kind]);
}

/* "; one of BUY, SELL; default DAY; at least 1; required" */
static void add_facts(const struct field *f, struct buf *out)
{
    bool has_bounds = f->kind == TYPE_INT || f->kind == TYPE_NUM || f->kind == TYPE_DEC;
    if (f->unit)
        buf_add_f(out, " (%s)", f->unit);
    const char *before = "; one of ";
    for (unsigned i = 0; f->kind == TYPE_ENUM && f->choices[i]; i++) {
        if (!f->choices[i][0])
            continue;
        buf_add_f(out, "%s%s", before, f->choices[i]);
        before = ", ";
    }
    if (f->positive)
        buf_add_c(out, "; above zero");
    if (has_bounds && f->min)
        buf_add_f(out, "; at least %s", f->min);
    if (has_bounds && f->max)
        buf_add_f(out, "; at most %s", f->max);
    if (f->initial && f->initial[0])
        buf_add_f(out, "; default %s", f->initial);
    if (f->example)
        buf_add_f(out, "; for example %s", f->example);
    if (f->required)
        buf_add_c(out, "; required");
}

static void add_argument(const struct field *f, size_t width, struct buf *out)
{
    struct buf doc;
    size_t begin = out->n;
    buf_init(&doc, 4096);
    buf_add_c(out, "  ");
    cli_flag_name(f, out);
    if (f->kind != TYPE_BOOL)
        add_value_name(f, out);
    pad_to(FLAG_COLUMN, begin, out);
    buf_add_c(&doc, f->doc);
    add_facts(f, &doc);
    table_wrap(buf_str(&doc), out->n - begin, FLAG_COLUMN, width, out);
    buf_fini(&doc);
}

static void add_word(const struct cli_word *w, size_t column, size_t width, struct buf *out)
{
    size_t begin = out->n;
    buf_add_f(out, "  %s%s%s", w->name, w->value ? " " : "", w->value ? w->value : "");
    pad_to(column, begin, out);
    table_wrap(str_of(w->doc), out->n - begin, column, width, out);
}

void cli_help_op(const struct op *op, int width_given, struct buf *out)
{
    size_t width = usable(width_given);
    const struct type *common = arguments_common(op);
    buf_add_f(out, "%s\n\n  ", op->title);
    cli_synopsis(op, out);
    buf_add_c(out, "\n\n");
    table_wrap(str_of(op->doc), 0, 0, width, out);
    if (op->in->count)
        buf_add_c(out, "\nArguments:\n");
    for (size_t i = 0; i < op->in->count; i++)
        add_argument(&op->in->fields[i], width, out);
    buf_add_c(out, "\nFlags:\n");
    for (size_t i = 0; common && i < common->count; i++)
        add_argument(&common->fields[i], width, out);
    for (const struct cli_word *w = cli_flags; w->name; w++)
        if (strcmp(w->name, "--account") != 0 || !type_find(op->in, STR("account")))
            add_word(w, FLAG_COLUMN, width, out);
    if (op->example)
        buf_add_f(out, "\nExample:\n  portcullis %s\n", op->example);
    if (op->effect == OP_ADMIN)
        buf_add_c(out, "\nOnly on the command line.\n");
    else
        buf_add_f(out, "\nThe same as the MCP tool %s%s%s.\n", op->name,
                  op->route ? " and as " : "", op->route ? op->route : "");
}

void cli_help_own(const struct cli_word *verb, int width, struct buf *out)
{
    buf_add_f(out, "portcullis %s%s%s\n\n", verb->name, verb->value ? " " : "",
              verb->value ? verb->value : "");
    table_wrap(str_of(verb->doc), 0, 0, usable(width), out);
}

/* ---- all commands ---- */

/* True if an earlier verb has the category of `op` already. */
static bool is_seen(const struct op *op)
{
    const struct op *one;
    for (size_t i = 0; (one = op_next(&i)) != op;)
        if (one->verb && strcmp(one->category, op->category) == 0)
            return true;
    return false;
}

static void add_category(const char *category, size_t width, struct buf *out)
{
    const struct op *op;
    buf_add_char(out, '\n');
    add_upper((char[]){category[0], '\0'}, out);
    for (const char *p = category + 1; *p; p++)
        buf_add_char(out, *p == '_' ? ' ' : *p);
    buf_add_c(out, ":\n");
    for (size_t i = 0; (op = op_next(&i));)
        if (op->verb && strcmp(op->category, category) == 0)
            add_word(&(struct cli_word){op->verb, NULL, op->title}, NAME_COLUMN, width, out);
}

void cli_help(int width_given, struct buf *out)
{
    const struct op *op;
    size_t width = usable(width_given);
    buf_add_c(out, "portcullis: a guarded gate to an Interactive Brokers account\n\n"
                   "  portcullis COMMAND [arguments] [--flags]\n"
                   "  portcullis COMMAND --help\n");
    for (size_t i = 0; (op = op_next(&i));)
        if (op->verb && !is_seen(op))
            add_category(op->category, width, out);
    buf_add_c(out, "\nThe program itself:\n");
    for (const struct cli_word *w = cli_verbs; w->name; w++)
        add_word(w, NAME_COLUMN, width, out);
    buf_add_c(out, "\nFlags of every command:\n");
    for (const struct cli_word *w = cli_flags; w->name; w++)
        add_word(w, NAME_COLUMN, width, out);
    buf_add_c(out, "\nExit status:\n");
    for (unsigned code = 0; code < ERROR_CODE_COUNT; code++) {
        const struct error_face *f = error_face((enum error_code)code);
        if (f->exit_doc)
            buf_add_f(out, "  %-4d%s\n", f->exit, f->exit_doc);
    }
    buf_add_f(out, "  %-4d%s\n", EXIT_AWAITS_PERSON, exit_awaits_doc);
    buf_add_f(out, "  %-4d%s\n", CLI_EXIT_NO_DAEMON, "the daemon cannot be reached or started");
    buf_add_c(out, "Of several things asked for: 0 if one was answered, else\n"
                   "the status of the first error, beside the answer.\n");
}

/* ---- completion ---- */

static void add_flags_of(const struct op *op, struct buf *out)
{
    const struct type *const types[] = {op->in, arguments_common(op)};
    for (size_t t = 0; t < 2 && types[t]; t++) {
        for (size_t i = 0; i < types[t]->count; i++) {
            buf_add_char(out, ' ');
            cli_flag_name(&types[t]->fields[i], out);
        }
    }
}

void cli_completion(struct buf *out)
{
    const struct op *op;
    buf_add_c(out, "# completion for bash: eval \"$(portcullis completion bash)\"\n"
                   "_portcullis() {\n"
                   "    local word=\"${COMP_WORDS[COMP_CWORD]}\" flags=\"");
    for (const struct cli_word *w = cli_flags; w->name; w++)
        buf_add_f(out, "%s%s", w == cli_flags ? "" : " ", w->name);
    buf_add_c(out, "\"\n"
                   "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                   "        COMPREPLY=($(compgen -W \"");
    for (const struct cli_word *w = cli_verbs; w->name; w++)
        buf_add_f(out, "%s%s", w == cli_verbs ? "" : " ", w->name);
    for (size_t i = 0; (op = op_next(&i));)
        if (op->verb)
            buf_add_f(out, " %s", op->verb);
    buf_add_c(out, "\" -- \"$word\"))\n"
                   "        return\n"
                   "    fi\n"
                   "    case \"${COMP_WORDS[1]}\" in\n");
    for (size_t i = 0; (op = op_next(&i));) {
        if (!op->verb)
            continue;
        buf_add_f(out, "    '%s') flags=\"$flags", op->verb);
        add_flags_of(op, out);
        buf_add_c(out, "\" ;;\n");
    }
    buf_add_c(out, "    esac\n"
                   "    case \"$word\" in\n"
                   "    -*) COMPREPLY=($(compgen -W \"$flags\" -- \"$word\")) ;;\n"
                   "    esac\n"
                   "}\n"
                   "complete -F _portcullis portcullis\n");
}
