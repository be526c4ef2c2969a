/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One real session in a world that the test holds: the clock, the sockets, and a
 * peer or a server that says word for word what it is told to, built by hand
 * from STUN attributes. What the session says is kept in three lists: its own
 * requests, its answers, and everything else. */

#include <string.h>

#include <gst/check/gstcheck.h>

#include "ice/session-private.h"

#define PEER_UFRAG "pEEr"
#define PEER_PWD "thePasswordOfThePeer+/24"
#define HOME "192.0.2.1"
#define PEER_HOST_PRIORITY 2130706431u
#define PEER_PRFLX_PRIORITY 1862270975u
#define AGENT_FLOWS_MAX 64

/* A datagram of the session's. `msg` borrows from `data`. */
typedef struct
{
  NetTime at;
  uint32_t flow;
  uint32_t token;
  NetAddr from;
  NetAddr to;
  StunMsg msg;
  size_t len;
  uint8_t data[STUN_MSG_MAX];
} Sent;

typedef struct
{
  IceConfig config;
  IcePacer pacer;
  uint64_t random;
  IceSession *session;
  NetTime now;
  bool mute_opens; /* the test answers ICE_OUT_OPEN itself */
  uint16_t next_port;
  unsigned n_flows;
  IceSource flows[AGENT_FLOWS_MAX];
  GPtrArray *requests; /* Sent * */
  GPtrArray *answers;  /* Sent *, indications too */
  GArray *told;        /* IceOut, all but SEND */
  unsigned taken;      /* requests the test has looked at */
} Agent;

static inline NetAddr
at (const char *ip, uint16_t port)
{
  NetAddr addr;

  fail_unless (net_addr_parse (ip, &addr), "%s", ip);
  return net_addr_with_port (addr, port);
}

static inline NetAddr
peer_addr (void)
{
  return at ("203.0.113.5", 4000);
}

static inline void
agent_random (void *user, void *out_bytes, size_t len)
{
  uint64_t *state = user;
  uint8_t *bytes = out_bytes;

  for (size_t i = 0; i < len; i++) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    bytes[i] = (uint8_t) (*state >> 32);
  }
}

/* Everything at its default, so that a test may change agent->config. */
static inline void
agent_init (Agent *agent)
{
  *agent = (Agent){ .random = 0x9e3779b97f4a7c15u,
    .now = NET_SEC (1000),
    .next_port = 5000 };
  ice_config_init (&agent->config);
  agent->requests = g_ptr_array_new_with_free_func (g_free);
  agent->answers = g_ptr_array_new_with_free_func (g_free);
  agent->told = g_array_new (FALSE, FALSE, sizeof (IceOut));
}

static inline void
agent_clear (Agent *agent)
{
  ice_session_free (agent->session);
  g_ptr_array_unref (agent->requests);
  g_ptr_array_unref (agent->answers);
  g_array_unref (agent->told);
}

/* -- what comes out ------------------------------------------------------------ */

static inline NetAddr
agent_flow_addr (const Agent *agent, uint32_t flow)
{
  for (unsigned i = 0; i < agent->n_flows; i++) {
    if (agent->flows[i].flow == flow)
      return agent->flows[i].addr;
  }
  return NET_ADDR_NONE;
}

static inline void
agent_keep_send (Agent *agent, const IceOutSend *send)
{
  Sent *sent = g_new0 (Sent, 1);
  bool request;

  sent->at = agent->now;
  sent->flow = send->flow;
  sent->token = send->token;
  sent->from = agent_flow_addr (agent, send->flow);
  sent->to = send->to;
  sent->len = send->len;
  memcpy (sent->data, send->data, send->len);
  fail_unless_equals_int (stun_msg_decode (NET_BYTES (sent->data, sent->len),
                              &sent->msg),
      STUN_OK);
  request = sent->msg.cls == STUN_REQUEST;
  g_ptr_array_add (request ? agent->requests : agent->answers, sent);
}

static inline void
agent_open_flow (Agent *agent, const IceOutOpen *open)
{
  NetAddr local = net_addr_with_port (open->local, agent->next_port++);

  fail_unless (agent->n_flows < AGENT_FLOWS_MAX);
  agent->flows[agent->n_flows++] =
      (IceSource){ .flow = open->flow, .addr = local };
  ice_session_flow_opened (agent->session, open->flow, local, agent->now);
}

