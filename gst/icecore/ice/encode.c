/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Intents into datagrams, straight into the caller's buffer: checks and consent
 * requests (RFC 8445 §7.2), answers (§7.3), gathering requests (§5.1.1.2) and
 * keepalives (§11). */

#include "session-private.h"

static bool
finish (StunWriter *writer, IceOutSend *send)
{
  return stun_writer_finish (writer, &send->len);
}

/* RFC 8445 §7.2.4 [ICE-7.2.4-1]: FINGERPRINT in every check and answer. */
static void
sign (StunWriter *writer, const char *pwd)
{
  stun_writer_integrity (writer, net_bytes_from_text (pwd));
  stun_writer_fingerprint (writer);
}

/* RFC 8445 §7.1.3 [ICE-7.1.3-1]: the role of the moment the request was
 * started, so that a 487 can be told apart from one for an older request. */
static void
write_role (StunWriter *writer, const IceCheck *check)
{
  stun_writer_u64 (writer,
      check->role == ICE_CONTROLLING ? STUN_ATTR_ICE_CONTROLLING
                                     : STUN_ATTR_ICE_CONTROLLED,
      check->tie_breaker);
}

/* RFC 8445 §7.1.2 [ICE-7.1.2-1]: the controlled side never nominates, not even
 * with a check that it queued while it was controlling. */
static void
write_nomination (StunWriter *writer, const IceCheck *check)
{
  if (check->kind != ICE_CHECK_NOMINATING || check->role != ICE_CONTROLLING)
    return;
  stun_writer_flag (writer, STUN_ATTR_USE_CANDIDATE);
  if (check->nomination != 0)
    stun_writer_u32 (writer, STUN_ATTR_NOMINATION, check->nomination);
}

/* RFC 8445 §7.2.2 [ICE-7.2.2-1] [ICE-6.1.4.2-4]: remote:local fragments, the
 * remote password, from the pair's base. SHA-1 only [STUN-9.1.2-1], no SOFTWARE
 * [STUN-6.1-1]. */
static bool
encode_check (const IceCheck *check, IceOutSend *send)
{
  const IcePair *pair = check->pair;
  const IceCreds *creds = pair->creds;
  char username[2 * ICE_UFRAG_MAX];
  StunWriter writer;

  send->flow = pair->flow;
  send->to = pair->remote.addr;
  send->token = check->token;
  g_snprintf (username, sizeof username, "%s:%s", creds->remote_ufrag,
      creds->local_ufrag);
  stun_writer_begin (&writer, send->data, sizeof send->data, STUN_REQUEST,
      STUN_BINDING, check->txn.id);
  stun_writer_text (&writer, STUN_ATTR_USERNAME, username);
  /* RFC 8445 §7.1.1 [ICE-7.1.1-1] */
  stun_writer_u32 (&writer, STUN_ATTR_PRIORITY,
      ice_cand_prflx_priority (pair->local.priority));
  write_role (&writer, check);
  write_nomination (&writer, check);
  sign (&writer, creds->remote_pwd);
  return finish (&writer, send);
}

/* RFC 8445 §7.2.2 [ICE-7.2.2-2] [STUN-9.1.3-3]: signed like the request, no
 * USERNAME; refusals for want of credentials are not signed [STUN-9.1.3-2]. */
static bool
encode_answer (const IceAnswer *answer, IceOutSend *send)
{
  StunWriter writer;

  send->flow = answer->flow;
  send->to = answer->to;
  send->token = 0;
  stun_writer_begin (&writer, send->data, sizeof send->data,
      answer->code == 0 ? STUN_SUCCESS : STUN_ERROR, STUN_BINDING, answer->id);
  if (answer->code == 0)
    stun_writer_xor_addr (&writer, STUN_ATTR_XOR_MAPPED_ADDRESS, answer->to);
  else
    stun_writer_error (&writer, answer->code,
        answer->code == STUN_CODE_ROLE_CONFLICT           ? "Role Conflict"
            : answer->code == STUN_CODE_UNKNOWN_ATTRIBUTE ? "Unknown Attribute"
            : answer->code == STUN_CODE_UNAUTHENTICATED   ? "Unauthenticated"
                                                          : "Bad Request");
  if (answer->n_unknown > 0)
    stun_writer_unknown (&writer, answer->unknown, answer->n_unknown);
  if (answer->key != NULL)
    stun_writer_integrity (&writer,
        net_bytes_from_text (answer->key->local_pwd));
  stun_writer_fingerprint (&writer);
  return finish (&writer, send);
}

/* RFC 8445 §5.1.1.2 [ICE-5.1.1.2-4]: no credentials at all. */
static bool
encode_gather (const IceGather *gather, IceOutSend *send)
{
  StunWriter writer;

  send->flow = gather->flow;
  send->to = gather->addr;
  send->token = gather->token;
  stun_writer_begin (&writer, send->data, sizeof send->data, STUN_REQUEST,
      STUN_BINDING, gather->txn.id);
  stun_writer_fingerprint (&writer);
  return finish (&writer, send);
}

/* RFC 8445 §11 [ICE-11-2]: FINGERPRINT and nothing else, 28 bytes. */
static bool
encode_keepalive (const IceIntent *intent, IceOutSend *send)
{
  StunWriter writer;

  send->flow = intent->keepalive.flow;
  send->to = intent->keepalive.to;
  send->token = 0;
  stun_writer_begin (&writer, send->data, sizeof send->data, STUN_INDICATION,
      STUN_BINDING, intent->keepalive.id);
  stun_writer_fingerprint (&writer);
  return finish (&writer, send);
}

bool
ice_encode (const IceSession *session, const IceIntent *intent,
    IceOutSend *out_send)
{
  (void) session;
  switch (intent->send) {
    case ICE_SEND_CHECK:
      return intent->check != NULL && encode_check (intent->check, out_send);
    case ICE_SEND_ANSWER:
      return encode_answer (&intent->answer, out_send);
    case ICE_SEND_GATHER:
      return intent->gather != NULL && encode_gather (intent->gather, out_send);
    case ICE_SEND_KEEPALIVE:
      return encode_keepalive (intent, out_send);
  }
  return false;
}
