/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams, their components, and a component's route: which pair media uses and
 * from where it may come (RFC 8445 §12). */

#include "session-private.h"

static void
component_free (IceComponent *component)
{
  if (component->previous != NULL)
    ice_pair_free (component->previous);
  g_free (component);
}

void
ice_stream_free (IceStream *stream)
{
  g_queue_clear (&stream->checklist.triggered);
  g_ptr_array_free (stream->checklist.pairs, TRUE);
  g_ptr_array_free (stream->components, TRUE);
  g_ptr_array_free (stream->locals, TRUE);
  g_ptr_array_free (stream->remotes, TRUE);
  ice_creds_unref (stream->creds);
  g_free (stream->old_remote_ufrag);
  g_free (stream);
}

IceStream *
ice_stream_get (const IceSession *session, unsigned index)
{
  if (index >= session->streams->len)
    return NULL;
  return g_ptr_array_index (session->streams, index);
}

static IceStream *
stream_new (IceSession *session, unsigned index)
{
  IceStream *stream = g_new0 (IceStream, 1);

  stream->session = session;
  stream->index = (uint16_t) index;
  stream->components =
      g_ptr_array_new_with_free_func ((GDestroyNotify) component_free);
  stream->locals = g_ptr_array_new_with_free_func (g_free);
  stream->remotes = g_ptr_array_new_with_free_func (g_free);
  stream->checklist.pairs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) ice_pair_free);
  g_queue_init (&stream->checklist.triggered);
  return stream;
}

IceStream *
ice_stream_make (IceSession *session, unsigned index)
{
  if (index >= ICE_STREAMS_MAX)
    return NULL;
  while (session->streams->len <= index)
    g_ptr_array_add (session->streams,
        stream_new (session, session->streams->len));
  return ice_stream_get (session, index);
}

IceComponent *
ice_stream_component (const IceStream *stream, unsigned id)
{
  if (id == 0 || id > stream->components->len)
    return NULL;
  return g_ptr_array_index (stream->components, id - 1);
}

/* RFC 8445 §5.1.1.1 [ICE-5.1.1.1-3]: contiguous from 1. */
bool
ice_stream_make_components (IceStream *stream, unsigned count)
{
  if (count == 0 || count > ICE_COMPONENT_MAX)
    return false;
  while (stream->components->len < count) {
    IceComponent *component = g_new0 (IceComponent, 1);
    component->stream = stream;
    component->id = (uint16_t) (stream->components->len + 1);
    component->nominate_at = NET_NEVER;
    component->nominate_again = NET_NEVER;
    g_ptr_array_add (stream->components, component);
  }
  return true;
}

/* RFC 8445 §6.1.2.2 [ICE-6.1.2.2-3]: the smaller number counts; the peer's is
 * known for certain only when it has sent its last candidate. */
unsigned
ice_stream_n_components (const IceStream *stream)
{
  unsigned highest = 0;
  unsigned i;

  if (!stream->remote_end || stream->remotes->len == 0)
    return stream->components->len;
  for (i = 0; i < stream->remotes->len; i++) {
    const IceRemoteCand *remote = g_ptr_array_index (stream->remotes, i);
    highest = MAX (highest, remote->cand.component);
  }
  return MIN (highest, stream->components->len);
}

void
ice_component_add_source (IceComponent *component, uint32_t flow, NetAddr addr)
{
  unsigned i;

  for (i = 0; i < component->n_sources; i++) {
    const IceSource *source = &component->sources[i];
    if (source->flow == flow && net_addr_equal (source->addr, addr))
      return;
  }
  /* The route's own remote is always accepted (ice_session_route), so the
   * oldest may go: a peer behind a NAT that maps anew for every check cannot
   * push the selected path out. */
  if (component->n_sources == ICE_ROUTE_SOURCES) {
    memmove (component->sources, component->sources + 1,
        (ICE_ROUTE_SOURCES - 1) * sizeof (IceSource));
    component->n_sources--;
  }
  component->sources[component->n_sources++] =
      (IceSource){ .flow = flow, .addr = addr };
  ice_component_update_route (component, true);
}

static bool
may_send (const IcePair *pair)
{
  return pair->consent_until > pair->stream->session->now;
}

static IcePair *
best_valid (const IceComponent *component)
{
  const GPtrArray *pairs = component->stream->checklist.pairs;
  unsigned i;

  for (i = 0; i < pairs->len; i++) {
    IcePair *pair = g_ptr_array_index (pairs, i);
    if (pair->component == component && pair->valid && may_send (pair))
      return pair;
  }
  return NULL;
}

/* RFC 8445 §12.1 [ICE-12.1-1] [ICE-12.1-3]: the selected pair; on a restart the
 * one before until there is a new one; else the best valid pair. */
IcePair *
ice_component_route_pair (const IceComponent *component)
{
  /* [ICE-12.1-4]: one component that cannot get a pair silences its stream; but
   * a restart that led nowhere does not end a path that is alive. */
  if (component->stream->checklist.state == ICE_CHECKLIST_FAILED)
    return component->previous != NULL && may_send (component->previous)
        ? component->previous
        : NULL;
  if (component->selected != NULL && may_send (component->selected))
    return component->selected;
  if (component->previous != NULL && may_send (component->previous))
    return component->previous;
  if (component->selected != NULL)
    return NULL;
  return best_valid (component);
}

void
ice_component_update_route (IceComponent *component, bool anyway)
{
  IceSession *session = component->stream->session;
  IcePair *pair = ice_component_route_pair (component);
  char text[120];
  uint32_t id = pair != NULL ? pair->id : 0;

  if (pair != NULL)
    ice_consent_watch (pair);
  if (id == component->routed_id && !anyway)
    return;
  if (id != component->routed_id)
    ice_trace (session, "component %u.%u > route -> %s",
        component->stream->index, component->id,
        pair != NULL ? ice_pair_text (pair, text) : "none");
  component->routed_id = id;
  ice_queue_route (session, component);
}
