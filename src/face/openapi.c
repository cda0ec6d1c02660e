/* SPDX-License-Identifier: MIT */
#include "face/openapi.h"

#include "build_id.h"
#include "data/schema.h"
#include "face/arguments.h"
#include "face/openapi_inside.h"
#include "face/render.h"
#include "face/rest_inside.h"
#include "rest_examples.h" /* made by the build from data/rest_examples.json */

#include <assert.h>
#include <string.h>

enum { BODY_FIELDS_MAX = BIND_FIELDS_MAX, EXAMPLES_ARENA = 16 << 20 };

void openapi_member(struct json_writer *w, const char *key, const char *text)
{
    json_key(w, key);
    json_text(w, text);
}

void openapi_open(struct json_writer *w, const char *key)
{
    json_key(w, key);
    json_begin_object(w);
}

void openapi_close(struct json_writer *w, int count)
{
    while (count-- > 0)
        json_end_object(w);
}

/* "GET" as OpenAPI spells it. */
static void key_lower(struct str method, struct json_writer *w)
{
    char lower[16];
    str_copy_cut(lower, sizeof lower, method);
    for (char *p = lower; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    json_key(w, lower);
}

/* ---- parameters ---- */

static void write_example(const struct json *example, struct json_writer *w)
{
    if (!example)
        return;
    json_key(w, "example");
    json_value(w, example);
}

static void write_parameter(const struct field *f, const char *name, const char *place,
                            const struct json *example, struct json_writer *w)
{
    bool is_path = str_eq(str_of(place), STR("path"));
    bool is_json = f->kind == TYPE_OBJECT || (f->kind == TYPE_LIST && f->of);
    json_begin_object(w);
    openapi_member(w, "name", name);
    openapi_member(w, "in", place);
    openapi_member(w, "description", f->doc);
    json_key(w, "required");
    json_bool(w, is_path || (f->required && !f->initial));
    if (is_json) { /* given as JSON text */
        openapi_open(w, "content");
        openapi_open(w, "application/json");
    } else if (f->kind == TYPE_LIST) {
        openapi_member(w, "style", is_path ? "simple" : "form");
        json_key(w, "explode");
        json_bool(w, false);
    }
    json_key(w, "schema");
    schema_field(f, SCHEMA_INPUT, w);
    write_example(example, w);
    if (is_json) {
        json_end_object(w);
        json_end_object(w);
    }
    json_end_object(w);
}

static void write_format(const struct op *op, struct json_writer *w)
{
    const char *names[FORM_NAMES_MAX + 1];
    form_names(op, names);
    const struct field f = {.name = "format",
                            .doc = "Form of the answer; without it the Accept header decides",
                            .kind = TYPE_ENUM,
                            .choices = names};
    write_parameter(&f, f.name, "query", NULL, w);
}

static bool takes_body(struct str method)
{
    return !str_eq(method, STR("GET")) && !str_eq(method, STR("DELETE"));
}

static void write_parameters(const struct op *op, struct str method, struct str path,
                             const struct json *arguments, struct json_writer *w)
{
    const struct type *common = arguments_common(op);
    json_key(w, "parameters");
    json_begin_array(w);
    for (size_t i = 0; i < op->in->count; i++) {
        const struct field *f = &op->in->fields[i];
        const struct json *example = json_get(arguments, str_of(f->name));
        if (route_has(path, str_of(f->name)))
            write_parameter(f, f->name, "path", example, w);
        else if (!takes_body(method) && strcmp(f->name, "format") != 0)
            write_parameter(f, f->name, "query", example, w);
    }
    if (common)
        write_parameter(type_find(common, STR("idempotency_key")), "Idempotency-Key", "header",
                        NULL, w);
    write_format(op, w);
    json_end_array(w);
}

/* The fields that are not part of the path. */
static void write_body(const struct op *op, struct str path, const struct json *arguments,
                       struct json_writer *w)
{
    struct field kept[BODY_FIELDS_MAX];
    struct type body = {.name = op->in->name, .fields = kept, .size = op->in->size};
    bool is_needed = false;
    assert(op->in->count <= BODY_FIELDS_MAX);
    for (size_t i = 0; i < op->in->count; i++) {
        const struct field *f = &op->in->fields[i];
        if (route_has(path, str_of(f->name)))
            continue;
        kept[body.count++] = *f;
        is_needed = is_needed || (f->required && !f->initial);
    }
    openapi_open(w, "requestBody");
    json_key(w, "required");
    json_bool(w, is_needed);
    openapi_open(w, "content");
    openapi_open(w, "application/json");
    json_key(w, "schema");
    schema_write(&body, SCHEMA_INPUT, w);
    if (arguments) {
        openapi_open(w, "example");
        for (const struct json *one = arguments->items; one < arguments->items + arguments->n;
             one++)
            if (!route_has(path, one->key)) {
                json_key_str(w, one->key);
                json_value(w, one);
            }
        json_end_object(w);
    }
    json_end_object(w);
    json_end_object(w);
    json_end_object(w);
}

/* ---- answers ---- */

/* With the example's answer, if it has that status. */
static void write_success(const struct op *op, const char *status, const char *text,
                          const struct json *example, struct json_writer *w)
{
    openapi_open(w, status);
    openapi_member(w, "description", text);
    openapi_open(w, "content");
    const struct form *form;
    const struct json *its_status = json_get(example, STR("status"));
    bool is_its = its_status && str_is(its_status->text, status);
    for (size_t i = 0; (form = form_of(op, i)); i++) {
        openapi_open(w, form->kind);
        json_key(w, "schema");
        if (form->render)
            json_raw(w, STR("{\"type\":\"string\"}"));
        else
            render_schema(op, SCHEMA_OUTPUT, w);
        write_example(is_its && !form->render ? json_get(example, STR("answer")) : NULL, w);
        json_end_object(w);
    }
    json_end_object(w);
    json_end_object(w);
}

/* In the form of 200, which is not told again for a case that is rare. */
static void write_waiting(struct json_writer *w)
{
    openapi_open(w, "202");
    openapi_member(w, "description", "Not sent: a person has to approve it first; as 200");
    openapi_open(w, "content");
    openapi_open(w, "application/json");
    openapi_open(w, "schema");
    openapi_member(w, "type", "object");
    openapi_close(w, 4);
}

void openapi_problem(struct json_writer *w, const char *status)
{
    openapi_open(w, status);
    openapi_member(w, "$ref", "#/components/responses/Problem");
    json_end_object(w);
}

static void write_responses(const struct op *op, struct str method, const struct json *example,
                            struct json_writer *w)
{
    static const char *const problems[] = {"400", "401", "403", "404", "405", "406", "409", "413",
                                           "415", "422", "429", "431", "500", "502", "503", "504"};
    bool is_trade = op->effect == OP_TRADE;
    openapi_open(w, "responses");
    write_success(op, "200", is_trade ? "Done; or a preview, with nothing sent" : "The answer",
                  example, w);
    if (is_trade && str_eq(method, STR("POST")))
        write_success(op, "201", "Sent to the broker", example, w);
    if (is_trade)
        write_waiting(w);
    if (str_eq(method, STR("GET"))) {
        openapi_open(w, "304");
        openapi_member(w, "description", "You have it already, by the ETag in If-None-Match");
        json_end_object(w);
    }
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++)
        openapi_problem(w, problems[i]);
    json_end_object(w);
}

