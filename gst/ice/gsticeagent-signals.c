/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The agent's signals and action signals, under webrtcbin's names where it has
 * them. All carry plain types. */

#include "gsticeagent-private.h"

guint gst_ice_agent_signals[N_SIGNALS];

/* One FALSE refuses; the handlers after it are not asked. */
static gboolean
accumulate_filter (GSignalInvocationHint *hint, GValue *total,
    const GValue *answer, gpointer data)
{
  (void) hint;
  (void) data;
  g_value_copy (answer, total);
  return g_value_get_boolean (answer);
}

static void
action_add_candidate (GstIceAgent *self, guint stream, const gchar *candidate)
{
  if (candidate != NULL)
    gst_ice_agent_add_candidate (self, stream, candidate);
}

static void
action_set_credentials (GstIceAgent *self, const gchar *ufrag, const gchar *pwd)
{
  if (ufrag != NULL && pwd != NULL)
    gst_ice_agent_set_remote_credentials (self, ufrag, pwd);
}

static gboolean
action_set_description (GstIceAgent *self, const gchar *sdpfrag)
{
  return sdpfrag != NULL &&
      gst_ice_agent_set_remote_description (self, sdpfrag);
}

static gboolean
action_add_server (GstIceAgent *self, const gchar *uri)
{
  return uri != NULL && gst_ice_agent_add_server (self, uri);
}

static gchar *
action_get_graph (GstIceAgent *self, const gchar *format)
{
  return format != NULL ? gst_ice_agent_get_graph (self, format) : NULL;
}

