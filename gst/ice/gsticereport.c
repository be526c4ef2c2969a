/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The texts of the bus. A verdict is one plain sentence; its debug text is the
 * table of what was tried and what to do about it; its details carry the cause
 * for programs. No secret ever gets here. */

#include "gsticereport.h"

#include "gsticecandidate.h"
#include "gsticequote.h"

GST_DEBUG_CATEGORY_EXTERN (gst_ice_agent_debug);
#define GST_CAT_DEFAULT gst_ice_agent_debug

typedef struct
{
  const gchar *cause;
  const gchar *text;
  const gchar *advice;
} Words;

static const Words words[] = {
  { "no-remote-candidates",
      "The peer's credentials came, but no candidate of it that can be used.",
      "Check that the peer's candidates are handed on (add-ice-candidate, or "
      "the carrier), and that its interfaces and candidate-types leave it "
      "any." },
  { GST_ICE_CAUSE_SIGNALLING, "The peer's description did not come.",
      "Start the peer with the same signalling= (or hand its credentials to "
      "set-remote-credentials, or its fragment to set-remote-description)." },
  { "no-local-candidates", "This machine has no address that can be used.",
      "Check the network and the properties interfaces, ip-family, "
      "bind-address, port-range and candidate-types." },
  { "stun-unreachable",
      "No STUN server answered, and without one there is no way to the peer.",
      "Check stun-server= and that UDP to it may leave this network." },
  { "checks-timeout",
      "No path to the peer works: every pair of addresses was tried.",
      "Both networks may hide their hosts behind address-dependent NATs or "
      "drop UDP. A STUN server on both sides (stun-server=), an open port on "
      "one (port-range=, external-address=) or a common network helps." },
  { "family-mismatch", "One side has only IPv4 addresses, the other only IPv6.",
      "Check ip-family= and interfaces= on both sides." },
  { "bad-credentials",
      "The peer answers, but refuses our password: the two sides hold "
      "credentials of different runs.",
      "Exchange the descriptions again; each restart makes new credentials." },
  { "consent-expired", "The peer has gone: it stopped answering.",
      "The peer crashed, lost its network, or the path was cut. With "
      "on-failure=wait the agent waits for it to come back." },
  { GST_ICE_CAUSE_PEER_CLOSED, "The peer has closed the connection.",
      "With on-failure=wait the agent waits for the next peer." },
};

static const Words *
words_for (const gchar *cause)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (words); i++) {
    if (g_str_equal (words[i].cause, cause))
      return &words[i];
  }
  g_assert_not_reached ();
}

const gchar *
gst_ice_report_text (const GstIceVerdict *verdict)
{
  return verdict->what != NULL ? verdict->what
                               : words_for (verdict->cause)->text;
}

const gchar *
gst_ice_report_advice (const gchar *cause)
{
  return words_for (cause)->advice;
}

static gchar *
verdict_debug (const GstIceVerdict *verdict)
{
  return g_strdup_printf ("%s%sadvice: %s",
      verdict->table != NULL ? verdict->table : "",
      verdict->table != NULL ? "\n" : "",
      gst_ice_report_advice (verdict->cause));
}

GstStructure *
gst_ice_report_structure (const GstIceVerdict *verdict)
{
  g_autofree gchar *debug = verdict_debug (verdict);

  return gst_structure_new ("ice-failure", "cause", G_TYPE_STRING,
      verdict->cause, "text", G_TYPE_STRING, gst_ice_report_text (verdict),
      "debug", G_TYPE_STRING, debug, NULL);
}

static GError *
resource_error (gint code, const gchar *text)
{
  return g_error_new_literal (GST_RESOURCE_ERROR, code, text);
}

static void
post_warning (GstElement *poster, gint code, const gchar *text,
    const gchar *debug, GstStructure *details)
{
  g_autoptr (GError) error = resource_error (code, text);

  GST_CAT_WARNING (GST_CAT_DEFAULT, "%s (%s)", text, debug);
  if (poster == NULL) {
    gst_structure_free (details);
    return;
  }
  gst_element_post_message (poster,
      gst_message_new_warning_with_details (GST_OBJECT (poster), error, debug,
          details));
}

void
gst_ice_report_verdict (GstElement *poster, const GstIceVerdict *verdict,
    gboolean fatal)
{
  const gchar *text = gst_ice_report_text (verdict);
  g_autofree gchar *debug = verdict_debug (verdict);
  GstStructure *details = gst_structure_new ("details", "cause", G_TYPE_STRING,
      verdict->cause, NULL);
  gint code = g_str_equal (verdict->cause, "bad-credentials")
      ? GST_RESOURCE_ERROR_NOT_AUTHORIZED
      : GST_RESOURCE_ERROR_OPEN_READ_WRITE;
  g_autoptr (GError) error = resource_error (code, text);

  if (!fatal || poster == NULL) {
    post_warning (poster, code, text, debug, details);
    return;
  }
  GST_CAT_ERROR (GST_CAT_DEFAULT, "%s (%s)", text, debug);
  gst_element_post_message (poster,
      gst_message_new_error_with_details (GST_OBJECT (poster), error, debug,
          details));
}

