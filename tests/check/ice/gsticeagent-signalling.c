/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The agent and its carrier: by a carrier of the test's own, whose other end the
 * test plays, and by the unix carrier between two agents. */

#include "side.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

/* --- a carrier that writes down what it is told -------------------------------- */

#define TEST_TYPE_CARRIER (test_carrier_get_type ())
G_DECLARE_FINAL_TYPE (TestCarrier, test_carrier, TEST, CARRIER, GObject)

struct _TestCarrier
{
  GObject parent;
  GAsyncQueue *told; /* char * */
  gboolean broken;   /* start fails */
  gboolean occupied; /* the peer is there already */
};

static void
tell (GstIceSignaller *signaller, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  g_async_queue_push (TEST_CARRIER (signaller)->told,
      g_strdup_vprintf (format, args));
  va_end (args);
}

static gboolean
carrier_start (GstIceSignaller *self, GError **error)
{
  if (TEST_CARRIER (self)->broken) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no such room");
    return FALSE;
  }
  tell (self, "start");
  if (TEST_CARRIER (self)->occupied)
    gst_ice_signaller_peer_joined (self, "one");
  return TRUE;
}

static void
carrier_stop (GstIceSignaller *self)
{
  tell (self, "stop");
}

static void
carrier_send_description (GstIceSignaller *self, const gchar *sdpfrag)
{
  tell (self, "description %s", sdpfrag);
}

static void
carrier_send_candidate (GstIceSignaller *self, guint stream,
    const gchar *candidate)
{
  tell (self, "candidate %u %s", stream, candidate);
}

static void
carrier_send_bye (GstIceSignaller *self, const gchar *reason)
{
  tell (self, "bye %s", reason);
}

static void
carrier_iface_init (GstIceSignallerInterface *iface)
{
  iface->start = carrier_start;
  iface->stop = carrier_stop;
  iface->send_description = carrier_send_description;
  iface->send_candidate = carrier_send_candidate;
  iface->send_bye = carrier_send_bye;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestCarrier, test_carrier, G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (GST_TYPE_ICE_SIGNALLER, carrier_iface_init))

static void
test_carrier_init (TestCarrier *self)
{
  self->told = g_async_queue_new_full (g_free);
}

static void
test_carrier_finalize (GObject *object)
{
  g_async_queue_unref (TEST_CARRIER (object)->told);
  G_OBJECT_CLASS (test_carrier_parent_class)->finalize (object);
}

static void
test_carrier_class_init (TestCarrierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_carrier_finalize;
}

/* --- the test's own context: nothing happens but when it is turned -------------- */

typedef struct
{
  Side side;
  GMainContext *context;
  TestCarrier *carrier;
} Scene;

static void
scene_init (Scene *scene)
{
  scene->context = g_main_context_new ();
  side_init (&scene->side, GST_ICE_ROLE_CONTROLLING);
  gst_object_unref (scene->side.agent);
  scene->side.agent = gst_ice_agent_new (scene->context);
  scene->carrier = g_object_new (TEST_TYPE_CARRIER, NULL);
  g_object_set (scene->side.agent, "interfaces", "lo", "ip-family",
      GST_ICE_IP_FAMILY_IPV4, "signaller", scene->carrier, NULL);
}

static void
scene_clear (Scene *scene)
{
  side_stop (&scene->side);
  /* What was invoked there holds the agent until it has run. */
  while (g_main_context_iteration (scene->context, FALSE))
    continue;
  side_clear (&scene->side);
  fail_unless_equals_int (G_OBJECT (scene->carrier)->ref_count, 1);
  g_object_unref (scene->carrier);
  g_main_context_unref (scene->context);
}

/* Turns the context until the carrier was told something of the beginning. */
static gchar *
scene_wait (Scene *scene, const gchar *beginning)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  for (;;) {
    gchar *told = g_async_queue_try_pop (scene->carrier->told);

    fail_unless (g_get_monotonic_time () < deadline, "never told: %s",
        beginning);
    if (told == NULL) {
      g_main_context_iteration (scene->context, FALSE);
      continue;
    }
    if (g_str_has_prefix (told, beginning))
      return told;
    g_free (told);
  }
}

