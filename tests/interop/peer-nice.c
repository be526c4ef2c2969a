/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libnice as a peer: as its users set it up for WebRTC, with UDP only since that
 * is what the other side has. An ICE restart of the other side is answered with
 * one of its own. */

#include <nice/agent.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

#define STREAMS_MAX 4

static struct
{
  NiceAgent *agent;
  guint streams;
  guint components;
  gboolean lite;
  guint ids[STREAMS_MAX];
  gchar *remote_ufrag[STREAMS_MAX];
  /* We have new credentials that the other side has not answered yet. */
  gboolean restarting;
} self;

static guint
index_of (guint id)
{
  guint i;

  for (i = 0; i < self.streams; i++) {
    if (self.ids[i] == id)
      return i;
  }
  g_assert_not_reached ();
}

static void
say_candidate (NiceCandidate *candidate)
{
  g_autofree gchar *line =
      nice_agent_generate_local_candidate_sdp (self.agent, candidate);

  peer_say ("candidate %u %s", index_of (candidate->stream_id), line + 2);
}

static void
say_credentials (void)
{
  guint i;

  for (i = 0; i < self.streams; i++) {
    g_autofree gchar *ufrag = NULL;
    g_autofree gchar *pwd = NULL;

    nice_agent_get_local_credentials (self.agent, self.ids[i], &ufrag, &pwd);
    peer_say ("credentials %u %s %s%s", i, ufrag, pwd,
        self.lite ? " lite" : "");
  }
}

static void
on_candidate (NiceAgent *agent, NiceCandidate *candidate, gpointer user_data)
{
  (void) agent;
  (void) user_data;
  say_candidate (candidate);
}

static void
on_gathered (NiceAgent *agent, guint id, gpointer user_data)
{
  (void) agent;
  (void) user_data;
  peer_say ("end %u", index_of (id));
}

/* The whole is as far as the last of its components. */
static NiceComponentState
whole_state (void)
{
  NiceComponentState whole = NICE_COMPONENT_STATE_READY;
  guint i;
  guint component;

  for (i = 0; i < self.streams; i++) {
    for (component = 1; component <= self.components; component++) {
      NiceComponentState state =
          nice_agent_get_component_state (self.agent, self.ids[i], component);

      if (state == NICE_COMPONENT_STATE_FAILED)
        return state;
      whole = MIN (whole, state);
    }
  }
  return whole;
}

static void
on_state (NiceAgent *agent, guint id, guint component, guint state,
    gpointer user_data)
{
  static const gchar *const names[] = { "new", "gathering", "checking",
    "connected", "completed", "failed" };
  static NiceComponentState told = NICE_COMPONENT_STATE_LAST;
  NiceComponentState whole = whole_state ();

  (void) agent;
  (void) id;
  (void) component;
  (void) state;
  (void) user_data;
  if (whole == told)
    return;
  told = whole;
  peer_say ("state %s", names[whole]);
}

static void
on_selected (NiceAgent *agent, guint id, guint component, NiceCandidate *local,
    NiceCandidate *remote, gpointer user_data)
{
  gchar local_ip[NICE_ADDRESS_STRING_LEN];
  gchar remote_ip[NICE_ADDRESS_STRING_LEN];

  (void) agent;
  (void) user_data;
  nice_address_to_string (&local->addr, local_ip);
  nice_address_to_string (&remote->addr, remote_ip);
  peer_say ("selected %u %u %s %u %s %u", index_of (id), component, local_ip,
      nice_address_get_port (&local->addr), remote_ip,
      nice_address_get_port (&remote->addr));
}

static void
on_payload (NiceAgent *agent, guint id, guint component, guint length,
    gchar *bytes, gpointer user_data)
{
  (void) agent;
  (void) user_data;
  peer_received (index_of (id), component, (const guint8 *) bytes, length);
}

static void
set_stun_server (const gchar *server)
{
  g_auto (GStrv) parts = g_strsplit (server, ":", 2);

  g_object_set (self.agent, "stun-server", parts[0], "stun-server-port",
      (guint) atoi (parts[1]), NULL);
}

