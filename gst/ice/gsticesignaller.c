/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The interface between the agent and whatever carries descriptions and
 * candidates to the peer, and the table from a URI's scheme to the carriers
 * that we bring along. */

#include <gst/ice/gsticesignaller.h>

#include "carrier.h"

enum
{
  PEER_JOINED,
  PEER_LEFT,
  DESCRIPTION,
  CANDIDATE,
  BYE,
  FAILED,
  REFUSED,
  WAITING,
  LAST_SIGNAL,
};

static guint signals[LAST_SIGNAL];

G_DEFINE_INTERFACE (GstIceSignaller, gst_ice_signaller, G_TYPE_OBJECT)

static guint
add_signal (const gchar *name, guint n_params, GType first, GType second)
{
  return g_signal_new (name, GST_TYPE_ICE_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL,
      NULL, NULL, G_TYPE_NONE, n_params, first, second);
}

static void
gst_ice_signaller_default_init (GstIceSignallerInterface *iface)
{
  (void) iface;

  /**
   * GstIceSignaller::peer-joined:
   * @self: the signaller
   * @session: names this run of the peer
   *
   * A peer is there and reads what is sent from now on. What was sent before
   * is not kept: send the description and all candidates again.
   *
   * Since: 0.1
   */
  signals[PEER_JOINED] =
      add_signal ("peer-joined", 1, G_TYPE_STRING, G_TYPE_NONE);

  /**
   * GstIceSignaller::peer-left:
   * @self: the signaller
   *
   * The peer cannot be reached any more. It may come again.
   *
   * Since: 0.1
   */
  signals[PEER_LEFT] = add_signal ("peer-left", 0, G_TYPE_NONE, G_TYPE_NONE);

  /**
   * GstIceSignaller::description:
   * @self: the signaller
   * @sdpfrag: the peer's RFC 8840 fragment, unchecked
   *
   * Since: 0.1
   */
  signals[DESCRIPTION] =
      add_signal ("description", 1, G_TYPE_STRING, G_TYPE_NONE);

  /**
   * GstIceSignaller::candidate:
   * @self: the signaller
   * @stream: the m-line index
   * @candidate: the peer's candidate, unchecked; "" is end-of-candidates
   *
   * Since: 0.1
   */
  signals[CANDIDATE] = add_signal ("candidate", 2, G_TYPE_UINT, G_TYPE_STRING);

  /**
   * GstIceSignaller::bye:
   * @self: the signaller
   * @reason: why the peer leaves: "eos", "closed", or its own words
   *
   * Since: 0.1
   */
  signals[BYE] = add_signal ("bye", 1, G_TYPE_STRING, G_TYPE_NONE);

  /**
   * GstIceSignaller::failed:
   * @self: the signaller
   * @error: why
   *
   * It cannot work any more and will not try again.
   *
   * Since: 0.1
   */
  signals[FAILED] = add_signal ("failed", 1, G_TYPE_ERROR, G_TYPE_NONE);

  /**
   * GstIceSignaller::refused:
   * @self: the signaller
   * @what: what arrived and cannot be used, quoted, and why
   *
   * Since: 0.1
   */
  signals[REFUSED] = add_signal ("refused", 1, G_TYPE_STRING, G_TYPE_NONE);

  /**
   * GstIceSignaller::waiting:
   * @self: the signaller
   * @where: where nobody is yet, in words for a person
   *
   * Since: 0.1
   */
  signals[WAITING] = add_signal ("waiting", 1, G_TYPE_STRING, G_TYPE_NONE);
}

typedef struct
{
  const gchar *scheme;
  GstIceSignaller *(*make) (GUri *uri, GError **error);
} Carrier;

static const Carrier carriers[] = {
  { "unix", gst_ice_carrier_unix_new },
  { "tcp", gst_ice_carrier_tcp_new },
  { "tcp-listen", gst_ice_carrier_tcp_listen_new },
  { "file", gst_ice_carrier_file_new },
  { "fd", gst_ice_carrier_fd_new },
  { "stdio", gst_ice_carrier_fd_new },
};

