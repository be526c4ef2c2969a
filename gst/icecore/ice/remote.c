/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The peer's candidates: signalled ones, ones whose name is still looked up, and
 * ones learned from checks (RFC 8445 §7.3.1.3, RFC 8838 §11). Bounded: a peer
 * that sends thousands costs what ICE_REMOTES_MAX costs. */

#include "session-private.h"

IceRemoteCand *
ice_remote_find (const IceStream *stream, unsigned component, NetAddr addr)
{
  unsigned i;

  for (i = 0; i < stream->remotes->len; i++) {
    IceRemoteCand *remote = g_ptr_array_index (stream->remotes, i);
    if (remote->cand.component == component &&
        net_addr_equal (remote->cand.addr, addr))
      return remote;
  }
  return NULL;
}

static bool
is_usable_addr (NetAddr addr)
{
  return !net_addr_is_any (addr) && !net_addr_is_multicast (addr) &&
      !net_addr_is_v4_compatible (addr) && addr.port != 0;
}

static bool
is_usable (const IceStream *stream, const IceSdpCand *sdp)
{
  const IceCand *cand = &sdp->cand;

  if (cand->transport != ICE_TRANSPORT_UDP)
    return false;
  if (cand->component == 0 || cand->component > stream->components->len)
    return false;
  return sdp->name[0] != '\0' || is_usable_addr (cand->addr);
}

/* Asks the filter when there is one; else the candidate is paired at once. */
static void
release (IceStream *stream, IceRemoteCand *remote)
{
  IceSession *session = stream->session;
  IceIntent *intent;

  if (!session->config.filter) {
    ice_checklist_add_remote (stream, remote);
    return;
  }
  remote->filter_op = session->next_id++;
  intent = ice_queue_push (session, ICE_OUT_FILTER);
  intent->filter = (IceOutFilter){ .op = remote->filter_op,
    .stream = stream->index,
    .remote = true,
    .cand = remote->cand };
}

static unsigned
count_resolving (const IceSession *session)
{
  unsigned n = 0;
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->remotes->len; j++) {
      const IceRemoteCand *remote = g_ptr_array_index (stream->remotes, j);
      n += remote->resolve_op != 0;
    }
  }
  return n;
}

static IceAddResult
add_name (IceStream *stream, const IceSdpCand *sdp)
{
  IceSession *session = stream->session;
  IceRemoteCand *remote;
  IceIntent *intent;

  if (count_resolving (session) >= ICE_RESOLVES_MAX)
    return ICE_ADD_FULL;
  remote = g_new0 (IceRemoteCand, 1);
  remote->cand = sdp->cand;
  remote->resolve_op = session->next_id++;
  g_ptr_array_add (stream->remotes, remote);
  intent = ice_queue_push (session, ICE_OUT_RESOLVE);
  intent->resolve.op = remote->resolve_op;
  intent->resolve.port = sdp->cand.addr.port;
  g_strlcpy (intent->resolve.name, sdp->name, sizeof intent->resolve.name);
  return ICE_ADD_OK;
}

/* RFC 8838 §11 [TRK-11-1]: a check overtook signalling. The pair keeps its
 * progress and the priority that the peer announced; what it is called changes.
 * With our other addresses the candidate is paired as signalled. */
static void
promote (IceStream *stream, IceRemoteCand *remote, const IceCand *signalled)
{
  unsigned i;

  remote->cand.type = signalled->type;
  remote->cand.related = signalled->related;
  memcpy (remote->cand.foundation, signalled->foundation, ICE_FOUNDATION_MAX);
  for (i = 0; i < stream->checklist.pairs->len; i++) {
    IcePair *pair = g_ptr_array_index (stream->checklist.pairs, i);
    if (pair->component->id == remote->cand.component &&
        net_addr_equal (pair->remote.addr, remote->cand.addr))
      pair->remote = remote->cand;
  }
  remote->cand.priority = signalled->priority;
  ice_checklist_add_remote (stream, remote);
}

/* RFC 8838 §9 [TRK-9-2]: a line of another generation would poison this one. */
static bool
is_stale (const IceStream *stream, const char *ufrag)
{
  if (ufrag[0] == '\0')
    return false;
  if (stream->creds != NULL)
    return strcmp (ufrag, stream->creds->remote_ufrag) != 0;
  return stream->old_remote_ufrag != NULL &&
      strcmp (ufrag, stream->old_remote_ufrag) == 0;
}

