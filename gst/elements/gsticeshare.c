/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the elements on one agent have to know of each other. Owned by the agent
 * as object data; guarded by a lock of its own, held only inside this file. */

#include "gsticeshare.h"

typedef struct
{
  GstElement *element; /* compared, never used: may be gone */
  gchar *element_name;
  GValue value;
  gboolean warned;
} Claim;

typedef struct
{
  GMutex lock;         /* guards all below */
  GHashTable *claims;  /* property name → Claim */
  GHashTable *sinks;   /* started icesinks → at end of stream? */
  GHashTable *readers; /* stream and component → GstElement *, there */
} GstIceShare;

static void
claim_free (gpointer data)
{
  Claim *claim = data;

  g_free (claim->element_name);
  g_value_unset (&claim->value);
  g_free (claim);
}

static void
share_free (gpointer data)
{
  GstIceShare *share = data;

  g_hash_table_unref (share->claims);
  g_hash_table_unref (share->sinks);
  g_hash_table_unref (share->readers);
  g_mutex_clear (&share->lock);
  g_free (share);
}

static GstIceShare *
share_of (GstIceAgent *agent)
{
  static GMutex creation;
  GstIceShare *share;

  g_mutex_lock (&creation);
  share = g_object_get_data (G_OBJECT (agent), "gst-ice-share");
  if (!share) {
    share = g_new0 (GstIceShare, 1);
    g_mutex_init (&share->lock);
    share->claims =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, claim_free);
    share->sinks = g_hash_table_new (NULL, NULL);
    share->readers = g_hash_table_new (NULL, NULL);
    g_object_set_data_full (G_OBJECT (agent), "gst-ice-share", share,
        share_free);
  }
  g_mutex_unlock (&creation);
  return share;
}

/* A password is nobody's business on the bus. */
static gchar *
printable (const GParamSpec *pspec, const GValue *value)
{
  if (!(pspec->flags & G_PARAM_READABLE) ||
      g_str_has_suffix (pspec->name, "-pwd"))
    return g_strdup ("a secret");
  return g_strdup_value_contents (value);
}

static gchar *
describe_conflict (GstElement *element, GParamSpec *pspec, const Claim *old,
    const GValue *value)
{
  g_autofree gchar *before = printable (pspec, &old->value);
  g_autofree gchar *now = printable (pspec, value);

  return g_strdup_printf ("%s and %s share an agent but not the property %s: "
                          "%s, set by %s, replaces %s",
      old->element_name, GST_OBJECT_NAME (element), pspec->name, now,
      GST_OBJECT_NAME (element), before);
}

gchar *
gst_ice_share_claim (GstIceAgent *agent, GstElement *element, GParamSpec *pspec,
    const GValue *value)
{
  GstIceShare *share = share_of (agent);
  gchar *conflict = NULL;
  gboolean warned = FALSE;
  Claim *claim;

  g_mutex_lock (&share->lock);
  claim = g_hash_table_lookup (share->claims, pspec->name);
  if (claim) {
    warned = claim->warned;
    if (!warned && claim->element != element &&
        g_param_values_cmp (pspec, &claim->value, value) != 0) {
      conflict = describe_conflict (element, pspec, claim, value);
      warned = TRUE;
    }
  }
  claim = g_new0 (Claim, 1);
  claim->element = element;
  claim->element_name = gst_object_get_name (GST_OBJECT (element));
  claim->warned = warned;
  g_value_init (&claim->value, G_VALUE_TYPE (value));
  g_value_copy (value, &claim->value);
  g_hash_table_insert (share->claims, g_strdup (pspec->name), claim);
  g_mutex_unlock (&share->lock);
  return conflict;
}

static gboolean
is_of (G_GNUC_UNUSED gpointer key, gpointer value, gpointer element)
{
  return ((Claim *) value)->element == element;
}

static gboolean
is_reader (G_GNUC_UNUSED gpointer key, gpointer value, gpointer element)
{
  return value == element;
}

void
gst_ice_share_leave (GstIceAgent *agent, GstElement *element)
{
  GstIceShare *share = share_of (agent);

  g_mutex_lock (&share->lock);
  g_hash_table_foreach_remove (share->claims, is_of, element);
  g_hash_table_foreach_remove (share->readers, is_reader, element);
  g_hash_table_remove (share->sinks, element);
  g_mutex_unlock (&share->lock);
}

gchar *
gst_ice_share_take_component (GstIceAgent *agent, GstElement *src, guint stream,
    guint component)
{
  GstIceShare *share = share_of (agent);
  gpointer key = GUINT_TO_POINTER (stream << 16 | component);
  gchar *reader_name = NULL;
  GstElement *reader;

  g_mutex_lock (&share->lock);
  reader = g_hash_table_lookup (share->readers, key);
  if (reader && reader != src)
    reader_name = gst_object_get_name (GST_OBJECT (reader));
  else
    g_hash_table_insert (share->readers, key, src);
  g_mutex_unlock (&share->lock);
  return reader_name;
}

void
gst_ice_share_add_sink (GstIceAgent *agent, GstElement *sink)
{
  GstIceShare *share = share_of (agent);

  g_mutex_lock (&share->lock);
  g_hash_table_insert (share->sinks, sink, GINT_TO_POINTER (FALSE));
  g_mutex_unlock (&share->lock);
}

gboolean
gst_ice_share_sink_at_eos (GstIceAgent *agent, GstElement *sink)
{
  GstIceShare *share = share_of (agent);
  gboolean all = TRUE;
  GHashTableIter iter;
  gpointer at_eos;

  g_mutex_lock (&share->lock);
  g_hash_table_insert (share->sinks, sink, GINT_TO_POINTER (TRUE));
  g_hash_table_iter_init (&iter, share->sinks);
  while (g_hash_table_iter_next (&iter, NULL, &at_eos))
    all = all && GPOINTER_TO_INT (at_eos);
  g_mutex_unlock (&share->lock);
  return all;
}
