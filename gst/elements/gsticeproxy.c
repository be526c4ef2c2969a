/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Properties, signals and actions of GstIceAgent on an element. The class side
 * runs once for icesrc and once for icesink and copies descriptions; the
 * instance side connects one agent to one element. The agent emits from its own
 * thread while the element may be dying in another, hence the weak reference. */

#include "gsticeproxy.h"

#include "gsticeelement.h"

struct _GstIceProxy
{
  GstIceAgent *agent;
  GstElement *element; /* not referenced: it owns this */
  GArray *handlers;    /* gulong */
  guint n_signals;
  guint *signals; /* the agent's, 0 once connected */
};

typedef struct
{
  GWeakRef element;
  guint signal; /* the element's */
  void (*changed) (GstElement *element);
} Forward;

/* A GParamSpec belongs to one class only, so the element needs a copy. */
static GParamSpec *
copy_pspec (GParamSpec *from)
{
  const gchar *name = from->name, *nick = g_param_spec_get_nick (from),
              *blurb = g_param_spec_get_blurb (from);
  GParamFlags flags = from->flags & ~G_PARAM_CONSTRUCT;

  if (G_IS_PARAM_SPEC_STRING (from))
    return g_param_spec_string (name, nick, blurb,
        G_PARAM_SPEC_STRING (from)->default_value, flags);
  if (G_IS_PARAM_SPEC_BOOLEAN (from))
    return g_param_spec_boolean (name, nick, blurb,
        G_PARAM_SPEC_BOOLEAN (from)->default_value, flags);
  if (G_IS_PARAM_SPEC_UINT (from))
    return g_param_spec_uint (name, nick, blurb,
        G_PARAM_SPEC_UINT (from)->minimum, G_PARAM_SPEC_UINT (from)->maximum,
        G_PARAM_SPEC_UINT (from)->default_value, flags);
  if (G_IS_PARAM_SPEC_ENUM (from))
    return g_param_spec_enum (name, nick, blurb, from->value_type,
        G_PARAM_SPEC_ENUM (from)->default_value, flags);
  if (G_IS_PARAM_SPEC_FLAGS (from))
    return g_param_spec_flags (name, nick, blurb, from->value_type,
        G_PARAM_SPEC_FLAGS (from)->default_value, flags);
  if (G_IS_PARAM_SPEC_OBJECT (from))
    return g_param_spec_object (name, nick, blurb, from->value_type, flags);
  g_assert (G_IS_PARAM_SPEC_BOXED (from));
  return g_param_spec_boxed (name, nick, blurb, from->value_type, flags);
}

/* A base class's property gives way: `stats` of GstBaseSink is another thing. */
static gboolean
has_own (GObjectClass *klass, const gchar *name)
{
  GParamSpec *pspec = g_object_class_find_property (klass, name);

  return pspec && pspec->owner_type == G_OBJECT_CLASS_TYPE (klass);
}

static void
install_properties (GObjectClass *klass, GObjectClass *agent, guint first_id)
{
  guint n;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (agent, &n);

  for (guint i = 0; i < n; i++) {
    GParamSpec *from = pspecs[i];

    if (from->owner_type != GST_TYPE_ICE_AGENT ||
        from->flags & G_PARAM_CONSTRUCT_ONLY || has_own (klass, from->name))
      continue;
    g_object_class_install_property (klass, first_id + i, copy_pspec (from));
  }
}

/* The same values with another instance before them. */
static void
emit_on (gpointer instance, guint signal, guint n, const GValue *params,
    GValue *return_value)
{
  g_autofree GValue *values = g_new0 (GValue, n);

  for (guint i = 1; i < n; i++)
    values[i] = params[i];
  g_value_init (&values[0], G_TYPE_FROM_INSTANCE (instance));
  g_value_set_object (&values[0], instance);
  g_signal_emitv (values, signal, 0, return_value);
  g_value_unset (&values[0]);
}

/* Class closure of an element's action: does it on the agent. */
static void
forward_action (GClosure *closure, GValue *return_value, guint n,
    const GValue *params, G_GNUC_UNUSED gpointer hint,
    G_GNUC_UNUSED gpointer marshal_data)
{
  GstIceElement *element =
      gst_ice_element_from (g_value_get_object (&params[0]));
  g_autoptr (GstIceAgent) agent = gst_ice_element_prepare_agent (element);

  emit_on (agent, GPOINTER_TO_UINT (closure->data), n, params, return_value);
}

/* filter-candidate: one no is enough, and ends the asking. */
static gboolean
all_agree (G_GNUC_UNUSED GSignalInvocationHint *hint, GValue *accumulated,
    const GValue *answer, G_GNUC_UNUSED gpointer data)
{
  gboolean agrees = g_value_get_boolean (answer);

  g_value_set_boolean (accumulated, agrees);
  return agrees;
}

static void
install_signal (GType type, guint agent_signal)
{
  GClosure *action = NULL;
  GSignalQuery query;

  g_signal_query (agent_signal, &query);
  if (g_signal_lookup (query.signal_name, type) != 0)
    return;
  if (query.signal_flags & G_SIGNAL_ACTION) {
    action = g_closure_new_simple (sizeof (GClosure),
        GUINT_TO_POINTER (agent_signal));
    g_closure_set_marshal (action, forward_action);
  }
  g_signal_newv (query.signal_name, type, query.signal_flags, action,
      !action && query.return_type == G_TYPE_BOOLEAN ? all_agree : NULL, NULL,
      NULL, query.return_type, query.n_params, (GType *) query.param_types);
}

