/* SPDX-License-Identifier: MIT */
/*
 * limits: every bound of the program that is not a setting, by name. Each has a test that reaches
 * it. Settings that a user may change are in ops/settings.c.
 */
#ifndef PORTCULLIS_BASE_LIMITS_H
#define PORTCULLIS_BASE_LIMITS_H

enum {
    /* memory */
    LIMIT_CALL_ARENA = 32 << 20, /* bytes that answering one request may use */
    LIMIT_TASK_STACK = 256 << 10,
    LIMIT_TASKS = 512, /* requests in progress at once */

    /* wire */
    LIMIT_FRAME = 0xFFFFFF,         /* bytes of one TWS frame, as official clients cap it */
    LIMIT_FRAME_PAPER_IN = 1 << 20, /* bytes of one request that the paper exchange accepts */
    LIMIT_WIRE_LIST = 65536,        /* elements of one repeated block */
    LIMIT_SESSION_OUT = 4 << 20,    /* bytes waiting to be sent to the broker */
    LIMIT_SESSION_REQUESTS = 1024,  /* requests in flight to the broker */
    LIMIT_PACING_QUEUE = 4096,      /* messages held back by pacing */

    /* state */
    LIMIT_CONTRACTS = 20000,
    LIMIT_POSITIONS = 5000,
    LIMIT_ORDERS = 20000,
    LIMIT_EXECUTIONS = 100000,
    LIMIT_ACCOUNTS = 64,
    LIMIT_ACCOUNT_VALUES = 4096, /* key x currency rows of one account */
    LIMIT_FOLLOWS = 20,          /* series of bars that are kept up to date */
    LIMIT_STREAMS = 100,         /* market data lines in use */

    /* faces */
    LIMIT_JSON_DEPTH = 32,
    LIMIT_JSON_BYTES = 4 << 20, /* one MCP message or HTTP body */
    LIMIT_JSON_VALUES = 100000, /* values in one JSON text */
    LIMIT_HTTP_HEADER = 32 << 10,
    LIMIT_HTTP_CONNECTIONS = 1024,
    LIMIT_HTTP_PER_ADDRESS = 64, /* connections from one address of another machine */
    LIMIT_CLIENTS = 256,         /* connections on the daemon's own socket */
    LIMIT_LIST_ARGUMENT = 50,    /* symbols or pairs in one call */
    LIMIT_REPLY = 16 << 20,

    /* files */
    LIMIT_CONFIG_BYTES = 1 << 20,
    LIMIT_JOURNAL_QUEUE = 4096, /* records waiting for the disk */
};

#endif
