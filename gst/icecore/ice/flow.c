/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flows: the sockets as the session knows them, by number. The world opens and
 * closes them; a flow belongs to one component and one of our addresses. */

#include "session-private.h"

IceFlow *
ice_flow_open (IceSession *session, const IceComponent *component,
    NetAddr local, uint16_t local_preference)
{
  IceFlow *flow = g_new0 (IceFlow, 1);
  IceIntent *intent;

  flow->id = session->next_id++;
  flow->state = ICE_FLOW_OPENING;
  flow->stream = component->stream->index;
  flow->component = component->id;
  flow->local_preference = local_preference;
  flow->local = net_addr_with_port (local, 0);
  g_ptr_array_add (session->flows, flow);

  intent = ice_queue_push (session, ICE_OUT_OPEN);
  intent->open = (IceOutOpen){
    .flow = flow->id,
    .stream = flow->stream,
    .component = flow->component,
    .local = flow->local,
    .port_min = session->config.port_min,
    .port_max = session->config.port_max,
  };
  return flow;
}

IceFlow *
ice_flow_find (const IceSession *session, uint32_t id)
{
  unsigned i;

  for (i = 0; i < session->flows->len; i++) {
    IceFlow *flow = g_ptr_array_index (session->flows, i);
    if (flow->id == id)
      return flow;
  }
  return NULL;
}

/* By IP: ports are the world's choice. */
IceFlow *
ice_flow_find_local (const IceSession *session, const IceComponent *component,
    NetAddr local)
{
  unsigned i;

  for (i = 0; i < session->flows->len; i++) {
    IceFlow *flow = g_ptr_array_index (session->flows, i);
    if (flow->stream == component->stream->index &&
        flow->component == component->id &&
        net_addr_equal_ip (flow->local, local))
      return flow;
  }
  return NULL;
}

static void
fail_pairs_on (IceStream *stream, uint32_t flow)
{
  unsigned i;

  for (i = 0; i < stream->checklist.pairs->len; i++) {
    IcePair *pair = g_ptr_array_index (stream->checklist.pairs, i);
    if (pair->flow == flow && pair->state != ICE_PAIR_FAILED)
      ice_pair_fail (pair, "its socket is gone");
  }
  for (i = 0; i < stream->components->len; i++) {
    IceComponent *component = g_ptr_array_index (stream->components, i);
    if (component->previous != NULL && component->previous->flow == flow)
      ice_consent_revoke (component->previous, "its socket is gone");
  }
}

static void
drop_locals_on (IceStream *stream, uint32_t flow)
{
  unsigned i = stream->locals->len;

  while (i-- > 0) {
    const IceLocal *local = g_ptr_array_index (stream->locals, i);
    if (local->flow == flow)
      g_ptr_array_remove_index (stream->locals, i);
  }
}

void
ice_flow_close (IceSession *session, IceFlow *flow, bool tell)
{
  IceStream *stream = ice_stream_get (session, flow->stream);

  if (tell)
    ice_queue_push (session, ICE_OUT_CLOSE)->close = flow->id;
  ice_gather_flow_gone (session, flow->id);
  if (stream != NULL) {
    fail_pairs_on (stream, flow->id);
    drop_locals_on (stream, flow->id);
  }
  g_ptr_array_remove (session->flows, flow);
}