void
gst_ice_proxy_install (GObjectClass *klass, guint first_id)
{
  GObjectClass *agent = g_type_class_ref (GST_TYPE_ICE_AGENT);
  guint n;
  g_autofree guint *signals = g_signal_list_ids (GST_TYPE_ICE_AGENT, &n);

  install_properties (klass, agent, first_id);
  for (guint i = 0; i < n; i++)
    install_signal (G_OBJECT_CLASS_TYPE (klass), signals[i]);
  g_type_class_unref (agent);
}

static Forward *
forward_new (GstElement *element)
{
  Forward *forward = g_new0 (Forward, 1);

  g_weak_ref_init (&forward->element, element);
  return forward;
}

static void
forward_free (gpointer data, G_GNUC_UNUSED GClosure *closure)
{
  Forward *forward = data;

  g_weak_ref_clear (&forward->element);
  g_free (forward);
}

static void
forward_signal (GClosure *closure, GValue *return_value, guint n,
    const GValue *params, G_GNUC_UNUSED gpointer hint,
    G_GNUC_UNUSED gpointer marshal_data)
{
  Forward *forward = closure->data;
  g_autoptr (GstElement) element = g_weak_ref_get (&forward->element);

  if (element &&
      g_signal_has_handler_pending (element, forward->signal, 0, TRUE)) {
    emit_on (element, forward->signal, n, params, return_value);
    return;
  }
  /* Nobody there to object. */
  if (return_value && G_VALUE_HOLDS_BOOLEAN (return_value))
    g_value_set_boolean (return_value, TRUE);
}

static void
forward_notify (G_GNUC_UNUSED GstIceAgent *agent, GParamSpec *pspec,
    gpointer data)
{
  Forward *forward = data;
  g_autoptr (GstElement) element = g_weak_ref_get (&forward->element);
  GParamSpec *own;

  if (!element)
    return;
  own =
      g_object_class_find_property (G_OBJECT_GET_CLASS (element), pspec->name);
  if (own && own->owner_type == G_OBJECT_TYPE (element))
    g_object_notify_by_pspec (G_OBJECT (element), own);
  if (forward->changed)
    forward->changed (element);
}

/* With a filter the agent asks about each candidate; with a listener of
 * on-local-description it may restart by itself, for the peer can be told. */
static gboolean
is_felt_by_agent (const GSignalQuery *query)
{
  return query->return_type != G_TYPE_NONE ||
      g_str_equal (query->signal_name, "on-local-description");
}

static void
connect_signal (GstIceProxy *self, guint *agent_signal)
{
  Forward *forward;
  GClosure *closure;
  GSignalQuery query;
  gulong handler;
  guint own;

  g_signal_query (*agent_signal, &query);
  own = g_signal_lookup (query.signal_name, G_OBJECT_TYPE (self->element));
  if (is_felt_by_agent (&query) &&
      !g_signal_has_handler_pending (self->element, own, 0, TRUE))
    return;
  forward = forward_new (self->element);
  forward->signal = own;
  closure = g_closure_new_simple (sizeof (GClosure), forward);
  g_closure_add_finalize_notifier (closure, forward, forward_free);
  g_closure_set_marshal (closure, forward_signal);
  handler = g_signal_connect_closure_by_id (self->agent, *agent_signal, 0,
      closure, FALSE);
  g_array_append_val (self->handlers, handler);
  *agent_signal = 0;
}

void
gst_ice_proxy_look_for_listeners (GstIceProxy *self)
{
  for (guint i = 0; i < self->n_signals; i++) {
    if (self->signals[i] != 0)
      connect_signal (self, &self->signals[i]);
  }
}

/* Actions go the other way. */
static void
keep_signals_only (GstIceProxy *self)
{
  GSignalQuery query;

  for (guint i = 0; i < self->n_signals; i++) {
    g_signal_query (self->signals[i], &query);
    if (query.signal_flags & G_SIGNAL_ACTION)
      self->signals[i] = 0;
  }
}

GstIceProxy *
gst_ice_proxy_new (GstIceAgent *agent, GstElement *element,
    void (*changed) (GstElement *element))
{
  GstIceProxy *self = g_new0 (GstIceProxy, 1);
  Forward *forward = forward_new (element);
  gulong handler;

  self->agent = g_object_ref (agent);
  self->element = element;
  self->handlers = g_array_new (FALSE, FALSE, sizeof (gulong));
  self->signals = g_signal_list_ids (GST_TYPE_ICE_AGENT, &self->n_signals);
  keep_signals_only (self);
  gst_ice_proxy_look_for_listeners (self);

  forward->changed = changed;
  handler = g_signal_connect_data (agent, "notify", G_CALLBACK (forward_notify),
      forward, forward_free, 0);
  g_array_append_val (self->handlers, handler);
  return self;
}

void
gst_ice_proxy_free (GstIceProxy *self)
{
  for (guint i = 0; i < self->handlers->len; i++)
    g_signal_handler_disconnect (self->agent,
        g_array_index (self->handlers, gulong, i));
  g_array_unref (self->handlers);
  g_free (self->signals);
  g_object_unref (self->agent);
  g_free (self);
}
