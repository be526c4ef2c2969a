/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One STUN message, read and written (RFC 8489 §5, §6, §14). Reader and writer
 * of the format share this file. A StunMsg borrows the bytes it was decoded
 * from; nothing is copied and nothing is allocated. */

#include "attr.h"

#define STUN_HEADER_LEN 20
#define STUN_MAGIC_COOKIE 0x2112a442u
#define STUN_FINGERPRINT_XOR 0x5354554eu
#define STUN_MSG_MAX 1280 /* the longest message this project writes */
#define STUN_UNKNOWN_MAX 16

typedef enum
{
  STUN_REQUEST = 0,
  STUN_INDICATION = 1,
  STUN_SUCCESS = 2,
  STUN_ERROR = 3,
} StunClass;

typedef enum
{
  STUN_BINDING = 0x001,
  STUN_ALLOCATE = 0x003,
  STUN_REFRESH = 0x004,
  STUN_SEND = 0x006,
  STUN_DATA = 0x007,
  STUN_CREATE_PERMISSION = 0x008,
  STUN_CHANNEL_BIND = 0x009,
  STUN_CONNECT = 0x00a,
  STUN_CONNECTION_BIND = 0x00b,
  STUN_CONNECTION_ATTEMPT = 0x00c,
} StunMethod;

typedef enum
{
  STUN_OK,
  STUN_TRUNCATED,       /* shorter than its header or attributes say */
  STUN_NOT_STUN,        /* type bits or magic cookie */
  STUN_BAD_LENGTH,      /* length field off, not a multiple of four, trailing */
  STUN_BAD_FINGERPRINT, /* present, and wrong, or not the last attribute */
} StunResult;

typedef struct
{
  uint8_t bytes[12];
} StunTxnId;

typedef struct
{
  StunClass cls;
  uint16_t method;
  StunTxnId id;
  NetBytes raw;        /* the whole message, header included */
  size_t integrity_at; /* offset of MESSAGE-INTEGRITY's header, 0: none */
  size_t integrity256_at;
  size_t fingerprint_at; /* verified by stun_msg_decode when not 0 */
} StunMsg;

/* Checks framing and, when there is one, FINGERPRINT. Attributes behind
 * MESSAGE-INTEGRITY that are not MESSAGE-INTEGRITY-SHA256 or FINGERPRINT, and
 * those behind MESSAGE-INTEGRITY-SHA256 but FINGERPRINT, are as if absent in
 * everything below (RFC 8489 §9 [STUN-9-1]). */
StunResult stun_msg_decode (NetBytes in, StunMsg *out_msg);

/* First occurrence of the attribute wins [STUN-14-1]; the value without pad. */
bool stun_msg_find (const StunMsg *msg, uint16_t type, NetBytes *out_value);
bool stun_msg_has (const StunMsg *msg, uint16_t type);
/* Shorthands: found and well-formed. */
bool stun_msg_get_u32 (const StunMsg *msg, uint16_t type, uint32_t *out_value);
bool stun_msg_get_u64 (const StunMsg *msg, uint16_t type, uint64_t *out_value);
bool stun_msg_get_addr (const StunMsg *msg, uint16_t type, NetAddr *out_addr);
bool
stun_msg_get_xor_addr (const StunMsg *msg, uint16_t type, NetAddr *out_addr);
bool stun_msg_get_error (const StunMsg *msg, StunError *out_error);
/* XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS as RFC 3489 servers send it. */
bool stun_msg_get_mapped (const StunMsg *msg, NetAddr *out_addr);

/* Comprehension-required attributes that are not in `known` (the types this
 * project defines in attr.h are known by default when `known` is NULL); each
 * type once, at most STUN_UNKNOWN_MAX. Returns how many. */
unsigned stun_msg_unknown (const StunMsg *msg, const uint16_t *known,
    size_t n_known, uint16_t out_types[STUN_UNKNOWN_MAX]);

bool stun_txn_id_equal (StunTxnId a, StunTxnId b);

/* Writing: begin, attributes in order, integrity, fingerprint, finish. */
typedef struct
{
  NetWriter out;
  StunTxnId id;
  uint8_t pad; /* pad byte, 0; RFC 5769's vectors want 0x20 */
} StunWriter;

void stun_writer_begin (StunWriter *writer, uint8_t *buf, size_t cap,
    StunClass cls, uint16_t method, StunTxnId id);
void stun_writer_bytes (StunWriter *writer, uint16_t type, NetBytes value);
void stun_writer_text (StunWriter *writer, uint16_t type, const char *text);
void stun_writer_flag (StunWriter *writer, uint16_t type); /* empty value */
void stun_writer_u32 (StunWriter *writer, uint16_t type, uint32_t value);
void stun_writer_u64 (StunWriter *writer, uint16_t type, uint64_t value);
void stun_writer_addr (StunWriter *writer, uint16_t type, NetAddr addr);
void stun_writer_xor_addr (StunWriter *writer, uint16_t type, NetAddr addr);
void stun_writer_error (StunWriter *writer, uint16_t code, const char *reason);
void stun_writer_unknown (StunWriter *writer, const uint16_t *types,
    unsigned n_types);
void stun_writer_integrity (StunWriter *writer, NetBytes key);
/* len: 16..32, a multiple of four; 32 unless the usage allows less. */
void stun_writer_integrity256 (StunWriter *writer, NetBytes key, size_t len);
void stun_writer_fingerprint (StunWriter *writer);
/* False when the message did not fit; out_len is the whole message. */
bool stun_writer_finish (StunWriter *writer, size_t *out_len);
