/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* crypto.h on GnuTLS. STUN's inputs are short, so they are joined on the stack
 * and hashed by GnuTLS's one-shot calls, which allocate nothing; longer ones
 * take the streaming calls. STUN fixes its algorithms by protocol: there is
 * nothing to fall back to when one of them is missing, hence g_error. */

#include "../../gst/icecore/crypto.h"

#include <glib.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

/* Longer than any STUN message this project writes. */
#define JOINED_MAX 1536

static gnutls_digest_algorithm_t
digest_of (CryptoHash hash)
{
  switch (hash) {
    case CRYPTO_MD5:
      return GNUTLS_DIG_MD5;
    case CRYPTO_SHA1:
      return GNUTLS_DIG_SHA1;
    case CRYPTO_SHA256:
      return GNUTLS_DIG_SHA256;
  }
  g_assert_not_reached ();
}

static gnutls_mac_algorithm_t
mac_of (CryptoHash hash)
{
  switch (hash) {
    case CRYPTO_MD5:
      return GNUTLS_MAC_MD5;
    case CRYPTO_SHA1:
      return GNUTLS_MAC_SHA1;
    case CRYPTO_SHA256:
      return GNUTLS_MAC_SHA256;
  }
  g_assert_not_reached ();
}

static void
expect (const char *what, int result)
{
  if (result < 0)
    g_error ("GnuTLS cannot compute %s: %s", what, gnutls_strerror (result));
}

/* In FIPS mode GnuTLS refuses MD5, which RFC 8489's long-term key is defined
 * by; the thread is lax for the one call and then what it was. */
static gnutls_fips_mode_t
relax (void)
{
  unsigned mode = gnutls_fips140_mode_enabled ();

  if (mode != GNUTLS_FIPS140_DISABLED)
    gnutls_fips140_set_mode (GNUTLS_FIPS140_LAX,
        GNUTLS_FIPS140_SET_MODE_THREAD);
  return (gnutls_fips_mode_t) mode;
}

static void
restore (gnutls_fips_mode_t mode)
{
  if (mode != GNUTLS_FIPS140_DISABLED)
    gnutls_fips140_set_mode (mode, GNUTLS_FIPS140_SET_MODE_THREAD);
}

static bool
join (const NetBytes *parts, size_t n_parts, NetWriter *out_joined)
{
  for (size_t i = 0; i < n_parts; i++)
    net_writer_bytes (out_joined, parts[i]);
  return !out_joined->overflow;
}

size_t
crypto_hash_len (CryptoHash hash)
{
  switch (hash) {
    case CRYPTO_MD5:
      return CRYPTO_MD5_LEN;
    case CRYPTO_SHA1:
      return CRYPTO_SHA1_LEN;
    case CRYPTO_SHA256:
      return CRYPTO_SHA256_LEN;
  }
  g_assert_not_reached ();
}

static void
digest_long (CryptoHash hash, const NetBytes *parts, size_t n_parts,
    uint8_t *out_digest)
{
  gnutls_hash_hd_t state;

  expect ("a digest", gnutls_hash_init (&state, digest_of (hash)));
  for (size_t i = 0; i < n_parts; i++) {
    if (parts[i].len > 0)
      expect ("a digest", gnutls_hash (state, parts[i].data, parts[i].len));
  }
  gnutls_hash_deinit (state, out_digest);
}

void
crypto_digest (CryptoHash hash, const NetBytes *parts, size_t n_parts,
    uint8_t *out_digest)
{
  gnutls_fips_mode_t mode = relax ();
  uint8_t buf[JOINED_MAX];
  NetWriter joined;

  net_writer_init (&joined, buf, sizeof buf);
  if (join (parts, n_parts, &joined))
    expect ("a digest",
        gnutls_hash_fast (digest_of (hash), buf, joined.len, out_digest));
  else
    digest_long (hash, parts, n_parts, out_digest);
  restore (mode);
}

static void
hmac_long (CryptoHash hash, NetBytes key, const NetBytes *parts, size_t n_parts,
    uint8_t *out_mac)
{
  gnutls_hmac_hd_t state;

  expect ("an HMAC",
      gnutls_hmac_init (&state, mac_of (hash), key.data, key.len));
  for (size_t i = 0; i < n_parts; i++) {
    if (parts[i].len > 0)
      expect ("an HMAC", gnutls_hmac (state, parts[i].data, parts[i].len));
  }
  gnutls_hmac_deinit (state, out_mac);
}

void
crypto_hmac (CryptoHash hash, NetBytes key, const NetBytes *parts,
    size_t n_parts, uint8_t *out_mac)
{
  gnutls_fips_mode_t mode = relax ();
  uint8_t buf[JOINED_MAX];
  NetWriter joined;

  net_writer_init (&joined, buf, sizeof buf);
  if (join (parts, n_parts, &joined))
    expect ("an HMAC",
        gnutls_hmac_fast (mac_of (hash), key.data, key.len, buf, joined.len,
            out_mac));
  else
    hmac_long (hash, key, parts, n_parts, out_mac);
  restore (mode);
}

/* RFC 8445 §19 [SEC-8445-2]: how long the comparison takes must not tell an
 * attacker how many bytes of a forged HMAC were right. */
bool
crypto_equal (const uint8_t *a, const uint8_t *b, size_t len)
{
  return gnutls_memcmp (a, b, len) == 0;
}

/* RFC 8489 §5 [STUN-5-2]: ids and passwords must not be guessable, and GnuTLS
 * reseeds after a fork so that two processes never share them. */
void
crypto_random (void *out_bytes, size_t len)
{
  expect ("random bytes", gnutls_rnd (GNUTLS_RND_KEY, out_bytes, len));
}
