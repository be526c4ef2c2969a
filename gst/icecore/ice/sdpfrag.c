/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trickle fragments (RFC 8840 §9), read and written. The reader goes line by
 * line and takes whole SDP as well: what has nothing to do with ICE is skipped.
 * Where a line belongs follows from the m= lines before it. */

#include "sdp.h"

#include <string.h>

#include "span.h"

#define FRAG_MAX (256 * 1024)
/* An m= line is short, what we keep of it is not. */
#define MEDIA_MAX 1024

static void
free_media (void *data)
{
  IceSdpMedia *media = data;

  g_free (media->mid);
  g_free (media->ufrag);
  g_free (media->pwd);
  g_ptr_array_unref (media->candidates);
  g_free (media);
}

IceSdpFrag *
ice_sdp_frag_new (void)
{
  IceSdpFrag *frag = g_new0 (IceSdpFrag, 1);

  frag->media = g_ptr_array_new_with_free_func (free_media);
  return frag;
}

void
ice_sdp_frag_free (IceSdpFrag *frag)
{
  if (frag == NULL)
    return;
  g_free (frag->ufrag);
  g_free (frag->pwd);
  g_ptr_array_unref (frag->media);
  g_free (frag);
}

IceSdpMedia *
ice_sdp_frag_add_media (IceSdpFrag *frag, const char *mid)
{
  IceSdpMedia *media = g_new0 (IceSdpMedia, 1);

  media->mid = g_strdup (mid);
  media->candidates = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (frag->media, media);
  return media;
}

typedef struct
{
  IceSdpFrag *frag;
  IceSdpMedia *section; /* of the last m= line; NULL: session level */
  /* Candidates or a mid without any m= line: some senders leave it out. The
   * other attributes still stand at session level then. */
  IceSdpMedia *implied;
  bool known; /* a line of ours was there */
} Reader;

/* The first one at a level counts. */
static void
keep_first (char **text, IceSpan value)
{
  if (*text == NULL)
    *text = g_strndup (value.text, value.len);
}

static const char *
read_ufrag (Reader *reader, IceSpan value)
{
  /* RFC 8839 §5.4 [SDP-5.4-2] */
  if (!ice_span_is_ice_chars (value, 4, ICE_UFRAG_MAX - 1, true))
    return "ice-ufrag is not 4 to 256 letters, digits, '+' or '/'";
  keep_first (reader->section ? &reader->section->ufrag : &reader->frag->ufrag,
      value);
  return NULL;
}

static const char *
read_pwd (Reader *reader, IceSpan value)
{
  if (!ice_span_is_ice_chars (value, 22, ICE_PWD_MAX - 1, true))
    return "ice-pwd is not 22 to 256 letters, digits, '+' or '/'";
  keep_first (reader->section ? &reader->section->pwd : &reader->frag->pwd,
      value);
  return NULL;
}

static const char *
read_lite (Reader *reader, IceSpan value)
{
  (void) value;
  reader->frag->lite = true;
  return NULL;
}

static const char *
read_options (Reader *reader, IceSpan value)
{
  IceSdpFrag *frag = reader->frag;

  frag->has_options = true;
  for (;;) {
    IceSpan option = ice_span_next_word (&value);

    if (option.len == 0)
      return NULL;
    if (ice_span_is (option, "ice2"))
      frag->ice2 = true;
    if (ice_span_is (option, "trickle"))
      frag->trickle = true;
    if (ice_span_is (option, "renomination"))
      frag->renomination = true;
  }
}

/* RFC 8839 §5.5 [SDP-5.5-1]: what is no number counts as absent, 50 ms. */
static const char *
read_pacing (Reader *reader, IceSpan value)
{
  uint32_t pacing;

  if (ice_span_number (value, 10, UINT32_MAX, &pacing))
    reader->frag->pacing = pacing;
  return NULL;
}

static bool
is_visible (IceSpan span)
{
  size_t i;

  for (i = 0; i < span.len; i++) {
    if (!g_ascii_isgraph (span.text[i]))
      return false;
  }
  return span.len > 0;
}

