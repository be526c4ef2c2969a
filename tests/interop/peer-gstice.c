/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Our agent as a peer, through what the library shows to every application. */

#include <gst/ice/ice.h>

#include <string.h>

#include "peer.h"

#define STREAMS_MAX 4

typedef struct
{
  gchar *ufrag;
  gchar *pwd;
  gboolean fresh; /* not yet given to the agent */
} Credentials;

static struct
{
  GstIceAgent *agent;
  guint streams;
  guint components;
  gboolean lite;
  gchar *told_ufrag;
  Credentials remote[STREAMS_MAX];
} self;

static void
on_description (GstIceAgent *agent, const gchar *fragment, gpointer user_data)
{
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  guint i;

  (void) fragment;
  (void) user_data;
  g_object_get (agent, "local-ufrag", &ufrag, "local-pwd", &pwd, NULL);
  if (g_strcmp0 (ufrag, self.told_ufrag) == 0)
    return;
  for (i = 0; i < self.streams; i++)
    peer_say ("credentials %u %s %s%s", i, ufrag, pwd,
        self.lite ? " lite" : "");
  g_free (self.told_ufrag);
  self.told_ufrag = g_steal_pointer (&ufrag);
}

static void
on_candidate (GstIceAgent *agent, guint stream, const gchar *candidate,
    gpointer user_data)
{
  (void) agent;
  (void) user_data;
  if (*candidate == '\0')
    peer_say ("end %u", stream);
  else
    peer_say ("candidate %u %s", stream, candidate);
}

static void
on_state (GstIceAgent *agent, GParamSpec *spec, gpointer user_data)
{
  GstIceConnectionState state;
  g_autoptr (GEnumClass) names =
      g_type_class_ref (GST_TYPE_ICE_CONNECTION_STATE);

  (void) user_data;
  g_object_get (agent, spec->name, &state, NULL);
  peer_say ("state %s", g_enum_get_value (names, (gint) state)->value_nick);
}

static void
on_selected (GstIceAgent *agent, const GstStructure *pair, gpointer user_data)
{
  guint stream;
  guint component;
  guint local_port;
  guint remote_port;

  (void) agent;
  (void) user_data;
  if (!gst_structure_get (pair, "stream", G_TYPE_UINT, &stream, "component",
          G_TYPE_UINT, &component, "local-port", G_TYPE_UINT, &local_port,
          "remote-port", G_TYPE_UINT, &remote_port, NULL))
    g_error ("a field is missing in %" GST_PTR_FORMAT, (gpointer) pair);
  peer_say ("selected %u %u %s %u %s %u", stream, component,
      gst_structure_get_string (pair, "local-address"), local_port,
      gst_structure_get_string (pair, "remote-address"), remote_port);
}

static void
on_payloads (GstIceComponent *component, GstBufferList *list,
    gpointer user_data)
{
  guint stream = GPOINTER_TO_UINT (user_data);
  guint i;

  for (i = 0; i < gst_buffer_list_length (list); i++) {
    GstBuffer *buffer = gst_buffer_list_get (list, i);
    GstMapInfo map;

    if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
      g_error ("a received buffer cannot be read");
    peer_received (stream, gst_ice_component_get_id (component), map.data,
        map.size);
    gst_buffer_unmap (buffer, &map);
  }
  gst_buffer_list_unref (list);
}

static GstIceComponent *
get_component (guint stream_index, guint id)
{
  g_autoptr (GstIceStream) stream =
      gst_ice_agent_get_stream (self.agent, stream_index);

  return gst_ice_stream_get_component (stream, id);
}

static void
add_streams (void)
{
  guint stream;
  guint id;

  for (stream = 0; stream < self.streams; stream++) {
    for (id = 1; id <= self.components; id++) {
      g_autoptr (GstIceComponent) component = get_component (stream, id);

      gst_ice_component_set_receiver (component, on_payloads,
          GUINT_TO_POINTER (stream), NULL);
    }
  }
}

static const gchar *
nomination_of (const PeerOptions *options)
{
  if (options->aggressive)
    return "aggressive";
  return options->regular ? "regular" : "auto";
}

