/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The session's door: settings, what passes and what does not, the deadline's
 * contract, and what one session costs. */

#include <malloc.h>

#include "agent.h"

#ifdef __has_feature
#  if __has_feature(address_sanitizer)
#    define __SANITIZE_ADDRESS__ 1
#  endif
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#  define SANITIZED 1
/* Its runtime replaces malloc; gcc ships no header for this one. */
size_t __sanitizer_get_current_allocated_bytes (void);
#endif

/* -- credentials --------------------------------------------------------------- */

/* [ICE-5.3-1]: 48 and 144 bits, all of them from the one source. */
GST_START_TEST (credentials_are_long_and_random)
{
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Agent a;

  agent_init (&a);
  for (unsigned i = 0; i < 20000; i++) {
    const char *ufrag;
    const char *pwd;
    agent_create (&a);
    ufrag = ice_session_local_ufrag (a.session);
    pwd = ice_session_local_pwd (a.session);
    fail_unless_equals_int (strlen (ufrag), 8);
    fail_unless_equals_int (strlen (pwd), 24);
    fail_unless (ice_sdp_is_ufrag (ufrag, false));
    fail_unless (ice_sdp_is_pwd (pwd, false));
    fail_unless (g_hash_table_add (seen, g_strdup (ufrag)));
    fail_unless (g_hash_table_add (seen, g_strdup (pwd)));
    ice_session_free (a.session);
  }
  agent_create (&a);
  agent_clear (&a);
}
GST_END_TEST;

