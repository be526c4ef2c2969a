/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setters store whatever they are given, since a launch line sets properties one
 * by one and in any order; the whole is judged when the agent starts. */

#include "gsticeagent-settings.h"

#include <string.h>

#include "gsticequote.h"
#include "gsticeserver.h"
#include "gsticesignaller.h"
#include "../icecore/ice/sdp.h"

#define PORT_RANGE_ACCEPTED \
  "accepted: one port (\"50000\") or a range (\"50000-50100\") within " \
  "1..65535"
#define LOCAL_UFRAG_ACCEPTED "accepted: 4 to 32 of A-Z a-z 0-9 + /"
#define UFRAG_ACCEPTED "accepted: 4 to 256 of A-Z a-z 0-9 + /"
#define PWD_ACCEPTED "accepted: 22 to 256 of A-Z a-z 0-9 + /"

void
gst_ice_settings_clear (GstIceSettings *settings)
{
  g_free (settings->stun_server);
  g_free (settings->ice_servers);
  g_free (settings->interfaces);
  g_free (settings->bind_address);
  g_free (settings->port_range);
  g_free (settings->external_address);
  g_free (settings->local_ufrag);
  g_free (settings->local_pwd);
  g_free (settings->remote_ufrag);
  g_free (settings->remote_pwd);
  g_free (settings->signalling);
  *settings = (GstIceSettings){ 0 };
}

static gboolean
refuse (GError **error, const gchar *property, const gchar *value,
    const gchar *accepted)
{
  g_autofree gchar *quoted = gst_ice_quote (value);

  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "%s=\"%s\": %s", property, quoted, accepted);
  return FALSE;
}

static gboolean
parse_port_range (const gchar *text, guint16 *out_min, guint16 *out_max)
{
  g_auto (GStrv) parts = g_strsplit (text, "-", 3);
  guint64 min;
  guint64 max;

  if (parts[0] == NULL || (parts[1] != NULL && parts[2] != NULL))
    return FALSE;
  if (!g_ascii_string_to_unsigned (parts[0], 10, 1, G_MAXUINT16, &min, NULL))
    return FALSE;
  max = min;
  if (parts[1] != NULL &&
      !g_ascii_string_to_unsigned (parts[1], 10, min, G_MAXUINT16, &max, NULL))
    return FALSE;
  *out_min = (guint16) min;
  *out_max = (guint16) max;
  return TRUE;
}

static gboolean
check_bind_address (const GstIceSettings *settings, GError **error)
{
  NetAddr addr;

  if (settings->bind_address == NULL)
    return TRUE;
  if (!net_addr_parse (settings->bind_address, &addr) ||
      net_addr_is_multicast (addr) || net_addr_is_any (addr))
    return refuse (error, "bind-address", settings->bind_address,
        "accepted: one IPv4 or IPv6 address of this machine");
  if ((settings->ip_family == GST_ICE_IP_FAMILY_IPV4 &&
          addr.family != NET_FAMILY_IPV4) ||
      (settings->ip_family == GST_ICE_IP_FAMILY_IPV6 &&
          addr.family != NET_FAMILY_IPV6))
    return refuse (error, "bind-address", settings->bind_address,
        "accepted: an address of the family that ip-family asks for");
  return TRUE;
}

static gboolean
check_local (const GstIceSettings *settings, GError **error)
{
  const gchar *why;
  guint16 min;
  guint16 max;

  why = settings->interfaces != NULL
      ? ice_iface_check_globs (settings->interfaces)
      : NULL;
  if (why != NULL)
    return refuse (error, "interfaces", settings->interfaces, why);
  if (!check_bind_address (settings, error))
    return FALSE;
  if (settings->port_range != NULL &&
      !parse_port_range (settings->port_range, &min, &max))
    return refuse (error, "port-range", settings->port_range,
        PORT_RANGE_ACCEPTED);
  why = ice_config_check_external (settings->external_address);
  if (why != NULL)
    return refuse (error, "external-address", settings->external_address, why);
  return TRUE;
}

static gboolean
check_text (GError **error, const gchar *property, const gchar *value,
    bool (*is_good) (const char *, bool), const gchar *accepted)
{
  /* Passwords are not quoted: messages are logged and pasted. */
  const gchar *shown = g_str_has_suffix (property, "pwd") ? "***" : value;

  if (value == NULL || is_good (value, g_str_has_prefix (property, "remote")))
    return TRUE;
  return refuse (error, property, shown, accepted);
}

/* RFC 8839 §5.4 [SDP-5.4-2]: longer ones are taken, but not sent. */
static bool
is_local_ufrag (const char *text, bool lenient)
{
  return strlen (text) <= 32 && ice_sdp_is_ufrag (text, lenient);
}