static void
open_agent (const PeerOptions *options)
{
  gst_init (NULL, NULL);
  self.agent = gst_ice_agent_new (g_main_context_default ());
  self.streams = (guint) options->streams;
  self.components = (guint) options->components;
  self.lite = options->lite;
  gst_util_set_object_arg (G_OBJECT (self.agent), "ice-role",
      options->controlled ? "controlled" : "controlling");
  gst_util_set_object_arg (G_OBJECT (self.agent), "nomination",
      nomination_of (options));
  g_object_set (self.agent, "ice-lite", options->lite, NULL);
  if (options->stun_server != NULL) {
    g_autofree gchar *uri = g_strconcat ("stun:", options->stun_server, NULL);

    g_object_set (self.agent, "stun-server", uri, NULL);
  }
  g_signal_connect (self.agent, "on-local-description",
      G_CALLBACK (on_description), NULL);
  g_signal_connect (self.agent, "on-ice-candidate", G_CALLBACK (on_candidate),
      NULL);
  g_signal_connect (self.agent, "notify::ice-connection-state",
      G_CALLBACK (on_state), NULL);
  g_signal_connect (self.agent, "on-selected-pair", G_CALLBACK (on_selected),
      NULL);
  add_streams ();
}

static void
gather (void)
{
  gst_ice_agent_gather_candidates (self.agent);
}

/* Streams with credentials of their own, and ice-lite, take a description. */
static void
describe_remote (gboolean lite)
{
  g_autoptr (GString) fragment = g_string_new (lite ? "a=ice-lite\r\n" : "");
  guint i;

  for (i = 0; i < self.streams; i++)
    g_string_append_printf (fragment,
        "m=audio 9 RTP/AVP 0\r\na=mid:%u\r\n"
        "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n",
        i, self.remote[i].ufrag, self.remote[i].pwd);
  if (!gst_ice_agent_set_remote_description (self.agent, fragment->str))
    peer_say ("refused 0 %s", "description");
}

static void
set_credentials (guint stream, const gchar *ufrag, const gchar *pwd,
    gboolean lite)
{
  Credentials *remote = &self.remote[stream];
  guint i;

  g_free (remote->ufrag);
  g_free (remote->pwd);
  *remote = (Credentials){ .ufrag = g_strdup (ufrag),
    .pwd = g_strdup (pwd),
    .fresh = TRUE };
  for (i = 0; i < self.streams; i++) {
    if (!self.remote[i].fresh)
      return;
  }
  for (i = 0; i < self.streams; i++)
    self.remote[i].fresh = FALSE;
  if (self.streams > 1 || lite)
    describe_remote (lite);
  else if (!gst_ice_agent_set_remote_credentials (self.agent, ufrag, pwd))
    peer_say ("refused 0 %s", "credentials");
}

static gboolean
add_candidate (guint stream, const gchar *candidate)
{
  return gst_ice_agent_add_candidate (self.agent, stream, candidate);
}

static void
end_candidates (guint stream)
{
  gst_ice_agent_add_candidate (self.agent, stream, "");
}

static void
restart (void)
{
  gst_ice_agent_restart (self.agent);
}

static gboolean
send_payload (guint stream, guint id, const guint8 *bytes, gsize length)
{
  g_autoptr (GstIceComponent) component = get_component (stream, id);
  g_autoptr (GstBuffer) buffer = gst_buffer_new_memdup (bytes, length);
  guint dropped = 0;

  return gst_ice_component_send_buffer (component, buffer, &dropped) &&
      dropped == 0;
}

static void
close_agent (void)
{
  guint i;

  gst_ice_agent_close (self.agent);
  gst_clear_object (&self.agent);
  for (i = 0; i < self.streams; i++) {
    g_free (self.remote[i].ufrag);
    g_free (self.remote[i].pwd);
  }
  g_free (self.told_ufrag);
}

int
main (int argc, char **argv)
{
  static const PeerAgent agent = { .open = open_agent,
    .gather = gather,
    .set_credentials = set_credentials,
    .add_candidate = add_candidate,
    .end_candidates = end_candidates,
    .restart = restart,
    .send = send_payload,
    .close = close_agent };

  return peer_run (argc, argv, &agent);
}
