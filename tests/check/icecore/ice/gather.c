/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Gathering: sockets, servers good and bad, and when it is over. */

#include <errno.h>

#include "agent.h"

static NetAddr
server_addr (void)
{
  return at ("198.51.100.1", 3478);
}

static NetAddr
mapped_addr (void)
{
  return at ("198.51.100.77", 6000);
}

static void
create (Agent *agent)
{
  agent_init (agent);
  agent_create (agent);
  agent_component (agent, 0, 1);
}

static const Sent *
ask_server (Agent *agent)
{
  create (agent);
  ice_session_add_server (agent->session, "198.51.100.1", 3478, agent->now);
  agent_net (agent, HOME);
  agent_gather (agent);
  return agent_take (agent);
}

static const IceCand *
srflx_of (const Agent *agent)
{
  for (guint i = 0; i < agent->told->len; i++) {
    const IceOut *out = &g_array_index (agent->told, IceOut, i);
    if (out->kind == ICE_OUT_CANDIDATE && !out->candidate.end &&
        out->candidate.cand.type == ICE_CAND_SRFLX)
      return &out->candidate.cand;
  }
  return NULL;
}

static bool
is_complete (const Agent *agent)
{
  return ice_session_gathering (agent->session) == ICE_GATHERING_COMPLETE;
}

/* -- sockets ------------------------------------------------------------------- */

/* [ICE-5.1.1.1-1] [ICE-5.1.1.1-2]: RTCP is a component of its own where the
 * application wants two. */
GST_START_TEST (each_address_and_component_has_a_socket)
{
  Agent a;

  agent_init (&a);
  a.config.port_min = 5000;
  a.config.port_max = 5100;
  agent_create (&a);
  agent_component (&a, 0, 2);
  agent_net (&a, "192.0.2.1 192.0.2.2 2001:db8::1");
  fail_unless_equals_int (agent_count (&a, ICE_OUT_OPEN), 0);
  agent_gather (&a);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_OPEN), 6);
  fail_unless_equals_int (agent_last (&a, ICE_OUT_OPEN)->open.port_min, 5000);
  fail_unless_equals_int (agent_last (&a, ICE_OUT_OPEN)->open.port_max, 5100);
  fail_unless_equals_int (agent_last (&a, ICE_OUT_OPEN)->open.local.port, 0);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_CANDIDATE), 7);
  for (unsigned i = 0; i < 6; i++)
    fail_if (net_addr_is_any (a.flows[i].addr));
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (a_socket_that_cannot_be_opened_is_gone_without)
{
  uint32_t flow;
  Agent a;

  create (&a);
  a.mute_opens = true;
  agent_net (&a, "192.0.2.1 192.0.2.2");
  agent_gather (&a);
  flow = agent_last (&a, ICE_OUT_OPEN)->open.flow;
  ice_session_flow_closed (a.session, flow, EADDRNOTAVAIL, a.now);
  agent_drain (&a);
  fail_if (is_complete (&a));
  ice_session_flow_opened (a.session, flow - 1, at ("192.0.2.1", 7), a.now);
  agent_drain (&a);
  fail_unless (is_complete (&a));
  fail_unless_equals_int (agent_count (&a, ICE_OUT_CANDIDATE), 2);
  agent_clear (&a);
}
GST_END_TEST;

/* A host without any address waits for its interfaces to be known, no longer. */
GST_START_TEST (gathering_without_addresses_ends)
{
  Agent a;

  create (&a);
  agent_gather (&a);
  fail_if (is_complete (&a));
  agent_net (&a, "");
  fail_unless (is_complete (&a));
  fail_unless (agent_last (&a, ICE_OUT_CANDIDATE)->candidate.end);
  agent_clear (&a);
}
GST_END_TEST;

/* -- servers ------------------------------------------------------------------- */

