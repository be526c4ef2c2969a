/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The conversation of docs/signalling.md, as every carrier holds it: who said
 * hello, what may be written to whom, what is refused and how often that is
 * told. A subclass brings lines in and takes lines out.
 *
 * A hello is answered with a hello when its session was not heard before. So
 * two ends find each other even if what carries the lines dropped the first
 * hello because nobody was there to read it, and the answering ends by itself.
 */

#include "carrier.h"

#include <string.h>

#include "signal-message.h"

/* Complaints about the peer end on the bus: a few at once, then a few per
 * second, the rest only counted. */
#define COMPLAINTS_MAX 8
#define COMPLAINT_INTERVAL G_USEC_PER_SEC

typedef struct
{
  GMainContext *context;
  /* Ours, random; and the one whose hello we answered. */
  gchar *session;
  gchar *heard;
  gboolean joined;
  gboolean noisy;
  /* The credentials that the peer got last: others are a restart. */
  gchar *sent_ufrag;
  gchar *waiting;
  guint complaints;
  guint complaints_unsaid;
  gint64 complaints_since;
} GstIceCarrierPrivate;

static void gst_ice_carrier_signaller_init (GstIceSignallerInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstIceCarrier, gst_ice_carrier, G_TYPE_OBJECT,
    G_ADD_PRIVATE (GstIceCarrier) G_IMPLEMENT_INTERFACE (GST_TYPE_ICE_SIGNALLER,
        gst_ice_carrier_signaller_init))

static GstIceCarrierPrivate *
get_private (GstIceCarrier *self)
{
  return gst_ice_carrier_get_instance_private (self);
}

/* A context is held from start to stop. */
static gboolean
is_running (GstIceCarrierPrivate *priv)
{
  return priv->context != NULL;
}

static gchar *
make_session (void)
{
  g_autofree gchar *uuid = g_uuid_string_random ();
  return g_strndup (uuid, 18);
}

static gchar *
make_hello (GstIceCarrierPrivate *priv)
{
  GstIceSignalMessage hello = { .type = GST_ICE_SIGNAL_HELLO,
    .text = priv->session,
    .to = priv->heard };
  return gst_ice_signal_message_to_line (&hello);
}

static void
begin (GstIceCarrier *self)
{
  g_autofree gchar *hello = make_hello (get_private (self));
  GST_ICE_CARRIER_GET_CLASS (self)->begin (self, hello);
}

static void
forget_peer (GstIceCarrierPrivate *priv)
{
  priv->joined = FALSE;
  g_clear_pointer (&priv->heard, g_free);
  g_clear_pointer (&priv->sent_ufrag, g_free);
}

void
gst_ice_carrier_connected (GstIceCarrier *self)
{
  forget_peer (get_private (self));
  begin (self);
}

void
gst_ice_carrier_disconnected (GstIceCarrier *self)
{
  GstIceCarrierPrivate *priv = get_private (self);
  gboolean joined = priv->joined;

  forget_peer (priv);
  if (joined)
    gst_ice_signaller_peer_left (GST_ICE_SIGNALLER (self));
}

gboolean
gst_ice_carrier_has_peer (GstIceCarrier *self)
{
  return get_private (self)->joined;
}

void
gst_ice_carrier_expect_noise (GstIceCarrier *self)
{
  get_private (self)->noisy = TRUE;
}

void
gst_ice_carrier_renew (GstIceCarrier *self)
{
  GstIceCarrierPrivate *priv = get_private (self);

  g_free (priv->session);
  priv->session = make_session ();
}

void
gst_ice_carrier_wait (GstIceCarrier *self, const gchar *format, ...)
{
  GstIceCarrierPrivate *priv = get_private (self);
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (!is_running (priv) || g_strcmp0 (text, priv->waiting) == 0)
    return;
  g_free (priv->waiting);
  priv->waiting = g_strdup (text);
  gst_ice_signaller_waiting (GST_ICE_SIGNALLER (self), text);
}

void
gst_ice_carrier_fail (GstIceCarrier *self, const GError *error)
{
  if (is_running (get_private (self)))
    gst_ice_signaller_failed (GST_ICE_SIGNALLER (self), error);
}

static gboolean
may_complain (GstIceCarrierPrivate *priv)
{
  gint64 now = g_get_monotonic_time ();
  gint64 regained = (now - priv->complaints_since) / COMPLAINT_INTERVAL;

  if (regained > 0) {
    priv->complaints -= (guint) MIN (regained, priv->complaints);
    priv->complaints_since = now;
  }
  if (priv->complaints >= COMPLAINTS_MAX) {
    priv->complaints_unsaid++;
    return FALSE;
  }
  priv->complaints++;
  return TRUE;
}

