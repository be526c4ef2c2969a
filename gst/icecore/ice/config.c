/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The defaults of a session, the words of its verdicts, and the grammar of the
 * one setting that is a text of our own. */

#include "config.h"

#include <glib.h>

#include "span.h"

#define EXTERNAL_ACCEPTED \
  "accepted: one IP address (\"198.51.100.7\"), or a comma list of " \
  "private=public pairs of one family (\"10.0.0.5=198.51.100.7\")"

void
ice_config_init (IceConfig *config)
{
  *config = (IceConfig){
    .role = ICE_CONTROLLING,
    .nomination = ICE_NOMINATION_AUTO,
    .auto_restart = true,
    .ta = 50,
    .allow = ICE_ALLOW_ALL,
    .max_pairs = 100,
    .gather_timeout = NET_MSEC (5000),
    .connect_timeout = NET_MSEC (30000),
    .consent_timeout = NET_MSEC (30000),
    .disconnect_timeout = NET_MSEC (5000),
  };
}

const char *
ice_cause_name (IceCause cause)
{
  switch (cause) {
    case ICE_CAUSE_NONE:
      return "none";
    case ICE_CAUSE_NO_REMOTE_CANDIDATES:
      return "no-remote-candidates";
    case ICE_CAUSE_NO_LOCAL_CANDIDATES:
      return "no-local-candidates";
    case ICE_CAUSE_STUN_UNREACHABLE:
      return "stun-unreachable";
    case ICE_CAUSE_CHECKS_TIMEOUT:
      return "checks-timeout";
    case ICE_CAUSE_FAMILY_MISMATCH:
      return "family-mismatch";
    case ICE_CAUSE_BAD_CREDENTIALS:
      return "bad-credentials";
    case ICE_CAUSE_CONSENT_EXPIRED:
      return "consent-expired";
  }
  g_assert_not_reached ();
}

static bool
parse_unicast (IceSpan span, NetAddr *out_addr)
{
  char text[NET_ADDR_TEXT_MAX];
  NetAddr addr;

  if (!ice_span_copy (span, sizeof text, text) ||
      !net_addr_parse (text, &addr) || net_addr_is_any (addr) ||
      net_addr_is_multicast (addr))
    return false;
  *out_addr = addr;
  return true;
}

static bool
is_mapping (IceSpan item)
{
  IceSpan private_text;
  NetAddr private_addr;
  NetAddr public_addr;

  return ice_span_next_part (&item, '=', &private_text) &&
      parse_unicast (private_text, &private_addr) &&
      parse_unicast (item, &public_addr) &&
      private_addr.family == public_addr.family;
}

const char *
ice_config_check_external (const char *external_address)
{
  g_auto (GStrv) items = NULL;
  NetAddr addr;
  unsigned i;

  if (external_address == NULL ||
      parse_unicast (ice_span_new (external_address), &addr))
    return NULL;
  items = g_strsplit (external_address, ",", -1);
  for (i = 0; items[i] != NULL; i++) {
    if (!is_mapping (ice_span_new (items[i])))
      return EXTERNAL_ACCEPTED;
  }
  return i == 0 ? EXTERNAL_ACCEPTED : NULL;
}
