/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ICE restart (RFC 8445 §9 [ICE-9-1]): a new generation of credentials,
 * candidates and checks on the sockets that are open, while the path in use
 * carries on. Roles stay [ICE-6.1.1-4]; a peer that chooses them anew is met by
 * the conflict's rules [ICE-6.1.1-5]. */

#include "session-private.h"

/* [ICE-12.1-3]: with its own credentials and consent; when the pair before was
 * itself kept over a restart, it is kept again. */
static void
keep_path (IceComponent *component)
{
  IcePair *pair = ice_component_route_pair (component);

  component->selected = NULL;
  component->nominating = NULL;
  component->nominate_at = NET_NEVER;
  component->nominate_again = NET_NEVER;
  if (pair == component->previous)
    return;
  if (component->previous != NULL) {
    ice_pair_free (component->previous);
    component->previous = NULL;
  }
  if (pair == NULL)
    return;
  ice_checklist_steal (pair);
  ice_check_retire_pair (pair);
  pair->nominate_next = false;
  pair->nominate_on_success = false;
  component->previous = pair;
}

/* How long a description of the peer may pass for the answer to one of ours. */
#define ANSWER_WAIT NET_SEC (30)

static void
leave_remote (IceStream *stream)
{
  unsigned i;

  for (i = 0; i < stream->components->len; i++)
    keep_path (g_ptr_array_index (stream->components, i));
  g_queue_clear (&stream->checklist.triggered);
  g_ptr_array_set_size (stream->checklist.pairs, 0);
  g_ptr_array_set_size (stream->remotes, 0);
  if (stream->creds != NULL) {
    g_free (stream->old_remote_ufrag);
    stream->old_remote_ufrag = g_strdup (stream->creds->remote_ufrag);
  }
  ice_creds_unref (stream->creds);
  stream->creds = NULL;
  stream->checklist.state = ICE_CHECKLIST_RUNNING;
  stream->remote_end = false;
  for (i = 0; i < stream->components->len; i++)
    ice_component_update_route (g_ptr_array_index (stream->components, i),
        false);
}

static void
start_generation (IceStream *stream)
{
  leave_remote (stream);
  g_ptr_array_set_size (stream->locals, 0);
  stream->end_sent = false;
}

/* Descriptions cross: each one that we sent of our own accord gets an answer, and
 * only what comes beyond them is the peer's own restart. Without this count the
 * answer to the first of two would be taken for the second's, the second's for a
 * restart, and each side would restart for the other for ever. */
bool
ice_restart_is_answer (const IceStream *stream)
{
  return stream->unanswered > 0 &&
      stream->session->now < stream->unanswered_until;
}

void
ice_restart_expect_answer (IceSession *session)
{
  unsigned i;

  for (i = 0; i < session->streams->len; i++) {
    IceStream *stream = ice_stream_get (session, i);
    if (!ice_restart_is_answer (stream))
      stream->unanswered = 0;
    stream->unanswered++;
    stream->unanswered_until = session->now + ANSWER_WAIT;
  }
}

void
ice_restart_adopt (IceStream *stream)
{
  IceSession *session = stream->session;

  ice_trace (session, "stream %u > the peer answers anew -> same generation",
      stream->index);
  leave_remote (stream);
  session->cause = ICE_CAUSE_NONE;
  session->pac_until = NET_NEVER;
  session->remote_known = false;
  session->connect_until = session->config.connect_timeout > 0
      ? session->now + session->config.connect_timeout
      : NET_NEVER;
}

static void
forget_gathers (IceSession *session)
{
  unsigned i;

  for (i = 0; i < session->gathers->len; i++)
    ice_queue_forget_gather (session, g_ptr_array_index (session->gathers, i));
  g_ptr_array_set_size (session->gathers, 0);
}

/* A generation is on its way and has not led anywhere yet. A second restart now
 * would make the peer answer twice, and the second answer would look like a
 * restart of its own: both sides would chase each other for ever. */
bool
ice_restart_is_open (const IceSession *session)
{
  unsigned i;

  if (session->connect_until != NET_NEVER)
    return true;
  for (i = 0; i < session->streams->len; i++) {
    if (ice_stream_get (session, i)->creds != NULL)
      return false;
  }
  return true;
}

void
ice_restart_begin (IceSession *session, const char *why)
{
  unsigned i;

  ice_trace (session, "session > restart (%s) -> generation %u", why,
      session->generation + 1);
  session->generation++;
  session->info.restarts++;
  g_free (session->old_ufrag);
  g_free (session->old_pwd);
  session->old_ufrag = session->ufrag;
  session->old_pwd = session->pwd;
  session->ufrag = ice_creds_random_text (session, 8);
  session->pwd = ice_creds_random_text (session, 24);
  for (i = 0; i < session->streams->len; i++)
    start_generation (ice_stream_get (session, i));
  g_array_set_size (session->early, 0); /* they spoke of the old names */
  session->cause = ICE_CAUSE_NONE;
  session->pac_until = NET_NEVER;
  session->remote_known = false;
  session->connect_until = session->config.connect_timeout > 0
      ? session->now + session->config.connect_timeout
      : NET_NEVER;
  ice_queue_push (session, ICE_OUT_DESCRIPTION);
  ice_restart_expect_answer (session);
  forget_gathers (session);
  if (session->gathering == ICE_GATHERING_NEW)
    return;
  session->gathering = ICE_GATHERING_NEW;
  session->gather_until = NET_NEVER;
  ice_gather_start (session);
}