static IceAddResult
add_addr (IceStream *stream, const IceCand *cand)
{
  IceRemoteCand *remote = ice_remote_find (stream, cand->component, cand->addr);

  if (remote != NULL && remote->cand.type == ICE_CAND_PRFLX) {
    promote (stream, remote, cand);
    return ICE_ADD_OK;
  }
  if (remote != NULL) /* RFC 8840 §4.4 [FRAG-4.4-2] */
    return ICE_ADD_DUPLICATE;
  if (stream->remotes->len >= ICE_REMOTES_MAX)
    return ICE_ADD_FULL;
  remote = g_new0 (IceRemoteCand, 1);
  remote->cand = *cand;
  g_ptr_array_add (stream->remotes, remote);
  release (stream, remote);
  return ICE_ADD_OK;
}

IceAddResult
ice_remote_add (IceStream *stream, const IceSdpCand *cand)
{
  IceSession *session = stream->session;
  IceAddResult result;

  if (is_stale (stream, cand->ufrag))
    return ICE_ADD_STALE;
  /* RFC 8838 §14 [TRK-14-1] */
  if (stream->remote_end)
    return ICE_ADD_LATE;
  if (!is_usable (stream, cand))
    result = ICE_ADD_REFUSED;
  else if (cand->name[0] != '\0')
    result = add_name (stream, cand);
  else
    result = add_addr (stream, &cand->cand);
  if (result == ICE_ADD_REFUSED || result == ICE_ADD_FULL)
    session->info.remote_refused++;
  return result;
}

/* RFC 8445 §7.3.1.3 [ICE-7.3.1.3-1]: the priority the peer announced, a
 * foundation that no other candidate has. */
IceRemoteCand *
ice_remote_learn (IceStream *stream, unsigned component, NetAddr addr,
    uint32_t priority)
{
  IceSession *session = stream->session;
  IceRemoteCand *remote;
  char text[NET_ADDR_TEXT_MAX];

  if ((session->config.allow & ICE_ALLOW_PRFLX) == 0 ||
      stream->remotes->len >= 2 * ICE_REMOTES_MAX)
    return NULL;
  remote = g_new0 (IceRemoteCand, 1);
  remote->cand = (IceCand){
    .type = ICE_CAND_PRFLX,
    .transport = ICE_TRANSPORT_UDP,
    .component = (uint16_t) component,
    .priority = priority,
    .addr = addr,
  };
  /* '/' and '+' open no foundation of ours; a peer's may, so count up. */
  g_snprintf (remote->cand.foundation, sizeof remote->cand.foundation,
      "prflx/%u", session->next_id++);
  g_ptr_array_add (stream->remotes, remote);
  ice_trace (session, "peer > check from %s -> new prflx candidate",
      net_addr_format (addr, text));
  if (session->config.filter) {
    IceIntent *intent;
    remote->filter_op = session->next_id++;
    intent = ice_queue_push (session, ICE_OUT_FILTER);
    intent->filter = (IceOutFilter){ .op = remote->filter_op,
      .stream = stream->index,
      .remote = true,
      .cand = remote->cand };
  }
  return remote;
}

static IceRemoteCand *
find_op (IceSession *session, uint32_t op, IceStream **out_stream)
{
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->remotes->len; j++) {
      IceRemoteCand *remote = g_ptr_array_index (stream->remotes, j);
      if (remote->filter_op == op || remote->resolve_op == op) {
        *out_stream = stream;
        return remote;
      }
    }
  }
  return NULL;
}

bool
ice_remote_filtered (IceSession *session, uint32_t op, bool accepted)
{
  IceStream *stream = NULL;
  IceRemoteCand *remote = find_op (session, op, &stream);

  if (remote == NULL || remote->filter_op != op)
    return false;
  remote->filter_op = 0;
  remote->refused = !accepted;
  if (!accepted)
    return true;
  ice_checklist_add_remote (stream, remote);
  if (remote->cand.type == ICE_CAND_PRFLX)
    ice_answer_early (stream);
  return true;
}

/* One name is one candidate: the first usable address counts. */
bool
ice_remote_resolved (IceSession *session, uint32_t op, const NetAddr *addrs,
    unsigned n)
{
  IceStream *stream = NULL;
  IceRemoteCand *remote = find_op (session, op, &stream);
  IceCand cand;
  unsigned i;

  if (remote == NULL || remote->resolve_op != op)
    return false;
  cand = remote->cand;
  g_ptr_array_remove (stream->remotes, remote);
  for (i = 0; i < n; i++) {
    if (!is_usable_addr (addrs[i]))
      continue;
    cand.addr = addrs[i];
    add_addr (stream, &cand);
    return true;
  }
  session->info.remote_refused++;
  return true;
}

bool
ice_remote_is_waiting (const IceStream *stream)
{
  unsigned i;

  for (i = 0; i < stream->remotes->len; i++) {
    const IceRemoteCand *remote = g_ptr_array_index (stream->remotes, i);
    if (remote->filter_op != 0 || remote->resolve_op != 0)
      return true;
  }
  return false;
}