static void
scene_expect (Scene *scene, const gchar *expected)
{
  g_autofree gchar *told = scene_wait (scene, expected);

  fail_unless_equals_string (told, expected);
}

static GstIceSignaller *
signaller_of (Scene *scene)
{
  return GST_ICE_SIGNALLER (scene->carrier);
}

static void
scene_gathered (Scene *scene)
{
  gint state = GST_ICE_GATHERING_STATE_NEW;

  while (state != GST_ICE_GATHERING_STATE_COMPLETE) {
    g_main_context_iteration (scene->context, TRUE);
    g_object_get (scene->side.agent, "ice-gathering-state", &state, NULL);
  }
}

#define PEER "a=ice-ufrag:%s\r\na=ice-pwd:0123456789012345678901\r\n"

static void
scene_peer_describes (Scene *scene, const gchar *ufrag)
{
  g_autofree gchar *text = g_strdup_printf (PEER, ufrag);

  gst_ice_signaller_description (signaller_of (scene), text);
}

GST_START_TEST (who_joins_late_gets_all_in_one_description)
{
  g_autofree gchar *told = NULL;
  g_autofree gchar *more = NULL;
  Scene scene;

  scene_init (&scene);
  side_start (&scene.side);
  scene_gathered (&scene);
  scene_expect (&scene, "start");
  fail_unless (g_async_queue_try_pop (scene.carrier->told) == NULL);
  gst_ice_signaller_peer_joined (signaller_of (&scene), "one");
  told = scene_wait (&scene, "description ");
  fail_unless (strstr (told, "a=candidate:") != NULL);
  fail_unless (strstr (told, "a=end-of-candidates") != NULL);
  /* Nothing of it comes a second time. */
  more = g_async_queue_try_pop (scene.carrier->told);
  fail_unless (more == NULL, "%s", more);
  scene_clear (&scene);
}
GST_END_TEST;

GST_START_TEST (who_is_there_early_gets_each_candidate_once)
{
  g_autofree gchar *description = NULL;
  g_autofree gchar *candidate = NULL;
  Scene scene;

  scene_init (&scene);
  scene.carrier->occupied = TRUE;
  g_object_set (scene.side.agent, "stun-server", "stun:nobody.invalid", NULL);
  side_start (&scene.side);
  description = scene_wait (&scene, "description ");
  scene_gathered (&scene);
  /* What the description had is not said again, what it lacked is. */
  if (strstr (description, "a=candidate:") == NULL)
    candidate = scene_wait (&scene, "candidate 0 candidate:");
  scene_expect (&scene, "candidate 0 ");
  fail_unless (g_async_queue_try_pop (scene.carrier->told) == NULL);
  scene_clear (&scene);
}
GST_END_TEST;

/* [ICE-9-1] */
GST_START_TEST (another_run_of_the_peer_restarts_us)
{
  g_autofree gchar *first = NULL;
  g_autofree gchar *second = NULL;
  g_autofree gchar *third = NULL;
  Scene scene;

  scene_init (&scene);
  side_start (&scene.side);
  scene_expect (&scene, "start");
  gst_ice_signaller_peer_joined (signaller_of (&scene), "one");
  scene_peer_describes (&scene, "aaaa");
  first = scene_wait (&scene, "description ");
  /* The same run again: the same credentials. */
  gst_ice_signaller_peer_left (signaller_of (&scene));
  gst_ice_signaller_peer_joined (signaller_of (&scene), "one");
  second = scene_wait (&scene, "description ");
  fail_unless (strncmp (first, second, 34) == 0);
  gst_ice_signaller_peer_left (signaller_of (&scene));
  gst_ice_signaller_peer_joined (signaller_of (&scene), "two");
  scene_peer_describes (&scene, "bbbb");
  do {
    g_free (third);
    third = scene_wait (&scene, "description ");
  } while (strncmp (first, third, 34) == 0);
  scene_clear (&scene);
}
GST_END_TEST;

