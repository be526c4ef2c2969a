/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The rooms of one session and who lives in them. Only files of this folder
 * include it. Every object has one owner: the session owns flows, servers,
 * streams, checks and the queue; a stream owns its candidates and its checklist;
 * a component owns the pair it used before a restart. Pairs hold copies of their
 * candidates, so that a restart can drop the lists and keep the path. */

#include <string.h>

#include <glib.h>

#include "session.h"
#include "../stun/auth.h"
#include "../stun/txn.h"

typedef struct IceStream IceStream;
typedef struct IceComponent IceComponent;
typedef struct IcePair IcePair;
typedef struct IceCheck IceCheck;

/* One generation's credentials between us and one stream's peer. */
typedef struct
{
  unsigned refs;
  unsigned generation;
  char *local_ufrag;
  char *local_pwd;
  char *remote_ufrag;
  char *remote_pwd;
} IceCreds;

typedef enum
{
  ICE_FLOW_OPENING,
  ICE_FLOW_OPEN,
} IceFlowState;

typedef struct
{
  uint32_t id;
  IceFlowState state;
  uint16_t stream;
  uint16_t component;
  uint16_t local_preference;
  NetAddr local; /* the wanted one while opening, then the real one */
} IceFlow;

typedef struct
{
  IceCand cand;
  NetAddr base;
  uint32_t flow;
  uint32_t filter_op; /* not 0: the application has not answered yet */
  bool signalled;     /* handed out: may be paired (RFC 8838 §10) */
} IceLocal;

typedef struct
{
  IceCand cand;
  uint32_t filter_op;
  uint32_t resolve_op;
  bool refused; /* by the filter: known, never paired */
} IceRemoteCand;

typedef enum
{
  ICE_CHECK_ORDINARY,
  ICE_CHECK_NOMINATING, /* carries USE-CANDIDATE */
  ICE_CHECK_CONSENT,
} IceCheckKind;

/* One transaction towards the peer. */
struct IceCheck
{
  IceCheckKind kind;
  StunTxn txn;
  IcePair *pair;
  uint32_t token;
  IceRole role; /* what the request carried */
  uint64_t tie_breaker;
  uint32_t nomination; /* renomination value, 0: none */
};

struct IcePair
{
  uint32_t id;
  IceStream *stream;
  IceComponent *component;
  IceCreds *creds;
  uint32_t flow;
  IceCand local;       /* the host candidate that checks leave from */
  IceCand valid_local; /* what the peer saw: local side of the valid pair */
  IceCand remote;
  uint64_t priority;
  IcePairState state;
  bool valid;
  bool nominated;
  bool burnt;               /* consent was lost or taken: not checked again */
  bool in_triggered;        /* in the checklist's queue */
  bool nominate_next;       /* controlling: the next check nominates */
  bool nominate_on_success; /* controlled: USE-CANDIDATE came before success */
  uint32_t nomination;      /* highest renomination value seen or sent */
  unsigned refusals;        /* unauthenticated 400/401 answers in a row */
  NetTime checked_at;       /* start of the latest check */
  NetTime consent_until;
  NetTime consent_next;
  NetTime keepalive_next;
  NetTime unanswered_since; /* first consent request without an answer since */
  unsigned unanswered;      /* how many since then */
  NetTime probe_at;         /* a check asks whether the path is well */
  NetTime heard_at;         /* latest answer or authenticated request */
  NetTime rtt;
  NetTime rtt_total;
  uint32_t requests_sent;
  uint32_t requests_received;
  uint32_t responses_sent;
  uint32_t responses_received;
  uint32_t consent_sent;
};

struct IceComponent
{
  IceStream *stream;
  uint16_t id;
  IcePair *selected;   /* nominated; lives in the checklist */
  IcePair *nominating; /* controlling: asked for, not answered yet */
  NetTime nominate_at; /* when to think again; NET_NEVER: nothing to wait for */
  NetTime nominate_again; /* when an unanswered nomination is repeated */
  unsigned nominations;   /* how often it was sent so far */
  IcePair *previous;      /* of the generation before, owned */
  unsigned n_sources;
  IceSource sources[ICE_ROUTE_SOURCES];
  uint32_t routed_id; /* pair of the route last announced; 0: none */
};