/* Everything there is to hear; then no more is due at this moment. */
static inline void
agent_drain (Agent *agent)
{
  IceOut out;

  while (ice_session_next (agent->session, &out)) {
    if (out.kind == ICE_OUT_SEND) {
      agent_keep_send (agent, &out.send);
      continue;
    }
    g_array_append_val (agent->told, out);
    if (out.kind == ICE_OUT_OPEN && !agent->mute_opens)
      agent_open_flow (agent, &out.open);
  }
}

/* The clock goes on, with a tick at every deadline; the deadline's contract is
 * looked after everywhere. */
static inline void
agent_wait (Agent *agent, NetTime span)
{
  NetTime end = agent->now + span;

  for (;;) {
    NetTime deadline = ice_session_deadline (agent->session);
    if (deadline > end)
      break;
    agent->now = net_time_max (agent->now, deadline);
    ice_session_timeout (agent->session, agent->now);
    agent_drain (agent);
    fail_unless (ice_session_deadline (agent->session) > agent->now);
  }
  agent->now = end;
}

/* The next request that the test has not looked at; NULL: none so far. */
static inline const Sent *
agent_peek (const Agent *agent)
{
  if (agent->taken == agent->requests->len)
    return NULL;
  return g_ptr_array_index (agent->requests, agent->taken);
}

/* The same, but one must come, by waiting a second at most. */
static inline const Sent *
agent_take (Agent *agent)
{
  NetTime end = agent->now + NET_SEC (1);
  const Sent *sent;

  while ((sent = agent_peek (agent)) == NULL) {
    NetTime deadline = ice_session_deadline (agent->session);
    fail_unless (deadline <= end, "no request came");
    agent_wait (agent, deadline - agent->now);
  }
  agent->taken++;
  return sent;
}

static inline void
agent_skip (Agent *agent)
{
  agent->taken = agent->requests->len;
}

/* How often it was told so, and the last time. */
static inline unsigned
agent_count (const Agent *agent, IceOutKind kind)
{
  unsigned n = 0;

  for (guint i = 0; i < agent->told->len; i++)
    n += g_array_index (agent->told, IceOut, i).kind == kind;
  return n;
}

static inline const IceOut *
agent_last (const Agent *agent, IceOutKind kind)
{
  for (guint i = agent->told->len; i-- > 0;) {
    const IceOut *out = &g_array_index (agent->told, IceOut, i);
    if (out->kind == kind)
      return out;
  }
  return NULL;
}

static inline IcePairInfo
agent_pair (const Agent *agent, unsigned index)
{
  IcePairInfo info;

  fail_unless (ice_session_pair_info (agent->session, index, &info));
  return info;
}

static inline IcePairInfo
agent_selected (const Agent *agent)
{
  IcePairInfo info;

  fail_unless (ice_session_selected_info (agent->session, 0, 1, &info));
  return info;
}

static inline IceRoute
agent_route (const Agent *agent, unsigned component)
{
  IceRoute route;

  fail_unless (ice_session_route (agent->session, 0, component, &route));
  return route;
}

static inline IceState
agent_state (const Agent *agent)
{
  return ice_session_state (agent->session);
}

static inline uint64_t
agent_dropped (const Agent *agent, IceDrop reason)
{
  IceSessionInfo info;

  ice_session_info (agent->session, &info);
  return info.dropped[reason];
}

/* -- setting the scene --------------------------------------------------------- */

static inline void
agent_create (Agent *agent)
{
  agent->config.random = agent_random;
  agent->config.random_user = &agent->random;
  agent->config.pacer = &agent->pacer;
  agent->session = ice_session_new (&agent->config, agent->now);
}

static inline void
agent_component (Agent *agent, unsigned stream, unsigned component)
{
  fail_unless (ice_session_add_component (agent->session, stream, component,
      agent->now));
  agent_drain (agent);
}

