/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gathering: sockets on the chosen addresses, Binding requests from each to each
 * STUN server, and the end of it (RFC 8445 §5.1.1). Nothing waits for the
 * slowest: candidates leave as they come, only end-of-candidates waits, and that
 * no longer than gather-timeout. */

#include "session-private.h"

#include <errno.h>

/* RFC 8445 §11: the same pace keeps a mapping that a candidate tells of. */
#define MAPPING_REFRESH NET_SEC (15)
#define SERVER_ERRORS_MAX 4 /* RFC 8489 §6.3.4 [STUN-6.3.4-2] */

void
ice_gather_free (IceGather *gather)
{
  g_free (gather);
}

void
ice_server_free (IceServer *server)
{
  g_free (server->host);
  g_free (server);
}

static unsigned
select_addresses (const IceSession *session, unsigned *indices)
{
  IceIfacePolicy policy = session->config.ifaces;

  policy.interfaces = session->interfaces;
  policy.bind_address = session->bind_address;
  return ice_iface_select (session->ifaces, session->n_ifaces, &policy, indices,
      ICE_IFACE_SELECT_MAX);
}

/* RFC 8445 §5.1.1.1 [ICE-5.1.1.1-1] [ICE-5.1.1.1-2]: one socket for each address
 * and component, bound to the address itself. */
void
ice_gather_component (IceSession *session, IceComponent *component)
{
  unsigned indices[ICE_IFACE_SELECT_MAX];
  unsigned n = select_addresses (session, indices);
  unsigned i;

  for (i = 0; i < n; i++) {
    NetAddr addr = session->ifaces[indices[i]].addr;
    uint16_t preference = (uint16_t) (ICE_LOCAL_PREFERENCE_MAX - i);
    IceFlow *flow = ice_flow_find_local (session, component, addr);
    if (flow == NULL) {
      ice_flow_open (session, component, addr, preference);
      continue;
    }
    flow->local_preference = preference;
    if (flow->state == ICE_FLOW_OPEN &&
        ice_local_of_flow (component->stream, flow->id) == NULL)
      ice_local_add_host (session, flow);
  }
}

static void
resolve_server (IceSession *session, IceServer *server)
{
  IceIntent *intent;

  if (server->resolved || server->resolve_op != 0)
    return;
  server->resolve_op = session->next_id++;
  intent = ice_queue_push (session, ICE_OUT_RESOLVE);
  intent->resolve.op = server->resolve_op;
  intent->resolve.port = server->port;
  g_strlcpy (intent->resolve.name, server->host, sizeof intent->resolve.name);
}

static void
set_gathering (IceSession *session, IceGathering gathering)
{
  if (session->gathering == gathering)
    return;
  session->gathering = gathering;
  ice_queue_push (session, ICE_OUT_GATHERING)->gathering = gathering;
}

void
ice_gather_start (IceSession *session)
{
  unsigned i, j;

  set_gathering (session, ICE_GATHERING_GATHERING);
  /* Also called when the interfaces have changed: the end stays where it is. */
  if (session->gather_until == NET_NEVER)
    session->gather_until = session->now + session->config.gather_timeout;
  for (i = 0; i < session->servers->len; i++)
    resolve_server (session, g_ptr_array_index (session->servers, i));
  if (!session->ifaces_known)
    return;
  for (i = 0; i < session->streams->len; i++) {
    IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->components->len; j++)
      ice_gather_component (session, g_ptr_array_index (stream->components, j));
  }
}

static void
ask (IceSession *session, IceServer *server, NetAddr addr, const IceFlow *flow)
{
  IceGather *gather;

  /* A server on a loopback or link-local address is asked from there only, and
   * from there no other: the kernel would refuse. */
  if (addr.family != flow->local.family ||
      net_addr_is_loopback (addr) != net_addr_is_loopback (flow->local))
    return;
  gather = g_new0 (IceGather, 1);
  gather->server = server;
  gather->addr = addr;
  gather->flow = flow->id;
  gather->token = session->next_id++;
  gather->counts = true;
  gather->refresh_at = NET_NEVER;
  g_ptr_array_add (session->gathers, gather);
}

static bool
is_asked (const IceSession *session, NetAddr addr, uint32_t flow)
{
  unsigned i;

  for (i = 0; i < session->gathers->len; i++) {
    const IceGather *gather = g_ptr_array_index (session->gathers, i);
    if (gather->flow == flow && net_addr_equal (gather->addr, addr))
      return true;
  }
  return false;
}