static void
add_streams (void)
{
  guint i;
  guint component;

  for (i = 0; i < self.streams; i++) {
    self.ids[i] = nice_agent_add_stream (self.agent, self.components);
    for (component = 1; component <= self.components; component++)
      nice_agent_attach_recv (self.agent, self.ids[i], component, NULL,
          on_payload, NULL);
  }
}

static void
open_agent (const PeerOptions *options)
{
  NiceAgentOption flags = NICE_AGENT_OPTION_ICE_TRICKLE;

  if (options->regular)
    flags |= NICE_AGENT_OPTION_REGULAR_NOMINATION;
  if (options->consent)
    flags |= NICE_AGENT_OPTION_CONSENT_FRESHNESS;
  if (options->lite)
    flags |= NICE_AGENT_OPTION_LITE_MODE;
  self.agent = nice_agent_new_full (NULL, NICE_COMPATIBILITY_RFC5245, flags);
  self.streams = (guint) options->streams;
  self.components = (guint) options->components;
  self.lite = options->lite;
  g_object_set (self.agent, "controlling-mode", !options->controlled, "ice-tcp",
      options->tcp, "upnp", FALSE, NULL);
  if (options->stun_server != NULL)
    set_stun_server (options->stun_server);
  g_signal_connect (self.agent, "new-candidate-full", G_CALLBACK (on_candidate),
      NULL);
  g_signal_connect (self.agent, "candidate-gathering-done",
      G_CALLBACK (on_gathered), NULL);
  g_signal_connect (self.agent, "component-state-changed",
      G_CALLBACK (on_state), NULL);
  g_signal_connect (self.agent, "new-selected-pair-full",
      G_CALLBACK (on_selected), NULL);
  add_streams ();
}

static void
gather (void)
{
  guint i;

  say_credentials ();
  for (i = 0; i < self.streams; i++)
    nice_agent_gather_candidates (self.agent, self.ids[i]);
}

/* libnice keeps its sockets and candidates over a restart. */
static void
say_candidates_again (guint stream)
{
  guint component;

  for (component = 1; component <= self.components; component++) {
    GSList *candidates = nice_agent_get_local_candidates (self.agent,
        self.ids[stream], component);

    g_slist_foreach (candidates, (GFunc) (void *) say_candidate, NULL);
    g_slist_free_full (candidates, (GDestroyNotify) nice_candidate_free);
  }
  peer_say ("end %u", stream);
}

static void
restart (void)
{
  guint i;

  self.restarting = TRUE;
  nice_agent_restart (self.agent);
  say_credentials ();
  for (i = 0; i < self.streams; i++)
    say_candidates_again (i);
}

static void
set_credentials (guint stream, const gchar *ufrag, const gchar *pwd,
    gboolean lite)
{
  gboolean again = g_strcmp0 (self.remote_ufrag[stream], ufrag) != 0 &&
      self.remote_ufrag[stream] != NULL;

  (void) lite;
  if (again && !self.restarting && stream == 0)
    restart ();
  self.restarting = self.restarting && stream + 1 < self.streams;
  g_free (self.remote_ufrag[stream]);
  self.remote_ufrag[stream] = g_strdup (ufrag);
  nice_agent_set_remote_credentials (self.agent, self.ids[stream], ufrag, pwd);
}

static gboolean
add_candidate (guint stream, const gchar *text)
{
  g_autofree gchar *line = g_strconcat ("a=", text, NULL);
  NiceCandidate *candidate = nice_agent_parse_remote_candidate_sdp (self.agent,
      self.ids[stream], line);
  GSList one = { .data = candidate };
  int added;

  if (candidate == NULL)
    return FALSE;
  added = nice_agent_set_remote_candidates (self.agent, self.ids[stream],
      candidate->component_id, &one);
  nice_candidate_free (candidate);
  return added > 0;
}

static void
end_candidates (guint stream)
{
  nice_agent_peer_candidate_gathering_done (self.agent, self.ids[stream]);
}

static gboolean
send_payload (guint stream, guint component, const guint8 *bytes, gsize length)
{
  return nice_agent_send (self.agent, self.ids[stream], component,
             (guint) length, (const gchar *) bytes) == (gint) length;
}

static void
close_agent (void)
{
  guint i;

  for (i = 0; i < self.streams; i++)
    g_free (self.remote_ufrag[i]);
  g_object_unref (self.agent);
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
