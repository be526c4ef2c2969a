/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A UDP socket as the loop and the data path see it: STUN and sends on one
 * descriptor, and, when an icesrc reads, media on a second one that the kernel
 * fills by a classic BPF program (STUN to the first, the rest to the second; see
 * docs/architecture.md, "received media"). Reference-counted: the agent's flow
 * table and every published route hold it. Sends may come from any thread. */

#include <gst/gst.h>

#include "loop.h"
#include "../icecore/net/addr.h"
#include "../icecore/net/bytes.h"

typedef struct _GstIceUdp GstIceUdp;

typedef struct
{
  NetAddr local; /* port 0: any, or one of port_min..port_max */
  guint16 port_min;
  guint16 port_max;
  gint buffer_size; /* SO_RCVBUF/SO_SNDBUF; 0: as large as allowed, ≤ 4 MiB */
  gint dscp;        /* -1: leave */
  gboolean media;   /* open the second socket too */
  gboolean timestamps; /* SO_TIMESTAMPNS on the media socket */
} GstIceUdpConfig;

/* NULL and *out_errno on failure. */
GstIceUdp *gst_ice_udp_open (const GstIceUdpConfig *config, int *out_errno);
GstIceUdp *gst_ice_udp_ref (GstIceUdp *udp);
void gst_ice_udp_unref (GstIceUdp *udp);
NetAddr gst_ice_udp_local (const GstIceUdp *udp); /* with the real port */

/* The loop's side. `func` gets each datagram that the loop's socket received
 * (STUN; without a media socket: everything), and each ICMP error. Starts and
 * stops under the loop's promise for watches. */
typedef struct
{
  void (*datagram) (GstIceUdp *udp, NetAddr from, NetBytes bytes,
      gpointer user_data);
  void (*icmp_error) (GstIceUdp *udp, NetAddr to, int error,
      gpointer user_data);
} GstIceUdpHandler;
void gst_ice_udp_attach (GstIceUdp *udp, GstIceLoop *loop,
    const GstIceUdpHandler *handler, gpointer user_data);
void gst_ice_udp_detach (GstIceUdp *udp);

/* An errno that says nothing about the path: the datagram is lost, no more. */
gboolean gst_ice_udp_error_is_loss (int error);

/* One datagram; 0 or an errno. EAGAIN is a loss. */
int gst_ice_udp_send (GstIceUdp *udp, NetAddr to, NetBytes bytes);

/* The packet path: one syscall per call where the kernel lets us (sendmmsg; GSO
 * is a later issue), no copy, no allocation. */
typedef struct
{
  guint packets; /* handed to the kernel */
  guint64 bytes;
  guint dropped; /* refused by it; `error` says why */
  int error;     /* errno of the first refusal, or 0 */
} GstIceSent;
void gst_ice_udp_send_list (GstIceUdp *udp, NetAddr to, GstBufferList *list,
    GstIceSent *out_sent);
void gst_ice_udp_send_buffer (GstIceUdp *udp, NetAddr to, GstBuffer *buffer,
    GstIceSent *out_sent);

void gst_ice_udp_set_dscp (GstIceUdp *udp, gint dscp);

/* The media socket, readable by one streaming thread; -1 when the kernel
 * refused to sort (the loop's handler then gets the payload) or none was asked
 * for. gst_ice_udp_open_media adds it to a running flow: FALSE when refused. */
gboolean
gst_ice_udp_open_media (GstIceUdp *udp, gint buffer_size, gboolean timestamps);
int gst_ice_udp_media_fd (const GstIceUdp *udp);
/* Payload goes to the loop's handler again, and to no closed descriptor; nobody
 * may be in gst_ice_udp_receive_media. */
void gst_ice_udp_close_media (GstIceUdp *udp);
/* ICMP errors that the kernel filed with the media socket. The loop reads them
 * too; this is for the streaming thread that was woken by one. */
void gst_ice_udp_drain_media_errors (GstIceUdp *udp,
    void (*func) (GstIceUdp *udp, NetAddr to, int error, gpointer user_data),
    gpointer user_data);
/* Datagrams that the kernel threw away because nobody read them in time. */
guint gst_ice_udp_overflows (const GstIceUdp *udp);
/* Payload bytes of a datagram that reach `to` in one piece, as far as the
 * kernel knows. */
guint gst_ice_udp_path_mtu (const GstIceUdp *udp, NetAddr to);

/* Up to `max` datagrams without waiting, into buffers of `mtu` bytes that the
 * caller's pool provides (`buffers[i]` is in/out: taken ones are set NULL by the
 * caller afterwards). Returns how many; 0: nothing there; -1 and errno. */
typedef struct
{
  gsize len;
  gboolean truncated;
  NetAddr from;
  guint64 realtime; /* kernel receive time, ns since 1970; 0: none */
} GstIceReceived;
int gst_ice_udp_receive_media (GstIceUdp *udp, GstMapInfo *maps,
    GstIceReceived *out_received, guint max);
