/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The component's struct, for the files that make it: gsticecomponent.c (object,
 * flows, routes), -send.c and -receive.c (the streaming threads'), -start.c (the
 * beginning and end of receiving).
 *
 * Locks, in the order in which they may be taken:
 *   agent's lock → lock: what the agent and slow questions share
 *   send_lock: senders among themselves; the agent never takes it
 * None is held while the owner or a receiver is called. What a packet needs is
 * in the published snapshot, read without any of them. */

#include "gsticecomponent-private.h"
#include "publish.h"
#include "queue.h"

/* Datagrams of one recvmmsg, and buffers that lie ready for it. */
#define GST_ICE_RECEIVE_BATCH 32

/* The eventfd's mark in the reader's epoll set; flows are 32 bits wide. */
#define GST_ICE_WAKE G_MAXUINT64

typedef enum
{
  GST_ICE_SLOT_SEND,
  GST_ICE_SLOT_RECEIVE,
} GstIceSlot;

typedef struct
{
  guint32 id;
  GstIceUdp *udp; /* owned */
} GstIceFlowEntry;

/* What is published: immutable. */
typedef struct
{
  IceRoute route;
  GstIceUdp *out; /* of route.flow, borrowed from flows; NULL: may not send */
  guint n_flows;
  GstIceFlowEntry flows[];
} GstIceSnapshot;

/* Used by the one streaming thread that is in receive_list, and by start and
 * stop while none is. */
typedef struct
{
  GstBufferPool *pool;
  GstBuffer *buffers[GST_ICE_RECEIVE_BATCH]; /* NULL: to be replaced */
  GstMapInfo maps[GST_ICE_RECEIVE_BATCH];
  GstCaps *clock; /* of GstReferenceTimestampMeta */
} GstIceReading;

typedef struct
{
  gint ref_count; /* guarded by lock */
  GstIceReceiver func;
  gpointer user_data;
  GDestroyNotify notify;
} GstIceReceiverRef;

struct _GstIceComponent
{
  GstObject parent;

  guint stream;
  guint id;

  GstIcePublisher published; /* GstIceSnapshot */
  NetTime writable_until;    /* atomic; 0: no route */
  GMutex send_lock;

  GMutex lock;   /* guards all of this block */
  GCond changed; /* any of it */
  GArray *flows; /* GstIceFlowEntry */
  IceRoute route;
  gint dscp;
  guint mtu;
  gint buffer_size;
  gboolean timestamps;
  gboolean sender_address;
  GSocketAddress *peer_address; /* atomic; set once, see -receive.c */
  gboolean reading;
  gboolean send_flushing;
  guint64 overflows; /* of sockets that are gone */
  GstIceQueue queue;
  GstIceReceiverRef *receiver;
  const GstIceComponentOwner *owner_funcs;
  gpointer owner; /* NULL: gone */
  guint owner_calls;

  gint receiving;        /* atomic, written under lock */
  gint receive_flushing; /* atomic, written under lock */
  int epoll_fd;
  int wake_fd;
  GstIceReading in;

  GstIceComponentCounters counters; /* atomic, each by itself */
};

static inline void
gst_ice_component_count (guint64 *counter, guint64 n)
{
  __atomic_fetch_add (counter, n, __ATOMIC_RELAXED);
}

/* The owner, kept from going away until end_owner_call; NULL: gone. */
gpointer gst_ice_component_begin_owner_call (GstIceComponent *component);
void gst_ice_component_end_owner_call (GstIceComponent *component);
/* Lock not held. */
void gst_ice_component_tell_error (GstIceComponent *component, guint32 flow,
    NetAddr to, int error);

/* Lock held, all four. */
void gst_ice_component_open_media (GstIceComponent *component,
    const GstIceFlowEntry *entry);
void gst_ice_component_forget_media (GstIceComponent *component,
    const GstIceFlowEntry *entry);
void gst_ice_component_wake_reader (GstIceComponent *component);
/* To the bounded queue. */
void gst_ice_component_enqueue (GstIceComponent *component, NetAddr from,
    NetBytes payload);

void gst_ice_component_init_receive (GstIceComponent *component);
void gst_ice_component_clear_receive (GstIceComponent *component);
