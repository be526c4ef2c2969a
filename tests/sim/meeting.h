/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The small stage: one session at 203.0.113.10 and one peer that speaks STUN by
 * hand at 203.0.113.99:5000, both public, 20 ms apart and back. */

#include "peer.h"

typedef struct
{
  SimWorld *world;
  SimRealm *net;
  SimHost *host;
  SimPeer *peer;
} SimMeeting;

#define SIM_MEETING_RTT NET_MSEC (20)

/* The role is the host's; the peer has the other one. Nothing has begun. */
SimMeeting *sim_meeting_new (IceRole role);
void sim_meeting_free (SimMeeting *meeting);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimMeeting, sim_meeting_free)
/* Starts the host and introduces the peer with `n` addresses: its own and the
 * ports above. */
void sim_meeting_start (SimMeeting *meeting, unsigned n);
void sim_meeting_run (SimMeeting *meeting, NetTime duration);
/* False, and the story is told, when a promise was broken. */
bool sim_meeting_end (SimMeeting *meeting, const char *what);

/* Of the host: */
NetAddr sim_meeting_addr (const SimMeeting *meeting); /* its first socket */
uint64_t sim_meeting_dropped (const SimMeeting *meeting, IceDrop reason);
unsigned sim_meeting_pairs (const SimMeeting *meeting, IcePairState state);
/* The pair with that port of the peer. */
bool sim_meeting_pair (const SimMeeting *meeting, uint16_t port,
    IcePairInfo *out_info);
