/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a session failed, from what it has seen: one cause, and a table for the
 * person who has to do something about it. */

#include "session-private.h"

typedef struct
{
  unsigned locals;
  unsigned remotes;
  unsigned pairs;
  unsigned refused_pairs;
  unsigned local_families; /* bit set of NetFamily */
  unsigned remote_families;
} Facts;

/* Two hosts of equal private networks have equal addresses: what answers there
 * with a refusal is our own socket. */
static bool
is_ourselves (const IceStream *stream, const IcePair *pair)
{
  unsigned i;

  for (i = 0; i < stream->locals->len; i++) {
    const IceLocal *local = g_ptr_array_index (stream->locals, i);
    if (net_addr_equal (local->cand.addr, pair->remote.addr) ||
        net_addr_equal (local->base, pair->remote.addr))
      return true;
  }
  return false;
}

static Facts
collect (const IceSession *session)
{
  Facts facts = { 0 };
  unsigned i, j;

  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    facts.locals += stream->locals->len;
    facts.remotes += stream->remotes->len;
    facts.pairs += stream->checklist.pairs->len;
    for (j = 0; j < stream->locals->len; j++) {
      const IceLocal *local = g_ptr_array_index (stream->locals, j);
      facts.local_families |= 1u << local->cand.addr.family;
    }
    for (j = 0; j < stream->remotes->len; j++) {
      const IceRemoteCand *remote = g_ptr_array_index (stream->remotes, j);
      facts.remote_families |= 1u << remote->cand.addr.family;
    }
    for (j = 0; j < stream->checklist.pairs->len; j++) {
      const IcePair *pair = g_ptr_array_index (stream->checklist.pairs, j);
      facts.refused_pairs += pair->refusals > 0 && !is_ourselves (stream, pair);
    }
  }
  return facts;
}

static bool
no_server_answered (const IceSession *session)
{
  unsigned i;

  for (i = 0; i < session->servers->len; i++) {
    const IceServer *server = g_ptr_array_index (session->servers, i);
    if (server->answered)
      return false;
  }
  return session->servers->len > 0;
}

IceCause
ice_verdict (const IceSession *session)
{
  Facts facts = collect (session);

  if (session->connected_once)
    return ICE_CAUSE_CONSENT_EXPIRED;
  if (facts.locals == 0)
    return ICE_CAUSE_NO_LOCAL_CANDIDATES;
  if (facts.remotes == 0)
    return ICE_CAUSE_NO_REMOTE_CANDIDATES;
  if ((facts.local_families & facts.remote_families) == 0)
    return ICE_CAUSE_FAMILY_MISMATCH;
  if (facts.refused_pairs > 0 ||
      session->info.dropped[ICE_DROP_UNAUTHENTICATED] > 0 ||
      session->info.dropped[ICE_DROP_INTEGRITY] > 0)
    return ICE_CAUSE_BAD_CREDENTIALS;
  if (no_server_answered (session))
    return ICE_CAUSE_STUN_UNREACHABLE;
  return ICE_CAUSE_CHECKS_TIMEOUT;
}

static void
explain_cands (const IceStream *stream, GString *text)
{
  char addr[NET_ADDR_TEXT_MAX];
  unsigned i;

  for (i = 0; i < stream->locals->len; i++) {
    const IceLocal *local = g_ptr_array_index (stream->locals, i);
    g_string_append_printf (text, "  local   %u.%u %-5s %s\n", stream->index,
        local->cand.component, ice_cand_type_name (local->cand.type),
        net_addr_format (local->cand.addr, addr));
  }
  for (i = 0; i < stream->remotes->len; i++) {
    const IceRemoteCand *remote = g_ptr_array_index (stream->remotes, i);
    g_string_append_printf (text, "  remote  %u.%u %-5s %s%s\n", stream->index,
        remote->cand.component, ice_cand_type_name (remote->cand.type),
        net_addr_format (remote->cand.addr, addr),
        remote->resolve_op != 0 ? " (name not resolved)"
            : remote->refused   ? " (refused by the filter)"
                                : "");
  }
}

static void
explain_pairs (const IceStream *stream, GString *text)
{
  char pair_text[120];
  unsigned i;

  for (i = 0; i < stream->checklist.pairs->len; i++) {
    const IcePair *pair = g_ptr_array_index (stream->checklist.pairs, i);
    g_string_append_printf (text,
        "  pair    %u.%u %s: %s, %u sent, %u answered, %u heard%s\n",
        stream->index, pair->component->id, ice_pair_text (pair, pair_text),
        ice_pair_state_name (pair->state), pair->requests_sent,
        pair->responses_received, pair->requests_received,
        pair->refusals > 0 ? ", refused: wrong credentials" : "");
  }
}

char *
ice_session_explain (const IceSession *session)
{
  GString *text = g_string_new ("tried:\n");
  unsigned i;

  for (i = 0; i < session->servers->len; i++) {
    const IceServer *server = g_ptr_array_index (session->servers, i);
    g_string_append_printf (text, "  server  %s:%u %s\n", server->host,
        server->port,
        server->answered           ? "answered"
            : server->n_addrs == 0 ? "did not resolve"
                                   : "did not answer");
  }
  for (i = 0; i < session->streams->len; i++) {
    const IceStream *stream = ice_stream_get (session, i);
    explain_cands (stream, text);
    explain_pairs (stream, text);
  }
  for (i = 0; i < ICE_DROP_REASONS; i++)
    if (session->info.dropped[i] > 0)
      g_string_append_printf (text, "  dropped %" G_GUINT64_FORMAT " %s\n",
          session->info.dropped[i], ice_drop_name ((IceDrop) i));
  return g_string_free (text, FALSE);
}
