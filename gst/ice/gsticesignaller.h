/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/ice/gsticetypes.h>

G_BEGIN_DECLS

/**
 * GstIceSignaller:
 *
 * What carries descriptions and candidates between the two agents. The agent
 * makes one from its `signalling` URI, or takes an application's own through its
 * `signaller` property. All methods are called, and all signals must be emitted,
 * from the agent's main context; no lock is held.
 *
 * Since: 0.1
 */
#define GST_TYPE_ICE_SIGNALLER (gst_ice_signaller_get_type ())
GST_ICE_API
G_DECLARE_INTERFACE (GstIceSignaller, gst_ice_signaller, GST, ICE_SIGNALLER,
    GObject)

/**
 * GstIceSignallerInterface:
 * @start: begin; the thread-default main context is the agent's. FALSE with
 *   @error when the carrier cannot work at all (bad path, address in use).
 *   Reaching the peer happens later and is told by the signals.
 * @stop: end, release everything, emit no more signals. Bounded work, no wait.
 * @send_description: hand our RFC 8840 fragment to the peer; a fragment with new
 *   credentials is a restart
 * @send_candidate: hand one candidate over; "" is end-of-candidates
 * @send_bye: tell the peer why we leave ("eos", "closed")
 *
 * What is sent while no peer has joined is not kept: `peer-joined` asks for the
 * description and all candidates again.
 *
 * Signals of the interface:
 * - `peer-joined (string session)`: a peer is there and will read what is sent
 *   from now on; a different @session than last time is another run of the peer
 * - `peer-left ()`: it cannot be reached any more; it may come again
 * - `description (string sdpfrag)`, `candidate (uint stream, string candidate)`
 * - `bye (string reason)`
 * - `failed (GError)`: cannot work any more, for instance nobody listens
 * - `refused (string what)`: something arrived that cannot be used; quoted
 * - `waiting (string where)`: nobody there yet, in words for a person
 *
 * Since: 0.1
 */
struct _GstIceSignallerInterface
{
  GTypeInterface parent;

  gboolean (*start) (GstIceSignaller *self, GError **error);
  void (*stop) (GstIceSignaller *self);
  void (*send_description) (GstIceSignaller *self, const gchar *sdpfrag);
  void (*send_candidate) (GstIceSignaller *self, guint stream,
      const gchar *candidate);
  void (*send_bye) (GstIceSignaller *self, const gchar *reason);

  /*< private >*/
  gpointer padding[4];
};

GST_ICE_API
GstIceSignaller *
gst_ice_signaller_new_for_uri (const gchar *uri, GError **error);
GST_ICE_API
gboolean gst_ice_signaller_start (GstIceSignaller *self, GError **error);
GST_ICE_API
void gst_ice_signaller_stop (GstIceSignaller *self);
GST_ICE_API
void gst_ice_signaller_send_description (GstIceSignaller *self,
    const gchar *sdpfrag);
GST_ICE_API
void gst_ice_signaller_send_candidate (GstIceSignaller *self, guint stream,
    const gchar *candidate);
GST_ICE_API
void gst_ice_signaller_send_bye (GstIceSignaller *self, const gchar *reason);

/* For implementations: emit the interface's signals. */
GST_ICE_API
void
gst_ice_signaller_peer_joined (GstIceSignaller *self, const gchar *session);
GST_ICE_API
void gst_ice_signaller_peer_left (GstIceSignaller *self);
GST_ICE_API
void
gst_ice_signaller_description (GstIceSignaller *self, const gchar *sdpfrag);
GST_ICE_API
void gst_ice_signaller_candidate (GstIceSignaller *self, guint stream,
    const gchar *candidate);
GST_ICE_API
void gst_ice_signaller_bye (GstIceSignaller *self, const gchar *reason);
GST_ICE_API
void gst_ice_signaller_failed (GstIceSignaller *self, const GError *error);
GST_ICE_API
void gst_ice_signaller_refused (GstIceSignaller *self, const gchar *what);
GST_ICE_API
void gst_ice_signaller_waiting (GstIceSignaller *self, const gchar *where);

G_END_DECLS
