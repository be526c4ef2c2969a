/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The host as the session's world: every input is followed by a drain, and what
 * the session asks for in the drain is answered behind it. */

#include "host.h"

#include <errno.h>
#include <string.h>

#include "hostmedia.h"

typedef struct
{
  uint32_t flow;
  NetAddr local;
  SimPlug *plug; /* NULL: bound to an address that is gone */
} Socket;

/* Owed to the session after the drain. */
typedef struct
{
  IceOutKind kind;
  uint32_t id; /* flow, token or op */
  NetAddr local;
  int error;
  bool accepted;
} Answer;

static void drain (SimHost *host);

static Socket *
find_socket (const SimHost *host, uint32_t flow)
{
  for (guint i = 0; i < host->sockets->len; i++) {
    Socket *one = &g_array_index (host->sockets, Socket, i);

    if (one->flow == flow)
      return one;
  }
  return NULL;
}

static Socket *
find_bound (const SimHost *host, NetAddr local)
{
  for (guint i = 0; i < host->sockets->len; i++) {
    Socket *one = &g_array_index (host->sockets, Socket, i);

    if (net_addr_equal (one->local, local))
      return one;
  }
  return NULL;
}

static SimNic *
find_nic (const SimHost *host, NetAddr addr)
{
  for (guint i = 0; i < host->nics->len; i++) {
    SimNic *nic = &g_array_index (host->nics, SimNic, i);

    if (nic->up && net_addr_equal_ip (nic->iface.addr, addr))
      return nic;
  }
  return NULL;
}

SimPlug *
sim_host_plug (const SimHost *host, NetAddr addr)
{
  const SimNic *nic = find_nic (host, addr);

  return nic != NULL ? nic->plug : NULL;
}

static void
owe (SimHost *host, Answer answer)
{
  g_array_append_val (host->answers, answer);
}

/* -- what the session wants ---------------------------------------------- */

static void
open_socket (SimHost *host, const IceOutOpen *open)
{
  const SimNic *nic = find_nic (host, open->local);
  Socket fresh = { .flow = open->flow, .local = open->local };

  if (nic == NULL) {
    owe (host,
        (Answer){ .kind = ICE_OUT_CLOSE,
            .id = open->flow,
            .error = EADDRNOTAVAIL });
    return;
  }
  fresh.plug = nic->plug;
  if (fresh.local.port == 0)
    fresh.local.port = open->port_min ? open->port_min : host->next_port;
  while (find_bound (host, fresh.local) != NULL)
    fresh.local.port++;
  if (open->port_max != 0 && fresh.local.port > open->port_max) {
    owe (host,
        (Answer){ .kind = ICE_OUT_CLOSE,
            .id = open->flow,
            .error = EADDRINUSE });
    return;
  }
  host->next_port++;
  host->sockets_opened++;
  g_array_append_val (host->sockets, fresh);
  owe (host,
      (Answer){ .kind = ICE_OUT_OPEN, .id = open->flow, .local = fresh.local });
}

static void
close_socket (SimHost *host, uint32_t flow)
{
  for (guint i = 0; i < host->sockets->len; i++) {
    if (g_array_index (host->sockets, Socket, i).flow == flow) {
      g_array_remove_index (host->sockets, i);
      return;
    }
  }
}

int
sim_host_transmit (SimHost *host, uint32_t flow, NetAddr to, NetBytes data)
{
  const Socket *from = find_socket (host, flow);
  int error = 0;

  if (from == NULL) {
    sim_world_fault (host->world, host->name,
        "sends on flow %u, which is closed", flow);
    return EBADF;
  }
  if (to.family != from->local.family || to.port == 0)
    sim_world_fault (host->world, host->name, "sends to no address");
  if (find_nic (host, from->local) == NULL)
    return ENETUNREACH;
  if (host->send_error != NULL)
    error = host->send_error (host, from->local, to);
  if (error != 0)
    return error;
  if (host->tap_out == NULL || host->tap_out (host, from->local, to, data))
    sim_plug_send (from->plug, from->local, to, data);
  return 0;
}