/* [SDP-5.4-2]: what is sent keeps to the grammar, and to 32 characters. */
GST_START_TEST (credentials_may_be_chosen_before_gathering)
{
  g_autofree char *long_ufrag = g_strnfill (33, 'u');
  g_autofree char *pwd = g_strnfill (256, 'p');
  g_autofree char *long_pwd = g_strnfill (257, 'p');
  Agent a;

  agent_init (&a);
  agent_create (&a);
  agent_component (&a, 0, 1);
  fail_unless (ice_session_set_local (a.session, "abcd", pwd));
  fail_unless_equals_string (ice_session_local_ufrag (a.session), "abcd");
  fail_unless_equals_string (ice_session_local_pwd (a.session), pwd);
  fail_if (ice_session_set_local (a.session, "abc", pwd));
  fail_if (ice_session_set_local (a.session, long_ufrag, pwd));
  fail_if (ice_session_set_local (a.session, "ab-d", pwd));
  fail_if (ice_session_set_local (a.session, "abcd", "short"));
  fail_if (ice_session_set_local (a.session, "abcd", long_pwd));
  agent_net (&a, HOME);
  agent_gather (&a);
  fail_if (ice_session_set_local (a.session, "efgh", pwd));
  fail_unless_equals_string (ice_session_local_ufrag (a.session), "abcd");
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (credentials_that_break_the_grammar_are_refused)
{
  IceRemote remote = peer_remote ();
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  remote.ufrag = "a b!";
  fail_unless_equals_int (agent_meet_with (&a, remote), ICE_SET_REFUSED);
  remote.ufrag = PEER_UFRAG;
  remote.pwd = "short";
  fail_unless_equals_int (agent_meet_with (&a, remote), ICE_SET_REFUSED);
  remote.pwd = PEER_PWD;
  fail_unless_equals_int (ice_session_set_remote (a.session, 7, &remote, a.now),
      ICE_SET_REFUSED);
  fail_unless (ice_session_remote_ufrag (a.session, 0) == NULL);
  agent_meet (&a);
  fail_unless_equals_string (ice_session_remote_ufrag (a.session, 0),
      PEER_UFRAG);
  agent_clear (&a);
}
GST_END_TEST;

/* -- streams, roles, description ----------------------------------------------- */

/* [ICE-5.1.1.1-3] [ICE-5.1.2.1-4] */
GST_START_TEST (components_count_from_one_to_256)
{
  Agent a;

  agent_init (&a);
  agent_create (&a);
  fail_if (ice_session_add_component (a.session, 0, 0, a.now));
  fail_if (ice_session_add_component (a.session, 0, 257, a.now));
  fail_if (ice_session_add_component (a.session, ICE_STREAMS_MAX, 1, a.now));
  fail_unless (ice_session_add_component (a.session, 0, 256, a.now));
  fail_unless (ice_session_add_component (a.session, ICE_STREAMS_MAX - 1, 1,
      a.now));
  for (unsigned id = 1; id <= 256; id++)
    agent_route (&a, id);
  agent_clear (&a);
}
GST_END_TEST;

static IceRole
role_with (IceRole ours, bool we_are_lite, bool peer_is_lite)
{
  IceRemote remote = peer_remote ();
  IceRole role;
  Agent a;

  agent_init (&a);
  a.config.role = ours;
  a.config.lite = we_are_lite;
  agent_open (&a, HOME);
  remote.lite = peer_is_lite;
  agent_meet_with (&a, remote);
  role = ice_session_role (a.session);
  agent_clear (&a);
  return role;
}

/* [ICE-6.1.1-1] [ICE-6.1.1-2] [ICE-7.3.2-1] */
GST_START_TEST (who_controls_depends_on_who_began_and_who_is_lite)
{
  for (unsigned i = 0; i < 2; i++) {
    IceRole ours = (IceRole) i;
    fail_unless_equals_int (role_with (ours, false, false), ours);
    fail_unless_equals_int (role_with (ours, false, true), ICE_CONTROLLING);
    fail_unless_equals_int (role_with (ours, true, false), ICE_CONTROLLED);
    fail_unless_equals_int (role_with (ours, true, true), ours);
  }
}
GST_END_TEST;

/* [ICE-10-1] [SDP-4.2-1] [SDP-4.2-2] [SDP-4.3-1] [TRK-3-2] [ICE-14.2-1] */
GST_START_TEST (a_description_says_what_we_are)
{
  for (unsigned lite = 0; lite < 2; lite++) {
    IceSdpFrag *frag;
    g_autofree char *text = NULL;
    Agent a;
    agent_init (&a);
    a.config.lite = lite;
    a.config.ta = 20;
    agent_create (&a);
    agent_component (&a, 0, 1);
    agent_component (&a, 1, 1);
    agent_net (&a, HOME);
    agent_gather (&a);
    frag = ice_session_describe (a.session);
    text = ice_sdp_frag_write (frag);
    fail_unless_equals_string (frag->ufrag,
        ice_session_local_ufrag (a.session));
    fail_unless_equals_string (frag->pwd, ice_session_local_pwd (a.session));
    fail_unless (frag->ice2 && frag->trickle);
    fail_unless (frag->lite == lite);
    fail_unless_equals_int (frag->pacing, lite ? 0 : 20);
    fail_unless_equals_int (frag->media->len, 2);
    /* Once, for all streams. */
    fail_unless (strstr (text, "a=ice-options:") < strstr (text, "m="));
    fail_unless (strstr (text, "a=ice-options:") ==
        g_strrstr (text, "a=ice-options:"));
    ice_sdp_frag_free (frag);
    agent_clear (&a);
  }
}
GST_END_TEST;

static GPtrArray *
described (const Agent *agent)
{
  IceSdpFrag *frag = ice_session_describe (agent->session);
  IceSdpMedia *media = g_ptr_array_index (frag->media, 0);
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < media->candidates->len; i++)
    g_ptr_array_add (lines,
        g_strdup (g_ptr_array_index (media->candidates, i)));
  ice_sdp_frag_free (frag);
  return lines;
}

/* [FRAG-4.4-1]: what was told before, in the same order, and then the news. */
GST_START_TEST (a_description_repeats_and_adds)
{
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;
  Agent a;

  agent_init (&a);
  agent_create (&a);
  agent_component (&a, 0, 1);
  ice_session_add_server (a.session, "198.51.100.1", 3478, a.now);
  agent_net (&a, "192.0.2.1 192.0.2.2");
  agent_gather (&a);
  before = described (&a);
  fail_unless_equals_int (before->len, 2);
  REPLY (&a, agent_take (&a), .mapped = at ("198.51.100.77", 6000));
  after = described (&a);
  fail_unless_equals_int (after->len, 3);
  for (guint i = 0; i < before->len; i++)
    fail_unless_equals_string ((char *) g_ptr_array_index (before, i),
        (char *) g_ptr_array_index (after, i));
  agent_clear (&a);
}
GST_END_TEST;

