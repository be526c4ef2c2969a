/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* STUN's message format, read and written (RFC 8489 §5, §6, §14). Reading is
 * two-layered: stun_msg_decode walks every attribute once and settles framing
 * and FINGERPRINT; after that `next_attr` is the only way in, and it shows
 * nothing that stands behind an integrity attribute but should not. */

#include "msg.h"

#include "../crypto.h"
#include "crc32.h"

#include <glib.h>
#include <string.h>

#define ATTR_HEADER_LEN 4
#define FINGERPRINT_LEN 4

typedef struct
{
  uint16_t type;
  NetBytes value;
  size_t at; /* of its header, in the message */
} Attr;

/* Walks the attributes; where the walk stands is all it knows. */
typedef struct
{
  NetBytes rest;
  size_t at;
  bool is_sealed;    /* behind MESSAGE-INTEGRITY */
  bool is_sealed256; /* behind MESSAGE-INTEGRITY-SHA256 */
} Walk;

static Walk
walk_begin (NetBytes raw)
{
  return (Walk){
    .rest = { raw.data + STUN_HEADER_LEN, raw.len - STUN_HEADER_LEN },
    .at = STUN_HEADER_LEN,
  };
}

/* The next attribute of the wire, hidden or not. False at the end, and for an
 * attribute that reaches beyond it: then walk->rest is not empty. */
static bool
next_raw (Walk *walk, Attr *out_attr)
{
  NetBytes rest = walk->rest;
  NetBytes value, pad;
  uint16_t type, len;

  if (!net_bytes_get_u16 (&rest, &type) || !net_bytes_get_u16 (&rest, &len) ||
      !net_bytes_take (&rest, len, &value) ||
      !net_bytes_take (&rest, -(size_t) len % 4, &pad))
    return false;
  *out_attr = (Attr){ .type = type, .value = value, .at = walk->at };
  walk->at += walk->rest.len - rest.len;
  walk->rest = rest;
  return true;
}

/* RFC 8489 §9 [STUN-9-1]: what follows an integrity attribute was not covered
 * by it, so anybody on the way may have put it there. */
static bool
is_hidden (Walk *walk, uint16_t type)
{
  if (type == STUN_ATTR_FINGERPRINT)
    return false;
  if (walk->is_sealed256)
    return true;
  if (type == STUN_ATTR_MESSAGE_INTEGRITY_SHA256) {
    walk->is_sealed256 = true;
    return false;
  }
  if (walk->is_sealed)
    return true;
  walk->is_sealed = type == STUN_ATTR_MESSAGE_INTEGRITY;
  return false;
}

static bool
next_attr (Walk *walk, Attr *out_attr)
{
  while (next_raw (walk, out_attr)) {
    if (!is_hidden (walk, out_attr->type))
      return true;
  }
  return false;
}

/* RFC 8489 §5 [STUN-5-1]: two zero bits, the cookie, and a length that says
 * exactly what is there. The class's two bits stand between the method's. */
static StunResult
decode_header (NetBytes in, StunMsg *out_msg)
{
  StunMsg msg = { .raw = in };
  uint16_t type, len;
  uint32_t cookie;
  NetBytes id;

  if (!net_bytes_get_u16 (&in, &type) || !net_bytes_get_u16 (&in, &len) ||
      !net_bytes_get_u32 (&in, &cookie) ||
      !net_bytes_take (&in, sizeof msg.id.bytes, &id))
    return STUN_TRUNCATED;
  if ((type & 0xc000) != 0 || cookie != STUN_MAGIC_COOKIE)
    return STUN_NOT_STUN;
  if (len % 4 != 0 || len < in.len)
    return STUN_BAD_LENGTH;
  if (len > in.len)
    return STUN_TRUNCATED;

  msg.cls = (StunClass) ((type >> 4 & 1) | (type >> 7 & 2));
  msg.method = (type & 0xf) | (type >> 1 & 0x70) | (type >> 2 & 0xf80);
  memcpy (msg.id.bytes, id.data, id.len);
  *out_msg = msg;
  return STUN_OK;
}

/* RFC 8489 §7 [STUN-7-1]: nothing may follow it, and it covers all before. */
static bool
is_fingerprint_good (const StunMsg *msg, const Attr *attr, const Walk *walk)
{
  uint32_t value;

  return walk->rest.len == 0 && stun_attr_get_u32 (attr->value, &value) &&
      value ==
      (stun_crc32 (NET_BYTES (msg->raw.data, attr->at)) ^ STUN_FINGERPRINT_XOR);
}

