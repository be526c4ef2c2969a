/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The numbers of the agent's properties, and who sets and gets them. */

#include <glib-object.h>

typedef enum
{
  PROP_STUN_SERVER = 1,
  PROP_ICE_SERVERS,
  PROP_CANDIDATE_TYPES,
  PROP_IP_FAMILY,
  PROP_INTERFACES,
  PROP_BIND_ADDRESS,
  PROP_PORT_RANGE,
  PROP_EXTERNAL_ADDRESS,
  PROP_ICE_ROLE,
  PROP_NOMINATION,
  PROP_ICE_LITE,
  PROP_TA,
  PROP_GATHER_TIMEOUT,
  PROP_CONNECT_TIMEOUT,
  PROP_CONSENT_TIMEOUT,
  PROP_DISCONNECT_TIMEOUT,
  PROP_AUTO_RESTART,
  PROP_ON_FAILURE,
  PROP_LOCAL_UFRAG,
  PROP_LOCAL_PWD,
  PROP_REMOTE_UFRAG,
  PROP_REMOTE_PWD,
  PROP_SIGNALLING,
  PROP_STATS_UPDATE_INTERVAL,
  PROP_SIGNALLER,
  PROP_MAIN_CONTEXT,
  PROP_REMOTE_DESCRIPTION,
  PROP_LOCAL_DESCRIPTION,
  PROP_ICE_GATHERING_STATE,
  PROP_ICE_CONNECTION_STATE,
  PROP_ICE_ROLE_CURRENT,
  PROP_SELECTED_PAIR,
  PROP_STATS,
  N_PROPS
} GstIceProperty;

/* Those up to here are fields of the settings. */
#define GST_ICE_LAST_SETTING PROP_STATS_UPDATE_INTERVAL

void gst_ice_agent_set_property (GObject *object, guint id, const GValue *value,
    GParamSpec *pspec);
void gst_ice_agent_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec);
