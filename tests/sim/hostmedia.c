/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Media leaves as the data path of the library does it: by a copy of the route,
 * never at or past consent_until. */

#include "hostmedia.h"

#include <string.h>

#define MEDIA_LEN 40

static SimComponent *
component_at (SimHost *host, unsigned stream, unsigned component)
{
  if (stream >= SIM_HOST_STREAMS || component == 0 ||
      component > SIM_HOST_COMPONENTS)
    return NULL;
  return &host->components[stream][component - 1];
}

bool
sim_host_can_send (const SimHost *host, unsigned stream, unsigned component)
{
  const IceRoute *route = &host->components[stream][component - 1].route;

  return route->usable && host->world->now < route->consent_until;
}

static void
first_media (SimHost *host)
{
  for (unsigned s = 0; s < host->n_streams; s++) {
    for (unsigned c = 0; c < host->n_components; c++) {
      if (host->components[s][c].first_media == 0)
        return;
    }
  }
  if (host->times.media_out == 0)
    host->times.media_out = host->world->now;
}

static void
send_media (SimHost *host, unsigned stream, unsigned component)
{
  SimComponent *to = component_at (host, stream, component);
  uint8_t packet[MEDIA_LEN] = { 0x80, 96, (uint8_t) stream,
    (uint8_t) component };

  if (!sim_host_can_send (host, stream, component)) {
    to->media_held++;
    return;
  }
  if (sim_host_transmit (host, to->route.flow, to->route.remote,
          NET_BYTES (packet, sizeof packet)) != 0)
    return;
  sim_check_media_sent (&host->check, to->route.flow, to->route.remote);
  to->media_sent++;
  if (to->first_media == 0)
    to->first_media = host->world->now;
  first_media (host);
}

static void
media_clock (void *target, uint64_t argument)
{
  SimHost *host = target;
  unsigned stream = (unsigned) (argument >> 16);
  unsigned component = (unsigned) (argument & 0xffff);

  if (host->session == NULL || host->state == ICE_STATE_CLOSED)
    return;
  send_media (host, stream, component);
  sim_world_at (host->world, host->world->now + host->media_every, media_clock,
      host, argument);
}

void
sim_host_media_received (SimHost *host, IceRecv result, NetBytes data)
{
  SimComponent *from;

  if (result != ICE_RECV_PAYLOAD)
    return;
  if (data.len != MEDIA_LEN || data.data[0] != 0x80) {
    sim_world_fault (host->world, host->name, "payload that nobody sent");
    return;
  }
  from = component_at (host, data.data[2], data.data[3]);
  if (from == NULL)
    return;
  from->media_received++;
  if (host->times.media_in == 0)
    host->times.media_in = host->world->now;
  else
    host->times.longest_gap =
        MAX (host->times.longest_gap, host->world->now - host->times.last_in);
  host->times.last_in = host->world->now;
}

/* -- what the session tells ---------------------------------------------- */

static void
note_state (SimHost *host, IceState state)
{
  NetTime now = host->world->now;
  NetTime *first = NULL;

  host->state = state;
  if (state == ICE_STATE_CONNECTED)
    first = &host->times.connected;
  else if (state == ICE_STATE_COMPLETED)
    first = &host->times.completed;
  else if (state == ICE_STATE_DISCONNECTED)
    first = &host->times.disconnected;
  else if (state == ICE_STATE_FAILED)
    first = &host->times.failed;
  if (first != NULL && *first == 0)
    *first = now;
}

static void
note_route (SimHost *host, unsigned stream, unsigned component)
{
  SimComponent *one = component_at (host, stream, component);

  if (one == NULL ||
      !ice_session_route (host->session, stream, component, &one->route))
    return;
  if (!one->route.usable || one->media_ready || host->media_every == 0)
    return;
  one->media_ready = true;
  send_media (host, stream, component);
  sim_world_at (host->world, host->world->now + host->media_every, media_clock,
      host, (uint64_t) stream << 16 | component);
}

static void
note_selected (SimHost *host, const IceOutSelected *selected)
{
  SimComponent *one =
      component_at (host, selected->stream, selected->component);

  if (one == NULL)
    return;
  one->selected = *selected;
  one->selections++;
  if (host->times.selected != 0)
    return;
  for (unsigned s = 0; s < host->n_streams; s++) {
    for (unsigned c = 0; c < host->n_components; c++) {
      if (host->components[s][c].selections == 0)
        return;
    }
  }
  host->times.selected = host->world->now;
}

void
sim_host_describe (SimHost *host)
{
  IceSdpFrag *frag;
  g_autofree char *text = NULL;

  host->owes_description = false;
  if (host->pipe == NULL)
    return;
  frag = ice_session_describe (host->session);
  if (!host->trickle) {
    frag->trickle = false;
    frag->end_of_candidates = true;
  }
  text = ice_sdp_frag_write (frag);
  ice_sdp_frag_free (frag);
  sim_pipe_send (host->pipe, host, SIM_PIPE_DESCRIPTION, 0, text);
}

static void
note_description (SimHost *host)
{
  host->descriptions++;
  host->owes_description = true;
  if (host->trickle ||
      ice_session_gathering (host->session) == ICE_GATHERING_COMPLETE)
    sim_host_describe (host);
}

static void
note_gathering (SimHost *host, IceGathering gathering)
{
  if (gathering != ICE_GATHERING_COMPLETE)
    return;
  if (host->times.gathered == 0)
    host->times.gathered = host->world->now;
  if (!host->trickle)
    sim_host_describe (host);
}

static void
note_candidate (SimHost *host, const IceOutCandidate *candidate)
{
  g_autofree char *line = NULL;

  if (candidate->end)
    host->ends++;
  else {
    host->candidates++;
    host->candidates_of[candidate->cand.type]++;
  }
  if (!host->trickle || host->pipe == NULL)
    return;
  if (candidate->end) {
    sim_pipe_send (host->pipe, host, SIM_PIPE_END, candidate->stream, "");
    return;
  }
  line = ice_sdp_write_cand (&candidate->cand,
      ice_session_local_ufrag (host->session));
  sim_pipe_send (host->pipe, host, SIM_PIPE_CANDIDATE, candidate->stream, line);
}

static void
note_server (SimHost *host, const IceOutServer *server)
{
  host->server = *server;
  if (server->ok)
    host->servers_ok++;
  else
    host->servers_failed++;
}

void
sim_host_note (SimHost *host, const IceOut *out)
{
  switch (out->kind) {
    case ICE_OUT_DESCRIPTION:
      note_description (host);
      break;
    case ICE_OUT_CANDIDATE:
      note_candidate (host, &out->candidate);
      break;
    case ICE_OUT_GATHERING:
      note_gathering (host, out->gathering);
      break;
    case ICE_OUT_STATE:
      note_state (host, out->state);
      break;
    case ICE_OUT_ROLE:
      host->role_changes++;
      break;
    case ICE_OUT_ROUTE:
      note_route (host, out->route.stream, out->route.component);
      break;
    case ICE_OUT_SELECTED:
      note_selected (host, &out->selected);
      break;
    case ICE_OUT_SERVER:
      note_server (host, &out->server);
      break;
    case ICE_OUT_FAILED:
      host->cause = out->cause;
      host->failures++;
      break;
    default:
      break;
  }
}