static const char *
read_mid (Reader *reader, IceSpan value)
{
  IceSpan mid = ice_span_next_word (&value);

  if (!is_visible (mid))
    return NULL;
  if (reader->section == NULL)
    reader->implied = ice_sdp_frag_add_media (reader->frag, NULL);
  keep_first (reader->section ? &reader->section->mid : &reader->implied->mid,
      mid);
  return NULL;
}

static const char *
read_candidate (Reader *reader, IceSpan value)
{
  IceSdpMedia *media = reader->section;

  if (media == NULL && reader->implied == NULL)
    reader->implied = ice_sdp_frag_add_media (reader->frag, NULL);
  if (media == NULL)
    media = reader->implied;
  g_ptr_array_add (media->candidates,
      g_strdup_printf ("candidate:%.*s", (int) value.len, value.text));
  return NULL;
}

/* RFC 8840 §8 [FRAG-8-1]: before any m= line it ends all streams, behind one
 * that stream. */
static const char *
read_end (Reader *reader, IceSpan value)
{
  (void) value;
  if (reader->section == NULL)
    reader->frag->end_of_candidates = true;
  else
    reader->section->end_of_candidates = true;
  return NULL;
}

static const struct
{
  const char *name;
  const char *(*read) (Reader *, IceSpan);
} attributes[] = {
  { "ice-ufrag", read_ufrag },
  { "ice-pwd", read_pwd },
  { "ice-lite", read_lite },
  { "ice-options", read_options },
  { "ice-pacing", read_pacing },
  { "mid", read_mid },
  { "candidate", read_candidate },
  { "end-of-candidates", read_end },
};

/* RFC 8840 §9 [FRAG-9-4]: names in any case, unknown ones skipped. */
static const char *
read_attribute (Reader *reader, IceSpan line)
{
  IceSpan name;
  unsigned i;

  if (!ice_span_next_part (&line, ':', &name))
    return NULL;
  for (i = 0; i < G_N_ELEMENTS (attributes); i++) {
    if (ice_span_is (ice_span_strip (name), attributes[i].name)) {
      reader->known = true;
      return attributes[i].read (reader, ice_span_strip (line));
    }
  }
  return NULL;
}

static const char *
read_line (Reader *reader, IceSpan line)
{
  /* RFC 8840 §9 [FRAG-9-1]: what else an m= line says is of no interest. */
  if (ice_span_skip_prefix (&line, "m=")) {
    reader->known = true;
    reader->section = ice_sdp_frag_add_media (reader->frag, NULL);
    return NULL;
  }
  if (ice_span_skip_prefix (&line, "a="))
    return read_attribute (reader, line);
  return NULL;
}

static const char *
read_lines (Reader *reader, const char *text)
{
  IceSpan rest = ice_span_new (text);
  IceSpan line;

  while (ice_span_next_part (&rest, '\n', &line)) {
    const char *why = read_line (reader, ice_span_strip (line));

    if (why != NULL)
      return why;
    if (reader->frag->media->len > MEDIA_MAX)
      return "there are more than 1024 media in it";
  }
  return reader->known ? NULL : "there is no line of an ICE fragment in it";
}

/* RFC 8839 §5.4 [SDP-5.4-1]: the media's own value goes before the session's,
 * each for itself; in the end both or none must be there, and one ufrag cannot
 * have two passwords. */
static const char *
check_pair (GHashTable *pwds, const char *ufrag, const char *pwd)
{
  const char *before;

  if (ufrag == NULL && pwd == NULL)
    return NULL;
  if (ufrag == NULL)
    return "there is an ice-pwd without an ice-ufrag";
  if (pwd == NULL)
    return "there is an ice-ufrag without an ice-pwd";
  before = g_hash_table_lookup (pwds, ufrag);
  if (before != NULL && strcmp (before, pwd) != 0)
    return "one ice-ufrag has two different ice-pwd";
  g_hash_table_insert (pwds, (void *) ufrag, (void *) pwd);
  return NULL;
}

