/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What comes over the signalling pipe, as an application takes it in. */

#include <string.h>

#include "hostmedia.h"

typedef struct
{
  SimPipeKind kind;
  unsigned stream;
  char text[];
} Letter;

static void
take_candidates (SimHost *host, unsigned stream, const IceSdpMedia *media)
{
  for (guint i = 0; i < media->candidates->len; i++)
    sim_host_add_candidate (host, stream,
        g_ptr_array_index (media->candidates, i));
}

static void
take_media (SimHost *host, const IceSdpFrag *frag, unsigned stream,
    const IceSdpMedia *media)
{
  bool own = media != NULL && media->ufrag != NULL;
  IceRemote remote = { .ufrag = own ? media->ufrag : frag->ufrag,
    .pwd = own ? media->pwd : frag->pwd,
    .lite = frag->lite,
    .ice2 = frag->ice2,
    .trickle = frag->trickle,
    .renomination = frag->renomination,
    .pacing = frag->pacing };

  if (remote.ufrag == NULL)
    return;
  if (ice_session_set_remote (host->session, stream, &remote,
          host->world->now) != ICE_SET_REFUSED)
    host->times.remote = MAX (host->times.remote, host->world->now);
  sim_host_drain (host);
}

static void
take_description (SimHost *host, const char *text)
{
  const char *why = NULL;
  IceSdpFrag *frag = ice_sdp_frag_parse (text, &why);

  if (frag == NULL) {
    sim_world_fault (host->world, host->name, "refuses a description: %s", why);
    return;
  }
  for (unsigned i = 0; i < host->n_streams; i++)
    take_media (host, frag, i,
        i < frag->media->len ? g_ptr_array_index (frag->media, i) : NULL);
  for (unsigned i = 0; i < frag->media->len && i < host->n_streams; i++) {
    const IceSdpMedia *media = g_ptr_array_index (frag->media, i);

    take_candidates (host, i, media);
    if (media->end_of_candidates && !frag->end_of_candidates)
      sim_host_end_of_candidates (host, i);
  }
  if (frag->end_of_candidates)
    sim_host_end_of_candidates (host, ICE_ALL_STREAMS);
  ice_sdp_frag_free (frag);
}

IceSetResult
sim_host_set_remote (SimHost *host, unsigned stream, const char *ufrag,
    const char *pwd)
{
  IceRemote remote = { .ufrag = ufrag,
    .pwd = pwd,
    .ice2 = true,
    .trickle = true };
  IceSetResult result =
      ice_session_set_remote (host->session, stream, &remote, host->world->now);

  host->times.remote = host->world->now;
  sim_host_drain (host);
  return result;
}

IceAddResult
sim_host_add_candidate (SimHost *host, unsigned stream, const char *line)
{
  IceSdpCand cand;
  const char *why = NULL;
  IceSdpResult parsed = ice_sdp_parse_cand (line, &cand, &why);
  IceAddResult result = ICE_ADD_REFUSED;

  if (parsed == ICE_SDP_OK)
    result =
        ice_session_add_remote (host->session, stream, &cand, host->world->now);
  else if (parsed == ICE_SDP_MALFORMED)
    sim_world_fault (host->world, host->name, "'%s': %s", line, why);
  host->add_results[result]++;
  if (result == ICE_ADD_OK)
    host->times.remote = host->world->now;
  sim_host_drain (host);
  return result;
}

void
sim_host_end_of_candidates (SimHost *host, unsigned stream)
{
  ice_session_end_of_candidates (host->session, stream, host->world->now);
  sim_host_drain (host);
}

static void
read_one (SimHost *host, SimPipeKind kind, unsigned stream, const char *text)
{
  switch (kind) {
    case SIM_PIPE_DESCRIPTION:
      take_description (host, text);
      break;
    case SIM_PIPE_CANDIDATE:
      sim_host_add_candidate (host, stream, text);
      break;
    case SIM_PIPE_END:
      sim_host_end_of_candidates (host, stream);
      break;
  }
}

void
sim_host_read_inbox (SimHost *host)
{
  for (guint i = 0; i < host->inbox->len; i++) {
    const Letter *letter = g_ptr_array_index (host->inbox, i);

    read_one (host, letter->kind, letter->stream, letter->text);
  }
  g_ptr_array_set_size (host->inbox, 0);
}

static void
keep (SimHost *host, SimPipeKind kind, unsigned stream, const char *text)
{
  size_t len = strlen (text) + 1;
  Letter *letter = g_malloc (sizeof *letter + len);

  letter->kind = kind;
  letter->stream = stream;
  memcpy (letter->text, text, len);
  g_ptr_array_add (host->inbox, letter);
}

void
sim_host_signalled (SimHost *host, SimPipeKind kind, unsigned stream,
    const char *text)
{
  static const char *const names[] = { "description", "candidate",
    "end-of-candidates" };

  sim_world_say (host->world, host->name, "peer > %s %u -> received",
      names[kind], stream);
  if (host->state == ICE_STATE_CLOSED)
    return;
  if (host->session != NULL) {
    read_one (host, kind, stream, text);
    return;
  }
  keep (host, kind, stream, text);
  if (host->start_on_offer && kind == SIM_PIPE_DESCRIPTION)
    sim_host_start (host);
}