static void
send_stun (SimHost *host, const IceOutSend *send)
{
  NetBytes data = NET_BYTES (send->data, send->len);
  int error = sim_host_transmit (host, send->flow, send->to, data);

  if (error != 0) {
    owe (host,
        (Answer){ .kind = ICE_OUT_SEND, .id = send->token, .error = error });
    return;
  }
  host->stun_sent++;
  sim_check_stun_sent (&host->check, send->flow, send->to, data);
}

static void
resolved (void *user, uint32_t op, const NetAddr *addrs, unsigned n)
{
  SimHost *host = user;

  if (host->session == NULL)
    return;
  ice_session_resolved (host->session, op, addrs, n, host->world->now);
  drain (host);
}

static void
resolve (SimHost *host, const IceOutResolve *question)
{
  if (host->dns != NULL)
    sim_dns_ask (host->dns, question->name, question->port, question->op,
        resolved, host);
}

static void
handle (SimHost *host, const IceOut *out)
{
  switch (out->kind) {
    case ICE_OUT_SEND:
      send_stun (host, &out->send);
      return;
    case ICE_OUT_OPEN:
      open_socket (host, &out->open);
      return;
    case ICE_OUT_CLOSE:
      close_socket (host, out->close);
      return;
    case ICE_OUT_RESOLVE:
      resolve (host, &out->resolve);
      return;
    case ICE_OUT_FILTER:
      owe (host,
          (Answer){ .kind = ICE_OUT_FILTER,
              .id = out->filter.op,
              .accepted =
                  host->filter == NULL || host->filter (host, &out->filter) });
      return;
    default:
      sim_host_note (host, out);
      return;
  }
}

static void
answer_one (SimHost *host, const Answer *answer)
{
  NetTime now = host->world->now;

  if (answer->kind == ICE_OUT_OPEN)
    ice_session_flow_opened (host->session, answer->id, answer->local, now);
  else if (answer->kind == ICE_OUT_CLOSE)
    ice_session_flow_closed (host->session, answer->id, answer->error, now);
  else if (answer->kind == ICE_OUT_SEND)
    ice_session_send_failed (host->session, answer->id, answer->error, now);
  else
    ice_session_filtered (host->session, answer->id, answer->accepted, now);
}

/* -- the clock ----------------------------------------------------------- */

static void arm (SimHost *host);

static void
ring (void *target, uint64_t argument)
{
  SimHost *host = target;

  if (argument != host->alarm || host->session == NULL)
    return;
  host->armed = NET_NEVER;
  if (ice_session_deadline (host->session) > host->world->now) {
    arm (host); /* it was put off since */
    return;
  }
  ice_session_timeout (host->session, host->world->now);
  drain (host);
  if (host->session != NULL)
    sim_check_deadline (&host->check, ice_session_deadline (host->session));
}

/* An alarm that is early costs one look at the deadline; so only one that would
 * be late is replaced. */
static void
arm (SimHost *host)
{
  NetTime deadline = ice_session_deadline (host->session);

  if (deadline == NET_NEVER || deadline >= host->armed)
    return;
  host->armed = MAX (deadline, host->world->now);
  if (host->late > 0)
    host->armed += sim_rng_range (&host->world->rng, 0, host->late);
  sim_world_at (host->world, host->armed, ring, host, ++host->alarm);
}

static void
drain_events (SimHost *host)
{
  IceOut out;
  char line[160];
  unsigned bound = 20000;

  while (ice_session_next (host->session, &out) && bound-- > 0)
    handle (host, &out);
  if (bound == 0)
    sim_world_fault (host->world, host->name, "a drain does not end");
  while (host->config.trace && ice_session_next_trace (host->session, line)) {
    sim_world_mix (host->world, line, strlen (line));
    sim_world_say (host->world, host->name, "%s", line);
  }
}

static void
drain (SimHost *host)
{
  if (host->draining)
    return;
  host->draining = true;
  drain_events (host);
  while (host->answers->len > 0) {
    Answer answer = g_array_index (host->answers, Answer, 0);

    g_array_remove_index (host->answers, 0);
    answer_one (host, &answer);
    drain_events (host);
  }
  host->draining = false;
  arm (host);
}

void
sim_host_drain (SimHost *host)
{
  drain (host);
}

