/* SPDX-License-Identifier: MIT */
/*
 * message: the ids of the TWS messages and what their structs have in common.
 *
 * Every message is a plain struct that carries what the wire carries, in the wire's own form; the
 * structs are in contract.h, order.h, request.h, reply.h and config.h. The rule of names: message
 * WIRE_REQ_X is struct wire_req_x, WIRE_REP_X is struct wire_rep_x. A message that is only a
 * request id is struct wire_id; one without any field has no struct (NULL is passed).
 *
 * Forms: texts are borrowed from the frame (struct str); sizes, quantities and other decimals are
 * text too, because a double would lose digits; prices are doubles. "Not set" is one of the
 * WIRE_UNSET_ constants, as on the wire, and an empty text for decimals. Nobody above wire/,
 * broker/ and paper/ sees these forms: wire/value.h turns them into opt_dec and back.
 *
 * Lists are {items, n}: on decoding allocated in the caller's arena, on encoding the caller's.
 */
#ifndef PORTCULLIS_WIRE_MESSAGE_H
#define PORTCULLIS_WIRE_MESSAGE_H

#include "base/str.h"

#include <float.h>

#define WIRE_UNSET_INT    INT32_MAX
#define WIRE_UNSET_LONG   INT64_MAX
#define WIRE_UNSET_DOUBLE DBL_MAX

/* ---- shared small structs ---- */
struct wire_id {
    int32_t req_id;
};

struct wire_strs {
    struct str *items;
    size_t n;
};

struct wire_ints {
    int32_t *items;
    size_t n;
};

struct wire_doubles {
    double *items;
    size_t n;
};

/* A counted tag/value pair (algoParams, smartComboRoutingParams, secIdList). */
struct wire_tag {
    struct str tag, value;
};

struct wire_tags {
    struct wire_tag *items;
    size_t n;
};

