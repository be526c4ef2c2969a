/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The client's side of the long-term mechanism (RFC 8489 §9.2): it sends its
 * first request bare, learns realm, nonce and algorithms from the server's 401,
 * and keeps up with new nonces. One object for each server; the last challenge
 * is all it knows of it. */

#include "auth.h"

#include <glib.h>
#include <string.h>

/* A realm that changes with every answer would keep us asking for ever. */
#define REALMS_MAX 8

struct StunLongTerm
{
  char *username; /* both prepared */
  char *password;

  /* From the server, byte for byte, as they are echoed; NULL: none. */
  GBytes *realm;
  GBytes *nonce;
  GBytes *algorithms;

  StunAlgorithm algorithm; /* chosen from `algorithms`; else NONE */
  bool is_anonymous;       /* USERHASH in place of USERNAME */
  bool is_challenged;
  unsigned generation; /* challenges taken over */
  unsigned n_realms;   /* refused credentials that were worth another try */
  StunKey key;
  uint8_t userhash[CRYPTO_SHA256_LEN];
};

/* A challenge as it came, before anything of it is believed. */
typedef struct
{
  uint16_t code;
  NetBytes realm;
  NetBytes nonce;
  NetBytes algorithms;
  bool has_realm;
  bool has_algorithms;
  StunNonceFeatures features;
} Challenge;

StunLongTerm *
stun_long_term_new (const char *username, const char *password)
{
  g_autofree char *prepared_username = stun_auth_prepare (username);
  g_autofree char *prepared_password = stun_auth_prepare (password);
  StunLongTerm *auth;

  if (prepared_username == NULL || prepared_password == NULL ||
      strlen (prepared_username) > STUN_USERNAME_SEND_MAX)
    return NULL;
  auth = g_new0 (StunLongTerm, 1);
  auth->username = g_steal_pointer (&prepared_username);
  auth->password = g_steal_pointer (&prepared_password);
  return auth;
}

void
stun_long_term_free (StunLongTerm *auth)
{
  if (auth == NULL)
    return;
  g_free (auth->username);
  g_free (auth->password);
  g_clear_pointer (&auth->realm, g_bytes_unref);
  g_clear_pointer (&auth->nonce, g_bytes_unref);
  g_clear_pointer (&auth->algorithms, g_bytes_unref);
  g_free (auth);
}

static NetBytes
bytes_of (GBytes *bytes)
{
  gsize len;
  const uint8_t *data = g_bytes_get_data (bytes, &len);

  return NET_BYTES (data, len);
}

static void
write_algorithm (const StunLongTerm *auth, StunWriter *writer)
{
  stun_writer_bytes (writer, STUN_ATTR_PASSWORD_ALGORITHMS,
      bytes_of (auth->algorithms));
  /* The number, and no parameters. */
  stun_writer_u32 (writer, STUN_ATTR_PASSWORD_ALGORITHM,
      (uint32_t) auth->algorithm << 16);
}

/* RFC 8489 §9.2.3.1 [STUN-9.2.3.1-1]: the first request shows no credentials;
 * §9.2.3.2 [STUN-9.2.3.2-1] [STUN-9.2.5-2] [STUN-9.2.5-3]: later ones all of
 * them. A server that offered algorithms wants MESSAGE-INTEGRITY-SHA256 only,
 * whichever algorithm the key is made with. */
void
stun_long_term_write (const StunLongTerm *auth, StunWriter *writer)
{
  NetBytes key = stun_key_bytes (&auth->key);

  if (!auth->is_challenged)
    return;
  if (auth->is_anonymous)
    stun_writer_bytes (writer, STUN_ATTR_USERHASH,
        NET_BYTES (auth->userhash, sizeof auth->userhash));
  else
    stun_writer_text (writer, STUN_ATTR_USERNAME, auth->username);
  stun_writer_bytes (writer, STUN_ATTR_REALM, bytes_of (auth->realm));
  stun_writer_bytes (writer, STUN_ATTR_NONCE, bytes_of (auth->nonce));
  if (auth->algorithms == NULL) {
    stun_writer_integrity (writer, key);
    return;
  }
  write_algorithm (auth, writer);
  stun_writer_integrity256 (writer, key, CRYPTO_SHA256_LEN);
}