typedef enum
{
  ICE_CHECKLIST_RUNNING,
  ICE_CHECKLIST_COMPLETED,
  ICE_CHECKLIST_FAILED,
} IceChecklistState;

typedef struct
{
  IceChecklistState state;
  GPtrArray *pairs; /* IcePair *, by priority, highest first; owned */
  GQueue triggered; /* IcePair *, FIFO, each once */
} IceChecklist;

struct IceStream
{
  IceSession *session;
  uint16_t index;
  GPtrArray *components;  /* IceComponent *, id = index + 1 */
  GPtrArray *locals;      /* IceLocal * of this generation */
  GPtrArray *remotes;     /* IceRemoteCand * of this generation */
  IceCreds *creds;        /* NULL until the peer's are known */
  char *old_remote_ufrag; /* of the generation before */
  unsigned unanswered; /* descriptions of ours that the peer owes answers to */
  NetTime unanswered_until; /* then it owes them no more */
  IceChecklist checklist;
  bool end_sent;
  bool remote_end;
  unsigned remote_refused;
};

/* A request that came before the credentials it speaks of (RFC 8445 §7.3). */
typedef struct
{
  uint16_t stream;
  uint16_t component;
  uint32_t flow;
  NetAddr from;
  uint32_t priority;
  bool use_candidate;
  uint32_t nomination;
  char peer_ufrag[ICE_UFRAG_MAX];
} IceEarly;
#define ICE_EARLY_MAX 32

typedef struct
{
  uint32_t id;
  char *host;
  uint16_t port;
  uint32_t resolve_op; /* not 0: waiting for the name */
  bool resolved;       /* literal, or answered */
  bool answered;       /* at least one Binding succeeded */
  unsigned n_addrs;
  NetAddr addrs[4];
} IceServer;

/* One Binding transaction with one server from one flow. */
typedef struct
{
  IceServer *server;
  NetAddr addr;
  uint32_t flow;
  uint32_t token;
  StunTxn txn;
  bool started;
  bool done;
  bool counts;           /* gathering waits for it; false: keepalive */
  uint8_t server_errors; /* 5xx so far, at most 4 (RFC 8489 §6.3.4) */
  NetTime refresh_at;    /* mapping keepalive */
} IceGather;

/* What waits to be drained; a datagram only as the few words it is made from. */
typedef enum
{
  ICE_SEND_CHECK,
  ICE_SEND_ANSWER,
  ICE_SEND_GATHER,
  ICE_SEND_KEEPALIVE,
} IceSendKind;

typedef struct
{
  uint32_t flow;
  NetAddr to; /* also the mapped address of a success */
  StunTxnId id;
  uint16_t code; /* 0: success */
  IceCreds *key; /* whose local password signs; NULL: unsigned; ref held */
  unsigned n_unknown;
  uint16_t unknown[STUN_UNKNOWN_MAX];
} IceAnswer;

typedef struct
{
  IceOutKind kind;
  IceSendKind send;
  union
  {
    IceCheck *check;   /* ICE_SEND_CHECK; NULL: dropped since */
    IceGather *gather; /* ICE_SEND_GATHER; NULL: dropped since */
    IceAnswer answer;
    struct
    {
      uint32_t flow;
      NetAddr to;
      StunTxnId id;
    } keepalive;
    IceOutOpen open;
    uint32_t close;
    IceOutResolve resolve;
    IceOutFilter filter;
    IceOutCandidate candidate;
    IceGathering gathering;
    IceState state;
    IceRole role;
    struct
    {
      uint16_t stream;
      uint16_t component;
    } route;
    IceOutSelected selected;
    IceOutServer server;
    IceCause cause;
  };
} IceIntent;

/* Answers waiting to be drained at once; more are dropped and counted. */
#define ICE_ANSWERS_MAX 64
/* Remote candidates kept per stream; pairs have their own, smaller limit. */
#define ICE_REMOTES_MAX 256
/* Names being resolved for remote candidates, per session. */
#define ICE_RESOLVES_MAX 16

struct IceSession
{
  IceConfig config;
  char *interfaces;
  char *bind_address;
  char *external_address;