/* The whole snapshot: "ip ip ip", one interface each. */
static inline void
agent_net (Agent *agent, const char *ips)
{
  g_auto (GStrv) list = g_strsplit (ips, " ", -1);
  IceIface ifaces[AGENT_FLOWS_MAX] = { 0 };
  unsigned n = 0;

  for (; list[n] != NULL && list[n][0] != '\0'; n++) {
    ifaces[n].addr = at (list[n], 0);
    ifaces[n].index = n + 1;
    ifaces[n].flags = ICE_IFACE_UP;
    ifaces[n].prefix_len = ifaces[n].addr.family == NET_FAMILY_IPV4 ? 24 : 64;
    if (net_addr_is_link_local (ifaces[n].addr))
      ifaces[n].addr.scope = n + 1;
    g_snprintf (ifaces[n].name, sizeof ifaces[n].name, "eth%u", n);
  }
  ice_session_net_changed (agent->session, ifaces, n, agent->now);
  agent_drain (agent);
}

static inline void
agent_gather (Agent *agent)
{
  ice_session_gather (agent->session, agent->now);
  agent_drain (agent);
}

/* One stream with one component, gathered. */
static inline void
agent_open (Agent *agent, const char *ips)
{
  agent_create (agent);
  agent_component (agent, 0, 1);
  agent_net (agent, ips);
  agent_gather (agent);
}

static inline IceRemote
peer_remote (void)
{
  return (IceRemote){ .ufrag = PEER_UFRAG,
    .pwd = PEER_PWD,
    .ice2 = true,
    .trickle = true };
}

static inline IceSetResult
agent_meet_with (Agent *agent, IceRemote remote)
{
  IceSetResult result = ice_session_set_remote (agent->session, ICE_ALL_STREAMS,
      &remote, agent->now);

  agent_drain (agent);
  return result;
}

static inline void
agent_meet (Agent *agent)
{
  fail_unless_equals_int (agent_meet_with (agent, peer_remote ()), ICE_SET_OK);
}

/* As signalled, without "candidate:". */
static inline IceAddResult
agent_add_line (Agent *agent, unsigned stream, const char *line)
{
  IceAddResult result;
  IceSdpCand cand;

  fail_unless_equals_int (ice_sdp_parse_cand (line, &cand, NULL), ICE_SDP_OK);
  result = ice_session_add_remote (agent->session, stream, &cand, agent->now);
  agent_drain (agent);
  return result;
}

static inline IceAddResult
agent_add (Agent *agent, NetAddr addr)
{
  char ip[NET_ADDR_TEXT_MAX];
  g_autofree char *line = g_strdup_printf ("h 1 udp %u %s %u typ host",
      PEER_HOST_PRIORITY, net_addr_ip_text (addr, ip), addr.port);

  return agent_add_line (agent, 0, line);
}

static inline void
agent_end (Agent *agent)
{
  ice_session_end_of_candidates (agent->session, ICE_ALL_STREAMS, agent->now);
  agent_drain (agent);
}

/* -- what the peer asks -------------------------------------------------------- */

/* All zero is a good check of a controlled peer's, from peer_addr () to the
 * first socket. */
typedef struct
{
  NetAddr from;
  uint32_t flow;
  StunTxnId id; /* all zero: a new one */
  StunClass cls;
  const char *username;
  const char *pwd; /* signs */
  uint32_t priority;
  bool controlling;
  uint64_t tie_breaker;
  bool use_candidate;
  uint32_t nomination;
  bool no_username;
  bool no_integrity;
  bool no_fingerprint;
  bool no_priority;
  bool no_role;
  uint16_t extra[3];   /* attributes of four zero bytes, signed */
  uint16_t behind;     /* one behind MESSAGE-INTEGRITY */
  bool sha256_instead; /* MESSAGE-INTEGRITY-SHA256 alone */
} Ask;

static inline bool
txn_id_is_none (StunTxnId id)
{
  return stun_txn_id_equal (id, (StunTxnId){ 0 });
}

static inline StunTxnId
peer_new_id (void)
{
  static uint32_t count;
  StunTxnId id = { "peer" };

  count++;
  memcpy (id.bytes + 8, &count, sizeof count);
  return id;
}