/* [ICE-5.1.1.2-1] [ICE-5.1.1.2-9] */
GST_START_TEST (a_server_gives_a_reflexive_candidate)
{
  const Sent *request;
  const IceCand *cand;
  const IceOut *told;
  Agent a;

  request = ask_server (&a);
  fail_if (is_complete (&a));
  agent_wait (&a, NET_MSEC (30));
  REPLY (&a, request, .mapped = mapped_addr (), .not_signed = true);
  cand = srflx_of (&a);
  fail_unless (cand != NULL);
  fail_unless (net_addr_equal (cand->addr, mapped_addr ()));
  fail_unless (net_addr_equal (cand->related, request->from));
  fail_unless (net_addr_equal (ice_local_find (ice_stream_get (a.session, 0), 1,
                                   cand->addr)
                                   ->base,
      request->from));
  told = agent_last (&a, ICE_OUT_SERVER);
  fail_unless (told->server.ok);
  fail_unless (net_addr_equal (told->server.addr, server_addr ()));
  fail_unless_equals_uint64 (told->server.rtt, NET_MSEC (30));
  fail_unless (is_complete (&a));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-5.1.1.2-5]: with the attributes that only such servers send. */
GST_START_TEST (an_old_server_gives_one_too)
{
  Agent a;

  REPLY (&a, ask_server (&a), .mapped = mapped_addr (), .not_signed = true,
      .old_server = true);
  fail_unless (srflx_of (&a) != NULL);
  fail_unless (net_addr_equal (srflx_of (&a)->addr, mapped_addr ()));
  agent_clear (&a);
}
GST_END_TEST;

/* [STUN-6.3.3-2]: IPv6 seen over IPv4 is of no use here, and no error. */
GST_START_TEST (an_address_of_another_family_is_not_offered)
{
  Agent a;

  REPLY (&a, ask_server (&a), .mapped = at ("2001:db8:7::7", 6000),
      .not_signed = true);
  fail_unless (srflx_of (&a) == NULL);
  fail_unless (agent_last (&a, ICE_OUT_SERVER)->server.ok);
  fail_unless (is_complete (&a));
  agent_clear (&a);
}
GST_END_TEST;

static void
expect_failure (const Reply *reply, unsigned code)
{
  const IceOut *told;
  Agent a;

  peer_reply (&a, ask_server (&a), reply);
  told = agent_last (&a, ICE_OUT_SERVER);
  fail_unless (told != NULL && !told->server.ok);
  fail_unless_equals_int (told->server.code, code);
  fail_unless (told->server.text[0] != '\0');
  fail_unless (srflx_of (&a) == NULL);
  fail_unless (is_complete (&a));
  agent_skip (&a);
  agent_wait (&a, NET_SEC (5));
  fail_unless (agent_peek (&a) == NULL);
  agent_clear (&a);
}

/* [ICE-5.1.1.2-4] [STUN-6.3.3-1] [STUN-6.3.4-1] [STUN-6.3.4-2] */
GST_START_TEST (an_answer_that_is_no_use_ends_the_request)
{
  expect_failure (&(Reply){ .not_signed = true, .code = 300 }, 300);
  expect_failure (&(Reply){ .not_signed = true, .code = 400 }, 400);
  expect_failure (&(Reply){ .not_signed = true, .code = 401 }, 401);
  expect_failure (&(Reply){ .not_signed = true, .code = 420 }, 420);
  expect_failure (&(Reply){ .not_signed = true, .no_code = true }, 0);
  expect_failure (&(Reply){ .not_signed = true, .no_mapped = true }, 0);
  expect_failure (&(Reply){ .not_signed = true, .extra = 0x7fff }, 0);
  /* No server error to wait out: it cannot be understood whole. */
  expect_failure (&(Reply){ .not_signed = true, .code = 500, .extra = 0x7fff },
      500);
}
GST_END_TEST;

