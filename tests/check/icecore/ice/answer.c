/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the peer's requests are answered, and what they set in motion. */

#include "agent.h"

#define TOP (1ull << 63)

static IcePair *
pair_at (const Agent *agent, unsigned index)
{
  return g_ptr_array_index (ice_stream_get (agent->session, 0)->checklist.pairs,
      index);
}

static void
open_met (Agent *agent, IceRole role)
{
  agent_init (agent);
  agent->config.role = role;
  agent_open (agent, HOME);
  agent_meet (agent);
}

/* Forgets what was sent so far, and says how many requests follow from here. */
static unsigned
requests_after (Agent *agent, NetTime span)
{
  agent_skip (agent);
  agent_wait (agent, span);
  return agent->requests->len - agent->taken;
}

/* -- roles --------------------------------------------------------------------- */

typedef struct
{
  IceRole role; /* of both sides */
  uint64_t ours;
  uint64_t theirs;
  bool keeps;
} Conflict;

static void
expect_conflict (const Conflict *conflict)
{
  bool controlling = conflict->role == ICE_CONTROLLING;
  unsigned code = conflict->keeps ? STUN_CODE_ROLE_CONFLICT : 0;
  Agent a;

  open_met (&a, conflict->role);
  a.session->tie_breaker = conflict->ours;
  fail_unless_equals_int (ASK_CODE (&a, .controlling = controlling,
                              .tie_breaker = conflict->theirs),
      code);
  fail_unless ((ice_session_role (a.session) == conflict->role) ==
      conflict->keeps);
  fail_unless_equals_uint64 (a.session->tie_breaker, conflict->ours);
  agent_clear (&a);
}

/* [ICE-7.3.1.1-1] [ICE-7.3.1.1-2] [ICE-7.3.1.1-3]: mirror images, unsigned, and
 * zero is a value. */
GST_START_TEST (a_role_conflict_is_settled_by_the_tie_breakers)
{
  static const Conflict table[] = {
    { ICE_CONTROLLING, 5, 4, true },
    { ICE_CONTROLLING, 5, 5, true },
    { ICE_CONTROLLING, 5, 6, false },
    { ICE_CONTROLLED, 5, 4, false },
    { ICE_CONTROLLED, 5, 5, false },
    { ICE_CONTROLLED, 5, 6, true },
    { ICE_CONTROLLING, 0, 0, true },
    { ICE_CONTROLLING, 0, 1, false },
    { ICE_CONTROLLED, 0, 0, false },
    { ICE_CONTROLLED, 0, 1, true },
    { ICE_CONTROLLING, TOP, TOP - 1, true },
    { ICE_CONTROLLING, TOP - 1, TOP, false },
    { ICE_CONTROLLED, TOP, 1, false },
    { ICE_CONTROLLED, 1, UINT64_MAX, true },
    { ICE_CONTROLLING, UINT64_MAX, 0, true },
  };

  for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
    expect_conflict (&table[i]);
}
GST_END_TEST;

GST_START_TEST (other_roles_are_no_conflict)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  a.session->tie_breaker = 1;
  fail_unless_equals_int (ASK_CODE (&a, .tie_breaker = 2), 0);
  fail_unless_equals_int (ASK_CODE (&a, .no_role = true), 0);
  fail_unless_equals_int (ice_session_role (a.session), ICE_CONTROLLING);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3.1.1-4]: the request that made us the controlled side nominates. */
GST_START_TEST (a_request_that_switches_us_is_processed_to_its_end)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  a.session->tie_breaker = 1;
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true, .tie_breaker = 2,
                              .use_candidate = true),
      0);
  REPLY_WELL (&a, agent_take (&a));
  fail_unless (agent_selected (&a).selected);
  agent_clear (&a);
}
GST_END_TEST;

/* [STUN-6.3.1-2]: a refused request is refused again when it comes again, and one
 * that made us switch is a plain good one the second time. */
