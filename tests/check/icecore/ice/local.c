/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Our own candidates: what is handed out, in what order, and what is not. */

#include "agent.h"

static const Sent *
open_with_servers (Agent *agent, const char *ips, unsigned servers)
{
  agent_create (agent);
  agent_component (agent, 0, 1);
  for (unsigned i = 1; i <= servers; i++) {
    g_autofree char *ip = g_strdup_printf ("198.51.100.%u", i);
    ice_session_add_server (agent->session, ip, 3478, agent->now);
  }
  agent_net (agent, ips);
  agent_gather (agent);
  return servers > 0 ? agent_take (agent) : NULL;
}

/* Handed out so far, ends not counted. */
static unsigned
handed_out (const Agent *agent, IceCandType type)
{
  unsigned n = 0;

  for (guint i = 0; i < agent->told->len; i++) {
    const IceOut *out = &g_array_index (agent->told, IceOut, i);
    n += out->kind == ICE_OUT_CANDIDATE && !out->candidate.end &&
        out->candidate.cand.type == type;
  }
  return n;
}

static const IceCand *
handed_out_last (const Agent *agent)
{
  const IceOut *out = agent_last (agent, ICE_OUT_CANDIDATE);

  fail_unless (out != NULL && !out->candidate.end);
  return &out->candidate.cand;
}

static void
filter_local (Agent *agent, bool accepted)
{
  for (guint i = 0; i < agent->told->len; i++) {
    const IceOut *out = &g_array_index (agent->told, IceOut, i);
    if (out->kind == ICE_OUT_FILTER && !out->filter.remote)
      ice_session_filtered (agent->session, out->filter.op, accepted,
          agent->now);
  }
  agent_drain (agent);
}

static void
filter_last (Agent *agent, bool accepted)
{
  ice_session_filtered (agent->session,
      agent_last (agent, ICE_OUT_FILTER)->filter.op, accepted, agent->now);
  agent_drain (agent);
}

/* -- order --------------------------------------------------------------------- */

/* [TRK-10-1]: nobody hears of a pair before the peer can know the candidate. */
GST_START_TEST (a_candidate_is_handed_out_before_it_is_used)
{
  bool handed = false;
  bool checked = false;
  IceOut out;
  Agent a;

  agent_init (&a);
  a.mute_opens = true;
  open_with_servers (&a, HOME, 0);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  ice_session_flow_opened (a.session, agent_last (&a, ICE_OUT_OPEN)->open.flow,
      at (HOME, 5000), a.now);
  while (ice_session_next (a.session, &out)) {
    handed |= out.kind == ICE_OUT_CANDIDATE && !out.candidate.end;
    checked |= out.kind == ICE_OUT_SEND;
    fail_if (checked && !handed);
  }
  fail_unless (checked);
  agent_clear (&a);
}
GST_END_TEST;

/* [TRK-17-1]: RTP before RTCP, on each address. */
GST_START_TEST (lower_components_go_first)
{
  unsigned last = 0;
  Agent a;

  agent_init (&a);
  agent_create (&a);
  agent_component (&a, 0, 2);
  agent_net (&a, "192.0.2.1 192.0.2.2");
  agent_gather (&a);
  for (guint i = 0; i < a.told->len; i++) {
    const IceOut *out = &g_array_index (a.told, IceOut, i);
    if (out->kind != ICE_OUT_CANDIDATE || out->candidate.end)
      continue;
    fail_unless (out->candidate.cand.component >= last);
    last = out->candidate.cand.component;
  }
  fail_unless_equals_int (last, 2);
  agent_clear (&a);
}
GST_END_TEST;

/* [TRK-13-1] [TRK-16-1]: last, once for each stream, and in the description. */
GST_START_TEST (the_end_is_told_once_for_each_stream)
{
  unsigned ends = 0;
  IceSdpFrag *frag;
  Agent a;

  agent_init (&a);
  agent_create (&a);
  agent_component (&a, 0, 1);
  agent_component (&a, 1, 1);
  agent_net (&a, HOME);
  agent_gather (&a);
  for (guint i = 0; i < a.told->len; i++) {
    const IceOut *out = &g_array_index (a.told, IceOut, i);
    if (out->kind != ICE_OUT_CANDIDATE)
      continue;
    fail_unless (out->candidate.end || ends == 0);
    if (out->candidate.end)
      fail_unless_equals_int (out->candidate.stream, ends++);
  }
  fail_unless_equals_int (ends, 2);
  frag = ice_session_describe (a.session);
  for (guint i = 0; i < frag->media->len; i++)
    fail_unless (((IceSdpMedia *) g_ptr_array_index (frag->media, i))
                     ->end_of_candidates);
  ice_sdp_frag_free (frag);
  agent_clear (&a);
}
GST_END_TEST;

