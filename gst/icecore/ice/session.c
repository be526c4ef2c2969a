/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The session's door: every input is handed to the room it belongs to, then due
 * work runs at once (no timer stands in its way) and states are brought up to
 * date. No protocol rule lives here. */

#include "session-private.h"
#include "../net/demux.h"

static bool
set_text (char **member, const char *text)
{
  g_free (*member);
  *member = g_strdup (text);
  return true;
}

IceSession *
ice_session_new (const IceConfig *config, NetTime now)
{
  IceSession *session = g_new0 (IceSession, 1);

  session->config = *config;
  set_text (&session->interfaces, config->ifaces.interfaces);
  set_text (&session->bind_address, config->ifaces.bind_address);
  set_text (&session->external_address, config->external_address);
  session->now = now;
  session->next_id = 1;
  session->role = config->role;
  session->ta = config->ta;
  session->gather_until = NET_NEVER;
  session->pac_until = NET_NEVER;
  session->connect_until = NET_NEVER;
  session->streams =
      g_ptr_array_new_with_free_func ((GDestroyNotify) ice_stream_free);
  session->flows = g_ptr_array_new_with_free_func (g_free);
  session->checks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) ice_check_free);
  session->servers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) ice_server_free);
  session->gathers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) ice_gather_free);
  session->early = g_array_new (FALSE, FALSE, sizeof (IceEarly));
  g_queue_init (&session->queue);
  g_queue_init (&session->trace);
  session->tie_breaker = ice_creds_random_u64 (session);
  session->salt = ice_creds_random_u64 (session);
  /* RFC 8445 §5.3 [ICE-5.3-1]: 48 and 144 random bits. */
  session->ufrag = ice_creds_random_text (session, 8);
  session->pwd = ice_creds_random_text (session, 24);
  return session;
}

void
ice_session_free (IceSession *session)
{
  ice_queue_clear (session);
  g_ptr_array_free (session->streams, TRUE);
  g_ptr_array_free (session->checks, TRUE);
  g_ptr_array_free (session->gathers, TRUE);
  g_ptr_array_free (session->servers, TRUE);
  g_ptr_array_free (session->flows, TRUE);
  g_array_free (session->early, TRUE);
  ice_trace_clear (session);
  g_free (session->ifaces);
  g_free (session->interfaces);
  g_free (session->bind_address);
  g_free (session->external_address);
  g_free (session->ufrag);
  g_free (session->pwd);
  g_free (session->old_ufrag);
  g_free (session->old_pwd);
  g_free (session);
}

static void
enter (IceSession *session, NetTime now)
{
  session->now = net_time_max (session->now, now);
}

/* What every input ends with. Concluding may restart, which is work again. */
static void
leave (IceSession *session)
{
  if (session->closed)
    return;
  ice_gather_update (session);
  ice_conclude_update (session);
  ice_gather_update (session);
  ice_schedule_run (session);
}

bool
ice_session_add_component (IceSession *session, unsigned stream,
    unsigned component, NetTime now)
{
  IceStream *s = ice_stream_make (session, stream);
  unsigned before = s != NULL ? s->components->len : 0;
  unsigned i;

  if (s == NULL || !ice_stream_make_components (s, component))
    return false;
  enter (session, now);
  if (session->gathering == ICE_GATHERING_COMPLETE &&
      s->components->len > before)
    ice_restart_begin (session, "a component was added");
  else if (session->gathering == ICE_GATHERING_GATHERING &&
      session->ifaces_known)
    for (i = before; i < s->components->len; i++)
      ice_gather_component (session, g_ptr_array_index (s->components, i));
  leave (session);
  return true;
}

uint32_t
ice_session_add_server (IceSession *session, const char *host, uint16_t port,
    NetTime now)
{
  IceServer *server = g_new0 (IceServer, 1);
  NetAddr addr;

  enter (session, now);
  server->id = session->next_id++;
  server->host = g_strdup (host);
  server->port = port;
  if (net_addr_parse (host, &addr)) {
    server->resolved = true;
    server->addrs[server->n_addrs++] = net_addr_with_port (addr, port);
  }
  g_ptr_array_add (session->servers, server);
  if (session->gathering == ICE_GATHERING_GATHERING)
    ice_gather_start (session);
  leave (session);
  return server->id;
}

