/* SPDX-License-Identifier: MIT */
#include "base/rng.h"

#include <assert.h>

void rng_init(struct rng *r, uint64_t seed, uint64_t stream)
{
    *r = (struct rng){.state = 0, .stream = stream << 1 | 1};
    rng_u32(r);
    r->state += seed;
    rng_u32(r);
}

uint32_t rng_u32(struct rng *r)
{
    uint64_t old = r->state;
    r->state = old * 6364136223846793005u + r->stream;
    uint32_t folded = (uint32_t)((old >> 18 ^ old) >> 27);
    uint32_t turn = (uint32_t)(old >> 59);
    return folded >> turn | folded << (-turn & 31);
}

uint64_t rng_u64(struct rng *r)
{
    uint64_t high = rng_u32(r);
    return high << 32 | rng_u32(r);
}

uint32_t rng_below(struct rng *r, uint32_t bound)
{
    assert(bound > 0);
    /* the lowest 2^32 mod bound numbers would make some remainders likelier: draw again */
    uint32_t least = -bound % bound;
    uint32_t v;
    do
        v = rng_u32(r);
    while (v < least);
    return v % bound;
}

static uint64_t finish(uint64_t z)
{
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

uint64_t rng_mix(uint64_t a, uint64_t b)
{
    const uint64_t golden = 0x9E3779B97F4A7C15u;
    return finish(finish(a + golden) + b + golden);
}
