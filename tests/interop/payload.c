/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What shares a socket with STUN in practice: the first byte goes through the
 * ranges of RFC 7983, and the ones that look like STUN go as far as its type
 * bits and its magic cookie. What tells them apart is the length field. */

#include "payload.h"

#include <string.h>

#define HEADER 13
#define TS_PACKET 188
#define MPEG_TS 0x47

static const guint8 first_bytes[] = {
  0x00, 0x01, 0x02, 0x03, /* STUN's range */
  0x16,                   /* DTLS */
  0x40,                   /* a TURN channel */
  MPEG_TS, 0x80           /* RTP */
};

static gsize
length_of (guint32 sequence)
{
  if (first_bytes[sequence % G_N_ELEMENTS (first_bytes)] == MPEG_TS)
    return TS_PACKET * (1 + sequence / G_N_ELEMENTS (first_bytes) % 6);
  return 40 + sequence * 13 % 1100;
}

gsize
payload_write (guint8 *bytes, guint8 tag, guint32 sequence)
{
  gsize length = length_of (sequence);
  /* One more than would make it a STUN message. */
  guint16 field = GUINT16_TO_BE ((guint16) (length - 20 + 1));
  guint32 cookie = GUINT32_TO_BE (0x2112a442);
  guint32 number = GUINT32_TO_BE (sequence);
  gsize i;

  bytes[0] = first_bytes[sequence % G_N_ELEMENTS (first_bytes)];
  bytes[1] = 0x01;
  memcpy (bytes + 2, &field, sizeof field);
  memcpy (bytes + 4, &cookie, sizeof cookie);
  memcpy (bytes + 8, &number, sizeof number);
  bytes[12] = tag;
  for (i = HEADER; i < length; i++)
    bytes[i] = (guint8) (sequence + i);
  return length;
}

gboolean
payload_read (const guint8 *bytes, gsize length, guint8 tag,
    guint32 *out_sequence)
{
  guint8 wanted[PAYLOAD_MAX];
  guint32 sequence;

  if (length < HEADER)
    return FALSE;
  memcpy (&sequence, bytes + 8, sizeof sequence);
  sequence = GUINT32_FROM_BE (sequence);
  if (payload_write (wanted, tag, sequence) != length ||
      memcmp (wanted, bytes, length) != 0)
    return FALSE;
  *out_sequence = sequence;
  return TRUE;
}