/* [STUN-6.3.4-2] */
GST_START_TEST (a_server_in_trouble_is_asked_four_times_more)
{
  unsigned asked = 1;
  Agent a;

  REPLY (&a, ask_server (&a), .not_signed = true, .code = 500);
  for (; !is_complete (&a); asked++) {
    const Sent *again = agent_take (&a);
    fail_if (stun_txn_id_equal (again->msg.id,
        ((Sent *) g_ptr_array_index (a.requests, 0))->msg.id));
    REPLY (&a, again, .not_signed = true, .code = 500);
  }
  fail_unless_equals_int (asked, 5);
  fail_unless_equals_int (agent_last (&a, ICE_OUT_SERVER)->server.code, 500);
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (an_answer_must_come_from_the_server)
{
  const Sent *request;
  Agent a;

  request = ask_server (&a);
  fail_unless_equals_int (REPLY (&a, request, .mapped = mapped_addr (),
                              .from = at ("198.51.100.2", 3478)),
      ICE_RECV_DROPPED);
  fail_unless (srflx_of (&a) == NULL);
  REPLY (&a, request, .mapped = mapped_addr (), .not_signed = true);
  fail_unless (srflx_of (&a) != NULL);
  agent_clear (&a);
}
GST_END_TEST;

/* [STUN-6.2.1-3] */
GST_START_TEST (an_unreachable_server_is_given_up_at_once)
{
  const Sent *request;
  Agent a;

  request = ask_server (&a);
  ice_session_path_failed (a.session, request->flow, server_addr (),
      ECONNREFUSED, a.now);
  agent_drain (&a);
  fail_unless (is_complete (&a));
  fail_if (agent_last (&a, ICE_OUT_SERVER)->server.ok);
  agent_clear (&a);

  request = ask_server (&a);
  ice_session_send_failed (a.session, request->token, ENETUNREACH, a.now);
  agent_drain (&a);
  fail_unless (is_complete (&a));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-5.1.1.2-3]: hosts are there at once, one server is enough, and the dead one
 * holds the end up until the gather-timeout. */
GST_START_TEST (a_dead_server_delays_nothing_but_the_end)
{
  const Sent *requests[2];
  Agent a;

  create (&a);
  ice_session_add_server (a.session, "198.51.100.1", 3478, a.now);
  ice_session_add_server (a.session, "198.51.100.2", 3478, a.now);
  agent_net (&a, HOME);
  agent_gather (&a);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_CANDIDATE), 1);
  requests[0] = agent_take (&a);
  requests[1] = agent_take (&a);
  fail_if (net_addr_equal (requests[0]->to, requests[1]->to));
  REPLY (&a, requests[1], .mapped = mapped_addr (), .not_signed = true);
  fail_unless (srflx_of (&a) != NULL);
  fail_if (is_complete (&a));
  agent_wait (&a, a.config.gather_timeout);
  fail_unless (is_complete (&a));
  fail_if (agent_last (&a, ICE_OUT_SERVER)->server.ok);
  fail_unless (net_addr_equal (agent_last (&a, ICE_OUT_SERVER)->server.addr,
      requests[0]->to));
  fail_unless (agent_last (&a, ICE_OUT_CANDIDATE)->candidate.end);
  agent_clear (&a);
}
GST_END_TEST;

/* Interfaces settle while we gather: addresses leave "tentative", links come up. */
GST_START_TEST (restless_interfaces_do_not_put_the_end_off)
{
  NetTime step;
  Agent a;

  create (&a);
  step = a.config.gather_timeout / 5;
  ice_session_add_server (a.session, "198.51.100.1", 3478, a.now);
  agent_net (&a, HOME);
  agent_gather (&a);
  for (unsigned i = 0; i < 4; i++) {
    agent_wait (&a, step);
    agent_net (&a, HOME);
    fail_if (is_complete (&a));
  }
  agent_wait (&a, step);
  fail_unless (is_complete (&a));
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (a_server_name_is_looked_up)
{
  NetAddr addrs[2];
  const IceOut *lookup;
  Agent a;

  create (&a);
  ice_session_add_server (a.session, "stun.example.org", 3478, a.now);
  agent_net (&a, HOME);
  agent_gather (&a);
  lookup = agent_last (&a, ICE_OUT_RESOLVE);
  fail_unless_equals_string (lookup->resolve.name, "stun.example.org");
  fail_unless_equals_int (lookup->resolve.port, 3478);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_CANDIDATE), 1);
  addrs[0] = at ("2001:db8:7::7", 3478); /* we have no IPv6 */
  addrs[1] = server_addr ();
  ice_session_resolved (a.session, lookup->resolve.op, addrs, 2, a.now);
  agent_drain (&a);
  fail_unless (net_addr_equal (agent_take (&a)->to, server_addr ()));
  agent_clear (&a);
}
GST_END_TEST;

