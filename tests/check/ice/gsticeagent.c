/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two agents in one process, over the loopback interface: connecting, what is
 * said on the way, media, restart, failure, the end. */

#include "locks.h"
#include "side.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- credentials ---------------------------------------------------------------- */

static gchar *
get_string (GstIceAgent *agent, const gchar *property)
{
  gchar *value;

  g_object_get (agent, property, &value, NULL);
  return value;
}

/* [ICE-5.3-1] */
GST_START_TEST (credentials_are_there_from_the_start_and_new_each_run)
{
  g_autofree gchar *initial = NULL;
  g_autofree gchar *running = NULL;
  g_autofree gchar *next = NULL;
  g_autofree gchar *pwd = NULL;
  g_autofree gchar *description = NULL;
  Side side;

  side_init (&side, GST_ICE_ROLE_AUTO);
  initial = get_string (side.agent, "local-ufrag");
  pwd = get_string (side.agent, "local-pwd");
  description = gst_ice_agent_get_local_description (side.agent);
  fail_unless (strlen (initial) >= 4 && strlen (pwd) >= 22);
  fail_unless (strstr (description, initial) && strstr (description, pwd));
  side_start (&side);
  running = get_string (side.agent, "local-ufrag");
  side_stop (&side);
  next = get_string (side.agent, "local-ufrag");
  fail_unless_equals_string (initial, running);
  fail_if (g_str_equal (initial, next));
  side_clear (&side);
}
GST_END_TEST;

GST_START_TEST (credentials_of_the_user_hold_in_every_run)
{
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *description = NULL;
  Side side;

  side_init (&side, GST_ICE_ROLE_AUTO);
  g_object_set (side.agent, "local-ufrag", "mine", NULL);
  side_start (&side);
  side_stop (&side);
  side_start (&side);
  ufrag = get_string (side.agent, "local-ufrag");
  description = gst_ice_agent_get_local_description (side.agent);
  fail_unless_equals_string (ufrag, "mine");
  fail_unless (strstr (description, "a=ice-ufrag:mine\r\n") != NULL);
  side_clear (&side);
}
GST_END_TEST;

/* --- connecting ------------------------------------------------------------------ */

static void
append_candidate (GstIceAgent *agent, guint stream, const gchar *text,
    GString *out)
{
  (void) agent;
  fail_unless_equals_int (stream, 0);
  fail_unless (*text == '\0' || g_str_has_prefix (text, "candidate:"));
  g_string_append_printf (out, "%s\n", *text == '\0' ? "end" : "candidate");
}

/* [TRK-13-2] */
GST_START_TEST (end_of_candidates_comes_once_and_last)
{
  GString *story = g_string_new (NULL);
  Side side;

  side_init (&side, GST_ICE_ROLE_AUTO);
  g_signal_connect (side.agent, "on-ice-candidate",
      G_CALLBACK (append_candidate), story);
  side_start (&side);
  side_wait_gathered (&side);
  side_stop (&side);
  fail_unless_equals_string (story->str, "candidate\nend\n");
  side_clear (&side);
  g_string_free (story, TRUE);
}
GST_END_TEST;

GST_START_TEST (two_agents_connect_and_say_so)
{
  g_autoptr (GstStructure) pair = NULL;
  g_autoptr (GstStructure) selected = NULL;
  g_autoptr (GError) info = NULL;
  GstMessage *message;
  gint state, role;
  Side a, b;

  side_init (&a, GST_ICE_ROLE_CONTROLLING);
  side_init (&b, GST_ICE_ROLE_CONTROLLED);
  side_link (&a, &b);
  side_start (&a);
  side_start (&b);
  pair = side_wait_element (&a, "ice-selected-pair");
  fail_unless_equals_string (gst_structure_get_string (pair, "local-type"),
      "host");
  fail_unless_equals_string (gst_structure_get_string (pair, "remote-address"),
      "127.0.0.1");
  message = side_wait (&a, GST_MESSAGE_INFO);
  gst_message_parse_info (message, &info, NULL);
  gst_message_unref (message);
  fail_unless (g_str_has_prefix (info->message, "connected in ") &&
          strstr (info->message, " ms, host to host, RTT ") != NULL &&
          g_str_has_suffix (info->message, ", direct"),
      "%s", info->message);
  side_wait_state (&b, "completed");
  g_object_get (b.agent, "ice-connection-state", &state, "ice-role-current",
      &role, "selected-pair", &selected, NULL);
  fail_unless_equals_int (state, GST_ICE_CONNECTION_STATE_COMPLETED);
  fail_unless_equals_int (role, GST_ICE_ROLE_CONTROLLED);
  fail_unless (gst_structure_has_field (selected, "rtt"));
  side_clear_both (&a, &b);
}
GST_END_TEST;

