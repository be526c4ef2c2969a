/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The URI forms of icesrc and icesink. "ice+" before the carrier's own URI
 * keeps unix: and file: from being taken for somebody else's. */

#include "gsticeuri.h"

#include <string.h>
#include <gst/ice/ice.h>

#define PREFIX "ice+"

typedef struct
{
  GParamSpec *pspec;
  GValue value;
} Item;

const gchar *const *
gst_ice_uri_protocols (void)
{
  static const gchar *const protocols[] = { PREFIX "unix", PREFIX "tcp",
    PREFIX "tcp-listen", PREFIX "file", NULL };

  return protocols;
}

static gboolean
is_ours (const gchar *scheme)
{
  return scheme && g_strv_contains (gst_ice_uri_protocols (), scheme);
}

static void
item_clear (gpointer data)
{
  Item *item = data;

  g_value_unset (&item->value);
}

static gboolean
parse_item (GObjectClass *klass, const gchar *name, const gchar *text,
    Item *out_item, GError **error)
{
  GParamSpec *pspec = g_object_class_find_property (klass, name);
  Item item = { .pspec = pspec, .value = G_VALUE_INIT };

  if (!pspec || !(pspec->flags & G_PARAM_WRITABLE) ||
      g_str_equal (name, "uri") || g_str_equal (name, "signalling")) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_REFERENCE,
        "%s cannot be set by a URI: the query takes property=value", name);
    return FALSE;
  }
  g_value_init (&item.value, pspec->value_type);
  if (!text || !gst_value_deserialize_with_pspec (&item.value, text, pspec) ||
      g_param_value_validate (pspec, &item.value)) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_REFERENCE,
        "%s=%s: not a value of this property (%s)", name, text ? text : "",
        g_param_spec_get_blurb (pspec));
    g_value_unset (&item.value);
    return FALSE;
  }
  *out_item = item;
  return TRUE;
}

/* (transfer full): one Item for each part of the query; NULL when one is bad. */
static GArray *
parse_query (GstUri *uri, GObjectClass *klass, GError **error)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (Item));
  g_autoptr (GHashTable) table = gst_uri_get_query_table (uri);
  GHashTableIter iter;
  gpointer name, text;

  g_array_set_clear_func (items, item_clear);
  if (!table)
    return g_steal_pointer (&items);
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &name, &text)) {
    Item item;

    if (!parse_item (klass, name, text, &item, error))
      return NULL;
    g_array_append_val (items, item);
  }
  return g_steal_pointer (&items);
}

static gchar *
carrier_of (const gchar *uri)
{
  const gchar *rest = uri + strlen (PREFIX);

  return g_strndup (rest, strcspn (rest, "?#"));
}

gboolean
gst_ice_uri_apply (const gchar *text, GstElement *element, GError **error)
{
  g_autoptr (GstUri) uri = gst_uri_from_string (text);
  g_autoptr (GArray) items = NULL;
  g_autofree gchar *carrier = NULL;
  GstIceSignaller *signaller;

  if (!uri || !is_ours (gst_uri_get_scheme (uri))) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_UNSUPPORTED_PROTOCOL,
        "%s: wanted is ice+unix:///path, ice+tcp://host:port, "
        "ice+tcp-listen://:port or ice+file:///directory/room",
        text);
    return FALSE;
  }
  items = parse_query (uri, G_OBJECT_GET_CLASS (element), error);
  if (!items)
    return FALSE;
  carrier = carrier_of (text);
  signaller = gst_ice_signaller_new_for_uri (carrier, error);
  if (!signaller)
    return FALSE;
  g_object_unref (signaller);

  g_object_set (element, "signalling", carrier, NULL);
  for (guint i = 0; i < items->len; i++) {
    Item *item = &g_array_index (items, Item, i);

    g_object_set_property (G_OBJECT (element), item->pspec->name, &item->value);
  }
  return TRUE;
}
