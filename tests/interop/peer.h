/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One ICE agent as a program: commands come on standard input, what happens
 * goes to standard output, a line each, with the time in microseconds before
 * it. What the programs of the different agents have in common is here; the
 * agent itself is behind PeerAgent.
 *
 * Commands                            What happens (S: stream, C: component)
 *   gather                              gathering
 *   restart                             credentials S UFRAG PWD [lite]
 *   remote-credentials S UFRAG PWD [lite]
 *   remote-candidate S TEXT             candidate S TEXT; refused S TEXT
 *   remote-end S                        end S; and when it is taken in: fed S
 *                                       state NAME
 *                                       selected S C IP PORT IP PORT
 *   send S C COUNT                      sent S C COUNT; unsent S C SEQUENCE
 *   expect S C COUNT                    arrived S C COUNT
 *   report S C                          received S C DISTINCT TWICE BAD
 *   forget S C      counts begin anew
 *   quit, or the end of input */

#include <glib.h>

typedef struct
{
  gboolean controlled;
  gboolean lite;
  /* Where the agent has a choice. */
  gboolean regular; /* nomination */
  gboolean aggressive;
  gboolean consent;
  gboolean tcp; /* candidates too */
  gint streams;
  gint components;
  gchar *stun_server; /* "host:port" */
} PeerOptions;

/* Streams count from 0, components from 1. All of it runs on the default main
 * context. */
typedef struct
{
  void (*open) (const PeerOptions *options);
  void (*gather) (void);
  void (*set_credentials) (guint stream, const gchar *ufrag, const gchar *pwd,
      gboolean lite);
  gboolean (*add_candidate) (guint stream, const gchar *candidate);
  void (*end_candidates) (guint stream);
  void (*restart) (void);
  gboolean (*send) (guint stream, guint component, const guint8 *bytes,
      gsize length);
  void (*close) (void);
} PeerAgent;

int peer_run (int argc, char **argv, const PeerAgent *agent);

void peer_say (const gchar *format, ...) G_GNUC_PRINTF (1, 2);
void peer_received (guint stream, guint component, const guint8 *bytes,
    gsize length);
