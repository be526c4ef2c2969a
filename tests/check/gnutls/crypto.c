/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The door to GnuTLS against the published digests of RFC 1321, FIPS 180 and
 * RFC 2202/4231, and its randomness across a fork. */

#include <gst/check/gstcheck.h>

#include <sys/wait.h>
#include <unistd.h>

#include "crypto.h"

static const struct
{
  CryptoHash hash;
  const char *of_abc;     /* the digest of "abc" */
  const char *of_nothing; /* the digest of "" */
  const char *mac;        /* key "Jefe", "what do ya want for nothing?" */
} rows[] = {
  { CRYPTO_MD5, "900150983cd24fb0d6963f7d28e17f72",
      "d41d8cd98f00b204e9800998ecf8427e", "750c783e6ab0b503eaa86e310a5db738" },
  { CRYPTO_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d",
      "da39a3ee5e6b4b0d3255bfef95601890afd80709",
      "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
  { CRYPTO_SHA256,
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
};

static char *
hex (const uint8_t *bytes, size_t len)
{
  GString *text = g_string_new (NULL);

  for (size_t i = 0; i < len; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

static void
expect_digest (CryptoHash hash, const NetBytes *parts, size_t n_parts,
    const char *expected)
{
  uint8_t digest[CRYPTO_HASH_MAX];
  g_autofree char *text = NULL;

  crypto_digest (hash, parts, n_parts, digest);
  text = hex (digest, crypto_hash_len (hash));
  fail_unless_equals_string (text, expected);
}

GST_START_TEST (digests_are_the_published_ones)
{
  NetBytes abc[] = { net_bytes_from_text ("a"), NET_BYTES (NULL, 0),
    net_bytes_from_text ("bc") };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    expect_digest (rows[i].hash, abc, 3, rows[i].of_abc);
    expect_digest (rows[i].hash, NULL, 0, rows[i].of_nothing);
  }
}
GST_END_TEST;

GST_START_TEST (macs_are_the_published_ones)
{
  NetBytes parts[] = { net_bytes_from_text ("what do ya want "),
    net_bytes_from_text ("for nothing?") };
  NetBytes key = net_bytes_from_text ("Jefe");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    uint8_t mac[CRYPTO_HASH_MAX];
    g_autofree char *text = NULL;

    crypto_hmac (rows[i].hash, key, parts, 2, mac);
    text = hex (mac, crypto_hash_len (rows[i].hash));
    fail_unless_equals_string (text, rows[i].mac);
  }
}
GST_END_TEST;

/* Short inputs and long ones take different ways; where one ends and the other
 * begins must not show. GLib's own digests are the second opinion. */
GST_START_TEST (length_makes_no_difference)
{
  static const GChecksumType types[] = { G_CHECKSUM_MD5, G_CHECKSUM_SHA1,
    G_CHECKSUM_SHA256 };
  g_autofree uint8_t *memory = g_malloc (4000);
  const uint8_t key[5] = "a key";

  for (unsigned i = 0; i < 4000; i++)
    memory[i] = (uint8_t) (i * 7);
  for (size_t len = 1500; len < 4000; len += 12) {
    CryptoHash hash = (CryptoHash) (len / 12 % 3);
    GChecksumType type = types[hash];
    g_autofree char *digest = g_compute_checksum_for_data (type, memory, len);
    g_autofree char *mac = g_compute_hmac_for_data (type, key, 5, memory, len);
    g_autofree char *text = NULL;
    NetBytes parts[] = { { memory, 700 }, { memory + 700, len - 700 } };
    uint8_t out[CRYPTO_HASH_MAX];

    expect_digest (hash, parts, 2, digest);
    crypto_hmac (hash, NET_BYTES (key, 5), parts, 2, out);
    text = hex (out, crypto_hash_len (hash));
    fail_unless_equals_string (text, mac);
  }
}
GST_END_TEST;

GST_START_TEST (any_key_will_do)
{
  g_autofree uint8_t *key = g_malloc0 (256);
  NetBytes part = net_bytes_from_text ("text");

  for (size_t len = 0; len <= 256; len++) {
    g_autofree char *expected =
        g_compute_hmac_for_data (G_CHECKSUM_SHA1, key, len, part.data, 4);
    g_autofree char *text = NULL;
    uint8_t mac[CRYPTO_HASH_MAX];

    crypto_hmac (CRYPTO_SHA1, NET_BYTES (len ? key : NULL, len), &part, 1, mac);
    text = hex (mac, CRYPTO_SHA1_LEN);
    fail_unless_equals_string (text, expected);
  }
}
GST_END_TEST;

/* [SEC-8445-2] */
GST_START_TEST (equal_looks_at_every_byte)
{
  uint8_t a[20] = { 0 }, b[20] = { 0 };

  fail_unless (crypto_equal (a, b, sizeof a));
  for (size_t i = 0; i < sizeof a; i++) {
    b[i] = 0x80;
    fail_if (crypto_equal (a, b, sizeof a));
    b[i] = 0;
  }
}
GST_END_TEST;

/* [STUN-5-2] */
GST_START_TEST (random_bytes_do_not_repeat)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_bytes_hash,
      g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);

  for (unsigned i = 0; i < 10000; i++) {
    uint8_t id[12] = { 0 };
    crypto_random (id, sizeof id);
    fail_unless (g_hash_table_add (seen, g_bytes_new (id, sizeof id)));
  }
}
GST_END_TEST;

/* [STUN-5-2]: a child must not go on with its parent's ids. */
GST_START_TEST (random_bytes_differ_across_a_fork)
{
  uint8_t before[12], ours[12], theirs[12];
  int pipe_ends[2], status;
  pid_t child;

  crypto_random (before, sizeof before);
  fail_unless (pipe (pipe_ends) == 0);
  child = fork ();
  fail_unless (child >= 0);
  if (child == 0) {
    crypto_random (theirs, sizeof theirs);
    _exit (write (pipe_ends[1], theirs, sizeof theirs) != sizeof theirs);
  }
  crypto_random (ours, sizeof ours);
  fail_unless (read (pipe_ends[0], theirs, sizeof theirs) == sizeof theirs);
  fail_unless (waitpid (child, &status, 0) == child && status == 0);
  fail_if (memcmp (ours, theirs, sizeof ours) == 0);
  close (pipe_ends[0]);
  close (pipe_ends[1]);
}
GST_END_TEST;

static Suite *
crypto_suite (void)
{
  Suite *suite = suite_create ("gnutls/crypto");
  TCase *tcase = tcase_create ("crypto");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, digests_are_the_published_ones);
  tcase_add_test (tcase, macs_are_the_published_ones);
  tcase_add_test (tcase, length_makes_no_difference);
  tcase_add_test (tcase, any_key_will_do);
  tcase_add_test (tcase, equal_looks_at_every_byte);
  tcase_add_test (tcase, random_bytes_do_not_repeat);
  tcase_add_test (tcase, random_bytes_differ_across_a_fork);
  return suite;
}

GST_CHECK_MAIN (crypto)
