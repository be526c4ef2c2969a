/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* STUN credentials (RFC 8489 §9): keys, verification, and the client's side of
 * the long-term mechanism as one small object that learns from 401 and 438.
 * Passwords go through stun_auth_prepare first (RFC 8265 OpaqueString, with
 * RFC 4013's mappings that RFC 5769 §2.4 asks for). */

#include <stdbool.h>
#include "msg.h"
#include "../crypto.h"

#define STUN_KEY_MAX 256 /* ICE passwords: up to 256 characters */

typedef struct
{
  uint8_t bytes[STUN_KEY_MAX];
  size_t len;
} StunKey;

typedef enum
{
  STUN_ALGORITHM_NONE = 0,
  STUN_ALGORITHM_MD5 = 1,
  STUN_ALGORITHM_SHA256 = 2,
} StunAlgorithm;

typedef enum
{
  STUN_AUTH_GOOD,
  STUN_AUTH_ABSENT, /* no attribute of that kind */
  STUN_AUTH_WRONG,
} StunAuthResult;

/* NULL when the text is not UTF-8 or holds what RFC 8265 forbids; g_free. */
char *stun_auth_prepare (const char *text);

NetBytes stun_key_bytes (const StunKey *key);
/* Short term: the password itself; false when it is too long. */
bool stun_key_short_term (const char *password, StunKey *out_key);
/* Long term: hash of user:realm:password, each prepared by the caller. */
void stun_key_long_term (StunAlgorithm algorithm, const char *username,
    const char *realm, const char *password, StunKey *out_key);
void
stun_userhash (const char *username, const char *realm, uint8_t out_hash[32]);

/* MESSAGE-INTEGRITY; MESSAGE-INTEGRITY-SHA256 of 16..32 bytes. */
StunAuthResult stun_auth_verify (const StunMsg *msg, NetBytes key);
StunAuthResult stun_auth_verify256 (const StunMsg *msg, NetBytes key);

/* Nonce cookie (RFC 8489 §9.2): "obMatJos2" + 4 base64 characters. */
typedef struct
{
  bool present;
  bool password_algorithms; /* bit 0, counted from the left */
  bool username_anonymity;  /* bit 1 */
} StunNonceFeatures;
StunNonceFeatures stun_nonce_features (NetBytes nonce);

/* The client's side of the long-term mechanism for one server. */
typedef struct StunLongTerm StunLongTerm;

typedef enum
{
  STUN_LONG_TERM_RETRY,        /* write the request again, with a new id */
  STUN_LONG_TERM_REFUSED,      /* 401 again and nothing new, or a 438 loop */
  STUN_LONG_TERM_BID_DOWN,     /* features promise what the answer lacks */
  STUN_LONG_TERM_NO_ALGORITHM, /* only algorithms we do not have */
  STUN_LONG_TERM_IGNORE,       /* not a credible answer; keep waiting */
} StunLongTermStep;

/* NULL when a text cannot be prepared. */
StunLongTerm *stun_long_term_new (const char *username, const char *password);
void stun_long_term_free (StunLongTerm *auth);
/* Appends USERNAME or USERHASH, REALM, NONCE, PASSWORD-ALGORITHM(S) and the
 * integrity attribute; nothing at all before the first challenge. */
void stun_long_term_write (const StunLongTerm *auth, StunWriter *writer);
/* For a 401 or 438 to our request. */
StunLongTermStep
stun_long_term_challenge (StunLongTerm *auth, const StunMsg *error);
/* For any other response: the integrity the mechanism asks for. */
StunAuthResult
stun_long_term_verify (const StunLongTerm *auth, const StunMsg *response);
bool stun_long_term_is_challenged (const StunLongTerm *auth);
/* How many challenges were taken over. Of several requests on their way at once
 * each may be refused for the same reason: one that was written under an older
 * count is simply written again; stun_long_term_challenge is for the others. */
unsigned stun_long_term_generation (const StunLongTerm *auth);