/* [TRK-13-2]: an answer that comes after we said that there is no more. */
GST_START_TEST (nothing_follows_the_end)
{
  const Sent *request;
  Agent a;

  agent_init (&a);
  request = open_with_servers (&a, HOME, 1);
  agent_wait (&a, a.config.gather_timeout);
  fail_unless (agent_last (&a, ICE_OUT_CANDIDATE)->candidate.end);
  REPLY (&a, request, .mapped = at ("198.51.100.77", 6000));
  fail_unless_equals_int (handed_out (&a, ICE_CAND_SRFLX), 0);
  fail_unless (agent_last (&a, ICE_OUT_CANDIDATE)->candidate.end);
  agent_clear (&a);

  /* A mapping that turns out to have moved is not told either. */
  agent_init (&a);
  request = open_with_servers (&a, HOME, 1);
  REPLY (&a, request, .mapped = at ("198.51.100.77", 6000));
  agent_wait (&a, NET_SEC (16));
  REPLY (&a, agent_take (&a), .mapped = at ("198.51.100.77", 6001));
  fail_unless_equals_int (handed_out (&a, ICE_CAND_SRFLX), 1);
  agent_clear (&a);
}
GST_END_TEST;

/* -- redundancy ---------------------------------------------------------------- */

/* [ICE-5.1.3-1] [TRK-9-1] */
GST_START_TEST (an_address_with_the_same_base_is_told_once)
{
  const Sent *requests[2];
  NetAddr mapped = at ("198.51.100.77", 6000);
  Agent a;

  agent_init (&a);
  REPLY_WELL (&a, open_with_servers (&a, HOME, 1)); /* no NAT at all */
  fail_unless_equals_int (handed_out (&a, ICE_CAND_SRFLX), 0);
  agent_clear (&a);

  agent_init (&a);
  requests[0] = open_with_servers (&a, HOME, 2);
  requests[1] = agent_take (&a);
  REPLY (&a, requests[0], .mapped = mapped);
  REPLY (&a, requests[1], .mapped = mapped);
  fail_unless_equals_int (handed_out (&a, ICE_CAND_SRFLX), 1);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-5.1.3-1]: another base is another candidate. */
GST_START_TEST (an_address_with_another_base_is_told_too)
{
  const Sent *requests[2];
  NetAddr mapped = at ("198.51.100.77", 6000);
  Agent a;

  agent_init (&a);
  requests[0] = open_with_servers (&a, "192.0.2.1 192.0.2.2", 1);
  requests[1] = agent_take (&a);
  REPLY (&a, requests[0], .mapped = mapped);
  REPLY (&a, requests[1], .mapped = mapped);
  fail_unless_equals_int (handed_out (&a, ICE_CAND_SRFLX), 2);
  agent_clear (&a);
}
GST_END_TEST;

/* -- values -------------------------------------------------------------------- */

/* [ICE-5.1.2-1] [ICE-5.1.2.1-3] [ICE-5.1.2.1-1]: a host that has all the addresses
 * it may use, two components, two servers. */