static void
install_emitted (GType type)
{
  const GSignalFlags flags = G_SIGNAL_RUN_LAST;

  /**
   * GstIceAgent::on-ice-candidate:
   * @agent: the agent
   * @stream: the m-line index
   * @candidate: "candidate:…" without "a="; "" is end-of-candidates
   *
   * A candidate for the peer, from the agent's context.
   *
   * Since: 0.1
   */
  gst_ice_agent_signals[SIGNAL_ON_ICE_CANDIDATE] =
      g_signal_new ("on-ice-candidate", type, flags, 0, NULL, NULL, NULL,
          G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_STRING);
  /**
   * GstIceAgent::on-local-description:
   * @agent: the agent
   * @sdpfrag: RFC 8840 fragment with credentials and candidates so far
   *
   * Local credentials exist, or have changed: a restart, which the peer must
   * hear of.
   *
   * Since: 0.1
   */
  gst_ice_agent_signals[SIGNAL_ON_LOCAL_DESCRIPTION] =
      g_signal_new ("on-local-description", type, flags, 0, NULL, NULL, NULL,
          G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * GstIceAgent::on-selected-pair:
   * @agent: the agent
   * @pair: stream, component, local-type, local-address, local-port, remote-…,
   *   protocol, rtt in ms
   *
   * Media of a component takes another path.
   *
   * Since: 0.1
   */
  gst_ice_agent_signals[SIGNAL_ON_SELECTED_PAIR] =
      g_signal_new ("on-selected-pair", type, flags, 0, NULL, NULL, NULL,
          G_TYPE_NONE, 1, GST_TYPE_STRUCTURE);
  /**
   * GstIceAgent::on-server-error:
   * @agent: the agent
   * @error: url, code, text, local-address
   *
   * A server gave no address to one of ours. Gathering goes on.
   *
   * Since: 0.1
   */
  gst_ice_agent_signals[SIGNAL_ON_SERVER_ERROR] =
      g_signal_new ("on-server-error", type, flags, 0, NULL, NULL, NULL,
          G_TYPE_NONE, 1, GST_TYPE_STRUCTURE);
  /**
   * GstIceAgent::filter-candidate:
   * @agent: the agent
   * @candidate: stream, component, type, protocol, address, port, priority,
   *   foundation, remote
   *
   * May this candidate be used? Asked for local, remote and peer-reflexive ones,
   * when a handler was connected before gathering.
   *
   * Returns: %FALSE to refuse it
   *
   * Since: 0.1
   */
  gst_ice_agent_signals[SIGNAL_FILTER_CANDIDATE] =
      g_signal_new ("filter-candidate", type, flags, 0, accumulate_filter, NULL,
          NULL, G_TYPE_BOOLEAN, 1, GST_TYPE_STRUCTURE);
  /**
   * GstIceAgent::network-changed:
   * @agent: the agent
   *
   * Addresses, links or routes of this machine changed.
   *
   * Since: 0.1
   */
  gst_ice_agent_signals[SIGNAL_NETWORK_CHANGED] =
      g_signal_new ("network-changed", type, flags, 0, NULL, NULL, NULL,
          G_TYPE_NONE, 0);
  /**
   * GstIceAgent::peer-bye:
   * @agent: the agent
   * @reason: "eos", "closed", or the peer's own word
   *
   * The peer said through the carrier that it leaves.
   *
   * Since: 0.1
   */
  gst_ice_agent_signals[SIGNAL_PEER_BYE] = g_signal_new ("peer-bye", type,
      flags, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * GstIceAgent::failed:
   * @agent: the agent
   * @failure: cause, text, debug
   *
   * There is no way to the peer any more, whatever #GstIceAgent:on-failure says
   * is to be done about it.
   *
   * Since: 0.1
   */
  gst_ice_agent_signals[SIGNAL_FAILED] = g_signal_new ("failed", type, flags, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 1, GST_TYPE_STRUCTURE);
}

static void
install_peer_actions (GType type)
{
  const GSignalFlags flags = G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION;

  /**
   * GstIceAgent::add-ice-candidate:
   * @agent: the agent
   * @stream: the m-line index
   * @candidate: candidate line; "" is end-of-candidates
   *
   * See gst_ice_agent_add_candidate().
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("add-ice-candidate", type, flags,
      G_CALLBACK (action_add_candidate), NULL, NULL, NULL, G_TYPE_NONE, 2,
      G_TYPE_UINT, G_TYPE_STRING);
  /**
   * GstIceAgent::set-remote-credentials:
   * @agent: the agent
   * @ufrag: the peer's username fragment
   * @pwd: the peer's password
   *
   * See gst_ice_agent_set_remote_credentials().
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("set-remote-credentials", type, flags,
      G_CALLBACK (action_set_credentials), NULL, NULL, NULL, G_TYPE_NONE, 2,
      G_TYPE_STRING, G_TYPE_STRING);
  /**
   * GstIceAgent::set-remote-description:
   * @agent: the agent
   * @sdpfrag: RFC 8840 fragment or SDP
   *
   * See gst_ice_agent_set_remote_description().
   *
   * Returns: %FALSE when it was refused
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("set-remote-description", type, flags,
      G_CALLBACK (action_set_description), NULL, NULL, NULL, G_TYPE_BOOLEAN, 1,
      G_TYPE_STRING);
  /**
   * GstIceAgent::get-local-description:
   * @agent: the agent
   *
   * See gst_ice_agent_get_local_description().
   *
   * Returns: RFC 8840 fragment
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("get-local-description", type, flags,
      G_CALLBACK (gst_ice_agent_get_local_description), NULL, NULL, NULL,
      G_TYPE_STRING, 0);
}

static void
install_life_actions (GType type)
{
  const GSignalFlags flags = G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION;

  /**
   * GstIceAgent::add-ice-server:
   * @agent: the agent
   * @uri: a stun: URI
   *
   * See gst_ice_agent_add_server().
   *
   * Returns: %FALSE when the URI was refused
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("add-ice-server", type, flags,
      G_CALLBACK (action_add_server), NULL, NULL, NULL, G_TYPE_BOOLEAN, 1,
      G_TYPE_STRING);
  /**
   * GstIceAgent::gather-candidates:
   * @agent: the agent
   *
   * See gst_ice_agent_gather_candidates().
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("gather-candidates", type, flags,
      G_CALLBACK (gst_ice_agent_gather_candidates), NULL, NULL, NULL,
      G_TYPE_NONE, 0);
  /**
   * GstIceAgent::restart-ice:
   * @agent: the agent
   *
   * See gst_ice_agent_restart().
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("restart-ice", type, flags,
      G_CALLBACK (gst_ice_agent_restart), NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * GstIceAgent::close:
   * @agent: the agent
   *
   * See gst_ice_agent_close().
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("close", type, flags,
      G_CALLBACK (gst_ice_agent_close), NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * GstIceAgent::get-stats:
   * @agent: the agent
   *
   * See gst_ice_agent_get_stats().
   *
   * Returns: "application/x-ice-stats"
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("get-stats", type, flags,
      G_CALLBACK (gst_ice_agent_get_stats), NULL, NULL, NULL,
      GST_TYPE_STRUCTURE, 0);
  /**
   * GstIceAgent::get-graph:
   * @agent: the agent
   * @format: "dot", "svg" or "json"
   *
   * See gst_ice_agent_get_graph().
   *
   * Returns: (nullable): the text; %NULL for another format
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("get-graph", type, flags,
      G_CALLBACK (action_get_graph), NULL, NULL, NULL, G_TYPE_STRING, 1,
      G_TYPE_STRING);
}

void
gst_ice_agent_install_signals (GObjectClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  install_emitted (type);
  install_peer_actions (type);
  install_life_actions (type);
}
