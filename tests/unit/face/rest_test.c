/* SPDX-License-Identifier: MIT */
#include "face/rest.h"

#include "data/json.h"
#include "fixture.h"

#define TOKEN "secret-token"

/* One that may do all that a token can. */
static struct tokens *tokens;
static struct keep *keep;

static int make_tokens(void **state)
{
    struct error e = {0};
    struct buf file;
    (void)state;
    keep = keep_new(TOKENS_FILE_MAX);
    buf_init(&file, TOKENS_FILE_MAX);
    tokens_import(STR("sheet"), STR(TOKEN), SCOPE_READ | SCOPE_PREVIEW | SCOPE_TRADE, &file);
    tokens = tokens_new(buf_str(&file), keep, &e);
    buf_fini(&file);
    return tokens ? 0 : -1;
}

static int drop_tokens(void **state)
{
    (void)state;
    tokens_free(tokens);
    keep_free(keep);
    return 0;
}

struct exchange {
    struct fixture *f;
    struct rest_config config;
    struct http_request request;
    struct http_response response;
    bool is_over;
};

static void answer(struct task *t, void *arg)
{
    struct exchange *x = arg;
    rest_answer(t, &x->f->core, &x->config, &x->request, &x->response);
    /* what the headers point to dies with the task */
    for (size_t i = 0; i < x->response.header_count; i++) {
        static char kept[HTTP_ANSWER_HEADERS_MAX][1024];
        str_copy_cut(kept[i], sizeof kept[i], x->response.headers[i].value);
        x->response.headers[i].value = STR_NAME(kept[i]);
    }
    x->is_over = true;
}

/* "GET /path?query", headers as "Name: value" lines, a body. "Host: ..." is added if missing. */
static void ask(struct exchange *x, struct fixture *f, const char *line, const char *headers,
                const char *body)
{
    struct str rest = str_of(line), lines = str_of(headers), one;
    f->core.tokens = tokens;
    *x = (struct exchange){.f = f, .config = {.access = access_new(&f->core)}};
    access_listens(x->config.access, 5000, false);
    struct http_request *r = &x->request;
    (void)str_cut(&rest, ' ', &r->method);
    size_t mark = str_find(rest, '?', 0);
    r->path = str_sub(rest, 0, mark);
    r->query = mark < rest.n ? str_sub(rest, mark + 1, rest.n) : STR_NONE;
    r->body = str_of(body);
    while (lines.n && str_cut(&lines, '\n', &one)) {
        size_t colon = str_find(one, ':', 0);
        r->headers[r->header_count++] =
            (struct http_pair){str_sub(one, 0, colon), str_sub(one, colon + 2, one.n)};
    }
    if (!http_header_count(r, STR("Host")))
        r->headers[r->header_count++] = (struct http_pair){STR("Host"), STR("127.0.0.1:5000")};
    r->is_loopback = true;
    assert_non_null(task_spawn(f->tasks, f->now, 30000, answer, x));
    tasks_run(f->tasks, f->now);
    for (int i = 0; i < 100 && !x->is_over; i++)
        fixture_run(f, 10);
    assert_true(x->is_over);
    access_free(x->config.access);
}

static struct str header(const struct exchange *x, const char *name)
{
    for (size_t i = 0; i < x->response.header_count; i++)
        if (str_ieq(x->response.headers[i].name, str_of(name)))
            return x->response.headers[i].value;
    return STR_NONE;
}

/* An operation that makes some forms of its answer itself. */
struct test_made {
    unsigned format;
    struct list points;
    struct str text;
};
static const char *const made_choices[] = {"rows", "ics", "jsonl", NULL};
static const struct field made_in_fields[] = {
    FIELD(struct test_made, format, .choices = made_choices, .initial = "rows", .doc = "Form"),
};
static const struct type made_in_type = TYPE_OF(struct test_made, made_in_fields);
static const struct field made_out_fields[] = {
    FIELD(struct test_made, points, .of = &test_point_type, .doc = "Rows"),
    FIELD(struct test_made, text, .lines = true, .doc = "The same as a text"),
};
static const struct type made_out_type = TYPE_OF(struct test_made, made_out_fields);

