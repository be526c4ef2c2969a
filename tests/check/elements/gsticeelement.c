/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What icesrc and icesink have in common: the agent's face on both, values that
 * come before their agent, elements that share one, URIs, and bad settings. */

#include "ends.h"

static const gchar *const factories[] = { "icesrc", "icesink" };

static GstElement *
make (const gchar *factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  fail_unless (element != NULL);
  return gst_object_ref_sink (element);
}

/* ---- the agent's face ---- */

GST_START_TEST (the_agents_properties_are_on_both_elements)
{
  GObjectClass *agent = g_type_class_ref (GST_TYPE_ICE_AGENT);
  GstElement *element = make (factories[__i__]);
  guint n, seen = 0;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (agent, &n);

  for (guint i = 0; i < n; i++) {
    GParamSpec *theirs = pspecs[i], *ours;

    if (theirs->owner_type != GST_TYPE_ICE_AGENT ||
        theirs->flags & G_PARAM_CONSTRUCT_ONLY)
      continue;
    ours = g_object_class_find_property (G_OBJECT_GET_CLASS (element),
        theirs->name);
    fail_unless (ours != NULL, "%s", theirs->name);
    fail_unless (ours->owner_type == G_OBJECT_TYPE (element));
    fail_unless (ours->value_type == theirs->value_type, "%s", theirs->name);
    fail_unless (g_param_values_cmp (ours,
                     g_param_spec_get_default_value (ours),
                     g_param_spec_get_default_value (theirs)) == 0,
        "%s", theirs->name);
    seen++;
  }
  fail_unless (seen > 20, "%u", seen);
  gst_object_unref (element);
  g_type_class_unref (agent);
}
GST_END_TEST;

GST_START_TEST (the_agents_signals_are_on_both_elements)
{
  GstElement *element = make (factories[__i__]);
  guint n;
  g_autofree guint *ids = NULL;

  g_type_class_unref (g_type_class_ref (GST_TYPE_ICE_AGENT));
  ids = g_signal_list_ids (GST_TYPE_ICE_AGENT, &n);
  fail_unless (n >= 16, "%u", n);
  for (guint i = 0; i < n; i++) {
    GSignalQuery theirs, ours;
    guint id;

    g_signal_query (ids[i], &theirs);
    id = g_signal_lookup (theirs.signal_name, G_OBJECT_TYPE (element));
    fail_unless (id != 0, "%s", theirs.signal_name);
    g_signal_query (id, &ours);
    fail_unless (ours.itype == G_OBJECT_TYPE (element));
    fail_unless (ours.return_type == theirs.return_type);
    fail_unless_equals_int (ours.n_params, theirs.n_params);
    fail_unless_equals_int (ours.signal_flags & G_SIGNAL_ACTION,
        theirs.signal_flags & G_SIGNAL_ACTION);
  }
  gst_object_unref (element);
}
GST_END_TEST;

/* Every [S] property that can be set: a value that is not its default. */
static const struct
{
  const gchar *name;
  const gchar *value;
} settings[] = {
  { "stun-server", "stun://127.0.0.1:9" },
  { "ice-servers", "stun:127.0.0.1:9" },
  { "candidate-types", "host" },
  { "ip-family", "ipv6" },
  { "interfaces", "lo,!docker*" },
  { "bind-address", "127.0.0.1" },
  { "port-range", "50000-50100" },
  { "external-address", "192.0.2.1" },
  { "ice-role", "controlled" },
  { "nomination", "aggressive" },
  { "ice-lite", "true" },
  { "ta", "20" },
  { "gather-timeout", "1000" },
  { "connect-timeout", "2000" },
  { "consent-timeout", "20000" },
  { "disconnect-timeout", "3000" },
  { "auto-restart", "false" },
  { "on-failure", "wait" },
  { "local-ufrag", "abcd" },
  { "local-pwd", "abcdefghijklmnopqrstuv" },
  { "remote-ufrag", "efgh" },
  { "remote-pwd", "vutsrqponmlkjihgfedcba" },
  { "signalling", "unix:///tmp/nowhere" },
  { "stats-update-interval", "100" },
};

