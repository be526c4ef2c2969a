/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The agent's inside, for its own files only.
 *
 * Three kinds of state. Constant since construction: loop and context. Guarded
 * by `lock`: the session and all that belongs to its steps; a step is
 * gst_ice_agent_enter, inputs of the session, gst_ice_agent_leave, and nothing
 * is called out of the library in between. Of the context: the carrier and the
 * lookups, touched by notes only. A note is what a step wants said: signals, bus
 * messages, the carrier; notes are told in order, from the context, with no lock
 * held. */

#include "gsticeagent.h"
#include "gsticeagent-settings.h"
#include "gsticereport.h"
#include "gsticeserver.h"
#include "gsticestats.h"
#include "loop.h"
#include "netif.h"
#include "resolver.h"
#include "../icecore/ice/session.h"

GST_DEBUG_CATEGORY_EXTERN (gst_ice_agent_debug);

typedef enum
{
  NOTE_DESCRIPTION,
  NOTE_CANDIDATE,
  NOTE_GATHERING,
  NOTE_STATE,
  NOTE_ROLE,
  NOTE_SELECTED,
  NOTE_SERVER,    /* text: its URI */
  NOTE_CONNECTED, /* selected, took */
  NOTE_FAILED,    /* cause, text: the table of what was tried */
  NOTE_FILTER,
  NOTE_NETWORK,
  NOTE_STATS,
  NOTE_REFUSED,       /* text: what, other: the input */
  NOTE_WAITED,        /* connect-timeout went by without a peer */
  NOTE_CARRIER_START, /* object: the signaller */
  NOTE_END,           /* of a session: the carrier and all lookups go */
  NOTE_BYE,           /* text: the reason, to be sent */
  NOTE_PEER_BYE,      /* text: the reason that came */
} GstIceNoteKind;

typedef struct
{
  GstIceNoteKind kind;
  guint64 serial; /* rising; see carrier.described */
  guint epoch;    /* session that it is of */
  gchar *text;
  gchar *other;
  GObject *object;
  NetTime took;
  gboolean again;
  union
  {
    IceOutCandidate candidate;
    IceOutSelected selected;
    IceOutServer server;
    IceOutFilter filter;
    IceGathering gathering;
    IceState state;
    IceRole role;
    IceCause cause;
  };
} GstIceNote;

/* A bound socket of the session's. */
typedef struct
{
  GstIceAgent *agent;
  guint32 id;
  GstIceUdp *udp;
  GstIceComponent *component;
} GstIceFlow;

typedef struct
{
  gchar *uri;
  guint32 id;      /* the session's */
  gboolean warned; /* one WARNING per server */
  guint ok;
  guint failed;
  IceOutServer last_failure;
} GstIceAskedServer;
/* Answers kept for the statistics; keepalives repeat theirs for days. */
#define GST_ICE_RESULTS_MAX 64

/* What came before there was a session. */
typedef struct
{
  guint stream;
  gchar *candidate; /* or: */
  gchar *ufrag;
  gchar *pwd;
  gchar *description;
} GstIceEarlyInput;
#define GST_ICE_EARLY_INPUT_MAX 512
#define GST_ICE_SERVERS_ADDED_MAX 64
#define GST_ICE_STREAMS_MAX ICE_STREAMS_MAX
/* Remembered for pictures; the session has limits of its own. */
#define GST_ICE_REMOTES_MAX 256

struct _GstIceAgent
{
  GstObject parent;

  /* Constant since construction. */
  GMainContext *main_context; /* as given; NULL: the shared thread's */
  GstIceLoop *loop;

  GMutex lock;
  /* Guarded by lock. */
  gboolean disposed;
  GstIceSettings settings;
  GstIceSignaller *signaller; /* the application's own */
  GPtrArray *servers_added;   /* char *, by add-ice-server */
  GPtrArray *streams;         /* GstIceStream *, by index; NULL: not there */
  GPtrArray *posters;         /* GstElement *, not referenced */
  gchar *ufrag;               /* of the next session, or of this one at first */
  gchar *pwd;
  IceRole auto_role;

  IceSession *session; /* NULL: closed, or not started */
  guint epoch;         /* counts sessions */
  IceState state;
  IceGathering gathering;
  IceRole role;
  GHashTable *flows;  /* guint32 → GstIceFlow * */
  GPtrArray *graves;  /* GstIceFlow *, closed when the lock is free */
  GArray *asked;      /* GstIceAskedServer */
  GArray *results;    /* GstIceServerResult */
  GArray *candidates; /* GstIceKnownCandidate of ours, this generation */
  GArray *remotes;    /* GstIceKnownCandidate of the peer's */
  GPtrArray *early;   /* GstIceEarlyInput * */
  GstIceTimeline timeline;
  GstIceNetif *netif;
  GHashTable *lookups; /* freed by the context */
  guint descriptions;  /* of this session; beyond the first: restarts */
  gboolean has_remote; /* credentials of the peer are known */
  gboolean has_remote_candidate;
  gboolean warned_waiting;
  NetTime now; /* of this step */
  NetTime started;
  NetTime ready_at;     /* credentials and a candidate of the peer known */
  NetTime connected_at; /* first usable after ready_at; 0: not yet */
  gboolean told_connected;
  gboolean connected_before;
  gchar *remote_description; /* without passwords */
  GQueue notes;              /* GstIceNote * */
  guint64 serial;
  gboolean waking; /* an invocation is under way */