static bool run_made(struct call *c, const void *in, void *out)
{
    const struct test_made *args = in;
    struct test_made *result = out;
    result->text = arena_f(c->arena, "format %u", args->format);
    return true;
}

static const struct op made_ops[] = {
    {.name = "test_made",
     .title = "Make",
     .doc = "Makes its answer.",
     .in = &made_in_type,
     .out = &made_out_type,
     .route = "GET /api/test/made",
     .category = "test_things",
     .run = run_made},
};
static const struct op_set made_op_set = {made_ops, COUNT(made_ops)};

#define AUTH "authorization: bearer " TOKEN
#define JSON "Content-Type: application/json"

static const struct {
    const char *line, *headers, *body;
    int status;
    const char *part;
} cases[] = {
    /* arguments */
    {"GET /api/test/echo/hello", "", "", 200, "{\"mode\":\"paper\",\"as_of\":\"2026-11-22T18:03"},
    {"GET /api/test/echo/a%2Fb%20%E2%82%AC", "", "", 200, "\"text\":\"a/b \u20ac\""},
    {"GET /api/test/echo/a+b", "", "", 200, "\"text\":\"a+b\""},
    {"GET /api/test/echo/a?note=x+y%26z", "", "", 200, "\"note\":\"x y&z\""},
    {"GET /api/test/echo/a?words=x,y&words=z&&count=4", "", "", 200,
     "\"words\":[\"x\",\"y\",\"z\"],\"count\":4"},
    {"GET /api/test/echo/a?sure=true&price=0.10", "", "", 200, "\"price\":0.1,\"sure\":true"},
    {"GET /api/test/echo/%zz", "", "", 400, "\"code\":\"ENCODING\""},
    {"GET /api/test/echo/%zz", "", "", 400, "\"next\":\"write % itself as %25"},
    {"GET /api/test/echo/a%00", "", "", 400, "\"code\":\"ENCODING\""},
    {"GET /api/test/echo/%ff", "", "", 400, "\"code\":\"ENCODING\""},
    {"GET /api/test/echo/a?count=%2", "", "", 400, "\"code\":\"ENCODING\""},
    {"GET /api/test/echo/a?cuont=4", "", "", 400, "\"next\":\"did you mean count?\""},
    {"GET /api/test/echo/a?text=b", "", "", 400, "text: is given twice"},
    {"GET /api/test/echo/a?count=11", "", "", 400, "above the maximum 10"},
    {"GET /api/test/echo/a?count=11", "", "", 400, "what GET /api/test/echo/{text} takes\""},
    {"GET /api/test/echo/a?count=11", "", "", 400,
     "\"title\":\"Bad Request\",\"detail\":\"count: 11 is above"},
    {"GET /api/test/echo/a?text=b", "", "", 400, "\"next\":\"correct what is named"},
    {"GET /api/test/echo/a?count=1e308", "", "", 400, "count: 1e308 is too large a number"},
    {"GET /api/test/echo/a", JSON, "{}", 400, "\"code\":\"BODY\""},
    {"POST /api/test/echo/a", JSON, "{\"count\":5,\"words\":[\"x\"]}", 200, "\"count\":5"},
    {"POST /api/test/echo/a", "Content-Type: application/json; charset=utf-8", "{\"count\":5}", 200,
     "\"count\":5"},
    {"POST /api/test/echo/a", "", "", 200, "\"count\":3"},
    {"POST /api/test/echo/a", "", "{\"count\":5}", 415, "\"code\":\"CONTENT_TYPE\""},
    {"POST /api/test/echo/a", "Content-Type: text/plain", "{}", 415, "CONTENT_TYPE"},
    {"POST /api/test/echo/a", JSON, "{\"count\":", 400, "\"code\":\"JSON\""},
    {"POST /api/test/echo/a", JSON, "{\"count\":", 400, "\"next\":\"send one JSON object"},
    {"POST /api/test/echo/a", JSON, "[1]", 400, "expected an object"},
    {"POST /api/test/echo/a", JSON, "{\"text\":\"b\"}", 400, "given twice"},
    /* forms */
    {"GET /api/test/echo/a?format=csv", "", "", 200, "x,y\r\n"},
    {"GET /api/test/echo/a?format=json", "Accept: text/csv", "", 200, "{\"mode\""},
    {"GET /api/test/echo/a?format=xml", "", "", 400, "format: one of json, csv, ndjson"},
    {"GET /api/test/echo/a?format=csv&format=json", "", "", 400, "format: is given twice"},
    {"GET /api/test/echo/a?format=ics", "", "", 400, "format: one of json, csv, ndjson"},
    /* forms that the operation makes itself */
    {"GET /api/test/made?format=ics", "", "", 200, "format 1\n"},
    {"GET /api/test/made", "Accept: text/calendar, */*;q=0.1", "", 200, "format 1\n"},
    {"GET /api/test/made?format=jsonl", "", "", 200, "format 2\n"},
    {"GET /api/test/made?format=ndjson", "", "", 200, "format 2\n"},
    {"GET /api/test/made", "Accept: application/x-ndjson", "", 200, "format 2\n"},
    {"GET /api/test/made", "", "", 200, "\"text\":\"format 0\""},
    {"GET /api/test/made?format=json", "Accept: text/calendar", "", 200, "\"text\":\"format 0\""},
    {"GET /api/test/made?format=rows", "", "", 200, "\"text\":\"format 0\""},
    {"GET /api/test/made?format=rows", "Accept: text/csv", "", 200, "x,y\r\n"},
    {"GET /api/test/made?format=csv", "", "", 200, "x,y\r\n"},
    {"GET /api/test/made?format=xml", "", "", 400, "json, csv, ndjson, rows, ics, jsonl\""},
    {"GET /api/test/made?format=rows&format=ics", "", "", 400, "format: is given twice"},
    {"GET /api/test/wait?ms=0&format=ndjson", "", "", 200, "{\"ms\":0,\"who\":\"http\"}\n"},
    {"POST /api/test/echo/a?format=ndjson", JSON, "{\"points\":[{\"x\":1},{\"x\":2,\"y\":3}]}", 200,
     "{\"x\":1,\"y\":7}\n{\"x\":2,\"y\":3}\n"},
    {"GET /api/test/wait?ms=0", "Accept: application/x-ndjson", "", 200, "{\"ms\":0,\"who\""},
    {"GET /api/test/echo/a", "Accept: text/csv, application/json", "", 200, "x,y\r\n"},
    {"GET /api/test/echo/a", "Accept: application/json, text/csv", "", 200, "{\"mode\""},
    {"GET /api/test/echo/a", "Accept: text/csv;q=0.5, application/json", "", 200, "{\"mode\""},
    {"GET /api/test/echo/a", "Accept: text/html, */*;q=0.1", "", 200, "{\"mode\""},
    {"GET /api/test/echo/a", "Accept: image/png", "", 406, "\"code\":\"ACCEPT\""},
    {"GET /api/test/echo/a", "Accept: application/json;q=0", "", 406, "?format= chooses"},
    {"GET /api/test/echo/a?format=csv", "Accept: image/png", "", 200, "x,y\r\n"},
    {"GET /api/test/echo/a", "Accept: text/html, text/csv;q=0.9", "", 200, "x,y\r\n"},
    {"GET /api/test/echo/a", "Accept: */*", "", 200, "{\"mode\""},
    {"HEAD /api/test/echo/a", "", "", 200, "{\"mode\""},
    {"GET /api/test/wait?ms=50", "", "", 200, "\"who\":\"http\""},
    {"GET /api/test/wait?ms=0", AUTH, "", 200, "\"who\":\"token:sheet\""},
    {"GET /api/test/flood", "", "", 429, "\"code\":\"REPLY_TOO_LARGE\""},
    /* routes */
    {"GET /api/test/ecko/a", "", "", 404, "did you mean /api/test/echo/{text}?"},
    {"GET /api/protfolio", "", "", 404, "did you mean /api/portfolio?"},
    {"GET /", "", "", 200, "<a href=\"/openapi.json\">"},
    {"GET /nothing/at/all/is/here", "", "", 404, "/openapi.json lists"},
    {"GET /api/test/echo/", "", "", 404, "UNKNOWN_ROUTE"},
    {"GET /api/test/echo/a/b", "", "", 404, "UNKNOWN_ROUTE"},
    {"GET /api/test/echo/../../etc/passwd", "", "", 404, "UNKNOWN_ROUTE"},
    {"GET *", "", "", 404, "UNKNOWN_ROUTE"},
    {"GET /api/test/words/a/EUR/USD,b", "", "", 200, "\"words\":[\"EUR/USD\",\"b\"]"},
    {"GET /api/test/words/a/EUR%2FUSD", "", "", 200, "\"words\":[\"EUR/USD\"]"},
    {"GET /api/test/words/a", "", "", 404, "UNKNOWN_ROUTE"},
    {"PUT /api/orders/limit", "", "", 405, "use one of POST, OPTIONS"},
    {"DELETE /api/orders/completed", "", "", 405, "use one of GET, HEAD, OPTIONS"},
    {"PUT /api/test/echo/a", "", "", 405, "\"code\":\"METHOD\""},
    {"PUT /api/test/echo/a", "", "", 405, "\"next\":\"use one of GET, HEAD, POST, OPTIONS\""},
    {"OPTIONS /api/test/order", "", "", 204, ""},
    {"OPTIONS /healthz", "", "", 204, ""},
    {"OPTIONS /nowhere/at/all/is/it", "", "", 404, "UNKNOWN_ROUTE"},
    {"OPTIONS /api/test/order", "Host: evil.example", "", 403, "HOST"},
    {"POST /healthz", "", "", 405, "\"code\":\"METHOD\""},
    {"GET /healthz", "", "", 200, "{\"status\":\"ok\"}"},
    {"GET /metrics", "", "", 200, "# TYPE portcullis_build_info gauge\nportcullis_build_info{"},
    {"GET /readyz", "", "", 503, "\"code\":\"NOT_CONNECTED\""},
    {"GET /openapi.json", "", "", 200, "\"/api/test/echo/{text}\":{\"get\":{"},
    /* who may ask */
    {"GET /healthz", "Host: localhost", "", 200, "ok"},
    {"GET /healthz", "Host: LOCALHOST:5000", "", 200, "ok"},
    {"GET /healthz", "Host: [::1]:5000", "", 200, "ok"},
    {"GET /healthz", "Host: 127.0.0.1:5001", "", 403, "\"code\":\"HOST\""},
    {"GET /healthz", "Host: localhost.evil.example", "", 403, "HOST"},
    {"GET /healthz", "Host: evil.example", "", 403, "HOST"},
    {"GET /healthz", "Host: 127.0.0.1@evil.example", "", 403, "HOST"},
    {"GET /healthz", "Host: 127.0.0.1:", "", 403, "HOST"},
    {"GET /healthz", "Host: localhost\nHost: localhost", "", 403, "HOST"},
    {"GET /healthz", "Host: localhost:5000\nOrigin: http://localhost:5000", "", 200, "ok"},
    {"GET /healthz", "Origin: http://evil.example", "", 403, "\"code\":\"ORIGIN\""},
    {"GET /healthz", "Origin: null", "", 403, "ORIGIN"},
    {"GET /healthz", "Origin: https://127.0.0.1:5000", "", 403, "ORIGIN"},
    {"GET /healthz", "Host: localhost:5000\nOrigin: http://127.0.0.1:5000", "", 403, "ORIGIN"},
    {"POST /api/test/order", JSON, "{\"quantity\":5}", 401, "\"code\":\"UNAUTHORIZED\""},
    {"POST /api/test/order", JSON "\nAuthorization: Bearer wrong", "{\"quantity\":5}", 401,
     "portcullis token add"},
    {"POST /api/test/order", JSON "\nAuthorization: Basic " TOKEN, "{\"quantity\":5}", 401, "UNAU"},
    {"POST /api/test/order", JSON "\nAuthorization: Bearer", "{\"quantity\":5}", 401, "UNAU"},
    {"POST /api/test/order", JSON "\n" AUTH "\n" AUTH, "{\"quantity\":5}", 401, "UNAU"},
    {"GET /api/test/echo/a", "Authorization: Bearer wrong", "", 401, "UNAUTHORIZED"},
    {"POST /api/test/admin", AUTH, "", 403, "\"code\":\"SCOPE\""},
    /* writes */
    {"POST /api/test/order", JSON "\n" AUTH, "{\"quantity\":5}", 201,
     "\"quantity\":5,\"key\":null"},
    {"POST /api/test/order", JSON "\n" AUTH "\nIdempotency-Key: k-1", "{\"quantity\":5}", 201,
     "\"key\":\"k-1\""},
    {"POST /api/test/order", JSON "\n" AUTH "\nIdempotency-Key: ", "{\"quantity\":5}", 400,
     "idempotency_key"},
    {"POST /api/test/order", JSON "\n" AUTH, "{\"quantity\":5,\"dry_run\":true}", 200, "\"key\""},
    {"POST /api/test/order", JSON "\n" AUTH, "{\"quantity\":100}", 429,
     "{\"status\":429,\"title\":\"Too Many Requests\",\"detail\":\""},
    {"POST /api/test/order", JSON "\n" AUTH, "{\"quantity\":100}", 429,
     "\"details\":[{\"code\":\"VALUE_MAX\""},
    {"POST /api/test/order", JSON "\n" AUTH, "{\"quantity\":102}", 504, "\"class\":\"timeout\""},
    {"POST /api/test/order", JSON "\n" AUTH, "{\"quantity\":103}", 503, "NOT_CONNECTED"},
    {"POST /api/test/order", JSON "\n" AUTH, "{\"quantity\":104}", 422, "\"broker_code\":201"},
    {"POST /api/test/order", JSON "\n" AUTH, "{\"quantity\":105}", 409, "DUPLICATE"},
    {"POST /api/test/order", JSON "\n" AUTH, "{\"quantity\":106}", 403, "MODE_READ_ONLY"},
};