GST_START_TEST (a_copy_of_a_request_gets_an_equal_answer)
{
  StunTxnId id = peer_new_id ();
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  a.session->tie_breaker = 5;
  for (unsigned i = 0; i < 2; i++)
    fail_unless_equals_int (ASK_CODE (&a, .id = id, .controlling = true,
                                .tie_breaker = 4),
        STUN_CODE_ROLE_CONFLICT);
  id = peer_new_id ();
  for (unsigned i = 0; i < 2; i++)
    fail_unless_equals_int (ASK_CODE (&a, .id = id, .controlling = true,
                                .tie_breaker = 6, .use_candidate = true),
        0);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_ROLE), 1);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  fail_unless_equals_int (a.requests->len, 1);
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true,
                              .use_candidate = true),
      0);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 1);
  agent_clear (&a);
}
GST_END_TEST;

/* -- who may ask --------------------------------------------------------------- */

static unsigned
code_for_username (Agent *agent, const char *format)
{
  g_autoptr (GString) username = g_string_new (format);

  g_string_replace (username, "OURS", ice_session_local_ufrag (agent->session),
      0);
  return ASK_CODE (agent, .username = username->str);
}

/* [ICE-7.3-3]: our half decides, theirs is not looked at. */
GST_START_TEST (a_username_is_ours_before_the_colon)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  fail_unless_equals_int (code_for_username (&a, "OURS:" PEER_UFRAG), 0);
  fail_unless_equals_int (code_for_username (&a, "OURS:"), 0);
  fail_unless_equals_int (code_for_username (&a, "OURS:someone:else"), 0);
  fail_unless_equals_int (code_for_username (&a, "OURS"), 401);
  fail_unless_equals_int (code_for_username (&a, "OURSx:" PEER_UFRAG), 401);
  fail_unless_equals_int (code_for_username (&a, "xOURS:" PEER_UFRAG), 401);
  fail_unless_equals_int (code_for_username (&a, ":" PEER_UFRAG), 401);
  fail_unless_equals_int (code_for_username (&a, ""), 401);
  fail_unless_equals_int (code_for_username (&a, PEER_UFRAG ":OURS"), 401);
  agent_clear (&a);
}
GST_END_TEST;

/* [STUN-9.1.3-1] [STUN-6.3-1]: integrity first, and only then the attributes. */
GST_START_TEST (a_stranger_is_told_what_is_missing)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  fail_unless_equals_int (ASK_CODE (&a, .no_integrity = true), 400);
  fail_unless_equals_int (ASK_CODE (&a, .no_username = true), 400);
  fail_unless_equals_int (ASK_CODE (&a, .username = "who:me"), 401);
  fail_unless_equals_int (ASK_CODE (&a, .pwd = "wrongwrongwrongwrongwrong"),
      401);
  fail_unless_equals_int (ASK_CODE (&a, .pwd = "wrongwrongwrongwrongwrong",
                              .extra = { 0x7fff }),
      401);
  fail_unless_equals_int (ASK_CODE (&a, .no_integrity = true,
                              .extra = { 0x7fff }),
      400);
  /* [STUN-9.1.2-1]: the usage fixes SHA-1. */
  fail_unless_equals_int (ASK_CODE (&a, .sha256_instead = true), 400);
  fail_unless_equals_int (agent_dropped (&a, ICE_DROP_UNAUTHENTICATED), 7);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3-5] */
GST_START_TEST (a_request_without_fingerprint_is_met_with_silence)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  fail_unless (ASK (&a, .no_fingerprint = true) == NULL);
  fail_unless_equals_int (agent_dropped (&a, ICE_DROP_FINGERPRINT), 1);
  fail_unless_equals_int (a.answers->len + a.requests->len, 0);
  agent_clear (&a);
}
GST_END_TEST;

/* [STUN-6.3.1-1]: each unknown type once. */
GST_START_TEST (what_is_required_and_unknown_is_listed)
{
  const Sent *answer;
  NetBytes list;
  uint16_t type;
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  answer = ASK (&a, .extra = { 0x7ff1, 0x7ff2, 0x7ff1 });
  fail_unless_equals_int (answer_code (answer), STUN_CODE_UNKNOWN_ATTRIBUTE);
  fail_unless (stun_msg_find (&answer->msg, STUN_ATTR_UNKNOWN_ATTRIBUTES,
      &list));
  fail_unless_equals_int (list.len, 4);
  fail_unless (net_bytes_get_u16 (&list, &type) && type == 0x7ff1);
  fail_unless (net_bytes_get_u16 (&list, &type) && type == 0x7ff2);
  /* RFC 3489's have lost their meaning. */
  fail_unless_equals_int (ASK_CODE (&a, .extra = { 0x0003 }), 420);
  fail_unless_equals_int (ASK_CODE (&a, .extra = { 0x0004 }), 420);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  agent_clear (&a);
}
GST_END_TEST;