/* RFC 8489 §6.3 [STUN-6.3-1] [STUN-6.3-2]: the first of the steps of receiving;
 * what fails here is no STUN message of ours and is not answered. */
StunResult
stun_msg_decode (NetBytes in, StunMsg *out_msg)
{
  StunMsg msg;
  StunResult result = decode_header (in, &msg);
  Walk walk;
  Attr attr;

  if (result != STUN_OK)
    return result;
  walk = walk_begin (in);
  while (next_attr (&walk, &attr)) {
    if (attr.type == STUN_ATTR_MESSAGE_INTEGRITY)
      msg.integrity_at = attr.at;
    if (attr.type == STUN_ATTR_MESSAGE_INTEGRITY_SHA256)
      msg.integrity256_at = attr.at;
    if (attr.type != STUN_ATTR_FINGERPRINT)
      continue;
    if (!is_fingerprint_good (&msg, &attr, &walk))
      return STUN_BAD_FINGERPRINT;
    msg.fingerprint_at = attr.at;
  }
  if (walk.rest.len > 0)
    return STUN_TRUNCATED;
  *out_msg = msg;
  return STUN_OK;
}

/* RFC 8489 §14 [STUN-14-1]: a later one of the same type counts for nothing. */
bool
stun_msg_find (const StunMsg *msg, uint16_t type, NetBytes *out_value)
{
  Walk walk = walk_begin (msg->raw);
  Attr attr;

  while (next_attr (&walk, &attr)) {
    if (attr.type == type) {
      *out_value = attr.value;
      return true;
    }
  }
  return false;
}

bool
stun_msg_has (const StunMsg *msg, uint16_t type)
{
  NetBytes ignored;

  return stun_msg_find (msg, type, &ignored);
}

bool
stun_msg_get_u32 (const StunMsg *msg, uint16_t type, uint32_t *out_value)
{
  NetBytes value;

  return stun_msg_find (msg, type, &value) &&
      stun_attr_get_u32 (value, out_value);
}

bool
stun_msg_get_u64 (const StunMsg *msg, uint16_t type, uint64_t *out_value)
{
  NetBytes value;

  return stun_msg_find (msg, type, &value) &&
      stun_attr_get_u64 (value, out_value);
}

bool
stun_msg_get_addr (const StunMsg *msg, uint16_t type, NetAddr *out_addr)
{
  NetBytes value;

  return stun_msg_find (msg, type, &value) &&
      stun_attr_get_addr (value, out_addr);
}

bool
stun_msg_get_xor_addr (const StunMsg *msg, uint16_t type, NetAddr *out_addr)
{
  NetBytes value;

  return stun_msg_find (msg, type, &value) &&
      stun_attr_get_xor_addr (value, msg->id.bytes, out_addr);
}

bool
stun_msg_get_error (const StunMsg *msg, StunError *out_error)
{
  NetBytes value;

  return stun_msg_find (msg, STUN_ATTR_ERROR_CODE, &value) &&
      stun_attr_get_error (value, out_error);
}

/* RFC 8489 §6.3.3 [STUN-6.3.3-2]: one of the two must be there; a family that
 * we do not know is as good as none. */
bool
stun_msg_get_mapped (const StunMsg *msg, NetAddr *out_addr)
{
  if (stun_msg_has (msg, STUN_ATTR_XOR_MAPPED_ADDRESS))
    return stun_msg_get_xor_addr (msg, STUN_ATTR_XOR_MAPPED_ADDRESS, out_addr);
  return stun_msg_get_addr (msg, STUN_ATTR_MAPPED_ADDRESS, out_addr);
}

