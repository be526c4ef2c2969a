/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A scene drawn from a seed: networks, boxes, links, settings and what goes
 * wrong on the way. Everything that the seed decides is decided here, so that
 * one number is a full description. */

#include "scene.h"

typedef enum
{
  SIM_MISHAP_NONE,
  SIM_MISHAP_RESTART_A, /* the application restarts ICE */
  SIM_MISHAP_RESTART_B,
  SIM_MISHAP_RESTART_BOTH,
  SIM_MISHAP_REBIND_A, /* the NAT loses its mappings */
  SIM_MISHAP_REBIND_B,
  SIM_MISHAP_BLACK_A, /* nothing passes for some seconds */
  SIM_MISHAP_BLACK_B,
  SIM_MISHAPS,
} SimMishap;

typedef struct
{
  SimScene *scene;
  SimReach reach;
  SimMishap mishap;
  NetTime mishap_at;
  NetTime mishap_lasts;
  bool started_late;
  GString *text; /* one line about it */
} SimDraw;

SimDraw *sim_draw_new (uint64_t seed, bool telling);
void sim_draw_free (SimDraw *draw);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimDraw, sim_draw_free)
/* Starts both hosts and plans the mishap. */
void sim_draw_start (SimDraw *draw);