bool
ice_session_set_local (IceSession *session, const char *ufrag, const char *pwd)
{
  /* RFC 8839 §5.4 [SDP-5.4-2]: taken up to 256 characters, sent up to 32. */
  if (session->gathering != ICE_GATHERING_NEW ||
      !ice_sdp_is_ufrag (ufrag, false) || strlen (ufrag) > 32 ||
      !ice_sdp_is_pwd (pwd, false))
    return false;
  return set_text (&session->ufrag, ufrag) && set_text (&session->pwd, pwd);
}

const char *
ice_session_local_ufrag (const IceSession *session)
{
  return session->ufrag;
}

const char *
ice_session_local_pwd (const IceSession *session)
{
  return session->pwd;
}

const char *
ice_session_remote_ufrag (const IceSession *session, unsigned stream)
{
  const IceStream *s = ice_stream_get (session, stream);

  return s != NULL && s->creds != NULL ? s->creds->remote_ufrag : NULL;
}

void
ice_session_gather (IceSession *session, NetTime now)
{
  enter (session, now);
  if (session->gathering == ICE_GATHERING_NEW && !session->closed) {
    ice_queue_push (session, ICE_OUT_DESCRIPTION);
    if (ice_restart_is_open (session))
      ice_restart_expect_answer (session);
    ice_gather_start (session);
    ice_conclude_start_timers (session);
  }
  leave (session);
}

void
ice_session_net_changed (IceSession *session, const IceIface *ifaces,
    unsigned n, NetTime now)
{
  enter (session, now);
  g_free (session->ifaces);
  session->ifaces = g_memdup2 (ifaces, n * sizeof (IceIface));
  session->n_ifaces = n;
  session->ifaces_known = true;
  if (session->gathering != ICE_GATHERING_NEW && !session->closed)
    ice_gather_reconcile (session);
  leave (session);
}

static void
take_options (IceSession *session, const IceRemote *remote)
{
  unsigned theirs = remote->pacing != 0 ? remote->pacing : 50;

  session->remote_known = true;
  session->remote_lite = remote->lite;
  session->remote_ice2 = remote->ice2;
  /* [RENOM-3-1]: only when both sides offer it. */
  session->remote_renomination =
      remote->renomination && session->config.nomination == ICE_NOMINATION_AUTO;
  /* RFC 8445 §14.2 [ICE-14.2-1] */
  session->ta = MIN (MAX (session->config.ta, theirs), 10000u);
  /* RFC 8445 §6.1.1 [ICE-6.1.1-2]; both full: as configured [ICE-6.1.1-1]. */
  if (remote->lite && !session->config.lite)
    ice_check_switch_role (session, ICE_CONTROLLING);
  else if (!remote->lite && session->config.lite)
    ice_check_switch_role (session, ICE_CONTROLLED);
}

static void
start_checks (IceStream *stream)
{
  unsigned i;

  for (i = 0; i < stream->remotes->len; i++)
    ice_checklist_add_remote (stream, g_ptr_array_index (stream->remotes, i));
  ice_answer_early (stream);
}

static bool
is_same (const IceCreds *creds, const IceRemote *remote)
{
  return strcmp (creds->remote_ufrag, remote->ufrag) == 0 &&
      strcmp (creds->remote_pwd, remote->pwd) == 0;
}

static bool
is_meant (const IceStream *stream, unsigned index)
{
  return index == ICE_ALL_STREAMS || stream->index == index;
}

/* RFC 8445 §9 [SDP-4.4-1]: other credentials on a running stream, or one half of
 * them, are the peer's restart. */
static bool
is_restart (const IceSession *session, unsigned index, const IceRemote *remote)
{
  unsigned i;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    if (is_meant (stream, index) && stream->creds != NULL &&
        !is_same (stream->creds, remote) && !ice_restart_is_answer (stream))
      return true;
  }
  return false;
}

static void
adopt_answers (IceSession *session, unsigned index, const IceRemote *remote)
{
  unsigned i;

  for (i = 0; i < session->streams->len; i++) {
    IceStream *stream = ice_stream_get (session, i);
    if (is_meant (stream, index) && stream->creds != NULL &&
        !is_same (stream->creds, remote))
      ice_restart_adopt (stream);
  }
}

/* RFC 8445 §9 [ICE-9-2] [SDP-4.4-2]: options come with new credentials only. */
static bool
is_news (const IceSession *session, unsigned index)
{
  unsigned i;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    if (is_meant (stream, index) && stream->creds == NULL)
      return true;
  }
  return false;
}

