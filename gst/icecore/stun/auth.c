/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keys and their use: how a password becomes one, and whether a message was
 * written by somebody who has it (RFC 8489 §9, §14.5, §14.6). What the client
 * of the long-term mechanism remembers between messages is in long_term.c. */

#include "auth.h"

#include <glib.h>
#include <string.h>

#define NONCE_COOKIE "obMatJos2"
#define NONCE_FEATURES_LEN 4

/* RFC 3454 table B.1 (soft hyphen, joiners, variation selectors): marks for the
 * eye, which two people typing the same password may or may not enter. */
static bool
is_mapped_to_nothing (gunichar character)
{
  return character == 0x00ad || character == 0x034f || character == 0x1806 ||
      (character >= 0x180b && character <= 0x180d) ||
      (character >= 0x200b && character <= 0x200d) || character == 0x2060 ||
      (character >= 0xfe00 && character <= 0xfe0f) || character == 0xfeff;
}

/* RFC 8264 §9: controls, private use and what is not assigned. */
static bool
is_forbidden (gunichar character)
{
  switch (g_unichar_type (character)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
      return true;
    default:
      return false;
  }
}

static GString *
map_characters (const char *text)
{
  GString *mapped = g_string_new (NULL);

  for (; *text != '\0'; text = g_utf8_next_char (text)) {
    gunichar character = g_utf8_get_char (text);
    if (is_mapped_to_nothing (character))
      continue;
    /* RFC 3454 table C.1.2: the spaces that are not ASCII's. */
    if (g_unichar_type (character) == G_UNICODE_SPACE_SEPARATOR)
      character = ' ';
    g_string_append_unichar (mapped, character);
  }
  return mapped;
}

static bool
is_allowed (const char *text)
{
  if (*text == '\0')
    return false;
  for (; *text != '\0'; text = g_utf8_next_char (text)) {
    if (is_forbidden (g_utf8_get_char (text)))
      return false;
  }
  return true;
}

/* RFC 8265 §4.2 by way of RFC 4013 [VEC-2.4-1]: RFC 5769's password needs NFKC
 * and table B.1, which OpaqueString alone does not do. Plain ASCII comes out as
 * it went in, so TURN REST passwords are not touched [STUN-9.2.2-1]. */
char *
stun_auth_prepare (const char *text)
{
  g_autoptr (GString) mapped = NULL;
  g_autofree char *normal = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    return NULL;
  mapped = map_characters (text);
  normal = g_utf8_normalize (mapped->str, -1, G_NORMALIZE_NFKC);
  if (normal == NULL || !is_allowed (normal))
    return NULL;
  return g_steal_pointer (&normal);
}

NetBytes
stun_key_bytes (const StunKey *key)
{
  return NET_BYTES (key->bytes, key->len);
}

bool
stun_key_short_term (const char *password, StunKey *out_key)
{
  NetBytes bytes = net_bytes_from_text (password);

  if (bytes.len > STUN_KEY_MAX)
    return false;
  memcpy (out_key->bytes, bytes.data, bytes.len);
  out_key->len = bytes.len;
  return true;
}

/* RFC 8489 §9.2.2 [STUN-9.2.2-1] */
void
stun_key_long_term (StunAlgorithm algorithm, const char *username,
    const char *realm, const char *password, StunKey *out_key)
{
  CryptoHash hash =
      algorithm == STUN_ALGORITHM_SHA256 ? CRYPTO_SHA256 : CRYPTO_MD5;
  NetBytes parts[] = {
    net_bytes_from_text (username),
    NET_BYTES (":", 1),
    net_bytes_from_text (realm),
    NET_BYTES (":", 1),
    net_bytes_from_text (password),
  };

  crypto_digest (hash, parts, G_N_ELEMENTS (parts), out_key->bytes);
  out_key->len = crypto_hash_len (hash);
}