static void each_request_has_its_status(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct exchange x;
        ask(&x, f, cases[i].line, cases[i].headers, cases[i].body);
        if (x.response.status != cases[i].status)
            print_error("%s (%s)\n", cases[i].line, cases[i].headers);
        assert_int_equal(x.response.status, cases[i].status);
        assert_holds(buf_str(&x.response.body), cases[i].part);
        bool has_tag = header(&x, "ETag").p != NULL;
        assert_true(str_eq(header(&x, "Cache-Control"),
                           has_tag ? STR("private, no-cache") : STR("no-store")));
        assert_true(str_eq(header(&x, "X-Content-Type-Options"), STR("nosniff")));
        assert_false(x.response.body.failed);
        buf_fini(&x.response.body);
    }
    fixture_free(f);
}

static void headers_say_what_a_status_needs(void **state)
{
    static const struct {
        const char *line, *headers, *body, *name, *value;
    } rows[] = {
        {"PUT /api/test/echo/a", "", "", "Allow", "GET, HEAD, POST, OPTIONS"},
        {"POST /healthz", "", "", "Allow", "GET, HEAD, OPTIONS"},
        {"OPTIONS /api/test/order", "", "", "Allow", "POST, OPTIONS"},
        {"POST /api/test/order", "", "", "WWW-Authenticate", "Bearer realm=\"portcullis\""},
        {"GET /healthz", "Authorization: Bearer x", "", "WWW-Authenticate",
         "Bearer realm=\"portcullis\", error=\"invalid_token\""},
        {"POST /api/test/order", JSON "\n" AUTH, "{\"quantity\":100}", "Retry-After", NULL},
        {"POST /api/test/order", JSON "\n" AUTH, "{\"quantity\":101}", "Retry-After", "60"},
        {"GET /readyz", "", "", "Retry-After", "5"},
        {"GET /api/test/echo/a?format=csv&note=warn", "", "", "Portcullis-Envelope",
         "account DU1, paper, as of 2026-11-22T18:03:46Z, from paper exchange, INCOMPLETE; "
         "warning: something is missing"},
        {"GET /api/test/echo/a", "", "", "Portcullis-Envelope", NULL},
        {"GET /api/test/echo/a", "", "", "Vary", "Accept, Accept-Encoding"},
        {"GET /nowhere", "", "", "Vary", "Accept, Accept-Encoding"},
        {"POST /api/test/echo/a", "", "", "ETag", NULL},
        {"GET /healthz", "", "", "ETag", NULL},
        {"GET /openapi.json", "Accept-Encoding: gzip", "", "Content-Encoding", "gzip"},
        {"GET /openapi.json", "Accept-Encoding: gzip;q=0, br", "", "Content-Encoding", NULL},
        {"GET /openapi.json", "", "", "Content-Encoding", NULL},
        {"GET /healthz", "Accept-Encoding: gzip", "", "Content-Encoding", NULL},
    };
    (void)state;
    struct fixture *f = fixture_new();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange x;
        ask(&x, f, rows[i].line, rows[i].headers, rows[i].body);
        struct str value = header(&x, rows[i].name);
        assert_int_equal(value.p != NULL, rows[i].value != NULL);
        if (rows[i].value && !str_eq(value, str_of(rows[i].value)))
            fail_msg("%s: %s: " STR_FMT, rows[i].line, rows[i].name, STR_ARG(value));
        buf_fini(&x.response.body);
    }
    fixture_free(f);
}