/* [STUN-6.3-3] */
GST_START_TEST (what_is_optional_or_out_of_place_is_passed_over)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  fail_unless_equals_int (ASK_CODE (&a, .extra = { 0xc057, 0xc060 }), 0);
  fail_unless_equals_int (ASK_CODE (&a, .extra = { STUN_ATTR_CHANNEL_NUMBER }),
      0);
  fail_unless_equals_int (ASK_CODE (&a, .extra = { STUN_ATTR_LIFETIME }), 0);
  agent_clear (&a);
}
GST_END_TEST;

/* [STUN-9-1]: what stands behind the signature was written by anybody. */
GST_START_TEST (what_is_not_signed_has_no_effect)
{
  Agent a;

  open_met (&a, ICE_CONTROLLED);
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true,
                              .behind = STUN_ATTR_USE_CANDIDATE),
      0);
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 0);
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true, .behind = 0x7fff),
      0);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-11-3] [STUN-6.3.2-1] */
GST_START_TEST (an_indication_changes_nothing)
{
  Agent a;

  open_met (&a, ICE_CONTROLLED);
  fail_unless (ASK (&a, .cls = STUN_INDICATION, .no_username = true,
                   .no_integrity = true) == NULL);
  fail_unless (ASK (&a, .cls = STUN_INDICATION, .extra = { 0x7fff }) == NULL);
  fail_unless (ASK (&a, .cls = STUN_INDICATION, .controlling = true,
                   .use_candidate = true) == NULL);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  fail_unless_equals_int (agent_route (&a, 1).n_sources, 0);
  agent_clear (&a);
}
GST_END_TEST;

/* Whoever floods us: the answers that wait to be drained are bounded. */
GST_START_TEST (waiting_answers_are_bounded)
{
  uint8_t buf[STUN_MSG_MAX];
  IceOut out;
  unsigned answers = 0;
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  for (unsigned i = 0; i < 10 * ICE_ANSWERS_MAX; i++) {
    Ask ask = { .no_integrity = true };
    size_t len = ask_write (&a, &ask, peer_new_id (), buf);
    ice_session_recv (a.session, agent_first_flow (&a), peer_addr (),
        NET_BYTES (buf, len), a.now);
  }
  while (ice_session_next (a.session, &out))
    answers += out.kind == ICE_OUT_SEND;
  fail_unless_equals_int (answers, ICE_ANSWERS_MAX);
  fail_unless_equals_int (ASK_CODE (&a, .no_integrity = true), 400);
  agent_clear (&a);
}
GST_END_TEST;

/* -- unknown sources ----------------------------------------------------------- */

/* [ICE-7.3.1.3-1] [ICE-7.3.1.4-1] [ICE-7.3.1.4-4] */
GST_START_TEST (an_unknown_source_becomes_a_candidate)
{
  const Sent *check;
  IcePairInfo pair;
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME " 192.0.2.2");
  agent_meet (&a);
  fail_unless_equals_int (ASK_CODE (&a, .priority = 77,
                              .flow = a.flows[1].flow),
      0);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  pair = agent_pair (&a, 0);
  fail_unless_equals_int (pair.remote.type, ICE_CAND_PRFLX);
  fail_unless_equals_int (pair.remote.priority, 77);
  fail_unless_equals_int (pair.remote.component, 1);
  fail_unless (net_addr_equal (pair.remote.addr, peer_addr ()));
  fail_unless_equals_int (pair.local.type, ICE_CAND_HOST);
  fail_unless (net_addr_equal (pair.local.addr, a.flows[1].addr));
  check = agent_take (&a);
  fail_unless (net_addr_equal (check->to, peer_addr ()));
  fail_unless_equals_int (check->flow, a.flows[1].flow);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3.1.3-1] */
