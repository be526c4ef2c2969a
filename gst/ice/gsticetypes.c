/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The GTypes of the public enumerations: one table of values each, with the
 * nicks that a launch line and webrtcbin's users know. */

#include "gsticetypes.h"

static GType
register_enum (gsize *once, const gchar *name, const GEnumValue *values)
{
  if (g_once_init_enter (once))
    g_once_init_leave (once, g_enum_register_static (name, values));
  return *once;
}

GType
gst_ice_role_get_type (void)
{
  static const GEnumValue values[] = {
    { GST_ICE_ROLE_AUTO, "icesink controls, a conflict is resolved", "auto" },
    { GST_ICE_ROLE_CONTROLLING, "This side nominates", "controlling" },
    { GST_ICE_ROLE_CONTROLLED, "The peer nominates", "controlled" },
    { 0, NULL, NULL },
  };
  static gsize type;

  return register_enum (&type, "GstIceRole", values);
}

GType
gst_ice_nomination_get_type (void)
{
  static const GEnumValue values[] = {
    { GST_ICE_NOMINATION_AUTO, "Regular; renomination when the peer offers it",
        "auto" },
    { GST_ICE_NOMINATION_REGULAR,
        "One nomination, after a valid pair was found", "regular" },
    { GST_ICE_NOMINATION_AGGRESSIVE, "Every check nominates (RFC 5245)",
        "aggressive" },
    { 0, NULL, NULL },
  };
  static gsize type;

  return register_enum (&type, "GstIceNomination", values);
}

GType
gst_ice_ip_family_get_type (void)
{
  static const GEnumValue values[] = {
    { GST_ICE_IP_FAMILY_ANY, "IPv4 and IPv6", "any" },
    { GST_ICE_IP_FAMILY_IPV4, "IPv4 only", "ipv4" },
    { GST_ICE_IP_FAMILY_IPV6, "IPv6 only", "ipv6" },
    { 0, NULL, NULL },
  };
  static gsize type;

  return register_enum (&type, "GstIceIpFamily", values);
}

GType
gst_ice_candidate_types_get_type (void)
{
  static const GFlagsValue values[] = {
    { GST_ICE_CANDIDATE_TYPE_HOST, "Addresses of this machine", "host" },
    { GST_ICE_CANDIDATE_TYPE_SRFLX, "Addresses that a STUN server saw",
        "srflx" },
    { GST_ICE_CANDIDATE_TYPE_PRFLX, "Addresses that a check discovered",
        "prflx" },
    { 0, NULL, NULL },
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_flags_register_static ("GstIceCandidateTypes", values));
  return type;
}

GType
gst_ice_on_failure_get_type (void)
{
  static const GEnumValue values[] = {
    { GST_ICE_ON_FAILURE_ERROR, "Post an ERROR with the verdict", "error" },
    { GST_ICE_ON_FAILURE_WAIT, "Post a WARNING, wait for the peer", "wait" },
    { GST_ICE_ON_FAILURE_EOS, "Post a WARNING; icesrc sends EOS", "eos" },
    { 0, NULL, NULL },
  };
  static gsize type;

  return register_enum (&type, "GstIceOnFailure", values);
}

GType
gst_ice_gathering_state_get_type (void)
{
  static const GEnumValue values[] = {
    { GST_ICE_GATHERING_STATE_NEW, "Not started", "new" },
    { GST_ICE_GATHERING_STATE_GATHERING, "Candidates are being collected",
        "gathering" },
    { GST_ICE_GATHERING_STATE_COMPLETE, "The last candidate has been signalled",
        "complete" },
    { 0, NULL, NULL },
  };
  static gsize type;

  return register_enum (&type, "GstIceGatheringState", values);
}

GType
gst_ice_connection_state_get_type (void)
{
  static const GEnumValue values[] = {
    { GST_ICE_CONNECTION_STATE_NEW, "No remote credentials or candidates yet",
        "new" },
    { GST_ICE_CONNECTION_STATE_CHECKING, "Pairs are being checked",
        "checking" },
    { GST_ICE_CONNECTION_STATE_CONNECTED, "Every component can send",
        "connected" },
    { GST_ICE_CONNECTION_STATE_COMPLETED,
        "Every component has its selected pair", "completed" },
    { GST_ICE_CONNECTION_STATE_FAILED, "No pair works, or consent expired",
        "failed" },
    { GST_ICE_CONNECTION_STATE_DISCONNECTED,
        "The peer does not answer at present", "disconnected" },
    { GST_ICE_CONNECTION_STATE_CLOSED, "The agent was closed", "closed" },
    { 0, NULL, NULL },
  };
  static gsize type;

  return register_enum (&type, "GstIceConnectionState", values);
}