GST_START_TEST (progress_is_told_step_by_step)
{
  static const gchar *expected[] = { "start ice-gather", "complete ice-gather",
    "start ice-check", "complete ice-check" };
  guint seen = 0;
  Side a, b;

  side_init (&a, GST_ICE_ROLE_CONTROLLING);
  side_init (&b, GST_ICE_ROLE_CONTROLLED);
  side_start (&a);
  while (seen < G_N_ELEMENTS (expected)) {
    GstMessage *message = side_wait (&a, GST_MESSAGE_PROGRESS);
    g_autofree gchar *code = NULL;
    g_autofree gchar *line = NULL;
    GstProgressType type;

    gst_message_parse_progress (message, &type, &code, NULL);
    gst_message_unref (message);
    line = g_strdup_printf ("%s %s",
        type == GST_PROGRESS_TYPE_START          ? "start"
            : type == GST_PROGRESS_TYPE_COMPLETE ? "complete"
                                                 : "other",
        code);
    if (g_str_equal (line, expected[seen]))
      seen++;
    /* Only once this side has told its gathering, so that the order is one. */
    if (seen == 2 && !b.started) {
      g_autofree gchar *ours = gst_ice_agent_get_local_description (a.agent);

      side_link (&a, &b);
      gst_ice_agent_set_remote_description (b.agent, ours);
      side_start (&b);
    }
  }
  side_clear_both (&a, &b);
}
GST_END_TEST;

GST_START_TEST (what_comes_early_is_kept)
{
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  Side a, b;

  side_init (&a, GST_ICE_ROLE_CONTROLLING);
  side_init (&b, GST_ICE_ROLE_CONTROLLED);
  ufrag = get_string (a.agent, "local-ufrag");
  pwd = get_string (a.agent, "local-pwd");
  /* b is not started yet; a's candidates and credentials wait in it. */
  fail_unless (gst_ice_agent_set_remote_credentials (b.agent, ufrag, pwd));
  side_link (&a, &b);
  side_start (&a);
  side_wait_gathered (&a);
  side_start (&b);
  side_wait_state (&a, "completed");
  side_wait_state (&b, "completed");
  side_clear_both (&a, &b);
}
GST_END_TEST;

GST_START_TEST (streams_and_components_connect_each)
{
  guint paths = 0;
  Side sides[2];
  guint i;

  for (i = 0; i < 2; i++) {
    GstIceStream *second;

    side_init (&sides[i], i + GST_ICE_ROLE_CONTROLLING);
    second = gst_ice_agent_get_stream (sides[i].agent, 1);
    gst_object_unref (gst_ice_stream_get_component (second, 2));
    gst_object_unref (second);
    second = gst_ice_agent_get_stream (sides[i].agent, 0);
    gst_object_unref (gst_ice_stream_get_component (second, 1));
    gst_object_unref (second);
  }
  side_link (&sides[0], &sides[1]);
  side_start (&sides[0]);
  side_start (&sides[1]);
  side_wait_state (&sides[0], "completed");
  for (i = 0; i < 3; i++) {
    GstStructure *pair =
        gst_ice_agent_get_selected_pair (sides[0].agent, i > 0, i == 2 ? 2 : 1);

    fail_unless (pair != NULL, "path %u", i);
    gst_structure_free (pair);
    paths++;
  }
  fail_unless_equals_int (paths, 3);
  fail_unless (gst_ice_agent_get_selected_pair (sides[0].agent, 0, 2) == NULL);
  side_clear_both (&sides[0], &sides[1]);
}
GST_END_TEST;

