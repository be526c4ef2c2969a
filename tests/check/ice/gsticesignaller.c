/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The interface as an application sees it: URIs that name a carrier or say what
 * would, and an implementation of its own that the agent can be given. */

#include "end.h"

typedef struct
{
  GObject parent;
  GString *calls;
} OwnSignaller;

typedef GObjectClass OwnSignallerClass;

static GType own_signaller_get_type (void);
static void own_signaller_iface_init (GstIceSignallerInterface *iface);

G_DEFINE_TYPE_WITH_CODE (OwnSignaller, own_signaller, G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (GST_TYPE_ICE_SIGNALLER, own_signaller_iface_init))

static void
note (GstIceSignaller *self, const gchar *call)
{
  g_string_append_printf (((OwnSignaller *) self)->calls, "%s;", call);
}

static gboolean
own_start (GstIceSignaller *self, GError **error)
{
  note (self, "start");
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "not today");
  return FALSE;
}

static void
own_stop (GstIceSignaller *self)
{
  note (self, "stop");
}

static void
own_send_candidate (GstIceSignaller *self, guint stream, const gchar *candidate)
{
  g_autofree gchar *call = g_strdup_printf ("%u %s", stream, candidate);
  note (self, call);
}

static void
own_signaller_iface_init (GstIceSignallerInterface *iface)
{
  iface->start = own_start;
  iface->stop = own_stop;
  iface->send_description = note;
  iface->send_candidate = own_send_candidate;
  iface->send_bye = note;
}

static void
own_signaller_finalize (GObject *object)
{
  g_string_free (((OwnSignaller *) object)->calls, TRUE);
  G_OBJECT_CLASS (own_signaller_parent_class)->finalize (object);
}

static void
own_signaller_class_init (OwnSignallerClass *klass)
{
  klass->finalize = own_signaller_finalize;
}

static void
own_signaller_init (OwnSignaller *self)
{
  self->calls = g_string_new (NULL);
}

GST_START_TEST (every_call_reaches_an_implementation)
{
  g_autoptr (GstIceSignaller) self =
      g_object_new (own_signaller_get_type (), NULL);
  g_autoptr (GError) error = NULL;

  fail_if (gst_ice_signaller_start (self, &error));
  fail_unless_equals_string (error->message, "not today");
  gst_ice_signaller_send_description (self, "frag");
  gst_ice_signaller_send_candidate (self, 4, "candidate:1");
  gst_ice_signaller_send_bye (self, "eos");
  gst_ice_signaller_stop (self);
  fail_unless_equals_string (((OwnSignaller *) self)->calls->str,
      "start;frag;4 candidate:1;eos;stop;");
}
GST_END_TEST

GST_START_TEST (every_signal_of_an_implementation_is_heard)
{
  End end = { .story = g_string_new (NULL) };
  g_autoptr (GError) error =
      g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "broken");

  end.signaller = g_object_new (own_signaller_get_type (), NULL);
  end_listen (&end);
  gst_ice_signaller_waiting (end.signaller, "here");
  gst_ice_signaller_peer_joined (end.signaller, "session");
  gst_ice_signaller_description (end.signaller, "frag");
  gst_ice_signaller_candidate (end.signaller, 2, "candidate:1");
  gst_ice_signaller_refused (end.signaller, "noise");
  gst_ice_signaller_bye (end.signaller, "eos");
  gst_ice_signaller_peer_left (end.signaller);
  gst_ice_signaller_failed (end.signaller, error);
  fail_unless_equals_string (end.story->str,
      "waiting here\njoined\ndescription frag\ncandidate 2 candidate:1\n"
      "refused noise\nbye eos\nleft\nfailed broken\n");
  end_clear (&end);
}
GST_END_TEST

typedef struct
{
  const gchar *uri;
  const gchar *says;
} BadUri;

