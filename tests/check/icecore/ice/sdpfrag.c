/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Trickle fragments: levels, order, what is refused, and the way there and
 * back. */

#include <string.h>

#include <gst/check/gstcheck.h>

#include "ice/sdp.h"

#define PWD "asd88fgpdd777uzjYhagZg"
#define PWD2 "bbbbbbbbbbbbbbbbbbbbbb"

static IceSdpFrag *
parse (const char *text)
{
  const char *why = "?";
  IceSdpFrag *frag = ice_sdp_frag_parse (text, &why);

  fail_unless (frag != NULL, "%s: %s", text, why);
  return frag;
}

static const IceSdpMedia *
media (const IceSdpFrag *frag, unsigned index)
{
  fail_unless (index < frag->media->len);
  return g_ptr_array_index (frag->media, index);
}

static const char *
candidate (const IceSdpMedia *media, unsigned index)
{
  fail_unless (index < media->candidates->len);
  return g_ptr_array_index (media->candidates, index);
}

/* RFC 8840 §9 [FRAG-9-1] [FRAG-9-2] */
GST_START_TEST (a_fragment_of_two_media_is_read)
{
  IceSdpFrag *frag = parse ("a=ice-options:trickle ice2\r\n"
                            "a=ice-pacing:20\r\n"
                            "a=ice-ufrag:8hhY\r\n"
                            "a=ice-pwd:" PWD "\r\n"
                            "m=audio 9 RTP/AVP 0\r\n"
                            "a=mid:1\r\n"
                            "a=candidate:1 1 UDP 2 192.0.2.1 5000 typ host\r\n"
                            "a=candidate:2 1 UDP 1 192.0.2.2 5000 typ host\r\n"
                            "m=video 9 whatever 99 98\r\n"
                            "a=mid:two\r\n"
                            "a=candidate:3 1 UDP 2 192.0.2.3 5000 typ host\r\n"
                            "a=end-of-candidates\r\n");

  fail_unless_equals_string (frag->ufrag, "8hhY");
  fail_unless_equals_string (frag->pwd, PWD);
  fail_unless (frag->has_options && frag->ice2 && frag->trickle);
  fail_if (frag->renomination || frag->lite || frag->end_of_candidates);
  fail_unless_equals_int (frag->pacing, 20);
  fail_unless_equals_int (frag->media->len, 2);
  fail_unless_equals_string (media (frag, 0)->mid, "1");
  fail_unless (media (frag, 0)->ufrag == NULL && media (frag, 0)->pwd == NULL);
  fail_unless_equals_int (media (frag, 0)->candidates->len, 2);
  fail_unless_equals_string (candidate (media (frag, 0), 0),
      "candidate:1 1 UDP 2 192.0.2.1 5000 typ host");
  fail_unless_equals_string (candidate (media (frag, 0), 1),
      "candidate:2 1 UDP 1 192.0.2.2 5000 typ host");
  fail_if (media (frag, 0)->end_of_candidates);
  fail_unless_equals_string (media (frag, 1)->mid, "two");
  fail_unless_equals_int (media (frag, 1)->candidates->len, 1);
  fail_unless (media (frag, 1)->end_of_candidates);
  ice_sdp_frag_free (frag);
}
GST_END_TEST;

/* RFC 8839 §5.4 [SDP-5.4-1], RFC 8840 §9 [FRAG-9-3] */
GST_START_TEST (media_credentials_go_before_the_sessions)
{
  IceSdpFrag *frag = parse ("a=ice-ufrag:sess\n"
                            "a=ice-pwd:" PWD "\n"
                            "m=audio 9 RTP/AVP 0\n"
                            "a=ice-ufrag:medi\n"
                            "a=ice-pwd:" PWD2 "\n"
                            "m=audio 9 RTP/AVP 0\n"
                            "a=ice-ufrag:half\n"
                            "m=audio 9 RTP/AVP 0\n");

  fail_unless_equals_string (frag->ufrag, "sess");
  fail_unless_equals_string (media (frag, 0)->ufrag, "medi");
  fail_unless_equals_string (media (frag, 0)->pwd, PWD2);
  /* Each value overrides for itself. */
  fail_unless_equals_string (media (frag, 1)->ufrag, "half");
  fail_unless_equals_string (media (frag, 1)->pwd, PWD);
  fail_unless (media (frag, 2)->ufrag == NULL);
  ice_sdp_frag_free (frag);

  frag = parse ("m=audio 9 RTP/AVP 0\na=ice-ufrag:medi\na=ice-pwd:" PWD "\n");
  fail_unless (frag->ufrag == NULL && frag->pwd == NULL);
  fail_unless_equals_string (media (frag, 0)->ufrag, "medi");
  ice_sdp_frag_free (frag);
}
GST_END_TEST;

