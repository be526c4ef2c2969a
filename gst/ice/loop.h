/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One event loop per GMainContext, shared by every agent on it: one GSource, one
 * epoll descriptor for all sockets, one armed deadline over a heap of timers.
 * With a NULL context it is the process-wide thread "gst-ice", started with the
 * first user and ended with the last. */

#include <gio/gio.h>

#include "../icecore/net/time.h"

typedef struct _GstIceLoop GstIceLoop;
typedef struct _GstIceWatch GstIceWatch;

/* A timer is embedded in its owner; index is the loop's own (heap position). */
typedef struct _GstIceTimer GstIceTimer;
typedef void (*GstIceTimerFunc) (gpointer user_data);
struct _GstIceTimer
{
  GstIceTimerFunc func; /* called in the context when due; sets itself anew */
  gpointer user_data;
  NetTime deadline;
  guint index; /* 0: not armed */
};

typedef void (*GstIceWatchFunc) (guint32 epoll_events, gpointer user_data);

/* Transfer full. Any thread. The last release ends the shared thread and waits
 * for it, unless it happens there: hold no lock that a callback takes. */
GstIceLoop *gst_ice_loop_acquire (GMainContext *context);
GstIceLoop *gst_ice_loop_ref (GstIceLoop *loop);
void gst_ice_loop_release (GstIceLoop *loop);
GMainContext *gst_ice_loop_context (GstIceLoop *loop); /* transfer none */
gboolean gst_ice_loop_is_current (GstIceLoop *loop);   /* am I its thread? */

/* Monotonic, ns. */
NetTime gst_ice_loop_now (void);

/* Any thread; func runs in the context. NULL when epoll refuses, and errno.
 * gst_ice_watch_remove may be called from any thread, before fd is closed; when
 * it returns and the caller is not the loop's thread, func is not running and
 * will not run again. It waits for that: hold no lock that func takes. */
GstIceWatch *gst_ice_loop_watch (GstIceLoop *loop, int fd, guint32 epoll_events,
    GstIceWatchFunc func, gpointer user_data);
void gst_ice_watch_remove (GstIceWatch *watch);

/* Any thread; NET_NEVER disarms. An earlier deadline wakes the context. */
void gst_ice_loop_arm (GstIceLoop *loop, GstIceTimer *timer, NetTime deadline);
/* Disarms; same promise as gst_ice_watch_remove. */
void gst_ice_loop_disarm (GstIceLoop *loop, GstIceTimer *timer);

/* Runs func once in the context, soon, in the order of the calls; never inside
 * this call. The loop lives until it has run. */
void gst_ice_loop_invoke (GstIceLoop *loop, GSourceFunc func,
    gpointer user_data, GDestroyNotify notify);