static bool
find_text (const StunMsg *msg, uint16_t type, NetBytes *out_text)
{
  NetBytes text;

  if (!stun_msg_find (msg, type, &text) || text.len > STUN_TEXT_PARSE_MAX)
    return false;
  *out_text = text;
  return true;
}

/* False when it is no challenge that could be answered at all. */
static bool
read_challenge (const StunMsg *error, Challenge *out_challenge)
{
  Challenge challenge = { 0 };
  StunError code;

  if (error->cls != STUN_ERROR || !stun_msg_get_error (error, &code) ||
      (code.code != STUN_CODE_UNAUTHENTICATED &&
          code.code != STUN_CODE_STALE_NONCE) ||
      !find_text (error, STUN_ATTR_NONCE, &challenge.nonce))
    return false;
  challenge.code = code.code;
  challenge.has_realm = find_text (error, STUN_ATTR_REALM, &challenge.realm);
  challenge.has_algorithms =
      find_text (error, STUN_ATTR_PASSWORD_ALGORITHMS, &challenge.algorithms);
  challenge.features = stun_nonce_features (challenge.nonce);
  *out_challenge = challenge;
  return true;
}

/* RFC 8489 §9.2.5 [STUN-9.2.5-2]: the first of the list that we have. Both that
 * are registered have no parameters (§18.5). */
static StunAlgorithm
choose_algorithm (NetBytes list)
{
  uint16_t number, len;
  NetBytes parameters, pad;

  while (net_bytes_get_u16 (&list, &number) &&
      net_bytes_get_u16 (&list, &len) &&
      net_bytes_take (&list, len, &parameters) &&
      net_bytes_take (&list, -(size_t) len % 4, &pad)) {
    if (len == 0 &&
        (number == STUN_ALGORITHM_MD5 || number == STUN_ALGORITHM_SHA256))
      return (StunAlgorithm) number;
  }
  return STUN_ALGORITHM_NONE;
}

static bool
is_same (GBytes *known, NetBytes bytes)
{
  return known != NULL && net_bytes_equal (bytes_of (known), bytes);
}

static void
keep (GBytes **known, NetBytes bytes)
{
  if (is_same (*known, bytes))
    return;
  g_clear_pointer (known, g_bytes_unref);
  *known = g_bytes_new (bytes.data, bytes.len);
}

/* NULL when the realm cannot be part of a key. Some servers have none. */
static char *
prepare_realm (NetBytes realm)
{
  g_autofree char *text = NULL;

  if (realm.len == 0)
    return g_strdup ("");
  if (memchr (realm.data, '\0', realm.len) != NULL)
    return NULL;
  text = g_strndup ((const char *) realm.data, realm.len);
  return stun_auth_prepare (text);
}

/* Takes the challenge over whole; from here on requests carry its answer. What
 * a 438 leaves out stays as the 401 had it. */
static bool
adopt (StunLongTerm *auth, const Challenge *challenge, StunAlgorithm algorithm)
{
  NetBytes realm =
      challenge->has_realm ? challenge->realm : bytes_of (auth->realm);
  g_autofree char *prepared = prepare_realm (realm);

  if (prepared == NULL)
    return false;
  keep (&auth->realm, realm);
  keep (&auth->nonce, challenge->nonce);
  if (challenge->has_algorithms)
    keep (&auth->algorithms, challenge->algorithms);
  else if (algorithm == STUN_ALGORITHM_NONE)
    g_clear_pointer (&auth->algorithms, g_bytes_unref);
  auth->algorithm = algorithm;
  auth->is_anonymous = challenge->features.username_anonymity;
  auth->is_challenged = true;
  auth->generation++;
  stun_key_long_term (algorithm, auth->username, prepared, auth->password,
      &auth->key);
  stun_userhash (auth->username, prepared, auth->userhash);
  return true;
}