/* -- datagrams ----------------------------------------------------------------- */

static IceRecv
recv_from (Agent *agent, NetAddr from, const char *text)
{
  return ice_session_recv (agent->session, agent->flows[0].flow, from,
      net_bytes_from_text (text), agent->now);
}

/* [ICE-12.2-1]: whoever has proven that it knows our password, even before we know
 * its own; nobody else. */
GST_START_TEST (payload_passes_from_proven_sources_only)
{
  NetAddr stranger = at ("203.0.113.66", 6);
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  fail_unless_equals_int (recv_from (&a, peer_addr (), "early"),
      ICE_RECV_DROPPED);
  ASK (&a, .pwd = "not the right password at all");
  fail_unless_equals_int (recv_from (&a, peer_addr (), "early"),
      ICE_RECV_DROPPED);
  agent_meet (&a);
  ASK (&a, .from = peer_addr ());
  fail_unless_equals_int (recv_from (&a, peer_addr (), "media"),
      ICE_RECV_PAYLOAD);
  fail_unless_equals_int (recv_from (&a, stranger, "media"), ICE_RECV_DROPPED);
  fail_unless_equals_int (agent_dropped (&a, ICE_DROP_UNVALIDATED), 3);
  agent_clear (&a);
}
GST_END_TEST;

/* A peer behind a NAT that maps anew for each check is still heard from all of
 * the latest addresses, and the one in use is never pushed out. */
GST_START_TEST (proven_sources_are_bounded)
{
  Agent a;

  agent_init (&a);
  agent_be_chosen (&a);
  for (uint16_t i = 0; i < 3 * ICE_ROUTE_SOURCES; i++)
    ASK (&a, .from = at ("203.0.113.5", 5000 + i), .controlling = true);
  fail_unless_equals_int (agent_route (&a, 1).n_sources, ICE_ROUTE_SOURCES);
  fail_unless_equals_int (recv_from (&a, peer_addr (), "media"),
      ICE_RECV_PAYLOAD);
  fail_unless_equals_int (recv_from (&a,
                              at ("203.0.113.5",
                                  5000 + 3 * ICE_ROUTE_SOURCES - 1),
                              "x"),
      ICE_RECV_PAYLOAD);
  fail_unless_equals_int (recv_from (&a, at ("203.0.113.5", 5000), "media"),
      ICE_RECV_DROPPED);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.2.4-1]: without the cookie it is payload, never an old STUN. */
GST_START_TEST (what_is_not_stun_is_never_answered)
{
  uint8_t buf[STUN_MSG_MAX];
  Ask ask = { 0 };
  size_t len;
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  agent_meet (&a);
  len = ask_write (&a, &ask, peer_new_id (), buf);
  buf[4] ^= 1;
  ice_session_recv (a.session, a.flows[0].flow, peer_addr (),
      NET_BYTES (buf, len), a.now);
  buf[4] ^= 1;
  buf[len - 1] ^= 1;
  fail_unless_equals_int (ice_session_recv (a.session, a.flows[0].flow,
                              peer_addr (), NET_BYTES (buf, len), a.now),
      ICE_RECV_DROPPED);
  fail_unless_equals_int (agent_dropped (&a, ICE_DROP_FINGERPRINT), 1);
  buf[1] = 0x03; /* Allocate is for servers */
  fail_unless_equals_int (ice_session_recv (a.session, a.flows[0].flow,
                              peer_addr (), NET_BYTES (buf, len), a.now),
      ICE_RECV_DROPPED);
  fail_unless_equals_int (ice_session_recv (a.session, 4711, peer_addr (),
                              NET_BYTES (buf, len), a.now),
      ICE_RECV_DROPPED);
  agent_drain (&a);
  fail_unless_equals_int (a.answers->len + a.requests->len, 0);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-12.1-1]: any valid pair before the selection, the selected one after. */
