/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The half of icesrc and icesink that is the same: finding the agent, keeping
 * what it was told until then, wearing its properties and signals, and its life
 * along the state changes.
 *
 * Binding: the agent is chosen as late as can be (NULL→READY) or as early as
 * somebody needs it (an action, local-ufrag), from `agent`, `agent-id` or afresh.
 * On →NULL it is let go, so the next run has a new one with the same settings;
 * that is what makes it die when the last element of an agent-id has gone. */

#include "gsticeelement-private.h"

#include "gsticeshare.h"

GST_DEBUG_CATEGORY (gst_ice_element_debug);
#define GST_CAT_DEFAULT gst_ice_element_debug

static GQuark
owner_quark (void)
{
  return g_quark_from_static_string ("gst-ice-element");
}

GstIceElement *
gst_ice_element_from (gpointer owner)
{
  return g_object_get_qdata (G_OBJECT (owner), owner_quark ());
}

GstIceElement *
gst_ice_element_new (GstElement *owner, gboolean sink,
    const GstIceElementFuncs *funcs)
{
  GstIceElement *self = g_new0 (GstIceElement, 1);

  self->owner = owner;
  self->sink = sink;
  self->funcs = funcs;
  self->handlers = g_array_new (FALSE, FALSE, sizeof (gulong));
  g_mutex_init (&self->lock);
  g_rec_mutex_init (&self->binding);
  self->component_id = 1;
  self->store = gst_ice_store_new ();
  self->complaints = g_ptr_array_new_with_free_func (g_free);
  g_object_set_qdata (G_OBJECT (owner), owner_quark (), self);
  return self;
}

/* ---- binding ---- */

static gboolean
leads_elsewhere (const GstStructure *before, const GstStructure *now)
{
  guint old_port = 0, port = 0;

  if (!before)
    return FALSE;
  gst_structure_get_uint (before, "remote-port", &old_port);
  gst_structure_get_uint (now, "remote-port", &port);
  return port != old_port ||
      g_strcmp0 (gst_structure_get_string (before, "remote-address"),
          gst_structure_get_string (now, "remote-address")) != 0;
}

/* FALSE: it is another component's. */
static gboolean
keep_pair (GstIceElement *self, const GstStructure *pair, gboolean *out_moved)
{
  guint stream, component;
  gboolean ours;

  g_mutex_lock (&self->lock);
  ours = gst_structure_get_uint (pair, "stream", &stream) &&
      gst_structure_get_uint (pair, "component", &component) &&
      stream == self->stream && component == self->component_id;
  if (ours) {
    *out_moved = leads_elsewhere (self->last_pair, pair);
    g_clear_pointer (&self->last_pair, gst_structure_free);
    self->last_pair = gst_structure_copy (pair);
  }
  g_mutex_unlock (&self->lock);
  return ours;
}

static void
on_selected_pair (G_GNUC_UNUSED GstIceAgent *agent, const GstStructure *pair,
    gpointer data)
{
  g_autoptr (GstElement) owner = g_weak_ref_get (data);
  const GstIceElementFuncs *funcs;
  gboolean moved;

  if (!owner || !keep_pair (gst_ice_element_from (owner), pair, &moved))
    return;
  funcs = gst_ice_element_from (owner)->funcs;
  g_object_notify (G_OBJECT (owner), "selected-pair");
  g_object_notify (G_OBJECT (owner), "path-mtu");
  if (funcs->changed)
    funcs->changed (owner);
  if (moved && funcs->moved)
    funcs->moved (owner);
}

/* What we send is not over with what we receive. Other reasons than the end of
 * stream are no end: the peer may come back. */
static void
on_peer_bye (G_GNUC_UNUSED GstIceAgent *agent, const gchar *reason,
    gpointer data)
{
  g_autoptr (GstElement) owner = g_weak_ref_get (data);
  GstIceElement *self = owner ? gst_ice_element_from (owner) : NULL;

  if (self && !self->sink && g_strcmp0 (reason, "eos") == 0)
    self->funcs->ended (owner);
}

static void
on_failed (GstIceAgent *agent, G_GNUC_UNUSED const GstStructure *failure,
    gpointer data)
{
  g_autoptr (GstElement) owner = g_weak_ref_get (data);
  GstIceOnFailure on_failure;

  g_object_get (agent, "on-failure", &on_failure, NULL);
  if (owner && on_failure == GST_ICE_ON_FAILURE_EOS)
    gst_ice_element_from (owner)->funcs->ended (owner);
}