static const char *
settle_credentials (IceSdpFrag *frag)
{
  g_autoptr (GHashTable) pwds = g_hash_table_new (g_str_hash, g_str_equal);
  const char *why = NULL;
  unsigned i;

  for (i = 0; i < frag->media->len && why == NULL; i++) {
    IceSdpMedia *media = g_ptr_array_index (frag->media, i);

    if (media->ufrag != NULL && media->pwd == NULL)
      media->pwd = g_strdup (frag->pwd);
    if (media->pwd != NULL && media->ufrag == NULL)
      media->ufrag = g_strdup (frag->ufrag);
    why = check_pair (pwds, media->ufrag, media->pwd);
  }
  return why != NULL ? why : check_pair (pwds, frag->ufrag, frag->pwd);
}

static const char *
check_text (const char *text)
{
  size_t len = strlen (text);

  if (len > FRAG_MAX)
    return "it is longer than 256 KiB";
  if (!g_utf8_validate (text, (gssize) len, NULL))
    return "it is not UTF-8";
  return NULL;
}

IceSdpFrag *
ice_sdp_frag_parse (const char *text, const char **out_why)
{
  Reader reader = { .frag = ice_sdp_frag_new () };
  const char *why = check_text (text);

  if (why == NULL)
    why = read_lines (&reader, text);
  if (why == NULL)
    why = settle_credentials (reader.frag);
  if (why == NULL)
    return reader.frag;
  ice_sdp_frag_free (reader.frag);
  if (out_why != NULL)
    *out_why = why;
  return NULL;
}

static void
write_line (GString *text, const char *attribute, const char *value)
{
  if (value != NULL)
    g_string_append_printf (text, "a=%s:%s\r\n", attribute, value);
}

static void
write_options (GString *text, const IceSdpFrag *frag)
{
  if (!frag->ice2 && !frag->trickle && !frag->renomination)
    return;
  /* RFC 8839 §4.2 [SDP-4.2-1] */
  g_string_append (text, "a=ice-options:");
  if (frag->ice2)
    g_string_append (text, "ice2 ");
  if (frag->trickle)
    g_string_append (text, "trickle ");
  if (frag->renomination)
    g_string_append (text, "renomination ");
  g_string_truncate (text, text->len - 1);
  g_string_append (text, "\r\n");
}

/* RFC 8840 §9 [FRAG-9-3] [FRAG-9-2]: credentials at the level they were given
 * for, and the mid right before its candidates. */
static void
write_media (GString *text, const IceSdpMedia *media)
{
  unsigned i;

  g_string_append (text, "m=audio 9 RTP/AVP 0\r\n");
  write_line (text, "ice-ufrag", media->ufrag);
  write_line (text, "ice-pwd", media->pwd);
  write_line (text, "mid", media->mid);
  for (i = 0; i < media->candidates->len; i++)
    g_string_append_printf (text, "a=%s\r\n",
        (const char *) g_ptr_array_index (media->candidates, i));
  if (media->end_of_candidates)
    g_string_append (text, "a=end-of-candidates\r\n");
}

char *
ice_sdp_frag_write (const IceSdpFrag *frag)
{
  GString *text = g_string_sized_new (512);
  unsigned i;

  write_line (text, "ice-ufrag", frag->ufrag);
  write_line (text, "ice-pwd", frag->pwd);
  /* RFC 8839 §4.2 [SDP-4.2-2]: at session level only. */
  if (frag->lite)
    g_string_append (text, "a=ice-lite\r\n");
  write_options (text, frag);
  if (frag->pacing != 0)
    g_string_append_printf (text, "a=ice-pacing:%u\r\n", frag->pacing);
  if (frag->end_of_candidates)
    g_string_append (text, "a=end-of-candidates\r\n");
  for (i = 0; i < frag->media->len; i++)
    write_media (text, g_ptr_array_index (frag->media, i));
  return g_string_free (text, FALSE);
}
