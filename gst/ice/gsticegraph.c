/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pair graph for Graphviz, and everything as JSON. Names and addresses are
 * ours or were parsed as such; texts of servers are quoted. */

#include "gsticegraph.h"

#include <json-glib/json-glib.h>

#include "gsticecandidate.h"

/* --- dot ------------------------------------------------------------------------ */

static gchar *
dot_quote (const gchar *text)
{
  g_autofree gchar *escaped = g_strescape (text, NULL);

  return g_strdup_printf ("\"%s\"", escaped);
}

static const gchar *
pair_color (IcePairState state)
{
  switch (state) {
    case ICE_PAIR_FROZEN:
      return "#9aa5b1";
    case ICE_PAIR_WAITING:
      return "#627d98";
    case ICE_PAIR_IN_PROGRESS:
      return "#d9822b";
    case ICE_PAIR_SUCCEEDED:
      return "#1f8a4c";
    case ICE_PAIR_FAILED:
      return "#c0392b";
  }
  g_assert_not_reached ();
}

static void
append_node (GString *dot, const GstIceKnownCandidate *known)
{
  g_autofree gchar *id = gst_ice_stats_candidate_id (known);
  g_autofree gchar *quoted = dot_quote (id);
  char text[NET_ADDR_TEXT_MAX];

  g_string_append_printf (dot, "    %s [label=\"%s\\n%s\"];\n", quoted,
      ice_cand_type_name (known->cand.type),
      net_addr_format (known->cand.addr, text));
}

static void
append_side (GString *dot, const GstIcePicture *picture, gboolean remote)
{
  guint i;

  g_string_append_printf (dot,
      "  subgraph cluster_%s {\n    label=\"%s\";\n"
      "    style=rounded; color=\"#bcccdc\"; fontsize=11;\n",
      remote ? "remote" : "local", remote ? "the peer" : "this side");
  for (i = 0; i < picture->candidates->len; i++) {
    const GstIceKnownCandidate *known =
        &g_array_index (picture->candidates, GstIceKnownCandidate, i);

    if (known->remote == remote)
      append_node (dot, known);
  }
  g_string_append (dot, "  }\n");
}

static void
append_edge (GString *dot, const IcePairInfo *pair)
{
  GstIceKnownCandidate local = { pair->stream, FALSE, pair->local };
  GstIceKnownCandidate remote = { pair->stream, TRUE, pair->remote };
  g_autofree gchar *local_id = gst_ice_stats_candidate_id (&local);
  g_autofree gchar *remote_id = gst_ice_stats_candidate_id (&remote);
  g_autofree gchar *from = dot_quote (local_id);
  g_autofree gchar *to = dot_quote (remote_id);
  g_autofree gchar *label = pair->rtt != 0
      ? gst_ice_candidate_time_text (pair->rtt)
      : g_strdup (ice_pair_state_name (pair->state));

  g_string_append_printf (dot,
      "  %s -> %s [label=\"%s\", color=\"%s\", fontcolor=\"%s\", "
      "penwidth=%d%s];\n",
      from, to, label, pair_color (pair->state), pair_color (pair->state),
      pair->nominated ? 4 : 1, pair->nominated ? ", style=bold" : "");
}

gchar *
gst_ice_graph_dot (const GstIcePicture *picture)
{
  GString *dot = g_string_new ("digraph ice {\n");
  guint i;

  g_string_append_printf (dot,
      "  rankdir=LR; ranksep=2; bgcolor=\"white\"; fontname=\"sans\";\n"
      "  label=\"ICE %s, %s\"; labelloc=t; fontsize=14;\n"
      "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f0f4f8\", "
      "color=\"#829ab1\", fontname=\"sans\", fontsize=10];\n"
      "  edge [arrowhead=none, fontname=\"sans\", fontsize=9];\n",
      gst_ice_state_name (picture->state),
      picture->role == ICE_CONTROLLING ? "controlling" : "controlled");
  append_side (dot, picture, FALSE);
  append_side (dot, picture, TRUE);
  for (i = 0; i < picture->pairs->len; i++)
    append_edge (dot, &g_array_index (picture->pairs, IcePairInfo, i));
  g_string_append (dot, "}\n");
  return g_string_free (dot, FALSE);
}

/* --- json ----------------------------------------------------------------------- */

static void append_value (JsonBuilder *builder, const GValue *value);

static gboolean
append_field (GQuark id, const GValue *value, gpointer builder)
{
  json_builder_set_member_name (builder, g_quark_to_string (id));
  append_value (builder, value);
  return TRUE;
}

static void
append_structure (JsonBuilder *builder, const GstStructure *structure)
{
  json_builder_begin_object (builder);
  gst_structure_foreach (structure, append_field, builder);
  json_builder_end_object (builder);
}

static void
append_array (JsonBuilder *builder, const GValue *array)
{
  guint i;

  json_builder_begin_array (builder);
  for (i = 0; i < gst_value_array_get_size (array); i++)
    append_value (builder, gst_value_array_get_value (array, i));
  json_builder_end_array (builder);
}

/* JSON numbers are doubles for many readers: what those cannot hold goes as
 * text. */
static void
append_u64 (JsonBuilder *builder, guint64 number)
{
  g_autofree gchar *text = NULL;

  if (number <= G_GUINT64_CONSTANT (1) << 53) {
    json_builder_add_int_value (builder, (gint64) number);
    return;
  }
  text = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  json_builder_add_string_value (builder, text);
}

static void
append_value (JsonBuilder *builder, const GValue *value)
{
  if (G_VALUE_HOLDS (value, GST_TYPE_STRUCTURE))
    append_structure (builder, gst_value_get_structure (value));
  else if (GST_VALUE_HOLDS_ARRAY (value))
    append_array (builder, value);
  else if (G_VALUE_HOLDS_UINT64 (value))
    append_u64 (builder, g_value_get_uint64 (value));
  else if (G_VALUE_HOLDS_UINT (value))
    append_u64 (builder, g_value_get_uint (value));
  else if (G_VALUE_HOLDS_DOUBLE (value))
    json_builder_add_double_value (builder, g_value_get_double (value));
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    json_builder_add_boolean_value (builder, g_value_get_boolean (value));
  else
    json_builder_add_string_value (builder, g_value_get_string (value));
}

gchar *
gst_ice_graph_json (const GstIcePicture *picture)
{
  g_autoptr (GstStructure) stats = gst_ice_stats_to_structure (picture);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  append_structure (builder, stats);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}