static inline NetAddr
addr_or (NetAddr addr, NetAddr fallback)
{
  return net_addr_is_none (addr) ? fallback : addr;
}

static inline void
write_zeros (StunWriter *writer, uint16_t type)
{
  stun_writer_u32 (writer, type, 0);
}

static inline void
ask_write_signature (StunWriter *writer, const Agent *agent, const Ask *ask)
{
  NetBytes key = net_bytes_from_text (ask->pwd != NULL
          ? ask->pwd
          : ice_session_local_pwd (agent->session));

  if (ask->sha256_instead)
    stun_writer_integrity256 (writer, key, 32);
  else if (!ask->no_integrity)
    stun_writer_integrity (writer, key);
  if (ask->behind == STUN_ATTR_USE_CANDIDATE)
    stun_writer_flag (writer, ask->behind);
  else if (ask->behind != 0)
    write_zeros (writer, ask->behind);
  if (!ask->no_fingerprint)
    stun_writer_fingerprint (writer);
}

static inline size_t
ask_write (const Agent *agent, const Ask *ask, StunTxnId id, uint8_t *buf)
{
  g_autofree char *username = g_strdup_printf ("%s:%s",
      ice_session_local_ufrag (agent->session), PEER_UFRAG);
  StunWriter writer;
  size_t len;

  stun_writer_begin (&writer, buf, STUN_MSG_MAX, ask->cls, STUN_BINDING, id);
  if (!ask->no_username)
    stun_writer_text (&writer, STUN_ATTR_USERNAME,
        ask->username != NULL ? ask->username : username);
  if (!ask->no_priority)
    stun_writer_u32 (&writer, STUN_ATTR_PRIORITY,
        ask->priority != 0 ? ask->priority : PEER_PRFLX_PRIORITY);
  if (!ask->no_role)
    stun_writer_u64 (&writer,
        ask->controlling ? STUN_ATTR_ICE_CONTROLLING : STUN_ATTR_ICE_CONTROLLED,
        ask->tie_breaker);
  if (ask->use_candidate)
    stun_writer_flag (&writer, STUN_ATTR_USE_CANDIDATE);
  if (ask->nomination != 0)
    stun_writer_u32 (&writer, STUN_ATTR_NOMINATION, ask->nomination);
  for (unsigned i = 0; i < G_N_ELEMENTS (ask->extra); i++) {
    if (ask->extra[i] != 0)
      write_zeros (&writer, ask->extra[i]);
  }
  ask_write_signature (&writer, agent, ask);
  fail_unless (stun_writer_finish (&writer, &len));
  return len;
}

static inline const Sent *
agent_answer_to (const Agent *agent, StunTxnId id)
{
  for (guint i = agent->answers->len; i-- > 0;) {
    const Sent *sent = g_ptr_array_index (agent->answers, i);
    if (stun_txn_id_equal (sent->msg.id, id))
      return sent;
  }
  return NULL;
}

static inline uint32_t
agent_first_flow (const Agent *agent)
{
  fail_unless (agent->n_flows > 0);
  return agent->flows[0].flow;
}

/* Returns the answer, NULL: there was none. */
static inline const Sent *
peer_ask (Agent *agent, const Ask *ask)
{
  StunTxnId id = txn_id_is_none (ask->id) ? peer_new_id () : ask->id;
  unsigned before = agent->answers->len;
  uint8_t buf[STUN_MSG_MAX];
  size_t len = ask_write (agent, ask, id, buf);

  ice_session_recv (agent->session,
      ask->flow != 0 ? ask->flow : agent_first_flow (agent),
      addr_or (ask->from, peer_addr ()), NET_BYTES (buf, len), agent->now);
  agent_drain (agent);
  return agent->answers->len > before ? agent_answer_to (agent, id) : NULL;
}

/* 0: a success, the only thing a test usually wants to know. */
static inline unsigned
answer_code (const Sent *answer)
{
  StunError error = { 0 };

  fail_unless (answer != NULL, "no answer");
  if (answer->msg.cls == STUN_SUCCESS)
    return 0;
  fail_unless_equals_int (answer->msg.cls, STUN_ERROR);
  fail_unless (stun_msg_get_error (&answer->msg, &error));
  return error.code;
}