/* RFC 8840 §8 [FRAG-8-1] */
GST_START_TEST (the_end_of_candidates_has_a_level)
{
  IceSdpFrag *frag =
      parse ("a=end-of-candidates\nm=audio 9 RTP/AVP 0\na=mid:0");

  fail_unless (frag->end_of_candidates);
  fail_if (media (frag, 0)->end_of_candidates);
  ice_sdp_frag_free (frag);
  frag = parse ("m=audio 9 RTP/AVP 0\na=mid:0\na=end-of-candidates\n"
                "m=audio 9 RTP/AVP 0\na=mid:1\n");
  fail_if (frag->end_of_candidates);
  fail_unless (media (frag, 0)->end_of_candidates);
  fail_if (media (frag, 1)->end_of_candidates);
  ice_sdp_frag_free (frag);
}
GST_END_TEST;

/* RFC 8840 §9 [FRAG-9-4] */
GST_START_TEST (names_come_in_any_case_and_unknown_lines_are_skipped)
{
  IceSdpFrag *frag = parse ("junk\n\n=\na=\na=:\na=x-new:1\nb=AS:5\n"
                            "a=ICE-UFrag:8hhY \na=ice-PWD: " PWD "\n"
                            "a=Ice-Options: google-ice ICE2  renomination\n"
                            "a=ICE-LITE\n"
                            "m=audio 9 RTP/AVP 0\n"
                            "  a=MID: 7 \r\n"
                            "a=Candidate: 1 1 UDP 1 192.0.2.1 5000 typ host \n"
                            "a=candidates:no\n"
                            "a=END-of-candidates");

  fail_unless_equals_string (frag->ufrag, "8hhY");
  fail_unless_equals_string (frag->pwd, PWD);
  fail_unless (frag->ice2 && frag->renomination && frag->lite);
  fail_if (frag->trickle);
  fail_unless_equals_string (media (frag, 0)->mid, "7");
  fail_unless_equals_int (media (frag, 0)->candidates->len, 1);
  fail_unless_equals_string (candidate (media (frag, 0), 0),
      "candidate:1 1 UDP 1 192.0.2.1 5000 typ host");
  fail_unless (media (frag, 0)->end_of_candidates);
  ice_sdp_frag_free (frag);
}
GST_END_TEST;

GST_START_TEST (a_bad_candidate_line_is_kept_between_its_neighbours)
{
  IceSdpFrag *frag = parse ("m=audio 9 RTP/AVP 0\n"
                            "a=candidate:1 1 UDP 1 192.0.2.1 5000 typ host\n"
                            "a=candidate:what is this\n"
                            "a=candidate:2 1 UDP 1 192.0.2.2 5000 typ host\n");

  fail_unless_equals_int (media (frag, 0)->candidates->len, 3);
  fail_unless_equals_string (candidate (media (frag, 0), 1),
      "candidate:what is this");
  fail_unless_equals_string (candidate (media (frag, 0), 2),
      "candidate:2 1 UDP 1 192.0.2.2 5000 typ host");
  ice_sdp_frag_free (frag);
}
GST_END_TEST;

GST_START_TEST (the_first_of_a_kind_at_a_level_counts)
{
  IceSdpFrag *frag = parse ("a=ice-ufrag:onee\na=ice-pwd:" PWD "\n"
                            "a=ice-ufrag:twoo\na=ice-pwd:" PWD2 "\n"
                            "m=audio 9 RTP/AVP 0\na=mid:0\na=mid:1\n");

  fail_unless_equals_string (frag->ufrag, "onee");
  fail_unless_equals_string (frag->pwd, PWD);
  fail_unless_equals_int (frag->media->len, 1);
  fail_unless_equals_string (media (frag, 0)->mid, "0");
  ice_sdp_frag_free (frag);
}
GST_END_TEST;

