/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The machine's addresses: a snapshot, and word of every change (rtnetlink;
 * getifaddrs and no watch elsewhere). */

#include "loop.h"
#include "../icecore/ice/iface.h"

/* One dump; free with g_free. */
IceIface *gst_ice_netif_snapshot (guint *out_n);

typedef struct _GstIceNetif GstIceNetif;
typedef void (*GstIceNetifFunc) (gpointer user_data);

/* func in the loop's context, at most once per 50 ms, after addresses, links or
 * routes changed. */
GstIceNetif *gst_ice_netif_watch (GstIceLoop *loop, GstIceNetifFunc func,
    gpointer user_data);
void gst_ice_netif_unwatch (GstIceNetif *netif);