static void
add_external (IceSession *session, const IceFlow *flow)
{
  g_auto (GStrv) items = NULL;
  unsigned i;

  if (session->external_address == NULL)
    return;
  items = g_strsplit (session->external_address, ",", -1);
  for (i = 0; items[i] != NULL; i++) {
    char *equals = strchr (items[i], '=');
    NetAddr inside, outside;
    if (equals != NULL)
      *equals = '\0';
    if (!net_addr_parse (g_strstrip (equals != NULL ? equals + 1 : items[i]),
            &outside) ||
        outside.family != flow->local.family)
      continue;
    if (equals != NULL &&
        (!net_addr_parse (g_strstrip (items[i]), &inside) ||
            !net_addr_equal_ip (inside, flow->local)))
      continue;
    ice_local_add_reflexive (session, flow,
        net_addr_with_port (outside, flow->local.port), outside);
    return;
  }
}

/* All servers, by all families [ICE-5.1.1.2-1] [ICE-5.1.1.2-3]. */
void
ice_gather_flow (IceSession *session, const IceFlow *flow)
{
  unsigned i, j;

  add_external (session, flow);
  if ((session->config.allow & ICE_ALLOW_SRFLX) == 0 || session->config.lite)
    return;
  for (i = 0; i < session->servers->len; i++) {
    IceServer *server = g_ptr_array_index (session->servers, i);
    for (j = 0; j < server->n_addrs; j++)
      if (!is_asked (session, server->addrs[j], flow->id))
        ask (session, server, server->addrs[j], flow);
  }
}

void
ice_gather_flow_gone (IceSession *session, uint32_t flow)
{
  unsigned i = session->gathers->len;

  while (i-- > 0) {
    IceGather *gather = g_ptr_array_index (session->gathers, i);
    if (gather->flow != flow)
      continue;
    ice_queue_forget_gather (session, gather);
    g_ptr_array_remove_index (session->gathers, i);
  }
}

static void
tell (IceSession *session, const IceServer *server, const IceGather *gather,
    uint16_t code, const char *text)
{
  IceOutServer *out = &ice_queue_push (session, ICE_OUT_SERVER)->server;
  const IceFlow *flow =
      gather != NULL ? ice_flow_find (session, gather->flow) : NULL;
  char where[NET_ADDR_TEXT_MAX];

  out->server = server->id;
  out->code = code;
  out->local = flow != NULL ? flow->local : NET_ADDR_NONE;
  out->addr = gather != NULL ? gather->addr : NET_ADDR_NONE;
  g_strlcpy (out->text, text, sizeof out->text);
  ice_trace (session, "server %s > binding -> %s %s", server->host,
      gather != NULL ? net_addr_format (gather->addr, where) : "", text);
}

static void
fail (IceSession *session, IceGather *gather, uint16_t code, const char *text)
{
  bool counted = gather->counts && !gather->done;

  stun_txn_stop (&gather->txn);
  ice_queue_forget_gather (session, gather);
  gather->done = true;
  if (counted)
    tell (session, gather->server, gather, code, text);
}

static void
succeed (IceSession *session, IceGather *gather, NetAddr mapped)
{
  const IceFlow *flow = ice_flow_find (session, gather->flow);
  bool counted = gather->counts && !gather->done;
  NetTime rtt = 0;
  IceOutServer *out;

  stun_txn_rtt (&gather->txn, session->now, &rtt);
  stun_txn_stop (&gather->txn);
  gather->done = true;
  gather->server->answered = true;
  gather->refresh_at = session->now + MAPPING_REFRESH;
  if (!counted || flow == NULL)
    return;
  tell (session, gather->server, gather, 0, "ok");
  out = &((IceIntent *) g_queue_peek_tail (&session->queue))->server;
  out->ok = true;
  out->mapped = mapped;
  out->rtt = rtt;
  /* RFC 8489 §6.3.3 [STUN-6.3.3-2]: of another family it is of no use here. */
  if (mapped.family == flow->local.family)
    ice_local_add_reflexive (session, flow, mapped, gather->addr);
}

void
ice_gather_resolved (IceSession *session, IceServer *server,
    const NetAddr *addrs, unsigned n)
{
  unsigned i, j;

  server->resolve_op = 0;
  server->resolved = true;
  for (i = 0; i < n && server->n_addrs < G_N_ELEMENTS (server->addrs); i++)
    server->addrs[server->n_addrs++] = addrs[i];
  if (server->n_addrs == 0) {
    if (session->gathering == ICE_GATHERING_GATHERING)
      tell (session, server, NULL, 0, "the name does not resolve");
    return;
  }
  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->locals->len; j++) {
      const IceLocal *local = g_ptr_array_index (stream->locals, j);
      if (local->cand.type == ICE_CAND_HOST && local->signalled)
        ice_gather_flow (session, ice_flow_find (session, local->flow));
    }
  }
}

