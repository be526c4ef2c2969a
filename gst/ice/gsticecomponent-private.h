/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The agent's side of a component: flows come and go, routes are published. The
 * data path reads what is published here without any lock of the agent's. */

#include "gsticecomponent.h"
#include "udp.h"
#include "../icecore/ice/route.h"

/* Called from the streaming threads, no lock held; both take the agent's lock. */
typedef struct
{
  /* A STUN message that the kernel delivered on the media path. */
  void (*stun) (gpointer owner, guint32 flow, NetAddr from, NetBytes bytes);
  /* A send that the kernel refused with a hard error. */
  void (*send_error) (gpointer owner, guint32 flow, NetAddr to, int error);
} GstIceComponentOwner;

GstIceComponent *gst_ice_component_new (guint stream, guint id,
    const GstIceComponentOwner *owner_funcs, gpointer owner);
/* The owner is going away; no more calls to it after this returns. */
void gst_ice_component_disown (GstIceComponent *component);

/* Under the agent's lock. What to open new flows with. */
void gst_ice_component_fill_udp_config (GstIceComponent *component,
    GstIceUdpConfig *config);
void gst_ice_component_add_flow (GstIceComponent *component, guint32 flow,
    GstIceUdp *udp);
void gst_ice_component_remove_flow (GstIceComponent *component, guint32 flow);
/* Replaces the published snapshot; `route` is copied, its flow looked up among
 * those added. */
void
gst_ice_component_publish (GstIceComponent *component, const IceRoute *route);

/* Loop's context, no lock held: payload that came on the loop's socket, already
 * found to be from a validated address. Goes to the receiver, or to the bounded
 * queue of receive_list. */
void gst_ice_component_deliver (GstIceComponent *component, guint32 flow,
    NetAddr from, NetBytes payload);

typedef struct
{
  guint64 packets_sent, bytes_sent;
  guint64 packets_received, bytes_received;
  guint64 dropped_no_route; /* sends without a route or without consent */
  guint64 dropped_send;     /* refused by the kernel; full socket */
  guint64
      dropped_unvalidated;   /* received from an address that proved nothing */
  guint64 dropped_queue;     /* nobody read; bounded queue */
  guint64 dropped_truncated; /* longer than mtu */
} GstIceComponentCounters;
void gst_ice_component_read_counters (GstIceComponent *component,
    GstIceComponentCounters *out_counters);
