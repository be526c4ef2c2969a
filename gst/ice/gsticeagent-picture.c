/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking at a running agent: one picture under the lock, made into statistics
 * and graphs outside of it. */

#include "gsticeagent-private.h"

#include "gsticecandidate.h"
#include "gsticegraph.h"

#define GST_CAT_DEFAULT gst_ice_agent_debug

static void
fill_pairs (GstIceAgent *self, GstIcePicture *picture)
{
  guint n = ice_session_n_pairs (self->session);
  guint i;

  for (i = 0; i < n; i++) {
    IcePairInfo pair;

    if (ice_session_pair_info (self->session, i, &pair))
      g_array_append_val (picture->pairs, pair);
  }
}

static void
fill_component (GstIceAgent *self, GstIcePicture *picture, guint stream,
    guint id)
{
  GstIceComponent *component =
      gst_ice_stream_peek (g_ptr_array_index (self->streams, stream), id);
  GstIceComponentPicture part = { .stream = stream, .component = id };

  part.path_mtu = gst_ice_component_get_path_mtu (component);
  gst_ice_component_read_counters (component, &part.counters);
  if (self->session != NULL)
    part.has_selected =
        ice_session_selected_info (self->session, stream, id, &part.selected);
  g_array_append_val (picture->components, part);
}

static void
fill_components (GstIceAgent *self, GstIcePicture *picture)
{
  guint i;
  guint id;

  for (i = 0; i < self->streams->len; i++) {
    GstIceStream *stream = g_ptr_array_index (self->streams, i);

    for (id = 1; stream != NULL && id <= gst_ice_stream_n_components (stream);
         id++)
      fill_component (self, picture, i, id);
  }
}

static void
fill_servers (GstIceAgent *self, GstIcePicture *picture)
{
  guint i;

  for (i = 0; i < self->results->len; i++) {
    GstIceServerResult copy =
        g_array_index (self->results, GstIceServerResult, i);

    copy.uri = g_strdup (copy.uri);
    g_array_append_val (picture->servers, copy);
  }
  for (i = 0; i < self->asked->len; i++) {
    GstIceAskedServer *asked =
        &g_array_index (self->asked, GstIceAskedServer, i);
    GstIceServerResult waiting = { .asked = FALSE };

    if (asked->ok + asked->failed > 0)
      continue;
    waiting.uri = g_strdup (asked->uri);
    g_array_append_val (picture->servers, waiting);
  }
}

static void
fill_candidates (GstIcePicture *picture, GArray *known)
{
  guint i;

  for (i = 0; i < known->len; i++)
    gst_ice_picture_add_candidate (picture,
        &g_array_index (known, GstIceKnownCandidate, i));
}

GstIcePicture *
gst_ice_agent_take_picture (GstIceAgent *self)
{
  GstIcePicture *picture = gst_ice_picture_new ();

  g_mutex_lock (&self->lock);
  picture->now = gst_ice_loop_now ();
  picture->realtime = g_get_real_time ();
  picture->started = self->started;
  picture->gathering = self->gathering;
  picture->state = self->state;
  picture->role = self->role;
  g_array_unref (picture->marks);
  picture->marks = gst_ice_timeline_read (&self->timeline);
  fill_components (self, picture);
  fill_servers (self, picture);
  fill_candidates (picture, self->candidates);
  fill_candidates (picture, self->remotes);
  picture->local_ufrag = g_strdup (self->ufrag);
  if (self->session != NULL) {
    g_free (picture->local_ufrag);
    picture->local_ufrag = g_strdup (ice_session_local_ufrag (self->session));
    ice_session_info (self->session, &picture->info);
    fill_pairs (self, picture);
  }
  g_mutex_unlock (&self->lock);
  gst_ice_picture_complete (picture);
  return picture;
}