GST_START_TEST (a_server_name_that_does_not_exist_is_told)
{
  Agent a;

  create (&a);
  ice_session_add_server (a.session, "nowhere.invalid", 3478, a.now);
  agent_net (&a, HOME);
  agent_gather (&a);
  ice_session_resolved (a.session, agent_last (&a, ICE_OUT_RESOLVE)->resolve.op,
      NULL, 0, a.now);
  agent_drain (&a);
  fail_if (agent_last (&a, ICE_OUT_SERVER)->server.ok);
  fail_unless (net_addr_is_none (agent_last (&a, ICE_OUT_SERVER)->server.addr));
  fail_unless (is_complete (&a));
  agent_clear (&a);
}
GST_END_TEST;

/* A resolver that never comes back. */
GST_START_TEST (a_lookup_that_hangs_ends_with_the_gather_timeout)
{
  Agent a;

  create (&a);
  ice_session_add_server (a.session, "slow.example.org", 3478, a.now);
  agent_net (&a, HOME);
  agent_gather (&a);
  agent_wait (&a, a.config.gather_timeout);
  fail_unless (is_complete (&a));
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SERVER), 1);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3.2-1]: lite means hosts only; and the user may want none. */
GST_START_TEST (nobody_is_asked_for_what_is_not_wanted)
{
  for (unsigned lite = 0; lite < 2; lite++) {
    Agent a;
    agent_init (&a);
    a.config.lite = lite;
    a.config.allow = lite ? ICE_ALLOW_ALL : ICE_ALLOW_HOST;
    agent_create (&a);
    agent_component (&a, 0, 1);
    ice_session_add_server (a.session, "198.51.100.1", 3478, a.now);
    agent_net (&a, HOME);
    agent_gather (&a);
    fail_unless (is_complete (&a));
    agent_wait (&a, NET_SEC (1));
    fail_unless (agent_peek (&a) == NULL);
    agent_clear (&a);
  }
}
GST_END_TEST;

/* Loopback reaches loopback only, and the other way round. */
GST_START_TEST (a_server_is_asked_from_where_it_can_be_reached)
{
  const Sent *request;
  Agent a;

  agent_init (&a);
  a.config.ifaces.interfaces = "eth0,eth1,eth2";
  agent_create (&a);
  agent_component (&a, 0, 1);
  ice_session_add_server (a.session, "127.0.0.1", 3478, a.now);
  agent_net (&a, "192.0.2.1 127.0.0.1 2001:db8::1");
  agent_gather (&a);
  request = agent_take (&a);
  fail_unless (net_addr_is_loopback (request->from));
  agent_wait (&a, NET_MSEC (400));
  fail_unless (agent_peek (&a) == NULL);
  agent_clear (&a);
}
GST_END_TEST;

/* A fixed address before a 1:1 NAT is a reflexive candidate that nobody had to
 * ask for. */
GST_START_TEST (an_external_address_is_offered_beside_the_private_one)
{
  const IceCand *cand;
  Agent a;

  agent_init (&a);
  a.config.external_address = "192.0.2.9=198.51.100.8, 192.0.2.1=198.51.100.7";
  agent_open (&a, HOME);
  cand = srflx_of (&a);
  fail_unless (cand != NULL);
  fail_unless (net_addr_equal (cand->addr,
      net_addr_with_port (at ("198.51.100.7", 0), a.flows[0].addr.port)));
  fail_unless (net_addr_equal (cand->related, a.flows[0].addr));
  agent_clear (&a);
}
GST_END_TEST;

/* -- afterwards ---------------------------------------------------------------- */

/* Everything is answered for a minute; returns how often the server was asked. */
static unsigned
answer_for_a_minute (Agent *agent)
{
  unsigned asked = 0;

  for (unsigned i = 0; i < 120; i++) {
    const Sent *request;
    agent_wait (agent, NET_MSEC (500));
    for (; (request = agent_peek (agent)) != NULL; agent->taken++) {
      asked += net_addr_equal (request->to, server_addr ());
      REPLY_WELL (agent, request);
    }
  }
  return asked;
}

