/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting and getting the agent's properties. Most are a field of the settings,
 * told apart only by where it lies and what type it has; the rest are pictures of
 * the running agent or act at once. */

#include "gsticeagent-values.h"

#include <stddef.h>

#include "gsticeagent-private.h"

/* Where a setting lies. */
static const gsize offsets[] = {
  [PROP_STUN_SERVER] = offsetof (GstIceSettings, stun_server),
  [PROP_ICE_SERVERS] = offsetof (GstIceSettings, ice_servers),
  [PROP_CANDIDATE_TYPES] = offsetof (GstIceSettings, candidate_types),
  [PROP_IP_FAMILY] = offsetof (GstIceSettings, ip_family),
  [PROP_INTERFACES] = offsetof (GstIceSettings, interfaces),
  [PROP_BIND_ADDRESS] = offsetof (GstIceSettings, bind_address),
  [PROP_PORT_RANGE] = offsetof (GstIceSettings, port_range),
  [PROP_EXTERNAL_ADDRESS] = offsetof (GstIceSettings, external_address),
  [PROP_ICE_ROLE] = offsetof (GstIceSettings, ice_role),
  [PROP_NOMINATION] = offsetof (GstIceSettings, nomination),
  [PROP_ICE_LITE] = offsetof (GstIceSettings, ice_lite),
  [PROP_TA] = offsetof (GstIceSettings, ta),
  [PROP_GATHER_TIMEOUT] = offsetof (GstIceSettings, gather_timeout),
  [PROP_CONNECT_TIMEOUT] = offsetof (GstIceSettings, connect_timeout),
  [PROP_CONSENT_TIMEOUT] = offsetof (GstIceSettings, consent_timeout),
  [PROP_DISCONNECT_TIMEOUT] = offsetof (GstIceSettings, disconnect_timeout),
  [PROP_AUTO_RESTART] = offsetof (GstIceSettings, auto_restart),
  [PROP_ON_FAILURE] = offsetof (GstIceSettings, on_failure),
  [PROP_LOCAL_UFRAG] = offsetof (GstIceSettings, local_ufrag),
  [PROP_LOCAL_PWD] = offsetof (GstIceSettings, local_pwd),
  [PROP_REMOTE_UFRAG] = offsetof (GstIceSettings, remote_ufrag),
  [PROP_REMOTE_PWD] = offsetof (GstIceSettings, remote_pwd),
  [PROP_SIGNALLING] = offsetof (GstIceSettings, signalling),
  [PROP_STATS_UPDATE_INTERVAL] =
      offsetof (GstIceSettings, stats_update_interval),
};

/* --- settings ------------------------------------------------------------------- */

static void
store (gpointer field, const GValue *value)
{
  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value))) {
    case G_TYPE_STRING:
      g_free (*(gchar **) field);
      *(gchar **) field = g_value_dup_string (value);
      /* A launch line cannot say NULL. */
      if (*(gchar **) field != NULL && **(gchar **) field == '\0')
        g_clear_pointer ((gchar **) field, g_free);
      break;
    case G_TYPE_UINT:
      *(guint *) field = g_value_get_uint (value);
      break;
    case G_TYPE_FLAGS:
      *(guint *) field = g_value_get_flags (value);
      break;
    case G_TYPE_ENUM:
      *(gint *) field = g_value_get_enum (value);
      break;
    case G_TYPE_BOOLEAN:
      *(gboolean *) field = g_value_get_boolean (value);
      break;
    default:
      g_assert_not_reached ();
  }
}

static void
fetch (gconstpointer field, GValue *value)
{
  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value))) {
    case G_TYPE_STRING:
      g_value_set_string (value, *(gchar *const *) field);
      break;
    case G_TYPE_UINT:
      g_value_set_uint (value, *(const guint *) field);
      break;
    case G_TYPE_FLAGS:
      g_value_set_flags (value, *(const guint *) field);
      break;
    case G_TYPE_ENUM:
      g_value_set_enum (value, *(const gint *) field);
      break;
    case G_TYPE_BOOLEAN:
      g_value_set_boolean (value, *(const gboolean *) field);
      break;
    default:
      g_assert_not_reached ();
  }
}

/* Settings wait for the next start, but for these. */
static void
apply_at_once (GstIceAgent *self, guint id)
{
  const GstIceSettings *settings = &self->settings;
  guint interval = settings->stats_update_interval;

  if (self->session == NULL)
    return;
  if (id == PROP_STATS_UPDATE_INTERVAL)
    gst_ice_loop_arm (self->loop, &self->stats_timer,
        interval > 0 ? self->now + NET_MSEC (interval) : NET_NEVER);
  if ((id == PROP_REMOTE_UFRAG || id == PROP_REMOTE_PWD) &&
      settings->remote_ufrag != NULL && settings->remote_pwd != NULL)
    gst_ice_agent_set_credentials_locked (self, settings->remote_ufrag,
        settings->remote_pwd);
}