static void write_operation(const struct op *op, struct str method, struct str path,
                            const struct json *examples, struct json_writer *w)
{
    const struct json *example = json_get(examples, str_of(op->name));
    const struct json *arguments = json_get(example, STR("arguments"));
    key_lower(method, w);
    json_begin_object(w);
    openapi_member(w, "operationId", op->name);
    openapi_member(w, "summary", op->title);
    openapi_member(w, "description", op->doc);
    json_key(w, "tags");
    json_begin_array(w);
    json_text(w, op->category);
    json_end_array(w);
    write_parameters(op, method, path, arguments, w);
    if (takes_body(method))
        write_body(op, path, arguments, w);
    write_responses(op, method, example, w);
    openapi_security(w, !op_is_write(op));
    json_end_object(w);
}

/* ---- paths ---- */

/* True if an earlier row has the path of `op`, so that its methods are written already. */
static bool is_written(struct str path, const struct op *op)
{
    const struct op *one;
    struct str its_method, its_path;
    for (size_t i = 0; (one = op_next(&i)) != op;)
        if (route_split(one, &its_method, &its_path) && str_eq(its_path, path))
            return true;
    return false;
}

static void write_path(struct str path, const struct json *examples, struct json_writer *w)
{
    const struct op *op;
    struct str its_method, its_path;
    json_key_str(w, path);
    json_begin_object(w);
    for (size_t i = 0; (op = op_next(&i));)
        if (route_split(op, &its_method, &its_path) && str_eq(its_path, path))
            write_operation(op, its_method, path, examples, w);
    json_end_object(w);
}

