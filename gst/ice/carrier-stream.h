/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A carrier with one connection at a time, and what all of those do alike:
 * accept or refuse a caller, notice that the peer is gone, try again after a
 * pause that grows. */

#include "carrier.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define GST_TYPE_ICE_CARRIER_STREAM (gst_ice_carrier_stream_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstIceCarrierStream, gst_ice_carrier_stream, GST,
    ICE_CARRIER_STREAM, GstIceCarrier)

/**
 * GstIceCarrierStreamClass:
 * @attempt: look for the peer, again. Ends in
 *   gst_ice_carrier_stream_take(), _listen() or _try_later(), now or later.
 * @lost: the connection is gone; there was a peer or not
 */
struct _GstIceCarrierStreamClass
{
  GstIceCarrierClass parent_class;

  void (*attempt) (GstIceCarrierStream *self);
  void (*lost) (GstIceCarrierStream *self, gboolean joined);
};

/* This is the connection from now on. */
void
gst_ice_carrier_stream_take (GstIceCarrierStream *self, GIOStream *connection);
/* Callers of this socket are taken when there is no peer. */
void gst_ice_carrier_stream_listen (GstIceCarrierStream *self, GSocket *socket);
GSocket *gst_ice_carrier_stream_get_listener (GstIceCarrierStream *self);
void gst_ice_carrier_stream_try_later (GstIceCarrierStream *self);

G_END_DECLS