/* Found by fuzzing: it would have come back as another one. */
GST_START_TEST (a_mid_that_is_no_token_is_skipped)
{
  IceSdpFrag *frag = parse ("m=audio 9 RTP/AVP 0\na=mid:0\r\tx\r\n"
                            "m=audio 9 RTP/AVP 0\na=mid:\n"
                            "m=audio 9 RTP/AVP 0\na=mid:\xc3\xa4\n"
                            "m=audio 9 RTP/AVP 0\na=mid:0 x\n");

  fail_unless_equals_int (frag->media->len, 4);
  fail_unless (media (frag, 0)->mid == NULL);
  fail_unless (media (frag, 1)->mid == NULL);
  fail_unless (media (frag, 2)->mid == NULL);
  fail_unless_equals_string (media (frag, 3)->mid, "0");
  ice_sdp_frag_free (frag);
}
GST_END_TEST;

/* What a browser hands over as a whole offer. */
GST_START_TEST (full_sdp_is_a_fragment_too)
{
  IceSdpFrag *frag = parse (
      "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
      "a=group:BUNDLE 0 1\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n"
      "m=audio 54321 UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP4 203.0.113.7\r\n"
      "a=rtcp:9 IN IP4 0.0.0.0\r\n"
      "a=candidate:842163049 1 udp 1677729535 203.0.113.7 54321 typ srflx "
      "raddr 0.0.0.0 rport 0 generation 0 network-cost 999\r\n"
      "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
      "a=ice-options:trickle\r\na=fingerprint:sha-256 D1:2C\r\n"
      "a=setup:actpass\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\n"
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
      "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=mid:1\r\n");

  fail_unless_equals_int (frag->media->len, 2);
  fail_unless (frag->ufrag == NULL && frag->trickle && !frag->ice2);
  fail_unless_equals_string (media (frag, 0)->ufrag, "EsAw");
  fail_unless_equals_string (media (frag, 0)->mid, "0");
  fail_unless_equals_int (media (frag, 0)->candidates->len, 1);
  fail_unless_equals_string (media (frag, 1)->ufrag, "EsAw");
  fail_unless_equals_string (media (frag, 1)->mid, "1");
  ice_sdp_frag_free (frag);
}
GST_END_TEST;

GST_START_TEST (candidates_without_any_media_line_are_the_first_streams)
{
  IceSdpFrag *frag = parse ("a=candidate:1 1 UDP 1 192.0.2.1 5000 typ host\n"
                            "a=candidate:2 1 UDP 1 192.0.2.2 5000 typ host\n"
                            "a=ice-ufrag:8hhY\n"
                            "a=ice-pwd:" PWD "\n"
                            "a=end-of-candidates\n");

  fail_unless_equals_int (frag->media->len, 1);
  fail_unless (media (frag, 0)->mid == NULL);
  fail_unless_equals_int (media (frag, 0)->candidates->len, 2);
  fail_unless_equals_string (frag->ufrag, "8hhY");
  fail_unless (frag->end_of_candidates);
  ice_sdp_frag_free (frag);
  frag = parse ("a=mid:0\na=candidate:1\na=mid:1\na=candidate:2\n");
  fail_unless_equals_int (frag->media->len, 2);
  fail_unless_equals_string (candidate (media (frag, 1), 0), "candidate:2");
  ice_sdp_frag_free (frag);
}
GST_END_TEST;