/* The comprehension-required half of attr.h. */
static const uint16_t known_by_default[] = {
  STUN_ATTR_MAPPED_ADDRESS,
  STUN_ATTR_CHANGE_REQUEST,
  STUN_ATTR_USERNAME,
  STUN_ATTR_MESSAGE_INTEGRITY,
  STUN_ATTR_ERROR_CODE,
  STUN_ATTR_UNKNOWN_ATTRIBUTES,
  STUN_ATTR_CHANNEL_NUMBER,
  STUN_ATTR_LIFETIME,
  STUN_ATTR_XOR_PEER_ADDRESS,
  STUN_ATTR_DATA,
  STUN_ATTR_REALM,
  STUN_ATTR_NONCE,
  STUN_ATTR_XOR_RELAYED_ADDRESS,
  STUN_ATTR_REQUESTED_ADDRESS_FAMILY,
  STUN_ATTR_EVEN_PORT,
  STUN_ATTR_REQUESTED_TRANSPORT,
  STUN_ATTR_DONT_FRAGMENT,
  STUN_ATTR_ACCESS_TOKEN,
  STUN_ATTR_MESSAGE_INTEGRITY_SHA256,
  STUN_ATTR_PASSWORD_ALGORITHM,
  STUN_ATTR_USERHASH,
  STUN_ATTR_XOR_MAPPED_ADDRESS,
  STUN_ATTR_RESERVATION_TOKEN,
  STUN_ATTR_PRIORITY,
  STUN_ATTR_USE_CANDIDATE,
  STUN_ATTR_PADDING,
  STUN_ATTR_RESPONSE_PORT,
  STUN_ATTR_CONNECTION_ID,
};

static bool
contains (const uint16_t *types, size_t n_types, uint16_t type)
{
  for (size_t i = 0; i < n_types; i++) {
    if (types[i] == type)
      return true;
  }
  return false;
}

/* RFC 8489 §6.3.1 [STUN-6.3.1-1]; what is optional and unknown is passed over
 * in silence [STUN-6.3-3]. */
unsigned
stun_msg_unknown (const StunMsg *msg, const uint16_t *known, size_t n_known,
    uint16_t out_types[STUN_UNKNOWN_MAX])
{
  Walk walk = walk_begin (msg->raw);
  unsigned n_types = 0;
  Attr attr;

  if (known == NULL) {
    known = known_by_default;
    n_known = G_N_ELEMENTS (known_by_default);
  }
  while (n_types < STUN_UNKNOWN_MAX && next_attr (&walk, &attr)) {
    if (stun_attr_is_required (attr.type) &&
        !contains (known, n_known, attr.type) &&
        !contains (out_types, n_types, attr.type))
      out_types[n_types++] = attr.type;
  }
  return n_types;
}

bool
stun_txn_id_equal (StunTxnId a, StunTxnId b)
{
  return memcmp (a.bytes, b.bytes, sizeof a.bytes) == 0;
}

void
stun_writer_begin (StunWriter *writer, uint8_t *buf, size_t cap, StunClass cls,
    uint16_t method, StunTxnId id)
{
  unsigned type = (method & 0xfu) | (method & 0x70u) << 1 |
      (method & 0xf80u) << 2 | (cls & 1u) << 4 | (cls & 2u) << 7;

  g_assert (method <= 0xfff);
  *writer = (StunWriter){ .id = id };
  net_writer_init (&writer->out, buf, cap);
  net_writer_u16 (&writer->out, (uint16_t) type);
  net_writer_u16 (&writer->out, 0);
  net_writer_u32 (&writer->out, STUN_MAGIC_COOKIE);
  net_writer_bytes (&writer->out, NET_BYTES (id.bytes, sizeof id.bytes));
}

static void
begin_attr (StunWriter *writer, uint16_t type, size_t len)
{
  /* What the length field cannot say does not fit either. */
  if (len > UINT16_MAX)
    writer->out.overflow = true;
  net_writer_u16 (&writer->out, type);
  net_writer_u16 (&writer->out, (uint16_t) len);
}

void
stun_writer_bytes (StunWriter *writer, uint16_t type, NetBytes value)
{
  begin_attr (writer, type, value.len);
  net_writer_bytes (&writer->out, value);
  net_writer_fill (&writer->out, writer->pad, -value.len % 4);
}

/* RFC 8489 §14.3 [STUN-14.3-1]: a text that is too long for its attribute
 * counts as one that did not fit, as cutting it would change its meaning. */
void
stun_writer_text (StunWriter *writer, uint16_t type, const char *text)
{
  NetBytes value = net_bytes_from_text (text);

  if (value.len > STUN_TEXT_SEND_MAX)
    writer->out.overflow = true;
  stun_writer_bytes (writer, type, value);
}

void
stun_writer_flag (StunWriter *writer, uint16_t type)
{
  begin_attr (writer, type, 0);
}

void
stun_writer_u32 (StunWriter *writer, uint16_t type, uint32_t value)
{
  begin_attr (writer, type, 4);
  net_writer_u32 (&writer->out, value);
}

void
stun_writer_u64 (StunWriter *writer, uint16_t type, uint64_t value)
{
  begin_attr (writer, type, 8);
  net_writer_u64 (&writer->out, value);
}