static void
hand_split_description (GstIceAgent *agent, const gchar *text,
    GstIceAgent *other)
{
  g_autofree gchar *ufrag = get_string (agent, "local-ufrag");
  g_autofree gchar *pwd = get_string (agent, "local-pwd");
  g_autofree gchar *split = g_strdup_printf (
      "a=ice-ufrag:wrong\r\na=ice-pwd:wrongwrongwrongwrongwrong\r\n"
      "m=audio 9 RTP/AVP 0\r\na=mid:0\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n",
      ufrag, pwd);

  (void) text;
  fail_unless (gst_ice_agent_set_remote_description (other, split));
  /* The same again is no restart. */
  fail_unless (gst_ice_agent_set_remote_description (other, split));
}

/* [SDP-5.4-1] */
GST_START_TEST (credentials_of_the_media_section_come_first)
{
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  Side a, b;

  side_init (&a, GST_ICE_ROLE_CONTROLLING);
  side_init (&b, GST_ICE_ROLE_CONTROLLED);
  before = get_string (b.agent, "local-ufrag");
  side_link_one (&b, &a);
  g_signal_connect (a.agent, "on-ice-candidate",
      G_CALLBACK (side_hand_candidate), b.agent);
  g_signal_connect (a.agent, "on-local-description",
      G_CALLBACK (hand_split_description), b.agent);
  side_start (&b);
  side_start (&a);
  side_wait_state (&a, "completed");
  side_wait_state (&b, "completed");
  after = get_string (b.agent, "local-ufrag");
  fail_unless_equals_string (before, after);
  side_clear_both (&a, &b);
}
GST_END_TEST;

GST_START_TEST (limits_of_streams_and_components_are_kept)
{
  g_autoptr (GstIceAgent) agent = gst_ice_agent_new (NULL);
  g_autoptr (GstIceStream) stream = gst_ice_agent_get_stream (agent, 63);

  fail_unless_equals_int (gst_ice_stream_get_index (stream), 63);
  fail_unless (gst_ice_agent_get_stream (agent, 64) == NULL);
  fail_unless (gst_ice_stream_get_component (stream, 0) == NULL);
  fail_unless (gst_ice_stream_get_component (stream, 257) == NULL);
}
GST_END_TEST;

static gboolean
refuse_remote (GstIceAgent *agent, GstStructure *candidate, gpointer asked)
{
  gboolean remote;

  (void) agent;
  fail_unless (gst_structure_get_boolean (candidate, "remote", &remote));
  g_atomic_int_inc ((gint *) asked);
  return !remote;
}

GST_START_TEST (a_filter_that_refuses_keeps_candidates_out)
{
  gint asked = 0;
  g_autofree gchar *text = NULL;
  Side a, b;

  side_init (&a, GST_ICE_ROLE_CONTROLLING);
  side_init (&b, GST_ICE_ROLE_CONTROLLED);
  g_object_set (a.agent, "connect-timeout", 400, NULL);
  g_signal_connect (a.agent, "filter-candidate", G_CALLBACK (refuse_remote),
      &asked);
  side_link (&a, &b);
  side_start (&a);
  side_start (&b);
  text = side_wait_trouble (&a, GST_MESSAGE_ERROR, NULL);
  /* Our own, the peer's, and the peer's again as it knocks. */
  fail_unless (g_atomic_int_get (&asked) >= 2);
  fail_unless (gst_ice_agent_get_selected_pair (a.agent, 0, 1) == NULL, "%s",
      text);
  side_clear_both (&a, &b);
}
GST_END_TEST;

/* --- media -------------------------------------------------------------------------- */

typedef struct
{
  GMutex lock;
  GCond cond;
  GString *bytes;
} Inbox;

static void
on_payload (GstIceComponent *component, GstBufferList *list, gpointer data)
{
  Inbox *inbox = data;
  guint i;

  (void) component;
  g_mutex_lock (&inbox->lock);
  for (i = 0; i < gst_buffer_list_length (list); i++) {
    GstMapInfo map;

    gst_buffer_map (gst_buffer_list_get (list, i), &map, GST_MAP_READ);
    g_string_append_len (inbox->bytes, (const gchar *) map.data,
        (gssize) map.size);
    gst_buffer_unmap (gst_buffer_list_get (list, i), &map);
  }
  g_cond_signal (&inbox->cond);
  g_mutex_unlock (&inbox->lock);
  gst_buffer_list_unref (list);
}

