/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The first of the two doors: hashes, HMACs and randomness, bound at link time
 * by one folder under ext/ (ext/gnutls). None of these can fail: an
 * implementation that cannot compute SHA-1 or get random bytes aborts at start,
 * not in the middle of a session. Thread-safe, allocates nothing that the
 * caller must free. */

#include "net/bytes.h"

typedef enum
{
  CRYPTO_MD5,
  CRYPTO_SHA1,
  CRYPTO_SHA256,
} CryptoHash;

#define CRYPTO_MD5_LEN 16
#define CRYPTO_SHA1_LEN 20
#define CRYPTO_SHA256_LEN 32
#define CRYPTO_HASH_MAX 32

size_t crypto_hash_len (CryptoHash hash);

/* The digest of the concatenated parts; out_digest takes crypto_hash_len(). */
void crypto_digest (CryptoHash hash, const NetBytes *parts, size_t n_parts,
    uint8_t *out_digest);
void crypto_hmac (CryptoHash hash, NetBytes key, const NetBytes *parts,
    size_t n_parts, uint8_t *out_mac);

/* In a time that depends on the length only. */
bool crypto_equal (const uint8_t *a, const uint8_t *b, size_t len);

/* From the operating system's generator; fork-safe. */
void crypto_random (void *out_bytes, size_t len);