/* RFC 8489 §9.2.5 [STUN-9.2.5-4]: a 401 to credentials refuses them, and only
 * other ones are worth another request; a new nonce is not. */
static bool
is_refusal (const StunLongTerm *auth, const Challenge *challenge,
    StunAlgorithm algorithm)
{
  if (!auth->is_challenged)
    return false;
  /* [STUN-9.2.5-5]: any number of stale nonces is a long session, the same
   * nonce called stale twice is a server that does not know what it wants. */
  if (challenge->code == STUN_CODE_STALE_NONCE)
    return is_same (auth->nonce, challenge->nonce);
  if (auth->n_realms >= REALMS_MAX)
    return true;
  return is_same (auth->realm, challenge->realm) &&
      auth->algorithm == algorithm &&
      auth->is_anonymous == challenge->features.username_anonymity;
}

/* The one to go on with. False when the server offers only ones that we do not
 * have; a server that offers none means what it meant before RFC 8489. */
static bool
negotiate (const StunLongTerm *auth, const Challenge *challenge,
    StunAlgorithm *out_algorithm)
{
  StunAlgorithm algorithm = STUN_ALGORITHM_NONE;

  if (challenge->has_algorithms) {
    algorithm = choose_algorithm (challenge->algorithms);
    if (algorithm == STUN_ALGORITHM_NONE)
      return false;
  } else if (challenge->code == STUN_CODE_STALE_NONCE) {
    algorithm = auth->algorithm;
  }
  *out_algorithm = algorithm;
  return true;
}

StunLongTermStep
stun_long_term_challenge (StunLongTerm *auth, const StunMsg *error)
{
  bool was_challenged = auth->is_challenged;
  StunAlgorithm algorithm;
  Challenge challenge;

  if (!read_challenge (error, &challenge))
    return STUN_LONG_TERM_IGNORE;
  if (!challenge.has_realm &&
      (challenge.code == STUN_CODE_UNAUTHENTICATED || !was_challenged))
    return STUN_LONG_TERM_IGNORE;
  /* RFC 8489 §9.2.5 [STUN-9.2.5-1]: somebody cut the attribute out. */
  if (challenge.features.password_algorithms && !challenge.has_algorithms)
    return STUN_LONG_TERM_BID_DOWN;
  if (!negotiate (auth, &challenge, &algorithm))
    return STUN_LONG_TERM_NO_ALGORITHM;
  if (is_refusal (auth, &challenge, algorithm))
    return STUN_LONG_TERM_REFUSED;
  if (!adopt (auth, &challenge, algorithm))
    return STUN_LONG_TERM_IGNORE;
  if (was_challenged && challenge.code == STUN_CODE_UNAUTHENTICATED)
    auth->n_realms++;
  return STUN_LONG_TERM_RETRY;
}

/* RFC 8489 §9.2.5: a nonce that promises algorithms without the attribute voids
 * any response, not only a challenge. */
static bool
is_bid_down (const StunMsg *response)
{
  NetBytes nonce;

  return find_text (response, STUN_ATTR_NONCE, &nonce) &&
      stun_nonce_features (nonce).password_algorithms &&
      !stun_msg_has (response, STUN_ATTR_PASSWORD_ALGORITHMS);
}

/* RFC 8489 §9.2.5 [STUN-9.2.5-6]: an answer without integrity, a 400 above all,
 * is absent and not wrong: the caller waits on for the server's own. */
StunAuthResult
stun_long_term_verify (const StunLongTerm *auth, const StunMsg *response)
{
  NetBytes key = stun_key_bytes (&auth->key);

  if (is_bid_down (response))
    return STUN_AUTH_WRONG;
  if (!auth->is_challenged)
    return STUN_AUTH_GOOD;
  if (auth->algorithms != NULL)
    return stun_auth_verify256 (response, key);
  return stun_auth_verify (response, key);
}

bool
stun_long_term_is_challenged (const StunLongTerm *auth)
{
  return auth->is_challenged;
}

unsigned
stun_long_term_generation (const StunLongTerm *auth)
{
  return auth->generation;
}
