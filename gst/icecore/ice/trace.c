/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The session's own story, one line a decision: "who > what -> decision". Kept
 * only when the caller asked for it and bounded, so that an undrained trace costs
 * a few kilobytes and no more. The core reads no clock: who drains a line adds
 * the time. */

#include "session-private.h"

#include <stdarg.h>
#include <string.h>

#define TRACE_MAX 256

void
ice_trace (IceSession *session, const char *format, ...)
{
  va_list args;

  if (!session->config.trace)
    return;
  va_start (args, format);
  g_queue_push_tail (&session->trace, g_strdup_vprintf (format, args));
  va_end (args);
  if (g_queue_get_length (&session->trace) > TRACE_MAX)
    g_free (g_queue_pop_head (&session->trace));
}

void
ice_trace_clear (IceSession *session)
{
  g_queue_clear_full (&session->trace, g_free);
}

bool
ice_session_next_trace (IceSession *session, char out_line[160])
{
  char *line = g_queue_pop_head (&session->trace);

  if (line == NULL)
    return false;
  g_strlcpy (out_line, line, 160);
  g_free (line);
  return true;
}
