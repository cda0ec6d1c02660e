/* SPDX-License-Identifier: MIT */
#include "data/http.h"

#include "data/hash.h"

#include <assert.h>

struct str http_header(const struct http_request *r, struct str name)
{
    for (size_t i = 0; i < r->header_count; i++)
        if (str_ieq(r->headers[i].name, name))
            return r->headers[i].value;
    return STR_NONE;
}

size_t http_header_count(const struct http_request *r, struct str name)
{
    size_t count = 0;
    for (size_t i = 0; i < r->header_count; i++)
        count += str_ieq(r->headers[i].name, name);
    return count;
}

bool http_decode(struct str s, bool plus_is_space, struct buf *out)
{
    size_t from = out->n;
    for (size_t i = 0; i < s.n; i++) {
        bool ok;
        if (s.p[i] == '%') {
            ok = i + 2 < s.n && hex_decode(str_sub(s, i + 1, i + 3), out) && out->p[out->n - 1];
            i += 2;
        } else {
            ok = s.p[i] && buf_add_char(out, s.p[i] == '+' && plus_is_space ? ' ' : s.p[i]);
        }
        if (!ok)
            return false;
    }
    return str_is_utf8(str_sub(buf_str(out), from, out->n));
}

static const struct {
    int status;
    const char *text;
} status_texts[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

const char *http_status_text(int status)
{
    for (size_t i = 0; i < sizeof status_texts / sizeof status_texts[0]; i++)
        if (status_texts[i].status == status)
            return status_texts[i].text;
    return "Unknown";
}

/* ---- for whom ---- */

/* One of the list, alone or with our port. */
static bool is_host_of(struct str list, struct str host, int port)
{
    struct str name, rest;
    int64_t number;
    while (str_cut(&list, ',', &name)) {
        name = str_trim(name);
        if (!name.n || !str_ieq(str_sub(host, 0, name.n), name))
            continue;
        rest = str_sub(host, name.n, host.n);
        if (rest.n == 0 ||
            (rest.p[0] == ':' && str_to_i64(str_sub(rest, 1, rest.n), &number) && number == port))
            return true;
    }
    return false;
}

static bool is_origin_of(struct str host, struct str scheme, struct str origin)
{
    return str_starts(origin, scheme) && str_ieq(str_sub(origin, scheme.n, origin.n), host);
}

static bool is_listed(struct str list, struct str text)
{
    for (struct str one; str_cut(&list, ',', &one);)
        if (str_trim(one).n && str_eq(str_trim(one), text))
            return true;
    return false;
}

enum http_aim http_aim(const struct http_request *r, const struct http_site *site)
{
    struct str host = http_header(r, STR("Host")), origin = http_header(r, STR("Origin"));
    bool is_local = is_host_of(STR("localhost,127.0.0.1,[::1]"), host, site->port);
    if (http_header_count(r, STR("Host")) != 1 ||
        (!is_local && !is_host_of(site->hosts, host, site->port)))
        return HTTP_OTHER_HOST;
    bool is_own = ((!is_local || site->is_tls) && is_origin_of(host, STR("https://"), origin)) ||
                  ((!is_local || !site->is_tls) && is_origin_of(host, STR("http://"), origin));
    if (origin.p && http_header_count(r, STR("Origin")) != 1)
        return HTTP_OTHER_ORIGIN;
    if (origin.p && !is_own)
        return is_listed(site->origins, origin) ? HTTP_PAGE : HTTP_OTHER_ORIGIN;
    return is_local ? HTTP_LOCAL : HTTP_NAMED;
}
