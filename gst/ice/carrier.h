/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What all carriers that we bring along have in common: the conversation of
 * docs/signalling.md. How its lines get to the other process is a subclass's
 * matter. Lives on the thread-default context of start(), has no lock. */

#include <gst/ice/gsticesignaller.h>

G_BEGIN_DECLS

#define GST_TYPE_ICE_CARRIER (gst_ice_carrier_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstIceCarrier, gst_ice_carrier, GST, ICE_CARRIER,
    GObject)

/**
 * GstIceCarrierClass:
 * @open: begin; FALSE when it can never work
 * @close: release everything at once; what was written may still leave
 * @write: one line with its end, to the peer that said hello
 * @begin: a hello, the first line that a peer must read
 * @addressed: a line may be read by a process that it was not meant for, so
 *   the peer has joined only when its hello answers ours
 */
struct _GstIceCarrierClass
{
  GObjectClass parent_class;

  gboolean (*open) (GstIceCarrier *self, GError **error);
  void (*close) (GstIceCarrier *self);
  void (*write) (GstIceCarrier *self, const gchar *line);
  void (*begin) (GstIceCarrier *self, const gchar *hello);
  gboolean addressed;
};

/* For the subclasses. All may end in a stop() by whoever hears the signal, so
 * that the caller looks at its own state again afterwards. */

/* There is a way to somebody now: says hello. */
void gst_ice_carrier_connected (GstIceCarrier *self);
void gst_ice_carrier_disconnected (GstIceCarrier *self);
void
gst_ice_carrier_receive (GstIceCarrier *self, const gchar *line, gsize length);
/* The beginning of a line that was not kept. */
void gst_ice_carrier_receive_too_long (GstIceCarrier *self, const gchar *line,
    gsize length);
/* Said once until something else is to be said. */
void gst_ice_carrier_wait (GstIceCarrier *self, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);
void gst_ice_carrier_fail (GstIceCarrier *self, const GError *error);

/* Others write to it as well: what cannot be ours is not worth a word. */
void gst_ice_carrier_expect_noise (GstIceCarrier *self);
gboolean gst_ice_carrier_has_peer (GstIceCarrier *self);
/* A new session, as if this end had been started again. */
void gst_ice_carrier_renew (GstIceCarrier *self);

GMainContext *gst_ice_carrier_get_context (GstIceCarrier *self);
/* (transfer full): a one-shot that is destroyed, not only dropped, by
 * gst_ice_carrier_cancel. */
GSource *gst_ice_carrier_after (GstIceCarrier *self, guint milliseconds,
    GSourceFunc function);
void gst_ice_carrier_cancel (GSource **source);

/* The kinds, for gst_ice_signaller_new_for_uri. The URI's scheme is known. */
GstIceSignaller *gst_ice_carrier_unix_new (GUri *uri, GError **error);
GstIceSignaller *gst_ice_carrier_tcp_new (GUri *uri, GError **error);
GstIceSignaller *gst_ice_carrier_tcp_listen_new (GUri *uri, GError **error);
GstIceSignaller *gst_ice_carrier_file_new (GUri *uri, GError **error);
GstIceSignaller *gst_ice_carrier_fd_new (GUri *uri, GError **error);

G_END_DECLS
