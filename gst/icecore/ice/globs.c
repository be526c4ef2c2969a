/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Matching interface names against the user's list. */

#include "globs.h"

#include <limits.h>
#include <string.h>

#define ACCEPTED \
  "accepted: a comma list of interface names in order of preference, with * " \
  "and ? as wildcards and ! before what is not wanted " \
  "(\"eth0,usb*,!docker*\")"

void
ice_globs_init (IceGlobs *globs, const char *text)
{
  unsigned i;

  *globs =
      (IceGlobs){ .globs = g_strsplit (text == NULL ? "" : text, ",", -1) };
  for (i = 0; globs->globs[i] != NULL; i++) {
    g_strstrip (globs->globs[i]);
    if (globs->globs[i][0] != '!')
      globs->has_positive = true;
  }
}

void
ice_globs_clear (IceGlobs *globs)
{
  g_clear_pointer (&globs->globs, g_strfreev);
}

bool
ice_globs_match (const IceGlobs *globs, const char *name,
    IceGlobsMatch *out_match)
{
  IceGlobsMatch match = { .rank = UINT_MAX };
  unsigned i;

  for (i = 0; globs->globs[i] != NULL; i++) {
    const char *glob = globs->globs[i];

    if (glob[0] == '!' && g_pattern_match_simple (glob + 1, name))
      return false;
    if (glob[0] == '!' || !g_pattern_match_simple (glob, name))
      continue;
    match.rank = MIN (match.rank, i);
    /* "*" means what is left; it singles nothing out. */
    if (strcmp (glob, "*") != 0)
      match.named = true;
  }
  if (globs->has_positive && match.rank == UINT_MAX)
    return false;
  *out_match = match;
  return true;
}

static bool
is_glob (const char *glob)
{
  const char *c = glob[0] == '!' ? glob + 1 : glob;

  if (*c == '\0')
    return false;
  for (; *c != '\0'; c++) {
    if (!g_ascii_isgraph (*c) || strchr ("!/;", *c) != NULL)
      return false;
  }
  return true;
}

const char *
ice_globs_check (const char *text)
{
  IceGlobs globs;
  bool good;
  unsigned i;

  if (text == NULL)
    return NULL;
  ice_globs_init (&globs, text);
  good = globs.globs[0] != NULL;
  for (i = 0; globs.globs[i] != NULL; i++)
    good = good && is_glob (globs.globs[i]);
  ice_globs_clear (&globs);
  return good ? NULL : ACCEPTED;
}
