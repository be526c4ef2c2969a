/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream is little more than a list of components. It belongs to the agent and
 * may outlive it in an application's hands; then it makes no more components. */

#include "gsticeagent-private.h"

struct _GstIceStream
{
  GstObject parent;
  GWeakRef agent;
  guint index;
  /* Guarded by the object lock; only grows. */
  GPtrArray *components; /* GstIceComponent *, id = index + 1 */
};

G_DEFINE_FINAL_TYPE (GstIceStream, gst_ice_stream, GST_TYPE_OBJECT)

static void
gst_ice_stream_init (GstIceStream *self)
{
  g_weak_ref_init (&self->agent, NULL);
  self->components = g_ptr_array_new_with_free_func (gst_object_unref);
}

static void
gst_ice_stream_finalize (GObject *object)
{
  GstIceStream *self = GST_ICE_STREAM (object);

  g_weak_ref_clear (&self->agent);
  g_ptr_array_unref (self->components);
  G_OBJECT_CLASS (gst_ice_stream_parent_class)->finalize (object);
}

static void
gst_ice_stream_class_init (GstIceStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_ice_stream_finalize;
}

GstIceStream *
gst_ice_stream_new (GstIceAgent *agent, guint index)
{
  g_autofree gchar *name = g_strdup_printf ("stream%u", index);
  GstIceStream *self = g_object_new (GST_TYPE_ICE_STREAM, "name", name, NULL);

  gst_object_ref_sink (self);
  g_weak_ref_set (&self->agent, agent);
  self->index = index;
  return self;
}

/**
 * gst_ice_stream_get_index:
 * @stream: a #GstIceStream
 *
 * Returns: the m-line index that candidates of this stream carry
 *
 * Since: 0.1
 */
guint
gst_ice_stream_get_index (GstIceStream *stream)
{
  g_return_val_if_fail (GST_IS_ICE_STREAM (stream), 0);

  return stream->index;
}

GstIceComponent *
gst_ice_stream_peek (GstIceStream *stream, guint id)
{
  GstIceComponent *component = NULL;

  GST_OBJECT_LOCK (stream);
  if (id >= 1 && id <= stream->components->len)
    component = g_ptr_array_index (stream->components, id - 1);
  GST_OBJECT_UNLOCK (stream);
  return component;
}

guint
gst_ice_stream_n_components (GstIceStream *stream)
{
  guint n;

  GST_OBJECT_LOCK (stream);
  n = stream->components->len;
  GST_OBJECT_UNLOCK (stream);
  return n;
}

void
gst_ice_stream_add (GstIceStream *stream, GstIceComponent *component)
{
  GST_OBJECT_LOCK (stream);
  g_ptr_array_add (stream->components, component);
  GST_OBJECT_UNLOCK (stream);
}

/**
 * gst_ice_stream_get_component:
 * @stream: a #GstIceStream
 * @id: 1 to 256; RTP is 1, RTCP is 2
 *
 * Gets a component, and makes it, and all below it, when it is not there yet.
 *
 * Returns: (transfer full) (nullable): the component; %NULL when @id is out of
 *   range, or when the agent is gone
 *
 * Since: 0.1
 */
GstIceComponent *
gst_ice_stream_get_component (GstIceStream *stream, guint id)
{
  g_autoptr (GstIceAgent) agent = NULL;
  GstIceComponent *component;

  g_return_val_if_fail (GST_IS_ICE_STREAM (stream), NULL);

  if (id < 1 || id > ICE_COMPONENT_MAX)
    return NULL;
  component = gst_ice_stream_peek (stream, id);
  if (component != NULL)
    return gst_object_ref (component);
  agent = g_weak_ref_get (&stream->agent);
  if (agent == NULL)
    return NULL;
  return gst_ice_agent_make_component (agent, stream, id);
}