  NetTime now;
  IceRole role;
  uint64_t tie_breaker;
  uint64_t salt;
  unsigned generation;
  char *ufrag;
  char *pwd;
  char *old_ufrag; /* of the generation before; NULL: none */
  char *old_pwd;

  bool remote_known; /* options below are the peer's */
  bool remote_lite;
  bool remote_ice2;
  bool remote_renomination;
  unsigned ta; /* ms in force: the larger of both sides' */

  GPtrArray *streams; /* IceStream *, by index */
  GPtrArray *flows;   /* IceFlow * */
  GPtrArray *checks;  /* IceCheck * */
  GPtrArray *servers; /* IceServer * */
  GPtrArray *gathers; /* IceGather * */
  GArray *early;      /* IceEarly */
  IceIface *ifaces;
  unsigned n_ifaces;
  bool ifaces_known;

  GQueue queue; /* IceIntent * */
  unsigned queued_answers;

  IceGathering gathering;
  NetTime gather_until; /* gather-timeout's end; NET_NEVER: not running */
  IceState state;
  IceCause cause; /* not NONE: failed */
  bool connected_once;
  bool restarted_for_loss; /* one automatic restart per loss */
  bool closed;

  NetTime ta_next;     /* no new check before */
  NetTime gather_next; /* no new gathering transaction before */
  NetTime slot;        /* reserved with the pacer */
  bool slot_held;
  unsigned turn;         /* checklist served last */
  NetTime pac_until;     /* RFC 8863; NET_NEVER: not started */
  NetTime connect_until; /* connect-timeout's end; NET_NEVER: not running */
  uint32_t nomination;   /* last renomination value used */

  uint32_t next_id; /* flows, tokens, pairs, ops: never 0, never reused */
  IceSessionInfo info;
  GQueue trace; /* char * */
};

/* trace.c */
void
ice_trace (IceSession *session, const char *format, ...) G_GNUC_PRINTF (2, 3);
void ice_trace_clear (IceSession *session);

/* creds.c */
IceCreds *ice_creds_new (const IceSession *session, const IceRemote *remote);
IceCreds *ice_creds_ref (IceCreds *creds);
void ice_creds_unref (IceCreds *creds);
char *ice_creds_random_text (const IceSession *session, unsigned length);
uint64_t ice_creds_random_u64 (const IceSession *session);
StunTxnId ice_creds_txn_id (const IceSession *session);

/* queue.c */
IceIntent *ice_queue_push (IceSession *session, IceOutKind kind);
void ice_queue_check (IceSession *session, IceCheck *check);
void ice_queue_gather (IceSession *session, IceGather *gather);
/* False beyond ICE_ANSWERS_MAX. */
bool ice_queue_answer (IceSession *session, const IceAnswer *answer);
void ice_queue_keepalive (IceSession *session, const IcePair *pair);
void ice_queue_route (IceSession *session, const IceComponent *component);
void ice_queue_forget_check (IceSession *session, const IceCheck *check);
void ice_queue_forget_gather (IceSession *session, const IceGather *gather);
void ice_queue_clear (IceSession *session);

/* encode.c: one intent into bytes. */
bool ice_encode (const IceSession *session, const IceIntent *intent,
    IceOutSend *out_send);

/* flow.c */
IceFlow *ice_flow_open (IceSession *session, const IceComponent *component,
    NetAddr local, uint16_t local_preference);
IceFlow *ice_flow_find (const IceSession *session, uint32_t id);
IceFlow *ice_flow_find_local (const IceSession *session,
    const IceComponent *component, NetAddr local);
/* Takes everything that lives on it along; `tell` asks the world to close. */
void ice_flow_close (IceSession *session, IceFlow *flow, bool tell);

/* stream.c */
IceStream *ice_stream_get (const IceSession *session, unsigned index);
IceStream *ice_stream_make (IceSession *session, unsigned index);
void ice_stream_free (IceStream *stream);
IceComponent *ice_stream_component (const IceStream *stream, unsigned id);
bool ice_stream_make_components (IceStream *stream, unsigned count);
/* The number both sides have, as far as known (RFC 8445 §6.1.2.2). */
unsigned ice_stream_n_components (const IceStream *stream);
void
ice_component_add_source (IceComponent *component, uint32_t flow, NetAddr addr);
/* The pair that media uses now, or NULL. */
IcePair *ice_component_route_pair (const IceComponent *component);
/* Announces the route when it changed, or `anyway`. */
void ice_component_update_route (IceComponent *component, bool anyway);