GST_START_TEST (each_unknown_source_has_a_foundation_of_its_own)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  ASK (&a, .from = peer_addr ());
  ASK (&a, .from = at ("203.0.113.5", 4001)); /* one IP, another port */
  agent_add (&a, at ("203.0.113.6", 4000));
  fail_unless_equals_int (ice_session_n_pairs (a.session), 3);
  for (unsigned i = 0; i < 3; i++) {
    for (unsigned j = 0; j < i; j++)
      fail_unless (strcmp (agent_pair (&a, i).remote.foundation,
                       agent_pair (&a, j).remote.foundation) != 0);
  }
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3.1.3-1] */
GST_START_TEST (a_check_without_priority_is_refused)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  fail_unless_equals_int (ASK_CODE (&a, .no_priority = true), 400);
  fail_unless_equals_int (ice_session_n_pairs (a.session), 0);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3.1.5-3]: refused is said, so that the peer turns to another pair. */
GST_START_TEST (a_source_that_may_not_be_used_is_refused)
{
  const IceOut *filter;
  Agent a;

  agent_init (&a);
  a.config.role = ICE_CONTROLLED;
  a.config.allow = ICE_ALLOW_ALL & ~ICE_ALLOW_PRFLX;
  agent_open (&a, HOME);
  agent_meet (&a);
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true,
                              .use_candidate = true),
      400);
  fail_unless_equals_int (a.requests->len, 0);
  agent_clear (&a);

  agent_init (&a);
  a.config.role = ICE_CONTROLLED;
  a.config.filter = true;
  agent_open (&a, HOME);
  ice_session_filtered (a.session, agent_last (&a, ICE_OUT_FILTER)->filter.op,
      true, a.now);
  agent_drain (&a);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  filter = agent_last (&a, ICE_OUT_FILTER);
  fail_unless (filter->filter.remote);
  ice_session_filtered (a.session, filter->filter.op, false, a.now);
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true,
                              .use_candidate = true),
      400);
  fail_unless_equals_int (a.requests->len, 0);
  agent_clear (&a);
}
GST_END_TEST;

/* The filter is asked about a source that nobody signalled, too; its checks are
 * answered, and taken up when it says yes. */
GST_START_TEST (a_source_waits_for_the_filter)
{
  Agent a;

  agent_init (&a);
  a.config.role = ICE_CONTROLLED;
  a.config.filter = true;
  agent_open (&a, HOME);
  ice_session_filtered (a.session, agent_last (&a, ICE_OUT_FILTER)->filter.op,
      true, a.now);
  agent_drain (&a);
  agent_meet (&a);
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true,
                              .use_candidate = true),
      0);
  fail_unless_equals_int (requests_after (&a, NET_MSEC (500)), 0);
  ice_session_filtered (a.session, agent_last (&a, ICE_OUT_FILTER)->filter.op,
      true, a.now);
  agent_drain (&a);
  REPLY_WELL (&a, agent_take (&a));
  fail_unless (agent_selected (&a).selected);
  agent_clear (&a);
}
GST_END_TEST;

/* -- triggered checks ---------------------------------------------------------- */

/* [ICE-7.3.1.4-2] */
GST_START_TEST (a_check_on_a_succeeded_pair_triggers_nothing)
{
  Agent a;

  agent_init (&a);
  agent_be_chosen (&a);
  agent_skip (&a);
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true), 0);
  fail_unless_equals_int (requests_after (&a, NET_SEC (3)), 0);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_SUCCEEDED);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3.1.4-2]: asked for twice, checked once, and before its turn. */
GST_START_TEST (a_check_on_a_frozen_pair_brings_it_forward)
{
  NetAddr second = at ("203.0.113.5", 4001);
  Agent a;

  open_met (&a, ICE_CONTROLLED);
  agent_add (&a, peer_addr ());
  agent_add_line (&a, 0, "h 1 udp 50 203.0.113.5 4001 typ host");
  agent_skip (&a);
  fail_unless_equals_int (agent_pair (&a, 1).state, ICE_PAIR_FROZEN);
  ASK (&a, .from = second, .controlling = true);
  ASK (&a, .from = second, .controlling = true);
  fail_unless_equals_int (agent_pair (&a, 1).state, ICE_PAIR_WAITING);
  fail_unless (pair_at (&a, 1)->in_triggered);
  fail_unless (net_addr_equal (agent_take (&a)->to, second));
  fail_unless_equals_int (requests_after (&a, NET_MSEC (400)), 0);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3.1.4-2] */
