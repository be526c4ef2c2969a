/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Candidate lines and fragments from a hostile peer. Whatever is accepted must
 * come back the same when it is written and read again; whatever is refused
 * must say why. */

#include <string.h>

#include <glib.h>

#include "ice/sdp.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What cannot be written: a name has no address, and nobody connects to an
 * active candidate's port. */
static void
normalize (IceSdpCand *sdp)
{
  if (sdp->cand.transport == ICE_TRANSPORT_TCP_ACTIVE)
    sdp->cand.addr.port = 9;
}

static gboolean
same (const IceSdpCand *a, const IceSdpCand *b)
{
  return a->cand.type == b->cand.type &&
      a->cand.transport == b->cand.transport &&
      a->cand.component == b->cand.component &&
      a->cand.priority == b->cand.priority &&
      net_addr_equal (a->cand.addr, b->cand.addr) &&
      net_addr_equal (a->cand.related, b->cand.related) &&
      g_str_equal (a->cand.foundation, b->cand.foundation) &&
      g_str_equal (a->name, b->name) && g_str_equal (a->ufrag, b->ufrag);
}

static void
try_candidate (const char *text)
{
  const char *why = NULL;
  g_autofree char *written = NULL;
  IceSdpCand before;
  IceSdpCand after;
  IceSdpResult result = ice_sdp_parse_cand (text, &before, &why);

  g_assert_true ((why != NULL) ==
      (result == ICE_SDP_IGNORED || result == ICE_SDP_MALFORMED));
  if (result != ICE_SDP_OK)
    return;
  g_assert_true (before.cand.component >= 1 && before.cand.component <= 256);
  g_assert_true (net_addr_is_none (before.cand.addr) ==
      (before.name[0] != '\0'));
  if (before.name[0] != '\0')
    return;
  normalize (&before);
  written = ice_sdp_write_cand (&before.cand,
      before.ufrag[0] == '\0' ? NULL : before.ufrag);
  g_assert_cmpint (ice_sdp_parse_cand (written, &after, NULL), ==, ICE_SDP_OK);
  g_assert_true (same (&before, &after));
}

static void
compare_media (const IceSdpMedia *a, const IceSdpMedia *b)
{
  g_assert_cmpstr (a->mid, ==, b->mid);
  g_assert_cmpstr (a->ufrag, ==, b->ufrag);
  g_assert_cmpstr (a->pwd, ==, b->pwd);
  g_assert_true (a->end_of_candidates == b->end_of_candidates);
  g_assert_cmpuint (a->candidates->len, ==, b->candidates->len);
  for (guint i = 0; i < a->candidates->len; i++) {
    const char *text = g_ptr_array_index (a->candidates, i);

    g_assert_cmpstr (text, ==, g_ptr_array_index (b->candidates, i));
    try_candidate (text);
  }
}

static void
try_fragment (const char *text)
{
  const char *why = NULL;
  IceSdpFrag *before = ice_sdp_frag_parse (text, &why);
  g_autofree char *written = NULL;
  IceSdpFrag *after;

  g_assert_true ((before == NULL) == (why != NULL));
  if (before == NULL)
    return;
  written = ice_sdp_frag_write (before);
  after = ice_sdp_frag_parse (written, NULL);
  /* Nothing known was in it but, say, an option of another's. */
  if (after == NULL)
    g_assert_cmpstr (written, ==, "");
  else {
    g_assert_cmpstr (before->ufrag, ==, after->ufrag);
    g_assert_cmpstr (before->pwd, ==, after->pwd);
    g_assert_true (before->lite == after->lite && before->ice2 == after->ice2 &&
        before->trickle == after->trickle &&
        before->renomination == after->renomination &&
        before->end_of_candidates == after->end_of_candidates);
    g_assert_cmpuint (before->pacing, ==, after->pacing);
    g_assert_cmpuint (before->media->len, ==, after->media->len);
    for (guint i = 0; i < before->media->len; i++)
      compare_media (g_ptr_array_index (before->media, i),
          g_ptr_array_index (after->media, i));
    ice_sdp_frag_free (after);
  }
  ice_sdp_frag_free (before);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  try_candidate (text);
  try_fragment (text);
  return 0;
}