/* RFC 8839 §5.5 [SDP-5.5-1] */
GST_START_TEST (pacing_is_one_to_ten_digits_or_absent)
{
  static const struct
  {
    const char *text;
    unsigned pacing;
  } rows[] = {
    { "a=ice-lite", 0 },
    { "a=ice-pacing:50", 50 },
    { "a=ice-pacing:0000000005", 5 },
    { "a=ice-pacing:4294967295", 4294967295 },
    { "a=ice-pacing:4294967296", 0 },
    { "a=ice-pacing:00000000005", 0 },
    { "a=ice-pacing:fast", 0 },
    { "a=ice-pacing:", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    IceSdpFrag *frag = parse (rows[i].text);

    fail_unless (frag->pacing == rows[i].pacing, "%s", rows[i].text);
    ice_sdp_frag_free (frag);
  }
}
GST_END_TEST;

/* RFC 8839 §5.4 [SDP-5.4-1] [SDP-5.4-2] */
GST_START_TEST (what_is_no_fragment_is_refused_with_a_reason)
{
  static const struct
  {
    const char *text;
    const char *why; /* a part of it */
  } rows[] = {
    { "", "no line" },
    { "hello", "no line" },
    { "a=x:y\r\n", "no line" },
    { "{\"candidate\":\"candidate:1\"}", "no line" },
    { "a=ice-ufrag:8hhY\n", "without an ice-pwd" },
    { "a=ice-pwd:" PWD "\n", "without an ice-ufrag" },
    { "m=audio\na=ice-ufrag:8hhY\n", "without an ice-pwd" },
    { "m=audio\na=ice-pwd:" PWD "\n", "without an ice-ufrag" },
    { "m=audio\na=ice-ufrag:8hhY\nm=audio\na=ice-pwd:" PWD "\n",
        "without an ice-pwd" },
    { "a=ice-ufrag:abc\na=ice-pwd:" PWD "\n", "ice-ufrag is not" },
    { "a=ice-ufrag:ab cd\na=ice-pwd:" PWD "\n", "ice-ufrag is not" },
    { "a=ice-ufrag\na=ice-pwd:" PWD "\n", "ice-ufrag is not" },
    { "a=ice-ufrag:abcd\na=ice-pwd:short\n", "ice-pwd is not" },
    { "a=ice-ufrag:8hhY\na=ice-pwd:" PWD "\nm=a\na=ice-ufrag:8hhY\n"
      "a=ice-pwd:" PWD2 "\n",
        "two different" },
    { "m=a\na=ice-ufrag:8hhY\na=ice-pwd:" PWD "\nm=a\na=ice-ufrag:8hhY\n"
      "a=ice-pwd:" PWD2 "\n",
        "two different" },
    { "a=ice-lite\na=x:\xff\xfe\n", "UTF-8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *why = "";

    fail_unless (ice_sdp_frag_parse (rows[i].text, &why) == NULL, "%s",
        rows[i].text);
    fail_unless (strstr (why, rows[i].why) != NULL, "%s: %s", rows[i].text,
        why);
    fail_unless (ice_sdp_frag_parse (rows[i].text, NULL) == NULL);
  }
}
GST_END_TEST;

GST_START_TEST (size_and_number_of_media_are_bounded)
{
  g_autoptr (GString) text = g_string_new ("a=ice-lite\n");
  const char *why = NULL;
  IceSdpFrag *frag;

  while (text->len < 256 * 1024)
    g_string_append_c (text, '\n');
  frag = parse (text->str);
  ice_sdp_frag_free (frag);
  g_string_append_c (text, '\n');
  fail_unless (ice_sdp_frag_parse (text->str, &why) == NULL);
  fail_unless (strstr (why, "256 KiB") != NULL);

  g_string_truncate (text, 0);
  for (int i = 0; i < 1024; i++)
    g_string_append (text, "m=\n");
  frag = parse (text->str);
  fail_unless_equals_int (frag->media->len, 1024);
  ice_sdp_frag_free (frag);
  g_string_append (text, "m=\n");
  fail_unless (ice_sdp_frag_parse (text->str, &why) == NULL);
  fail_unless (strstr (why, "media") != NULL);
}
GST_END_TEST;

/* RFC 8839 §4.2 [SDP-4.2-1] [SDP-4.2-2], RFC 8840 §9 [FRAG-9-1] [FRAG-9-2] */
GST_START_TEST (fragments_are_written_exactly)
{
  IceSdpFrag *frag = ice_sdp_frag_new ();
  IceSdpMedia *first;
  g_autofree char *text = NULL;
  g_autofree char *full = NULL;

  frag->ufrag = g_strdup ("8hhY");
  frag->pwd = g_strdup (PWD);
  text = ice_sdp_frag_write (frag);
  fail_unless_equals_string (text, "a=ice-ufrag:8hhY\r\na=ice-pwd:" PWD "\r\n");

  frag->lite = frag->ice2 = frag->trickle = frag->renomination = true;
  frag->pacing = 20;
  frag->end_of_candidates = true;
  first = ice_sdp_frag_add_media (frag, "0");
  g_ptr_array_add (first->candidates,
      g_strdup ("candidate:1 1 UDP 1 192.0.2.1 5000 typ host"));
  first->ufrag = g_strdup ("medi");
  first->pwd = g_strdup (PWD2);
  first->end_of_candidates = true;
  ice_sdp_frag_add_media (frag, NULL);
  full = ice_sdp_frag_write (frag);
  fail_unless_equals_string (full,
      "a=ice-ufrag:8hhY\r\na=ice-pwd:" PWD "\r\na=ice-lite\r\n"
      "a=ice-options:ice2 trickle renomination\r\na=ice-pacing:20\r\n"
      "a=end-of-candidates\r\n"
      "m=audio 9 RTP/AVP 0\r\na=ice-ufrag:medi\r\na=ice-pwd:" PWD2 "\r\n"
      "a=mid:0\r\na=candidate:1 1 UDP 1 192.0.2.1 5000 typ host\r\n"
      "a=end-of-candidates\r\n"
      "m=audio 9 RTP/AVP 0\r\n");
  ice_sdp_frag_free (frag);
  ice_sdp_frag_free (NULL);
}
GST_END_TEST;

GST_START_TEST (what_was_read_is_written_and_read_again_the_same)
{
  static const char *const texts[] = {
    "a=ice-ufrag:8hhY\na=ice-pwd:" PWD "\na=ice-options:ice2\n",
    "m=audio 9 RTP/AVP 0\na=mid:0\na=candidate:x\nm=video\na=mid:1\n",
    "a=candidate:x\na=end-of-candidates\n",
    "m=audio\na=ice-ufrag:8hhY\na=ice-pwd:" PWD "\na=end-of-candidates\n",
    "a=ice-lite\na=ice-pacing:7\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    IceSdpFrag *frag = parse (texts[i]);
    g_autofree char *once = ice_sdp_frag_write (frag);
    IceSdpFrag *again = parse (once);
    g_autofree char *twice = ice_sdp_frag_write (again);

    fail_unless_equals_string (once, twice);
    fail_unless_equals_int (frag->media->len, again->media->len);
    ice_sdp_frag_free (frag);
    ice_sdp_frag_free (again);
  }
}
GST_END_TEST;

static Suite *
sdpfrag_suite (void)
{
  Suite *suite = suite_create ("ice/sdpfrag");
  TCase *tcase = tcase_create ("sdpfrag");

  tcase_add_test (tcase, a_fragment_of_two_media_is_read);
  tcase_add_test (tcase, media_credentials_go_before_the_sessions);
  tcase_add_test (tcase, the_end_of_candidates_has_a_level);
  tcase_add_test (tcase, names_come_in_any_case_and_unknown_lines_are_skipped);
  tcase_add_test (tcase, a_bad_candidate_line_is_kept_between_its_neighbours);
  tcase_add_test (tcase, the_first_of_a_kind_at_a_level_counts);
  tcase_add_test (tcase, a_mid_that_is_no_token_is_skipped);
  tcase_add_test (tcase, full_sdp_is_a_fragment_too);
  tcase_add_test (tcase,
      candidates_without_any_media_line_are_the_first_streams);
  tcase_add_test (tcase, pacing_is_one_to_ten_digits_or_absent);
  tcase_add_test (tcase, what_is_no_fragment_is_refused_with_a_reason);
  tcase_add_test (tcase, size_and_number_of_media_are_bounded);
  tcase_add_test (tcase, fragments_are_written_exactly);
  tcase_add_test (tcase, what_was_read_is_written_and_read_again_the_same);
  suite_add_tcase (suite, tcase);
  return suite;
}

GST_CHECK_MAIN (sdpfrag);
