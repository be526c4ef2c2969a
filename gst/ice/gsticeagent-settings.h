/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the user wishes: the values behind the agent's properties, their
 * validity, and their translation for the session. */

#include "gsticetypes.h"
#include "../icecore/ice/config.h"

typedef struct
{
  gchar *stun_server;
  gchar *ice_servers;
  guint candidate_types;
  gint ip_family;
  gchar *interfaces;
  gchar *bind_address;
  gchar *port_range;
  gchar *external_address;
  gint ice_role;
  gint nomination;
  gboolean ice_lite;
  guint ta;
  guint gather_timeout;
  guint connect_timeout;
  guint consent_timeout;
  guint disconnect_timeout;
  gboolean auto_restart;
  gint on_failure;
  gchar *local_ufrag;
  gchar *local_pwd;
  gchar *remote_ufrag;
  gchar *remote_pwd;
  gchar *signalling;
  guint stats_update_interval;
} GstIceSettings;

void gst_ice_settings_clear (GstIceSettings *settings);

/* FALSE and GST_RESOURCE_ERROR_SETTINGS: names the property, quotes the value
 * and says what is accepted. */
gboolean
gst_ice_settings_check (const GstIceSettings *settings, GError **error);

/* Array of GstIceServer: stun-server first, then ice-servers. */
GPtrArray *
gst_ice_settings_servers (const GstIceSettings *settings, GError **error);

/* Only after a check. Strings stay the settings'. The role is for
 * ice-role=auto. */
void gst_ice_settings_fill (const GstIceSettings *settings, IceRole auto_role,
    IceConfig *config);
