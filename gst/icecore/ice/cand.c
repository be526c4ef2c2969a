/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The arithmetic of candidates: what orders them (priority) and what groups
 * them (foundation), RFC 8445 §5.1.1.3 and §5.1.2. Pure functions; who keeps
 * local preferences unique is the gatherer. */

#include "cand.h"

#include <glib.h>

#include "../crypto.h"

/* 12 ice-chars, 72 bits: two foundations that should differ collide once in
 * 2^72, and the line stays short. Three bytes make four characters. */
#define FOUNDATION_BYTES 9

unsigned
ice_cand_type_preference (IceCandType type)
{
  /* RFC 8445 §5.1.2.2 [ICE-5.1.2.2-1] [ICE-5.1.2.1-2]: the recommended values,
   * one each, peer-reflexive above server-reflexive. */
  switch (type) {
    case ICE_CAND_HOST:
      return 126;
    case ICE_CAND_PRFLX:
      return 110;
    case ICE_CAND_SRFLX:
      return 100;
    case ICE_CAND_RELAY:
      return 0;
  }
  g_assert_not_reached ();
}

uint32_t
ice_cand_priority (IceCandType type, unsigned local_preference,
    unsigned component)
{
  uint32_t priority;

  /* RFC 8445 §5.1.2.1 [ICE-5.1.2.1-3] [ICE-5.1.2.1-4]: both come from tables of
   * ours, so that a value out of range is our own bug. */
  g_assert (local_preference <= ICE_LOCAL_PREFERENCE_MAX);
  g_assert (component >= 1 && component <= ICE_COMPONENT_MAX);

  /* RFC 8445 §5.1.2.1 [ICE-5.1.2.1-1]: three fields that do not overlap. */
  priority = (uint32_t) ice_cand_type_preference (type) << 24 |
      (uint32_t) local_preference << 8 | (uint32_t) (256 - component);
  /* RFC 8445 §5.1.2 [ICE-5.1.2-1]: 0 is no priority; only the very last of all
   * relayed candidates would get it. */
  return MAX (priority, 1);
}

uint32_t
ice_cand_prflx_priority (uint32_t priority)
{
  return (priority & 0x00ffffff) |
      (uint32_t) ice_cand_type_preference (ICE_CAND_PRFLX) << 24;
}

static NetBytes
ip_bytes (const NetAddr *addr)
{
  return NET_BYTES (addr->ip, sizeof addr->ip);
}

static void
write_ice_chars (const uint8_t *bytes, char *out_text)
{
  /* base64's alphabet is the ice-char set of RFC 8839 §5.1. */
  static const char ice_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned i;

  for (i = 0; i < FOUNDATION_BYTES; i += 3) {
    uint32_t group =
        (uint32_t) bytes[i] << 16 | (uint32_t) bytes[i + 1] << 8 | bytes[i + 2];

    *out_text++ = ice_chars[group >> 18 & 63];
    *out_text++ = ice_chars[group >> 12 & 63];
    *out_text++ = ice_chars[group >> 6 & 63];
    *out_text++ = ice_chars[group & 63];
  }
  *out_text = '\0';
}

void
ice_cand_foundation (IceCandType type, IceTransport transport, NetAddr base,
    NetAddr server, uint64_t salt, char out_foundation[ICE_FOUNDATION_MAX])
{
  uint8_t digest[CRYPTO_SHA256_LEN];
  uint8_t head[16];
  NetWriter writer;
  NetBytes parts[3];

  /* RFC 8445 §5.1.1.3 [ICE-5.1.1.3-1]: neither port counts, and a host
   * candidate has no server. The scope tells apart link-local addresses, which
   * may be the same on two links. */
  if (type == ICE_CAND_HOST)
    server = NET_ADDR_NONE;
  net_writer_init (&writer, head, sizeof head);
  net_writer_u64 (&writer, salt);
  net_writer_u8 (&writer, (uint8_t) type);
  net_writer_u8 (&writer, (uint8_t) transport);
  net_writer_u8 (&writer, base.family);
  net_writer_u8 (&writer, server.family);
  net_writer_u32 (&writer, base.scope);
  parts[0] = NET_BYTES (head, writer.len);
  parts[1] = ip_bytes (&base);
  parts[2] = ip_bytes (&server);
  crypto_digest (CRYPTO_SHA256, parts, 3, digest);
  write_ice_chars (digest, out_foundation);
}

const char *
ice_cand_type_name (IceCandType type)
{
  switch (type) {
    case ICE_CAND_HOST:
      return "host";
    case ICE_CAND_SRFLX:
      return "srflx";
    case ICE_CAND_PRFLX:
      return "prflx";
    case ICE_CAND_RELAY:
      return "relay";
  }
  g_assert_not_reached ();
}
