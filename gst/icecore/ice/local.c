/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our own candidates: made from flows and from what servers and peers saw, put
 * to the application's filter, handed to signalling, and only then paired
 * (RFC 8445 §5.1, RFC 8838 §10). */

#include "session-private.h"

const IceLocal *
ice_local_find (const IceStream *stream, unsigned component, NetAddr addr)
{
  unsigned i;

  for (i = 0; i < stream->locals->len; i++) {
    const IceLocal *local = g_ptr_array_index (stream->locals, i);
    if (local->cand.component == component &&
        net_addr_equal (local->cand.addr, addr))
      return local;
  }
  return NULL;
}

IceLocal *
ice_local_of_flow (const IceStream *stream, uint32_t flow)
{
  unsigned i;

  for (i = 0; i < stream->locals->len; i++) {
    IceLocal *local = g_ptr_array_index (stream->locals, i);
    if (local->flow == flow && local->cand.type == ICE_CAND_HOST)
      return local;
  }
  return NULL;
}

/* RFC 8445 §5.1.2 [ICE-5.1.2-1] [ICE-5.1.2.1-3]: unique within the stream, so
 * the local preference steps down until nobody has the result. */
static uint32_t
unique_priority (const IceStream *stream, IceCandType type, unsigned preference,
    unsigned id)
{
  uint32_t priority = ice_cand_priority (type, preference, id);
  unsigned i;

  for (i = 0; i < stream->locals->len; i++) {
    const IceLocal *local = g_ptr_array_index (stream->locals, i);
    if (local->cand.priority == priority && preference > 0)
      return unique_priority (stream, type, preference - 1, id);
  }
  return priority;
}

static bool
is_allowed (const IceSession *session, IceCandType type)
{
  return (session->config.allow & (1u << type)) != 0;
}

/* Handed out first, then paired [TRK-10-1]. A host candidate that the user does
 * not want is not shown, but stays the base that reflexive ones are checked
 * from. */
static void
release (IceStream *stream, IceLocal *local)
{
  IceSession *session = stream->session;
  char text[NET_ADDR_TEXT_MAX];

  local->signalled = true;
  if (is_allowed (session, local->cand.type)) {
    IceIntent *intent = ice_queue_push (session, ICE_OUT_CANDIDATE);
    intent->candidate.stream = stream->index;
    intent->candidate.cand = local->cand;
    ice_trace (session, "local %s %s > gather -> candidate",
        ice_cand_type_name (local->cand.type),
        net_addr_format (local->cand.addr, text));
  }
  ice_checklist_add_local (stream, local);
  if (local->cand.type == ICE_CAND_HOST)
    ice_gather_flow (session, ice_flow_find (session, local->flow));
}

static IceLocal *
add (IceStream *stream, const IceLocal *values)
{
  IceSession *session = stream->session;
  IceLocal *local = g_new (IceLocal, 1);
  IceIntent *intent;

  *local = *values;
  g_ptr_array_add (stream->locals, local);
  if (!session->config.filter || !is_allowed (session, local->cand.type)) {
    release (stream, local);
    return local;
  }
  local->filter_op = session->next_id++;
  intent = ice_queue_push (session, ICE_OUT_FILTER);
  intent->filter = (IceOutFilter){ .op = local->filter_op,
    .stream = stream->index,
    .cand = local->cand };
  return local;
}

void
ice_local_add_host (IceSession *session, const IceFlow *flow)
{
  IceStream *stream = ice_stream_get (session, flow->stream);
  IceLocal local = { .base = flow->local, .flow = flow->id };

  local.cand = (IceCand){
    .type = ICE_CAND_HOST,
    .transport = ICE_TRANSPORT_UDP,
    .component = flow->component,
    .addr = flow->local,
    .priority = unique_priority (stream, ICE_CAND_HOST, flow->local_preference,
        flow->component),
  };
  ice_cand_foundation (ICE_CAND_HOST, ICE_TRANSPORT_UDP, flow->local,
      NET_ADDR_NONE, session->salt, local.cand.foundation);
  add (stream, &local);
}