static void errors_are_problem_json(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct exchange x;
    ask(&x, f, "GET /nowhere", "", "");
    assert_string_equal(x.response.content_type, "application/problem+json");
    buf_fini(&x.response.body);
    ask(&x, f, "GET /api/test/echo/a", "", "");
    assert_string_equal(x.response.content_type, "application/json");
    buf_fini(&x.response.body);
    fixture_free(f);
}

static void who_has_the_answer_already_is_told_so(void **state)
{
    static const char request[] = "GET /api/test/echo/a?note=b";
    static const struct {
        const char *line, *before, *after; /* around the tag of `request` */
        int status;
    } rows[] = {
        {request, "If-None-Match: ", "", 304},
        {"HEAD /api/test/echo/a?note=b", "If-None-Match: ", "", 304},
        {request, "If-None-Match: \"x\", ", ",W/\"y\"", 304},
        {request, "If-None-Match: *", "", 304},
        {request, "If-None-Match: \"x\"", "", 200},
        {request, "If-None-Match:", "", 200},
        {"GET /api/test/echo/a?note=c", "If-None-Match: ", "", 200},
        {"GET /api/test/echo/a?note=b&format=csv", "If-None-Match: ", "", 200},
        {"POST /api/test/echo/a?note=b", "If-None-Match: ", "", 200},
        {"GET /api/test/echo/a?count=99", "If-None-Match: *", "", 400},
    };
    (void)state;
    struct fixture *f = fixture_new();
    struct exchange x;
    char tag[64], headers[128];
    ask(&x, f, request, "", "");
    str_copy_cut(tag, sizeof tag, header(&x, "ETag"));
    assert_true(str_starts(STR_NAME(tag), STR("W/\"")));
    buf_fini(&x.response.body);
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool is_of_tag = str_ends(str_of(rows[i].before), STR(" "));
        fixture_run(f, 1500); /* the time of the answer is not what it says */
        (void)snprintf(headers, sizeof headers, "%s%s%s", rows[i].before, is_of_tag ? tag : "",
                       rows[i].after);
        ask(&x, f, rows[i].line, headers, "");
        if (x.response.status != rows[i].status)
            fail_msg("%s with %s: %d", rows[i].line, headers, x.response.status);
        if (x.response.status == 304) {
            assert_int_equal(x.response.body.n, 0);
            assert_true(str_eq(header(&x, "ETag"), STR_NAME(tag)));
        }
        buf_fini(&x.response.body);
    }
    fixture_free(f);
}

