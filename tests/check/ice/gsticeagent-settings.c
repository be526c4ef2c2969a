/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each bad setting is refused at the start, by an error that names the property,
 * quotes the value and says what is accepted; each good one is kept. */

#include "side.h"

typedef struct
{
  const gchar *property;
  const gchar *value;
  const gchar *accepted;
} Setting;

static const Setting bad[] = {
  { "stun-server", "stun.example.org", "accepted: stun:host" },
  { "stun-server", "turn:host", "not supported yet" },
  { "ice-servers", "stun:a,stun:b:99999", "port of 1..65535" },
  { "ice-servers", "@/nowhere/at/all", "/nowhere/at/all" },
  { "interfaces", "eth0,,lo", "accepted" },
  { "bind-address", "localhost", "accepted: one IPv4 or IPv6 address" },
  { "bind-address", "0.0.0.0", "accepted" },
  { "port-range", "50100-50000", "accepted: one port" },
  { "port-range", "0", "1..65535" },
  { "port-range", "1-2-3", "accepted" },
  { "port-range", "5000-", "accepted" },
  { "external-address", "host.example", "accepted: one IP address" },
  { "local-ufrag", "abc", "4 to 32" },
  { "remote-ufrag", "ab cd", "4 to 256" },
  { "signalling", "carrierpigeon:coop", "" },
};

static const Setting good[] = {
  { "stun-server", "stun://127.0.0.1:1", NULL },
  { "ice-servers", "stun:127.0.0.1,stun:[::1]:7", NULL },
  { "interfaces", "lo,eth*,!docker*", NULL },
  { "bind-address", "127.0.0.1", NULL },
  { "port-range", "50000-50100", NULL },
  { "port-range", "50000", NULL },
  { "external-address", "198.51.100.7", NULL },
  { "external-address", "127.0.0.1=198.51.100.7", NULL },
  { "local-ufrag", "abcd", NULL },
  { "local-pwd", "0123456789012345678901", NULL },
  { "remote-ufrag", "ab-_", NULL },
};

GST_START_TEST (a_bad_setting_is_named_and_quoted)
{
  const Setting *setting = &bad[__i__];
  g_autofree gchar *quoted =
      g_strdup_printf ("%s=\"%s\": ", setting->property, setting->value);
  g_autoptr (GError) checked = NULL;
  g_autoptr (GError) error = NULL;
  Side side;

  side_init (&side, GST_ICE_ROLE_AUTO);
  g_object_set (side.agent, setting->property, setting->value, NULL);
  fail_if (gst_ice_agent_check_settings (side.agent, &checked));
  fail_if (gst_ice_agent_start (side.agent, side.poster, TRUE, &error));
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS));
  fail_unless_equals_string (checked->message, error->message);
  fail_unless (g_str_has_prefix (error->message, quoted), "%s", error->message);
  fail_unless (strstr (error->message, setting->accepted) != NULL, "%s",
      error->message);
  side_clear (&side);
}
GST_END_TEST;

GST_START_TEST (a_good_setting_starts_and_reads_back)
{
  const Setting *setting = &good[__i__];
  g_autoptr (GError) error = NULL;
  g_autofree gchar *value = NULL;
  Side side;

  side_init (&side, GST_ICE_ROLE_AUTO);
  g_object_set (side.agent, setting->property, setting->value, NULL);
  fail_unless (gst_ice_agent_check_settings (side.agent, &error), "%s",
      error != NULL ? error->message : "");
  g_object_get (side.agent, setting->property, &value, NULL);
  fail_unless_equals_string (value, setting->value);
  side_clear (&side);
}
GST_END_TEST;

GST_START_TEST (a_bad_password_is_refused_unquoted)
{
  g_autoptr (GError) error = NULL;
  Side side;

  side_init (&side, GST_ICE_ROLE_AUTO);
  g_object_set (side.agent, "local-pwd", "tooshort", NULL);
  fail_if (gst_ice_agent_check_settings (side.agent, &error));
  fail_unless (strstr (error->message, "tooshort") == NULL);
  fail_unless (g_str_has_prefix (error->message, "local-pwd=\"***\""));
  side_clear (&side);
}
GST_END_TEST;