/* RFC 8839 §5.1 [SDP-5.1-5]: who does not want its hosts shown does not want them
 * shown as a related address either. */
static NetAddr
related_to (const IceSession *session, NetAddr base)
{
  if (is_allowed (session, ICE_CAND_HOST))
    return base;
  return net_addr_with_port (net_addr_any (base.family), 9);
}

/* RFC 8838 §13 [TRK-13-2]: nothing new after our end-of-candidates. RFC 8445
 * §5.1.3 [ICE-5.1.3-1] [TRK-9-1]: the same address with the same base is
 * redundant, whatever its priority. */
void
ice_local_add_reflexive (IceSession *session, const IceFlow *flow,
    NetAddr mapped, NetAddr server)
{
  IceStream *stream = ice_stream_get (session, flow->stream);
  /* [ICE-5.1.1.2-9] */
  IceLocal local = { .base = flow->local, .flow = flow->id };
  unsigned i;

  if (stream->end_sent || !is_allowed (session, ICE_CAND_SRFLX))
    return;
  for (i = 0; i < stream->locals->len; i++) {
    const IceLocal *known = g_ptr_array_index (stream->locals, i);
    if (known->flow == flow->id && net_addr_equal (known->cand.addr, mapped) &&
        known->cand.type != ICE_CAND_PRFLX)
      return;
  }
  local.cand = (IceCand){
    .type = ICE_CAND_SRFLX,
    .transport = ICE_TRANSPORT_UDP,
    .component = flow->component,
    .addr = mapped,
    .related = related_to (session, flow->local),
    .priority = unique_priority (stream, ICE_CAND_SRFLX, flow->local_preference,
        flow->component),
  };
  ice_cand_foundation (ICE_CAND_SRFLX, ICE_TRANSPORT_UDP, flow->local, server,
      session->salt, local.cand.foundation);
  add (stream, &local);
}

static IceLocal *
find_op (IceSession *session, uint32_t op, IceStream **out_stream)
{
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->locals->len; j++) {
      IceLocal *local = g_ptr_array_index (stream->locals, j);
      if (local->filter_op == op) {
        *out_stream = stream;
        return local;
      }
    }
  }
  return NULL;
}

/* A refused host candidate takes its socket along: nothing may leave from an
 * address that the application does not want used. */
bool
ice_local_filtered (IceSession *session, uint32_t op, bool accepted)
{
  IceStream *stream = NULL;
  IceLocal *local = find_op (session, op, &stream);
  IceFlow *flow;

  if (local == NULL)
    return false;
  local->filter_op = 0;
  if (accepted) {
    release (stream, local);
    return true;
  }
  flow = ice_flow_find (session, local->flow);
  if (local->cand.type == ICE_CAND_HOST && flow != NULL)
    ice_flow_close (session, flow, true);
  else
    g_ptr_array_remove (stream->locals, local);
  return true;
}

bool
ice_local_is_waiting (const IceSession *session)
{
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    for (j = 0; j < stream->locals->len; j++) {
      const IceLocal *local = g_ptr_array_index (stream->locals, j);
      if (local->filter_op != 0)
        return true;
    }
  }
  return false;
}

/* RFC 8838 §13 [TRK-13-1]: once for each stream, last. */
void
ice_local_send_end (IceSession *session)
{
  unsigned i;

  for (i = 0; i < session->streams->len; i++) {
    IceStream *stream = ice_stream_get (session, i);
    IceIntent *intent;
    if (stream->end_sent || stream->components->len == 0)
      continue;
    stream->end_sent = true;
    intent = ice_queue_push (session, ICE_OUT_CANDIDATE);
    intent->candidate.stream = stream->index;
    intent->candidate.end = true;
  }
}
