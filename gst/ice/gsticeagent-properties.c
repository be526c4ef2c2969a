/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of the agent's properties. Their values are in gsticeagent-values.c. */

#include "gsticeagent-private.h"

#include "gsticeagent-values.h"

static GParamSpec *specs[N_PROPS];

void
gst_ice_agent_notify (GstIceAgent *self, const gchar *name)
{
  g_object_notify (G_OBJECT (self), name);
}

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_CONSTRUCT)

static void
install_settings (void)
{
  /**
   * GstIceAgent:stun-server:
   *
   * stun://host:port or stun:host:port; there is no default server.
   *
   * Since: 0.1
   */
  specs[PROP_STUN_SERVER] = g_param_spec_string ("stun-server", "STUN server",
      "stun://host:port or stun:host:port; there is no default server", NULL,
      FLAGS);
  /**
   * GstIceAgent:ice-servers:
   *
   * Comma list of stun: URIs; @/path reads a file of them.
   *
   * Since: 0.1
   */
  specs[PROP_ICE_SERVERS] = g_param_spec_string ("ice-servers", "ICE servers",
      "Comma list of stun: URIs; @/path reads a file of them", NULL, FLAGS);
  /**
   * GstIceAgent:candidate-types:
   *
   * Types of candidates that are gathered and used.
   *
   * Since: 0.1
   */
  specs[PROP_CANDIDATE_TYPES] = g_param_spec_flags ("candidate-types",
      "Candidate types", "Types of candidates that are gathered and used",
      GST_TYPE_ICE_CANDIDATE_TYPES,
      GST_ICE_CANDIDATE_TYPE_HOST | GST_ICE_CANDIDATE_TYPE_SRFLX |
          GST_ICE_CANDIDATE_TYPE_PRFLX,
      FLAGS);
  /**
   * GstIceAgent:ip-family:
   *
   * Families of local addresses that are used.
   *
   * Since: 0.1
   */
  specs[PROP_IP_FAMILY] = g_param_spec_enum ("ip-family", "IP family",
      "Families of local addresses that are used", GST_TYPE_ICE_IP_FAMILY,
      GST_ICE_IP_FAMILY_ANY, FLAGS);
  /**
   * GstIceAgent:interfaces:
   *
   * Ordered globs of interface names, such as eth0,usb*,!docker*; NULL: all.
   *
   * Since: 0.1
   */
  specs[PROP_INTERFACES] = g_param_spec_string ("interfaces", "Interfaces",
      "Ordered globs of interface names, such as eth0,usb*,!docker*; NULL: all",
      NULL, FLAGS);
  /**
   * GstIceAgent:bind-address:
   *
   * The only local address to use; NULL: all.
   *
   * Since: 0.1
   */
  specs[PROP_BIND_ADDRESS] = g_param_spec_string ("bind-address",
      "Bind address", "The only local address to use; NULL: all", NULL, FLAGS);
  /**
   * GstIceAgent:port-range:
   *
   * Local ports to use, such as 50000-50100 or one port; NULL: any.
   *
   * Since: 0.1
   */
  specs[PROP_PORT_RANGE] = g_param_spec_string ("port-range", "Port range",
      "Local ports to use, such as 50000-50100 or one port; NULL: any", NULL,
      FLAGS);
  /**
   * GstIceAgent:external-address:
   *
   * Public address of a 1:1 NAT, or private=public pairs, comma-separated.
   *
   * Since: 0.1
   */
  specs[PROP_EXTERNAL_ADDRESS] = g_param_spec_string ("external-address",
      "External address",
      "Public address of a 1:1 NAT, or private=public pairs, comma-separated",
      NULL, FLAGS);
  /**
   * GstIceAgent:ice-role:
   *
   * Who nominates; auto: icesink does.
   *
   * Since: 0.1
   */
  specs[PROP_ICE_ROLE] = g_param_spec_enum ("ice-role", "ICE role",
      "Who nominates; auto: icesink does", GST_TYPE_ICE_ROLE, GST_ICE_ROLE_AUTO,
      FLAGS);
  /**
   * GstIceAgent:nomination:
   *
   * How the controlling side nominates.
   *
   * Since: 0.1
   */
  specs[PROP_NOMINATION] = g_param_spec_enum ("nomination", "Nomination",
      "How the controlling side nominates", GST_TYPE_ICE_NOMINATION,
      GST_ICE_NOMINATION_AUTO, FLAGS);
  /**
   * GstIceAgent:ice-lite:
   *
   * Be a lite agent: answer checks, send none (RFC 8445 §2.5).
   *
   * Since: 0.1
   */
  specs[PROP_ICE_LITE] = g_param_spec_boolean ("ice-lite", "ICE lite",
      "Be a lite agent: answer checks, send none (RFC 8445 §2.5)", FALSE,
      FLAGS);
  /**
   * GstIceAgent:ta:
   *
   * Pacing of checks in ms; other values than 50 are proposed to the peer.
   *
   * Since: 0.1
   */
  specs[PROP_TA] = g_param_spec_uint ("ta", "Ta",
      "Pacing of checks in ms; other values than 50 are proposed to the peer",
      5, 60000, 50, FLAGS);
  /**
   * GstIceAgent:gather-timeout:
   *
   * Servers that have not answered after this many ms are given up.
   *
   * Since: 0.1
   */
  specs[PROP_GATHER_TIMEOUT] =
      g_param_spec_uint ("gather-timeout", "Gather timeout",
          "Servers that have not answered after this many ms are given up", 1,
          G_MAXUINT, 5000, FLAGS);
  /**
   * GstIceAgent:connect-timeout:
   *
   * Time in ms for a first connection before the verdict.
   *
   * Since: 0.1
   */
  specs[PROP_CONNECT_TIMEOUT] = g_param_spec_uint ("connect-timeout",
      "Connect timeout", "Time in ms for a first connection before the verdict",
      1, G_MAXUINT, 30000, FLAGS);
  /**
   * GstIceAgent:consent-timeout:
   *
   * Without an answer for this many ms nothing is sent any more (RFC 7675).
   *
   * Since: 0.1
   */
  specs[PROP_CONSENT_TIMEOUT] = g_param_spec_uint ("consent-timeout",
      "Consent timeout",
      "Without an answer for this many ms nothing is sent any more (RFC 7675)",
      1, 30000, 30000, FLAGS);
  /**
   * GstIceAgent:disconnect-timeout:
   *
   * Without an answer for this many ms the state is disconnected.
   *
   * Since: 0.1
   */
  specs[PROP_DISCONNECT_TIMEOUT] =
      g_param_spec_uint ("disconnect-timeout", "Disconnect timeout",
          "Without an answer for this many ms the state is disconnected", 1,
          G_MAXUINT, 5000, FLAGS);
  /**
   * GstIceAgent:auto-restart:
   *
   * Restart ICE by itself on disconnect, when the peer can be told.
   *
   * Since: 0.1
   */
  specs[PROP_AUTO_RESTART] =
      g_param_spec_boolean ("auto-restart", "Auto restart",
          "Restart ICE by itself on disconnect, when the peer can be told",
          TRUE, FLAGS);
  /**
   * GstIceAgent:on-failure:
   *
   * What to do when there is no way to the peer.
   *
   * Since: 0.1
   */
  specs[PROP_ON_FAILURE] = g_param_spec_enum ("on-failure", "On failure",
      "What to do when there is no way to the peer", GST_TYPE_ICE_ON_FAILURE,
      GST_ICE_ON_FAILURE_ERROR, FLAGS);
  /**
   * GstIceAgent:local-ufrag:
   *
   * Our username fragment; random by default, new for each run.
   *
   * Since: 0.1
   */
  specs[PROP_LOCAL_UFRAG] = g_param_spec_string ("local-ufrag", "Local ufrag",
      "Our username fragment; random by default, new for each run", NULL,
      FLAGS);
  /**
   * GstIceAgent:local-pwd:
   *
   * Our password; random by default, new for each run.
   *
   * Since: 0.1
   */
  specs[PROP_LOCAL_PWD] = g_param_spec_string ("local-pwd", "Local password",
      "Our password; random by default, new for each run", NULL, FLAGS);
  /**
   * GstIceAgent:remote-ufrag:
   *
   * The peer's username fragment; takes effect with remote-pwd.
   *
   * Since: 0.1
   */
  specs[PROP_REMOTE_UFRAG] =
      g_param_spec_string ("remote-ufrag", "Remote ufrag",
          "The peer's username fragment; takes effect with remote-pwd", NULL,
          FLAGS);
  /**
   * GstIceAgent:remote-pwd:
   *
   * The peer's password; reads as *** when set.
   *
   * Since: 0.1
   */
  specs[PROP_REMOTE_PWD] = g_param_spec_string ("remote-pwd", "Remote password",
      "The peer's password; reads as *** when set", NULL, FLAGS);
  /**
   * GstIceAgent:signalling:
   *
   * Carrier URI: unix:///path, tcp://host:port, tcp-listen://:port, file:///dir/room, fd:3,4, stdio:.
   *
   * Since: 0.1
   */
  specs[PROP_SIGNALLING] = g_param_spec_string ("signalling", "Signalling",
      "Carrier URI: unix:///path, tcp://host:port, tcp-listen://:port, "
      "file:///dir/room, fd:3,4, stdio:",
      NULL, FLAGS);
  /**
   * GstIceAgent:stats-update-interval:
   *
   * Notify stats each so many ms; 0: never.
   *
   * Since: 0.1
   */
  specs[PROP_STATS_UPDATE_INTERVAL] =
      g_param_spec_uint ("stats-update-interval", "Stats update interval",
          "Notify stats each so many ms; 0: never", 0, G_MAXUINT, 0, FLAGS);
}