/* [ICE-5.1.1.4-1]: an answer may take minutes; after the end nobody needs it. */
GST_START_TEST (mappings_are_kept_until_ice_is_done)
{
  unsigned asked;
  Agent a;

  REPLY (&a, ask_server (&a), .mapped = mapped_addr ());
  asked = answer_for_a_minute (&a);
  fail_unless (asked == 3 || asked == 4, "%u", asked);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SERVER), 1);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  fail_unless_equals_int (answer_for_a_minute (&a), 0);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-5.1.1.4-2] */
GST_START_TEST (a_vanished_address_takes_its_candidates_along)
{
  unsigned before;
  Agent a;

  create (&a);
  agent_net (&a, "192.0.2.1 192.0.2.2");
  agent_gather (&a);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  before = agent_count (&a, ICE_OUT_CLOSE);
  agent_net (&a, "192.0.2.2");
  fail_unless_equals_int (agent_count (&a, ICE_OUT_CLOSE), before + 1);
  fail_unless_equals_int (agent_last (&a, ICE_OUT_CLOSE)->close,
      a.flows[0].flow);
  fail_unless_equals_int (ice_stream_get (a.session, 0)->locals->len, 1);
  for (unsigned i = 0; i < ice_session_n_pairs (a.session); i++)
    fail_unless (agent_pair (&a, i).state == ICE_PAIR_FAILED ||
        net_addr_equal (agent_pair (&a, i).local.addr, a.flows[1].addr));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-5.1.1.4-2] */
GST_START_TEST (a_new_address_is_gathered_while_gathering)
{
  Agent a;

  ask_server (&a);
  agent_net (&a, HOME " 192.0.2.2");
  fail_unless_equals_int (agent_count (&a, ICE_OUT_OPEN), 2);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_CANDIDATE), 2);
  agent_clear (&a);
}
GST_END_TEST;

static void
add_servers (TCase *tc)
{
  tcase_add_test (tc, a_server_gives_a_reflexive_candidate);
  tcase_add_test (tc, an_old_server_gives_one_too);
  tcase_add_test (tc, an_address_of_another_family_is_not_offered);
  tcase_add_test (tc, an_answer_that_is_no_use_ends_the_request);
  tcase_add_test (tc, a_server_in_trouble_is_asked_four_times_more);
  tcase_add_test (tc, an_answer_must_come_from_the_server);
  tcase_add_test (tc, an_unreachable_server_is_given_up_at_once);
  tcase_add_test (tc, a_dead_server_delays_nothing_but_the_end);
  tcase_add_test (tc, restless_interfaces_do_not_put_the_end_off);
  tcase_add_test (tc, a_server_name_is_looked_up);
  tcase_add_test (tc, a_server_name_that_does_not_exist_is_told);
  tcase_add_test (tc, a_lookup_that_hangs_ends_with_the_gather_timeout);
  tcase_add_test (tc, nobody_is_asked_for_what_is_not_wanted);
  tcase_add_test (tc, a_server_is_asked_from_where_it_can_be_reached);
}

static Suite *
gather_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/gather");
  TCase *servers = tcase_create ("servers");
  TCase *tc = tcase_create ("sockets");

  add_servers (servers);
  tcase_add_test (tc, each_address_and_component_has_a_socket);
  tcase_add_test (tc, a_socket_that_cannot_be_opened_is_gone_without);
  tcase_add_test (tc, gathering_without_addresses_ends);
  tcase_add_test (tc, an_external_address_is_offered_beside_the_private_one);
  tcase_add_test (tc, mappings_are_kept_until_ice_is_done);
  tcase_add_test (tc, a_vanished_address_takes_its_candidates_along);
  tcase_add_test (tc, a_new_address_is_gathered_while_gathering);
  suite_add_tcase (suite, servers);
  suite_add_tcase (suite, tc);
  return suite;
}

GST_CHECK_MAIN (gather)
