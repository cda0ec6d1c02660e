/* SPDX-License-Identifier: MIT */
/*
 * rng: reproducible randomness (PCG32, O'Neill 2014). For simulation, jitter and tests; never for
 * secrets. The same seed gives the same numbers on every machine.
 */
#ifndef PORTCULLIS_BASE_RNG_H
#define PORTCULLIS_BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state, stream;
};

void rng_init(struct rng *r, uint64_t seed, uint64_t stream);
uint32_t rng_u32(struct rng *r);
uint64_t rng_u64(struct rng *r);
/* Uniform in [0, bound), bound > 0, without bias. */
uint32_t rng_below(struct rng *r, uint32_t bound);
/* A well-mixed 64-bit hash of two numbers (SplitMix64 finaliser): randomness by index. */
uint64_t rng_mix(uint64_t a, uint64_t b);

#endif
