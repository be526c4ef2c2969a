/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ring of marks. It is filled under the agent's lock, a few stores a mark,
 * and read as a copy. */

#include "gsticetimeline.h"

#include "gsticetypes.h"

void
gst_ice_timeline_clear (GstIceTimeline *timeline)
{
  timeline->added = 0;
  g_clear_pointer (&timeline->marks, g_array_unref);
}

void
gst_ice_timeline_add (GstIceTimeline *timeline, const GstIceMark *mark)
{
  if (timeline->marks == NULL)
    timeline->marks = g_array_new (FALSE, FALSE, sizeof (GstIceMark));
  if (timeline->marks->len < GST_ICE_TIMELINE_MAX)
    g_array_append_val (timeline->marks, *mark);
  else
    g_array_index (timeline->marks, GstIceMark,
        timeline->added % GST_ICE_TIMELINE_MAX) = *mark;
  timeline->added++;
}

GArray *
gst_ice_timeline_read (const GstIceTimeline *timeline)
{
  GArray *marks = g_array_new (FALSE, FALSE, sizeof (GstIceMark));
  guint64 first = timeline->added > GST_ICE_TIMELINE_MAX
      ? timeline->added - GST_ICE_TIMELINE_MAX
      : 0;
  guint64 i;

  for (i = first; i < timeline->added; i++)
    g_array_append_val (marks,
        g_array_index (timeline->marks, GstIceMark, i % GST_ICE_TIMELINE_MAX));
  return marks;
}

gboolean
gst_ice_timeline_kind_of (NetBytes stun, gboolean sent,
    GstIceMarkKind *out_kind)
{
  guint16 type;

  if (!net_bytes_get_u16 (&stun, &type))
    return FALSE;
  switch (type & 0x0110) { /* RFC 8489 §5: the class bits */
    case 0x0000:
      *out_kind =
          sent ? GST_ICE_MARK_REQUEST_SENT : GST_ICE_MARK_REQUEST_RECEIVED;
      return TRUE;
    case 0x0100:
      *out_kind =
          sent ? GST_ICE_MARK_RESPONSE_SENT : GST_ICE_MARK_RESPONSE_RECEIVED;
      return TRUE;
    case 0x0110:
      *out_kind =
          sent ? GST_ICE_MARK_RESPONSE_SENT : GST_ICE_MARK_ERROR_RECEIVED;
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
gst_ice_mark_is_milestone (const GstIceMark *mark)
{
  return mark->kind >= GST_ICE_MARK_GATHERING;
}

static const gchar *
nick_of (GType type, gint value)
{
  GEnumClass *klass = g_type_class_ref (type);
  const gchar *nick = g_enum_get_value (klass, value)->value_nick;

  g_type_class_unref (klass);
  return nick;
}

const gchar *
gst_ice_state_name (IceState state)
{
  return nick_of (GST_TYPE_ICE_CONNECTION_STATE, (gint) state);
}

const gchar *
gst_ice_gathering_name (IceGathering gathering)
{
  return nick_of (GST_TYPE_ICE_GATHERING_STATE, (gint) gathering);
}

gchar *
gst_ice_mark_name (const GstIceMark *mark)
{
  switch ((GstIceMarkKind) mark->kind) {
    case GST_ICE_MARK_REQUEST_SENT:
      return g_strdup ("request-sent");
    case GST_ICE_MARK_RESPONSE_SENT:
      return g_strdup ("response-sent");
    case GST_ICE_MARK_REQUEST_RECEIVED:
      return g_strdup ("request-received");
    case GST_ICE_MARK_RESPONSE_RECEIVED:
      return g_strdup ("response-received");
    case GST_ICE_MARK_ERROR_RECEIVED:
      return g_strdup ("error-received");
    case GST_ICE_MARK_GATHERING:
      return g_strdup_printf ("gathering %s",
          gst_ice_gathering_name (mark->value));
    case GST_ICE_MARK_STATE:
      return g_strdup_printf ("state %s", gst_ice_state_name (mark->value));
    case GST_ICE_MARK_CREDENTIALS:
      return g_strdup ("remote-credentials");
    case GST_ICE_MARK_LOCAL_CANDIDATE:
      return g_strdup ("local-candidate");
    case GST_ICE_MARK_REMOTE_CANDIDATE:
      return g_strdup ("remote-candidate");
    case GST_ICE_MARK_SERVER_OK:
      return g_strdup ("server-ok");
    case GST_ICE_MARK_SERVER_FAILED:
      return g_strdup ("server-failed");
    case GST_ICE_MARK_SELECTED:
      return g_strdup ("selected");
    case GST_ICE_MARK_RESTART:
      return g_strdup ("restart");
    case GST_ICE_MARK_NETWORK:
      return g_strdup ("network-changed");
  }
  g_assert_not_reached ();
}