GST_START_TEST (a_check_on_a_failed_pair_gives_it_another_chance)
{
  Agent a;

  open_met (&a, ICE_CONTROLLED);
  agent_add (&a, peer_addr ());
  REPLY (&a, agent_take (&a), .code = 500);
  agent_end (&a);
  agent_wait (&a, NET_SEC (40));
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  fail_unless_equals_int (ice_stream_get (a.session, 0)->checklist.state,
      ICE_CHECKLIST_FAILED);
  agent_skip (&a);
  ASK (&a, .controlling = true, .use_candidate = true);
  fail_unless_equals_int (ice_stream_get (a.session, 0)->checklist.state,
      ICE_CHECKLIST_RUNNING);
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3.1.4-3]: a new check at once; the old one is not repeated, but its
 * answer still counts. */
GST_START_TEST (a_check_on_a_pair_in_progress_is_answered_by_a_new_one)
{
  const Sent *old;
  const Sent *new;
  Agent a;

  open_met (&a, ICE_CONTROLLED);
  agent_add (&a, peer_addr ());
  old = agent_take (&a);
  agent_wait (&a, NET_MSEC (200));
  ASK (&a, .controlling = true);
  new = agent_take (&a);
  fail_if (stun_txn_id_equal (old->msg.id, new->msg.id));
  fail_unless_equals_uint64 (new->at, old->at + NET_MSEC (200));
  agent_wait (&a, NET_SEC (7));
  for (const Sent *sent; (sent = agent_peek (&a)) != NULL; a.taken++)
    fail_unless (stun_txn_id_equal (sent->msg.id, new->msg.id));
  REPLY_WELL (&a, old);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_SUCCEEDED);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3.1.4-3]: the old check was answered before the new one's turn came. */
GST_START_TEST (an_answer_makes_the_triggered_check_unnecessary)
{
  const Sent *old;
  Agent a;

  open_met (&a, ICE_CONTROLLED);
  agent_add (&a, peer_addr ());
  old = agent_take (&a);
  ASK (&a, .controlling = true);
  fail_unless (pair_at (&a, 0)->in_triggered);
  REPLY_WELL (&a, old);
  fail_if (pair_at (&a, 0)->in_triggered);
  fail_unless_equals_int (requests_after (&a, NET_MSEC (500)), 0);
  agent_clear (&a);
}
GST_END_TEST;

/* -- before the peer is known -------------------------------------------------- */

/* [ICE-7.3-4] [ICE-5.3-2] */
GST_START_TEST (a_check_before_the_answer_is_answered_and_remembered)
{
  Agent a;

  agent_init (&a);
  a.config.role = ICE_CONTROLLED;
  agent_open (&a, HOME);
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true,
                              .use_candidate = true),
      0);
  agent_wait (&a, NET_MSEC (500));
  /* A later one without the flag takes nothing back. */
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true), 0);
  agent_wait (&a, NET_SEC (2));
  fail_unless_equals_int (a.requests->len, 0);
  agent_meet (&a);
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3-4] [ICE-7.3.1.4-5]: of several who may answer, the one who did. */
GST_START_TEST (early_checks_are_taken_up_by_the_peer_they_speak_of)
{
  g_autofree char *other = NULL;
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  other = g_strdup_printf ("%s:othr", ice_session_local_ufrag (a.session));
  ASK (&a, .from = at ("203.0.113.99", 9), .username = other);
  ASK (&a, .from = peer_addr ());
  agent_meet (&a);
  agent_wait (&a, NET_MSEC (300));
  fail_unless_equals_int (ice_session_n_pairs (a.session), 1);
  fail_unless (net_addr_equal (agent_pair (&a, 0).remote.addr, peer_addr ()));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3-4] */
GST_START_TEST (early_checks_are_bounded)
{
  Agent a;

  agent_init (&a);
  agent_open (&a, HOME);
  for (unsigned i = 0; i < 3 * ICE_EARLY_MAX; i++)
    fail_unless_equals_int (ASK_CODE (&a,
                                .from =
                                    at ("203.0.113.5", (uint16_t) (1000 + i))),
        0);
  fail_unless_equals_int (a.session->early->len, ICE_EARLY_MAX);
  fail_unless_equals_int (agent_dropped (&a, ICE_DROP_EARLY_OVERFLOW),
      2 * ICE_EARLY_MAX);
  agent_meet (&a);
  fail_unless_equals_int (ice_session_n_pairs (a.session), ICE_EARLY_MAX);
  agent_clear (&a);
}
GST_END_TEST;