IceSetResult
ice_session_set_remote (IceSession *session, unsigned stream,
    const IceRemote *remote, NetTime now)
{
  bool restart;
  unsigned i;

  if (!ice_sdp_is_ufrag (remote->ufrag, true) ||
      !ice_sdp_is_pwd (remote->pwd, true) ||
      (stream != ICE_ALL_STREAMS && ice_stream_get (session, stream) == NULL))
    return ICE_SET_REFUSED;
  enter (session, now);
  restart = is_restart (session, stream, remote);
  if (restart)
    ice_restart_begin (session, "the peer restarts");
  else
    adopt_answers (session, stream, remote);
  if (is_news (session, stream))
    take_options (session, remote);
  for (i = 0; i < session->streams->len; i++) {
    IceStream *s = ice_stream_get (session, i);
    if (!is_meant (s, stream) || s->creds != NULL)
      continue;
    s->creds = ice_creds_new (session, remote);
    if (s->unanswered > 0)
      s->unanswered--;
    start_checks (s);
  }
  ice_conclude_start_timers (session);
  leave (session);
  return restart ? ICE_SET_RESTARTED : ICE_SET_OK;
}

IceAddResult
ice_session_add_remote (IceSession *session, unsigned stream,
    const IceSdpCand *cand, NetTime now)
{
  IceStream *s = ice_stream_get (session, stream);
  IceAddResult result;

  if (s == NULL || session->closed)
    return ICE_ADD_REFUSED;
  enter (session, now);
  result = ice_remote_add (s, cand);
  leave (session);
  return result;
}

void
ice_session_end_of_candidates (IceSession *session, unsigned stream,
    NetTime now)
{
  unsigned i;

  enter (session, now);
  for (i = 0; i < session->streams->len; i++) {
    IceStream *s = ice_stream_get (session, i);
    /* It comes without a name of its generation: until the answer to our
     * restart is here it ends the candidates of the one before [TRK-9-2]. */
    if (is_meant (s, stream) && (s->creds != NULL || session->generation == 0))
      s->remote_end = true;
  }
  leave (session);
}

static IceRecv
recv_stun (IceSession *session, IceFlow *flow, NetAddr from, const StunMsg *msg)
{
  if (msg->method != STUN_BINDING || session->closed) {
    session->info.dropped[ICE_DROP_UNEXPECTED]++;
    return ICE_RECV_DROPPED;
  }
  switch (msg->cls) {
    case STUN_REQUEST:
      return ice_answer_recv (session, flow, from, msg);
    case STUN_INDICATION: /* RFC 8445 §11 [ICE-11-3] [STUN-6.3.2-1]: a mere sign */
      return ICE_RECV_CONSUMED;
    case STUN_SUCCESS:
    case STUN_ERROR:
      if (ice_gather_recv (session, flow->id, from, msg) ||
          ice_check_recv (session, flow->id, from, msg))
        return ICE_RECV_CONSUMED;
      session->info.dropped[ICE_DROP_UNKNOWN_TXN]++;
      return ICE_RECV_DROPPED;
  }
  return ICE_RECV_DROPPED;
}

/* RFC 8445 §12.2 [ICE-12.2-1] */
static IceRecv
recv_payload (IceSession *session, const IceFlow *flow, NetAddr from)
{
  IceRoute route;

  if (ice_session_route (session, flow->stream, flow->component, &route) &&
      ice_route_accepts (&route, flow->id, from))
    return ICE_RECV_PAYLOAD;
  session->info.dropped[ICE_DROP_UNVALIDATED]++;
  return ICE_RECV_DROPPED;
}

IceRecv
ice_session_recv (IceSession *session, uint32_t flow, NetAddr from,
    NetBytes datagram, NetTime now)
{
  IceFlow *f = ice_flow_find (session, flow);
  IceRecv result;
  StunMsg msg;

  if (f == NULL)
    return ICE_RECV_DROPPED;
  if (net_demux_peer (datagram) == NET_DEMUX_PAYLOAD)
    return recv_payload (session, f, from);
  switch (stun_msg_decode (datagram, &msg)) {
    case STUN_OK:
      break;
    case STUN_BAD_FINGERPRINT:
      session->info.dropped[ICE_DROP_FINGERPRINT]++;
      return ICE_RECV_DROPPED;
    case STUN_TRUNCATED:
    case STUN_NOT_STUN:
    case STUN_BAD_LENGTH:
      session->info.dropped[ICE_DROP_MALFORMED]++;
      return ICE_RECV_DROPPED;
  }
  enter (session, now);
  result = recv_stun (session, f, from, &msg);
  leave (session);
  return result;
}