static gboolean
check_credentials (const GstIceSettings *settings, GError **error)
{
  return check_text (error, "local-ufrag", settings->local_ufrag,
             is_local_ufrag, LOCAL_UFRAG_ACCEPTED) &&
      check_text (error, "local-pwd", settings->local_pwd, ice_sdp_is_pwd,
          PWD_ACCEPTED) &&
      check_text (error, "remote-ufrag", settings->remote_ufrag,
          ice_sdp_is_ufrag, UFRAG_ACCEPTED) &&
      check_text (error, "remote-pwd", settings->remote_pwd, ice_sdp_is_pwd,
          PWD_ACCEPTED);
}

static gboolean
add_servers (GPtrArray *servers, const gchar *property, const gchar *value,
    GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GPtrArray) more = NULL;

  if (value == NULL || *value == '\0')
    return TRUE;
  more = gst_ice_server_parse_list (value, &reason);
  if (more == NULL)
    return refuse (error, property, value, reason->message);
  g_ptr_array_extend_and_steal (servers, g_steal_pointer (&more));
  return TRUE;
}

GPtrArray *
gst_ice_settings_servers (const GstIceSettings *settings, GError **error)
{
  g_autoptr (GPtrArray) servers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_ice_server_free);

  if (!add_servers (servers, "stun-server", settings->stun_server, error))
    return NULL;
  if (!add_servers (servers, "ice-servers", settings->ice_servers, error))
    return NULL;
  return g_steal_pointer (&servers);
}

static gboolean
check_servers (const GstIceSettings *settings, GError **error)
{
  g_autoptr (GPtrArray) servers = gst_ice_settings_servers (settings, error);

  return servers != NULL;
}

static gboolean
check_signalling (const GstIceSettings *settings, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GstIceSignaller) signaller = NULL;

  if (settings->signalling == NULL)
    return TRUE;
  signaller = gst_ice_signaller_new_for_uri (settings->signalling, &reason);
  if (signaller == NULL)
    return refuse (error, "signalling", settings->signalling, reason->message);
  return TRUE;
}

gboolean
gst_ice_settings_check (const GstIceSettings *settings, GError **error)
{
  return check_local (settings, error) && check_credentials (settings, error) &&
      check_servers (settings, error) && check_signalling (settings, error);
}

static unsigned
allowed_types (guint types)
{
  unsigned allow = 0;

  if (types & GST_ICE_CANDIDATE_TYPE_HOST)
    allow |= ICE_ALLOW_HOST;
  if (types & GST_ICE_CANDIDATE_TYPE_SRFLX)
    allow |= ICE_ALLOW_SRFLX;
  if (types & GST_ICE_CANDIDATE_TYPE_PRFLX)
    allow |= ICE_ALLOW_PRFLX;
  return allow;
}

static IceRole
role_for (gint wanted, IceRole auto_role)
{
  switch ((GstIceRole) wanted) {
    case GST_ICE_ROLE_CONTROLLING:
      return ICE_CONTROLLING;
    case GST_ICE_ROLE_CONTROLLED:
      return ICE_CONTROLLED;
    case GST_ICE_ROLE_AUTO:
      break;
  }
  return auto_role;
}

static IceNomination
nomination_for (gint wanted)
{
  switch ((GstIceNomination) wanted) {
    case GST_ICE_NOMINATION_REGULAR:
      return ICE_NOMINATION_REGULAR;
    case GST_ICE_NOMINATION_AGGRESSIVE:
      return ICE_NOMINATION_AGGRESSIVE;
    case GST_ICE_NOMINATION_AUTO:
      break;
  }
  return ICE_NOMINATION_AUTO;
}

static IceIpFamily
family_for (gint wanted)
{
  switch ((GstIceIpFamily) wanted) {
    case GST_ICE_IP_FAMILY_IPV4:
      return ICE_IP_IPV4;
    case GST_ICE_IP_FAMILY_IPV6:
      return ICE_IP_IPV6;
    case GST_ICE_IP_FAMILY_ANY:
      break;
  }
  return ICE_IP_ANY;
}

void
gst_ice_settings_fill (const GstIceSettings *settings, IceRole auto_role,
    IceConfig *config)
{
  config->role = role_for (settings->ice_role, auto_role);
  config->nomination = nomination_for (settings->nomination);
  config->lite = settings->ice_lite;
  config->ta = settings->ta;
  config->allow = allowed_types (settings->candidate_types);
  config->gather_timeout = NET_MSEC (settings->gather_timeout);
  config->connect_timeout = NET_MSEC (settings->connect_timeout);
  config->consent_timeout = NET_MSEC (settings->consent_timeout);
  config->disconnect_timeout = NET_MSEC (settings->disconnect_timeout);
  config->ifaces.interfaces = settings->interfaces;
  config->ifaces.bind_address = settings->bind_address;
  config->ifaces.family = family_for (settings->ip_family);
  config->external_address = settings->external_address;
  if (settings->port_range != NULL)
    parse_port_range (settings->port_range, &config->port_min,
        &config->port_max);
}
