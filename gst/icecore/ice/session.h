/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The ICE agent without a world: push in, poll out (docs/architecture.md).
 * Inputs never call back; after each one the caller drains ice_session_next
 * until it says false and arms its clock with ice_session_deadline. After
 * ice_session_timeout (t) and a full drain the deadline is later than t. Same
 * seed and same inputs give the same outputs. Not thread-safe: one lock of the
 * caller's guards a step and its drain. */

#include "event.h"
#include "sdp.h"
#include "stats.h"

typedef struct IceSession IceSession;

#define ICE_ALL_STREAMS UINT16_MAX

IceSession *ice_session_new (const IceConfig *config, NetTime now);
void ice_session_free (IceSession *session);

/* Components 1..component of the stream exist from now on; streams are made in
 * passing. False beyond the limits (256 components, ICE_STREAMS_MAX). */
#define ICE_STREAMS_MAX 64
bool ice_session_add_component (IceSession *session, unsigned stream,
    unsigned component, NetTime now);
/* A STUN server by IP literal or name; returns its id for ICE_OUT_SERVER. */
uint32_t ice_session_add_server (IceSession *session, const char *host,
    uint16_t port, NetTime now);

/* Only before gathering; false when the grammar says no. */
bool
ice_session_set_local (IceSession *session, const char *ufrag, const char *pwd);
const char *ice_session_local_ufrag (const IceSession *session);
const char *ice_session_local_pwd (const IceSession *session);
/* What can be said of one stream's remote side; NULL before it was set. */
const char *
ice_session_remote_ufrag (const IceSession *session, unsigned stream);

/* Gathers on the addresses of the last net_changed (in any order). */
void ice_session_gather (IceSession *session, NetTime now);
/* The whole snapshot, every time. Before gathering it only sets the scene;
 * later: flows on vanished addresses are closed, new ones are gathered. */
void ice_session_net_changed (IceSession *session, const IceIface *ifaces,
    unsigned n, NetTime now);

typedef struct
{
  const char *ufrag;
  const char *pwd;
  bool lite;
  bool ice2;
  bool trickle;
  bool renomination;
  unsigned pacing; /* ms; 0: not said */
} IceRemote;

typedef enum
{
  ICE_SET_OK,
  ICE_SET_RESTARTED, /* new credentials on a running session: the peer restarts,
                        and so do we (ICE_OUT_DESCRIPTION follows) */
  ICE_SET_REFUSED,   /* grammar, or no such stream */
} IceSetResult;
/* Credentials and options of the peer. The same again changes nothing. */
IceSetResult ice_session_set_remote (IceSession *session, unsigned stream,
    const IceRemote *remote, NetTime now);

typedef enum
{
  ICE_ADD_OK,
  ICE_ADD_DUPLICATE, /* known already */
  ICE_ADD_STALE,     /* of another generation's ufrag */
  ICE_ADD_LATE,      /* after end-of-candidates */
  ICE_ADD_REFUSED,   /* address, type or component that cannot be used */
  ICE_ADD_FULL,      /* over the cap */
} IceAddResult;
/* Names are resolved through ICE_OUT_RESOLVE. Before credentials: kept. */
IceAddResult ice_session_add_remote (IceSession *session, unsigned stream,
    const IceSdpCand *cand, NetTime now);
void ice_session_end_of_candidates (IceSession *session, unsigned stream,
    NetTime now);

typedef enum
{
  ICE_RECV_CONSUMED, /* STUN of ours; drain */
  ICE_RECV_PAYLOAD,  /* from a validated address: the caller's */
  ICE_RECV_DROPPED,  /* counted */
} IceRecv;
IceRecv ice_session_recv (IceSession *session, uint32_t flow, NetAddr from,
    NetBytes datagram, NetTime now);
void ice_session_timeout (IceSession *session, NetTime now);

void ice_session_flow_opened (IceSession *session, uint32_t flow, NetAddr local,
    NetTime now);
/* Could not be opened, or broke; error is an errno. */
void ice_session_flow_closed (IceSession *session, uint32_t flow, int error,
    NetTime now);
/* n == 0: no such name. Ports are already in the addresses. */
void ice_session_resolved (IceSession *session, uint32_t op,
    const NetAddr *addrs, unsigned n, NetTime now);
void ice_session_filtered (IceSession *session, uint32_t op, bool accepted,
    NetTime now);
/* The send of ICE_OUT_SEND failed at once with this errno. EAGAIN and the like
 * need no report: they are losses. */
void ice_session_send_failed (IceSession *session, uint32_t token, int error,
    NetTime now);
/* A hard ICMP error came back for a datagram to that address. */
void ice_session_path_failed (IceSession *session, uint32_t flow, NetAddr to,
    int error, NetTime now);

/* New credentials, new candidates, the old path carries on until the new one is
 * valid (RFC 8445 §9). */
void ice_session_restart (IceSession *session, NetTime now);
/* Ends everything: flows are closed, the state is CLOSED, nothing is due. */
void ice_session_close (IceSession *session, NetTime now);

/* False: nothing left for now. SEND is encoded here, into out_event. */
bool ice_session_next (IceSession *session, IceOut *out_event);
NetTime ice_session_deadline (const IceSession *session);

/* Always filled for an existing component; `usable` says whether to send. */
bool ice_session_route (const IceSession *session, unsigned stream,
    unsigned component, IceRoute *out_route);
IceRole ice_session_role (const IceSession *session);
IceState ice_session_state (const IceSession *session);
IceGathering ice_session_gathering (const IceSession *session);

/* Local candidates and options so far as a fragment; free with
 * ice_sdp_frag_free. */
IceSdpFrag *ice_session_describe (const IceSession *session);
unsigned ice_session_n_pairs (const IceSession *session);
bool ice_session_pair_info (const IceSession *session, unsigned index,
    IcePairInfo *out_info);
bool ice_session_selected_info (const IceSession *session, unsigned stream,
    unsigned component, IcePairInfo *out_info);
void ice_session_info (const IceSession *session, IceSessionInfo *out_info);
/* The debug text of a verdict: what was tried, with what result; g_free. */
char *ice_session_explain (const IceSession *session);

/* One trace line "who > what -> decision", without time; false: no more. Only
 * with config.trace; the oldest are lost beyond 256 undrained lines. */
bool ice_session_next_trace (IceSession *session, char out_line[160]);
