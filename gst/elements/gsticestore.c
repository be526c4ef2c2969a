/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An ordered list of property values. Owned by one GstIceElement, which guards
 * it; copied before it is applied, for setting a property calls out. */

#include "gsticestore.h"

#include "gsticeshare.h"

typedef struct
{
  GParamSpec *pspec; /* the element's; its class outlives it */
  GValue value;
} Setting;

struct _GstIceStore
{
  GArray *list; /* Setting */
};

static void
setting_clear (gpointer data)
{
  g_value_unset (&((Setting *) data)->value);
}

GstIceStore *
gst_ice_store_new (void)
{
  GstIceStore *self = g_new0 (GstIceStore, 1);

  self->list = g_array_new (FALSE, TRUE, sizeof (Setting));
  g_array_set_clear_func (self->list, setting_clear);
  return self;
}

void
gst_ice_store_free (GstIceStore *self)
{
  g_array_unref (self->list);
  g_free (self);
}

static Setting *
find (const GstIceStore *self, const GParamSpec *pspec)
{
  for (guint i = 0; i < self->list->len; i++) {
    Setting *setting = &g_array_index (self->list, Setting, i);

    if (setting->pspec == pspec)
      return setting;
  }
  return NULL;
}

void
gst_ice_store_set (GstIceStore *self, GParamSpec *pspec, const GValue *value)
{
  Setting *setting = find (self, pspec);

  if (!setting) {
    g_array_set_size (self->list, self->list->len + 1);
    setting = &g_array_index (self->list, Setting, self->list->len - 1);
    setting->pspec = pspec;
    g_value_init (&setting->value, pspec->value_type);
  }
  g_value_copy (value, &setting->value);
}

GstIceStore *
gst_ice_store_copy (const GstIceStore *self)
{
  GstIceStore *copy = gst_ice_store_new ();

  for (guint i = 0; i < self->list->len; i++) {
    const Setting *setting = &g_array_index (self->list, Setting, i);

    gst_ice_store_set (copy, setting->pspec, &setting->value);
  }
  return copy;
}

const GValue *
gst_ice_store_get (const GstIceStore *self, const GParamSpec *pspec)
{
  const Setting *setting = find (self, pspec);

  return setting ? &setting->value : NULL;
}

gchar *
gst_ice_store_apply_one (GstIceAgent *agent, GstElement *element,
    GParamSpec *pspec, const GValue *value)
{
  gchar *complaint = gst_ice_share_claim (agent, element, pspec, value);

  g_object_set_property (G_OBJECT (agent), pspec->name, value);
  return complaint;
}

void
gst_ice_store_apply (const GstIceStore *self, GstIceAgent *agent,
    GstElement *element, GPtrArray *complaints)
{
  for (guint i = 0; i < self->list->len; i++) {
    const Setting *setting = &g_array_index (self->list, Setting, i);
    gchar *complaint = gst_ice_store_apply_one (agent, element, setting->pspec,
        &setting->value);

    if (complaint)
      g_ptr_array_add (complaints, complaint);
  }
}