/* local.c: our candidates */
void ice_local_add_host (IceSession *session, const IceFlow *flow);
void ice_local_add_reflexive (IceSession *session, const IceFlow *flow,
    NetAddr mapped, NetAddr server);
const IceLocal *
ice_local_find (const IceStream *stream, unsigned component, NetAddr addr);
IceLocal *ice_local_of_flow (const IceStream *stream, uint32_t flow);
bool ice_local_filtered (IceSession *session, uint32_t op, bool accepted);
bool ice_local_is_waiting (const IceSession *session);
void ice_local_send_end (IceSession *session);

/* remote.c: the peer's candidates */
IceAddResult ice_remote_add (IceStream *stream, const IceSdpCand *cand);
IceRemoteCand *
ice_remote_find (const IceStream *stream, unsigned component, NetAddr addr);
/* From a check (RFC 8445 §7.3.1.3). NULL: not allowed. The filter may be
 * pending. */
IceRemoteCand *ice_remote_learn (IceStream *stream, unsigned component,
    NetAddr addr, uint32_t priority);
bool ice_remote_filtered (IceSession *session, uint32_t op, bool accepted);
bool ice_remote_resolved (IceSession *session, uint32_t op,
    const NetAddr *addrs, unsigned n);
bool ice_remote_is_waiting (const IceStream *stream);

/* gather.c */
void ice_gather_start (IceSession *session);
/* Asks every server from this flow. */
void ice_gather_flow (IceSession *session, const IceFlow *flow);
void ice_gather_flow_gone (IceSession *session, uint32_t flow);
/* Opens the component's sockets; those that are open are used again. */
void ice_gather_component (IceSession *session, IceComponent *component);
/* The interfaces have changed under a session that has gathered. */
void ice_gather_reconcile (IceSession *session);
void ice_gather_resolved (IceSession *session, IceServer *server,
    const NetAddr *addrs, unsigned n);
/* True when the response was for one of its transactions. */
bool ice_gather_recv (IceSession *session, uint32_t flow, NetAddr from,
    const StunMsg *msg);
void ice_gather_path_failed (IceSession *session, uint32_t flow, NetAddr to,
    int error);
bool ice_gather_token_failed (IceSession *session, uint32_t token, int error);
void ice_gather_timeout (IceSession *session);
NetTime ice_gather_deadline (const IceSession *session);
bool ice_gather_has_work (const IceSession *session);
/* Starts the next waiting transaction; a Ta slot is taken for it. */
void ice_gather_start_next (IceSession *session);
/* Complete when nothing is outstanding; tells the world once. */
void ice_gather_update (IceSession *session);
void ice_gather_free (IceGather *gather);
void ice_server_free (IceServer *server);

/* pair.c */
IcePair *ice_pair_new (IceStream *stream, const IceLocal *local,
    const IceRemoteCand *remote);
void ice_pair_free (IcePair *pair);
uint64_t ice_pair_priority (IceRole role, uint32_t local_priority,
    uint32_t remote_priority);
bool ice_pair_same_foundation (const IcePair *a, const IcePair *b);
void ice_pair_wait (IcePair *pair);
void ice_pair_progress (IcePair *pair, NetTime now);
void ice_pair_succeed (IcePair *pair, const IceCand *valid_local);
void ice_pair_fail (IcePair *pair, const char *why);
bool ice_pair_is_better (const IcePair *a, const IcePair *b);
const char *ice_pair_text (const IcePair *pair, char out_text[120]);

/* checklist.c */
void ice_checklist_add_local (IceStream *stream, const IceLocal *local);
void ice_checklist_add_remote (IceStream *stream, const IceRemoteCand *remote);
IcePair *
ice_checklist_find (const IceStream *stream, uint32_t flow, NetAddr remote);
/* Forms the pair unless it is there or may not be; NULL then. `must` lets it
 * push out a lesser one (RFC 8445 §7.3.1.4). */