static void write_paths(const struct json *examples, struct json_writer *w)
{
    const struct op *op;
    struct str method, path;
    openapi_open(w, "paths");
    for (size_t i = 0; (op = op_next(&i));)
        if (route_split(op, &method, &path) && !is_written(path, op))
            write_path(path, examples, w);
    openapi_own_paths(w);
    json_end_object(w);
}

/* ---- the rest ---- */

static void write_components(struct json_writer *w)
{
    openapi_open(w, "components");
    openapi_open(w, "securitySchemes");
    openapi_schemes(w);
    json_end_object(w);
    openapi_open(w, "responses");
    openapi_open(w, "Problem");
    openapi_member(w, "description", "What is wrong, and the next step");
    openapi_open(w, "content");
    openapi_open(w, "application/problem+json");
    json_key(w, "schema");
    json_raw(w, STR("{\"type\":\"object\",\"required\":[\"status\",\"title\",\"detail\","
                    "\"success\",\"error\","
                    "\"code\",\"class\",\"details\",\"warnings\"],\"properties\":{"
                    "\"status\":{\"type\":\"integer\"},\"title\":{\"type\":\"string\"},"
                    "\"detail\":{\"type\":\"string\",\"description\":\"The same as error\"},"
                    "\"success\":{\"type\":\"boolean\",\"const\":false},"
                    "\"error\":{\"type\":\"string\",\"description\":\"One sentence\"},"
                    "\"code\":{\"type\":\"string\",\"description\":\"Stable reason\"},"
                    "\"class\":{\"type\":\"string\"},"
                    "\"broker_code\":{\"type\":[\"integer\",\"null\"]},"
                    "\"details\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},"
                    "\"warnings\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
                    "\"next\":{\"type\":[\"string\",\"null\"],"
                    "\"description\":\"What to do about it\"}}}"));
    for (int i = 0; i < 5; i++)
        json_end_object(w);
}

void openapi_write(struct buf *out)
{
    struct json_writer w;
    struct error e;
    struct str text = {(const char *)rest_examples, sizeof rest_examples};
    struct arena *arena = arena_new(EXAMPLES_ARENA);
    const struct json *examples = json_parse(text, arena, &e);
    assert(examples); /* a test has made it */
    json_writer_init(&w, out);
    json_begin_object(&w);
    openapi_member(&w, "openapi", "3.1.0");
    openapi_open(&w, "info");
    openapi_member(&w, "title", "Portcullis");
    openapi_member(&w, "version", PORTCULLIS_VERSION);
    json_key(&w, "license");
    json_raw(&w, STR("{\"name\":\"MIT\",\"identifier\":\"MIT\"}"));
    openapi_member(
        &w, "description",
        "A guarded gate to an Interactive Brokers account. Reading needs no token on this "
        "machine; whatever trades does. Absent values are null: unknown is never zero.");
    json_end_object(&w);
    json_key(&w, "servers");
    json_raw(&w, STR("[{\"url\":\"/\",\"description\":\"This machine\"}]"));
    write_paths(examples, &w);
    write_components(&w);
    json_end_object(&w);
    arena_free(arena);
}
