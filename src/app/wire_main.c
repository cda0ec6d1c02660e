/* SPDX-License-Identifier: MIT */
#include "app/wire_main.h"

#include "app/wire_tool.h"

#include <stdio.h>
#include <string.h>

enum { OK = 0, TROUBLE = 1, USAGE = 2 };

static const char usage[] =
    "usage: portcullis wire decode --from client|server [--server-version N]\n"
    "                              [--input hex|base64|text|raw]\n"
    "       portcullis wire encode [--from client|server] [--server-version N]\n"
    "                              [--output hex|base64|text|raw]\n"
    "       portcullis wire proxy --listen 127.0.0.1:PORT --to HOST:PORT [--record FILE [--mask]]\n"
    "                             [--allow-orders] [--reserve-id N]\n"
    "       portcullis wire show FILE\n"
    "       portcullis wire replay FILE --listen 127.0.0.1:PORT\n"
    "       portcullis wire replay FILE --into paper [--seed N] [--record FILE]\n"
    "       portcullis wire replay FILE --into session\n"
    "\n"
    "Looks at the TWS protocol, server versions 157 to 226, text and protobuf. Needs no daemon.\n"
    "\n"
    "decode  reads frames from standard input and prints one JSON object for each: id, name,\n"
    "        encoding, server_version and fields, with the names of the protobuf schema in both\n"
    "        encodings. hex, base64 and text (| for NUL, \\| for |, \\xHH for other bytes) are "
    "one\n"
    "        frame body a line, without its length. raw is a byte stream with lengths; when it\n"
    "        begins with the handshake of a server, that tells the version. A frame that is not\n"
    "        consumed to its last byte gives error and offset, and exit status 1 at the end.\n"
    "encode  reads such objects, one a line, and writes the frames. A message is named by id or\n"
    "        name; from and server_version may stand in the object or on the command line, which\n"
    "        goes first. Fields that are not named have their default.\n"
    "proxy   stands between a client and a gateway and prints what they say, with the time. What\n"
    "        could change an account (orders, cancels, exercises, allocations, settings, and\n"
    "        messages that are unknown) is dropped and said to be, unless --allow-orders is "
    "given.\n"
    "        A client that takes client id 1 (--reserve-id N, none for no id), which the daemon\n"
    "        uses, is refused. --record writes the connection to FILE, further ones to FILE.2,\n"
    "        FILE.3 ...; --mask puts other account numbers, and x for names, into the recording\n"
    "        and the output. A file that exists is not touched.\n"
    "show    prints the frames of a recording, as decode does.\n"
    "replay  plays the server of a recording to one client that asks the same again, and exits\n"
    "        with 0 if it asked all of it. The client must use the same request ids. With --into\n"
    "        it takes no network and no real time: the client of the recording asks the paper\n"
    "        exchange, or the server of the recording answers the session. Printed is what comes\n"
    "        out differently, and the counts; the exit status is 0 if nothing does. --record\n"
    "        writes what the exchange did as a recording of its own.\n"
    "\n"
    "The format of recordings is described in docs/wire-recordings.md.\n";

/* ---- command line ---- */

static bool to_form(struct wire_options *o, const char *value)
{
    static const char *const names[] = {"hex", "base64", "text"};
    o->is_raw = strcmp(value, "raw") == 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(value, names[i]) == 0) {
            o->form = (enum wire_form)i;
            return true;
        }
    return o->is_raw;
}

/* "127.0.0.1:7497", "[::1]:7497", "gateway:4002" */
static bool to_address(const char *text, struct wire_address *out)
{
    struct str s = str_of(text);
    size_t at = s.n;
    int64_t port;
    while (at > 0 && s.p[at - 1] != ':')
        at--;
    if (at < 2 || !str_to_i64(str_sub(s, at, s.n), &port) || port < 0 || port > 65535)
        return false;
    struct str host = str_sub(s, 0, at - 1);
    if (str_starts(host, STR("[")) && str_ends(host, STR("]")))
        host = str_sub(host, 1, host.n - 1);
    out->port = (uint16_t)port;
    return host.n && str_copy(out->host, sizeof out->host, host);
}

static bool take_number(const char *value, int64_t min, int64_t max, int32_t *out)
{
    int64_t n;
    if (!str_to_i64(str_of(value), &n) || n < min || n > max)
        return false;
    *out = (int32_t)n;
    return true;
}

static bool take_replay_flag(struct wire_options *o, const char *name, const char *value)
{
    int64_t n;
    if (strcmp(name, "--into") == 0) {
        o->into = strcmp(value, "paper") == 0 ? WIRE_INTO_PAPER : WIRE_INTO_SESSION;
        return o->into == WIRE_INTO_PAPER || strcmp(value, "session") == 0;
    }
    if (strcmp(name, "--seed") == 0 && str_to_i64(str_of(value), &n) && n >= 0) {
        o->seed = (uint64_t)n;
        return true;
    }
    if (strcmp(name, "--record") == 0) {
        o->record = value;
        return true;
    }
    return false;
}