static void
install_others (void)
{
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags both = read | G_PARAM_WRITABLE;

  /**
   * GstIceAgent:signaller:
   *
   * An application's own carrier; goes before signalling.
   *
   * Since: 0.1
   */
  specs[PROP_SIGNALLER] = g_param_spec_object ("signaller", "Signaller",
      "An application's own carrier; goes before signalling",
      GST_TYPE_ICE_SIGNALLER, both);
  /**
   * GstIceAgent:main-context:
   *
   * Where the agent runs; NULL: the shared thread "gst-ice".
   *
   * Since: 0.1
   */
  specs[PROP_MAIN_CONTEXT] = g_param_spec_boxed ("main-context", "Main context",
      "Where the agent runs; NULL: the shared thread \"gst-ice\"",
      G_TYPE_MAIN_CONTEXT, both | G_PARAM_CONSTRUCT_ONLY);
  /**
   * GstIceAgent:remote-description:
   *
   * RFC 8840 fragment of the peer; reads back without passwords.
   *
   * Since: 0.1
   */
  specs[PROP_REMOTE_DESCRIPTION] =
      g_param_spec_string ("remote-description", "Remote description",
          "RFC 8840 fragment of the peer; reads back without passwords", NULL,
          both);
  /**
   * GstIceAgent:local-description:
   *
   * RFC 8840 fragment: credentials and candidates so far.
   *
   * Since: 0.1
   */
  specs[PROP_LOCAL_DESCRIPTION] =
      g_param_spec_string ("local-description", "Local description",
          "RFC 8840 fragment: credentials and candidates so far", NULL, read);
  /**
   * GstIceAgent:ice-gathering-state:
   *
   * How far gathering is.
   *
   * Since: 0.1
   */
  specs[PROP_ICE_GATHERING_STATE] = g_param_spec_enum ("ice-gathering-state",
      "Gathering state", "How far gathering is", GST_TYPE_ICE_GATHERING_STATE,
      GST_ICE_GATHERING_STATE_NEW, read);
  /**
   * GstIceAgent:ice-connection-state:
   *
   * How far the connection is.
   *
   * Since: 0.1
   */
  specs[PROP_ICE_CONNECTION_STATE] = g_param_spec_enum ("ice-connection-state",
      "Connection state", "How far the connection is",
      GST_TYPE_ICE_CONNECTION_STATE, GST_ICE_CONNECTION_STATE_NEW, read);
  /**
   * GstIceAgent:ice-role-current:
   *
   * The role in force; conflicts change it.
   *
   * Since: 0.1
   */
  specs[PROP_ICE_ROLE_CURRENT] = g_param_spec_enum ("ice-role-current",
      "Current role", "The role in force; conflicts change it",
      GST_TYPE_ICE_ROLE, GST_ICE_ROLE_CONTROLLING, read);
  /**
   * GstIceAgent:selected-pair:
   *
   * Path of the first component that has one.
   *
   * Since: 0.1
   */
  specs[PROP_SELECTED_PAIR] =
      g_param_spec_boxed ("selected-pair", "Selected pair",
          "Path of the first component that has one", GST_TYPE_STRUCTURE, read);
  /**
   * GstIceAgent:stats:
   *
   * application/x-ice-stats; see gst_ice_agent_get_stats().
   *
   * Since: 0.1
   */
  specs[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "application/x-ice-stats; see gst_ice_agent_get_stats()",
      GST_TYPE_STRUCTURE, read);
}

void
gst_ice_agent_install_properties (GObjectClass *klass)
{
  klass->set_property = gst_ice_agent_set_property;
  klass->get_property = gst_ice_agent_get_property;
  install_settings ();
  install_others ();
  g_object_class_install_properties (klass, N_PROPS, specs);
}