#define PAGE "Origin: http://page.example\n"

static void pages_may_ask_from_the_origins_of_the_setting_alone(void **state)
{
    static const struct {
        const char *line, *headers;
        int status;
        const char *name, *value;
    } rows[] = {
        {"GET /healthz", PAGE, 200, "Access-Control-Allow-Origin", "http://page.example"},
        {"GET /healthz", PAGE, 200, "Vary", "Accept, Accept-Encoding, Origin"},
        {"GET /healthz", PAGE, 200, "Access-Control-Expose-Headers",
         "ETag, Portcullis-Envelope, Retry-After, WWW-Authenticate"},
        {"GET /healthz", "", 200, "Access-Control-Allow-Origin", NULL},
        {"GET /healthz", "Origin: http://page.example.evil.example", 403,
         "Access-Control-Allow-Origin", NULL},
        {"GET /healthz", "Origin: null", 403, "Access-Control-Allow-Origin", NULL},
        {"GET /healthz", PAGE "Origin: http://page.example", 403, "Access-Control-Allow-Origin",
         NULL},
        {"GET /healthz", PAGE "Host: evil.example", 403, "Access-Control-Allow-Origin", NULL},
        /* reading without a token is for this machine, not for a page */
        {"GET /api/test/echo/a", PAGE, 401, "Access-Control-Allow-Origin", "http://page.example"},
        {"GET /api/test/echo/a", PAGE AUTH, 200, "Access-Control-Allow-Origin",
         "http://page.example"},
        {"OPTIONS /api/test/order", PAGE "Access-Control-Request-Method: POST", 204,
         "Access-Control-Allow-Methods", "POST, OPTIONS"},
        {"OPTIONS /api/test/order", PAGE "Access-Control-Request-Method: POST", 204,
         "Access-Control-Allow-Headers",
         "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID"},
        {"OPTIONS /api/test/order",
         PAGE "Access-Control-Request-Method: POST\nAccess-Control-Request-Private-Network: true",
         204, "Access-Control-Allow-Private-Network", "true"},
        {"OPTIONS /api/test/order", "Access-Control-Request-Method: POST", 204,
         "Access-Control-Allow-Methods", NULL},
    };
    (void)state;
    struct fixture *f = fixture_new();
    f->settings.values.http.cors_origins = STR("https://other.example, http://page.example");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange x;
        ask(&x, f, rows[i].line, rows[i].headers, "");
        struct str value = header(&x, rows[i].name);
        if (x.response.status != rows[i].status || (value.p != NULL) != (rows[i].value != NULL) ||
            (rows[i].value && !str_eq(value, str_of(rows[i].value))))
            fail_msg("%s (%s): %d, %s: " STR_FMT, rows[i].line, rows[i].headers, x.response.status,
                     rows[i].name, STR_ARG(value));
        buf_fini(&x.response.body);
    }
    fixture_free(f);
}