static void
weak_ref_free (gpointer data, G_GNUC_UNUSED GClosure *closure)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
listen_to (GstIceElement *self, GstIceAgent *agent, const gchar *signal,
    GCallback callback)
{
  GWeakRef *owner = g_new0 (GWeakRef, 1);
  gulong handler;

  g_weak_ref_init (owner, self->owner);
  handler =
      g_signal_connect_data (agent, signal, callback, owner, weak_ref_free, 0);
  g_array_append_val (self->handlers, handler);
}

/* With the lock held. */
static GstIceAgent *
choose_agent (GstIceElement *self)
{
  if (self->given_agent)
    return g_object_ref (self->given_agent);
  if (self->agent_id)
    return gst_ice_agent_get_shared (self->agent_id);
  return gst_ice_agent_new (NULL);
}

static void
complain (GstIceElement *self, const gchar *complaint)
{
  GST_ELEMENT_WARNING (self->owner, RESOURCE, SETTINGS, ("%s", complaint),
      (NULL));
}

/* A warning on a bus that is not there yet would be lost. */
void
gst_ice_element_complain (GstIceElement *self, GPtrArray *complaints)
{
  gboolean opened;

  g_mutex_lock (&self->lock);
  opened = self->opened;
  if (!opened)
    g_ptr_array_extend_and_steal (self->complaints,
        g_ptr_array_ref (complaints));
  g_mutex_unlock (&self->lock);
  if (!opened)
    return;
  for (guint i = 0; i < complaints->len; i++)
    complain (self, g_ptr_array_index (complaints, i));
}

/* The agent's own context may be first here (a description that another
 * element's listener hands over) while a state change comes from elsewhere: who
 * finds the agent must find it bound. Recursive, for what binding sets off on
 * this thread. */
static void
bind (GstIceElement *self, GstIceAgent *agent, const GstIceStore *store)
{
  g_autoptr (GPtrArray) complaints = g_ptr_array_new_with_free_func (g_free);

  GST_DEBUG_OBJECT (self->owner, "agent is %" GST_PTR_FORMAT, agent);
  listen_to (self, agent, "on-selected-pair", G_CALLBACK (on_selected_pair));
  listen_to (self, agent, "peer-bye", G_CALLBACK (on_peer_bye));
  listen_to (self, agent, "failed", G_CALLBACK (on_failed));
  self->proxy = gst_ice_proxy_new (agent, self->owner, self->funcs->changed);
  gst_ice_store_apply (store, agent, self->owner, complaints);
  gst_ice_element_complain (self, complaints);
}

GstIceAgent *
gst_ice_element_ref_agent (GstIceElement *self)
{
  g_autoptr (GstIceStore) store = NULL;
  GstIceAgent *agent;
  gboolean found;

  g_rec_mutex_lock (&self->binding);
  g_mutex_lock (&self->lock);
  found = self->agent != NULL;
  if (!found) {
    self->agent = choose_agent (self);
    store = gst_ice_store_copy (self->store);
  }
  agent = g_object_ref (self->agent);
  g_mutex_unlock (&self->lock);
  if (!found)
    bind (self, agent, store);
  g_rec_mutex_unlock (&self->binding);
  return agent;
}

static GstIceComponent *
ref_component (GstIceElement *self, GstIceAgent *agent)
{
  g_autoptr (GstIceStream) stream = NULL;
  guint index, id;

  g_mutex_lock (&self->lock);
  index = self->stream;
  id = self->component_id;
  g_mutex_unlock (&self->lock);
  stream = gst_ice_agent_get_stream (agent, index);
  return gst_ice_stream_get_component (stream, id);
}

GstIceAgent *
gst_ice_element_prepare_agent (GstIceElement *self)
{
  GstIceAgent *agent = gst_ice_element_ref_agent (self);
  GstIceComponent *component = ref_component (self, agent);

  gst_object_unref (component);
  return agent;
}

void
gst_ice_element_unbind (GstIceElement *self)
{
  GstIceAgent *agent;

  g_mutex_lock (&self->lock);
  agent = g_steal_pointer (&self->agent);
  gst_clear_object (&self->component);
  g_clear_pointer (&self->last_pair, gst_structure_free);
  g_mutex_unlock (&self->lock);
  if (!agent)
    return;
  g_clear_pointer (&self->proxy, gst_ice_proxy_free);
  for (guint i = 0; i < self->handlers->len; i++)
    g_signal_handler_disconnect (agent,
        g_array_index (self->handlers, gulong, i));
  g_array_set_size (self->handlers, 0);
  gst_ice_share_leave (agent, self->owner);
  g_object_unref (agent);
}

