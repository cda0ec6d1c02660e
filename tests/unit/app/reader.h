/* SPDX-License-Identifier: MIT */
/* For tests of app/: who asks over HTTP and hears the answer, whole or piece by piece. */
#ifndef PORTCULLIS_TESTS_READER_H
#define PORTCULLIS_TESTS_READER_H

#include "../../kit/ask.h"

/* http is for who gives up: the test keeps it, the end of the answer clears it. */
struct reader {
    struct app_http *http;
    int status;
    char session[40]; /* that it was given */
    struct buf heard;
    bool is_over;
    bool is_deaf; /* takes nothing */
};

static inline void reader_end(void *self)
{
    struct reader *r = self;
    r->http = NULL;
    r->is_over = true;
}

static inline void reader_begin(void *self, struct http_response *response)
{
    struct reader *r = self;
    r->status = response->status;
    for (size_t i = 0; i < response->header_count; i++)
        if (str_eq(response->headers[i].name, STR("MCP-Session-Id")))
            str_copy_cut(r->session, sizeof r->session, response->headers[i].value);
    buf_add_str(&r->heard, buf_str(&response->body));
    buf_fini(&response->body);
}

static inline void reader_reply(void *self, struct http_response *response)
{
    reader_begin(self, response);
    reader_end(self);
}

static inline bool reader_send(void *self, struct str piece)
{
    struct reader *r = self;
    return !r->is_deaf && buf_add_str(&r->heard, piece);
}

static inline struct http_sink reader_sink(struct reader *r)
{
    return (struct http_sink){reader_reply, reader_begin, reader_send, reader_end, r};
}

#endif