static void without_tokens_nothing_is_written(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    static const char *const headers[] = {"", AUTH};
    struct tokens *none = tokens_new(STR(""), keep, &(struct error){0}), *all = tokens;
    tokens = none;
    for (size_t i = 0; i < COUNT(headers); i++) {
        struct exchange x;
        ask(&x, f, "POST /api/test/order", headers[i], "");
        assert_int_equal(x.response.status, 401);
        buf_fini(&x.response.body);
    }
    tokens = all;
    tokens_free(none);
    fixture_free(f);
}

static void reading_needs_a_token_where_the_setting_says_so(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    static const struct {
        const char *headers;
        int status;
    } rows[] = {{"", 401}, {AUTH, 200}};
    f->settings.values.http.anonymous_read = false;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct exchange x;
        ask(&x, f, "GET /api/test/echo/a", rows[i].headers, "");
        assert_int_equal(x.response.status, rows[i].status);
        buf_fini(&x.response.body);
        ask(&x, f, "GET /metrics", rows[i].headers, "");
        assert_int_equal(x.response.status, rows[i].status);
        buf_fini(&x.response.body);
        ask(&x, f, "GET /healthz", "", ""); /* says nothing about accounts */
        assert_int_equal(x.response.status, 200);
        buf_fini(&x.response.body);
    }
    fixture_free(f);
}