void
gst_ice_element_free (GstIceElement *self)
{
  gst_ice_element_unbind (self);
  g_clear_object (&self->given_agent);
  g_free (self->agent_id);
  g_free (self->uri);
  g_clear_error (&self->uri_error);
  gst_ice_store_free (self->store);
  g_array_unref (self->handlers);
  g_ptr_array_unref (self->complaints);
  g_mutex_clear (&self->lock);
  g_rec_mutex_clear (&self->binding);
  g_free (self);
}

/* ---- life ---- */

static void
post_error (GstIceElement *self, const GError *error)
{
  gst_element_message_full (self->owner, GST_MESSAGE_ERROR, error->domain,
      error->code, g_strdup (error->message), NULL, __FILE__, GST_FUNCTION,
      __LINE__);
}

static void
post_complaints (GstIceElement *self)
{
  g_autoptr (GPtrArray) complaints = NULL;

  g_mutex_lock (&self->lock);
  self->opened = TRUE;
  complaints = self->complaints;
  self->complaints = g_ptr_array_new_with_free_func (g_free);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < complaints->len; i++)
    complain (self, g_ptr_array_index (complaints, i));
}

static gboolean
check_uri (GstIceElement *self)
{
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->lock);
  if (self->uri_error)
    error = g_error_copy (self->uri_error);
  g_mutex_unlock (&self->lock);
  if (!error)
    return TRUE;
  GST_ELEMENT_ERROR (self->owner, RESOURCE, SETTINGS, ("%s", error->message),
      (NULL));
  return FALSE;
}

/* Two readers of one component would take each other's packets. */
static gboolean
take_component (GstIceElement *self, GstIceAgent *agent)
{
  g_autofree gchar *reader = NULL;

  if (self->sink)
    return TRUE;
  reader = gst_ice_share_take_component (agent, self->owner, self->stream,
      self->component_id);
  if (!reader)
    return TRUE;
  GST_ELEMENT_ERROR (self->owner, RESOURCE, SETTINGS,
      ("component=\"%u\": %s already receives this component of stream %u; "
       "accepted: one icesrc for each component of an agent",
          self->component_id, reader, self->stream),
      (NULL));
  return FALSE;
}

gboolean
gst_ice_element_open (GstIceElement *self, GstIceComponent **out_component)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstIceAgent) agent = NULL;
  g_autoptr (GstIceComponent) component = NULL;

  if (!check_uri (self))
    return FALSE;
  agent = gst_ice_element_ref_agent (self);
  if (!gst_ice_agent_check_settings (agent, &error)) {
    post_error (self, error);
    return FALSE;
  }
  if (!take_component (self, agent))
    return FALSE;
  component = ref_component (self, agent);
  post_complaints (self);
  g_mutex_lock (&self->lock);
  self->component = g_object_ref (component);
  g_mutex_unlock (&self->lock);
  *out_component = g_steal_pointer (&component);
  return TRUE;
}

gboolean
gst_ice_element_start (GstIceElement *self)
{
  g_autoptr (GError) error = NULL;

  if (self->started)
    return TRUE;
  gst_ice_proxy_look_for_listeners (self->proxy);
  if (self->sink)
    gst_ice_share_add_sink (self->agent, self->owner);
  if (!gst_ice_agent_start (self->agent, self->owner, self->sink, &error)) {
    post_error (self, error);
    return FALSE;
  }
  self->started = TRUE;
  return TRUE;
}

void
gst_ice_element_close (GstIceElement *self)
{
  if (self->started)
    gst_ice_agent_stop (self->agent, self->owner);
  self->started = FALSE;
  g_mutex_lock (&self->lock);
  self->opened = FALSE;
  g_mutex_unlock (&self->lock);
  gst_ice_element_unbind (self);
}

GstIceAgent *
gst_ice_element_peek_agent (GstIceElement *self)
{
  GstIceAgent *agent;

  g_mutex_lock (&self->lock);
  agent = self->agent ? g_object_ref (self->agent) : NULL;
  g_mutex_unlock (&self->lock);
  return agent;
}

GstIceConnectionState
gst_ice_element_get_state (GstIceElement *self)
{
  GstIceConnectionState state = GST_ICE_CONNECTION_STATE_CLOSED;
  g_autoptr (GstIceAgent) agent = gst_ice_element_peek_agent (self);

  if (agent)
    g_object_get (agent, "ice-connection-state", &state, NULL);
  return state;
}

void
gst_ice_element_send_bye (GstIceElement *self)
{
  g_autoptr (GstIceAgent) agent = gst_ice_element_peek_agent (self);

  if (agent && gst_ice_share_sink_at_eos (agent, self->owner))
    gst_ice_agent_send_bye (agent, "eos");
}
