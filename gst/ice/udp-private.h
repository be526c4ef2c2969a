/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the three parts of a UDP flow share: udp.c (life and the loop's side),
 * udp-send.c (the packet path out) and udp-media.c (the kernel-sorted path in). */

#include "udp.h"

struct _GstIceUdp
{
  gatomicrefcount ref_count;
  int fd;           /* the loop's; all sends leave here */
  gint media_fd;    /* atomic; -1: none */
  gboolean sorting; /* the program stands: a second socket may join */
  gboolean timestamps;
  NetAddr local;

  GMutex lock; /* guards what follows */
  GstIceLoop *loop;
  GstIceWatch *watch;
  GstIceWatch *media_watch; /* for ICMP errors only */
  gint attached;            /* atomic: the handler may be called */
  GstIceUdpHandler handler;
  gpointer user_data;
};

/* Socket options that both sockets of a flow carry. */
int gst_ice_udp_socket (NetAddr local, gint buffer_size);
int gst_ice_udp_bind (int fd, NetAddr local); /* 0 or an errno */

/* Right after the first bind, while no peer knows the port. */
void
gst_ice_udp_prepare_sorting (GstIceUdp *udp, const GstIceUdpConfig *config);
/* Lock held. */
void gst_ice_udp_watch_media (GstIceUdp *udp);
