/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The user's list of interface names: "eth0,usb*,!docker*,lo". The order is the
 * order of preference, `!` excludes wherever it stands, and without any positive
 * name everything that is not excluded is meant. */

#include <glib.h>
#include <stdbool.h>

typedef struct
{
  char **globs;
  bool has_positive;
} IceGlobs;

typedef struct
{
  unsigned rank; /* the first glob that matches; UINT_MAX: none */
  bool named;    /* by more than a bare "*" */
} IceGlobsMatch;

/* NULL: everything. */
void ice_globs_init (IceGlobs *globs, const char *text);
void ice_globs_clear (IceGlobs *globs);
/* False: not wanted. */
bool ice_globs_match (const IceGlobs *globs, const char *name,
    IceGlobsMatch *out_match);
/* NULL when good, else static text saying what is accepted. */
const char *ice_globs_check (const char *text);
