/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The properties that both elements have: their own way to name an agent, a
 * component and a URI; and the agent's, which are kept here until it is known. */

#include "gsticeelement-private.h"

#include "gsticeuri.h"

#define GST_CAT_DEFAULT gst_ice_element_debug

enum
{
  PROP_AGENT_ID = GST_ICE_ELEMENT_FIRST_PROPERTY,
  PROP_AGENT,
  PROP_STREAM,
  PROP_COMPONENT,
  PROP_URI,
  PROP_PATH_MTU,
  PROP_SELECTED_PAIR,
  PROP_PROXIED, /* and all after it */
};

/* gst_ice_agent_get_stream goes no further. */
#define MAX_STREAM 63

static void
install (GObjectClass *klass, guint id, GParamSpec *pspec)
{
  g_object_class_install_property (klass, id, pspec);
}

void
gst_ice_element_class_init (GstElementClass *element_class)
{
  GObjectClass *klass = G_OBJECT_CLASS (element_class);
  GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GParamFlags in_null = rw | GST_PARAM_MUTABLE_READY;
  GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  GST_DEBUG_CATEGORY_INIT (gst_ice_element_debug, "iceelement", 0,
      "common to icesrc and icesink");

  install (klass, PROP_AGENT_ID,
      g_param_spec_string ("agent-id", "Agent id",
          "Elements of this process with the same id share one agent "
          "(NULL = an agent of its own)",
          NULL, in_null));
  install (klass, PROP_AGENT,
      g_param_spec_object ("agent", "Agent",
          "The agent, for applications that hold the object; reading it gives "
          "the one in use",
          GST_TYPE_ICE_AGENT, in_null));
  install (klass, PROP_STREAM,
      g_param_spec_uint ("stream", "Stream",
          "Which stream of the agent: the index of its m-line", 0, MAX_STREAM,
          0, in_null));
  install (klass, PROP_COMPONENT,
      g_param_spec_uint ("component", "Component",
          "Which component of the stream: 1 is RTP, 2 is RTCP when the two are "
          "not multiplexed",
          1, 256, 1, in_null));
  install (klass, PROP_URI,
      g_param_spec_string ("uri", "URI",
          "The carrier and any properties in one: ice+unix:///path, "
          "ice+tcp://host:port, ice+tcp-listen://:port, ice+file:///dir/room, "
          "then ?property=value&…",
          NULL, in_null));
  install (klass, PROP_PATH_MTU,
      g_param_spec_uint ("path-mtu", "Path MTU",
          "Bytes of payload that fit one packet on the selected path "
          "(0 = no path yet)",
          0, G_MAXUINT, 0, ro));
  install (klass, PROP_SELECTED_PAIR,
      g_param_spec_boxed ("selected-pair", "Selected pair",
          "The path of this component: local-type, local-address, local-port, "
          "remote-type, remote-address, remote-port, protocol, relay-protocol, "
          "rtt (NULL = none yet)",
          GST_TYPE_STRUCTURE, ro));
  gst_ice_proxy_install (klass, PROP_PROXIED);
}

/* ---- GstURIHandler ---- */

static const gchar *const *
get_protocols (G_GNUC_UNUSED GType type)
{
  return gst_ice_uri_protocols ();
}

static gchar *
uri_get (GstURIHandler *handler)
{
  GstIceElement *self = gst_ice_element_from (handler);
  gchar *uri;

  g_mutex_lock (&self->lock);
  uri = g_strdup (self->uri);
  g_mutex_unlock (&self->lock);
  return uri;
}