static IceGather *
find_txn (IceSession *session, const StunMsg *msg)
{
  unsigned i;

  for (i = 0; i < session->gathers->len; i++) {
    IceGather *gather = g_ptr_array_index (session->gathers, i);
    if (stun_txn_is_active (&gather->txn) &&
        stun_txn_id_equal (gather->txn.id, msg->id))
      return gather;
  }
  return NULL;
}

/* Leftovers of RFC 3489 that its servers put beside MAPPED-ADDRESS. */
static bool
is_old (uint16_t type)
{
  return type == 0x0002 || type == 0x0004 || type == 0x0005 || type == 0x0007 ||
      type == 0x000b;
}

/* RFC 8489 §6.3.3 [STUN-6.3.3-1] and §6.3.4 [STUN-6.3.4-1]; what old servers
 * send is known enough to be passed over [ICE-5.1.1.2-5]. */
static bool
demands_unknown (const StunMsg *msg)
{
  uint16_t unknown[STUN_UNKNOWN_MAX];
  unsigned n = stun_msg_unknown (msg, NULL, 0, unknown);
  unsigned i;

  for (i = 0; i < n; i++)
    if (!is_old (unknown[i]))
      return true;
  return false;
}

static void
take_error (IceSession *session, IceGather *gather, const StunMsg *msg)
{
  StunError error = { .code = 0, .reason = "malformed error response" };

  stun_msg_get_error (msg, &error);
  if (error.code >= 500 && !demands_unknown (msg) &&
      gather->server_errors++ < SERVER_ERRORS_MAX) {
    stun_txn_stop (&gather->txn);
    gather->started = false;
    return;
  }
  /* A 300 too: gathering follows no redirection [ICE-5.1.1.2-4]. */
  fail (session, gather, error.code,
      error.reason[0] != '\0' ? error.reason : "refused");
}

bool
ice_gather_recv (IceSession *session, uint32_t flow, NetAddr from,
    const StunMsg *msg)
{
  IceGather *gather = find_txn (session, msg);
  NetAddr mapped;

  if (gather == NULL || gather->flow != flow ||
      !net_addr_equal (gather->addr, from))
    return false;
  if (msg->cls == STUN_ERROR)
    take_error (session, gather, msg);
  else if (demands_unknown (msg))
    fail (session, gather, 0, "the answer demands what we do not know");
  else if (!stun_msg_get_mapped (msg, &mapped))
    fail (session, gather, 0, "the answer names no address");
  else
    succeed (session, gather, net_addr_unmap (mapped));
  return true;
}

bool
ice_gather_token_failed (IceSession *session, uint32_t token, int error)
{
  unsigned i;

  for (i = 0; i < session->gathers->len; i++) {
    IceGather *gather = g_ptr_array_index (session->gathers, i);
    if (gather->token == token) {
      fail (session, gather, 0, g_strerror (error));
      return true;
    }
  }
  return false;
}

/* RFC 8489 §6.2.1 [STUN-6.2.1-3] */
void
ice_gather_path_failed (IceSession *session, uint32_t flow, NetAddr to,
    int error)
{
  unsigned i;

  for (i = 0; i < session->gathers->len; i++) {
    IceGather *gather = g_ptr_array_index (session->gathers, i);
    if (gather->flow == flow && net_addr_equal (gather->addr, to) &&
        stun_txn_is_active (&gather->txn))
      fail (session, gather, 0, g_strerror (error));
  }
}

bool
ice_gather_has_work (const IceSession *session)
{
  unsigned i;

  for (i = 0; i < session->gathers->len; i++) {
    const IceGather *gather = g_ptr_array_index (session->gathers, i);
    if (!gather->started && !gather->done)
      return true;
  }
  return false;
}

static void
start (IceSession *session, IceGather *gather)
{
  gather->started = true;
  stun_txn_start (&gather->txn, ice_creds_txn_id (session),
      ice_schedule_gather_rto (session), false, session->now);
  if (stun_txn_timeout (&gather->txn, session->now) == STUN_TXN_SEND)
    ice_queue_gather (session, gather);
}

void
ice_gather_start_next (IceSession *session)
{
  unsigned i;

  for (i = 0; i < session->gathers->len; i++) {
    IceGather *gather = g_ptr_array_index (session->gathers, i);
    if (!gather->started && !gather->done) {
      start (session, gather);
      return;
    }
  }
}

/* RFC 8445 §5.1.1.4 [ICE-5.1.1.4-1]: the mapping is kept until ICE is done with
 * the candidate. */
static bool
keeps_mappings (const IceSession *session)
{
  return session->state != ICE_STATE_COMPLETED && !session->closed;
}