GST_START_TEST (priorities_are_unique_in_the_stream)
{
  g_autoptr (GString) ips = g_string_new (NULL);
  const GPtrArray *locals;
  const Sent *request;
  Agent a;

  for (unsigned i = 1; i <= ICE_IFACE_SELECT_MAX; i++)
    g_string_append_printf (ips, "%s192.0.2.%u", i == 1 ? "" : " ", i);
  agent_init (&a);
  a.config.gather_timeout = NET_SEC (60);
  request = open_with_servers (&a, ips->str, 2);
  agent_component (&a, 0, 2);
  do
    REPLY (&a, request,
        .mapped = at ("198.51.100.77",
            (uint16_t) (request->from.port + 100 * request->to.ip[3])));
  while (ice_session_gathering (a.session) != ICE_GATHERING_COMPLETE &&
      (request = agent_take (&a)) != NULL);
  locals = ice_stream_get (a.session, 0)->locals;
  fail_unless_equals_int (locals->len, 2 * 3 * ICE_IFACE_SELECT_MAX);
  for (guint i = 0; i < locals->len; i++) {
    const IceLocal *one = g_ptr_array_index (locals, i);
    fail_unless (one->cand.priority >= 1 && one->cand.priority <= INT32_MAX);
    for (guint j = 0; j < i; j++) {
      const IceLocal *other = g_ptr_array_index (locals, j);
      fail_if (one->cand.priority == other->cand.priority);
    }
  }
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (the_only_address_has_the_highest_preference)
{
  Agent a;

  agent_init (&a);
  a.mute_opens = true;
  open_with_servers (&a, HOME, 0);
  ice_session_flow_opened (a.session, agent_last (&a, ICE_OUT_OPEN)->open.flow,
      at (HOME, 5000), a.now);
  agent_drain (&a);
  fail_unless_equals_int (ice_local_find (ice_stream_get (a.session, 0), 1,
                              at (HOME, 5000))
                              ->cand.priority,
      2130706431);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-5.1.1.3-1] */
GST_START_TEST (a_foundation_is_shared_where_the_path_is_likely_the_same)
{
  const Sent *requests[2];
  const GPtrArray *locals;
  const IceLocal *cands[5];
  Agent a;

  agent_init (&a);
  agent_create (&a);
  agent_component (&a, 0, 2);
  ice_session_add_server (a.session, "198.51.100.1", 3478, a.now);
  agent_net (&a, HOME);
  agent_gather (&a);
  requests[0] = agent_take (&a);
  requests[1] = agent_take (&a);
  for (unsigned i = 0; i < 2; i++)
    REPLY (&a, requests[i],
        .mapped = at ("198.51.100.77", (uint16_t) (6000 + i)));
  locals = ice_stream_get (a.session, 0)->locals;
  fail_unless_equals_int (locals->len, 4);
  for (guint i = 0; i < 4; i++)
    cands[i] = g_ptr_array_index (locals, i);
  for (guint i = 0; i < 4; i++) {
    for (guint j = 0; j < 4; j++)
      fail_unless ((strcmp (cands[i]->cand.foundation,
                        cands[j]->cand.foundation) == 0) ==
          (cands[i]->cand.type == cands[j]->cand.type));
  }
  agent_clear (&a);
}
GST_END_TEST;

/* -- the user's wishes --------------------------------------------------------- */

/* [SDP-5.1-5]: the private address stays at home, as a related one too. */
GST_START_TEST (a_host_that_is_not_shown_is_still_the_base)
{
  Agent a;

  agent_init (&a);
  a.config.allow = ICE_ALLOW_SRFLX | ICE_ALLOW_PRFLX;
  REPLY (&a, open_with_servers (&a, HOME, 1),
      .mapped = at ("198.51.100.77", 6000));
  fail_unless_equals_int (handed_out (&a, ICE_CAND_HOST), 0);
  fail_unless_equals_int (handed_out (&a, ICE_CAND_SRFLX), 1);
  for (guint i = 0; i < a.told->len; i++) {
    const IceOut *out = &g_array_index (a.told, IceOut, i);
    if (out->kind != ICE_OUT_CANDIDATE || out->candidate.end)
      continue;
    fail_unless (net_addr_is_any (out->candidate.cand.related));
    fail_unless_equals_int (out->candidate.cand.related.port, 9);
  }
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  fail_unless (net_addr_equal (agent_take (&a)->from, a.flows[0].addr));
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (the_filter_decides_what_is_handed_out)
{
  Agent a;

  agent_init (&a);
  a.config.filter = true;
  open_with_servers (&a, HOME, 0);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  fail_unless_equals_int (handed_out (&a, ICE_CAND_HOST), 0);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  fail_unless_equals_int (ice_session_gathering (a.session),
      ICE_GATHERING_GATHERING);
  filter_last (&a, true); /* the peer's, which came later */
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  filter_local (&a, true);
  fail_unless_equals_int (handed_out (&a, ICE_CAND_HOST), 1);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (a_refused_host_takes_its_socket_along)
{
  Agent a;

  agent_init (&a);
  a.config.filter = true;
  open_with_servers (&a, HOME, 0);
  filter_last (&a, false);
  fail_unless_equals_int (agent_last (&a, ICE_OUT_CLOSE)->close,
      a.flows[0].flow);
  fail_unless_equals_int (handed_out (&a, ICE_CAND_HOST), 0);
  fail_unless_equals_int (ice_session_gathering (a.session),
      ICE_GATHERING_COMPLETE);
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (a_refused_reflexive_one_is_merely_not_told)
{
  const Sent *request;
  Agent a;

  agent_init (&a);
  a.config.filter = true;
  open_with_servers (&a, HOME, 0);
  ice_session_add_server (a.session, "198.51.100.1", 3478, a.now);
  agent_drain (&a);
  filter_last (&a, true);
  fail_unless_equals_int (handed_out_last (&a)->type, ICE_CAND_HOST);
  request = agent_take (&a);
  REPLY (&a, request, .mapped = at ("198.51.100.77", 6000));
  filter_last (&a, false);
  fail_unless_equals_int (handed_out (&a, ICE_CAND_SRFLX), 0);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_CLOSE), 0);
  fail_unless_equals_int (ice_session_gathering (a.session),
      ICE_GATHERING_COMPLETE);
  agent_clear (&a);
}
GST_END_TEST;

static Suite *
local_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/local");
  TCase *tc = tcase_create ("local");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, a_candidate_is_handed_out_before_it_is_used);
  tcase_add_test (tc, lower_components_go_first);
  tcase_add_test (tc, the_end_is_told_once_for_each_stream);
  tcase_add_test (tc, nothing_follows_the_end);
  tcase_add_test (tc, an_address_with_the_same_base_is_told_once);
  tcase_add_test (tc, an_address_with_another_base_is_told_too);
  tcase_add_test (tc, priorities_are_unique_in_the_stream);
  tcase_add_test (tc, the_only_address_has_the_highest_preference);
  tcase_add_test (tc, a_foundation_is_shared_where_the_path_is_likely_the_same);
  tcase_add_test (tc, a_host_that_is_not_shown_is_still_the_base);
  tcase_add_test (tc, the_filter_decides_what_is_handed_out);
  tcase_add_test (tc, a_refused_host_takes_its_socket_along);
  tcase_add_test (tc, a_refused_reflexive_one_is_merely_not_told);
  return suite;
}

GST_CHECK_MAIN (local)