  GstIceTimer timer;      /* the session's deadline */
  GstIceTimer wait_timer; /* connect-timeout without a peer */
  GstIceTimer stats_timer;

  /* The context's. */
  struct
  {
    GstIceSignaller *signaller; /* started; NULL: none */
    gchar *session;             /* of the peer that joined last */
    gboolean peer_here;
    gboolean peer_said_bye;
    gboolean said_bye;
    guint64 described;  /* notes up to here are in what the peer was sent */
    gboolean checking;  /* an ice-check PROGRESS is open */
    gboolean gathering; /* an ice-gather PROGRESS is open */
  } carrier;
};

enum
{
  SIGNAL_ON_ICE_CANDIDATE,
  SIGNAL_ON_LOCAL_DESCRIPTION,
  SIGNAL_ON_SELECTED_PAIR,
  SIGNAL_ON_SERVER_ERROR,
  SIGNAL_FILTER_CANDIDATE,
  SIGNAL_NETWORK_CHANGED,
  SIGNAL_PEER_BYE,
  SIGNAL_FAILED,
  N_SIGNALS
};
extern guint gst_ice_agent_signals[N_SIGNALS];

/* gsticeagent-properties.c */
void gst_ice_agent_install_properties (GObjectClass *klass);
void gst_ice_agent_notify (GstIceAgent *self, const gchar *name);
/* gsticeagent-signals.c */
void gst_ice_agent_install_signals (GObjectClass *klass);

/* gsticeagent-session.c. Enter locks and gives the time of the step; leave
 * drains the session, arms the clock, unlocks, and then closes what was given
 * up. */
NetTime gst_ice_agent_enter (GstIceAgent *self);
void gst_ice_agent_leave (GstIceAgent *self);
void gst_ice_agent_drain (GstIceAgent *self); /* under lock */
/* The rest under lock. A session of the present settings; the caller owns it. */
IceSession *gst_ice_agent_make_session (GstIceAgent *self, NetTime now);
void gst_ice_agent_mark (GstIceAgent *self, GstIceMarkKind kind, guint value);

/* gsticeagent-flows.c. Under lock. */
void gst_ice_agent_open_flow (GstIceAgent *self, const IceOutOpen *open);
void gst_ice_agent_close_flow (GstIceAgent *self, guint32 id);
void gst_ice_agent_send (GstIceAgent *self, const IceOutSend *send);
void gst_ice_agent_resolve (GstIceAgent *self, const IceOutResolve *resolve);
void gst_ice_agent_publish (GstIceAgent *self, guint stream, guint component);
/* No lock: waits for callbacks under way. */
void gst_ice_agent_free_flow (gpointer flow);
void gst_ice_agent_free_lookup (gpointer lookup); /* context */
GstIceComponent *gst_ice_agent_make_component (GstIceAgent *self,
    GstIceStream *stream, guint id);

/* gsticeagent-life.c */
gboolean gst_ice_agent_begin (GstIceAgent *self, GError **error);
void gst_ice_agent_end (GstIceAgent *self);
void gst_ice_agent_abandon (GstIceAgent *self);         /* without a word */
void gst_ice_agent_new_credentials (GstIceAgent *self); /* under lock */
/* Under lock, with a session. */
void gst_ice_agent_ask_server (GstIceAgent *self, const GstIceServer *server);
/* The element that gets messages now, or NULL. (transfer full) */
GstElement *gst_ice_agent_ref_poster (GstIceAgent *self);

/* gsticeagent-remote.c. Under lock. */
void gst_ice_agent_replay_early (GstIceAgent *self);
gboolean gst_ice_agent_set_credentials_locked (GstIceAgent *self,
    const gchar *ufrag, const gchar *pwd);
void gst_ice_agent_free_early (gpointer input);

/* gsticeagent-notes.c */
GstIceNote *
gst_ice_agent_note (GstIceAgent *self, GstIceNoteKind kind); /* under lock */
void gst_ice_agent_note_refused (GstIceAgent *self, const gchar *what,
    const gchar *input);                     /* under lock */
gboolean gst_ice_agent_tell (gpointer self); /* context: all waiting notes */
void gst_ice_agent_free_note (gpointer note);

/* gsticeagent-tell.c. Context, no lock. */
void gst_ice_agent_tell_note (GstIceAgent *self, const GstIceNote *note);
void gst_ice_agent_fail (GstIceAgent *self, const GstIceVerdict *verdict);

/* gsticeagent-signalling.c. Context. */
void gst_ice_carrier_start (GstIceAgent *self, GstIceSignaller *signaller);
/* Says goodbye, unless that was said already. */
void gst_ice_carrier_stop (GstIceAgent *self);
void gst_ice_carrier_describe (GstIceAgent *self);
void gst_ice_carrier_candidate (GstIceAgent *self, guint stream,
    const gchar *candidate);
void gst_ice_carrier_bye (GstIceAgent *self, const gchar *reason);

/* gsticestream.c. Under the agent's lock. */
GstIceStream *gst_ice_stream_new (GstIceAgent *agent, guint index);
GstIceComponent *gst_ice_stream_peek (GstIceStream *stream, guint id);
guint gst_ice_stream_n_components (GstIceStream *stream);
void gst_ice_stream_add (GstIceStream *stream, GstIceComponent *component);

/* gsticeagent-picture.c */
GstIcePicture *gst_ice_agent_take_picture (GstIceAgent *self);
void gst_ice_agent_dump_dot (GstIceAgent *self, GstElement *poster);
