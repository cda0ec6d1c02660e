/* SPDX-License-Identifier: MIT */
/*
 * The routes of the HTTP face that are no operations, and the ways to show who one is.
 */
#include "face/openapi_inside.h"
#include "face/rest_stream.h"

/* ---- who asks ---- */

static const struct {
    const char *name, *scheme, *doc;
} schemes[] = {
    {"token", "bearer", "A token made with `portcullis token add`"},
    {"basic", "basic", "The same token as the password, with any user name"},
};

void openapi_schemes(struct json_writer *w)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        openapi_open(w, schemes[i].name);
        openapi_member(w, "type", "http");
        openapi_member(w, "scheme", schemes[i].scheme);
        openapi_member(w, "description", schemes[i].doc);
        json_end_object(w);
    }
}

void openapi_security(struct json_writer *w, bool is_optional)
{
    json_key(w, "security");
    json_begin_array(w);
    if (is_optional)
        json_raw(w, STR("{}"));
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        json_begin_object(w);
        json_key(w, schemes[i].name);
        json_raw(w, STR("[]"));
        json_end_object(w);
    }
    json_end_array(w);
}

/* ---- routes ---- */

static const struct own_path {
    const char *path, *id, *summary, *kind; /* kind: of the answer */
    const char *schema, *example;           /* JSON */
    bool may_be_unavailable;
} own_paths[] = {
    {"/healthz", "healthz", "Whether the daemon runs", "application/json",
     "{\"type\":\"object\",\"required\":[\"status\"],\"properties\":{\"status\":{\"const\":\"ok\"}}"
     "}",
     "{\"status\":\"ok\"}", false},
    {"/readyz", "readyz",
     "Whether the broker connection is ready, the disk takes records, and our books agree with "
     "the broker's",
     "application/json",
     "{\"type\":\"object\",\"required\":[\"status\"],"
     "\"properties\":{\"status\":{\"const\":\"ready\"}}}",
     "{\"status\":\"ready\"}", true},
    {"/metrics", "metrics", "The state of the daemon, in the text format of Prometheus",
     "text/plain", "{\"type\":\"string\"}",
     "\"# HELP portcullis_broker_ready The connection is up and everything was fetched\\n"
     "# TYPE portcullis_broker_ready gauge\\nportcullis_broker_ready 1\\n\"",
     false},
};

/* What any request may be refused with before it is looked at closely. */
static void write_refusals(struct json_writer *w)
{
    static const char *const statuses[] = {"400", "401", "403", "405", "413", "429", "431"};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        openapi_problem(w, statuses[i]);
}

static void write_own(const struct own_path *p, struct json_writer *w)
{
    openapi_open(w, p->path);
    openapi_open(w, "get");
    openapi_member(w, "operationId", p->id);
    openapi_member(w, "summary", p->summary);
    json_key(w, "tags");
    json_raw(w, STR("[\"daemon\"]"));
    json_key(w, "security");
    json_raw(w, STR("[]"));
    openapi_open(w, "responses");
    openapi_open(w, "200");
    openapi_member(w, "description", "Yes");
    openapi_open(w, "content");
    openapi_open(w, p->kind);
    json_key(w, "schema");
    json_raw(w, str_of(p->schema));
    json_key(w, "example");
    json_raw(w, str_of(p->example));
    openapi_close(w, 3);
    write_refusals(w);
    if (p->may_be_unavailable)
        openapi_problem(w, "503");
    openapi_close(w, 3);
}

/* ---- the stream ---- */

static void write_stream_parameters(struct json_writer *w)
{
    json_key(w, "parameters");
    json_begin_array(w);
    json_begin_object(w);
    json_key(w, "name");
    json_text(w, "types");
    json_key(w, "in");
    json_text(w, "query");
    openapi_member(w, "description", "Only these kinds, separated by commas");
    openapi_member(w, "style", "form");
    json_key(w, "explode");
    json_bool(w, false);
    openapi_open(w, "schema");
    openapi_member(w, "type", "array");
    openapi_open(w, "items");
    openapi_member(w, "type", "string");
    json_key(w, "enum");
    json_begin_array(w);
    for (unsigned k = 0; k < BULLETIN_KIND_COUNT; k++)
        json_text(w, bulletin_row(k)->name);
    json_end_array(w);
    openapi_close(w, 3);
    json_raw(w, STR("{\"name\":\"Last-Event-ID\",\"in\":\"header\",\"description\":\"The id of the "
                    "newest event that was taken\",\"schema\":{\"type\":\"string\"}}"));
    json_end_array(w);
}

static void write_stream(struct json_writer *w)
{
    openapi_open(w, STREAM_PATH);
    openapi_open(w, "get");
    openapi_member(w, "operationId", "stream");
    openapi_member(w, "summary", "What happens, as it happens");
    openapi_member(
        w, "description",
        "Server-sent events: orders, fills, alerts, the trading state, kill switches and the "
        "connection. The `data` of each is one object as in the schema, whose `type` is its "
        "`event`. Last-Event-ID goes on behind an event; what is not kept any more is announced by "
        "an event `gap`. A comment line comes every 15 seconds; a stream ends after an hour. "
        "One that was opened with a token ends with it, with an event `end` that says why.");
    json_key(w, "tags");
    json_raw(w, STR("[\"stream\"]"));
    write_stream_parameters(w);
    openapi_security(w, true);
    openapi_open(w, "responses");
    openapi_open(w, "200");
    openapi_member(w, "description", "The events from now on, or behind Last-Event-ID");
    openapi_open(w, "content");
    openapi_open(w, "text/event-stream");
    openapi_open(w, "schema");
    openapi_member(w, "description", "The `data` of an event");
    json_key(w, "oneOf");
    json_begin_array(w);
    rest_stream_schema(w);
    json_end_array(w);
    openapi_close(w, 4);
    write_refusals(w);
    openapi_problem(w, "503");
    openapi_close(w, 3);
}

void openapi_own_paths(struct json_writer *w)
{
    write_stream(w);
    for (size_t i = 0; i < sizeof own_paths / sizeof own_paths[0]; i++)
        write_own(&own_paths[i], w);
}
