/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One connection of a carrier: lines in, lines out, over a pair of pollable
 * streams on a main context. Never blocks; bounded in memory and, by taking
 * turns with the context's other work, in time. */

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _GstIceCarrierLink GstIceCarrierLink;

/* Each may close the link and drop the owner's last reference but one. */
typedef struct
{
  void (*line) (gpointer owner, const gchar *line, gsize length);
  void (*too_long) (gpointer owner, const gchar *line, gsize length);
  /* Nothing comes or goes any more; the link is still to be closed. */
  void (*lost) (gpointer owner);
} GstIceCarrierLinkFuncs;

/* The streams are closed with the link; whether that closes what is below is
 * their own property. */
GstIceCarrierLink *gst_ice_carrier_link_new (GMainContext *context,
    GIOStream *connection, const GstIceCarrierLinkFuncs *funcs, GObject *owner);
void gst_ice_carrier_link_send (GstIceCarrierLink *link, const gchar *line);
/* At once; what the kernel takes of the unsent lines still leaves. */
void gst_ice_carrier_link_close (GstIceCarrierLink *link);

G_END_DECLS