void
ice_session_timeout (IceSession *session, NetTime now)
{
  enter (session, now);
  if (session->closed)
    return;
  ice_gather_timeout (session);
  ice_check_timeout (session);
  ice_nominate_timeout (session);
  ice_consent_timeout (session);
  ice_conclude_timeout (session);
  leave (session);
}

void
ice_session_flow_opened (IceSession *session, uint32_t flow, NetAddr local,
    NetTime now)
{
  IceFlow *f = ice_flow_find (session, flow);

  enter (session, now);
  if (f == NULL || f->state == ICE_FLOW_OPEN)
    return;
  f->state = ICE_FLOW_OPEN;
  f->local = local;
  ice_local_add_host (session, f);
  leave (session);
}

void
ice_session_flow_closed (IceSession *session, uint32_t flow, int error,
    NetTime now)
{
  IceFlow *f = ice_flow_find (session, flow);
  char text[NET_ADDR_TEXT_MAX];

  enter (session, now);
  if (f == NULL)
    return;
  ice_trace (session, "flow %s > %s -> closed",
      net_addr_format (f->local, text), g_strerror (error));
  ice_flow_close (session, f, false);
  leave (session);
}

static IceServer *
find_server_op (const IceSession *session, uint32_t op)
{
  unsigned i;

  for (i = 0; i < session->servers->len; i++) {
    IceServer *server = g_ptr_array_index (session->servers, i);
    if (server->resolve_op == op)
      return server;
  }
  return NULL;
}

void
ice_session_resolved (IceSession *session, uint32_t op, const NetAddr *addrs,
    unsigned n, NetTime now)
{
  IceServer *server = find_server_op (session, op);

  enter (session, now);
  if (server != NULL)
    ice_gather_resolved (session, server, addrs, n);
  else
    ice_remote_resolved (session, op, addrs, n);
  leave (session);
}

void
ice_session_filtered (IceSession *session, uint32_t op, bool accepted,
    NetTime now)
{
  enter (session, now);
  if (!ice_local_filtered (session, op, accepted))
    ice_remote_filtered (session, op, accepted);
  leave (session);
}

void
ice_session_send_failed (IceSession *session, uint32_t token, int error,
    NetTime now)
{
  enter (session, now);
  if (!ice_check_token_failed (session, token, error))
    ice_gather_token_failed (session, token, error);
  leave (session);
}

void
ice_session_path_failed (IceSession *session, uint32_t flow, NetAddr to,
    int error, NetTime now)
{
  enter (session, now);
  ice_gather_path_failed (session, flow, to, error);
  ice_check_path_failed (session, flow, to);
  leave (session);
}

void
ice_session_restart (IceSession *session, NetTime now)
{
  enter (session, now);
  if (!session->closed && !ice_restart_is_open (session))
    ice_restart_begin (session, "asked for");
  leave (session);
}

/* [ICE-11-4] */
void
ice_session_close (IceSession *session, NetTime now)
{
  enter (session, now);
  if (session->closed)
    return;
  while (session->flows->len > 0)
    ice_flow_close (session,
        g_ptr_array_index (session->flows, session->flows->len - 1), true);
  /* With its flows went everything that lived on them, checks included. */
  g_assert (session->checks->len == 0 && session->gathers->len == 0);
  session->closed = true;
  ice_conclude_update (session);
}

NetTime
ice_session_deadline (const IceSession *session)
{
  NetTime deadline = NET_NEVER;

  if (session->closed)
    return NET_NEVER;
  deadline = net_time_min (deadline, ice_gather_deadline (session));
  deadline = net_time_min (deadline, ice_check_deadline (session));
  deadline = net_time_min (deadline, ice_nominate_deadline (session));
  deadline = net_time_min (deadline, ice_consent_deadline (session));
  deadline = net_time_min (deadline, ice_conclude_deadline (session));
  return net_time_min (deadline, ice_schedule_deadline (session));
}

IceRole
ice_session_role (const IceSession *session)
{
  return session->role;
}

IceState
ice_session_state (const IceSession *session)
{
  return session->state;
}

IceGathering
ice_session_gathering (const IceSession *session)
{
  return session->gathering;
}