static GstIceComponent *
first_component (Side *side)
{
  g_autoptr (GstIceStream) stream = gst_ice_agent_get_stream (side->agent, 0);

  return gst_ice_stream_get_component (stream, 1);
}

GST_START_TEST (media_passes_without_elements)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;
  Inbox inbox = { .bytes = g_string_new (NULL) };
  GstIceComponent *from, *to;
  GstBuffer *buffer = gst_buffer_new_memdup ("hello", 5);
  guint dropped = 0;
  Side a, b;

  side_connect (&a, &b);
  from = first_component (&a);
  to = first_component (&b);
  gst_ice_component_set_receiver (to, on_payload, &inbox, NULL);
  fail_unless (gst_ice_component_is_writable (from));
  fail_unless (gst_ice_component_send_buffer (from, buffer, &dropped));
  g_mutex_lock (&inbox.lock);
  while (inbox.bytes->len < 5)
    fail_unless (g_cond_wait_until (&inbox.cond, &inbox.lock, deadline));
  fail_unless_equals_string (inbox.bytes->str, "hello");
  g_mutex_unlock (&inbox.lock);
  /* After the end nothing is sent any more. */
  side_stop (&a);
  fail_if (gst_ice_component_is_writable (from));
  fail_if (gst_ice_component_send_buffer (from, buffer, &dropped));
  fail_unless_equals_int (dropped, 1);
  gst_ice_component_set_receiver (to, NULL, NULL, NULL);
  gst_buffer_unref (buffer);
  side_clear_both (&a, &b);
  gst_object_unref (from);
  gst_object_unref (to);
  g_string_free (inbox.bytes, TRUE);
}
GST_END_TEST;

/* --- restart ------------------------------------------------------------------------- */

/* [ICE-9-1] */
GST_START_TEST (a_restart_changes_credentials_and_connects_again)
{
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  g_autofree gchar *peer_before = NULL;
  g_autofree gchar *peer_after = NULL;
  GstIceComponent *component;
  GstMessage *message;
  Side a, b;

  side_connect (&a, &b);
  component = first_component (&a);
  gst_message_unref (side_wait (&a, GST_MESSAGE_INFO));
  before = get_string (a.agent, "local-ufrag");
  peer_before = get_string (b.agent, "local-ufrag");
  gst_ice_agent_restart (a.agent);
  /* The old path carries media meanwhile. */
  fail_unless (gst_ice_component_is_writable (component));
  message = side_wait (&a, GST_MESSAGE_INFO);
  fail_unless (gst_ice_component_is_writable (component));
  gst_message_unref (message);
  after = get_string (a.agent, "local-ufrag");
  peer_after = get_string (b.agent, "local-ufrag");
  fail_if (g_str_equal (before, after));
  fail_if (g_str_equal (peer_before, peer_after));
  gst_object_unref (component);
  side_clear_both (&a, &b);
}
GST_END_TEST;

/* --- failure ------------------------------------------------------------------------- */

/* A bound socket that nobody reads: packets vanish without an ICMP error. */
static gint
silent_socket (guint16 *out_port)
{
  struct sockaddr_in addr = { .sin_family = AF_INET };
  socklen_t len = sizeof addr;
  gint fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  addr.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  fail_unless (bind (fd, (struct sockaddr *) &addr, sizeof addr) == 0);
  fail_unless (getsockname (fd, (struct sockaddr *) &addr, &len) == 0);
  *out_port = ntohs (addr.sin_port);
  return fd;
}

static void
hand_silent_peer (GstIceAgent *agent, guint16 port)
{
  g_autofree gchar *candidate =
      g_strdup_printf ("candidate:1 1 UDP 2130706431 127.0.0.1 %u typ host",
          port);

  fail_unless (gst_ice_agent_set_remote_credentials (agent, "abcd",
      "0123456789012345678901"));
  fail_unless (gst_ice_agent_add_candidate (agent, 0, candidate));
  fail_unless (gst_ice_agent_add_candidate (agent, 0, ""));
}

