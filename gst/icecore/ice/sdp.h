/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Candidate lines (RFC 8839 §5.1) and trickle fragments (RFC 8840 §9): liberal
 * in, exact out. Nothing here knows a session; a text that cannot be used says
 * why in words that a person can act on. */

#include <glib.h>

#include "cand.h"

typedef enum
{
  ICE_SDP_OK,
  ICE_SDP_END,       /* "": end-of-candidates */
  ICE_SDP_IGNORED,   /* well-formed, but a transport, type or address family
                        that we do not do: that line only */
  ICE_SDP_MALFORMED, /* cannot be parsed */
} IceSdpResult;

typedef struct
{
  IceCand cand;
  char name[256];            /* FQDN in place of an address; else "" */
  char ufrag[ICE_UFRAG_MAX]; /* extension `ufrag`; else "" */
} IceSdpCand;

/* Takes "a=candidate:…", "candidate:…" or what follows the colon, trailing CR
 * LF and blanks, browsers' extension pairs in any order. `out_why` (may be
 * NULL) points to static text for IGNORED and MALFORMED. */
IceSdpResult ice_sdp_parse_cand (const char *text, IceSdpCand *out_cand,
    const char **out_why);

/* "candidate:…" without "a=" and CRLF; `ufrag` (may be NULL) is written as the
 * extension that ties the line to its generation. g_free. */
char *ice_sdp_write_cand (const IceCand *cand, const char *ufrag);

/* RFC 8839 §5.4: 4..256 and 22..256 ice-chars; `lenient` also takes '-', '_'
 * and '=' as some peers send them. */
bool ice_sdp_is_ufrag (const char *text, bool lenient);
bool ice_sdp_is_pwd (const char *text, bool lenient);

/* One pseudo media section of a fragment. */
typedef struct
{
  char *mid;   /* NULL: none */
  char *ufrag; /* NULL: the session's */
  char *pwd;
  GPtrArray *candidates; /* char *, "candidate:…", in order */
  bool end_of_candidates;
} IceSdpMedia;

typedef struct
{
  char *ufrag;
  char *pwd;
  bool lite;
  bool has_options; /* an ice-options line was there */
  bool ice2;
  bool trickle;
  bool renomination;
  bool end_of_candidates; /* session level: all streams */
  unsigned pacing;        /* ms; 0: absent, means 50 */
  GPtrArray *media;       /* IceSdpMedia *, by m= line */
} IceSdpFrag;

IceSdpFrag *ice_sdp_frag_new (void);
void ice_sdp_frag_free (IceSdpFrag *frag);
IceSdpMedia *ice_sdp_frag_add_media (IceSdpFrag *frag, const char *mid);
/* NULL when it is no fragment at all (no line of a known form, no ufrag without
 * pwd, bad credentials, not UTF-8, over 256 KiB); `out_why`: static text. A bad
 * candidate line inside is kept as text: who adds it will say so. Takes full
 * SDP too: what is not ICE is skipped. */
IceSdpFrag *ice_sdp_frag_parse (const char *text, const char **out_why);
/* CRLF line ends, "m=audio 9 RTP/AVP 0" pseudo lines; g_free. */
char *ice_sdp_frag_write (const IceSdpFrag *frag);