void
gst_ice_report_progress (GstElement *poster, GstProgressType type,
    const gchar *code, const gchar *text)
{
  GST_CAT_INFO (GST_CAT_DEFAULT, "%s: %s", code, text);
  if (poster != NULL)
    gst_element_post_message (poster,
        gst_message_new_progress (GST_OBJECT (poster), type, code, text));
}

void
gst_ice_report_refused (GstElement *poster, const gchar *what,
    const gchar *input)
{
  g_autofree gchar *quoted = gst_ice_quote (input);
  g_autofree gchar *text = g_strdup_printf ("%s: \"%s\"", what, quoted);

  post_warning (poster, GST_RESOURCE_ERROR_SETTINGS, text,
      "The input was ignored; what came before it and beside it holds.",
      gst_structure_new ("details", "input", G_TYPE_STRING, quoted, NULL));
}

void
gst_ice_report_waiting (GstElement *poster, const gchar *text,
    const gchar *advice)
{
  post_warning (poster, GST_RESOURCE_ERROR_OPEN_READ_WRITE, text, advice,
      gst_structure_new ("details", "cause", G_TYPE_STRING,
          GST_ICE_CAUSE_SIGNALLING, NULL));
}

void
gst_ice_report_settings (GstElement *poster, const gchar *text)
{
  post_warning (poster, GST_RESOURCE_ERROR_SETTINGS, text,
      "The agent was not started.", gst_structure_new_empty ("details"));
}

gchar *
gst_ice_report_server_reason (const IceOutServer *result)
{
  if (result->code != 0)
    return g_strdup_printf ("%u %s", (guint) result->code, result->text);
  if (net_addr_is_none (result->addr))
    return g_strdup ("its name did not resolve");
  if (*result->text != '\0')
    return g_strdup (result->text);
  return g_strdup ("no answer");
}

GstStructure *
gst_ice_report_server_structure (const gchar *uri, const IceOutServer *result)
{
  g_autofree gchar *reason = gst_ice_report_server_reason (result);
  char text[NET_ADDR_TEXT_MAX] = "";

  if (!net_addr_is_none (result->local))
    net_addr_format (result->local, text);
  return gst_structure_new ("ice-server-error", "url", G_TYPE_STRING, uri,
      "code", G_TYPE_UINT, (guint) result->code, "text", G_TYPE_STRING, reason,
      "local-address", G_TYPE_STRING, text, NULL);
}

void
gst_ice_report_server (GstElement *poster, const gchar *uri,
    const IceOutServer *result)
{
  g_autofree gchar *reason = gst_ice_report_server_reason (result);
  g_autofree gchar *text =
      g_strdup_printf ("The STUN server %s gave no address: %s.", uri, reason);

  post_warning (poster, GST_RESOURCE_ERROR_OPEN_READ, text,
      "Gathering goes on without it; host candidates and other servers may do.",
      gst_ice_report_server_structure (uri, result));
}

void
gst_ice_report_connected (GstElement *poster, NetTime took, gboolean again,
    const IceOutSelected *selected)
{
  g_autofree gchar *time = gst_ice_candidate_time_text (took);
  g_autofree gchar *rtt = gst_ice_candidate_time_text (selected->rtt);
  g_autofree gchar *text = g_strdup_printf ("%s in %s, %s to %s%s%s, %s",
      again ? "reconnected" : "connected", time,
      ice_cand_type_name (selected->local.type),
      ice_cand_type_name (selected->remote.type),
      selected->rtt != 0 ? ", RTT " : "", selected->rtt != 0 ? rtt : "",
      gst_ice_candidate_path_name (&selected->local, &selected->remote));
  g_autoptr (GError) error = resource_error (GST_RESOURCE_ERROR_FAILED, text);

  GST_CAT_INFO (GST_CAT_DEFAULT, "%s", text);
  if (poster != NULL)
    gst_element_post_message (poster,
        /* gst-launch-1.0 prints the debug text of an INFO, not its message. */
        gst_message_new_info_with_details (GST_OBJECT (poster), error, text,
            gst_ice_candidate_selected_pair (selected)));
}

void
gst_ice_report_element (GstElement *poster, GstStructure *structure)
{
  if (poster == NULL) {
    gst_structure_free (structure);
    return;
  }
  gst_element_post_message (poster,
      gst_message_new_element (GST_OBJECT (poster), structure));
}