static void
on_failed (GstIceAgent *agent, GstStructure *failure, gpointer count)
{
  (void) agent;
  fail_unless_equals_string (gst_structure_get_string (failure, "cause"),
      "checks-timeout");
  g_atomic_int_inc ((gint *) count);
}

GST_START_TEST (a_peer_that_is_silent_gives_a_verdict)
{
  GstMessageType types[] = { GST_MESSAGE_ERROR, GST_MESSAGE_WARNING,
    GST_MESSAGE_WARNING };
  g_autofree gchar *text = NULL;
  gint failures = 0;
  guint16 port;
  gint fd = silent_socket (&port);
  Side side;

  side_init (&side, GST_ICE_ROLE_CONTROLLING);
  g_object_set (side.agent, "connect-timeout", 400, "on-failure", __i__, NULL);
  g_signal_connect (side.agent, "failed", G_CALLBACK (on_failed), &failures);
  side_start (&side);
  hand_silent_peer (side.agent, port);
  side_wait_state (&side, "failed");
  text = side_wait_trouble (&side, types[__i__], "checks-timeout");
  side_stop (&side);
  fail_unless_equals_int (failures, 1);
  side_clear (&side);
  close (fd);
}
GST_END_TEST;

GST_START_TEST (a_lone_agent_waits_and_says_for_what)
{
  g_autofree gchar *text = NULL;
  gint state;
  Side side;

  side_init (&side, GST_ICE_ROLE_CONTROLLING);
  g_object_set (side.agent, "connect-timeout", 50, NULL);
  side_start (&side);
  text = side_wait_trouble (&side, GST_MESSAGE_WARNING, "signalling-timeout");
  fail_unless (strstr (text, "set-remote-credentials") != NULL, "%s", text);
  g_object_get (side.agent, "ice-connection-state", &state, NULL);
  fail_unless_equals_int (state, GST_ICE_CONNECTION_STATE_NEW);
  side_clear (&side);
}
GST_END_TEST;

GST_START_TEST (a_dead_server_costs_one_warning_and_no_time)
{
  g_autofree gchar *uri = NULL;
  g_autofree gchar *text = NULL;
  guint16 port;
  gint fd = silent_socket (&port);
  Side a, b;

  uri = g_strdup_printf ("stun:127.0.0.1:%u", port);
  side_init (&a, GST_ICE_ROLE_CONTROLLING);
  side_init (&b, GST_ICE_ROLE_CONTROLLED);
  g_object_set (a.agent, "stun-server", uri, "gather-timeout", 1000, NULL);
  side_link (&a, &b);
  side_start (&a);
  side_start (&b);
  /* Connected, and gathering still goes on. */
  side_wait_state (&a, "completed");
  fail_unless (gst_bus_pop_filtered (a.bus, GST_MESSAGE_WARNING) == NULL);
  text = side_wait_trouble (&a, GST_MESSAGE_WARNING, NULL);
  fail_unless (strstr (text, uri) != NULL, "%s", text);
  fail_unless (gst_bus_pop_filtered (a.bus, GST_MESSAGE_WARNING) == NULL);
  side_clear_both (&a, &b);
  close (fd);
}
GST_END_TEST;

GST_START_TEST (bad_input_is_refused_and_quoted)
{
  static const gchar *lines[] = { "nonsense", "candidate:1 1 UDP", "a=foo" };
  Side side;
  guint i;

  side_init (&side, GST_ICE_ROLE_CONTROLLING);
  side_start (&side);
  for (i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autofree gchar *text = NULL;

    fail_if (gst_ice_agent_add_candidate (side.agent, 0, lines[i]));
    text = side_wait_trouble (&side, GST_MESSAGE_WARNING, NULL);
    fail_unless (strstr (text, lines[i]) != NULL, "%s", text);
  }
  fail_if (gst_ice_agent_set_remote_description (side.agent, "hello"));
  g_free (side_wait_trouble (&side, GST_MESSAGE_WARNING, NULL));
  fail_if (gst_ice_agent_set_remote_credentials (side.agent, "a", "b"));
  g_free (side_wait_trouble (&side, GST_MESSAGE_WARNING, NULL));
  fail_if (gst_ice_agent_add_server (side.agent, "turn:x"));
  g_free (side_wait_trouble (&side, GST_MESSAGE_WARNING, NULL));
  side_clear (&side);
}
GST_END_TEST;

