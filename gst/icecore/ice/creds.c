/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Credentials and everything else that must not be guessed: username fragments,
 * passwords, tie-breakers and transaction ids, all from the one random function
 * of the config (RFC 8445 §5.3, RFC 8489 §5). */

#include "session-private.h"

/* RFC 8839 §5.1: ice-char. 64 of them, so six bits a character. */
static const char ice_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void
fill_random (const IceSession *session, void *bytes, size_t len)
{
  session->config.random (session->config.random_user, bytes, len);
}

char *
ice_creds_random_text (const IceSession *session, unsigned length)
{
  char *text = g_malloc (length + 1);
  unsigned i;

  fill_random (session, text, length);
  for (i = 0; i < length; i++)
    text[i] = ice_chars[(uint8_t) text[i] & 63];
  text[length] = '\0';
  return text;
}

uint64_t
ice_creds_random_u64 (const IceSession *session)
{
  uint64_t value;

  fill_random (session, &value, sizeof value);
  return value;
}

/* RFC 8489 §5 [STUN-5-2]: 96 bits, uniform, new for each transaction. No caller
 * of the session's chooses or sees them [CF-5.1-9]. */
StunTxnId
ice_creds_txn_id (const IceSession *session)
{
  StunTxnId id;

  fill_random (session, id.bytes, sizeof id.bytes);
  return id;
}

IceCreds *
ice_creds_new (const IceSession *session, const IceRemote *remote)
{
  IceCreds *creds = g_new0 (IceCreds, 1);

  creds->refs = 1;
  creds->generation = session->generation;
  creds->local_ufrag = g_strdup (session->ufrag);
  creds->local_pwd = g_strdup (session->pwd);
  creds->remote_ufrag = g_strdup (remote->ufrag);
  creds->remote_pwd = g_strdup (remote->pwd);
  return creds;
}

IceCreds *
ice_creds_ref (IceCreds *creds)
{
  creds->refs++;
  return creds;
}

void
ice_creds_unref (IceCreds *creds)
{
  if (creds == NULL || --creds->refs > 0)
    return;
  g_free (creds->local_ufrag);
  g_free (creds->local_pwd);
  g_free (creds->remote_ufrag);
  g_free (creds->remote_pwd);
  g_free (creds);
}
