/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nicesink and nicesrc over two agents of libnice, as an application sets them
 * up: reliable off, UDP only, its thread running the agents' context. */

#include "ends.h"

#include <agent.h>

typedef struct
{
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  NiceAgent *agents[2];
  guint streams[2];
  gint n_gathered; /* atomic */
  gint n_ready;    /* atomic */
} Pair;

static void
ignore (NiceAgent *agent, guint stream, guint component, guint len, gchar *data,
    gpointer user_data)
{
  (void) agent;
  (void) stream;
  (void) component;
  (void) len;
  (void) data;
  (void) user_data;
}

static void
on_gathered (NiceAgent *agent, guint stream, gpointer user_data)
{
  Pair *pair = user_data;

  (void) agent;
  (void) stream;
  g_atomic_int_inc (&pair->n_gathered);
}

static void
on_state (NiceAgent *agent, guint stream, guint component, guint state,
    gpointer user_data)
{
  Pair *pair = user_data;

  (void) agent;
  (void) stream;
  (void) component;
  if (state == NICE_COMPONENT_STATE_READY)
    g_atomic_int_inc (&pair->n_ready);
}

static void
wait_for (gint *counter, const char *what)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (g_atomic_int_get (counter) < 2) {
    if (g_get_monotonic_time () > end)
      ends_fail (what);
    g_usleep (1000);
  }
}

static void
introduce (Pair *pair, guint from, guint to)
{
  g_autofree char *ufrag = NULL, *pwd = NULL;
  GSList *candidates;

  nice_agent_get_local_credentials (pair->agents[from], pair->streams[from],
      &ufrag, &pwd);
  nice_agent_set_remote_credentials (pair->agents[to], pair->streams[to], ufrag,
      pwd);
  candidates = nice_agent_get_local_candidates (pair->agents[from],
      pair->streams[from], 1);
  nice_agent_set_remote_candidates (pair->agents[to], pair->streams[to], 1,
      candidates);
  g_slist_free_full (candidates, (GDestroyNotify) nice_candidate_free);
}

static void
connect_nice (Ends *ends)
{
  Pair *pair = ends->own;
  guint i;

  for (i = 0; i < 2; i++)
    nice_agent_gather_candidates (pair->agents[i], pair->streams[i]);
  wait_for (&pair->n_gathered, "libnice did not gather");
  introduce (pair, 0, 1);
  introduce (pair, 1, 0);
  wait_for (&pair->n_ready, "nicesink and nicesrc did not find each other");
}

static void
clear_nice (Ends *ends)
{
  Pair *pair = ends->own;
  guint i;

  g_main_loop_quit (pair->loop);
  g_thread_join (pair->thread);
  for (i = 0; i < 2; i++)
    g_object_unref (pair->agents[i]);
  g_main_loop_unref (pair->loop);
  g_main_context_unref (pair->context);
  g_free (pair);
}

static gpointer
run (gpointer data)
{
  g_main_loop_run (data);
  return NULL;
}

static void
add_agent (Pair *pair, guint i, GstElement *element)
{
  NiceAgent *agent = nice_agent_new (pair->context, NICE_COMPATIBILITY_RFC5245);
  NiceAddress localhost;

  nice_address_init (&localhost);
  nice_address_set_from_string (&localhost, "127.0.0.1");
  nice_agent_add_local_address (agent, &localhost);
  g_object_set (agent, "controlling-mode", i == 0, "ice-tcp", FALSE, "upnp",
      FALSE, NULL);
  g_signal_connect (agent, "candidate-gathering-done", G_CALLBACK (on_gathered),
      pair);
  g_signal_connect (agent, "component-state-changed", G_CALLBACK (on_state),
      pair);
  pair->agents[i] = agent;
  pair->streams[i] = nice_agent_add_stream (agent, 1);
  /* nicesrc attaches itself; the sink's side has to be read by someone. */
  if (i == 0)
    nice_agent_attach_recv (agent, pair->streams[i], 1, pair->context, ignore,
        NULL);
  g_object_set (element, "agent", agent, "stream", pair->streams[i],
      "component", 1, NULL);
}

gboolean
ends_of_nice (Ends *out_ends)
{
  Pair *pair;

  out_ends->sink = gst_element_factory_make ("nicesink", NULL);
  out_ends->src = gst_element_factory_make ("nicesrc", NULL);
  if (out_ends->sink == NULL || out_ends->src == NULL)
    return FALSE;
  g_object_set (out_ends->sink, "sync", FALSE, "async", FALSE, NULL);
  pair = g_new0 (Pair, 1);
  pair->context = g_main_context_new ();
  pair->loop = g_main_loop_new (pair->context, FALSE);
  add_agent (pair, 0, out_ends->sink);
  add_agent (pair, 1, out_ends->src);
  pair->thread = g_thread_new ("libnice", run, pair->loop);
  out_ends->own = pair;
  out_ends->connect = connect_nice;
  out_ends->clear = clear_nice;
  return TRUE;
}