static void
on_bye (GstIceAgent *agent, const gchar *reason, GString *out)
{
  (void) agent;
  g_string_append_printf (out, "%s ", reason);
}

GST_START_TEST (the_end_of_the_stream_is_no_failure)
{
  GString *byes = g_string_new (NULL);
  Scene scene;

  scene_init (&scene);
  g_signal_connect (scene.side.agent, "peer-bye", G_CALLBACK (on_bye), byes);
  side_start (&scene.side);
  scene_expect (&scene, "start");
  gst_ice_signaller_peer_joined (signaller_of (&scene), "one");
  gst_ice_signaller_bye (signaller_of (&scene), "eos");
  gst_ice_signaller_bye (signaller_of (&scene), "closed");
  fail_unless_equals_string (byes->str, "eos ");
  fail_unless (gst_bus_pop_filtered (scene.side.bus,
                   GST_MESSAGE_ERROR | GST_MESSAGE_WARNING) == NULL);
  scene_clear (&scene);
  g_string_free (byes, TRUE);
}
GST_END_TEST;

GST_START_TEST (a_peer_that_closes_is_a_failure)
{
  g_autofree gchar *text = NULL;
  Scene scene;

  scene_init (&scene);
  g_object_set (scene.side.agent, "on-failure", __i__, NULL);
  side_start (&scene.side);
  scene_expect (&scene, "start");
  gst_ice_signaller_peer_joined (signaller_of (&scene), "one");
  gst_ice_signaller_bye (signaller_of (&scene), "closed");
  text = side_wait_trouble (&scene.side,
      __i__ == GST_ICE_ON_FAILURE_ERROR ? GST_MESSAGE_ERROR
                                        : GST_MESSAGE_WARNING,
      "peer-closed");
  /* It may come again. */
  gst_ice_signaller_peer_joined (signaller_of (&scene), "two");
  g_free (scene_wait (&scene, "description "));
  scene_clear (&scene);
}
GST_END_TEST;

GST_START_TEST (we_say_goodbye_once)
{
  Scene scene;

  scene_init (&scene);
  side_start (&scene.side);
  scene_expect (&scene, "start");
  gst_ice_signaller_peer_joined (signaller_of (&scene), "one");
  gst_ice_agent_send_bye (scene.side.agent, "eos");
  scene_expect (&scene, "bye eos");
  side_stop (&scene.side);
  scene_expect (&scene, "stop");
  /* Next time there was no end of stream. */
  side_start (&scene.side);
  scene_expect (&scene, "start");
  side_stop (&scene.side);
  scene_expect (&scene, "bye closed");
  scene_expect (&scene, "stop");
  scene_clear (&scene);
}
GST_END_TEST;

GST_START_TEST (a_carrier_that_cannot_start_is_an_error)
{
  g_autofree gchar *text = NULL;
  Scene scene;

  scene_init (&scene);
  scene.carrier->broken = TRUE;
  side_start (&scene.side);
  scene_gathered (&scene);
  text =
      side_wait_trouble (&scene.side, GST_MESSAGE_ERROR, "signalling-timeout");
  fail_unless (strstr (text, "no such room") != NULL, "%s", text);
  scene_clear (&scene);
}
GST_END_TEST;

GST_START_TEST (what_the_carrier_brings_is_refused_like_anything_else)
{
  g_autofree gchar *one = NULL;
  g_autofree gchar *two = NULL;
  Scene scene;

  scene_init (&scene);
  side_start (&scene.side);
  scene_expect (&scene, "start");
  gst_ice_signaller_candidate (signaller_of (&scene), 0, "rubbish");
  gst_ice_signaller_refused (signaller_of (&scene), "{\"type\":\"spam\"}");
  one = side_wait_trouble (&scene.side, GST_MESSAGE_WARNING, NULL);
  g_main_context_iteration (scene.context, FALSE);
  two = side_wait_trouble (&scene.side, GST_MESSAGE_WARNING, NULL);
  fail_unless (strstr (one, "spam") != NULL || strstr (two, "spam") != NULL);
  fail_unless (strstr (one, "rubbish") != NULL ||
      strstr (two, "rubbish") != NULL);
  scene_clear (&scene);
}
GST_END_TEST;

