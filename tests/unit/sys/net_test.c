/* SPDX-License-Identifier: MIT */
/* Both ends of a connection on one loop. */
#include "base/buf.h"
#include "sys/files.h"
#include "sys/net.h"

#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 5000, CAP = 1 << 20 };

struct end {
    struct rig *r;
    struct stream *s;
    struct buf in;
    bool opened, ended, closed, drained;
    struct error why;
};

struct rig {
    struct loop *l;
    struct listener *k;
    struct loop_timer *patience;
    bool gave_up;
    void (*step)(struct rig *r);
    struct end client, server;
    size_t accepted;
    int stage;
    char dir[64], path[96];
};

static void on_open(void *self)
{
    struct end *x = self;
    x->opened = true;
}

static void on_data(void *self, struct str bytes)
{
    struct end *x = self;
    buf_add_str(&x->in, bytes);
}

static void on_end(void *self)
{
    struct end *x = self;
    x->ended = true;
}

static void on_drain(void *self)
{
    struct end *x = self;
    x->drained = true;
}

static void on_close(void *self, const struct error *why)
{
    struct end *x = self;
    x->closed = true;
    x->s = NULL;
    if (why)
        x->why = *why;
}

static struct stream_owner owner_of(struct end *x, bool half_close)
{
    return (struct stream_owner){
        .on_open = on_open,
        .on_data = on_data,
        .on_end = half_close ? on_end : NULL,
        .on_drain = on_drain,
        .on_close = on_close,
        .self = x,
    };
}

static void on_stream(void *self, struct stream *s)
{
    struct rig *r = self;
    r->accepted++;
    if (r->server.s)
        return; /* not taken: closed */
    r->server.s = s;
    struct stream_owner o = owner_of(&r->server, true);
    stream_own(s, &o);
}

static void turn(void *self, struct moment now)
{
    (void)now;
    struct rig *r = self;
    if (r->step)
        r->step(r);
}

static void give_up(void *self)
{
    struct rig *r = self;
    r->gave_up = true;
    loop_stop(r->l);
}

static void rig_init(struct rig *r)
{
    *r = (struct rig){0};
    const struct loop_owner owner = {.turn = turn, .self = r};
    r->l = loop_new(&owner);
    r->patience = loop_timer_new(r->l, give_up, r);
    loop_timer_start(r->patience, PATIENCE_MS, 0);
    r->client.r = r->server.r = r;
    buf_init(&r->client.in, 64 << 20);
    buf_init(&r->server.in, 64 << 20);
    snprintf(r->dir, sizeof r->dir, "/tmp/sys-net-XXXXXX");
    assert_non_null(mkdtemp(r->dir));
    snprintf(r->path, sizeof r->path, "%s/s", r->dir);
}

static void rig_fini(struct rig *r)
{
    assert_false(r->gave_up);
    stream_close(r->client.s);
    stream_close(r->server.s);
    listener_close(r->k);
    loop_timer_free(r->patience);
    loop_free(r->l);
    buf_fini(&r->client.in);
    buf_fini(&r->server.in);
    assert_int_equal(rmdir(r->dir), 0); /* the listener has removed its socket */
}

static void listen_on(struct rig *r, const char *path, const char *host)
{
    struct error e;
    const struct listener_config c = {
        .at = {.path = path, .host = host},
        .max_streams = 2,
        .out_cap = CAP,
        .on_stream = on_stream,
        .self = r,
    };
    r->k = listener_open(r->l, &c, &e);
    assert_non_null(r->k);
}

static void dial(struct rig *r, struct net_address to)
{
    struct stream_owner o = owner_of(&r->client, true);
    r->client.s = stream_connect(r->l, &to, CAP, 1000, &o);
    assert_false(r->client.closed || r->client.opened); /* never from inside the call */
}

/* ---- a conversation with half-close ---- */

static void converse(struct rig *r)
{
    struct end *c = &r->client, *s = &r->server;
    if (r->stage == 0 && c->opened) {
        assert_true(stream_send(c->s, STR("GET ")));
        assert_true(stream_send(c->s, STR("quote")));
        stream_end(c->s);
        assert_false(stream_send(c->s, STR("too late")));
        r->stage = 1;
    }
    if (r->stage == 1 && s->ended) {
        assert_true(str_eq(buf_str(&s->in), STR("GET quote")));
        assert_true(stream_send(s->s, STR("180.25")));
        stream_end(s->s);
        r->stage = 2;
    }
    if (c->closed && s->closed)
        loop_stop(r->l);
}