/* A peer whose name nobody will ever signal does not shut the door for the one
 * that we talk to. */
GST_START_TEST (strangers_cannot_fill_the_memory_of_a_running_session)
{
  g_autofree char *other = NULL;
  Agent a;

  open_met (&a, ICE_CONTROLLED);
  other = g_strdup_printf ("%s:othr", ice_session_local_ufrag (a.session));
  for (unsigned i = 0; i < 2 * ICE_EARLY_MAX; i++)
    ASK (&a, .from = at ("203.0.113.99", (uint16_t) (1000 + i)),
        .username = other, .controlling = true);
  ASK (&a, .controlling = true, .use_candidate = true);
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  agent_clear (&a);
}
GST_END_TEST;

/* -- nominations --------------------------------------------------------------- */

/* [ICE-7.3.1.5-1] [ICE-7.2.5.3.2-1]: behind a NAT of ours the valid pair is not
 * the one that was checked; the nomination is for the valid one. */
GST_START_TEST (a_nomination_selects_the_valid_pair)
{
  NetAddr mapped = at ("198.51.100.77", 6000);
  Agent a;

  open_met (&a, ICE_CONTROLLED);
  agent_add (&a, peer_addr ());
  REPLY (&a, agent_take (&a), .mapped = mapped);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 0);
  ASK (&a, .controlling = true, .use_candidate = true);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 1);
  fail_unless (agent_selected (&a).nominated);
  fail_unless_equals_int (agent_selected (&a).local.type, ICE_CAND_PRFLX);
  fail_unless (net_addr_equal (agent_selected (&a).local.addr, mapped));
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3.1.5-2] [ICE-7.2.5.3.4-3] */
GST_START_TEST (a_nomination_in_the_very_first_check_waits_for_ours)
{
  const Sent *check;
  Agent a;

  open_met (&a, ICE_CONTROLLED);
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true,
                              .use_candidate = true),
      0);
  check = agent_take (&a);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 0);
  fail_if (agent_pair (&a, 0).nominated);
  REPLY_WELL (&a, check);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 1);
  fail_unless (agent_pair (&a, 0).nominated);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.3.1.5-2] */
GST_START_TEST (a_nominated_pair_whose_check_fails_is_not_selected)
{
  Agent a;

  open_met (&a, ICE_CONTROLLED);
  ASK (&a, .controlling = true, .use_candidate = true);
  REPLY (&a, agent_take (&a), .code = 500);
  fail_unless_equals_int (agent_pair (&a, 0).state, ICE_PAIR_FAILED);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 0);
  fail_if (agent_route (&a, 1).usable);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-7.1.2-1]: who controls is not told what to use. */
GST_START_TEST (a_controlling_side_takes_no_nomination)
{
  Agent a;

  open_met (&a, ICE_CONTROLLING);
  a.config.nomination = ICE_NOMINATION_REGULAR;
  agent_add (&a, peer_addr ());
  ASK (&a, .use_candidate = true);
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 0);
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (agent_count (&a, ICE_OUT_SELECTED), 0);
  agent_clear (&a);
}
GST_END_TEST;

/* [ICE-8.1.2-3] [ICE-7.3-1]: a slow peer still gets its answers, on the selected
 * pair and on all the others. */
GST_START_TEST (checks_are_answered_after_the_end)
{
  Agent a;

  agent_init (&a);
  a.config.role = ICE_CONTROLLED;
  agent_open (&a, HOME " 192.0.2.2");
  agent_meet (&a);
  ASK (&a, .controlling = true, .use_candidate = true);
  REPLY_WELL (&a, agent_take (&a));
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  agent_wait (&a, NET_SEC (10));
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true), 0);
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true,
                              .flow = a.flows[1].flow),
      0);
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true,
                              .from = at ("203.0.113.6", 1)),
      0);
  agent_clear (&a);
}
GST_END_TEST;

/* -- lite ---------------------------------------------------------------------- */

