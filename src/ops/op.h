/* SPDX-License-Identifier: MIT */
/*
 * op: an operation, described once.
 *
 * A row of an operation table says everything that the faces need: MCP tool, REST route, OpenAPI
 * path, CLI verb, help and permissions are derived from it (face/), and so are the generic tests.
 * To add an operation: an input struct, an output struct, their field tables, a row and a handler,
 * all in one file under ops/ (docs/adding-an-operation.md).
 *
 * A handler runs on a fiber and may suspend. It fills `out` (zeroed, of out->size) with memory of
 * the call's arena, notes warnings and completeness in the envelope, and returns true; or fills
 * call->error and returns false.
 */
#ifndef PORTCULLIS_OPS_OP_H
#define PORTCULLIS_OPS_OP_H

#include "base/task.h"
#include "data/type.h"
#include "guard/tokens.h"
#include "model/account.h"
#include "model/quote.h"
#include "ops/core.h"

enum op_effect {
    OP_READ,    /* changes nothing */
    OP_PREVIEW, /* computes what a write would do */
    OP_NOTE,    /* keeps something for the user that moves no money: watch lists, price alerts */
    OP_HALT,    /* can only make things safer (kill switch): open to whoever may read */
    OP_TRADE,   /* sends, changes or cancels orders; needs trade scope */
    OP_APPROVE, /* says yes or no to what waits for a person */
    OP_ADMIN    /* changes the gate itself: kill switch, configuration */
};

/* The one scope that an operation of that effect needs. */
enum scope scope_of(enum op_effect effect);

enum face { FACE_TEST, FACE_CLI, FACE_MCP, FACE_REST, FACE_COUNT };

/* A terminal at the other end of a connection, at which a person may sit. */
struct terminal {
    /* Shows the prompt and takes what is typed, unseen. Suspends. False: there is no terminal. */
    bool (*ask)(void *self, struct task *t, const char *prompt, struct secret *out,
                struct error *e);
    /* The content of a file that was named on the command line, as the user reads it there;
     * appended to `out` up to its cap. Suspends. False with FILE or the task's own error. */
    bool (*read_file)(void *self, struct task *t, struct str path, struct buf *out,
                      struct error *e);
    void *self;
};

/* What a person said, who was shown something in the course of a call. */
enum consent {
    CONSENT_UNHEARD,   /* nobody could be asked, or nobody answered in time */
    CONSENT_LATER,     /* the question is on its way: the same call comes again with the answer */
    CONSENT_DISMISSED, /* neither yes nor no */
    CONSENT_NO,
    CONSENT_YES
};

/* A program at the other end of a call that shows questions to a person. It may be lying. */
struct dialog {
    enum gate_approval way; /* as what a yes of `ask` counts */
    /*
     * Asks for a yes or a no; NULL: it shows no questions. `name` is that of the question, the same
     * when the same is asked again; `typed` is what has to be typed for a yes, STR_NONE if a choice
     * is enough. Suspends, and may prolong the task for it.
     */
    enum consent (*ask)(void *self, struct task *t, struct str name, struct str message,
                        struct str typed);
    /*
     * Shows the person the way to a page of ours, on which it decides; NULL: it cannot, or the page
     * cannot be reached from there. CONSENT_YES says that the way was shown: nothing that comes
     * back here is a decision. Suspends, and prolongs the task for the person.
     */
    enum consent (*open)(void *self, struct task *t, struct str name, struct str message,
                         struct str url);
    /* The decision that `open` led to has been made. */
    void (*opened)(void *self, struct task *t, struct str name);
    void *self;
};

/* Who asks. */
struct principal {
    enum face face;
    unsigned scopes;
    char name[64];         /* "uid:1000", "uid:1000 mcp:Claude Desktop", "token:sheet" */
    char assistant[64];    /* what it calls itself, which proves nothing; "" = nothing */
    char only_account[16]; /* it may neither see nor use another; "" = any */
    char account[16];      /* chosen by switch_account on this connection; "" = the default one */
    bool is_stateful;      /* a connection that can remember a chosen account */
    bool is_local;         /* at this machine: what is served to it alone can be reached */
    bool is_human;         /* a command line of a user who counts as a person (access.admin_uids) */
    const struct terminal *terminal; /* NULL: none, so nobody can prove to be a person */
};

/* Stands around every answer (the envelope). */
struct envelope {
    struct str account;
    unsigned mode;        /* enum account_mode */
    struct utc as_of;     /* when the answer was made */
    struct str source;    /* "paper exchange" or "broker" */
    unsigned data_type;   /* enum data_type; DATA_NONE where no market data is in the answer */
    struct opt_num age_s; /* of the oldest price in the answer */
    bool complete;
    struct list warnings; /* struct str */
};
extern const struct type envelope_type;

enum { OP_WARNINGS_MAX = 64 };

struct call {
    struct task *task;
    struct arena *arena; /* of the task */
    struct core *core;
    struct principal *who; /* the connection's; a handler of switch_account changes it */
    const struct op *op;
    struct envelope envelope;
    struct str warnings[OP_WARNINGS_MAX];
    struct str idempotency_key;  /* STR_NONE if none */
    bool is_concise;             /* JSON without the fields marked `wide` */
    const struct dialog *dialog; /* NULL: no person can be asked through who calls */
    bool has_pages;              /* who calls shows the page of an answer to a person (op.ui) */
    struct str page_proof;       /* for that page alone, by the handler: it stands in no answer */
    bool awaits_person;          /* by the handler: nothing was done, a person has to agree first */
    enum error_code row_error;   /* class of the first error that the answer itself tells of */
    struct error error;
    const void *detail;             /* more about a failure: gate findings; or NULL */
    const struct type *detail_type; /* its type: a struct with one list */
};