#define ASK(agent, ...) peer_ask (agent, &(Ask){ __VA_ARGS__ })
#define ASK_CODE(agent, ...) answer_code (ASK (agent, __VA_ARGS__))

/* -- what the peer, or a server, answers --------------------------------------- */

/* All zero is a good success: from where the request went to, to where it came
 * from, naming that address. */
typedef struct
{
  NetAddr from;
  uint32_t flow;
  NetAddr mapped;
  uint16_t code;
  const char *pwd;
  bool not_signed;
  bool no_mapped;
  bool old_server; /* RFC 3489: MAPPED-ADDRESS and its leftovers only */
  bool no_code;    /* an error response without ERROR-CODE */
  bool sha256_instead;
  uint16_t extra; /* four zero bytes, signed */
} Reply;

static inline void
reply_write_body (StunWriter *writer, const Sent *sent, const Reply *reply)
{
  NetAddr mapped = addr_or (reply->mapped, sent->from);

  if (reply->code != 0)
    stun_writer_error (writer, reply->code, "as told");
  else if (reply->old_server) {
    stun_writer_addr (writer, STUN_ATTR_MAPPED_ADDRESS, mapped);
    stun_writer_addr (writer, 0x0004, sent->to);
    stun_writer_addr (writer, 0x0005, sent->to);
  } else if (!reply->no_mapped && !reply->no_code)
    stun_writer_xor_addr (writer, STUN_ATTR_XOR_MAPPED_ADDRESS, mapped);
  if (reply->extra != 0)
    write_zeros (writer, reply->extra);
}

static inline IceRecv
peer_reply (Agent *agent, const Sent *sent, const Reply *reply)
{
  bool error = reply->code != 0 || reply->no_code;
  NetBytes key =
      net_bytes_from_text (reply->pwd != NULL ? reply->pwd : PEER_PWD);
  uint8_t buf[STUN_MSG_MAX];
  StunWriter writer;
  IceRecv result;
  size_t len;

  stun_writer_begin (&writer, buf, sizeof buf,
      error ? STUN_ERROR : STUN_SUCCESS, STUN_BINDING, sent->msg.id);
  reply_write_body (&writer, sent, reply);
  if (reply->sha256_instead)
    stun_writer_integrity256 (&writer, key, 32);
  else if (!reply->not_signed)
    stun_writer_integrity (&writer, key);
  if (!reply->old_server)
    stun_writer_fingerprint (&writer);
  fail_unless (stun_writer_finish (&writer, &len));
  result = ice_session_recv (agent->session,
      reply->flow != 0 ? reply->flow : sent->flow,
      addr_or (reply->from, sent->to), NET_BYTES (buf, len), agent->now);
  agent_drain (agent);
  return result;
}

#define REPLY(agent, sent, ...) \
  peer_reply (agent, sent, &(Reply){ __VA_ARGS__ })
#define REPLY_WELL(agent, sent) peer_reply (agent, sent, &(Reply){ 0 })

static inline bool
sent_nominates (const Sent *sent)
{
  return stun_msg_has (&sent->msg, STUN_ATTR_USE_CANDIDATE);
}

/* Controlling, one pair: its check and its nomination are answered. */
static inline void
agent_connect (Agent *agent)
{
  agent_open (agent, HOME);
  agent_meet (agent);
  agent_add (agent, peer_addr ());
  REPLY_WELL (agent, agent_take (agent));
  REPLY_WELL (agent, agent_take (agent));
  fail_unless_equals_int (agent_state (agent), ICE_STATE_COMPLETED);
}

/* Controlled: the peer nominates with its first check. */
static inline void
agent_be_chosen (Agent *agent)
{
  agent->config.role = ICE_CONTROLLED;
  agent_open (agent, HOME);
  agent_meet (agent);
  agent_add (agent, peer_addr ());
  REPLY_WELL (agent, agent_take (agent));
  fail_unless_equals_int (ASK_CODE (agent, .controlling = true,
                              .use_candidate = true),
      0);
  fail_unless_equals_int (agent_state (agent), ICE_STATE_COMPLETED);
}