static void
set_signaller (GstIceAgent *self, const GValue *value)
{
  g_autoptr (GstIceSignaller) old = NULL;

  gst_ice_agent_enter (self);
  old = g_steal_pointer (&self->signaller);
  self->signaller = g_value_dup_object (value);
  gst_ice_agent_leave (self);
}

void
gst_ice_agent_set_property (GObject *object, guint id, const GValue *value,
    GParamSpec *pspec)
{
  GstIceAgent *self = GST_ICE_AGENT (object);

  if (id <= GST_ICE_LAST_SETTING) {
    gst_ice_agent_enter (self);
    store ((guint8 *) &self->settings + offsets[id], value);
    apply_at_once (self, id);
    gst_ice_agent_leave (self);
    return;
  }
  switch ((GstIceProperty) id) {
    case PROP_MAIN_CONTEXT:
      self->main_context = g_value_dup_boxed (value);
      break;
    case PROP_SIGNALLER:
      set_signaller (self, value);
      break;
    case PROP_REMOTE_DESCRIPTION:
      if (g_value_get_string (value) != NULL)
        gst_ice_agent_set_remote_description (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

/* --- pictures ------------------------------------------------------------------- */

/* What is in force, which a restart changes. */
static void
get_credential (GstIceAgent *self, guint id, GValue *value)
{
  const GstIceSettings *settings = &self->settings;
  gboolean ufrag = id == PROP_LOCAL_UFRAG;
  const gchar *set = ufrag ? settings->local_ufrag : settings->local_pwd;
  const gchar *made = ufrag ? self->ufrag : self->pwd;

  if (self->session != NULL)
    g_value_set_string (value,
        ufrag ? ice_session_local_ufrag (self->session)
              : ice_session_local_pwd (self->session));
  else
    g_value_set_string (value, set != NULL ? set : made);
}

static void
get_setting (GstIceAgent *self, guint id, GValue *value)
{
  if (id == PROP_LOCAL_UFRAG || id == PROP_LOCAL_PWD)
    get_credential (self, id, value);
  else if (id == PROP_REMOTE_PWD)
    g_value_set_string (value,
        self->settings.remote_pwd != NULL ? "***" : NULL);
  else
    fetch ((const guint8 *) &self->settings + offsets[id], value);
}

static gint
current_role (GstIceAgent *self)
{
  gboolean controlling = self->role == ICE_CONTROLLING;

  if (self->session == NULL && self->settings.ice_role != GST_ICE_ROLE_AUTO)
    return self->settings.ice_role;
  return controlling ? GST_ICE_ROLE_CONTROLLING : GST_ICE_ROLE_CONTROLLED;
}

static void
get_state (GstIceAgent *self, guint id, GValue *value)
{
  switch ((GstIceProperty) id) {
    case PROP_ICE_GATHERING_STATE:
      g_value_set_enum (value, (gint) self->gathering);
      break;
    case PROP_ICE_CONNECTION_STATE:
      g_value_set_enum (value, (gint) self->state);
      break;
    case PROP_ICE_ROLE_CURRENT:
      g_value_set_enum (value, current_role (self));
      break;
    case PROP_SIGNALLER:
      g_value_set_object (value, self->signaller);
      break;
    case PROP_REMOTE_DESCRIPTION:
      g_value_set_string (value, self->remote_description);
      break;
    default:
      get_setting (self, id, value);
  }
}

static GstStructure *
first_selected_pair (GstIceAgent *self)
{
  guint i;

  for (i = 0; i < GST_ICE_STREAMS_MAX; i++) {
    GstStructure *pair = gst_ice_agent_get_selected_pair (self, i, 1);

    if (pair != NULL)
      return pair;
  }
  return NULL;
}

void
gst_ice_agent_get_property (GObject *object, guint id, GValue *value,
    GParamSpec *pspec)
{
  GstIceAgent *self = GST_ICE_AGENT (object);

  (void) pspec;
  switch ((GstIceProperty) id) {
    case PROP_MAIN_CONTEXT:
      g_value_set_boxed (value, self->main_context);
      break;
    case PROP_LOCAL_DESCRIPTION:
      g_value_take_string (value, gst_ice_agent_get_local_description (self));
      break;
    case PROP_SELECTED_PAIR:
      g_value_take_boxed (value, first_selected_pair (self));
      break;
    case PROP_STATS:
      g_value_take_boxed (value, gst_ice_agent_get_stats (self));
      break;
    default:
      g_mutex_lock (&self->lock);
      get_state (self, id, value);
      g_mutex_unlock (&self->lock);
  }
}
