/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Defaults, the words of the verdicts, and the grammar of external-address. */

#include <string.h>

#include <gst/check/gstcheck.h>

#include "ice/config.h"

GST_START_TEST (the_defaults_are_those_of_the_manual)
{
  IceConfig config;

  memset (&config, 0xaa, sizeof config);
  ice_config_init (&config);
  fail_unless_equals_int (config.nomination, ICE_NOMINATION_AUTO);
  /* RFC 8445 §14.2 [ICE-14.2-1] */
  fail_unless_equals_int (config.ta, 50);
  fail_unless_equals_int (config.allow, ICE_ALLOW_ALL);
  fail_unless_equals_int (config.max_pairs, 100);
  fail_unless_equals_uint64 (config.gather_timeout, NET_SEC (5));
  fail_unless_equals_uint64 (config.connect_timeout, NET_SEC (30));
  fail_unless_equals_uint64 (config.consent_timeout, NET_SEC (30));
  fail_unless_equals_uint64 (config.disconnect_timeout, NET_SEC (5));
  fail_unless (config.auto_restart);
  fail_if (config.lite || config.filter || config.trace);
  fail_unless (config.random == NULL && config.pacer == NULL);
  fail_unless (config.port_min == 0 && config.port_max == 0);
  fail_unless (config.ifaces.interfaces == NULL);
  fail_unless (config.ifaces.bind_address == NULL);
  fail_unless_equals_int (config.ifaces.family, ICE_IP_ANY);
  fail_unless (config.external_address == NULL);
}
GST_END_TEST;

GST_START_TEST (causes_have_the_published_names)
{
  static const struct
  {
    IceCause cause;
    const char *name;
  } rows[] = {
    { ICE_CAUSE_NONE, "none" },
    { ICE_CAUSE_NO_REMOTE_CANDIDATES, "no-remote-candidates" },
    { ICE_CAUSE_NO_LOCAL_CANDIDATES, "no-local-candidates" },
    { ICE_CAUSE_STUN_UNREACHABLE, "stun-unreachable" },
    { ICE_CAUSE_CHECKS_TIMEOUT, "checks-timeout" },
    { ICE_CAUSE_FAMILY_MISMATCH, "family-mismatch" },
    { ICE_CAUSE_BAD_CREDENTIALS, "bad-credentials" },
    { ICE_CAUSE_CONSENT_EXPIRED, "consent-expired" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    fail_unless_equals_string (ice_cause_name (rows[i].cause), rows[i].name);
}
GST_END_TEST;

GST_START_TEST (good_external_addresses_pass)
{
  static const char *const good[] = {
    "198.51.100.7",
    "2001:db8::7",
    "10.0.0.5=198.51.100.7",
    "10.0.0.5=198.51.100.7,10.0.0.6=198.51.100.8",
    "fd00::5=2001:db8::5,10.0.0.6=198.51.100.8",
  };

  fail_unless (ice_config_check_external (NULL) == NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    fail_unless (ice_config_check_external (good[i]) == NULL, "\"%s\"",
        good[i]);
}
GST_END_TEST;

GST_START_TEST (bad_external_addresses_are_told_what_is_accepted)
{
  static const char *const bad[] = {
    "",
    "router.example.org",
    "198.51.100.7:5000",
    "198.51.100.7,198.51.100.8",
    "10.0.0.5=",
    "=198.51.100.7",
    "10.0.0.5=198.51.100.7,",
    ",10.0.0.5=198.51.100.7",
    "10.0.0.5=198.51.100.7=198.51.100.8",
    "10.0.0.5=2001:db8::5",
    "0.0.0.0",
    "224.0.0.1",
    "10.0.0.5=0.0.0.0",
    "256.1.1.1",
    "11111111111111111111111111111111111111111111111111111111111111111111111",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    const char *why = ice_config_check_external (bad[i]);

    fail_unless (why != NULL, "\"%s\" passes", bad[i]);
    fail_unless (strstr (why, "accepted: ") != NULL);
  }
}
GST_END_TEST;

static Suite *
config_suite (void)
{
  Suite *suite = suite_create ("ice/config");
  TCase *tcase = tcase_create ("config");

  tcase_add_test (tcase, the_defaults_are_those_of_the_manual);
  tcase_add_test (tcase, causes_have_the_published_names);
  tcase_add_test (tcase, good_external_addresses_pass);
  tcase_add_test (tcase, bad_external_addresses_are_told_what_is_accepted);
  suite_add_tcase (suite, tcase);
  return suite;
}

GST_CHECK_MAIN (config);