/* ---- client to server ---- */
enum wire_request {
    WIRE_REQ_MKT_DATA = 1,
    WIRE_REQ_CANCEL_MKT_DATA = 2, /* wire_id */
    WIRE_REQ_PLACE_ORDER = 3,
    WIRE_REQ_CANCEL_ORDER = 4,
    WIRE_REQ_OPEN_ORDERS = 5, /* no struct */
    WIRE_REQ_ACCOUNT_UPDATES = 6,
    WIRE_REQ_EXECUTIONS = 7,
    WIRE_REQ_IDS = 8,
    WIRE_REQ_CONTRACT_DETAILS = 9,
    WIRE_REQ_MKT_DEPTH = 10,
    WIRE_REQ_CANCEL_MKT_DEPTH = 11,
    WIRE_REQ_NEWS_BULLETINS = 12,
    WIRE_REQ_CANCEL_NEWS_BULLETINS = 13, /* no struct */
    WIRE_REQ_SET_SERVER_LOG_LEVEL = 14,
    WIRE_REQ_AUTO_OPEN_ORDERS = 15,
    WIRE_REQ_ALL_OPEN_ORDERS = 16,  /* no struct */
    WIRE_REQ_MANAGED_ACCOUNTS = 17, /* no struct */
    WIRE_REQ_FA = 18,
    WIRE_REQ_REPLACE_FA = 19,
    WIRE_REQ_HISTORICAL_DATA = 20,
    WIRE_REQ_EXERCISE_OPTIONS = 21,
    WIRE_REQ_SCANNER_SUBSCRIPTION = 22,
    WIRE_REQ_CANCEL_SCANNER_SUBSCRIPTION = 23, /* wire_id */
    WIRE_REQ_SCANNER_PARAMETERS = 24,          /* no struct */
    WIRE_REQ_CANCEL_HISTORICAL_DATA = 25,      /* wire_id */
    WIRE_REQ_CURRENT_TIME = 49,                /* no struct */
    WIRE_REQ_REAL_TIME_BARS = 50,
    WIRE_REQ_CANCEL_REAL_TIME_BARS = 51, /* wire_id */
    WIRE_REQ_FUNDAMENTAL_DATA = 52,
    WIRE_REQ_CANCEL_FUNDAMENTAL_DATA = 53, /* wire_id */
    WIRE_REQ_CALC_IMPLIED_VOLATILITY = 54,
    WIRE_REQ_CALC_OPTION_PRICE = 55,
    WIRE_REQ_CANCEL_CALC_IMPLIED_VOLATILITY = 56, /* wire_id */
    WIRE_REQ_CANCEL_CALC_OPTION_PRICE = 57,       /* wire_id */
    WIRE_REQ_GLOBAL_CANCEL = 58,
    WIRE_REQ_MARKET_DATA_TYPE = 59,
    WIRE_REQ_POSITIONS = 61, /* no struct */
    WIRE_REQ_ACCOUNT_SUMMARY = 62,
    WIRE_REQ_CANCEL_ACCOUNT_SUMMARY = 63, /* wire_id */
    WIRE_REQ_CANCEL_POSITIONS = 64,       /* no struct */
    WIRE_REQ_VERIFY = 65,
    WIRE_REQ_VERIFY_MESSAGE = 66,
    WIRE_REQ_QUERY_DISPLAY_GROUPS = 67, /* wire_id */
    WIRE_REQ_SUBSCRIBE_GROUP = 68,
    WIRE_REQ_UPDATE_GROUP = 69,
    WIRE_REQ_UNSUBSCRIBE_GROUP = 70, /* wire_id */
    WIRE_REQ_START_API = 71,
    WIRE_REQ_POSITIONS_MULTI = 74,
    WIRE_REQ_CANCEL_POSITIONS_MULTI = 75, /* wire_id */
    WIRE_REQ_ACCOUNT_UPDATES_MULTI = 76,
    WIRE_REQ_CANCEL_ACCOUNT_UPDATES_MULTI = 77, /* wire_id */
    WIRE_REQ_SEC_DEF_OPT_PARAMS = 78,
    WIRE_REQ_SOFT_DOLLAR_TIERS = 79, /* wire_id */
    WIRE_REQ_FAMILY_CODES = 80,      /* no struct */
    WIRE_REQ_MATCHING_SYMBOLS = 81,
    WIRE_REQ_MKT_DEPTH_EXCHANGES = 82, /* no struct */
    WIRE_REQ_SMART_COMPONENTS = 83,
    WIRE_REQ_NEWS_ARTICLE = 84,
    WIRE_REQ_NEWS_PROVIDERS = 85, /* no struct */
    WIRE_REQ_HISTORICAL_NEWS = 86,
    WIRE_REQ_HEAD_TIMESTAMP = 87,
    WIRE_REQ_HISTOGRAM_DATA = 88,
    WIRE_REQ_CANCEL_HISTOGRAM_DATA = 89, /* wire_id */
    WIRE_REQ_CANCEL_HEAD_TIMESTAMP = 90, /* wire_id */
    WIRE_REQ_MARKET_RULE = 91,
    WIRE_REQ_PNL = 92,
    WIRE_REQ_CANCEL_PNL = 93, /* wire_id */
    WIRE_REQ_PNL_SINGLE = 94,
    WIRE_REQ_CANCEL_PNL_SINGLE = 95, /* wire_id */
    WIRE_REQ_HISTORICAL_TICKS = 96,
    WIRE_REQ_TICK_BY_TICK = 97,
    WIRE_REQ_CANCEL_TICK_BY_TICK = 98, /* wire_id */
    WIRE_REQ_COMPLETED_ORDERS = 99,
    WIRE_REQ_WSH_META_DATA = 100,        /* wire_id */
    WIRE_REQ_CANCEL_WSH_META_DATA = 101, /* wire_id */
    WIRE_REQ_WSH_EVENT_DATA = 102,
    WIRE_REQ_CANCEL_WSH_EVENT_DATA = 103,  /* wire_id */
    WIRE_REQ_USER_INFO = 104,              /* wire_id */
    WIRE_REQ_CURRENT_TIME_IN_MILLIS = 105, /* no struct */

    /* protobuf only */
    WIRE_REQ_CANCEL_CONTRACT_DETAILS = 106, /* wire_id */
    WIRE_REQ_CANCEL_HISTORICAL_TICKS = 107, /* wire_id */
    WIRE_REQ_CONFIG = 108,                  /* wire_id */
    WIRE_REQ_UPDATE_CONFIG = 109
};

