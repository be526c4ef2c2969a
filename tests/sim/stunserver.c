/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One request in, at most one answer out. */

#include "stunserver.h"

#include "stun/msg.h"

struct SimStunServer
{
  SimPlug *plug;
  NetAddr addr;
  SimStunKind kind;
  NetTime slow;
  unsigned requests;
  unsigned credentials;
};

static void
write_error (StunWriter *writer, const SimStunServer *server)
{
  static const uint16_t unknown[] = { 0x7fff };

  switch (server->kind) {
    case SIM_STUN_REDIRECT:
      stun_writer_error (writer, STUN_CODE_TRY_ALTERNATE, "Try Alternate");
      stun_writer_addr (writer, STUN_ATTR_ALTERNATE_SERVER,
          net_addr_with_port (server->addr, 9));
      break;
    case SIM_STUN_AUTH:
      stun_writer_error (writer, STUN_CODE_UNAUTHENTICATED, "Unauthorized");
      stun_writer_text (writer, STUN_ATTR_REALM, "sim");
      stun_writer_text (writer, STUN_ATTR_NONCE, "n0nce");
      break;
    case SIM_STUN_UNKNOWN:
      stun_writer_error (writer, STUN_CODE_UNKNOWN_ATTRIBUTE, "Unknown");
      stun_writer_unknown (writer, unknown, 1);
      break;
    case SIM_STUN_ERROR:
      stun_writer_error (writer, STUN_CODE_SERVER_ERROR, "Server Error");
      break;
    default:
      stun_writer_error (writer, STUN_CODE_BAD_REQUEST, "Bad Request");
      break;
  }
}

static bool
is_success (SimStunKind kind)
{
  return kind == SIM_STUN_GOOD || kind == SIM_STUN_OLD ||
      kind == SIM_STUN_OTHER_PORT || kind == SIM_STUN_GARBAGE;
}

static size_t
write_answer (const SimStunServer *server, const StunMsg *request,
    NetAddr mapped, uint8_t *buf, size_t cap)
{
  StunWriter writer;
  size_t len = 0;

  stun_writer_begin (&writer, buf, cap,
      is_success (server->kind) ? STUN_SUCCESS : STUN_ERROR, STUN_BINDING,
      request->id);
  if (!is_success (server->kind))
    write_error (&writer, server);
  else if (server->kind == SIM_STUN_OLD)
    stun_writer_addr (&writer, STUN_ATTR_MAPPED_ADDRESS, mapped);
  else if (server->kind != SIM_STUN_GARBAGE)
    stun_writer_xor_addr (&writer, STUN_ATTR_XOR_MAPPED_ADDRESS, mapped);
  if (!stun_writer_finish (&writer, &len))
    return 0;
  return len;
}

typedef struct
{
  SimPlug *plug;
  NetAddr from;
  NetAddr to;
  size_t len;
  uint8_t data[256];
} Answer;

static void
send_answer (void *target, uint64_t argument)
{
  Answer *answer = target;

  (void) argument;
  sim_plug_send (answer->plug, answer->from, answer->to,
      NET_BYTES (answer->data, answer->len));
  g_free (answer);
}

static void
serve (SimStunServer *server, const StunMsg *request, const SimPacket *packet)
{
  SimWorld *world = server->plug->realm->world;
  Answer *answer = g_new0 (Answer, 1);

  server->requests++;
  if (stun_msg_has (request, STUN_ATTR_USERNAME) || request->integrity_at != 0)
    server->credentials++;
  answer->plug = server->plug;
  answer->from = packet->to;
  answer->to = packet->from;
  if (server->kind == SIM_STUN_OTHER_PORT)
    answer->from.port++;
  answer->len = write_answer (server, request, packet->from, answer->data,
      sizeof answer->data);
  if (answer->len > 0 && server->slow > 0) {
    sim_world_at_owned (world, world->now + server->slow, send_answer, answer);
    return;
  }
  if (answer->len > 0)
    sim_plug_send (answer->plug, answer->from, answer->to,
        NET_BYTES (answer->data, answer->len));
  g_free (answer);
}

static void
deliver (SimPlug *plug, SimPacket *packet)
{
  SimStunServer *server = plug->node;
  StunMsg request;

  if (server->kind == SIM_STUN_CLOSED || packet->to.port != server->addr.port) {
    sim_packet_refuse (packet);
    return;
  }
  if (server->kind != SIM_STUN_DEAD &&
      stun_msg_decode (NET_BYTES (packet->data, packet->len), &request) ==
          STUN_OK &&
      request.cls == STUN_REQUEST && request.method == STUN_BINDING)
    serve (server, &request, packet);
  g_free (packet);
}

static bool
owns (const SimPlug *plug, NetAddr addr)
{
  const SimStunServer *server = plug->node;

  return net_addr_equal_ip (server->addr, addr);
}

static const SimPlugClass server_class = {
  .deliver = deliver,
  .owns = owns,
};

SimStunServer *
sim_stun_server_new (SimRealm *realm, NetAddr addr, SimStunKind kind)
{
  SimStunServer *server = g_new0 (SimStunServer, 1);

  server->addr = addr;
  server->kind = kind;
  server->plug = sim_realm_plug (realm, &server_class, server);
  sim_world_own (realm->world, server, g_free);
  return server;
}

void
sim_stun_server_set_slow (SimStunServer *server, NetTime delay)
{
  server->slow = delay;
}

void
sim_stun_server_set_kind (SimStunServer *server, SimStunKind kind)
{
  server->kind = kind;
}

bool
sim_stun_server_is_dead (const SimStunServer *server)
{
  return !is_success (server->kind);
}

SimPlug *
sim_stun_server_plug (SimStunServer *server)
{
  return server->plug;
}

NetAddr
sim_stun_server_addr (const SimStunServer *server)
{
  return server->addr;
}

unsigned
sim_stun_server_requests (const SimStunServer *server)
{
  return server->requests;
}

unsigned
sim_stun_server_credentials (const SimStunServer *server)
{
  return server->credentials;
}
