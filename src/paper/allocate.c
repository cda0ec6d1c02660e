/* SPDX-License-Identifier: MIT */
#include "paper/allocate.h"

#include "paper/accounts.h"

#include <assert.h>

void allocate(int64_t total, const int64_t *weights, size_t n, int64_t *out)
{
    int64_t sum = 0, left = total, lost[ACCOUNTS_MAX];
    assert(n > 0 && n <= ACCOUNTS_MAX && total >= 0 && total <= ALLOCATE_TOTAL_MOST);
    for (size_t i = 0; i < n; i++) {
        assert(weights[i] >= 0 && weights[i] <= ALLOCATE_WEIGHT_MOST);
        sum += weights[i];
    }
    assert(sum > 0);
    for (size_t i = 0; i < n; i++) {
        out[i] = total * weights[i] / sum;
        lost[i] = total * weights[i] % sum;
        left -= out[i];
    }
    for (; left > 0; left--) { /* fewer than n are left */
        size_t most = 0;
        for (size_t i = 1; i < n; i++)
            if (lost[i] > lost[most])
                most = i;
        out[most]++;
        lost[most] = -1;
    }
}