static gchar *
read_as_text (gpointer object, const gchar *name)
{
  GParamSpec *pspec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (object), name);
  GValue value = G_VALUE_INIT;
  gchar *text;

  g_value_init (&value, pspec->value_type);
  g_object_get_property (object, name, &value);
  text = gst_value_serialize (&value);
  g_value_unset (&value);
  return text;
}

static void
expect_same (gpointer a, gpointer b, const gchar *name)
{
  g_autofree gchar *first_text = read_as_text (a, name);
  g_autofree gchar *second_text = read_as_text (b, name);

  fail_unless (g_strcmp0 (first_text, second_text) == 0, "%s: %s, %s", name,
      first_text, second_text);
}

static void
set_all (gpointer object)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    gst_util_set_object_arg (object, settings[i].name, settings[i].value);
}

/* A launch line may name the agent last. */
GST_START_TEST (values_set_before_the_agent_reach_it)
{
  GstElement *element = make (factories[__i__]);
  GstIceAgent *plain = gst_ice_agent_new (NULL), *agent;

  set_all (plain);
  set_all (element);
  /* Already readable, with no agent made for it. */
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    if (!g_str_has_suffix (settings[i].name, "-pwd") &&
        !g_str_has_prefix (settings[i].name, "local-"))
      expect_same (element, plain, settings[i].name);
  }
  g_object_set (element, "agent-id", "named-last", NULL);
  g_object_get (element, "agent", &agent, NULL);
  fail_unless (agent == gst_ice_agent_get_shared ("named-last"));
  g_object_unref (agent);
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    expect_same (agent, plain, settings[i].name);
    expect_same (element, plain, settings[i].name);
  }
  g_object_unref (agent);
  g_object_unref (plain);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (values_set_after_the_agent_reach_it)
{
  GstElement *element = make (factories[__i__]);
  GstIceAgent *plain = gst_ice_agent_new (NULL), *agent;

  g_object_get (element, "agent", &agent, NULL);
  set_all (plain);
  set_all (element);
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    expect_same (agent, plain, settings[i].name);
  g_object_unref (agent);
  g_object_unref (plain);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (values_follow_to_another_agent)
{
  GstElement *element = make ("icesrc");
  GstIceAgent *before, *after;
  guint ta;

  g_object_set (element, "ta", 33, NULL);
  g_object_get (element, "agent", &before, NULL);
  g_object_set (element, "agent-id", "another", NULL);
  g_object_get (element, "agent", &after, NULL);
  fail_if (before == after);
  g_object_get (after, "ta", &ta, NULL);
  fail_unless_equals_int (ta, 33);
  g_object_unref (before);
  g_object_unref (after);
  gst_object_unref (element);
}
GST_END_TEST;

static void
note_name (G_GNUC_UNUSED GObject *object, GParamSpec *pspec, gpointer set)
{
  g_hash_table_add (set, g_strdup (pspec->name));
}

GST_START_TEST (a_change_at_the_agent_is_told_by_the_element)
{
  GstElement *element = make ("icesink");
  g_autoptr (GHashTable) names =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GstIceAgent *agent;

  g_signal_connect (element, "notify", G_CALLBACK (note_name), names);
  g_object_get (element, "agent", &agent, NULL);
  g_object_set (agent, "ta", 21, NULL);
  fail_unless (g_hash_table_contains (names, "ta"));
  g_object_unref (agent);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (credentials_are_valid_from_null_on)
{
  GstElement *element = make (factories[__i__]);
  g_autofree gchar *ufrag = NULL, *pwd = NULL, *again = NULL, *playing = NULL;

  g_object_get (element, "local-ufrag", &ufrag, "local-pwd", &pwd, NULL);
  fail_unless (strlen (ufrag) >= 4);
  fail_unless (strlen (pwd) >= 22);
  g_object_get (element, "local-ufrag", &again, NULL);
  fail_unless_equals_string (again, ufrag);
  gst_element_set_state (element, GST_STATE_PLAYING);
  g_object_get (element, "local-ufrag", &playing, NULL);
  fail_unless_equals_string (playing, ufrag);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (common_properties_are_what_was_set)
{
  GstElement *element = make (factories[__i__]);
  g_autofree gchar *id = NULL, *none = NULL;
  guint stream, component, path_mtu;
  GstStructure *pair;

  g_object_get (element, "agent-id", &none, "stream", &stream, "component",
      &component, "path-mtu", &path_mtu, "selected-pair", &pair, NULL);
  fail_unless (none == NULL);
  fail_unless_equals_int (stream, 0);
  fail_unless_equals_int (component, 1);
  fail_unless_equals_int (path_mtu, 0);
  fail_unless (pair == NULL);
  g_object_set (element, "agent-id", "some", "stream", 3, "component", 2, NULL);
  g_object_get (element, "agent-id", &id, "stream", &stream, "component",
      &component, NULL);
  fail_unless_equals_string (id, "some");
  fail_unless_equals_int (stream, 3);
  fail_unless_equals_int (component, 2);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (an_agent_given_is_the_agent_used)
{
  GstElement *element = make (factories[__i__]);
  GstIceAgent *agent = gst_ice_agent_new (NULL), *got;
  g_autofree gchar *theirs = NULL, *ours = NULL;

  g_object_set (element, "agent", agent, NULL);
  g_object_get (element, "agent", &got, "local-ufrag", &ours, NULL);
  g_object_get (agent, "local-ufrag", &theirs, NULL);
  fail_unless (got == agent);
  fail_unless_equals_string (ours, theirs);
  g_object_unref (got);
  gst_object_unref (element);
  g_object_unref (agent);
}
GST_END_TEST;

/* ---- actions and signals ---- */

GST_START_TEST (actions_reach_the_agent)
{
  GstElement *element = make (factories[__i__]);
  g_autofree gchar *description = NULL, *graph = NULL;
  GstStructure *stats = NULL;
  gboolean added = FALSE, taken = TRUE;

  g_signal_emit_by_name (element, "get-local-description", &description);
  fail_unless (strstr (description, "a=ice-ufrag:") != NULL);
  g_signal_emit_by_name (element, "get-stats", &stats);
  fail_unless (gst_structure_has_name (stats, "application/x-ice-stats"));
  gst_structure_free (stats);
  g_signal_emit_by_name (element, "get-graph", "dot", &graph);
  fail_unless (g_str_has_prefix (graph, "digraph"), "%s", graph);
  g_signal_emit_by_name (element, "add-ice-server", "stun:127.0.0.1:3478",
      &added);
  fail_unless (added);
  g_signal_emit_by_name (element, "add-ice-server", "nonsense", &added);
  fail_if (added);
  g_signal_emit_by_name (element, "set-remote-description", "nonsense", &taken);
  fail_if (taken);
  g_signal_emit_by_name (element, "close");
  gst_object_unref (element);
}
GST_END_TEST;

/* Two elements, wired by an application through signals only. */
typedef struct
{
  End *from;
  End *to;
  guint ends; /* end-of-candidates seen */
} Wire;

static void
carry (G_GNUC_UNUSED GstElement *from, guint stream, const gchar *candidate,
    gpointer data)
{
  Wire *wire = data;

  fail_unless_equals_int (wire->ends, 0); /* the end is the last */
  if (*candidate == '\0')
    wire->ends++;
  else
    fail_unless (g_str_has_prefix (candidate, "candidate:"));
  g_signal_emit_by_name (wire->to->element, "add-ice-candidate", stream,
      candidate);
}

static void
connect_wire (Wire *wire)
{
  g_autofree gchar *ufrag = NULL, *pwd = NULL;

  g_object_get (wire->from->element, "local-ufrag", &ufrag, "local-pwd", &pwd,
      NULL);
  g_signal_connect (wire->from->element, "on-ice-candidate", G_CALLBACK (carry),
      wire);
  g_signal_emit_by_name (wire->to->element, "set-remote-credentials", ufrag,
      pwd);
}

GST_START_TEST (candidates_can_be_exchanged_by_hand)
{
  End *src = end_new ("icesrc", ""), *sink = end_new ("icesink", "");
  Wire there = { sink, src, 0 }, back = { src, sink, 0 };

  connect_wire (&there);
  connect_wire (&back);
  end_play (src);
  end_play (sink);
  end_begin_stream (sink);
  end_expect_connected (src);
  end_expect_connected (sink);
  end_send (sink, 0, 10);
  end_expect_buffers (src, 10);
  end_free (src);
  end_free (sink);
}
GST_END_TEST;

static void
carry_description (G_GNUC_UNUSED GstElement *from, const gchar *sdpfrag,
    gpointer to)
{
  gboolean taken = FALSE;

  fail_unless (strstr (sdpfrag, "a=ice-pwd:") != NULL);
  g_signal_emit_by_name (((End *) to)->element, "set-remote-description",
      sdpfrag, &taken);
  fail_unless (taken);
}

static void
just_carry (G_GNUC_UNUSED GstElement *from, guint stream,
    const gchar *candidate, gpointer to)
{
  g_signal_emit_by_name (((End *) to)->element, "add-ice-candidate", stream,
      candidate);
}

GST_START_TEST (descriptions_can_be_exchanged_by_hand)
{
  End *src = end_new ("icesrc", ""), *sink = end_new ("icesink", "");

  g_signal_connect (src->element, "on-local-description",
      G_CALLBACK (carry_description), sink);
  g_signal_connect (sink->element, "on-local-description",
      G_CALLBACK (carry_description), src);
  g_signal_connect (src->element, "on-ice-candidate", G_CALLBACK (just_carry),
      sink);
  g_signal_connect (sink->element, "on-ice-candidate", G_CALLBACK (just_carry),
      src);
  end_play (src);
  end_play (sink);
  end_expect_connected (src);
  end_expect_connected (sink);
  end_free (src);
  end_free (sink);
}
GST_END_TEST;

static void
keep_pair (G_GNUC_UNUSED GstElement *element, GstStructure *pair, gpointer data)
{
  End *end = data;
  guint port;

  fail_unless (gst_structure_get_uint (pair, "local-port", &port));
  end_wake (end);
}

GST_START_TEST (the_selected_pair_is_told)
{
  g_autoptr (GstStructure) ours = NULL, theirs = NULL;
  guint local, remote, path_mtu;
  Ends ends;

  ends_init (&ends, "", "");
  g_signal_connect (ends.src->element, "on-selected-pair",
      G_CALLBACK (keep_pair), ends.src);
  ends_connect (&ends);
  g_object_get (ends.src->element, "selected-pair", &ours, "path-mtu",
      &path_mtu, NULL);
  g_object_get (ends.sink->element, "selected-pair", &theirs, NULL);
  fail_unless_equals_string (gst_structure_get_string (ours, "local-address"),
      "127.0.0.1");
  fail_unless_equals_string (gst_structure_get_string (ours, "local-type"),
      "host");
  gst_structure_get_uint (ours, "local-port", &local);
  gst_structure_get_uint (theirs, "remote-port", &remote);
  fail_unless_equals_int (local, remote);
  fail_unless (path_mtu >= 1200);
  ends_clear (&ends);
}
GST_END_TEST;

static gboolean
refuse_all (G_GNUC_UNUSED GstElement *element, GstStructure *candidate,
    gpointer asked)
{
  fail_unless (gst_structure_has_field (candidate, "address"));
  g_atomic_int_inc ((gint *) asked);
  return FALSE;
}

static void
count_candidate (G_GNUC_UNUSED GstElement *element, guint stream,
    const gchar *candidate, gpointer counts)
{
  fail_unless_equals_int (stream, 0);
  g_atomic_int_inc ((gint *) counts + (*candidate == '\0'));
}

static gboolean
end_has_gathered (End *end, G_GNUC_UNUSED guint n)
{
  GstIceGatheringState state;

  g_object_get (end->element, "ice-gathering-state", &state, NULL);
  return state == GST_ICE_GATHERING_STATE_COMPLETE;
}

GST_START_TEST (the_elements_filter_is_the_agents)
{
  End *end = end_new ("icesrc", "");
  gint asked = 0, counts[2] = { 0, 0 };

  g_signal_connect (end->element, "filter-candidate", G_CALLBACK (refuse_all),
      &asked);
  g_signal_connect (end->element, "on-ice-candidate",
      G_CALLBACK (count_candidate), counts);
  end_play (end);
  fail_unless (end_wait_for (end, end_has_gathered, 0, DEADLINE));
  gst_element_set_state (end->element, GST_STATE_NULL);
  fail_unless (g_atomic_int_get (&asked) > 0);
  fail_unless_equals_int (counts[0], 0);
  end_free (end);
}
GST_END_TEST;

/* ---- sharing ---- */

static GstMessage *
pop_message (GstBus *bus, GstMessageType type)
{
  return gst_bus_pop_filtered (bus, type);
}

GST_START_TEST (two_values_give_one_warning_and_the_last_wins)
{
  End *src = end_new ("icesrc", "agent-id=disputed ta=20"),
      *sink = end_new ("icesink", "agent-id=disputed ta=30");
  g_autoptr (GError) error = NULL;
  GstMessage *message;
  guint ta;

  gst_element_set_state (src->element, GST_STATE_READY);
  gst_element_set_state (sink->element, GST_STATE_READY);
  message = gst_bus_timed_pop_filtered (sink->bus, 5 * GST_SECOND,
      GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, "ta") != NULL);
  fail_unless (strstr (error->message, "20") != NULL);
  fail_unless (strstr (error->message, "30") != NULL);
  gst_message_unref (message);
  g_object_get (src->element, "ta", &ta, NULL);
  fail_unless_equals_int (ta, 30);
  /* Said once: the user knows now. */
  g_object_set (src->element, "ta", 25, NULL);
  fail_unless (pop_message (src->bus, GST_MESSAGE_WARNING) == NULL);
  fail_unless (pop_message (sink->bus, GST_MESSAGE_WARNING) == NULL);
  g_object_get (sink->element, "ta", &ta, NULL);
  fail_unless_equals_int (ta, 25);
  end_free (src);
  end_free (sink);
}
GST_END_TEST;

GST_START_TEST (the_same_value_twice_gives_no_warning)
{
  End *src = end_new ("icesrc", "agent-id=agreed ta=20"),
      *sink = end_new ("icesink", "agent-id=agreed ta=20");

  gst_element_set_state (src->element, GST_STATE_READY);
  gst_element_set_state (sink->element, GST_STATE_READY);
  fail_unless (pop_message (src->bus, GST_MESSAGE_WARNING) == NULL);
  fail_unless (pop_message (sink->bus, GST_MESSAGE_WARNING) == NULL);
  end_free (src);
  end_free (sink);
}
GST_END_TEST;

/* A call: one agent on each side, one path, media both ways. */
GST_START_TEST (two_elements_share_an_agent_and_a_path)
{
  g_autofree gchar *first_ufrag = NULL, *second_ufrag = NULL;
  End *back_src, *back_sink;
  Ends ends;

  ends_init (&ends, "agent-id=right", "agent-id=left");
  back_src = end_new ("icesrc", "agent-id=left");
  back_sink = end_new ("icesink", "agent-id=right");
  g_object_get (ends.sink->element, "local-ufrag", &first_ufrag, NULL);
  g_object_get (back_src->element, "local-ufrag", &second_ufrag, NULL);
  fail_unless_equals_string (first_ufrag, second_ufrag);

  end_get_ready (ends.src);
  end_get_ready (ends.sink);
  end_play (back_src);
  end_play (back_sink);
  ends_connect (&ends);
  end_begin_stream (back_sink);
  end_expect_connected (back_src);
  end_send (ends.sink, 0, 5);
  end_send (back_sink, 100, 5);
  end_expect_buffers (ends.src, 5);
  end_expect_buffers (back_src, 5);
  fail_unless_equals_int (number_of (g_ptr_array_index (back_src->buffers, 0)),
      100);

  /* One leaves, the other stays connected. */
  gst_element_set_state (back_src->element, GST_STATE_NULL);
  end_send (ends.sink, 5, 1);
  end_expect_buffers (ends.src, 6);
  end_free (back_src);
  end_free (back_sink);
  ends_clear (&ends);
}
GST_END_TEST;

GST_START_TEST (a_component_has_one_reader)
{
  End *one = end_new ("icesrc", "agent-id=crowded"),
      *other = end_new ("icesrc", "agent-id=crowded");
  g_autoptr (GError) error = NULL;
  GstMessage *message;

  end_get_ready (one);
  fail_unless_equals_int (gst_element_set_state (other->element,
                              GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  message = pop_message (other->bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, "component") != NULL);
  fail_unless (strstr (error->message, GST_OBJECT_NAME (one->element)) != NULL);
  gst_message_unref (message);
  /* When it has left, there is room. */
  gst_element_set_state (one->element, GST_STATE_NULL);
  end_get_ready (other);
  end_free (one);
  end_free (other);
}
GST_END_TEST;

/* RTP is component 1, RTCP component 2. */
GST_START_TEST (rtp_and_rtcp_have_a_component_each)
{
  End *rtcp_src, *rtcp_sink;
  g_autoptr (GstStructure) rtp_pair = NULL, rtcp_pair = NULL;
  guint rtp_port, rtcp_port;
  Ends ends;

  ends_init (&ends, "agent-id=receiver", "agent-id=sender");
  rtcp_src = end_new ("icesrc", "agent-id=receiver component=2");
  rtcp_sink = end_new ("icesink", "agent-id=sender component=2");
  end_get_ready (ends.src);
  end_get_ready (ends.sink);
  end_get_ready (rtcp_src);
  end_get_ready (rtcp_sink);
  end_play (rtcp_src);
  end_play (rtcp_sink);
  end_begin_stream (rtcp_sink);
  ends_connect (&ends);
  end_send (ends.sink, 0, 5);
  end_send (rtcp_sink, 100, 3);
  end_expect_buffers (ends.src, 5);
  end_expect_buffers (rtcp_src, 3);
  fail_unless_equals_int (number_of (g_ptr_array_index (ends.src->buffers, 0)),
      0);
  fail_unless_equals_int (number_of (g_ptr_array_index (rtcp_src->buffers, 0)),
      100);
  g_object_get (ends.sink->element, "selected-pair", &rtp_pair, NULL);
  g_object_get (rtcp_sink->element, "selected-pair", &rtcp_pair, NULL);
  gst_structure_get_uint (rtp_pair, "remote-port", &rtp_port);
  gst_structure_get_uint (rtcp_pair, "remote-port", &rtcp_port);
  fail_if (rtp_port == rtcp_port);
  end_free (rtcp_src);
  end_free (rtcp_sink);
  ends_clear (&ends);
}
GST_END_TEST;

/* Streams share one agent, one carrier and one goodbye: the last one's. */
GST_START_TEST (two_streams_end_with_the_last)
{
  End *audio_src, *audio_sink;
  Ends ends;

  ends_init (&ends, "agent-id=receiver", "agent-id=sender");
  audio_src = end_new ("icesrc", "agent-id=receiver stream=1");
  audio_sink = end_new ("icesink", "agent-id=sender stream=1");
  end_get_ready (ends.src);
  end_get_ready (ends.sink);
  end_get_ready (audio_src);
  end_get_ready (audio_sink);
  end_play (audio_src);
  end_play (audio_sink);
  end_begin_stream (audio_sink);
  ends_connect (&ends);

  fail_unless (gst_pad_push_event (ends.sink->pad, gst_event_new_eos ()));
  end_send (audio_sink, 7, 1);
  end_expect_buffers (audio_src, 1);
  fail_if (end_has_eos (ends.src, 0));
  fail_unless (gst_pad_push_event (audio_sink->pad, gst_event_new_eos ()));
  fail_unless (end_wait_for (ends.src, end_has_eos, 0, DEADLINE));
  fail_unless (end_wait_for (audio_src, end_has_eos, 0, DEADLINE));
  end_free (audio_src);
  end_free (audio_sink);
  ends_clear (&ends);
}
GST_END_TEST;

/* ---- bad settings ---- */

static const struct
{
  const gchar *name;
  const gchar *value;
  const gchar *accepted; /* a word of what would do */
} bad_settings[] = {
  { "stun-server", "http://example.com", "stun" },
  { "ice-servers", "stun:[", "stun" },
  { "bind-address", "nowhere", "address" },
  { "port-range", "600-500", "range" },
  { "external-address", "here=there=nowhere", "public" },
  { "local-ufrag", "a", "4" },
  { "local-pwd", "short", "22" },
  { "remote-ufrag", "a b c d", "4" },
  { "remote-pwd", "short", "22" },
  { "signalling", "pigeon://loft", "unix" },
  { "uri", "ice+pigeon://loft", "ice+unix" },
  { "uri", "ice+unix:///tmp/x?no-such=1", "no-such" },
  { "uri", "ice+unix:///tmp/x?ta=often", "ta" },
  { "uri", "ice+unix:///tmp/x?agent=me", "agent" },
};

GST_START_TEST (a_bad_setting_is_an_error_that_names_it)
{
  for (guint i = 0; i < G_N_ELEMENTS (factories); i++) {
    GstElement *element = make (factories[i]);
    GstBus *bus = gst_bus_new ();
    g_autoptr (GError) error = NULL;
    GstMessage *message;

    gst_element_set_bus (element, bus);
    g_object_set (element, bad_settings[__i__].name, bad_settings[__i__].value,
        NULL);
    fail_unless_equals_int (gst_element_set_state (element, GST_STATE_READY),
        GST_STATE_CHANGE_FAILURE);
    message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
    fail_unless (message != NULL);
    gst_message_parse_error (message, &error, NULL);
    fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_SETTINGS));
    fail_unless (strstr (error->message, bad_settings[__i__].name) != NULL,
        "%s", error->message);
    fail_unless (strstr (error->message, bad_settings[__i__].accepted) != NULL,
        "%s", error->message);
    if (!g_str_has_suffix (bad_settings[__i__].name, "-pwd"))
      fail_unless (strstr (error->message, bad_settings[__i__].value) != NULL,
          "%s", error->message);
    else
      fail_unless (strstr (error->message, bad_settings[__i__].value) == NULL,
          "%s", error->message);
    gst_message_unref (message);
    gst_element_set_state (element, GST_STATE_NULL);

    /* Put right, it starts. */
    g_object_set (element, bad_settings[__i__].name, NULL, NULL);
    fail_unless_equals_int (gst_element_set_state (element, GST_STATE_READY),
        GST_STATE_CHANGE_SUCCESS);
    gst_element_set_state (element, GST_STATE_NULL);
    gst_element_set_bus (element, NULL);
    gst_object_unref (bus);
    gst_object_unref (element);
  }
}
GST_END_TEST;

/* What cannot be parsed is told, and costs no good one beside it. */
GST_START_TEST (a_bad_candidate_is_quoted_in_a_warning)
{
  End *end = end_new ("icesrc", "");
  g_autoptr (GError) error = NULL;
  GstMessage *message;

  end_play (end);
  g_signal_emit_by_name (end->element, "add-ice-candidate", 0,
      "candidate:what is this");
  message = gst_bus_timed_pop_filtered (end->bus, 5 * GST_SECOND,
      GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, "what is this") != NULL, "%s",
      error->message);
  gst_message_unref (message);
  end_free (end);
}
GST_END_TEST;

/* ---- URIs ---- */

GST_START_TEST (a_uri_names_carrier_and_properties)
{
  GstElement *element = make (factories[__i__]);
  const gchar *uri = "ice+unix:///tmp/a%20room?ta=40&on-failure=wait"
                     "&stun-server=stun://192.0.2.1";
  g_autofree gchar *signalling = NULL, *server = NULL, *got = NULL;
  GstIceOnFailure on_failure;
  guint ta;

  fail_unless (gst_uri_handler_set_uri (GST_URI_HANDLER (element), uri, NULL));
  g_object_get (element, "signalling", &signalling, "ta", &ta, "on-failure",
      &on_failure, "stun-server", &server, "uri", &got, NULL);
  fail_unless_equals_string (signalling, "unix:///tmp/a%20room");
  fail_unless_equals_int (ta, 40);
  fail_unless_equals_int (on_failure, GST_ICE_ON_FAILURE_WAIT);
  fail_unless_equals_string (server, "stun://192.0.2.1");
  fail_unless_equals_string (got, uri);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (each_carrier_has_its_uri)
{
  static const gchar *const uris[][2] = {
    { "ice+unix:///tmp/x", "unix:///tmp/x" },
    { "ice+tcp://127.0.0.1:5000", "tcp://127.0.0.1:5000" },
    { "ice+tcp-listen://:5000", "tcp-listen://:5000" },
    { "ice+file:///tmp/room", "file:///tmp/room" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (uris); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *signalling = NULL;
    GstElement *element =
        gst_element_make_from_uri (__i__ ? GST_URI_SINK : GST_URI_SRC,
            uris[i][0], NULL, &error);

    fail_unless (element != NULL, "%s", error ? error->message : "");
    fail_unless_equals_string (
        GST_OBJECT_NAME (gst_element_get_factory (element)), factories[__i__]);
    g_object_get (element, "signalling", &signalling, NULL);
    fail_unless_equals_string (signalling, uris[i][1]);
    gst_object_unref (gst_object_ref_sink (element));
  }
}
GST_END_TEST;

/* All of it or nothing of it. */
GST_START_TEST (a_bad_uri_changes_nothing)
{
  GstElement *element = make ("icesrc");
  g_autofree gchar *signalling = NULL;
  g_autoptr (GError) error = NULL;
  guint ta;

  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (element),
      "ice+unix:///tmp/x?ta=40&gather-timeout=soon", &error));
  fail_unless (strstr (error->message, "gather-timeout") != NULL);
  g_object_get (element, "signalling", &signalling, "ta", &ta, NULL);
  fail_unless (signalling == NULL);
  fail_unless_equals_int (ta, 50);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (a_uri_cannot_change_while_it_plays)
{
  GstElement *element = make ("icesink");
  g_autoptr (GError) error = NULL;

  gst_element_set_state (element, GST_STATE_PLAYING);
  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (element),
      "ice+unix:///tmp/x", &error));
  fail_unless (g_error_matches (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE));
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}
GST_END_TEST;