static gboolean
uri_set (GstURIHandler *handler, const gchar *uri, GError **error)
{
  GstIceElement *self = gst_ice_element_from (handler);

  if (GST_STATE (self->owner) > GST_STATE_READY) {
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
        "the URI can be changed in NULL and READY only");
    return FALSE;
  }
  if (!gst_ice_uri_apply (uri, self->owner, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  g_free (self->uri);
  self->uri = g_strdup (uri);
  g_clear_error (&self->uri_error);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

void
gst_ice_element_uri_handler_init (GstURIHandlerInterface *iface,
    GstURIType (*get_type) (GType type))
{
  iface->get_type = get_type;
  iface->get_protocols = get_protocols;
  iface->get_uri = uri_get;
  iface->set_uri = uri_set;
}

/* ---- setting ---- */

/* Another agent while nothing runs: what was bound for an early look is let
 * go. In READY and above the change counts from the next NULL→READY. */
static void
choose_again (GstIceElement *self)
{
  gboolean opened;

  g_mutex_lock (&self->lock);
  opened = self->opened;
  g_mutex_unlock (&self->lock);
  if (opened)
    GST_WARNING_OBJECT (self->owner,
        "another agent counts from the next "
        "change from NULL to READY");
  else
    gst_ice_element_unbind (self);
}

/* The two ways to name an agent: the one that was used last counts. */
static void
set_agent_id (GstIceElement *self, const gchar *id)
{
  g_mutex_lock (&self->lock);
  g_free (self->agent_id);
  self->agent_id = g_strdup (id);
  if (id)
    g_clear_object (&self->given_agent);
  g_mutex_unlock (&self->lock);
  choose_again (self);
}

static void
set_agent (GstIceElement *self, GstIceAgent *agent)
{
  g_mutex_lock (&self->lock);
  g_set_object (&self->given_agent, agent);
  if (agent)
    g_clear_pointer (&self->agent_id, g_free);
  g_mutex_unlock (&self->lock);
  choose_again (self);
}

/* A property has no way to refuse: NULL→READY fails with the reason. */
static void
set_uri (GstIceElement *self, const gchar *uri)
{
  GError *error = NULL;

  if (uri && !uri_set (GST_URI_HANDLER (self->owner), uri, &error))
    g_prefix_error (&error, "uri=\"%s\": ", uri);
  g_mutex_lock (&self->lock);
  g_clear_error (&self->uri_error);
  self->uri_error = error;
  if (!uri)
    g_clear_pointer (&self->uri, g_free);
  g_mutex_unlock (&self->lock);
}

static void
set_proxied (GstIceElement *self, const GValue *value, GParamSpec *pspec)
{
  g_autoptr (GPtrArray) complaints = NULL;
  g_autoptr (GstIceAgent) agent = NULL;
  gchar *complaint;

  g_mutex_lock (&self->lock);
  gst_ice_store_set (self->store, pspec, value);
  g_mutex_unlock (&self->lock);
  agent = gst_ice_element_peek_agent (self);
  if (!agent)
    return;
  complaint = gst_ice_store_apply_one (agent, self->owner, pspec, value);
  if (!complaint)
    return;
  complaints = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (complaints, complaint);
  gst_ice_element_complain (self, complaints);
}

void
gst_ice_element_set_property (GstIceElement *self, const GValue *value,
    GParamSpec *pspec)
{
  switch (pspec->param_id) {
    case PROP_AGENT_ID:
      set_agent_id (self, g_value_get_string (value));
      break;
    case PROP_AGENT:
      set_agent (self, g_value_get_object (value));
      break;
    case PROP_STREAM:
      g_mutex_lock (&self->lock);
      self->stream = g_value_get_uint (value);
      g_mutex_unlock (&self->lock);
      break;
    case PROP_COMPONENT:
      g_mutex_lock (&self->lock);
      self->component_id = g_value_get_uint (value);
      g_mutex_unlock (&self->lock);
      break;
    case PROP_URI:
      set_uri (self, g_value_get_string (value));
      break;
    default:
      set_proxied (self, value, pspec);
  }
}

/* ---- getting ---- */

/* Some values exist in an agent only, and what a password reads as is its
 * decision; for all others what was set, or the default, is the answer, and no
 * agent has to be made for it. */
static gboolean
is_the_agents_own (const GParamSpec *pspec)
{
  return !(pspec->flags & G_PARAM_WRITABLE) ||
      g_str_has_prefix (pspec->name, "local-") ||
      g_str_has_suffix (pspec->name, "-pwd");
}

static void
get_proxied (GstIceElement *self, GValue *value, GParamSpec *pspec)
{
  g_autoptr (GstIceAgent) agent = is_the_agents_own (pspec)
      ? gst_ice_element_ref_agent (self)
      : gst_ice_element_peek_agent (self);
  const GValue *set;

  if (agent) {
    g_object_get_property (G_OBJECT (agent), pspec->name, value);
    return;
  }
  g_mutex_lock (&self->lock);
  set = gst_ice_store_get (self->store, pspec);
  if (set)
    g_value_copy (set, value);
  else
    g_param_value_set_default (pspec, value);
  g_mutex_unlock (&self->lock);
}

static GstStructure *
get_selected_pair (GstIceElement *self)
{
  g_autoptr (GstIceAgent) agent = gst_ice_element_peek_agent (self);
  guint stream, component;

  g_mutex_lock (&self->lock);
  stream = self->stream;
  component = self->component_id;
  g_mutex_unlock (&self->lock);
  return agent ? gst_ice_agent_get_selected_pair (agent, stream, component)
               : NULL;
}

void
gst_ice_element_get_property (GstIceElement *self, GValue *value,
    GParamSpec *pspec)
{
  if (pspec->param_id == PROP_AGENT) {
    g_value_take_object (value, gst_ice_element_ref_agent (self));
    return;
  }
  if (pspec->param_id == PROP_SELECTED_PAIR) {
    g_value_take_boxed (value, get_selected_pair (self));
    return;
  }
  if (pspec->param_id >= PROP_PROXIED) {
    get_proxied (self, value, pspec);
    return;
  }
  g_mutex_lock (&self->lock);
  switch (pspec->param_id) {
    case PROP_AGENT_ID:
      g_value_set_string (value, self->agent_id);
      break;
    case PROP_STREAM:
      g_value_set_uint (value, self->stream);
      break;
    case PROP_COMPONENT:
      g_value_set_uint (value, self->component_id);
      break;
    case PROP_URI:
      g_value_set_string (value, self->uri);
      break;
    case PROP_PATH_MTU:
      if (self->component)
        g_value_set_uint (value,
            gst_ice_component_get_path_mtu (self->component));
      break;
  }
  g_mutex_unlock (&self->lock);
}
