/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Anything as a STUN datagram. Everything that a receiver might ask of it is
 * asked; what decodes is written again by our own writer and must then say the
 * same (RFC 8445 §19 [SEC-8445-4]). */

#include <glib.h>
#include <string.h>

#include "net/demux.h"
#include "stun/auth.h"

/* The longest datagram there is, and what writing integrity anew adds. */
#define COPY_MAX (65536 + 128)

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* The password of RFC 5769, with which the kept corpus verifies. */
static const NetBytes key = { (const guint8 *) "VOkJxbRl1RmTxUk/WvJxBt", 22 };

static void
ask_for_values (const StunMsg *msg)
{
  uint16_t types[STUN_UNKNOWN_MAX];
  StunError error = { 0 };
  uint32_t u32;
  uint64_t u64;
  NetAddr addr;

  for (unsigned type = 0; type < 0x30; type++) {
    stun_msg_get_u32 (msg, (uint16_t) type, &u32);
    stun_msg_get_u64 (msg, (uint16_t) type, &u64);
    stun_msg_get_addr (msg, (uint16_t) type, &addr);
    stun_msg_get_xor_addr (msg, (uint16_t) type, &addr);
  }
  stun_msg_get_mapped (msg, &addr);
  if (stun_msg_get_error (msg, &error)) {
    g_assert (error.code >= 300 && error.code <= 699);
    g_assert (g_utf8_validate (error.reason, -1, NULL));
  }
  g_assert (stun_msg_unknown (msg, NULL, 0, types) <= STUN_UNKNOWN_MAX);
}

static void
ask_for_credentials (const StunMsg *msg)
{
  StunLongTerm *auth = stun_long_term_new ("user", "pass");
  uint8_t buf[4096];
  StunWriter writer;
  size_t len;

  g_assert ((stun_auth_verify (msg, key) == STUN_AUTH_ABSENT) ==
      (msg->integrity_at == 0));
  g_assert ((stun_auth_verify256 (msg, key) == STUN_AUTH_ABSENT) ==
      (msg->integrity256_at == 0));
  /* The same answer twice is no reason to go on for ever. */
  if (stun_long_term_challenge (auth, msg) == STUN_LONG_TERM_RETRY)
    g_assert (stun_long_term_challenge (auth, msg) == STUN_LONG_TERM_REFUSED);
  stun_long_term_verify (auth, msg);
  stun_writer_begin (&writer, buf, sizeof buf, STUN_REQUEST, STUN_BINDING,
      msg->id);
  stun_long_term_write (auth, &writer);
  if (stun_writer_finish (&writer, &len)) {
    StunMsg request;
    g_assert (stun_msg_decode (NET_BYTES (buf, len), &request) == STUN_OK);
    g_assert (stun_long_term_verify (auth, &request) == STUN_AUTH_GOOD);
  }
  stun_long_term_free (auth);
}

/* Writes every attribute of `msg` anew, up to the first integrity, and expects
 * to read them back; the walk is the test's own. */
static void
write_again (const StunMsg *msg)
{
  g_autofree uint8_t *buf = g_malloc (COPY_MAX);
  NetBytes rest = { msg->raw.data + STUN_HEADER_LEN,
    msg->raw.len - STUN_HEADER_LEN };
  uint16_t type, value_len;
  NetBytes value, pad, found, again;
  StunWriter writer;
  StunMsg copy;
  size_t len;

  stun_writer_begin (&writer, buf, COPY_MAX, msg->cls, msg->method, msg->id);
  while (rest.len > 0) {
    g_assert (net_bytes_get_u16 (&rest, &type));
    g_assert (net_bytes_get_u16 (&rest, &value_len));
    g_assert (net_bytes_take (&rest, value_len, &value));
    g_assert (net_bytes_take (&rest, -(size_t) value_len % 4, &pad));
    if (type == STUN_ATTR_MESSAGE_INTEGRITY ||
        type == STUN_ATTR_MESSAGE_INTEGRITY_SHA256 ||
        type == STUN_ATTR_FINGERPRINT)
      break;
    stun_writer_bytes (&writer, type, value);
  }
  stun_writer_integrity (&writer, key);
  stun_writer_integrity256 (&writer, key, 32);
  stun_writer_fingerprint (&writer);
  if (!stun_writer_finish (&writer, &len))
    return;

  g_assert (stun_msg_decode (NET_BYTES (buf, len), &copy) == STUN_OK);
  g_assert (net_demux_peer (copy.raw) == NET_DEMUX_STUN);
  g_assert (copy.cls == msg->cls && copy.method == msg->method);
  g_assert (stun_txn_id_equal (copy.id, msg->id));
  g_assert (copy.fingerprint_at != 0);
  g_assert (stun_auth_verify (&copy, key) == STUN_AUTH_GOOD);
  g_assert (stun_auth_verify256 (&copy, key) == STUN_AUTH_GOOD);
  for (unsigned i = 0; i < 0x30; i++) {
    bool is_here = stun_msg_find (msg, (uint16_t) i, &found);
    if (i == STUN_ATTR_MESSAGE_INTEGRITY ||
        i == STUN_ATTR_MESSAGE_INTEGRITY_SHA256)
      continue;
    g_assert (is_here == stun_msg_find (&copy, (uint16_t) i, &again));
    g_assert (!is_here || net_bytes_equal (found, again));
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  NetBytes bytes = NET_BYTES (data, size);
  StunMsg msg;

  net_demux_server (bytes);
  if (stun_msg_decode (bytes, &msg) != STUN_OK)
    return 0;
  g_assert (net_demux_peer (bytes) == NET_DEMUX_STUN);
  ask_for_values (&msg);
  ask_for_credentials (&msg);
  write_again (&msg);
  return 0;
}