GST_START_TEST (early_input_is_bounded)
{
  guint accepted = 0;
  guint i;
  Side side;

  side_init (&side, GST_ICE_ROLE_CONTROLLING);
  for (i = 0; i < 5000; i++)
    accepted += gst_ice_agent_add_candidate (side.agent, 0,
        "candidate:1 1 UDP 1 127.0.0.1 9 typ host");
  fail_unless_equals_int (accepted, 512);
  side_start (&side);
  side_clear (&side);
}
GST_END_TEST;

/* --- life ------------------------------------------------------------------------------ */

static guint
count_descriptors (void)
{
  DIR *dir = opendir ("/proc/self/fd");
  guint n = 0;

  while (readdir (dir) != NULL)
    n++;
  closedir (dir);
  return n;
}

GST_START_TEST (the_end_is_quick_and_leaves_nothing)
{
  /* Holds the loop, whose own descriptors are not meant. */
  g_autoptr (GstIceAgent) bystander = gst_ice_agent_new (NULL);
  guint before;
  gint64 begun;
  Side a, b;

  /* The first time GLib opens what it keeps. */
  side_connect (&a, &b);
  side_clear_both (&a, &b);
  before = count_descriptors ();
  fail_unless (bystander != a.agent);
  side_connect (&a, &b);
  begun = g_get_monotonic_time ();
  side_stop (&a);
  side_stop (&b);
  fail_unless (g_get_monotonic_time () - begun < G_TIME_SPAN_SECOND);
  side_wait_state (&a, "closed");
  side_clear_both (&a, &b);
  fail_unless_equals_int (count_descriptors (), before);
}
GST_END_TEST;

GST_START_TEST (an_agent_can_be_started_again)
{
  guint i;
  Side a, b;

  side_init (&a, GST_ICE_ROLE_CONTROLLING);
  side_init (&b, GST_ICE_ROLE_CONTROLLED);
  side_link (&a, &b);
  for (i = 0; i < 3; i++) {
    side_start (&a);
    side_start (&b);
    side_wait_state (&a, "completed");
    side_wait_state (&b, "completed");
    side_stop (&a);
    side_stop (&b);
  }
  side_clear_both (&a, &b);
}
GST_END_TEST;

GST_START_TEST (the_last_of_two_elements_closes)
{
  g_autoptr (GstElement) second = gst_object_ref_sink (gst_bin_new (NULL));
  gint state;
  Side side;

  side_init (&side, GST_ICE_ROLE_AUTO);
  side_start (&side);
  fail_unless (gst_ice_agent_start (side.agent, second, FALSE, NULL));
  side_stop (&side);
  g_object_get (side.agent, "ice-connection-state", &state, NULL);
  fail_unless_equals_int (state, GST_ICE_CONNECTION_STATE_NEW);
  gst_ice_agent_stop (side.agent, second);
  g_object_get (side.agent, "ice-connection-state", &state, NULL);
  fail_unless_equals_int (state, GST_ICE_CONNECTION_STATE_CLOSED);
  side_clear (&side);
}
GST_END_TEST;

GST_START_TEST (one_id_is_one_agent_while_it_lives)
{
  GstIceAgent *one = gst_ice_agent_get_shared ("call");
  GstIceAgent *same = gst_ice_agent_get_shared ("call");
  GstIceAgent *other = gst_ice_agent_get_shared ("another");
  g_autofree gchar *before = get_string (one, "local-ufrag");
  g_autofree gchar *after = NULL;

  fail_unless (one == same && one != other);
  gst_object_unref (one);
  gst_object_unref (same);
  gst_object_unref (other);
  one = gst_ice_agent_get_shared ("call");
  after = get_string (one, "local-ufrag");
  fail_if (g_str_equal (before, after));
  gst_object_unref (one);
}
GST_END_TEST;

static void
count_here (GstIceAgent *agent, guint stream, const gchar *text, gpointer data)
{
  (void) agent;
  (void) stream;
  (void) text;
  fail_unless (g_main_context_is_owner (data));
}