/**
 * gst_ice_agent_get_stats:
 * @agent: a #GstIceAgent
 *
 * Gets "application/x-ice-stats": one nested structure for each object, as a
 * field named by its id, with W3C's "candidate-pair", "local-candidate",
 * "remote-candidate" and "transport" in kebab-case, times in milliseconds; and
 * the results of servers ("ice-server-0"…), every drop counter ("drops") and the
 * "timeline", an array of structures with `time` and `what`.
 *
 * Returns: (transfer full): the statistics
 *
 * Since: 0.1
 */
GstStructure *
gst_ice_agent_get_stats (GstIceAgent *agent)
{
  g_autoptr (GstIcePicture) picture = NULL;

  g_return_val_if_fail (GST_IS_ICE_AGENT (agent), NULL);

  picture = gst_ice_agent_take_picture (agent);
  return gst_ice_stats_to_structure (picture);
}

/**
 * gst_ice_agent_get_graph:
 * @agent: a #GstIceAgent
 * @format: "dot": candidates and pairs for Graphviz; "svg": what happened when;
 *   "json": all of it for programs
 *
 * Returns: (transfer full) (nullable): the text; %NULL for another format
 *
 * Since: 0.1
 */
gchar *
gst_ice_agent_get_graph (GstIceAgent *agent, const gchar *format)
{
  g_autoptr (GstIcePicture) picture = NULL;

  g_return_val_if_fail (GST_IS_ICE_AGENT (agent), NULL);
  g_return_val_if_fail (format != NULL, NULL);

  picture = gst_ice_agent_take_picture (agent);
  if (g_str_equal (format, "dot"))
    return gst_ice_graph_dot (picture);
  if (g_str_equal (format, "svg"))
    return gst_ice_graph_svg (picture);
  if (g_str_equal (format, "json"))
    return gst_ice_graph_json (picture);
  return NULL;
}

/**
 * gst_ice_agent_get_selected_pair:
 * @agent: a #GstIceAgent
 * @stream: the m-line index
 * @component: 1 to 256
 *
 * Returns: (transfer full) (nullable): the path that media of the component
 *   takes, as in #GstIceAgent::on-selected-pair
 *
 * Since: 0.1
 */
GstStructure *
gst_ice_agent_get_selected_pair (GstIceAgent *agent, guint stream,
    guint component)
{
  IceOutSelected selected;
  IcePairInfo pair;
  gboolean found;

  g_return_val_if_fail (GST_IS_ICE_AGENT (agent), NULL);

  g_mutex_lock (&agent->lock);
  found = agent->session != NULL &&
      ice_session_selected_info (agent->session, stream, component, &pair);
  g_mutex_unlock (&agent->lock);
  if (!found)
    return NULL;
  selected = (IceOutSelected){ .stream = pair.stream,
    .component = pair.component,
    .local = pair.local,
    .remote = pair.remote,
    .rtt = pair.rtt };
  return gst_ice_candidate_selected_pair (&selected);
}

/* As GStreamer does with pipelines, for who asked for it by the environment. */
void
gst_ice_agent_dump_dot (GstIceAgent *self, GstElement *poster)
{
  const gchar *dir = g_getenv ("GST_DEBUG_DUMP_DOT_DIR");
  GstObject *named = poster != NULL ? GST_OBJECT (poster) : GST_OBJECT (self);
  g_autofree gchar *name = NULL;
  g_autofree gchar *file = NULL;
  g_autofree gchar *path = NULL;
  g_autofree gchar *dot = NULL;
  g_autoptr (GError) error = NULL;

  if (dir == NULL)
    return;
  name = gst_object_get_name (named);
  file = g_strdup_printf ("%u.%02u.%02u.%09u-%s.connected.dot",
      GST_TIME_ARGS (gst_ice_loop_now () - self->started), name);
  path = g_build_filename (dir, file, NULL);
  dot = gst_ice_agent_get_graph (self, "dot");
  if (!g_file_set_contents (path, dot, -1, &error))
    GST_WARNING_OBJECT (self, "%s", error->message);
}
