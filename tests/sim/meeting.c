/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two nodes, and what one wants to know of the session. */

#include "meeting.h"

#include "scene.h"

SimMeeting *
sim_meeting_new (IceRole role)
{
  static const SimLinkConfig link = { .delay = SIM_MEETING_RTT / 4 };
  SimMeeting *meeting = g_new0 (SimMeeting, 1);

  meeting->world = sim_world_new (7);
  meeting->net = sim_realm_new (meeting->world, "net");
  meeting->host = sim_host_new (meeting->world, "A");
  meeting->host->config.role = role;
  sim_plug_set_link (sim_host_add_nic (meeting->host, meeting->net,
                         "203.0.113.10"),
      &link);
  meeting->peer = sim_peer_new (meeting->net, "203.0.113.99", 5000);
  meeting->peer->role =
      role == ICE_CONTROLLING ? ICE_CONTROLLED : ICE_CONTROLLING;
  sim_plug_set_link (meeting->peer->plug, &link);
  return meeting;
}

void
sim_meeting_free (SimMeeting *meeting)
{
  sim_world_free (meeting->world);
  g_free (meeting);
}

void
sim_meeting_start (SimMeeting *meeting, unsigned n)
{
  sim_host_start (meeting->host);
  sim_peer_meet (meeting->peer, meeting->host, n);
}

void
sim_meeting_run (SimMeeting *meeting, NetTime duration)
{
  sim_world_run (meeting->world, meeting->world->now + duration);
}

bool
sim_meeting_end (SimMeeting *meeting, const char *what)
{
  SimScene scene = { .world = meeting->world, .a = meeting->host };

  return sim_scene_end (&scene, what);
}

NetAddr
sim_meeting_addr (const SimMeeting *meeting)
{
  NetAddr local = NET_ADDR_NONE;
  uint32_t flow;

  sim_host_socket (meeting->host, 0, &flow, &local);
  return local;
}

uint64_t
sim_meeting_dropped (const SimMeeting *meeting, IceDrop reason)
{
  IceSessionInfo info;

  ice_session_info (meeting->host->session, &info);
  return info.dropped[reason];
}

unsigned
sim_meeting_pairs (const SimMeeting *meeting, IcePairState state)
{
  unsigned n = 0;
  IcePairInfo info;

  for (unsigned i = 0; ice_session_pair_info (meeting->host->session, i, &info);
       i++)
    n += info.state == state;
  return n;
}

bool
sim_meeting_pair (const SimMeeting *meeting, uint16_t port,
    IcePairInfo *out_info)
{
  IcePairInfo info;

  for (unsigned i = 0; ice_session_pair_info (meeting->host->session, i, &info);
       i++) {
    if (info.remote.addr.port == port) {
      *out_info = info;
      return true;
    }
  }
  return false;
}