/* [ICE-7.3.2-1]: no checks, and a nomination is taken as it is; [ICE-8.2-1]: nor
 * is the role negotiable. */
GST_START_TEST (a_lite_side_takes_nominations_and_asks_nothing)
{
  Agent a;

  agent_init (&a);
  a.config.lite = true;
  a.config.role = ICE_CONTROLLED;
  agent_open (&a, HOME);
  agent_meet (&a);
  agent_add (&a, peer_addr ());
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true), 0);
  fail_if (agent_route (&a, 1).usable);
  fail_unless_equals_int (ASK_CODE (&a, .controlling = true,
                              .use_candidate = true),
      0);
  fail_unless_equals_int (agent_state (&a), ICE_STATE_COMPLETED);
  fail_unless (net_addr_equal (agent_route (&a, 1).remote, peer_addr ()));
  fail_unless_equals_int (ASK_CODE (&a, .tie_breaker = 0), 0);
  fail_unless_equals_int (ice_session_role (a.session), ICE_CONTROLLED);
  agent_wait (&a, NET_SEC (20));
  fail_unless_equals_int (a.requests->len, 0);
  agent_clear (&a);
}
GST_END_TEST;

static void
add_door (TCase *tc)
{
  tcase_add_test (tc, a_role_conflict_is_settled_by_the_tie_breakers);
  tcase_add_test (tc, other_roles_are_no_conflict);
  tcase_add_test (tc, a_request_that_switches_us_is_processed_to_its_end);
  tcase_add_test (tc, a_copy_of_a_request_gets_an_equal_answer);
  tcase_add_test (tc, a_username_is_ours_before_the_colon);
  tcase_add_test (tc, a_stranger_is_told_what_is_missing);
  tcase_add_test (tc, a_request_without_fingerprint_is_met_with_silence);
  tcase_add_test (tc, what_is_required_and_unknown_is_listed);
  tcase_add_test (tc, what_is_optional_or_out_of_place_is_passed_over);
  tcase_add_test (tc, what_is_not_signed_has_no_effect);
  tcase_add_test (tc, an_indication_changes_nothing);
  tcase_add_test (tc, waiting_answers_are_bounded);
  tcase_add_test (tc, an_unknown_source_becomes_a_candidate);
  tcase_add_test (tc, each_unknown_source_has_a_foundation_of_its_own);
  tcase_add_test (tc, a_check_without_priority_is_refused);
  tcase_add_test (tc, a_source_that_may_not_be_used_is_refused);
  tcase_add_test (tc, a_source_waits_for_the_filter);
}

static void
add_consequences (TCase *tc)
{
  tcase_add_test (tc, a_check_on_a_succeeded_pair_triggers_nothing);
  tcase_add_test (tc, a_check_on_a_frozen_pair_brings_it_forward);
  tcase_add_test (tc, a_check_on_a_failed_pair_gives_it_another_chance);
  tcase_add_test (tc, a_check_on_a_pair_in_progress_is_answered_by_a_new_one);
  tcase_add_test (tc, an_answer_makes_the_triggered_check_unnecessary);
  tcase_add_test (tc, a_check_before_the_answer_is_answered_and_remembered);
  tcase_add_test (tc, early_checks_are_taken_up_by_the_peer_they_speak_of);
  tcase_add_test (tc, early_checks_are_bounded);
  tcase_add_test (tc, strangers_cannot_fill_the_memory_of_a_running_session);
  tcase_add_test (tc, a_nomination_selects_the_valid_pair);
  tcase_add_test (tc, a_nomination_in_the_very_first_check_waits_for_ours);
  tcase_add_test (tc, a_nominated_pair_whose_check_fails_is_not_selected);
  tcase_add_test (tc, a_controlling_side_takes_no_nomination);
  tcase_add_test (tc, checks_are_answered_after_the_end);
  tcase_add_test (tc, a_lite_side_takes_nominations_and_asks_nothing);
}

static Suite *
answer_suite (void)
{
  Suite *suite = suite_create ("icecore/ice/answer");
  TCase *door = tcase_create ("door");
  TCase *consequences = tcase_create ("consequences");

  add_door (door);
  add_consequences (consequences);
  suite_add_tcase (suite, door);
  suite_add_tcase (suite, consequences);
  return suite;
}

GST_CHECK_MAIN (answer)