GST_START_TEST (media_uses_what_is_valid_and_then_what_is_selected)
{
  const Sent *checks[2];
  Agent a;

  agent_init (&a);
  a.config.role = ICE_CONTROLLED;
  agent_open (&a, HOME);
  agent_meet (&a);
  agent_add_line (&a, 0, "f1 1 udp 900 203.0.113.5 4000 typ host");
  agent_add_line (&a, 0, "f2 1 udp 100 203.0.113.5 4001 typ host");
  checks[0] = agent_take (&a);
  checks[1] = agent_take (&a);
  fail_if (agent_route (&a, 1).usable);
  REPLY_WELL (&a, checks[1]);
  fail_unless_equals_int (agent_route (&a, 1).remote.port, 4001);
  fail_if (agent_route (&a, 1).selected);
  REPLY_WELL (&a, checks[0]);
  fail_unless_equals_int (agent_route (&a, 1).remote.port, 4000);
  ASK (&a, .controlling = true, .use_candidate = true,
      .from = at ("203.0.113.5", 4001));
  fail_unless_equals_int (agent_route (&a, 1).remote.port, 4001);
  fail_unless (agent_route (&a, 1).selected);
  agent_clear (&a);
}
GST_END_TEST;

/* -- time ---------------------------------------------------------------------- */

/* An early tick does nothing, a late one no harm; agent_wait looks after the rest
 * of the contract in every test. */
GST_START_TEST (ticks_may_be_early_or_late)
{
  NetTime deadline;
  const Sent *check;
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  check = agent_take (&a);
  deadline = ice_session_deadline (a.session);
  for (unsigned i = 0; i < 5; i++)
    ice_session_timeout (a.session, a.now);
  agent_drain (&a);
  fail_unless (agent_peek (&a) == NULL);
  fail_unless_equals_uint64 (ice_session_deadline (a.session), deadline);
  a.now += NET_SEC (20); /* the host slept */
  ice_session_timeout (a.session, a.now);
  agent_drain (&a);
  fail_unless (ice_session_deadline (a.session) > a.now);
  fail_unless_equals_int (a.requests->len, 2); /* no burst to catch up */
  REPLY_WELL (&a, check);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_CONNECTED);
  agent_clear (&a);
}
GST_END_TEST;

static void
play (Agent *agent, uint64_t seed)
{
  agent_init (agent);
  agent->random = seed;
  agent_connect (agent);
  agent_wait (agent, NET_SEC (20));
}

static bool
said_the_same (const Agent *a, const Agent *b)
{
  if (a->requests->len != b->requests->len)
    return false;
  for (guint i = 0; i < a->requests->len; i++) {
    const Sent *one = g_ptr_array_index (a->requests, i);
    const Sent *other = g_ptr_array_index (b->requests, i);
    if (one->at != other->at || one->len != other->len ||
        memcmp (one->data, other->data, one->len) != 0)
      return false;
  }
  return true;
}

GST_START_TEST (a_seed_gives_the_same_bytes)
{
  Agent one;
  Agent same;
  Agent other;

  play (&one, 42);
  play (&same, 42);
  play (&other, 43);
  fail_unless (said_the_same (&one, &same));
  fail_if (said_the_same (&one, &other));
  agent_clear (&one);
  agent_clear (&same);
  agent_clear (&other);
}
GST_END_TEST;

/* -- the end ------------------------------------------------------------------- */

/* [ICE-11-4] */
GST_START_TEST (a_closed_session_is_silent_for_ever)
{
  unsigned sent;
  Agent a;

  agent_init (&a);
  agent_connect (&a);
  ice_session_close (a.session, a.now);
  agent_drain (&a);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_CLOSE), 1);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_CLOSED);
  fail_if (agent_route (&a, 1).usable);
  fail_unless (ice_session_deadline (a.session) == NET_NEVER);
  sent = a.requests->len + a.answers->len;
  ASK (&a, .from = peer_addr ());
  fail_unless_equals_int (agent_add (&a, peer_addr ()), ICE_ADD_REFUSED);
  agent_meet_with (&a, peer_remote ());
  agent_net (&a, HOME " 192.0.2.2");
  agent_gather (&a);
  agent_end (&a);
  ice_session_restart (a.session, a.now);
  ice_session_close (a.session, a.now);
  ice_session_timeout (a.session, a.now + NET_SEC (100));
  agent_drain (&a);
  fail_unless_equals_int (a.requests->len + a.answers->len, sent);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_OPEN), 1);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_CLOSED);
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (a_session_may_be_freed_at_any_moment)
{
  for (unsigned i = 0; i < 6; i++) {
    Agent a;
    agent_init (&a);
    agent_create (&a);
    if (i > 0)
      agent_component (&a, 0, 2);
    if (i > 1)
      ice_session_add_server (a.session, "a.example.org", 3478, a.now);
    if (i > 2)
      agent_net (&a, HOME);
    if (i > 3)
      ice_session_gather (a.session, a.now); /* not drained */
    if (i > 4)
      agent_meet (&a);
    agent_clear (&a);
  }
}
GST_END_TEST;