/* ---- OpenAPI ---- */

static const struct json *get(const struct json *j, const char *const *path)
{
    for (; *path; path++)
        j = json_get(j, str_of(*path));
    return j;
}
#define GET(j, ...) get((j), (const char *const[]){__VA_ARGS__, NULL})

static void openapi_describes_every_route(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct arena *a = arena_new(32 << 20);
    struct exchange x;
    struct error e = {0};
    ask(&x, f, "GET /openapi.json", "", "");
    const struct json *doc = json_parse(buf_str(&x.response.body), a, &e);
    assert_non_null(doc);
    assert_true(str_eq(json_get_str(doc, STR("openapi")), STR("3.1.0")));
    const struct op *op;
    for (size_t i = 0; (op = op_next(&i));) {
        if (!op->route)
            continue;
        struct str path = str_of(op->route), method;
        char lower[16];
        assert_true(str_cut(&path, ' ', &method));
        str_copy_cut(lower, sizeof lower, method);
        for (char *p = lower; *p; p++)
            *p = (char)(*p | 0x20);
        const struct json *one = json_get(json_get(GET(doc, "paths"), path), str_of(lower));
        if (!one)
            fail_msg("%s is missing", op->route);
        assert_true(str_eq(json_get_str(one, STR("operationId")), str_of(op->name)));
        assert_non_null(GET(one, "responses", "200", "content", "application/json", "schema"));
        const struct json *security = GET(one, "security");
        assert_int_equal(security->n, op_is_write(op) ? 2 : 3); /* the first may be: nothing */
        assert_int_equal(json_at(security, 0)->n, op_is_write(op) ? 1 : 0);
        assert_int_equal(GET(one, "requestBody") != NULL,
                         !str_eq(method, STR("GET")) && !str_eq(method, STR("DELETE")));
    }
    const struct json *post = GET(doc, "paths", "/api/test/echo/{text}", "post");
    const struct json *body =
        GET(post, "requestBody", "content", "application/json", "schema", "properties");
    assert_non_null(GET(body, "count"));
    assert_null(GET(body, "text"));
    assert_true(str_eq(json_get_str(json_at(GET(post, "parameters"), 0), STR("in")), STR("path")));
    assert_holds(buf_str(&x.response.body), "\"name\":\"Idempotency-Key\",\"in\":\"header\"");
    buf_fini(&x.response.body);
    arena_free(a);
    fixture_free(f);
}

