/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The host's application: media, notes and signalling. Seen by host.c only. */

#include "host.h"

/* 0, or the errno with which the datagram did not leave. */
int sim_host_transmit (SimHost *host, uint32_t flow, NetAddr to, NetBytes data);
/* Writes down what the session says; hands on what the peer must know. */
void sim_host_note (SimHost *host, const IceOut *out);
void sim_host_media_received (SimHost *host, IceRecv result, NetBytes data);
/* What was signalled before the session existed. */
void sim_host_read_inbox (SimHost *host);