GST_START_TEST (trace_lines_are_bounded)
{
  unsigned n = 0;
  char line[160];
  Agent a;

  agent_init (&a);
  a.config.trace = true;
  agent_open (&a, HOME);
  agent_meet (&a);
  for (uint16_t i = 1; i < 600; i++)
    ASK (&a, .from = at ("203.0.113.5", i));
  while (ice_session_next_trace (a.session, line)) {
    fail_unless (strlen (line) < sizeof line);
    n++;
  }
  fail_unless (n > 0 && n <= 256);
  agent_clear (&a);
}
GST_END_TEST;

/* -- cost ---------------------------------------------------------------------- */

static size_t
allocated (void)
{
#ifdef SANITIZED
  return __sanitizer_get_current_allocated_bytes ();
#else
  return mallinfo2 ().uordblks;
#endif
}

#define COST_MAX (24 * 1024)
#define SESSIONS 50

/* The bytes that one connected session keeps while nothing happens; what the
 * harness remembers is thrown away first. */
GST_START_TEST (an_idle_session_is_small)
{
  static Agent agents[SESSIONS];
  size_t before;
  size_t each;

  for (unsigned i = 0; i < SESSIONS; i++) {
    agent_init (&agents[i]);
    agent_connect (&agents[i]);
    agent_clear (&agents[i]);
  }
  before = allocated ();
  for (unsigned i = 0; i < SESSIONS; i++) {
    agent_init (&agents[i]);
    agent_connect (&agents[i]);
    g_ptr_array_free (agents[i].requests, TRUE);
    g_ptr_array_free (agents[i].answers, TRUE);
    g_array_free (agents[i].told, TRUE);
  }
  each = (allocated () - before) / SESSIONS;
  GST_INFO ("%" G_GSIZE_FORMAT " bytes for each idle session", each);
  fail_unless (each > 0 && each <= COST_MAX, "%" G_GSIZE_FORMAT " bytes", each);
  for (unsigned i = 0; i < SESSIONS; i++)
    ice_session_free (agents[i].session);
}
GST_END_TEST;

static void
add_settings (TCase *tc)
{
  tcase_add_test (tc, credentials_are_long_and_random);
  tcase_add_test (tc, credentials_may_be_chosen_before_gathering);
  tcase_add_test (tc, credentials_that_break_the_grammar_are_refused);
  tcase_add_test (tc, components_count_from_one_to_256);
  tcase_add_test (tc, who_controls_depends_on_who_began_and_who_is_lite);
  tcase_add_test (tc, a_description_says_what_we_are);
  tcase_add_test (tc, a_description_repeats_and_adds);
}

static Suite *
session_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/session");
  TCase *settings = tcase_create ("settings");
  TCase *tc = tcase_create ("door");

  add_settings (settings);
  tcase_add_test (tc, payload_passes_from_proven_sources_only);
  tcase_add_test (tc, proven_sources_are_bounded);
  tcase_add_test (tc, what_is_not_stun_is_never_answered);
  tcase_add_test (tc, media_uses_what_is_valid_and_then_what_is_selected);
  tcase_add_test (tc, ticks_may_be_early_or_late);
  tcase_add_test (tc, a_seed_gives_the_same_bytes);
  tcase_add_test (tc, a_closed_session_is_silent_for_ever);
  tcase_add_test (tc, a_session_may_be_freed_at_any_moment);
  tcase_add_test (tc, trace_lines_are_bounded);
  tcase_add_test (tc, an_idle_session_is_small);
  suite_add_tcase (suite, settings);
  suite_add_tcase (suite, tc);
  return suite;
}

GST_CHECK_MAIN (session)