static const BadUri bad_uris[] = {
  { "", "unix:///path" },
  { "demo", "unix:///path" },
  { "/tmp/demo", "unix:///path" },
  { "carrier-pigeon://coop", "tcp-listen://:port" },
  { "http://host:80/", "stdio:" },
  { "unix://tmp/demo", "unix:///path" },
  { "unix:demo", "unix:///path" },
  { "unix:///tmp/", "unix:///path" },
  { "unix:", "unix:///path" },
  { "tcp://host", "tcp://host:port" },
  { "tcp://host:0", "tcp://host:port" },
  { "tcp://:5000", "tcp://host:port" },
  { "tcp://host:99999", "tcp://host:port" },
  { "tcp-listen://", "tcp-listen://:port" },
  { "tcp-listen://somewhere:5000", "tcp-listen://:port" },
  { "file://dir/room", "file:///path" },
  { "file:///", "file:///path" },
  { "file:", "file:///path" },
  { "fd:", "fd:3,4" },
  { "fd:x", "fd:3,4" },
  { "fd:3,", "fd:3,4" },
  { "fd:3,4,5", "fd:3,4" },
  { "fd:-1", "fd:3,4" },
  { "fd:99999999999", "fd:3,4" },
  { "stdio:x", "stdio:" },
};

GST_START_TEST (a_wrong_uri_is_told_what_is_accepted)
{
  const BadUri *bad = &bad_uris[__i__];
  g_autoptr (GError) error = NULL;

  fail_unless (gst_ice_signaller_new_for_uri (bad->uri, &error) == NULL,
      "accepted %s", bad->uri);
  fail_unless (error->domain == GST_URI_ERROR);
  fail_unless (strstr (error->message, bad->says) != NULL, "%s: %s", bad->uri,
      error->message);
}
GST_END_TEST

GST_START_TEST (a_path_that_no_socket_can_have_is_refused)
{
  g_autofree gchar *filler = g_strnfill (108, 'x');
  g_autofree gchar *uri = g_strconcat ("unix:///", filler, NULL);
  g_autoptr (GError) error = NULL;

  fail_unless (gst_ice_signaller_new_for_uri (uri, &error) == NULL);
  fail_unless (strstr (error->message, "107") != NULL, "%s", error->message);
}
GST_END_TEST

static const gchar *const good_uris[] = {
  "unix:///tmp/demo",
  "unix:/tmp/demo",
  "unix:///tmp/with%20blank",
  "UNIX:///tmp/demo",
  "tcp://host:5000",
  "tcp://[::1]:5000",
  "tcp-listen://:5000",
  "tcp-listen://127.0.0.1:5000",
  "tcp-listen://[::]:0",
  "file:///tmp/room",
  "fd:3",
  "fd:3,4",
  "stdio:",
  "stdio://",
};

GST_START_TEST (a_right_uri_makes_a_carrier_that_does_nothing_yet)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstIceSignaller) self =
      gst_ice_signaller_new_for_uri (good_uris[__i__], &error);

  fail_unless (GST_IS_ICE_SIGNALLER (self), "%s: %s", good_uris[__i__],
      error != NULL ? error->message : "");
  gst_ice_signaller_send_description (self, "frag");
  gst_ice_signaller_stop (self);
}
GST_END_TEST

static Suite *
gsticesignaller_suite (void)
{
  Suite *suite = suite_create ("gsticesignaller");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, every_call_reaches_an_implementation);
  tcase_add_test (tc, every_signal_of_an_implementation_is_heard);
  tcase_add_loop_test (tc, a_wrong_uri_is_told_what_is_accepted, 0,
      G_N_ELEMENTS (bad_uris));
  tcase_add_test (tc, a_path_that_no_socket_can_have_is_refused);
  tcase_add_loop_test (tc, a_right_uri_makes_a_carrier_that_does_nothing_yet, 0,
      G_N_ELEMENTS (good_uris));
  return suite;
}

GST_CHECK_MAIN (gsticesignaller)