#define ACCEPTED \
  "unix:///path, tcp://host:port, tcp-listen://:port, file:///directory, " \
  "fd:IN,OUT or stdio:"

/**
 * gst_ice_signaller_new_for_uri:
 * @uri: `unix:///path`, `tcp://host:port`, `tcp-listen://:port`,
 *   `file:///directory`, `fd:IN,OUT` or `stdio:`
 * @error: (nullable): return location for a #GError
 *
 * Makes a carrier. It does nothing before gst_ice_signaller_start().
 *
 * Returns: (transfer full) (nullable): the carrier, or %NULL with @error, which
 *   says what is accepted
 *
 * Since: 0.1
 */
GstIceSignaller *
gst_ice_signaller_new_for_uri (const gchar *uri, GError **error)
{
  g_autoptr (GUri) parsed = NULL;
  guint i;

  g_return_val_if_fail (uri != NULL, NULL);

  parsed = g_uri_parse (uri, G_URI_FLAGS_PARSE_RELAXED, NULL);
  for (i = 0; parsed != NULL && i < G_N_ELEMENTS (carriers); i++) {
    if (g_str_equal (g_uri_get_scheme (parsed), carriers[i].scheme))
      return carriers[i].make (parsed, error);
  }
  g_set_error (error, GST_URI_ERROR,
      parsed != NULL ? GST_URI_ERROR_UNSUPPORTED_PROTOCOL
                     : GST_URI_ERROR_BAD_URI,
      "“%s” is no carrier; one is " ACCEPTED, uri);
  return NULL;
}

/**
 * gst_ice_signaller_start:
 * @self: a signaller
 * @error: (nullable): return location for a #GError
 *
 * Begins on the thread-default main context. Does not wait for anything.
 *
 * Returns: %FALSE with @error when it can never work
 *
 * Since: 0.1
 */
gboolean
gst_ice_signaller_start (GstIceSignaller *self, GError **error)
{
  g_return_val_if_fail (GST_IS_ICE_SIGNALLER (self), FALSE);
  return GST_ICE_SIGNALLER_GET_IFACE (self)->start (self, error);
}

/**
 * gst_ice_signaller_stop:
 * @self: a signaller
 *
 * Ends; no signal follows. Can be started again.
 *
 * Since: 0.1
 */
void
gst_ice_signaller_stop (GstIceSignaller *self)
{
  g_return_if_fail (GST_IS_ICE_SIGNALLER (self));
  GST_ICE_SIGNALLER_GET_IFACE (self)->stop (self);
}

/**
 * gst_ice_signaller_send_description:
 * @self: a signaller
 * @sdpfrag: our RFC 8840 fragment
 *
 * Hands our description to the peer. Does nothing when no peer has joined.
 *
 * Since: 0.1
 */
void
gst_ice_signaller_send_description (GstIceSignaller *self, const gchar *sdpfrag)
{
  g_return_if_fail (GST_IS_ICE_SIGNALLER (self));
  g_return_if_fail (sdpfrag != NULL);
  GST_ICE_SIGNALLER_GET_IFACE (self)->send_description (self, sdpfrag);
}

/**
 * gst_ice_signaller_send_candidate:
 * @self: a signaller
 * @stream: the m-line index
 * @candidate: RFC 8839 text without `a=`; "" is end-of-candidates
 *
 * Hands one candidate to the peer. Does nothing when no peer has joined.
 *
 * Since: 0.1
 */
void
gst_ice_signaller_send_candidate (GstIceSignaller *self, guint stream,
    const gchar *candidate)
{
  g_return_if_fail (GST_IS_ICE_SIGNALLER (self));
  g_return_if_fail (candidate != NULL);
  GST_ICE_SIGNALLER_GET_IFACE (self)->send_candidate (self, stream, candidate);
}

/**
 * gst_ice_signaller_send_bye:
 * @self: a signaller
 * @reason: "eos", "closed", or words of your own
 *
 * Tells the peer that we leave. Does nothing when no peer has joined.
 *
 * Since: 0.1
 */