static void
step (IceSession *session, IceGather *gather)
{
  switch (stun_txn_timeout (&gather->txn, session->now)) {
    case STUN_TXN_IDLE:
      break;
    case STUN_TXN_SEND:
      ice_queue_gather (session, gather);
      break;
    case STUN_TXN_EXPIRED:
      fail (session, gather, 0, "no answer");
      break;
  }
  if (session->now < gather->refresh_at)
    return;
  gather->refresh_at = session->now + MAPPING_REFRESH;
  gather->counts = false;
  if (keeps_mappings (session))
    start (session, gather);
}

static void
give_up (IceSession *session)
{
  unsigned i;
  char text[64];

  g_snprintf (text, sizeof text, "no answer in %u ms",
      (unsigned) (session->config.gather_timeout / NET_MSEC (1)));
  for (i = 0; i < session->gathers->len; i++) {
    IceGather *gather = g_ptr_array_index (session->gathers, i);
    if (!gather->done)
      fail (session, gather, 0, text);
  }
  for (i = 0; i < session->servers->len; i++) {
    IceServer *server = g_ptr_array_index (session->servers, i);
    if (server->resolve_op != 0) {
      tell (session, server, NULL, 0, "the name lookup did not end in time");
      server->resolve_op = 0;
    }
  }
}

void
ice_gather_timeout (IceSession *session)
{
  unsigned i;

  for (i = 0; i < session->gathers->len; i++)
    step (session, g_ptr_array_index (session->gathers, i));
  if (session->now < session->gather_until)
    return;
  session->gather_until = NET_NEVER;
  give_up (session);
}

NetTime
ice_gather_deadline (const IceSession *session)
{
  NetTime deadline = session->gather_until;
  unsigned i;

  for (i = 0; i < session->gathers->len; i++) {
    const IceGather *gather = g_ptr_array_index (session->gathers, i);
    deadline = net_time_min (deadline, stun_txn_deadline (&gather->txn));
    deadline = net_time_min (deadline, gather->refresh_at);
  }
  return deadline;
}

static bool
is_outstanding (const IceSession *session)
{
  unsigned i;

  if (!session->ifaces_known)
    return true;
  for (i = 0; i < session->flows->len; i++) {
    const IceFlow *flow = g_ptr_array_index (session->flows, i);
    if (flow->state == ICE_FLOW_OPENING)
      return true;
  }
  for (i = 0; i < session->servers->len; i++) {
    const IceServer *server = g_ptr_array_index (session->servers, i);
    if (server->resolve_op != 0)
      return true;
  }
  for (i = 0; i < session->gathers->len; i++) {
    const IceGather *gather = g_ptr_array_index (session->gathers, i);
    if (gather->counts && !gather->done)
      return true;
  }
  return ice_local_is_waiting (session);
}

void
ice_gather_update (IceSession *session)
{
  if (session->gathering != ICE_GATHERING_GATHERING || is_outstanding (session))
    return;
  session->gather_until = NET_NEVER;
  ice_local_send_end (session);
  set_gathering (session, ICE_GATHERING_COMPLETE);
  ice_trace (session, "gather > all answered -> complete");
}

static bool
still_there (const IceSession *session, const IceFlow *flow)
{
  unsigned i;

  for (i = 0; i < session->n_ifaces; i++)
    if (net_addr_equal_ip (session->ifaces[i].addr, flow->local))
      return true;
  return false;
}

static bool
has_new_address (const IceSession *session)
{
  unsigned indices[ICE_IFACE_SELECT_MAX];
  unsigned n = select_addresses (session, indices);
  unsigned i, j;

  for (i = 0; i < n; i++) {
    for (j = 0; j < session->flows->len; j++) {
      const IceFlow *flow = g_ptr_array_index (session->flows, j);
      if (net_addr_equal_ip (session->ifaces[indices[i]].addr, flow->local))
        break;
    }
    if (j == session->flows->len)
      return true;
  }
  return false;
}

static bool
has_all_routes (const IceSession *session)
{
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->components->len; j++)
      if (ice_component_route_pair (g_ptr_array_index (stream->components,
              j)) == NULL)
        return false;
  }
  return true;
}

/* RFC 8445 §5.1.1.4 [ICE-5.1.1.4-2]. After end-of-candidates a new address needs
 * a restart [TRK-13-2]; while the path in use is well nobody asks for one. */
void
ice_gather_reconcile (IceSession *session)
{
  unsigned i = session->flows->len;

  while (i-- > 0) {
    IceFlow *flow = g_ptr_array_index (session->flows, i);
    if (!still_there (session, flow))
      ice_flow_close (session, flow, true);
  }
  if (session->gathering == ICE_GATHERING_GATHERING)
    ice_gather_start (session);
  else if (session->config.auto_restart && has_new_address (session) &&
      !has_all_routes (session))
    ice_restart_begin (session, "the network changed");
}