/* A flag with a value, of that verb. */
static bool take_flag(struct wire_options *o, const char *verb, const char *name, const char *value)
{
    bool is_decode = strcmp(verb, "decode") == 0, is_encode = strcmp(verb, "encode") == 0;
    bool is_proxy = strcmp(verb, "proxy") == 0, is_replay = strcmp(verb, "replay") == 0;
    if ((is_decode || is_encode) && strcmp(name, "--server-version") == 0)
        return take_number(value, WIRE_VERSION_MIN, WIRE_VERSION_PROTO_MAX, &o->version);
    if ((is_decode || is_encode) && strcmp(name, "--from") == 0) {
        o->has_from = true;
        o->from = strcmp(value, "client") == 0 ? WIRE_TO_SERVER : WIRE_TO_CLIENT;
        return o->from == WIRE_TO_SERVER || strcmp(value, "server") == 0;
    }
    if ((is_decode && strcmp(name, "--input") == 0) || (is_encode && strcmp(name, "--output") == 0))
        return to_form(o, value);
    if ((is_proxy || is_replay) && strcmp(name, "--listen") == 0)
        return to_address(value, &o->listen);
    if (is_proxy && strcmp(name, "--to") == 0)
        return to_address(value, &o->to);
    if (is_proxy && strcmp(name, "--record") == 0) {
        o->file = value;
        return true;
    }
    if (is_proxy && strcmp(name, "--reserve-id") == 0)
        return strcmp(value, "none") == 0 ? (o->reserved_id = -1, true)
                                          : take_number(value, 0, INT32_MAX, &o->reserved_id);
    return is_replay && take_replay_flag(o, name, value);
}

static bool parse(struct wire_options *o, const char *verb, int count, char *const *args,
                  struct error *e)
{
    bool is_proxy = strcmp(verb, "proxy") == 0;
    bool reads_file = strcmp(verb, "show") == 0 || strcmp(verb, "replay") == 0;
    for (int i = 0; i < count; i++) {
        const char *value = i + 1 < count ? args[i + 1] : NULL;
        if (is_proxy && strcmp(args[i], "--mask") == 0)
            o->masks = true;
        else if (is_proxy && strcmp(args[i], "--allow-orders") == 0)
            o->allows_orders = true;
        else if (reads_file && !o->file && args[i][0] != '-')
            o->file = args[i];
        else if (!value || !take_flag(o, verb, args[i], value))
            return error_set(e, ERROR_INVALID, "USAGE", "%s: %s %s is not understood", verb,
                             args[i], value ? value : "");
        else
            i++;
    }
    bool needs_version = strcmp(verb, "decode") == 0 && !o->is_raw;
    if (needs_version && !o->version)
        return error_set(e, ERROR_INVALID, "USAGE", "decode needs --server-version N");
    if (strcmp(verb, "decode") == 0 && !o->has_from)
        return error_set(e, ERROR_INVALID, "USAGE", "decode needs --from client or server");
    if (reads_file && !o->file)
        return error_set(e, ERROR_INVALID, "USAGE", "%s needs the FILE of a recording", verb);
    bool is_replay = strcmp(verb, "replay") == 0;
    if (is_replay && o->into && o->listen.host[0])
        return error_set(e, ERROR_INVALID, "USAGE", "--listen and --into exclude each other");
    if (o->into != WIRE_INTO_PAPER && (o->record || o->seed))
        return error_set(e, ERROR_INVALID, "USAGE", "--record and --seed go with --into paper");
    if ((is_proxy || (is_replay && !o->into)) && !o->listen.host[0])
        return error_set(e, ERROR_INVALID, "USAGE", "%s needs --listen 127.0.0.1:PORT", verb);
    if (is_proxy && !o->to.host[0])
        return error_set(e, ERROR_INVALID, "USAGE", "proxy needs --to HOST:PORT");
    return true;
}

static bool run(const char *verb, const struct wire_options *o, struct wire_lines *out,
                struct error *e)
{
    if (strcmp(verb, "decode") == 0)
        return wire_decode_input(o, out);
    if (strcmp(verb, "encode") == 0)
        return wire_encode_input(o, out);
    if (strcmp(verb, "proxy") == 0)
        return wire_proxy(o, out, e);
    if (strcmp(verb, "show") == 0)
        return wire_show(o, out, e);
    if (o->into == WIRE_INTO_PAPER)
        return wire_into_paper(o, out, e);
    if (o->into == WIRE_INTO_SESSION)
        return wire_into_session(o, out, e);
    return wire_replay(o, out, e);
}

int wire_main(int count, char *const *args)
{
    static const char *const verbs[] = {"decode", "encode", "proxy", "show", "replay"};
    struct wire_options o = {.reserved_id = 1};
    struct wire_lines out;
    struct error e = {0};
    const char *verb = count > 0 ? args[0] : "";
    bool is_verb = false;
    for (int i = 0; i < count; i++)
        if (strcmp(args[i], "--help") == 0 || strcmp(args[i], "-h") == 0)
            return fputs(usage, stdout) < 0;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        is_verb = is_verb || strcmp(verb, verbs[i]) == 0;
    if (!is_verb) {
        fprintf(stderr, "portcullis wire: %s is no verb\n%s", verb, usage);
        return USAGE;
    }
    if (!parse(&o, verb, count - 1, args + 1, &e)) {
        fprintf(stderr, "portcullis wire: %s; portcullis wire --help tells more\n", e.text);
        return USAGE;
    }
    wire_lines_init(&out);
    bool ok = run(verb, &o, &out, &e);
    wire_lines_flush(&out);
    if (!ok && e.code != ERROR_NONE)
        fprintf(stderr, "portcullis wire: %s%s%s\n", e.text, e.next[0] ? "; " : "", e.next);
    ok = ok && !out.failed;
    wire_lines_fini(&out);
    return ok ? OK : TROUBLE;
}
