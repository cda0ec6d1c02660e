/* SPDX-License-Identifier: MIT */
#include "sys/worker.h"

#include "base/alloc.h"
#include "sys/loop_uv.h"

#include <assert.h>
#include <pthread.h>

struct job {
    void (*run)(void *arg);
    void (*done)(void *arg);
    void *arg;
    struct job *next;
};

struct queue {
    struct job *first;
    struct job **end;
};

struct worker {
    uv_async_t finished_any;
    pthread_t thread;
    size_t queue_max, pending; /* of the loop's thread */
    pthread_mutex_t lock;      /* guards what follows */
    pthread_cond_t wake;
    struct queue waiting, finished;
    bool stop;
};

static void queue_init(struct queue *q)
{
    q->first = NULL;
    q->end = &q->first;
}

static void queue_add(struct queue *q, struct job *j)
{
    j->next = NULL;
    *q->end = j;
    q->end = &j->next;
}

static struct job *queue_take(struct queue *q)
{
    struct job *j = q->first;
    if (j && !(q->first = j->next))
        q->end = &q->first;
    return j;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        struct job *j = queue_take(&w->waiting);
        if (!j) {
            if (w->stop)
                break;
            pthread_cond_wait(&w->wake, &w->lock);
            continue;
        }
        pthread_mutex_unlock(&w->lock);
        j->run(j->arg);
        pthread_mutex_lock(&w->lock);
        queue_add(&w->finished, j);
        uv_async_send(&w->finished_any);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void deliver(struct worker *w)
{
    for (;;) {
        pthread_mutex_lock(&w->lock);
        struct job *j = queue_take(&w->finished);
        pthread_mutex_unlock(&w->lock);
        if (!j)
            return;
        w->pending--;
        if (j->done)
            j->done(j->arg);
        xfree(j);
    }
}

static void on_finished(uv_async_t *a)
{
    deliver(a->data);
}

struct worker *worker_new(struct loop *l, size_t queue_max)
{
    assert(l && queue_max > 0);
    struct worker *w = xcalloc(1, sizeof *w);
    w->queue_max = queue_max;
    queue_init(&w->waiting);
    queue_init(&w->finished);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    int failed = uv_async_init(loop_uv(l), &w->finished_any, on_finished);
    assert(!failed);
    w->finished_any.data = w;
    /* signals belong to the loop's thread */
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    failed = pthread_create(&w->thread, NULL, work, w);
    assert(!failed);
    (void)failed;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return w;
}

static void on_closed(uv_handle_t *h)
{
    xfree(h->data);
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    deliver(w);
    assert(w->pending == 0); /* a `done` must not submit to a worker that is being freed */
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->wake);
    uv_close((uv_handle_t *)&w->finished_any, on_closed);
}

bool worker_submit(struct worker *w, void (*job)(void *arg), void *arg, void (*done)(void *arg))
{
    assert(w && job);
    if (w->pending == w->queue_max)
        return false;
    struct job *j = xcalloc(1, sizeof *j);
    j->run = job;
    j->done = done;
    j->arg = arg;
    w->pending++;
    pthread_mutex_lock(&w->lock);
    queue_add(&w->waiting, j);
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    return true;
}

size_t worker_pending(const struct worker *w)
{
    assert(w);
    return w->pending;
}