/* ---- words on the bus ---- */

GST_START_TEST (success_is_said_in_one_line)
{
  g_autoptr (GError) error = NULL;
  GstMessage *message;
  Ends ends;

  ends_init (&ends, "", "");
  ends_connect (&ends);
  message = gst_bus_timed_pop_filtered (ends.src->bus, 5 * GST_SECOND,
      GST_MESSAGE_INFO);
  fail_unless (message != NULL);
  gst_message_parse_info (message, &error, NULL);
  fail_unless (g_str_has_prefix (error->message, "connected in "), "%s",
      error->message);
  fail_unless (strstr (error->message, "host") != NULL);
  gst_message_unref (message);
  ends_clear (&ends);
}
GST_END_TEST;

static Suite *
gsticeelement_suite (void)
{
  Suite *suite = suite_create ("gsticeelement");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, the_agents_properties_are_on_both_elements, 0, 2);
  tcase_add_loop_test (tcase, the_agents_signals_are_on_both_elements, 0, 2);
  tcase_add_loop_test (tcase, values_set_before_the_agent_reach_it, 0, 2);
  tcase_add_loop_test (tcase, values_set_after_the_agent_reach_it, 0, 2);
  tcase_add_test (tcase, values_follow_to_another_agent);
  tcase_add_test (tcase, a_change_at_the_agent_is_told_by_the_element);
  tcase_add_loop_test (tcase, credentials_are_valid_from_null_on, 0, 2);
  tcase_add_loop_test (tcase, common_properties_are_what_was_set, 0, 2);
  tcase_add_loop_test (tcase, an_agent_given_is_the_agent_used, 0, 2);
  tcase_add_loop_test (tcase, actions_reach_the_agent, 0, 2);
  tcase_add_test (tcase, candidates_can_be_exchanged_by_hand);
  tcase_add_test (tcase, descriptions_can_be_exchanged_by_hand);
  tcase_add_test (tcase, the_selected_pair_is_told);
  tcase_add_test (tcase, the_elements_filter_is_the_agents);
  tcase_add_test (tcase, two_values_give_one_warning_and_the_last_wins);
  tcase_add_test (tcase, the_same_value_twice_gives_no_warning);
  tcase_add_test (tcase, two_elements_share_an_agent_and_a_path);
  tcase_add_test (tcase, a_component_has_one_reader);
  tcase_add_test (tcase, rtp_and_rtcp_have_a_component_each);
  tcase_add_test (tcase, two_streams_end_with_the_last);
  tcase_add_loop_test (tcase, a_bad_setting_is_an_error_that_names_it, 0,
      G_N_ELEMENTS (bad_settings));
  tcase_add_test (tcase, a_bad_candidate_is_quoted_in_a_warning);
  tcase_add_loop_test (tcase, a_uri_names_carrier_and_properties, 0, 2);
  tcase_add_loop_test (tcase, each_carrier_has_its_uri, 0, 2);
  tcase_add_test (tcase, a_bad_uri_changes_nothing);
  tcase_add_test (tcase, a_uri_cannot_change_while_it_plays);
  tcase_add_test (tcase, success_is_said_in_one_line);
  return suite;
}

GST_CHECK_MAIN (gsticeelement)