static void the_guides_four_paths_exist(void **state)
{
    static const char *const routes[] = {"GET /api/portfolio", "GET /api/quotes/{symbols}",
                                         "POST /api/stop-loss"};
    (void)state;
    bool has_forex = false; /* its parameter's name is the operation's own matter */
    const struct op *op;
    for (size_t k = 0; k < COUNT(routes); k++) {
        bool found = false;
        for (size_t i = 0; (op = op_next(&i));) {
            found = found || (op->route && strcmp(op->route, routes[k]) == 0);
            has_forex = has_forex || (op->route && strncmp(op->route, "GET /api/forex/{", 16) == 0);
        }
        if (!found)
            print_error("%s\n", routes[k]);
        assert_true(found);
    }
    assert_true(has_forex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_request_has_its_status),
        cmocka_unit_test(headers_say_what_a_status_needs),
        cmocka_unit_test(errors_are_problem_json),
        cmocka_unit_test(who_has_the_answer_already_is_told_so),
        cmocka_unit_test(pages_may_ask_from_the_origins_of_the_setting_alone),
        cmocka_unit_test(without_tokens_nothing_is_written),
        cmocka_unit_test(reading_needs_a_token_where_the_setting_says_so),
        cmocka_unit_test(openapi_describes_every_route),
        cmocka_unit_test(the_guides_four_paths_exist),
    };
    op_register(&made_op_set);
    return cmocka_run_group_tests(tests, make_tokens, drop_tokens);
}