/* -- the wire ------------------------------------------------------------ */

static void
tell_packet (SimHost *host, const SimPacket *packet)
{
  char from[NET_ADDR_TEXT_MAX];
  char to[NET_ADDR_TEXT_MAX];

  sim_world_say (host->world, host->name, "%s > %02x%02x %zu bytes -> %s",
      net_addr_format (packet->from, from), packet->data[0], packet->data[1],
      packet->len, net_addr_format (packet->to, to));
}

static void
deliver (SimPlug *plug, SimPacket *packet)
{
  SimHost *host = plug->node;
  const Socket *to = find_bound (host, packet->to);
  NetBytes data = NET_BYTES (packet->data, packet->len);

  if (host->world->packets && packet->len >= 20)
    tell_packet (host, packet);
  if (host->session == NULL || to == NULL ||
      find_nic (host, packet->to) == NULL) {
    if (host->icmp)
      sim_packet_refuse (packet);
    else
      g_free (packet);
    return;
  }
  if (host->tap == NULL || host->tap (host, packet->to, packet->from, data)) {
    uint32_t flow = to->flow;
    IceRecv result;

    sim_check_received (&host->check, flow, packet->from, data);
    result = ice_session_recv (host->session, flow, packet->from, data,
        host->world->now);
    sim_host_media_received (host, result, data);
    drain (host);
  }
  g_free (packet);
}

static bool
owns (const SimPlug *plug, NetAddr addr)
{
  const SimHost *host = plug->node;

  for (guint i = 0; i < host->nics->len; i++) {
    const SimNic *nic = &g_array_index (host->nics, SimNic, i);

    if (nic->plug == plug && net_addr_equal_ip (nic->iface.addr, addr))
      return nic->up;
  }
  return false;
}

static void
refused (SimPlug *plug, NetAddr from, NetAddr to)
{
  SimHost *host = plug->node;
  const Socket *socket = find_bound (host, from);

  if (host->session == NULL || socket == NULL)
    return;
  ice_session_path_failed (host->session, socket->flow, to, ECONNREFUSED,
      host->world->now);
  drain (host);
}

static const SimPlugClass host_class = {
  .deliver = deliver,
  .owns = owns,
  .refused = refused,
};

/* -- life ---------------------------------------------------------------- */

static void
host_free (void *data)
{
  SimHost *host = data;

  g_clear_pointer (&host->session, ice_session_free);
  sim_check_clear (&host->check);
  g_array_unref (host->nics);
  g_array_unref (host->sockets);
  g_array_unref (host->answers);
  g_ptr_array_unref (host->servers);
  g_ptr_array_unref (host->inbox);
  g_free (host);
}

static void
random_bytes (void *user, void *out_bytes, size_t len)
{
  sim_rng_fill (user, out_bytes, len);
}

SimHost *
sim_host_new (SimWorld *world, const char *name)
{
  SimHost *host = g_new0 (SimHost, 1);

  host->world = world;
  host->name = name;
  host->rng = sim_rng_fork (&world->rng);
  host->process = &host->own_process;
  ice_config_init (&host->config);
  host->config.random = random_bytes;
  host->config.random_user = &host->rng;
  host->config.pacer = &host->own_process.pacer;
  host->config.trace = world->telling;
  host->trickle = true;
  host->n_streams = 1;
  host->n_components = 1;
  host->media_every = NET_MSEC (100);
  host->next_port = 40000;
  host->armed = NET_NEVER;
  host->nics = g_array_new (FALSE, TRUE, sizeof (SimNic));
  host->sockets = g_array_new (FALSE, TRUE, sizeof (Socket));
  host->answers = g_array_new (FALSE, TRUE, sizeof (Answer));
  host->servers = g_ptr_array_new_with_free_func (g_free);
  host->inbox = g_ptr_array_new_with_free_func (g_free);
  sim_world_own (world, host, host_free);
  return host;
}

