/* SPDX-License-Identifier: MIT */
#include "face/metrics.h"

#include "build_id.h"
#include "face/rest_stream.h"
#include "ops/tally.h"

#include <inttypes.h>

/* ---- the format ---- */

static void family(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_add_f(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void sample(struct buf *out, const char *name, int64_t value)
{
    buf_add_f(out, "%s %" PRId64 "\n", name, value);
}

/* Our own words alone: they need no escape. */
static void labelled(struct buf *out, const char *name, const char *label, const char *word,
                     int64_t value)
{
    buf_add_f(out, "%s{%s=\"%s\"} %" PRId64 "\n", name, label, word, value);
}

static void gauge(struct buf *out, const char *name, const char *help, int64_t value)
{
    family(out, name, "gauge", help);
    sample(out, name, value);
}

static void counter(struct buf *out, const char *name, const char *help, int64_t value)
{
    family(out, name, "counter", help);
    sample(out, name, value);
}

/* Milliseconds as seconds. */
static void seconds(struct buf *out, const char *name, int64_t ms)
{
    buf_add_f(out, "%s %" PRId64 ".%03d\n", name, ms / 1000, (int)(ms % 1000));
}

/* ---- the program ---- */

static void write_process(const struct core *core, const struct rest_config *config,
                          struct buf *out)
{
    struct core_usage usage;
    family(out, "portcullis_build_info", "gauge", "Which build runs; always 1");
    buf_add_f(out, "portcullis_build_info{version=\"%s\",build=\"%s\"} 1\n", PORTCULLIS_VERSION,
              PORTCULLIS_BUILD);
    family(out, "process_start_time_seconds", "gauge", "When it started, in Unix time");
    seconds(out, "process_start_time_seconds", core->started.ns / NS_PER_MS);
    if (core->usage && core->usage(&usage)) {
        gauge(out, "process_resident_memory_bytes", "Memory in use", usage.memory_bytes);
        gauge(out, "process_open_fds", "Open file descriptors", usage.open_files);
        family(out, "process_cpu_seconds_total", "counter", "Processor time used");
        seconds(out, "process_cpu_seconds_total", usage.cpu_ms);
    }
    if (config->tasks)
        gauge(out, "portcullis_tasks", "Requests and other work in progress",
              (int64_t)tasks_count(config->tasks));
    if (config->streams) {
        struct rest_streams_count c = rest_streams_count(config->streams);
        gauge(out, "portcullis_stream_readers", "Readers of the stream", (int64_t)c.readers);
        counter(out, "portcullis_stream_opened_total", "Streams that were opened", c.opened);
        counter(out, "portcullis_stream_dropped_total", "Readers dropped for being too slow",
                c.dropped);
    }
}

/* ---- the connection ---- */

static void write_broker(const struct core *core, struct buf *out)
{
    struct session_status s;
    session_status(core->session, &s);
    gauge(out, "portcullis_broker_ready", "The connection is up and everything was fetched",
          session_is_ready(core->session));
    family(out, "portcullis_broker_link", "gauge",
           "State of the connection; 1 for the present one");
    for (unsigned i = 0; i < LINK_STATE_COUNT; i++)
        labelled(out, "portcullis_broker_link", "state", link_state_text(i), s.link == i);
    counter(out, "portcullis_broker_reconnects_total", "Connections made again", s.reconnects);
    gauge(out, "portcullis_broker_server_version", "Version of the protocol, 0 without one",
          s.server_version);
    gauge(out, "portcullis_broker_requests_in_flight", "Requests that wait for the broker",
          (int64_t)s.requests_in_flight);
    gauge(out, "portcullis_broker_queued_messages", "Messages held back by pacing",
          (int64_t)s.queued_messages);
    family(out, "portcullis_broker_queue_age_seconds", "gauge",
           "How long the oldest of them has waited");
    seconds(out, "portcullis_broker_queue_age_seconds", s.queue_age_ms > 0 ? s.queue_age_ms : 0);
    gauge(out, "portcullis_market_data_lines", "Market data lines in use", (int64_t)s.market_lines);
}

/* ---- orders and the gate ---- */

static void write_orders(const struct core *core, struct buf *out)
{
    const struct book_order *order;
    const struct position *position;
    int64_t states[STATE_COUNT] = {0}, positions = 0;
    for (size_t i = 0; book_next_order(core->book, &i, STR_NONE, &order);)
        states[order->status.state]++;
    for (size_t i = 0; book_next_position(core->book, &i, STR_NONE, &position);)
        positions += position->quantity.nano != 0;
    family(out, "portcullis_orders", "gauge", "Orders that are known, by the broker's word");
    for (unsigned i = 0; i < STATE_COUNT; i++)
        labelled(out, "portcullis_orders", "state", order_state_text(i), states[i]);
    gauge(out, "portcullis_positions", "Positions in all accounts", positions);
}

static void write_gate(const struct core *core, struct moment now, struct buf *out)
{
    struct gate_trading_status s;
    struct gate_reconciliation books;
    struct gate_kill_status kill;
    int64_t switches = 0;
    gate_trading_status(core->gate, now, &s);
    gate_reconciliation(core->gate, &books);
    for (size_t i = 0; gate_kill_next(core->gate, &i, &kill);)
        switches++;
    gauge(out, "portcullis_orders_unknown", "Orders of which it is not known whether they exist",
          (int64_t)gate_unknown_count(core->gate));
    family(out, "portcullis_trading_state", "gauge", "Trading state; 1 for the present one");
    for (unsigned i = GATE_ACTIVE; i <= GATE_HALTED; i++)
        labelled(out, "portcullis_trading_state", "state", gate_trading_text(i), s.state == i);
    gauge(out, "portcullis_trading_armed", "Live trading is armed", s.armed_until.has);
    gauge(out, "portcullis_kill_switches", "Kill switches that are on", switches);
    gauge(out, "portcullis_reconciled", "Our books and the broker's agree", books.is_reconciled);
    gauge(out, "portcullis_reconciliation_breaks", "Differences that the newest comparison found",
          (int64_t)books.total);
    counter(out, "portcullis_reconciliations_total", "Comparisons since the start", books.runs);
}

static void write_journal(const struct core *core, struct moment now, struct buf *out)
{
    const struct journal *j = core->journal;
    int64_t decisions[] = {journal_count(j, JOURNAL_INTENT), journal_count(j, JOURNAL_REFUSAL)};
    family(out, "portcullis_gate_decisions_total", "counter",
           "Orders that the gate let pass or refused");
    labelled(out, "portcullis_gate_decisions_total", "decision", "passed", decisions[0]);
    labelled(out, "portcullis_gate_decisions_total", "decision", "refused", decisions[1]);
    family(out, "portcullis_journal_records_total", "counter", "Records since the start, by kind");
    for (unsigned i = 0; i < JOURNAL_KIND_COUNT; i++)
        labelled(out, "portcullis_journal_records_total", "kind", journal_kind_text(i),
                 journal_count(j, i));
    gauge(out, "portcullis_journal_pending", "Items that wait for the disk",
          (int64_t)journal_pending(j));
    gauge(out, "portcullis_journal_failed", "The newest attempt to write failed",
          journal_is_failed(j));
    gauge(out, "portcullis_journal_stalled", "The disk has not answered for too long",
          journal_is_stalled(j, now));
}

/* ---- operations ---- */

static void write_calls(const struct tally *t, struct buf *out)
{
    static const char *const faces[FACE_COUNT] = {"test", "cli", "mcp", "rest"};
    const struct tally_row *r;
    const struct tally_failure *f;
    family(out, "portcullis_operation_calls_total", "counter", "Calls of operations, by face");
    for (size_t i = 0; (r = tally_row_at(t, i)); i++)
        for (size_t k = 0; k < FACE_COUNT; k++)
            if (r->calls[k])
                buf_add_f(out,
                          "portcullis_operation_calls_total{operation=\"%s\",face=\"%s\"} "
                          "%" PRId64 "\n",
                          r->op->name, faces[k], r->calls[k]);
    family(out, "portcullis_operation_failures_total", "counter",
           "Calls that ended in an error or a refusal, by its code");
    for (size_t i = 0; (f = tally_failure_at(t, i)); i++)
        buf_add_f(out,
                  "portcullis_operation_failures_total{operation=\"%s\",code=\"%s\"} %" PRId64 "\n",
                  f->op ? f->op->name : "other", f->reason, f->count);
}

static void write_durations(const struct tally *t, struct buf *out)
{
    static const char name[] = "portcullis_operation_duration_seconds";
    const struct tally_row *r;
    family(out, name, "histogram", "How long calls of operations took");
    for (size_t i = 0; (r = tally_row_at(t, i)); i++) {
        const char *op = r->op->name;
        for (size_t k = 0; k < TALLY_BUCKETS; k++)
            buf_add_f(out, "%s_bucket{operation=\"%s\",le=\"%" PRId64 ".%03d\"} %" PRId64 "\n",
                      name, op, tally_bounds_ms[k] / 1000, (int)(tally_bounds_ms[k] % 1000),
                      r->within[k]);
        buf_add_f(out, "%s_bucket{operation=\"%s\",le=\"+Inf\"} %" PRId64 "\n", name, op, r->count);
        buf_add_f(out, "%s_sum{operation=\"%s\"} %" PRId64 ".%03d\n", name, op, r->total_ms / 1000,
                  (int)(r->total_ms % 1000));
        buf_add_f(out, "%s_count{operation=\"%s\"} %" PRId64 "\n", name, op, r->count);
    }
}

static void write_http(const struct tally *t, struct buf *out)
{
    family(out, "portcullis_http_responses_total", "counter", "Answers of REST, by their status");
    for (int status = 100; status < TALLY_STATUS_MAX; status++)
        if (tally_http_count(t, status))
            buf_add_f(out, "portcullis_http_responses_total{status=\"%d\"} %" PRId64 "\n", status,
                      tally_http_count(t, status));
}

void metrics_write(const struct core *core, const struct rest_config *config, struct moment now,
                   struct buf *out)
{
    write_process(core, config, out);
    if (core->session)
        write_broker(core, out);
    if (core->book)
        write_orders(core, out);
    if (core->gate)
        write_gate(core, now, out);
    if (core->journal)
        write_journal(core, now, out);
    if (core->alerts)
        gauge(out, "portcullis_alerts", "Price alerts that are kept",
              (int64_t)alerts_count(core->alerts));
    write_calls(core->tally, out);
    write_durations(core->tally, out);
    write_http(core->tally, out);
}