static void
complain (GstIceCarrier *self, const gchar *what)
{
  GstIceCarrierPrivate *priv = get_private (self);
  g_autofree gchar *text = NULL;

  if (!may_complain (priv))
    return;
  if (priv->complaints_unsaid > 0)
    text = g_strdup_printf ("%s (and %u more before)", what,
        priv->complaints_unsaid);
  priv->complaints_unsaid = 0;
  gst_ice_signaller_refused (GST_ICE_SIGNALLER (self),
      text != NULL ? text : what);
}

/* TRUE when this is the first hello of another end than before. */
static gboolean
answer_hello (GstIceCarrier *self, const gchar *session)
{
  GstIceCarrierPrivate *priv = get_private (self);

  if (g_strcmp0 (session, priv->heard) == 0)
    return TRUE;
  /* What carries the lines outlived the peer at its other end. */
  if (priv->joined)
    gst_ice_carrier_disconnected (self);
  if (!is_running (priv))
    return FALSE;
  g_free (priv->heard);
  priv->heard = g_strdup (session);
  begin (self);
  return TRUE;
}

static void
take_hello (GstIceCarrier *self, const GstIceSignalMessage *hello)
{
  GstIceCarrierPrivate *priv = get_private (self);

  if (g_str_equal (hello->text, priv->session)) {
    complain (self,
        "our own hello came back: this carrier ends where it "
        "begins");
    return;
  }
  if (!answer_hello (self, hello->text) || priv->joined)
    return;
  if (GST_ICE_CARRIER_GET_CLASS (self)->addressed &&
      g_strcmp0 (hello->to, priv->session) != 0)
    return;
  priv->joined = TRUE;
  g_clear_pointer (&priv->waiting, g_free);
  gst_ice_signaller_peer_joined (GST_ICE_SIGNALLER (self), hello->text);
}

/* Nobody can be let down by a bye who has not been met: it says why we were
 * not let in. */
static void
take_bye (GstIceCarrier *self, const gchar *reason)
{
  if (get_private (self)->joined) {
    gst_ice_signaller_bye (GST_ICE_SIGNALLER (self), reason);
  } else if (g_str_equal (reason, "busy")) {
    gst_ice_carrier_wait (self,
        "the other end talks to somebody else, trying again");
  } else {
    gst_ice_carrier_wait (self, "the other end left at once: %s", reason);
  }
}

static void
take_message (GstIceCarrier *self, const GstIceSignalMessage *message)
{
  GstIceSignaller *signaller = GST_ICE_SIGNALLER (self);

  switch (message->type) {
    case GST_ICE_SIGNAL_HELLO:
      take_hello (self, message);
      break;
    case GST_ICE_SIGNAL_DESCRIPTION:
      gst_ice_signaller_description (signaller, message->text);
      break;
    case GST_ICE_SIGNAL_CANDIDATE:
      gst_ice_signaller_candidate (signaller, message->stream, message->text);
      break;
    case GST_ICE_SIGNAL_BYE:
      take_bye (self, message->text);
      break;
    case GST_ICE_SIGNAL_RESTART:
      /* The description behind it has the new credentials; we compare. */
    case GST_ICE_SIGNAL_UNKNOWN:
      break;
  }
}

static gboolean
needs_hello (const GstIceSignalMessage *message)
{
  return message->type == GST_ICE_SIGNAL_DESCRIPTION ||
      message->type == GST_ICE_SIGNAL_CANDIDATE;
}

void
gst_ice_carrier_receive (GstIceCarrier *self, const gchar *line, gsize length)
{
  GstIceCarrierPrivate *priv = get_private (self);
  g_auto (GstIceSignalMessage) message = { .type = GST_ICE_SIGNAL_UNKNOWN };
  g_autofree gchar *complaint = NULL;

  if (!is_running (priv) || (priv->noisy && *line != '{'))
    return;
  if (!gst_ice_signal_message_parse (line, length, &message, &complaint)) {
    complain (self, complaint);
    return;
  }
  if (!priv->joined && needs_hello (&message)) {
    /* In a mailbox that is a letter to whoever was here before us. */
    if (!GST_ICE_CARRIER_GET_CLASS (self)->addressed)
      complain (self, "came before hello: a description or candidate");
    return;
  }
  take_message (self, &message);
}

void
gst_ice_carrier_receive_too_long (GstIceCarrier *self, const gchar *line,
    gsize length)
{
  g_autofree gchar *quoted = gst_ice_signal_message_quote (line, length);
  g_autofree gchar *complaint =
      g_strdup_printf ("line is too long: “%s”", quoted);

  if (is_running (get_private (self)))
    complain (self, complaint);
}

GMainContext *
gst_ice_carrier_get_context (GstIceCarrier *self)
{
  return get_private (self)->context;
}

GSource *
gst_ice_carrier_after (GstIceCarrier *self, guint milliseconds,
    GSourceFunc function)
{
  GSource *source = g_timeout_source_new (milliseconds);

  g_source_set_callback (source, function, self, NULL);
  g_source_attach (source, get_private (self)->context);
  return source;
}

