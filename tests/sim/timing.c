/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How long it takes without loss, counted from the moment at which both sides
 * hold the other's credentials and candidates: first media within one round trip
 * and one Ta, both sides selected within two and one Ta (docs/architecture.md,
 * promise 1). What RFC 8445 §14.2 asks of the whole process comes on top where a
 * transaction has just begun: 5 ms after the last gathering one before the first
 * check, and 5 ms between the check and the nomination. */

#include <gst/check/gstcheck.h>

#include <stdio.h>
#include <stdlib.h>

#include "scene.h"

#define TA NET_MSEC (50)

static const NetTime round_trips[] = { NET_USEC (200), NET_MSEC (10),
  NET_MSEC (40), NET_MSEC (50), NET_MSEC (100), NET_MSEC (300) };

typedef enum
{
  SCENE_HOSTS,
  SCENE_RESTRICTED, /* srflx-srflx through eim/apdf on both sides */
  SCENE_SYMMETRIC,  /* a behind apdm/apdf, b public: prflx */
} Kind;

typedef enum
{
  ROLES_A,
  ROLES_B,
  ROLES_BOTH_CONTROLLING,
  ROLES_BOTH_CONTROLLED,
} Roles;

typedef struct
{
  Kind kind;
  NetTime rtt;
  bool trickle;
  bool offer; /* b begins when a's offer is there */
  Roles roles;
} Case;

static const char *const kind_names[] = { "host-host", "srflx-srflx", "prflx" };

static SimScene *
build (const Case *one)
{
  static const SimNatConfig restricted = { .filtering = SIM_NAT_APDF };
  static const SimNatConfig symmetric = { .mapping = SIM_NAT_APDM,
    .filtering = SIM_NAT_APDF };
  const SimNatConfig *nats[][2] = { { NULL, NULL },
    { &restricted, &restricted }, { &symmetric, NULL } };
  static const IceRole roles[][2] = { { ICE_CONTROLLING, ICE_CONTROLLED },
    { ICE_CONTROLLED, ICE_CONTROLLING }, { ICE_CONTROLLING, ICE_CONTROLLING },
    { ICE_CONTROLLED, ICE_CONTROLLED } };
  SimScene *scene =
      sim_scene_pair (17, nats[one->kind][0], nats[one->kind][1], one->rtt, 0);

  scene->a->config.role = roles[one->roles][0];
  scene->b->config.role = roles[one->roles][1];
  scene->a->trickle = scene->b->trickle = one->trickle;
  return scene;
}

/* Two round trips and one Ta, also where the check that counts is the one that
 * the peer's triggered: it carries the first nomination, since both sides offer
 * renomination. Ta cannot do it in two cases:
 * - with next to no round trip, and one side beginning before the other, the
 *   first check meets a NAT that is still shut, and the triggered one waits for
 *   its Ta;
 * - a refused check (487) is no check: it triggers nothing, and has to be sent
 *   again, a round trip and its turn later. */
static NetTime
selected_bound (const Case *one)
{
  bool conflict = one->roles >= ROLES_BOTH_CONTROLLING;
  bool shut = one->kind == SCENE_RESTRICTED && one->offer &&
      (conflict || one->rtt < NET_MSEC (1));

  return (conflict ? 3 : 2) * one->rtt + (shut || conflict ? 2 : 1) * TA +
      2 * ICE_PACER_GAP;
}

/* One round trip and one Ta; a conflict matters only where the winner's own
 * check meets a NAT. */
static NetTime
media_bound (const Case *one)
{
  bool again = one->kind != SCENE_HOSTS && one->roles >= ROLES_BOTH_CONTROLLING;

  return (again ? 2 : 1) * (one->rtt + TA) + ICE_PACER_GAP;
}

static double
ms (NetTime later, NetTime earlier)
{
  return ((double) later - (double) earlier) / 1e6;
}

static void
run (const Case *one)
{
  g_autoptr (SimScene) scene = build (one);
  const SimTimes *a = &scene->a->times;
  const SimTimes *b = &scene->b->times;
  g_autofree char *what = NULL;
  NetTime held;
  NetTime media;
  NetTime selected;

  sim_scene_signal (scene, one->rtt / 2);
  scene->b->start_on_offer = one->offer;
  sim_host_start (scene->a);
  if (!one->offer)
    sim_host_start (scene->b);
  sim_scene_conclude (scene, NET_SEC (10));
  sim_scene_run (scene, NET_SEC (1));
  sim_scene_expect_connected (scene);
  held = MAX (a->remote, b->remote);
  media = MIN (a->media_out, b->media_out);
  selected = MAX (a->selected, b->selected);
  what = g_strdup_printf ("%s, RTT %.1f ms, %s, %s, roles %d: first media %.1f "
                          "ms, both selected %.1f ms",
      kind_names[one->kind], (double) one->rtt / 1e6,
      one->trickle ? "trickle" : "whole", one->offer ? "offer" : "at once",
      (int) one->roles, ms (media, held), ms (selected, held));
  if (media > held + media_bound (one))
    sim_world_fault (scene->world, "timing", "first media is late: %s", what);
  if (selected > held + selected_bound (one))
    sim_world_fault (scene->world, "timing", "selected late: %s", what);
  if (getenv ("SIM_TABLE") != NULL)
    fprintf (stderr, "%s\n", what);
  fail_unless (sim_scene_end (scene, what));
}

/* Every round trip, trickling and not, at once and as offer and answer. */
static void
run_all (Case one)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (round_trips); i++) {
    for (unsigned k = 0; k < 4; k++) {
      one.rtt = round_trips[i];
      one.trickle = k & 1;
      one.offer = k & 2;
      run (&one);
    }
  }
}

static void
run_kind (Kind kind, Roles roles)
{
  run_all ((Case){ .kind = kind, .roles = roles });
}

GST_START_TEST (hosts_send_after_one_round_trip_and_agree_after_two)
{
  run_kind (SCENE_HOSTS, ROLES_A);
  run_kind (SCENE_HOSTS, ROLES_B);
}
GST_END_TEST;

GST_START_TEST (port_restricted_nats_cost_no_more_than_hosts)
{
  run_kind (SCENE_RESTRICTED, ROLES_A);
  run_kind (SCENE_RESTRICTED, ROLES_B);
}
GST_END_TEST;

GST_START_TEST (a_peer_reflexive_path_costs_no_more)
{
  run_kind (SCENE_SYMMETRIC, ROLES_A);
  run_kind (SCENE_SYMMETRIC, ROLES_B);
}
GST_END_TEST;

/* RFC 8445 §7.3.1.1 [ICE-7.3.1.1-1] [ICE-7.3.1.1-2]: the refused check costs
 * little, for the other side's own goes on. */
GST_START_TEST (a_role_conflict_at_the_start_costs_one_round_trip_at_most)
{
  for (Kind kind = SCENE_HOSTS; kind <= SCENE_SYMMETRIC; kind++) {
    run_kind (kind, ROLES_BOTH_CONTROLLING);
    run_kind (kind, ROLES_BOTH_CONTROLLED);
  }
}
GST_END_TEST;

static Suite *
timing_suite (void)
{
  Suite *suite = suite_create ("sim/timing");
  TCase *tcase = tcase_create ("timing");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, hosts_send_after_one_round_trip_and_agree_after_two);
  tcase_add_test (tcase, port_restricted_nats_cost_no_more_than_hosts);
  tcase_add_test (tcase, a_peer_reflexive_path_costs_no_more);
  tcase_add_test (tcase,
      a_role_conflict_at_the_start_costs_one_round_trip_at_most);
  return suite;
}

GST_CHECK_MAIN (timing);
