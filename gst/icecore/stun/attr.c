/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The values inside STUN attributes (RFC 8489 §14). Each getter takes the whole
 * value and wants it whole: a value with bytes missing or left over is not
 * understood, rather than guessed at. */

#include "attr.h"
#include "msg.h"

#include <glib.h>
#include <string.h>

bool
stun_attr_is_required (uint16_t type)
{
  return type < 0x8000;
}

bool
stun_attr_get_u32 (NetBytes value, uint32_t *out_value)
{
  return value.len == 4 && net_bytes_get_u32 (&value, out_value);
}

bool
stun_attr_get_u64 (NetBytes value, uint64_t *out_value)
{
  return value.len == 8 && net_bytes_get_u64 (&value, out_value);
}

bool
stun_attr_get_addr (NetBytes value, NetAddr *out_addr)
{
  NetAddr addr = { 0 };
  uint8_t ignored;
  size_t len;

  if (!net_bytes_get_u8 (&value, &ignored) ||
      !net_bytes_get_u8 (&value, &addr.family) ||
      !net_bytes_get_u16 (&value, &addr.port))
    return false;
  if (net_addr_is_none (addr))
    return false;
  len = addr.family == NET_FAMILY_IPV4 ? 4 : 16;
  if (value.len != len)
    return false;
  memcpy (addr.ip, value.data, len);
  *out_addr = addr;
  return true;
}

/* RFC 8489 §14.2: the mask is the header's last sixteen bytes, so that address
 * translators that rewrite every address they see in a packet miss this one. */
bool
stun_attr_get_xor_addr (NetBytes value, const uint8_t txn_id[12],
    NetAddr *out_addr)
{
  NetAddr addr;

  if (!stun_attr_get_addr (value, &addr))
    return false;
  *out_addr = stun_attr_xor_addr (addr, txn_id);
  return true;
}

NetAddr
stun_attr_xor_addr (NetAddr addr, const uint8_t txn_id[12])
{
  uint8_t mask[16] = { 0x21, 0x12, 0xa4, 0x42 };
  size_t len = addr.family == NET_FAMILY_IPV4 ? 4 : 16;

  memcpy (mask + 4, txn_id, 12);
  addr.port ^= STUN_MAGIC_COOKIE >> 16;
  for (size_t i = 0; i < len; i++)
    addr.ip[i] ^= mask[i];
  return addr;
}

/* The reason ends up in logs and on the bus, so nothing that could move a
 * cursor or end a line gets through. Returns how many bytes of `text` one
 * character took. */
static size_t
append_printable (NetBytes text, NetWriter *out_reason)
{
  gunichar character =
      g_utf8_get_char_validated ((const char *) text.data, (gssize) text.len);
  bool is_valid = character != (gunichar) -1 && character != (gunichar) -2;
  size_t len = is_valid ? (size_t) g_unichar_to_utf8 (character, NULL) : 1;

  if (!is_valid || g_unichar_iscntrl (character))
    net_writer_u8 (out_reason, '?');
  else
    net_writer_bytes (out_reason, NET_BYTES (text.data, len));
  return len;
}

/* RFC 8489 §14.8 [STUN-14.8-2]: 21 bits we must not look at, a class of 3 to 6,
 * a number below 100. The same layout is that of ADDRESS-ERROR-CODE, with the
 * family in the first byte (RFC 8656 §18.12). */
bool
stun_attr_get_error (NetBytes value, StunError *out_error)
{
  StunError error = { 0 };
  NetWriter reason;
  uint32_t word;
  unsigned hundreds, number;

  if (!net_bytes_get_u32 (&value, &word))
    return false;
  hundreds = word >> 8 & 0x7;
  number = word & 0xff;
  if (hundreds < 3 || hundreds > 6 || number > 99)
    return false;
  error.code = (uint16_t) (hundreds * 100 + number);

  net_writer_init (&reason, (uint8_t *) error.reason, STUN_REASON_MAX - 1);
  while (value.len > 0 && !reason.overflow) {
    NetBytes character;
    if (!net_bytes_take (&value, append_printable (value, &reason), &character))
      break;
  }
  *out_error = error;
  return true;
}
