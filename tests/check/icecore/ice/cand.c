/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Priorities against values worked out by hand, and foundations against their
 * definition: every difference that counts, and every one that does not. */

#include <string.h>

#include <gst/check/gstcheck.h>

#include "ice/cand.h"

static NetAddr
addr (const char *text, uint16_t port)
{
  NetAddr addr = NET_ADDR_NONE;

  fail_unless (net_addr_parse (text, &addr), "%s does not parse", text);
  return net_addr_with_port (addr, port);
}

/* RFC 8445 §5.1.2.1 [ICE-5.1.2.1-1] */
GST_START_TEST (priorities_follow_the_formula)
{
  static const struct
  {
    IceCandType type;
    unsigned local_preference;
    unsigned component;
    uint32_t priority;
  } rows[] = {
    { ICE_CAND_HOST, 65535, 1, 2130706431 },
    { ICE_CAND_HOST, 65535, 2, 2130706430 },
    { ICE_CAND_HOST, 65535, 256, 2130706176 },
    { ICE_CAND_HOST, 0, 1, 2113929471 },
    { ICE_CAND_PRFLX, 65535, 1, 1862270975 },
    { ICE_CAND_SRFLX, 65535, 1, 1694498815 },
    { ICE_CAND_RELAY, 65535, 1, 16777215 },
    { ICE_CAND_RELAY, 0, 255, 1 },
    /* RFC 8445 §5.1.2 [ICE-5.1.2-1]: never 0 */
    { ICE_CAND_RELAY, 0, 256, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    fail_unless_equals_uint64 (ice_cand_priority (rows[i].type,
                                   rows[i].local_preference, rows[i].component),
        rows[i].priority);
}
GST_END_TEST;

/* RFC 8445 §5.1.2.2 [ICE-5.1.2.2-1] [ICE-5.1.2.1-2] */
GST_START_TEST (type_preferences_are_the_recommended_ones)
{
  fail_unless_equals_int (ice_cand_type_preference (ICE_CAND_HOST), 126);
  fail_unless_equals_int (ice_cand_type_preference (ICE_CAND_PRFLX), 110);
  fail_unless_equals_int (ice_cand_type_preference (ICE_CAND_SRFLX), 100);
  fail_unless_equals_int (ice_cand_type_preference (ICE_CAND_RELAY), 0);
}
GST_END_TEST;

/* RFC 8445 §5.1.2.1 [ICE-5.1.2.1-3]: 70 addresses, each with a local preference
 * of its own, of every type and for two components: no priority twice, all in
 * range, all in the order of their local preferences. */
GST_START_TEST (different_local_preferences_give_different_priorities)
{
  static const IceCandType types[] = { ICE_CAND_HOST, ICE_CAND_SRFLX,
    ICE_CAND_PRFLX, ICE_CAND_RELAY };
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (gsize type = 0; type < G_N_ELEMENTS (types); type++) {
    for (unsigned component = 1; component <= 2; component++) {
      uint32_t before = UINT32_MAX;

      for (unsigned i = 0; i < 70; i++) {
        uint32_t priority = ice_cand_priority (types[type],
            ICE_LOCAL_PREFERENCE_MAX - i, component);

        fail_unless (priority >= 1 && priority <= 0x7fffffff);
        fail_unless (priority < before);
        fail_unless (g_hash_table_add (seen, GUINT_TO_POINTER (priority)),
            "priority %u twice", priority);
        before = priority;
      }
    }
  }
  fail_unless_equals_int (g_hash_table_size (seen), 4 * 2 * 70);
}
GST_END_TEST;

GST_START_TEST (a_check_carries_its_priority_as_a_peer_reflexive_one)
{
  fail_unless_equals_uint64 (
      ice_cand_prflx_priority (ice_cand_priority (ICE_CAND_HOST, 65535, 1)),
      ice_cand_priority (ICE_CAND_PRFLX, 65535, 1));
  fail_unless_equals_uint64 (
      ice_cand_prflx_priority (ice_cand_priority (ICE_CAND_RELAY, 1234, 256)),
      ice_cand_priority (ICE_CAND_PRFLX, 1234, 256));
}
GST_END_TEST;

typedef struct
{
  IceCandType type;
  IceTransport transport;
  const char *base;
  uint16_t base_port;
  const char *server; /* NULL: none */
  uint16_t server_port;
} Origin;

static void
foundation (const Origin *origin, uint64_t salt,
    char out_text[ICE_FOUNDATION_MAX])
{
  NetAddr server = NET_ADDR_NONE;

  if (origin->server != NULL)
    server = addr (origin->server, origin->server_port);
  ice_cand_foundation (origin->type, origin->transport,
      addr (origin->base, origin->base_port), server, salt, out_text);
}

/* RFC 8445 §5.1.1.3 [ICE-5.1.1.3-1] */
GST_START_TEST (foundations_are_equal_exactly_when_their_origin_is)
{
  static const struct
  {
    Origin a;
    Origin b;
    gboolean equal;
  } rows[] = {
    /* ports of base and server do not count, nor does a host's server */
    { { ICE_CAND_HOST, ICE_TRANSPORT_UDP, "10.0.0.1", 1, NULL, 0 },
        { ICE_CAND_HOST, ICE_TRANSPORT_UDP, "10.0.0.1", 2, NULL, 0 }, TRUE },
    { { ICE_CAND_HOST, ICE_TRANSPORT_UDP, "10.0.0.1", 1, NULL, 0 },
        { ICE_CAND_HOST, ICE_TRANSPORT_UDP, "10.0.0.1", 1, "192.0.2.1", 9 },
        TRUE },
    { { ICE_CAND_SRFLX, ICE_TRANSPORT_UDP, "10.0.0.1", 1, "192.0.2.1", 3478 },
        { ICE_CAND_SRFLX, ICE_TRANSPORT_UDP, "10.0.0.1", 2, "192.0.2.1",
            19302 },
        TRUE },
    /* another base, family, type, server, transport */
    { { ICE_CAND_HOST, ICE_TRANSPORT_UDP, "10.0.0.1", 1, NULL, 0 },
        { ICE_CAND_HOST, ICE_TRANSPORT_UDP, "10.0.0.2", 1, NULL, 0 }, FALSE },
    { { ICE_CAND_HOST, ICE_TRANSPORT_UDP, "10.0.0.1", 1, NULL, 0 },
        { ICE_CAND_HOST, ICE_TRANSPORT_UDP, "a00:1::", 1, NULL, 0 }, FALSE },
    { { ICE_CAND_HOST, ICE_TRANSPORT_UDP, "fe80::1%1", 1, NULL, 0 },
        { ICE_CAND_HOST, ICE_TRANSPORT_UDP, "fe80::1%2", 1, NULL, 0 }, FALSE },
    { { ICE_CAND_SRFLX, ICE_TRANSPORT_UDP, "10.0.0.1", 1, "192.0.2.1", 1 },
        { ICE_CAND_RELAY, ICE_TRANSPORT_UDP, "10.0.0.1", 1, "192.0.2.1", 1 },
        FALSE },
    { { ICE_CAND_HOST, ICE_TRANSPORT_UDP, "10.0.0.1", 1, NULL, 0 },
        { ICE_CAND_SRFLX, ICE_TRANSPORT_UDP, "10.0.0.1", 1, NULL, 0 }, FALSE },
    { { ICE_CAND_SRFLX, ICE_TRANSPORT_UDP, "10.0.0.1", 1, "192.0.2.1", 1 },
        { ICE_CAND_SRFLX, ICE_TRANSPORT_UDP, "10.0.0.1", 1, "192.0.2.2", 1 },
        FALSE },
    { { ICE_CAND_RELAY, ICE_TRANSPORT_UDP, "10.0.0.1", 1, "192.0.2.1", 1 },
        { ICE_CAND_RELAY, ICE_TRANSPORT_UDP, "10.0.0.1", 1, "192.0.2.2", 1 },
        FALSE },
    /* base and server are not interchangeable */
    { { ICE_CAND_SRFLX, ICE_TRANSPORT_UDP, "192.0.2.2", 1, "192.0.2.1", 1 },
        { ICE_CAND_SRFLX, ICE_TRANSPORT_UDP, "192.0.2.1", 1, "192.0.2.2", 1 },
        FALSE },
    { { ICE_CAND_HOST, ICE_TRANSPORT_UDP, "10.0.0.1", 1, NULL, 0 },
        { ICE_CAND_HOST, ICE_TRANSPORT_TCP_PASSIVE, "10.0.0.1", 1, NULL, 0 },
        FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    char a[ICE_FOUNDATION_MAX];
    char b[ICE_FOUNDATION_MAX];

    foundation (&rows[i].a, 7, a);
    foundation (&rows[i].b, 7, b);
    fail_unless (g_str_equal (a, b) == rows[i].equal, "row %u: %s, %s",
        (unsigned) i, a, b);
  }
}
GST_END_TEST;

GST_START_TEST (a_foundation_is_ice_chars_and_hides_behind_its_salt)
{
  static const Origin origin = { ICE_CAND_HOST, ICE_TRANSPORT_UDP, "10.0.0.1",
    1, NULL, 0 };
  char text[ICE_FOUNDATION_MAX];
  char other[ICE_FOUNDATION_MAX];

  for (uint64_t salt = 0; salt < 200; salt++) {
    foundation (&origin, salt, text);
    fail_unless (strlen (text) >= 1 && strlen (text) <= 32);
    fail_unless_equals_int (strspn (text,
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz"
                                "0123456789+/"),
        strlen (text));
    foundation (&origin, salt + 1, other);
    fail_if (g_str_equal (text, other));
  }
}
GST_END_TEST;

static Suite *
cand_suite (void)
{
  Suite *suite = suite_create ("ice/cand");
  TCase *tcase = tcase_create ("cand");

  tcase_add_test (tcase, priorities_follow_the_formula);
  tcase_add_test (tcase, type_preferences_are_the_recommended_ones);
  tcase_add_test (tcase, different_local_preferences_give_different_priorities);
  tcase_add_test (tcase, a_check_carries_its_priority_as_a_peer_reflexive_one);
  tcase_add_test (tcase, foundations_are_equal_exactly_when_their_origin_is);
  tcase_add_test (tcase, a_foundation_is_ice_chars_and_hides_behind_its_salt);
  suite_add_tcase (suite, tcase);
  return suite;
}

GST_CHECK_MAIN (cand);
