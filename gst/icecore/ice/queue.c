/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What waits to be drained, in order. Datagrams are kept as intents (check pair
 * 7, answer transaction X) and become bytes only when the caller takes them, so a
 * check that was cancelled meanwhile costs nothing and says nothing. */

#include "session-private.h"

static void
intent_free (IceIntent *intent)
{
  if (intent->kind == ICE_OUT_SEND && intent->send == ICE_SEND_ANSWER)
    ice_creds_unref (intent->answer.key);
  g_free (intent);
}

IceIntent *
ice_queue_push (IceSession *session, IceOutKind kind)
{
  IceIntent *intent = g_new0 (IceIntent, 1);

  intent->kind = kind;
  g_queue_push_tail (&session->queue, intent);
  return intent;
}

static IceIntent *
push_send (IceSession *session, IceSendKind send)
{
  IceIntent *intent = ice_queue_push (session, ICE_OUT_SEND);

  intent->send = send;
  return intent;
}

void
ice_queue_check (IceSession *session, IceCheck *check)
{
  push_send (session, ICE_SEND_CHECK)->check = check;
}

void
ice_queue_gather (IceSession *session, IceGather *gather)
{
  push_send (session, ICE_SEND_GATHER)->gather = gather;
}

bool
ice_queue_answer (IceSession *session, const IceAnswer *answer)
{
  IceIntent *intent;

  if (session->queued_answers >= ICE_ANSWERS_MAX)
    return false;
  session->queued_answers++;
  intent = push_send (session, ICE_SEND_ANSWER);
  intent->answer = *answer;
  if (answer->key != NULL)
    ice_creds_ref (answer->key);
  return true;
}

void
ice_queue_keepalive (IceSession *session, const IcePair *pair)
{
  IceIntent *intent = push_send (session, ICE_SEND_KEEPALIVE);

  intent->keepalive.flow = pair->flow;
  intent->keepalive.to = pair->remote.addr;
  intent->keepalive.id = ice_creds_txn_id (session);
}

void
ice_queue_route (IceSession *session, const IceComponent *component)
{
  IceIntent *intent = ice_queue_push (session, ICE_OUT_ROUTE);

  intent->route.stream = component->stream->index;
  intent->route.component = component->id;
}

static bool
is_send_of (const IceIntent *intent, IceSendKind send)
{
  return intent->kind == ICE_OUT_SEND && intent->send == send;
}

void
ice_queue_forget_check (IceSession *session, const IceCheck *check)
{
  GList *l;

  for (l = session->queue.head; l != NULL; l = l->next) {
    IceIntent *intent = l->data;
    if (is_send_of (intent, ICE_SEND_CHECK) && intent->check == check)
      intent->check = NULL;
  }
}

void
ice_queue_forget_gather (IceSession *session, const IceGather *gather)
{
  GList *l;

  for (l = session->queue.head; l != NULL; l = l->next) {
    IceIntent *intent = l->data;
    if (is_send_of (intent, ICE_SEND_GATHER) && intent->gather == gather)
      intent->gather = NULL;
  }
}

void
ice_queue_clear (IceSession *session)
{
  g_queue_clear_full (&session->queue, (GDestroyNotify) intent_free);
  session->queued_answers = 0;
}

static void
fill_event (const IceIntent *intent, IceOut *out)
{
  switch (intent->kind) {
    case ICE_OUT_OPEN:
      out->open = intent->open;
      break;
    case ICE_OUT_CLOSE:
      out->close = intent->close;
      break;
    case ICE_OUT_RESOLVE:
      out->resolve = intent->resolve;
      break;
    case ICE_OUT_FILTER:
      out->filter = intent->filter;
      break;
    case ICE_OUT_CANDIDATE:
      out->candidate = intent->candidate;
      break;
    case ICE_OUT_GATHERING:
      out->gathering = intent->gathering;
      break;
    case ICE_OUT_STATE:
      out->state = intent->state;
      break;
    case ICE_OUT_ROLE:
      out->role = intent->role;
      break;
    case ICE_OUT_ROUTE:
      out->route.stream = intent->route.stream;
      out->route.component = intent->route.component;
      break;
    case ICE_OUT_SELECTED:
      out->selected = intent->selected;
      break;
    case ICE_OUT_SERVER:
      out->server = intent->server;
      break;
    case ICE_OUT_FAILED:
      out->cause = intent->cause;
      break;
    case ICE_OUT_SEND:
    case ICE_OUT_DESCRIPTION:
      break;
  }
}

bool
ice_session_next (IceSession *session, IceOut *out_event)
{
  IceIntent *intent;
  bool filled = false;

  while (!filled && (intent = g_queue_pop_head (&session->queue)) != NULL) {
    out_event->kind = intent->kind;
    if (is_send_of (intent, ICE_SEND_ANSWER))
      session->queued_answers--;
    if (intent->kind == ICE_OUT_SEND) {
      filled = ice_encode (session, intent, &out_event->send);
    } else {
      fill_event (intent, out_event);
      filled = true;
    }
    intent_free (intent);
  }
  return filled;
}