typedef bool op_run(struct call *c, const void *in, void *out);

struct op {
    const char *name;  /* MCP tool and audit name, verb_noun: "get_portfolio" */
    const char *title; /* for people: "Portfolio" */
    const char *doc;   /* at most 1,000 characters, the critical part first */
    const struct type *in, *out;
    enum op_effect effect;
    bool is_idempotent;
    bool is_destructive;        /* of what exists: cancels, changes */
    bool spans_accounts;        /* cannot be narrowed to one: refused to who has one alone */
    bool is_open_world;         /* the answer carries text or prices from outside */
    const char *route;          /* "GET /api/quotes/{symbols}"; NULL: no REST face */
    const char *verb;           /* command line: "quotes"; NULL: none */
    const char *example;        /* command line after the program's name: "quotes AAPL,ASML" */
    const char *category;       /* "portfolio", "market_data", "forex", "stop_loss", ... */
    const char *const *phrases; /* sentences with {fields}, NULL-terminated; or NULL */
    const char *ui;             /* resource that shows the answer (MCP Apps), or NULL */
    bool is_for_pages;          /* called by such a page alone, when a person clicks */
    op_run *run;
};

/* True if it changes something, be it for the safer: HTTP asks for a token then. */
bool op_is_write(const struct op *op);

/* ---- the table of tables ---- */
struct op_set {
    const struct op *ops;
    size_t count;
};
/* All operations in a stable order. `i` starts at 0; NULL at the end. */
const struct op *op_next(size_t *i);
const struct op *op_find(struct str name);
const struct op *op_find_verb(struct str verb);
/* Adds a table (at most OP_SETS_MAX); for test builds that register operations of their own. */
enum { OP_SETS_MAX = 32 };
void op_register(const struct op_set *set);

/*
 * Whether an operation is shown to assistants and programs: what trades is not, where the
 * configuration allows no trading at all (architecture: modes). Never changes while running.
 */
bool op_is_listed(const struct core *core, const struct op *op);

/* ---- running ---- */
/*
 * Checks scope, runs the handler, completes the envelope. `in` is a bound input of op->in, `out`
 * op->out->size zeroed bytes. True = answered; false = call->error is set. May suspend.
 */
bool op_call(struct call *c, const void *in, void *out);
/* Prepares a call for a task. */
void call_init(struct call *c, struct task *t, struct core *core, struct principal *who,
               const struct op *op);

/* ---- for handlers ---- */
void call_warn(struct call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/*
 * The parameter `detail` of operations whose answers can be long, concise unless asked otherwise:
 * an `unsigned` with DETAIL_FIELD. A handler sets call->is_concise by it.
 */
enum detail { DETAIL_CONCISE, DETAIL_FULL };
extern const char *const detail_choices[];
#define DETAIL_FIELD(S, means)                                                                     \
    FIELD(S, detail, .choices = detail_choices, .initial = "concise", .doc = (means))
/* A copy of text in the call's arena; STR_NONE, which is shown as null, for "". */
struct str call_text(struct call *c, const char *text);
/* Warns, if a symbol means more than one contract and all of them are shown. */
void call_several(struct call *c, struct str symbol, size_t count);
/*
 * One of the things that were asked for cannot be answered; the answer goes on and tells it where
 * that thing stands, in a member `error_code` and the two beside it.
 */
void call_row_error(struct call *c, const struct error *e, struct str *text, struct str *error_code,
                    struct str *next);
/*
 * After op_call: ERROR_NONE, or, if the answer tells of errors and of nothing else, the class of
 * the first: that is every row of the lists whose rows can have an error, or the answer as a whole.
 */
enum error_code call_found_nothing(const struct call *c, const void *out);
/* A warning that also makes the answer incomplete. */
void call_incomplete(struct call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/*
 * The account that the call is about: the argument, else the connection's, else the configured,
 * else the only one. Sets the envelope. False: UNKNOWN_ACCOUNT (listing them) or NOT_CONNECTED.
 */
bool call_account(struct call *c, struct str argument, struct str *out);
/*
 * False with NOT_CONNECTED, the link's state and what to do, unless the session is ready; waits a
 * few seconds for a connection that is just being made. May suspend.
 */
bool call_needs_broker(struct call *c);
/*
 * True if a person is behind this call: the user is one of access.admin_uids, or the PIN is typed
 * at the terminal now. False with HUMAN_ONLY, NO_PIN, PIN_WRONG or PIN_LOCKED and what to do.
 * `what` goes on after "PIN to": "release the kill switch". In the journal. May suspend.
 */
bool call_person(struct call *c, const char *what);
/* 100 * (a - b) / b, rounded to four decimals; absent if either is, or b is zero. */
struct opt_dec call_percent(struct opt_dec a, struct opt_dec b);
/* An age in milliseconds as seconds; absent if it is negative, which means unknown. */
struct opt_num call_age(int64_t age_ms);
/* What to do while the session is not ready; "" if nothing. */
const char *call_hint(const struct call *c, const struct session_status *s);
/* Widens the envelope's data type and age by one price. */
void call_price_seen(struct call *c, enum data_type type, int64_t age_ms);

#endif
