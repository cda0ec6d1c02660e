/* SPDX-License-Identifier: MIT */
#include "paper/pacing.h"

#include <assert.h>
#include <string.h>

static const int64_t same_ns = (int64_t)15 * NS_PER_S, burst_ns = (int64_t)2 * NS_PER_S,
                     long_ns = (int64_t)600 * NS_PER_S;
enum { BURST_MAX = 6 };

enum pacing_verdict pacing_request(struct pacing *p, struct instant now)
{
    size_t at = p->sent_count % PACING_PER_SECOND;
    bool is_fast = p->sent_count >= PACING_PER_SECOND && now.ns - p->sent_ns[at] < NS_PER_S;
    p->sent_ns[at] = now.ns;
    p->sent_count++;
    if (!is_fast)
        return PACING_FINE;
    return ++p->offences >= PACING_OFFENCES ? PACING_CLOSE : PACING_TOO_FAST;
}

static void forget_old(struct pacing *p, int64_t before_ns)
{
    size_t old = 0;
    while (old < p->history_count && p->history[old].at_ns <= before_ns)
        old++;
    memmove(p->history, p->history + old, (p->history_count - old) * sizeof p->history[0]);
    p->history_count -= old;
}

bool pacing_history(struct pacing *p, uint64_t request, uint64_t listing, int weight,
                    struct instant now)
{
    assert(weight > 0);
    int total = weight, burst = 1;
    bool is_same = false;
    forget_old(p, now.ns - long_ns);
    for (size_t i = 0; i < p->history_count; i++) {
        total += p->history[i].weight;
        burst += p->history[i].listing == listing && now.ns - p->history[i].at_ns < burst_ns;
        is_same |= p->history[i].request == request && now.ns - p->history[i].at_ns < same_ns;
    }
    if (is_same || burst >= BURST_MAX || total > PACING_HISTORY_MAX)
        return false;
    p->history[p->history_count].at_ns = now.ns;
    p->history[p->history_count].request = request;
    p->history[p->history_count].listing = listing;
    p->history[p->history_count++].weight = weight;
    return true;
}