void
stun_writer_addr (StunWriter *writer, uint16_t type, NetAddr addr)
{
  size_t len = addr.family == NET_FAMILY_IPV4 ? 4 : 16;

  g_assert (!net_addr_is_none (addr));
  begin_attr (writer, type, 4 + len);
  net_writer_u8 (&writer->out, 0);
  net_writer_u8 (&writer->out, addr.family);
  net_writer_u16 (&writer->out, addr.port);
  net_writer_bytes (&writer->out, NET_BYTES (addr.ip, len));
}

void
stun_writer_xor_addr (StunWriter *writer, uint16_t type, NetAddr addr)
{
  stun_writer_addr (writer, type, stun_attr_xor_addr (addr, writer->id.bytes));
}

void
stun_writer_error (StunWriter *writer, uint16_t code, const char *reason)
{
  NetBytes text = net_bytes_from_text (reason);

  g_assert (code >= 300 && code <= 699);
  if (text.len > STUN_TEXT_SEND_MAX)
    writer->out.overflow = true;
  begin_attr (writer, STUN_ATTR_ERROR_CODE, 4 + text.len);
  net_writer_u16 (&writer->out, 0);
  net_writer_u8 (&writer->out, (uint8_t) (code / 100));
  net_writer_u8 (&writer->out, (uint8_t) (code % 100));
  net_writer_bytes (&writer->out, text);
  net_writer_fill (&writer->out, writer->pad, -text.len % 4);
}

/* RFC 8489 §14.9 [STUN-6.3.1-1]: 16 bits for each, padded as any value is; the
 * length tells an odd number of them, so none needs repeating as in RFC 3489.*/
void
stun_writer_unknown (StunWriter *writer, const uint16_t *types,
    unsigned n_types)
{
  begin_attr (writer, STUN_ATTR_UNKNOWN_ATTRIBUTES, 2 * (size_t) n_types);
  for (unsigned i = 0; i < n_types; i++)
    net_writer_u16 (&writer->out, types[i]);
  net_writer_fill (&writer->out, writer->pad, n_types % 2 * 2);
}

/* The length field as if the message ended `extra` bytes from here. */
static void
patch_length (StunWriter *writer, size_t extra)
{
  size_t len = writer->out.len + extra - STUN_HEADER_LEN;

  if (len > UINT16_MAX)
    writer->out.overflow = true;
  net_writer_patch_u16 (&writer->out, 2, (uint16_t) len);
}

static void
append_hmac (StunWriter *writer, uint16_t type, CryptoHash hash, NetBytes key,
    size_t len)
{
  uint8_t mac[CRYPTO_HASH_MAX];
  NetBytes covered;

  if (writer->out.overflow)
    return;
  patch_length (writer, ATTR_HEADER_LEN + len);
  covered = NET_BYTES (writer->out.data, writer->out.len);
  crypto_hmac (hash, key, &covered, 1, mac);
  stun_writer_bytes (writer, type, NET_BYTES (mac, len));
}

/* RFC 8489 §14.5: header length counts up to the end of this attribute. */
void
stun_writer_integrity (StunWriter *writer, NetBytes key)
{
  append_hmac (writer, STUN_ATTR_MESSAGE_INTEGRITY, CRYPTO_SHA1, key,
      CRYPTO_SHA1_LEN);
}

/* RFC 8489 §14.6 [STUN-14.6-1] */
void
stun_writer_integrity256 (StunWriter *writer, NetBytes key, size_t len)
{
  g_assert (len >= 16 && len <= CRYPTO_SHA256_LEN && len % 4 == 0);
  append_hmac (writer, STUN_ATTR_MESSAGE_INTEGRITY_SHA256, CRYPTO_SHA256, key,
      len);
}

/* RFC 8489 §7 [STUN-7-1]: the length counts the FINGERPRINT to come. */
void
stun_writer_fingerprint (StunWriter *writer)
{
  uint32_t crc;

  if (writer->out.overflow)
    return;
  patch_length (writer, ATTR_HEADER_LEN + FINGERPRINT_LEN);
  crc = stun_crc32 (NET_BYTES (writer->out.data, writer->out.len));
  stun_writer_u32 (writer, STUN_ATTR_FINGERPRINT, crc ^ STUN_FINGERPRINT_XOR);
}

bool
stun_writer_finish (StunWriter *writer, size_t *out_len)
{
  if (writer->out.overflow)
    return false;
  patch_length (writer, 0);
  if (writer->out.overflow)
    return false;
  *out_len = writer->out.len;
  return true;
}