/* ---- server to client ---- */
enum wire_reply {
    WIRE_REP_TICK_PRICE = 1,
    WIRE_REP_TICK_SIZE = 2,
    WIRE_REP_ORDER_STATUS = 3,
    WIRE_REP_ERROR = 4,
    WIRE_REP_OPEN_ORDER = 5,
    WIRE_REP_ACCOUNT_VALUE = 6,
    WIRE_REP_PORTFOLIO_VALUE = 7,
    WIRE_REP_ACCOUNT_UPDATE_TIME = 8,
    WIRE_REP_NEXT_VALID_ID = 9,
    WIRE_REP_CONTRACT_DATA = 10,
    WIRE_REP_EXEC_DETAILS = 11,
    WIRE_REP_MARKET_DEPTH = 12,
    WIRE_REP_MARKET_DEPTH_L2 = 13,
    WIRE_REP_NEWS_BULLETIN = 14,
    WIRE_REP_MANAGED_ACCOUNTS = 15,
    WIRE_REP_RECEIVE_FA = 16,
    WIRE_REP_HISTORICAL_DATA = 17,
    WIRE_REP_BOND_CONTRACT_DATA = 18, /* wire_rep_contract_data */
    WIRE_REP_SCANNER_PARAMETERS = 19,
    WIRE_REP_SCANNER_DATA = 20,
    WIRE_REP_TICK_OPTION_COMPUTATION = 21,
    WIRE_REP_TICK_GENERIC = 45,
    WIRE_REP_TICK_STRING = 46,
    WIRE_REP_TICK_EFP = 47,
    WIRE_REP_CURRENT_TIME = 49,
    WIRE_REP_REAL_TIME_BAR = 50,
    WIRE_REP_FUNDAMENTAL_DATA = 51,
    WIRE_REP_CONTRACT_DATA_END = 52, /* wire_id */
    WIRE_REP_OPEN_ORDER_END = 53,    /* no struct */
    WIRE_REP_ACCOUNT_DOWNLOAD_END = 54,
    WIRE_REP_EXEC_DETAILS_END = 55, /* wire_id */
    WIRE_REP_DELTA_NEUTRAL_VALIDATION = 56,
    WIRE_REP_TICK_SNAPSHOT_END = 57, /* wire_id */
    WIRE_REP_MARKET_DATA_TYPE = 58,
    WIRE_REP_COMMISSION_REPORT = 59,
    WIRE_REP_POSITION = 61,
    WIRE_REP_POSITION_END = 62, /* no struct */
    WIRE_REP_ACCOUNT_SUMMARY = 63,
    WIRE_REP_ACCOUNT_SUMMARY_END = 64, /* wire_id */
    WIRE_REP_VERIFY_MESSAGE = 65,
    WIRE_REP_VERIFY_COMPLETED = 66,
    WIRE_REP_DISPLAY_GROUP_LIST = 67,
    WIRE_REP_DISPLAY_GROUP_UPDATED = 68,
    WIRE_REP_VERIFY_AND_AUTH_MESSAGE = 69,   /* wire_rep_verify_message */
    WIRE_REP_VERIFY_AND_AUTH_COMPLETED = 70, /* wire_rep_verify_completed */
    WIRE_REP_POSITION_MULTI = 71,
    WIRE_REP_POSITION_MULTI_END = 72, /* wire_id */
    WIRE_REP_ACCOUNT_UPDATE_MULTI = 73,
    WIRE_REP_ACCOUNT_UPDATE_MULTI_END = 74, /* wire_id */
    WIRE_REP_SEC_DEF_OPT_PARAM = 75,
    WIRE_REP_SEC_DEF_OPT_PARAM_END = 76, /* wire_id */
    WIRE_REP_SOFT_DOLLAR_TIERS = 77,
    WIRE_REP_FAMILY_CODES = 78,
    WIRE_REP_SYMBOL_SAMPLES = 79,
    WIRE_REP_MKT_DEPTH_EXCHANGES = 80,
    WIRE_REP_TICK_REQ_PARAMS = 81,
    WIRE_REP_SMART_COMPONENTS = 82,
    WIRE_REP_NEWS_ARTICLE = 83,
    WIRE_REP_TICK_NEWS = 84,
    WIRE_REP_NEWS_PROVIDERS = 85,
    WIRE_REP_HISTORICAL_NEWS = 86,
    WIRE_REP_HISTORICAL_NEWS_END = 87,
    WIRE_REP_HEAD_TIMESTAMP = 88,
    WIRE_REP_HISTOGRAM_DATA = 89,
    WIRE_REP_HISTORICAL_DATA_UPDATE = 90,
    WIRE_REP_REROUTE_MKT_DATA = 91,
    WIRE_REP_REROUTE_MKT_DEPTH = 92, /* wire_rep_reroute_mkt_data */
    WIRE_REP_MARKET_RULE = 93,
    WIRE_REP_PNL = 94,
    WIRE_REP_PNL_SINGLE = 95,
    WIRE_REP_HISTORICAL_TICKS = 96,
    WIRE_REP_HISTORICAL_TICKS_BID_ASK = 97,
    WIRE_REP_HISTORICAL_TICKS_LAST = 98,
    WIRE_REP_TICK_BY_TICK = 99,
    WIRE_REP_ORDER_BOUND = 100,
    WIRE_REP_COMPLETED_ORDER = 101,
    WIRE_REP_COMPLETED_ORDERS_END = 102, /* no struct */
    WIRE_REP_REPLACE_FA_END = 103,
    WIRE_REP_WSH_META_DATA = 104,
    WIRE_REP_WSH_EVENT_DATA = 105, /* wire_rep_wsh_meta_data */
    WIRE_REP_HISTORICAL_SCHEDULE = 106,
    WIRE_REP_USER_INFO = 107,
    WIRE_REP_HISTORICAL_DATA_END = 108, /* at versions >= 196 always follows 17 */
    WIRE_REP_CURRENT_TIME_IN_MILLIS = 109,

    /* protobuf only */
    WIRE_REP_CONFIG = 110,
    WIRE_REP_UPDATE_CONFIG = 111
};

#endif