GST_START_TEST (nobody_comes_but_we_wait)
{
  g_autofree gchar *text = NULL;
  GstMessage *message = NULL;
  Scene scene;

  scene_init (&scene);
  g_object_set (scene.side.agent, "connect-timeout", 20, NULL);
  side_start (&scene.side);
  while ((message = gst_bus_pop_filtered (scene.side.bus,
              GST_MESSAGE_WARNING)) == NULL)
    g_main_context_iteration (scene.context, TRUE);
  gst_bus_post (scene.side.bus, message);
  text = side_wait_trouble (&scene.side, GST_MESSAGE_WARNING,
      "signalling-timeout");
  fail_unless (strstr (text, "Nobody has come") != NULL, "%s", text);
  gst_ice_signaller_peer_joined (signaller_of (&scene), "one");
  g_free (scene_wait (&scene, "description "));
  scene_clear (&scene);
}
GST_END_TEST;

/* --- two agents and a socket in the file system ----------------------------------- */

GST_START_TEST (two_agents_meet_at_a_path)
{
  g_autofree gchar *dir = g_dir_make_tmp ("gstice-XXXXXX", NULL);
  g_autofree gchar *uri = g_strdup_printf ("unix://%s/room", dir);
  g_autofree gchar *path = g_build_filename (dir, "room", NULL);
  GString *byes = g_string_new (NULL);
  g_autofree gchar *text = NULL;
  Side a, b;

  side_init (&a, GST_ICE_ROLE_CONTROLLING);
  side_init (&b, GST_ICE_ROLE_CONTROLLED);
  g_object_set (a.agent, "signalling", uri, "on-failure",
      GST_ICE_ON_FAILURE_WAIT, NULL);
  g_object_set (b.agent, "signalling", uri, NULL);
  g_signal_connect (a.agent, "peer-bye", G_CALLBACK (on_bye), byes);
  side_start (&a);
  side_start (&b);
  side_wait_state (&a, "completed");
  side_wait_state (&b, "completed");
  side_stop (&b);
  text = side_wait_trouble (&a, GST_MESSAGE_WARNING, "peer-closed");
  /* The next peer finds it waiting. */
  side_start (&b);
  side_wait_state (&b, "completed");
  side_wait_state (&a, "completed");
  side_clear (&b);
  side_clear (&a);
  fail_unless (g_str_has_prefix (byes->str, "closed "));
  g_string_free (byes, TRUE);
  g_unlink (path);
  g_rmdir (dir);
}
GST_END_TEST;

static Suite *
gsticeagent_signalling_suite (void)
{
  Suite *suite = suite_create ("gsticeagent-signalling");
  TCase *tcase = tcase_create ("carrier");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, who_joins_late_gets_all_in_one_description);
  tcase_add_test (tcase, who_is_there_early_gets_each_candidate_once);
  tcase_add_test (tcase, another_run_of_the_peer_restarts_us);
  tcase_add_test (tcase, the_end_of_the_stream_is_no_failure);
  tcase_add_loop_test (tcase, a_peer_that_closes_is_a_failure, 0, 3);
  tcase_add_test (tcase, we_say_goodbye_once);
  tcase_add_test (tcase, a_carrier_that_cannot_start_is_an_error);
  tcase_add_test (tcase, what_the_carrier_brings_is_refused_like_anything_else);
  tcase_add_test (tcase, nobody_comes_but_we_wait);
  tcase_add_test (tcase, two_agents_meet_at_a_path);
  return suite;
}

GST_CHECK_MAIN (gsticeagent_signalling);