IcePair *ice_checklist_insert (IceStream *stream, const IceLocal *local,
    const IceRemoteCand *remote, bool must);
void ice_checklist_remove (IcePair *pair);
/* Takes it out without freeing. */
void ice_checklist_steal (IcePair *pair);
void ice_checklist_trigger (IcePair *pair);
void ice_checklist_untrigger (IcePair *pair);
void ice_checklist_resort (IceStream *stream);
void ice_checklist_unfreeze_like (IceSession *session, const IcePair *pair);
/* The next pair due for an ordinary or triggered check, state Waiting, out of
 * the queue; NULL: nothing. `take` false only looks. */
IcePair *ice_checklist_next (IceSession *session, bool take);
void ice_checklist_recompute_states (IceSession *session, const IcePair *like);
NetTime ice_checklist_thaw_deadline (const IceSession *session);
void ice_checklist_counts (const IceSession *session, unsigned *out_running,
    unsigned *out_active);

/* check.c: our requests and what comes back */
void ice_check_start (IcePair *pair, IceCheckKind kind);
void ice_check_cancel_pair (IcePair *pair); /* stops retransmission only */
void ice_check_drop_pair (IcePair *pair);   /* forgets them */
void ice_check_retire_pair (const IcePair *pair); /* all but consent */
bool ice_check_recv (IceSession *session, uint32_t flow, NetAddr from,
    const StunMsg *msg);
bool ice_check_token_failed (IceSession *session, uint32_t token, int error);
void ice_check_path_failed (IceSession *session, uint32_t flow, NetAddr to);
void ice_check_timeout (IceSession *session);
NetTime ice_check_deadline (const IceSession *session);
void ice_check_free (IceCheck *check);
void ice_check_switch_role (IceSession *session, IceRole role);

/* answer.c: the peer's requests */
IceRecv ice_answer_recv (IceSession *session, IceFlow *flow, NetAddr from,
    const StunMsg *msg);
void ice_answer_early (IceStream *stream);

/* nominate.c */
void ice_nominate_consider (IceComponent *component);
void ice_nominate_confirmed (IcePair *pair, uint32_t value);
void ice_nominate_failed (IcePair *pair);
void ice_nominate_timeout (IceSession *session);
NetTime ice_nominate_deadline (const IceSession *session);
/* A nominating check that waits for its turn with the pacer. */
IcePair *ice_nominate_next (IceSession *session);
void ice_nominate_sent (IcePair *pair);
/* May the triggered check of this pair nominate it right away? */
bool ice_nominate_early (IcePair *pair);

/* consent.c */
void ice_consent_grant (IcePair *pair);
/* Media uses this pair from now on: its clocks run. */
void ice_consent_watch (IcePair *pair);
void ice_consent_revoke (IcePair *pair, const char *why);
void ice_consent_answered (IcePair *pair);
void ice_consent_heard (IcePair *pair);   /* an authenticated request came */
void ice_consent_suspect (IcePair *pair); /* an ICMP or send error */
void ice_consent_timeout (IceSession *session);
NetTime ice_consent_deadline (const IceSession *session);
bool ice_consent_is_lost (const IcePair *pair, NetTime now); /* disconnected */

/* schedule.c */
void ice_schedule_run (IceSession *session);
NetTime ice_schedule_deadline (const IceSession *session);
NetTime ice_schedule_check_rto (const IceSession *session);
NetTime ice_schedule_gather_rto (const IceSession *session);
void ice_schedule_refund (IceSession *session, NetTime started);

/* conclude.c: states and endings */
void ice_conclude_update (IceSession *session);
void ice_conclude_start_timers (IceSession *session);
void ice_conclude_timeout (IceSession *session);
NetTime ice_conclude_deadline (const IceSession *session);

/* restart.c */
void ice_restart_begin (IceSession *session, const char *why);
bool ice_restart_is_open (const IceSession *session);
/* The peer answers our restart once more, with other credentials. */
void ice_restart_adopt (IceStream *stream);
/* Our credentials go out of our own accord. */
void ice_restart_expect_answer (IceSession *session);
bool ice_restart_is_answer (const IceStream *stream);

/* verdict.c */
IceCause ice_verdict (const IceSession *session);