/* RFC 8489 §14.4 */
void
stun_userhash (const char *username, const char *realm, uint8_t out_hash[32])
{
  NetBytes parts[] = {
    net_bytes_from_text (username),
    NET_BYTES (":", 1),
    net_bytes_from_text (realm),
  };

  crypto_digest (CRYPTO_SHA256, parts, G_N_ELEMENTS (parts), out_hash);
}

/* The HMAC covers what stands before the attribute as it was received, pad
 * bytes included [VEC-2-3], but with a header length that ends right behind the
 * attribute: only the four bytes that hold it are written anew. */
static bool
is_mac_good (const StunMsg *msg, size_t at, CryptoHash hash, NetBytes key,
    NetBytes mac)
{
  uint8_t head[4], computed[CRYPTO_HASH_MAX];
  NetBytes before = { msg->raw.data, at };
  NetBytes parts[2];
  NetWriter writer;

  net_writer_init (&writer, head, sizeof head);
  net_bytes_take (&before, sizeof head, &parts[0]);
  net_writer_bytes (&writer, parts[0]);
  net_writer_patch_u16 (&writer, 2,
      (uint16_t) (at + 4 + mac.len - STUN_HEADER_LEN));
  parts[0] = NET_BYTES (head, sizeof head);
  parts[1] = before;
  crypto_hmac (hash, key, parts, G_N_ELEMENTS (parts), computed);
  /* RFC 8445 §19 [SEC-8445-2] */
  return crypto_equal (computed, mac.data, mac.len);
}

StunAuthResult
stun_auth_verify (const StunMsg *msg, NetBytes key)
{
  NetBytes mac;

  if (!stun_msg_find (msg, STUN_ATTR_MESSAGE_INTEGRITY, &mac))
    return STUN_AUTH_ABSENT;
  if (mac.len != CRYPTO_SHA1_LEN ||
      !is_mac_good (msg, msg->integrity_at, CRYPTO_SHA1, key, mac))
    return STUN_AUTH_WRONG;
  return STUN_AUTH_GOOD;
}

/* RFC 8489 §14.6 [STUN-14.6-1]: shorter than 16 bytes proves too little. */
StunAuthResult
stun_auth_verify256 (const StunMsg *msg, NetBytes key)
{
  NetBytes mac;

  if (!stun_msg_find (msg, STUN_ATTR_MESSAGE_INTEGRITY_SHA256, &mac))
    return STUN_AUTH_ABSENT;
  if (mac.len < 16 || mac.len > CRYPTO_SHA256_LEN || mac.len % 4 != 0 ||
      !is_mac_good (msg, msg->integrity256_at, CRYPTO_SHA256, key, mac))
    return STUN_AUTH_WRONG;
  return STUN_AUTH_GOOD;
}

static int
base64_value (uint8_t character)
{
  static const char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *place = memchr (alphabet, character, sizeof alphabet - 1);

  return place ? (int) (place - alphabet) : -1;
}

/* RFC 8489 §9.2 and §18.1: bit 0 is the leftmost of the 24, "gAAA". The example
 * of appendix B.1 counts from the right [VEC-B.1-1]; the registry decides. */
StunNonceFeatures
stun_nonce_features (NetBytes nonce)
{
  StunNonceFeatures features = { .present = true };
  NetBytes cookie, bits;

  if (!net_bytes_take (&nonce, strlen (NONCE_COOKIE), &cookie) ||
      !net_bytes_equal (cookie, net_bytes_from_text (NONCE_COOKIE)) ||
      !net_bytes_take (&nonce, NONCE_FEATURES_LEN, &bits))
    return (StunNonceFeatures){ 0 };
  for (size_t i = 0; i < bits.len; i++) {
    if (base64_value (bits.data[i]) < 0)
      return (StunNonceFeatures){ 0 };
  }
  features.password_algorithms = base64_value (bits.data[0]) >> 5 & 1;
  features.username_anonymity = base64_value (bits.data[0]) >> 4 & 1;
  return features;
}
