/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* STUN attributes: their numbers and the values inside them (RFC 8489 §14,
 * RFC 8656 §18, RFC 8445 §16.1, RFC 5780 §7). Values are read from a slice that
 * stun_msg_find returned and written through StunWriter (msg.h). */

#include "../net/addr.h"
#include "../net/bytes.h"

typedef enum
{
  STUN_ATTR_MAPPED_ADDRESS = 0x0001,
  STUN_ATTR_CHANGE_REQUEST = 0x0003,
  STUN_ATTR_USERNAME = 0x0006,
  STUN_ATTR_MESSAGE_INTEGRITY = 0x0008,
  STUN_ATTR_ERROR_CODE = 0x0009,
  STUN_ATTR_UNKNOWN_ATTRIBUTES = 0x000a,
  STUN_ATTR_CHANNEL_NUMBER = 0x000c,
  STUN_ATTR_LIFETIME = 0x000d,
  STUN_ATTR_XOR_PEER_ADDRESS = 0x0012,
  STUN_ATTR_DATA = 0x0013,
  STUN_ATTR_REALM = 0x0014,
  STUN_ATTR_NONCE = 0x0015,
  STUN_ATTR_XOR_RELAYED_ADDRESS = 0x0016,
  STUN_ATTR_REQUESTED_ADDRESS_FAMILY = 0x0017,
  STUN_ATTR_EVEN_PORT = 0x0018,
  STUN_ATTR_REQUESTED_TRANSPORT = 0x0019,
  STUN_ATTR_DONT_FRAGMENT = 0x001a,
  STUN_ATTR_ACCESS_TOKEN = 0x001b,
  STUN_ATTR_MESSAGE_INTEGRITY_SHA256 = 0x001c,
  STUN_ATTR_PASSWORD_ALGORITHM = 0x001d,
  STUN_ATTR_USERHASH = 0x001e,
  STUN_ATTR_XOR_MAPPED_ADDRESS = 0x0020,
  STUN_ATTR_RESERVATION_TOKEN = 0x0022,
  STUN_ATTR_PRIORITY = 0x0024,
  STUN_ATTR_USE_CANDIDATE = 0x0025,
  STUN_ATTR_PADDING = 0x0026,
  STUN_ATTR_RESPONSE_PORT = 0x0027,
  STUN_ATTR_CONNECTION_ID = 0x002a,
  STUN_ATTR_ADDITIONAL_ADDRESS_FAMILY = 0x8000,
  STUN_ATTR_ADDRESS_ERROR_CODE = 0x8001,
  STUN_ATTR_PASSWORD_ALGORITHMS = 0x8002,
  STUN_ATTR_ALTERNATE_DOMAIN = 0x8003,
  STUN_ATTR_ICMP = 0x8004,
  STUN_ATTR_SOFTWARE = 0x8022,
  STUN_ATTR_ALTERNATE_SERVER = 0x8023,
  STUN_ATTR_TRANSACTION_TRANSMIT_COUNTER = 0x8025,
  STUN_ATTR_CACHE_TIMEOUT = 0x8027,
  STUN_ATTR_FINGERPRINT = 0x8028,
  STUN_ATTR_ICE_CONTROLLED = 0x8029,
  STUN_ATTR_ICE_CONTROLLING = 0x802a,
  STUN_ATTR_RESPONSE_ORIGIN = 0x802b,
  STUN_ATTR_OTHER_ADDRESS = 0x802c,
  STUN_ATTR_THIRD_PARTY_AUTHORIZATION = 0x802e,
  STUN_ATTR_NOMINATION = 0xc001, /* libwebrtc's number, RENOM rows */
} StunAttrType;

typedef enum
{
  STUN_CODE_TRY_ALTERNATE = 300,
  STUN_CODE_BAD_REQUEST = 400,
  STUN_CODE_UNAUTHENTICATED = 401,
  STUN_CODE_FORBIDDEN = 403,
  STUN_CODE_UNKNOWN_ATTRIBUTE = 420,
  STUN_CODE_ALLOCATION_MISMATCH = 437,
  STUN_CODE_STALE_NONCE = 438,
  STUN_CODE_ROLE_CONFLICT = 487,
  STUN_CODE_SERVER_ERROR = 500,
} StunCode;

#define STUN_USERNAME_SEND_MAX 508 /* RFC 8489 §14.3: fewer than 509 bytes */
#define STUN_TEXT_SEND_MAX 508     /* REALM, NONCE, SOFTWARE, reason phrase */
#define STUN_TEXT_PARSE_MAX 763
#define STUN_REASON_MAX 128

/* What an ERROR-CODE or ADDRESS-ERROR-CODE says. `reason` is valid UTF-8, cut
 * at STUN_REASON_MAX - 1 bytes, control characters replaced. */
typedef struct
{
  uint16_t code; /* 300..699 */
  char reason[STUN_REASON_MAX];
} StunError;

/* False when the value is malformed or of an unknown family. */
bool stun_attr_get_addr (NetBytes value, NetAddr *out_addr);
/* The transaction id is part of the IPv6 mask (RFC 8489 §14.2). */
bool stun_attr_get_xor_addr (NetBytes value, const uint8_t txn_id[12],
    NetAddr *out_addr);
/* To the wire's form and back: the mask is its own inverse. */
NetAddr stun_attr_xor_addr (NetAddr addr, const uint8_t txn_id[12]);
bool stun_attr_get_u32 (NetBytes value, uint32_t *out_value);
bool stun_attr_get_u64 (NetBytes value, uint64_t *out_value);
bool stun_attr_get_error (NetBytes value, StunError *out_error);
bool stun_attr_is_required (uint16_t type); /* comprehension-required */
