/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two elements that an application introduces to each other. Here both live in
 * one pipeline; in earnest what goes through introduce() and give() travels over
 * whatever connection the application has. Sends 100 buffers and counts them. */

#include <gst/gst.h>

static gint received;

/* A candidate is a line of text; the empty one says that it was the last. */
static void
give (G_GNUC_UNUSED GstElement *from, guint stream, const gchar *candidate,
    gpointer to)
{
  g_signal_emit_by_name (to, "add-ice-candidate", stream, candidate);
}

static void
introduce (GstElement *from, GstElement *to)
{
  g_autofree gchar *ufrag = NULL, *pwd = NULL;

  g_object_get (from, "local-ufrag", &ufrag, "local-pwd", &pwd, NULL);
  g_signal_emit_by_name (to, "set-remote-credentials", ufrag, pwd);
  g_signal_connect (from, "on-ice-candidate", G_CALLBACK (give), to);
}

static void
count (GstElement *fakesink, G_GNUC_UNUSED GstBuffer *buffer,
    G_GNUC_UNUSED GstPad *pad, G_GNUC_UNUSED gpointer data)
{
  if (++received == 100)
    gst_element_post_message (fakesink,
        gst_message_new_application (GST_OBJECT (fakesink),
            gst_structure_new_empty ("all-there")));
}

int
main (int argc, char **argv)
{
  g_autoptr (GstElement) pipeline = NULL, sink = NULL, src = NULL, end = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  gst_init (&argc, &argv);
  pipeline = gst_parse_launch (
      "fakesrc num-buffers=100 sizetype=fixed sizemax=1000 ! icesink name=sink "
      "icesrc name=src ! fakesink name=end signal-handoffs=true",
      NULL);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  end = gst_bin_get_by_name (GST_BIN (pipeline), "end");
  introduce (sink, src);
  introduce (src, sink);
  g_signal_connect (end, "handoff", G_CALLBACK (count), NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  bus = gst_element_get_bus (pipeline);
  message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
      GST_MESSAGE_APPLICATION | GST_MESSAGE_ERROR);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_print ("%d of 100 buffers received\n", received);
  return received == 100 ? 0 : 1;
}