void
gst_ice_signaller_send_bye (GstIceSignaller *self, const gchar *reason)
{
  g_return_if_fail (GST_IS_ICE_SIGNALLER (self));
  g_return_if_fail (reason != NULL);
  GST_ICE_SIGNALLER_GET_IFACE (self)->send_bye (self, reason);
}

/**
 * gst_ice_signaller_peer_joined:
 * @self: a signaller
 * @session: names this run of the peer
 *
 * For implementations: emits #GstIceSignaller::peer-joined.
 *
 * Since: 0.1
 */
void
gst_ice_signaller_peer_joined (GstIceSignaller *self, const gchar *session)
{
  g_return_if_fail (GST_IS_ICE_SIGNALLER (self));
  g_signal_emit (self, signals[PEER_JOINED], 0, session);
}

/**
 * gst_ice_signaller_peer_left:
 * @self: a signaller
 *
 * For implementations: emits #GstIceSignaller::peer-left.
 *
 * Since: 0.1
 */
void
gst_ice_signaller_peer_left (GstIceSignaller *self)
{
  g_return_if_fail (GST_IS_ICE_SIGNALLER (self));
  g_signal_emit (self, signals[PEER_LEFT], 0);
}

/**
 * gst_ice_signaller_description:
 * @self: a signaller
 * @sdpfrag: the peer's fragment
 *
 * For implementations: emits #GstIceSignaller::description.
 *
 * Since: 0.1
 */
void
gst_ice_signaller_description (GstIceSignaller *self, const gchar *sdpfrag)
{
  g_return_if_fail (GST_IS_ICE_SIGNALLER (self));
  g_signal_emit (self, signals[DESCRIPTION], 0, sdpfrag);
}

/**
 * gst_ice_signaller_candidate:
 * @self: a signaller
 * @stream: the m-line index
 * @candidate: the peer's candidate; "" is end-of-candidates
 *
 * For implementations: emits #GstIceSignaller::candidate.
 *
 * Since: 0.1
 */
void
gst_ice_signaller_candidate (GstIceSignaller *self, guint stream,
    const gchar *candidate)
{
  g_return_if_fail (GST_IS_ICE_SIGNALLER (self));
  g_signal_emit (self, signals[CANDIDATE], 0, stream, candidate);
}

/**
 * gst_ice_signaller_bye:
 * @self: a signaller
 * @reason: why the peer leaves
 *
 * For implementations: emits #GstIceSignaller::bye.
 *
 * Since: 0.1
 */
void
gst_ice_signaller_bye (GstIceSignaller *self, const gchar *reason)
{
  g_return_if_fail (GST_IS_ICE_SIGNALLER (self));
  g_signal_emit (self, signals[BYE], 0, reason);
}

/**
 * gst_ice_signaller_failed:
 * @self: a signaller
 * @error: why it cannot work any more
 *
 * For implementations: emits #GstIceSignaller::failed.
 *
 * Since: 0.1
 */
void
gst_ice_signaller_failed (GstIceSignaller *self, const GError *error)
{
  g_return_if_fail (GST_IS_ICE_SIGNALLER (self));
  g_return_if_fail (error != NULL);
  g_signal_emit (self, signals[FAILED], 0, error);
}

/**
 * gst_ice_signaller_refused:
 * @self: a signaller
 * @what: what arrived and cannot be used
 *
 * For implementations: emits #GstIceSignaller::refused.
 *
 * Since: 0.1
 */
void
gst_ice_signaller_refused (GstIceSignaller *self, const gchar *what)
{
  g_return_if_fail (GST_IS_ICE_SIGNALLER (self));
  g_signal_emit (self, signals[REFUSED], 0, what);
}

/**
 * gst_ice_signaller_waiting:
 * @self: a signaller
 * @where: where nobody is yet
 *
 * For implementations: emits #GstIceSignaller::waiting.
 *
 * Since: 0.1
 */
void
gst_ice_signaller_waiting (GstIceSignaller *self, const gchar *where)
{
  g_return_if_fail (GST_IS_ICE_SIGNALLER (self));
  g_signal_emit (self, signals[WAITING], 0, where);
}