void
gst_ice_carrier_cancel (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
gst_ice_carrier_stop (GstIceSignaller *signaller)
{
  GstIceCarrier *self = GST_ICE_CARRIER (signaller);
  GstIceCarrierPrivate *priv = get_private (self);
  g_autoptr (GMainContext) context = g_steal_pointer (&priv->context);

  if (context == NULL)
    return;
  GST_ICE_CARRIER_GET_CLASS (self)->close (self);
  forget_peer (priv);
  g_clear_pointer (&priv->waiting, g_free);
}

static gboolean
gst_ice_carrier_start (GstIceSignaller *signaller, GError **error)
{
  /* A handler of what is said meanwhile may drop us. */
  g_autoptr (GstIceCarrier) self = g_object_ref (GST_ICE_CARRIER (signaller));
  GstIceCarrierPrivate *priv = get_private (self);

  g_return_val_if_fail (!is_running (priv), FALSE);
  priv->context = g_main_context_ref_thread_default ();
  gst_ice_carrier_renew (self);
  if (GST_ICE_CARRIER_GET_CLASS (self)->open (self, error))
    return TRUE;
  gst_ice_carrier_stop (signaller);
  return FALSE;
}

/* Without a peer nothing is kept: peer-joined asks for all of it. */
static void
tell (GstIceCarrier *self, const GstIceSignalMessage *message)
{
  g_autofree gchar *line = NULL;

  if (!get_private (self)->joined)
    return;
  line = gst_ice_signal_message_to_line (message);
  GST_ICE_CARRIER_GET_CLASS (self)->write (self, line);
}

static gchar *
find_ufrag (const gchar *sdpfrag)
{
  const gchar *found = strstr (sdpfrag, "a=ice-ufrag:");

  if (found == NULL)
    return NULL;
  found += strlen ("a=ice-ufrag:");
  return g_strndup (found, strcspn (found, "\r\n"));
}

static void
gst_ice_carrier_send_description (GstIceSignaller *signaller,
    const gchar *sdpfrag)
{
  GstIceCarrier *self = GST_ICE_CARRIER (signaller);
  GstIceCarrierPrivate *priv = get_private (self);
  GstIceSignalMessage restart = { .type = GST_ICE_SIGNAL_RESTART };
  GstIceSignalMessage description = { .type = GST_ICE_SIGNAL_DESCRIPTION,
    .text = (gchar *) sdpfrag };
  g_autofree gchar *ufrag = find_ufrag (sdpfrag);

  if (!priv->joined)
    return;
  if (priv->sent_ufrag != NULL && g_strcmp0 (ufrag, priv->sent_ufrag) != 0)
    tell (self, &restart);
  g_free (priv->sent_ufrag);
  priv->sent_ufrag = g_steal_pointer (&ufrag);
  tell (self, &description);
}

static void
gst_ice_carrier_send_candidate (GstIceSignaller *signaller, guint stream,
    const gchar *candidate)
{
  GstIceSignalMessage message = { .type = GST_ICE_SIGNAL_CANDIDATE,
    .text = (gchar *) candidate,
    .stream = stream };
  tell (GST_ICE_CARRIER (signaller), &message);
}

static void
gst_ice_carrier_send_bye (GstIceSignaller *signaller, const gchar *reason)
{
  GstIceSignalMessage message = { .type = GST_ICE_SIGNAL_BYE,
    .text = (gchar *) reason };
  tell (GST_ICE_CARRIER (signaller), &message);
}

static void
gst_ice_carrier_signaller_init (GstIceSignallerInterface *iface)
{
  iface->start = gst_ice_carrier_start;
  iface->stop = gst_ice_carrier_stop;
  iface->send_description = gst_ice_carrier_send_description;
  iface->send_candidate = gst_ice_carrier_send_candidate;
  iface->send_bye = gst_ice_carrier_send_bye;
}

static void
gst_ice_carrier_dispose (GObject *object)
{
  gst_ice_carrier_stop (GST_ICE_SIGNALLER (object));
  G_OBJECT_CLASS (gst_ice_carrier_parent_class)->dispose (object);
}

static void
gst_ice_carrier_finalize (GObject *object)
{
  g_free (get_private (GST_ICE_CARRIER (object))->session);
  G_OBJECT_CLASS (gst_ice_carrier_parent_class)->finalize (object);
}

/* Where a line has one reader, a hello is a line like others. */
static void
gst_ice_carrier_begin (GstIceCarrier *self, const gchar *hello)
{
  GST_ICE_CARRIER_GET_CLASS (self)->write (self, hello);
}

static void
gst_ice_carrier_class_init (GstIceCarrierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gst_ice_carrier_dispose;
  G_OBJECT_CLASS (klass)->finalize = gst_ice_carrier_finalize;
  klass->begin = gst_ice_carrier_begin;
}

static void
gst_ice_carrier_init (GstIceCarrier *self)
{
  get_private (self)->complaints_since = g_get_monotonic_time ();
}