static void check_conversation(struct rig *r)
{
    r->step = converse;
    loop_run(r->l);
    assert_true(str_eq(buf_str(&r->client.in), STR("180.25")));
    assert_int_equal(r->client.why.code, ERROR_NONE);
    assert_int_equal(r->server.why.code, ERROR_NONE);
    rig_fini(r);
}

static void a_conversation_over_tcp_ends_in_order(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    listen_on(&r, NULL, "127.0.0.1");
    dial(&r, (struct net_address){.host = "127.0.0.1", .port = listener_port(r.k)});
    check_conversation(&r);
}

static void a_name_is_resolved_and_all_its_addresses_are_tried(void **state)
{
    (void)state;
    struct addrinfo *found = NULL;
    if (getaddrinfo("localhost", NULL, NULL, &found) != 0) {
        print_message("skipped: this machine does not know the name localhost\n");
        skip();
    }
    freeaddrinfo(found);
    struct rig r;
    rig_init(&r);
    listen_on(&r, NULL, "127.0.0.1");
    dial(&r, (struct net_address){.host = "localhost", .port = listener_port(r.k)});
    check_conversation(&r);
}

static void a_conversation_over_a_unix_socket_ends_in_order(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    listen_on(&r, r.path, NULL);
    struct stat st;
    assert_int_equal(stat(r.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    dial(&r, (struct net_address){.path = r.path});
    check_conversation(&r);
}

static bool admits_nobody(void *self, int64_t uid)
{
    (void)self, (void)uid;
    return false;
}

static void a_socket_for_other_users_too_is_open_to_all_and_admits_whom_it_should(void **state)
{
    (void)state;
    struct rig r;
    struct error e;
    struct stat st;
    rig_init(&r);
    struct listener_config config = {.at = {.path = r.path},
                                     .max_streams = 1,
                                     .out_cap = 100,
                                     .on_stream = on_stream,
                                     .admits = admits_nobody,
                                     .self = &r};
    r.k = listener_open(r.l, &config, &e);
    assert_non_null(r.k);
    assert_int_equal(stat(r.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0666);
    dial(&r, (struct net_address){.path = r.path}); /* our own user needs no admission */
    check_conversation(&r);
}

/* ---- failures ---- */

static void stop_when_client_closed(struct rig *r)
{
    if (r->client.closed)
        loop_stop(r->l);
}

static void a_connection_that_cannot_be_made_says_why(void **state)
{
    (void)state;
    static const struct {
        struct net_address to;
        const char *reason;
    } cases[] = {
        {{.host = "127.0.0.1", .port = 1}, "CONNECTION_REFUSED"},
        {{.host = "::1", .port = 1}, "CONNECTION_REFUSED"},
        {{.host = "no-such-host.invalid", .port = 1}, "NO_SUCH_HOST"},
        {{.path = "/tmp/no/such/socket"}, "NO_SUCH_FILE"},
        {{.path =
              "/tmp/a-name-of-more-than-one-hundred-and-eight-bytes-that-no-unix-socket-may-have"
              "-because-its-address-has-no-room-for-it"},
         "NAME_TOO_LONG"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig r;
        rig_init(&r);
        r.step = stop_when_client_closed;
        dial(&r, cases[i].to);
        loop_run(r.l);
        assert_false(r.client.opened);
        assert_string_equal(r.client.why.reason, cases[i].reason);
        rig_fini(&r);
    }
}

static void a_connect_that_nobody_answers_times_out(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    r.step = stop_when_client_closed;
    struct stream_owner o = owner_of(&r.client, true);
    struct net_address to = {.host = "192.0.2.1", .port = 7}; /* reserved for documentation */
    r.client.s = stream_connect(r.l, &to, CAP, 50, &o);
    loop_run(r.l);
    assert_false(r.client.opened);
    assert_true(!strcmp(r.client.why.reason, "CONNECT_TIMEOUT") ||
                !strcmp(r.client.why.reason, "CONNECTION_REFUSED")); /* a machine without a route */
    rig_fini(&r);
}

static void drop_server_abruptly(struct rig *r)
{
    if (r->client.opened && r->server.s && r->stage == 0) {
        r->stage = 1;
        assert_true(stream_send(r->client.s, STR("unread")));
    } else if (r->stage == 1 && r->server.in.n) {
        stream_close(r->server.s);
        r->server.s = NULL;
        r->stage = 2;
    } else if (r->client.ended && r->stage == 2) {
        r->stage = 3;
        assert_true(stream_send(r->client.s, STR("into the void")));
        loop_again(r->l);
    } else if (r->stage == 3 && r->client.s) {
        /* the first write after the close brings the reset, a later one the error */
        bool sent = stream_send(r->client.s, STR("x"));
        if (sent)
            loop_again(r->l);
    }
    if (r->client.closed)
        loop_stop(r->l);
}

static void a_lost_peer_is_an_error_and_not_a_signal(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    listen_on(&r, NULL, "127.0.0.1");
    dial(&r, (struct net_address){.host = "127.0.0.1", .port = listener_port(r.k)});
    r.step = drop_server_abruptly;
    loop_run(r.l);
    assert_string_equal(r.client.why.reason, "CONNECTION_LOST");
    assert_false(r.server.closed); /* stream_close calls nobody */
    rig_fini(&r);
}

/* ---- backpressure ---- */

static void fill_then_drain(struct rig *r)
{
    static char block[4096];
    struct end *c = &r->client;
    if (r->stage == 0 && c->opened && r->server.s) {
        stream_pause(r->server.s);
        r->accepted = 0; /* from here on, bytes */
        r->stage = 1;
    }
    if (r->stage == 1) {
        while (stream_send(c->s, (struct str){block, sizeof block}))
            r->accepted += sizeof block;
        assert_in_range(stream_queued(c->s), CAP - sizeof block + 1, CAP);
        r->stage = 2;
        loop_again(r->l);
    } else if (r->stage == 2) {
        assert_int_equal(r->server.in.n, 0); /* paused: nothing is read */
        stream_resume(r->server.s);
        r->stage = 3;
    } else if (r->stage == 3 && c->drained) {
        assert_int_equal(stream_queued(c->s), 0);
        stream_end(c->s);
        r->stage = 4;
    } else if (r->stage == 4 && r->server.ended) {
        assert_int_equal(r->server.in.n, r->accepted);
        loop_stop(r->l);
    }
}

static void a_full_queue_refuses_and_tells_when_it_is_empty(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    listen_on(&r, r.path, NULL);
    dial(&r, (struct net_address){.path = r.path});
    r.step = fill_then_drain;
    loop_run(r.l);
    assert_int_equal(r.stage, 4);
    rig_fini(&r);
}

/* Small pieces are gathered, large ones go to the kernel at once as far as it takes them. */
static void mix_sizes(struct rig *r)
{
    static const size_t sizes[] = {7, 40000, 1, 16384, 16383, 300000, 3, 200000};
    static char block[300000];
    struct end *c = &r->client;
    if (r->stage == 0 && c->opened && r->server.s) {
        stream_pause(r->server.s);
        r->accepted = 0; /* from here on, bytes */
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            memset(block, 'a' + (int)i, sizes[i]);
            assert_true(stream_send(c->s, (struct str){block, sizes[i]}));
            r->accepted += sizes[i];
        }
        stream_resume(r->server.s);
        stream_end(c->s);
        r->stage = 1;
    } else if (r->stage == 1 && r->server.ended) {
        assert_int_equal(r->server.in.n, r->accepted);
        const char *p = r->server.in.p;
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            for (size_t k = 0; k < sizes[i]; k++)
                assert_true(*p++ == 'a' + (char)i);
        r->stage = 2;
        loop_stop(r->l);
    }
}

static void large_pieces_keep_their_place_among_small_ones(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    listen_on(&r, r.path, NULL);
    dial(&r, (struct net_address){.path = r.path});
    r.step = mix_sizes;
    loop_run(r.l);
    assert_int_equal(r.stage, 2);
    rig_fini(&r);
}

/* ---- listeners ---- */

static void a_listener_serves_this_machine_only(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        bool is_loopback;
    } cases[] = {{"127.0.0.1", true},  {"127.9.9.9", true},  {"::1", true},
                 {"0.0.0.0", false},   {"::", false},        {"10.0.0.1", false},
                 {"localhost", false}, {"128.0.0.1", false}, {"", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(net_is_loopback(cases[i].host), cases[i].is_loopback);
    struct rig r;
    rig_init(&r);
    struct error e;
    struct listener_config c = {.at = {.host = "0.0.0.0"},
                                .max_streams = 1,
                                .out_cap = 1,
                                .on_stream = on_stream,
                                .self = &r};
    assert_null(listener_open(r.l, &c, &e));
    assert_string_equal(e.reason, "NOT_LOOPBACK");
    rig_fini(&r);
}

static void a_place_in_use_is_a_conflict(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    struct error e;
    for (int unix_socket = 0; unix_socket < 2; unix_socket++) {
        listen_on(&r, unix_socket ? r.path : NULL, unix_socket ? NULL : "127.0.0.1");
        struct listener_config c = {.at = {.path = unix_socket ? r.path : NULL,
                                           .host = "127.0.0.1",
                                           .port = listener_port(r.k)},
                                    .max_streams = 1,
                                    .out_cap = 1,
                                    .on_stream = on_stream,
                                    .self = &r};
        assert_null(listener_open(r.l, &c, &e));
        assert_int_equal(e.code, ERROR_CONFLICT);
        assert_string_equal(e.reason, "IN_USE");
        listener_close(r.k);
        r.k = NULL;
    }
    rig_fini(&r);
}

static void a_leftover_socket_is_taken_over_and_a_file_is_not(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s", r.path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    close(fd); /* the file stays, as after kill -9 */
    listen_on(&r, r.path, NULL);
    dial(&r, (struct net_address){.path = r.path});
    check_conversation(&r);

    rig_init(&r);
    struct error e;
    assert_true(file_write(r.path, STR("precious"), &e));
    struct listener_config c = {
        .at = {.path = r.path}, .max_streams = 1, .out_cap = 1, .on_stream = on_stream, .self = &r};
    assert_null(listener_open(r.l, &c, &e));
    assert_string_equal(e.reason, "EXISTS");
    assert_int_equal(unlink(r.path), 0);
    rig_fini(&r);
}

static void stop_when_refused_beside_another(struct rig *r)
{
    if (r->client.closed && r->server.s) {
        assert_int_equal(r->accepted, 1);
        loop_stop(r->l);
    }
}

static void a_stream_over_the_number_allowed_is_closed(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    struct error e;
    struct listener_config c = {.at = {.path = r.path},
                                .max_streams = 1,
                                .out_cap = CAP,
                                .on_stream = on_stream,
                                .self = &r};
    r.k = listener_open(r.l, &c, &e);
    assert_non_null(r.k);
    struct end first = {.r = &r};
    buf_init(&first.in, 10);
    struct stream_owner o = owner_of(&first, true);
    struct net_address to = {.path = r.path};
    first.s = stream_connect(r.l, &to, CAP, 1000, &o);
    o = owner_of(&r.client, false);
    r.client.s = stream_connect(r.l, &to, CAP, 1000, &o);
    r.step = stop_when_refused_beside_another;
    loop_run(r.l);
    assert_int_equal(r.client.why.code, ERROR_NONE);
    assert_false(first.closed);
    assert_int_equal(listener_streams(r.k), 1);
    stream_close(first.s);
    buf_fini(&first.in);
    rig_fini(&r);
}

static void stop_when_greeted(struct rig *r)
{
    if (r->client.in.n)
        loop_stop(r->l);
}

static void greet(void *self, struct stream *s)
{
    on_stream(self, s);
    assert_true(stream_send(s, STR("hello")));
    assert_int_equal(strncmp(stream_peer(s), "uid ", 4), 0);
}

static void a_server_may_speak_first(void **state)
{
    (void)state;
    struct rig r;
    rig_init(&r);
    struct error e;
    struct listener_config c = {
        .at = {.path = r.path}, .max_streams = 1, .out_cap = CAP, .on_stream = greet, .self = &r};
    r.k = listener_open(r.l, &c, &e);
    assert_non_null(r.k);
    dial(&r, (struct net_address){.path = r.path});
    r.step = stop_when_greeted;
    loop_run(r.l);
    assert_true(str_eq(buf_str(&r.client.in), STR("hello")));
    listener_close(r.k); /* before its stream */
    r.k = NULL;
    rig_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_conversation_over_tcp_ends_in_order),
        cmocka_unit_test(a_name_is_resolved_and_all_its_addresses_are_tried),
        cmocka_unit_test(a_conversation_over_a_unix_socket_ends_in_order),
        cmocka_unit_test(a_socket_for_other_users_too_is_open_to_all_and_admits_whom_it_should),
        cmocka_unit_test(a_connection_that_cannot_be_made_says_why),
        cmocka_unit_test(a_connect_that_nobody_answers_times_out),
        cmocka_unit_test(a_lost_peer_is_an_error_and_not_a_signal),
        cmocka_unit_test(a_full_queue_refuses_and_tells_when_it_is_empty),
        cmocka_unit_test(large_pieces_keep_their_place_among_small_ones),
        cmocka_unit_test(a_listener_serves_this_machine_only),
        cmocka_unit_test(a_place_in_use_is_a_conflict),
        cmocka_unit_test(a_leftover_socket_is_taken_over_and_a_file_is_not),
        cmocka_unit_test(a_stream_over_the_number_allowed_is_closed),
        cmocka_unit_test(a_server_may_speak_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