GST_START_TEST (the_family_and_the_address_must_agree)
{
  g_autoptr (GError) error = NULL;
  Side side;

  side_init (&side, GST_ICE_ROLE_AUTO);
  g_object_set (side.agent, "bind-address", "::1", NULL);
  fail_if (gst_ice_agent_check_settings (side.agent, &error));
  fail_unless (strstr (error->message, "ip-family") != NULL);
  side_clear (&side);
}
GST_END_TEST;

GST_START_TEST (empty_text_means_unset)
{
  g_autofree gchar *value = NULL;
  Side side;

  side_init (&side, GST_ICE_ROLE_AUTO);
  g_object_set (side.agent, "stun-server", "", NULL);
  g_object_get (side.agent, "stun-server", &value, NULL);
  fail_unless (value == NULL);
  side_clear (&side);
}
GST_END_TEST;

GST_START_TEST (remote_secrets_do_not_read_back)
{
  g_autofree gchar *pwd = NULL;
  g_autofree gchar *description = NULL;
  Side side;

  side_init (&side, GST_ICE_ROLE_AUTO);
  g_object_set (side.agent, "remote-ufrag", "abcd", "remote-pwd",
      "secretsecretsecretsecret", "remote-description",
      "a=ice-ufrag:abcd\r\na=ice-pwd:secretsecretsecretsecret\r\n", NULL);
  g_object_get (side.agent, "remote-pwd", &pwd, "remote-description",
      &description, NULL);
  fail_unless_equals_string (pwd, "***");
  fail_unless (strstr (description, "secret") == NULL);
  fail_unless (strstr (description, "abcd") != NULL);
  side_clear (&side);
}
GST_END_TEST;

GST_START_TEST (defaults_are_the_documented_ones)
{
  g_autoptr (GstIceAgent) agent = gst_ice_agent_new (NULL);
  guint types, ta, gather, connect, consent, disconnect, interval;
  gint role, nomination, family, on_failure;
  gboolean lite, auto_restart;

  g_object_get (agent, "candidate-types", &types, "ta", &ta, "gather-timeout",
      &gather, "connect-timeout", &connect, "consent-timeout", &consent,
      "disconnect-timeout", &disconnect, "stats-update-interval", &interval,
      "ice-role", &role, "nomination", &nomination, "ip-family", &family,
      "on-failure", &on_failure, "ice-lite", &lite, "auto-restart",
      &auto_restart, NULL);
  fail_unless_equals_int (types, 7);
  fail_unless_equals_int (ta, 50);
  fail_unless_equals_int (gather, 5000);
  fail_unless_equals_int (connect, 30000);
  fail_unless_equals_int (consent, 30000);
  fail_unless_equals_int (disconnect, 5000);
  fail_unless_equals_int (interval, 0);
  fail_unless_equals_int (role, GST_ICE_ROLE_AUTO);
  fail_unless_equals_int (nomination, GST_ICE_NOMINATION_AUTO);
  fail_unless_equals_int (family, GST_ICE_IP_FAMILY_ANY);
  fail_unless_equals_int (on_failure, GST_ICE_ON_FAILURE_ERROR);
  fail_unless (!lite && auto_restart);
}
GST_END_TEST;

static Suite *
gsticeagent_settings_suite (void)
{
  Suite *suite = suite_create ("gsticeagent-settings");
  TCase *tcase = tcase_create ("settings");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, a_bad_setting_is_named_and_quoted, 0,
      G_N_ELEMENTS (bad));
  tcase_add_loop_test (tcase, a_good_setting_starts_and_reads_back, 0,
      G_N_ELEMENTS (good));
  tcase_add_test (tcase, a_bad_password_is_refused_unquoted);
  tcase_add_test (tcase, the_family_and_the_address_must_agree);
  tcase_add_test (tcase, empty_text_means_unset);
  tcase_add_test (tcase, remote_secrets_do_not_read_back);
  tcase_add_test (tcase, defaults_are_the_documented_ones);
  return suite;
}

GST_CHECK_MAIN (gsticeagent_settings);