GST_START_TEST (an_application_brings_its_own_context)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  GstIceAgent *agent = gst_ice_agent_new (context);
  gint state = GST_ICE_GATHERING_STATE_NEW;
  gint64 begun;

  g_object_set (agent, "interfaces", "lo", NULL);
  g_signal_connect (agent, "on-ice-candidate", G_CALLBACK (count_here),
      context);
  gst_ice_agent_gather_candidates (agent);
  while (state != GST_ICE_GATHERING_STATE_COMPLETE) {
    g_main_context_iteration (context, TRUE);
    g_object_get (agent, "ice-gathering-state", &state, NULL);
  }
  /* Nobody turns the context any more. */
  begun = g_get_monotonic_time ();
  gst_ice_agent_close (agent);
  fail_unless (g_get_monotonic_time () - begun < 500 * G_TIME_SPAN_MILLISECOND);
  /* What was invoked lives in the context still. */
  while (g_main_context_iteration (context, FALSE))
    continue;
  side_let_go (agent);
}
GST_END_TEST;

static gpointer
hammer (gpointer data)
{
  GstIceAgent *agent = data;
  guint i;

  for (i = 0; i < 200; i++) {
    g_autoptr (GstStructure) stats = gst_ice_agent_get_stats (agent);
    g_autofree gchar *description = gst_ice_agent_get_local_description (agent);
    g_autofree gchar *graph = gst_ice_agent_get_graph (agent, "json");

    fail_unless (stats != NULL && description != NULL && graph != NULL);
    gst_ice_agent_add_candidate (agent, 0,
        "candidate:1 1 UDP 1 127.0.0.1 9 typ host");
    if (i % 50 == 0)
      gst_ice_agent_restart (agent);
  }
  return NULL;
}

GST_START_TEST (any_thread_may_call_at_any_time)
{
  GThread *threads[3];
  guint i;
  Side a, b;

  side_connect (&a, &b);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("hammer", hammer, i % 2 ? a.agent : b.agent);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  side_clear_both (&a, &b);
}
GST_END_TEST;

static void
on_stats (GstIceAgent *agent, GParamSpec *pspec, GstElement *poster)
{
  g_autoptr (GstStructure) stats = NULL;

  (void) pspec;
  g_object_get (agent, "stats", &stats, NULL);
  fail_unless (gst_structure_has_name (stats, "application/x-ice-stats"));
  gst_element_post_message (poster,
      gst_message_new_application (GST_OBJECT (poster),
          gst_structure_new_empty ("stats")));
}

GST_START_TEST (stats_are_notified_at_their_interval)
{
  Side side;
  guint i;

  side_init (&side, GST_ICE_ROLE_AUTO);
  g_object_set (side.agent, "stats-update-interval", 10, NULL);
  g_signal_connect (side.agent, "notify::stats", G_CALLBACK (on_stats),
      side.poster);
  side_start (&side);
  for (i = 0; i < 3; i++)
    gst_message_unref (side_wait (&side, GST_MESSAGE_APPLICATION));
  side_clear (&side);
}
GST_END_TEST;

GST_START_TEST (a_picture_is_dumped_on_connect_when_asked_for)
{
  g_autofree gchar *dir = g_dir_make_tmp ("gstice-XXXXXX", NULL);
  g_autofree gchar *text = NULL;
  g_autofree gchar *path = NULL;
  const gchar *name;
  GDir *files;
  Side a, b;

  g_setenv ("GST_DEBUG_DUMP_DOT_DIR", dir, TRUE);
  side_connect (&a, &b);
  side_unlink (&a, &b);
  side_clear (&b);
  /* What a had to say it has said by then. */
  side_stop (&a);
  g_unsetenv ("GST_DEBUG_DUMP_DOT_DIR");
  files = g_dir_open (dir, 0, NULL);
  while ((name = g_dir_read_name (files)) != NULL) {
    g_free (path);
    path = g_build_filename (dir, name, NULL);
    fail_unless (g_str_has_suffix (name, ".connected.dot"), "%s", name);
    g_clear_pointer (&text, g_free);
    fail_unless (g_file_get_contents (path, &text, NULL, NULL));
    g_unlink (path);
  }
  g_dir_close (files);
  g_rmdir (dir);
  fail_unless (text != NULL && strstr (text, "style=bold") != NULL);
  side_clear (&a);
}
GST_END_TEST;