SimPlug *
sim_host_add_nic (SimHost *host, SimRealm *realm, const char *address)
{
  SimNic nic = { .up = true };

  if (!net_addr_parse (address, &nic.iface.addr))
    g_error ("not an address: %s", address);
  nic.iface.index = host->nics->len + 1;
  nic.iface.flags = ICE_IFACE_UP;
  nic.iface.prefix_len = nic.iface.addr.family == NET_FAMILY_IPV6 ? 64 : 24;
  if (net_addr_is_link_local (nic.iface.addr) &&
      nic.iface.addr.family == NET_FAMILY_IPV6)
    nic.iface.addr.scope = nic.iface.index;
  g_snprintf (nic.iface.name, sizeof nic.iface.name, "eth%u", host->nics->len);
  nic.plug = sim_realm_plug (realm, &host_class, host);
  g_array_append_val (host->nics, nic);
  return nic.plug;
}

void
sim_host_add_server (SimHost *host, const char *name, uint16_t port)
{
  g_ptr_array_add (host->servers, g_strdup_printf ("%s %u", name, port));
}

void
sim_host_share_process (SimHost *host, SimProcess *process)
{
  host->process = process;
  host->config.pacer = &process->pacer;
}

static void
tell_interfaces (SimHost *host)
{
  GArray *up = g_array_new (FALSE, FALSE, sizeof (IceIface));

  for (guint i = 0; i < host->nics->len; i++) {
    const SimNic *nic = &g_array_index (host->nics, SimNic, i);

    if (nic->up)
      g_array_append_val (up, nic->iface);
  }
  ice_session_net_changed (host->session, (const IceIface *) up->data, up->len,
      host->world->now);
  g_array_unref (up);
}

static void
add_servers (SimHost *host)
{
  for (guint i = 0; i < host->servers->len; i++) {
    const char *text = g_ptr_array_index (host->servers, i);
    const char *space = strchr (text, ' ');
    g_autofree char *name = g_strndup (text, (gsize) (space - text));

    ice_session_add_server (host->session, name,
        (uint16_t) g_ascii_strtoull (space + 1, NULL, 10), host->world->now);
  }
}

void
sim_host_start (SimHost *host)
{
  NetTime now = host->world->now;

  if (host->session != NULL)
    return;
  host->times.started = now;
  sim_check_init (&host->check, host->world, host->name, host->process,
      &host->config);
  host->check.late = host->late > 0;
  host->session = ice_session_new (&host->config, now);
  if (host->ufrag != NULL)
    ice_session_set_local (host->session, host->ufrag, host->pwd);
  for (unsigned i = 0; i < host->n_streams; i++)
    ice_session_add_component (host->session, i, host->n_components, now);
  add_servers (host);
  tell_interfaces (host);
  ice_session_gather (host->session, now);
  drain (host);
  sim_host_read_inbox (host);
}

static void
start (void *target, uint64_t argument)
{
  (void) argument;
  sim_host_start (target);
}

void
sim_host_start_at (SimHost *host, NetTime when)
{
  sim_world_at (host->world, when, start, host, 0);
}

void
sim_host_restart (SimHost *host)
{
  sim_world_say (host->world, host->name, "application > restart");
  ice_session_restart (host->session, host->world->now);
  drain (host);
}

void
sim_host_close (SimHost *host)
{
  ice_session_close (host->session, host->world->now);
  drain (host);
  if (ice_session_deadline (host->session) != NET_NEVER)
    sim_world_fault (host->world, host->name, "closed, and yet waits");
  if (host->sockets->len != 0)
    sim_world_fault (host->world, host->name, "closed, and yet has sockets");
}

void
sim_host_set_nic (SimHost *host, unsigned index, bool up)
{
  g_array_index (host->nics, SimNic, index).up = up;
  sim_world_say (host->world, host->name, "interface %u > %s", index,
      up ? "up" : "down");
  if (host->session == NULL)
    return;
  tell_interfaces (host);
  drain (host);
}

bool
sim_host_socket (const SimHost *host, unsigned index, uint32_t *out_flow,
    NetAddr *out_local)
{
  if (index >= host->sockets->len)
    return false;
  *out_flow = g_array_index (host->sockets, Socket, index).flow;
  *out_local = g_array_index (host->sockets, Socket, index).local;
  return true;
}

unsigned
sim_host_n_sockets (const SimHost *host)
{
  return host->sockets->len;
}
