/* SPDX-License-Identifier: MIT */
#include "broker/query.h"

#include "broker/convert.h"
#include "broker/state.h"

#include <assert.h>

/*
 * The pattern of every question: an answer on this stack, a request in the session's table, one
 * message, a wait. After the wait the session may be gone; only the answer is touched.
 */

/* ---- contracts ---- */

static bool ask_contracts(struct session *s, struct answer *a, const struct contract *like,
                          const char *sec_id_type, struct str sec_id, struct error *e)
{
    struct request *r = request_new(s, ASK_CONTRACTS, 0, a, e);
    if (r == NULL)
        return false;
    struct wire_req_contract_details m = WIRE_REQ_CONTRACT_DEFAULT;
    contract_to_wire(like, &m.contract);
    m.req_id = r->id;
    if (sec_id_type != NULL) {
        m.contract.sec_id_type = str_of(sec_id_type);
        m.contract.sec_id = sec_id;
    }
    return request_send(s, r, PACING_QUESTION, NULL, WIRE_REQ_CONTRACT_DETAILS, &m, e);
}

bool query_contracts(struct task *t, struct session *s, const struct contract *like,
                     const char *sec_id_type, struct str sec_id, struct contract_details **out,
                     size_t *count, struct error *e)
{
    struct answer a;
    void *rows = NULL;
    s->now = task_now(t);
    answer_init(&a, t);
    bool ok = ask_contracts(s, &a, like, sec_id_type, sec_id, e) && answer_wait(&a, e) &&
              answer_rows(&a, sizeof **out, &rows, count, e);
    *out = rows;
    answer_fini(&a);
    return ok;
}

bool query_contracts_batch(struct task *t, struct session *s, struct contract_question *q, size_t n,
                           struct error *e)
{
    struct answer *answers = ARENA_MANY(task_arena(t), struct answer, n);
    bool ok = true;
    s->now = task_now(t);
    for (size_t i = 0; i < n; i++) {
        q[i].error = (struct error){0};
        answer_init(&answers[i], t);
        if (!ask_contracts(s, &answers[i], &q[i].like, q[i].sec_id_type, q[i].sec_id,
                           &answers[i].error))
            assert(answers[i].of == NULL);
    }
    for (size_t i = 0; i < n && ok; i++) {
        struct error failed = {0};
        void *rows = NULL;
        q[i].count = 0;
        while (answers[i].of != NULL && ok)
            ok = task_wait(t, e);
        if (ok && (!answer_wait(&answers[i], &failed) ||
                   !answer_rows(&answers[i], sizeof *q[i].found, &rows, &q[i].count, &failed)))
            q[i].error = failed;
        q[i].found = rows;
    }
    for (size_t i = 0; i < n; i++)
        answer_fini(&answers[i]);
    return ok;
}

bool query_symbols(struct task *t, struct session *s, struct str pattern, struct symbol_match **out,
                   size_t *count, struct error *e)
{
    struct answer a;
    void *rows = NULL;
    s->now = task_now(t);
    answer_init(&a, t);
    struct request *r = request_new(s, ASK_SYMBOLS, 0, &a, e);
    struct wire_req_matching_symbols m = {.req_id = r == NULL ? 0 : r->id, .pattern = pattern};
    bool ok = r != NULL &&
              request_send(s, r, PACING_QUESTION, NULL, WIRE_REQ_MATCHING_SYMBOLS, &m, e) &&
              answer_wait(&a, e) && answer_rows(&a, sizeof **out, &rows, count, e);
    *out = rows;
    answer_fini(&a);
    return ok;
}

bool query_time(struct task *t, struct session *s, struct utc *out, struct error *e)
{
    struct answer a;
    s->now = task_now(t);
    answer_init(&a, t);
    struct request *r = request_new(s, ASK_TIME, 0, &a, e);
    bool ok = r != NULL && request_send(s, r, PACING_REST, NULL, WIRE_REQ_CURRENT_TIME, NULL, e) &&
              answer_wait(&a, e);
    if (ok)
        *out = a.time;
    answer_fini(&a);
    return ok;
}

/* ---- snapshots ---- */

static bool query_list(struct task *t, struct session *s, enum ask kind, int id,
                       const void *message, struct error *e)
{
    struct answer a;
    s->now = task_now(t);
    answer_init(&a, t);
    struct request *r = request_new(s, kind, 0, &a, e);
    bool ok =
        r != NULL && request_send(s, r, PACING_REST, NULL, id, message, e) && answer_wait(&a, e);
    answer_fini(&a);
    return ok;
}

bool query_open_orders(struct task *t, struct session *s, struct error *e)
{
    return query_list(t, s, ASK_OPEN_ORDERS, WIRE_REQ_ALL_OPEN_ORDERS, NULL, e);
}

bool query_completed_orders(struct task *t, struct session *s, struct error *e)
{
    struct wire_req_completed_orders m = {.api_only = false};
    return query_list(t, s, ASK_COMPLETED, WIRE_REQ_COMPLETED_ORDERS, &m, e);
}

bool query_positions(struct task *t, struct session *s, struct error *e)
{
    return query_list(t, s, ASK_POSITIONS, WIRE_REQ_POSITIONS, NULL, e);
}

bool query_executions(struct task *t, struct session *s, struct error *e)
{
    struct answer a;
    s->now = task_now(t);
    answer_init(&a, t);
    struct request *r = request_new(s, ASK_EXECUTIONS, 0, &a, e);
    struct wire_req_executions m = WIRE_REQ_EXECUTIONS_DEFAULT;
    m.req_id = r == NULL ? 0 : r->id;
    bool ok = r != NULL && request_send(s, r, PACING_REST, NULL, WIRE_REQ_EXECUTIONS, &m, e) &&
              answer_wait(&a, e);
    answer_fini(&a);
    return ok;
}

/* ---- what if ---- */

bool query_what_if(struct task *t, struct session *s, const struct order *o,
                   struct order_margin *out, struct error *e)
{
    struct answer a;
    int32_t id;
    s->now = task_now(t);
    if (!take_order_id(s, &id, e))
        return false;
    answer_init(&a, t);
    struct order question = *o;
    question.order_id = id;
    question.parent_id = 0; /* of an order that the broker need not know yet */
    question.what_if = true;
    question.transmit = true; /* the broker refuses the question otherwise (413) */
    struct wire_req_place_order m;
    order_to_wire(&question, task_arena(t), &m);
    struct request *r = request_new(s, ASK_WHAT_IF, id, &a, e);
    bool ok = r != NULL && request_send(s, r, PACING_QUESTION, NULL, WIRE_REQ_PLACE_ORDER, &m, e) &&
              answer_wait(&a, e);
    if (ok)
        *out = a.margin;
    answer_fini(&a);
    return ok;
}