GST_START_TEST (actions_work_by_name)
{
  g_autofree gchar *description = NULL;
  g_autofree gchar *graph = NULL;
  g_autofree gchar *none = NULL;
  g_autoptr (GstStructure) stats = NULL;
  gboolean added = FALSE;
  gboolean set = TRUE;
  Side side;

  side_init (&side, GST_ICE_ROLE_AUTO);
  g_signal_emit_by_name (side.agent, "add-ice-server", "stun:127.0.0.1:9",
      &added);
  g_signal_emit_by_name (side.agent, "gather-candidates");
  g_signal_emit_by_name (side.agent, "set-remote-credentials", "abcd",
      "0123456789012345678901");
  g_signal_emit_by_name (side.agent, "add-ice-candidate", 0, "");
  g_signal_emit_by_name (side.agent, "set-remote-description", "junk", &set);
  g_signal_emit_by_name (side.agent, "get-local-description", &description);
  g_signal_emit_by_name (side.agent, "get-stats", &stats);
  g_signal_emit_by_name (side.agent, "get-graph", "svg", &graph);
  g_signal_emit_by_name (side.agent, "get-graph", "png", &none);
  g_signal_emit_by_name (side.agent, "restart-ice");
  g_signal_emit_by_name (side.agent, "close");
  fail_unless (added && !set);
  fail_unless (g_str_has_prefix (description, "a=ice-ufrag:"));
  fail_unless (gst_structure_has_field (stats, "drops"));
  fail_unless (g_str_has_prefix (graph, "<svg "));
  fail_unless (none == NULL);
  side_clear (&side);
}
GST_END_TEST;

static Suite *
gsticeagent_suite (void)
{
  Suite *suite = suite_create ("gsticeagent");
  TCase *connecting = tcase_create ("connecting");
  TCase *failing = tcase_create ("failing");
  TCase *living = tcase_create ("living");

  suite_add_tcase (suite, connecting);
  tcase_add_test (connecting,
      credentials_are_there_from_the_start_and_new_each_run);
  tcase_add_test (connecting, credentials_of_the_user_hold_in_every_run);
  tcase_add_test (connecting, end_of_candidates_comes_once_and_last);
  tcase_add_test (connecting, two_agents_connect_and_say_so);
  tcase_add_test (connecting, progress_is_told_step_by_step);
  tcase_add_test (connecting, what_comes_early_is_kept);
  tcase_add_test (connecting, streams_and_components_connect_each);
  tcase_add_test (connecting, credentials_of_the_media_section_come_first);
  tcase_add_test (connecting, limits_of_streams_and_components_are_kept);
  tcase_add_test (connecting, a_filter_that_refuses_keeps_candidates_out);
  tcase_add_test (connecting, media_passes_without_elements);
  tcase_add_test (connecting, a_restart_changes_credentials_and_connects_again);
  suite_add_tcase (suite, failing);
  tcase_add_loop_test (failing, a_peer_that_is_silent_gives_a_verdict, 0, 3);
  tcase_add_test (failing, a_lone_agent_waits_and_says_for_what);
  tcase_add_test (failing, a_dead_server_costs_one_warning_and_no_time);
  tcase_add_test (failing, bad_input_is_refused_and_quoted);
  tcase_add_test (failing, early_input_is_bounded);
  suite_add_tcase (suite, living);
  tcase_add_test (living, the_end_is_quick_and_leaves_nothing);
  tcase_add_test (living, an_agent_can_be_started_again);
  tcase_add_test (living, the_last_of_two_elements_closes);
  tcase_add_test (living, one_id_is_one_agent_while_it_lives);
  tcase_add_test (living, an_application_brings_its_own_context);
  tcase_add_test (living, any_thread_may_call_at_any_time);
  tcase_add_test (living, stats_are_notified_at_their_interval);
  tcase_add_test (living, a_picture_is_dumped_on_connect_when_asked_for);
  tcase_add_test (living, actions_work_by_name);
  return suite;
}

GST_CHECK_MAIN (gsticeagent);
