/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The kernel and the allocator, listened to and, where a test says so, out of
 * order. The functions here take the place of libc's in the test's program; they
 * pass on to the system call. Only the calls of one thread are counted. Needs
 * _GNU_SOURCE before the first include. */

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#    define SANITIZED 1
#  endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#  define SANITIZED 1
#endif

static gint kernel_refuses_sorting;   /* no SO_ATTACH_REUSEPORT_CBPF */
static gint kernel_refuses_sends;     /* an errno for sendmmsg; 0: none */
static gint kernel_refuse_count = -1; /* that many times; -1: always */

static __thread gboolean counting;
static __thread guint n_syscalls;
static __thread guint n_allocations;

int
setsockopt (int fd, int level, int name, const void *value, socklen_t len)
{
  if (level == SOL_SOCKET && name == SO_ATTACH_REUSEPORT_CBPF &&
      kernel_refuses_sorting) {
    errno = EPERM;
    return -1;
  }
  return (int) syscall (SYS_setsockopt, fd, level, name, value, len);
}

int
sendmmsg (int fd, struct mmsghdr *msgs, unsigned int n, int flags)
{
  if (counting)
    n_syscalls++;
  if (kernel_refuses_sends != 0 && kernel_refuse_count != 0) {
    if (kernel_refuse_count > 0)
      kernel_refuse_count--;
    errno = kernel_refuses_sends;
    return -1;
  }
  return (int) syscall (SYS_sendmmsg, fd, msgs, n, flags);
}

ssize_t
sendto (int fd, const void *data, size_t len, int flags,
    const struct sockaddr *to, socklen_t to_len)
{
  if (counting)
    n_syscalls++;
  return syscall (SYS_sendto, fd, data, len, flags, to, to_len);
}

ssize_t
sendmsg (int fd, const struct msghdr *msg, int flags)
{
  if (counting)
    n_syscalls++;
  return syscall (SYS_sendmsg, fd, msg, flags);
}

#ifdef SANITIZED

int __sanitizer_install_malloc_and_free_hooks (
    void (*malloc_hook) (const volatile void *, size_t),
    void (*free_hook) (const volatile void *));

static void
on_malloc (const volatile void *memory, size_t size)
{
  (void) memory;
  (void) size;
  if (counting)
    n_allocations++;
}

static void
on_free (const volatile void *memory)
{
  (void) memory;
}

static void
watch_allocations (void)
{
  __sanitizer_install_malloc_and_free_hooks (on_malloc, on_free);
}

#else

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *memory, size_t size);

void *
malloc (size_t size)
{
  if (counting)
    n_allocations++;
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  if (counting)
    n_allocations++;
  return __libc_calloc (n, size);
}

void *
realloc (void *memory, size_t size)
{
  if (counting)
    n_allocations++;
  return __libc_realloc (memory, size);
}

static void
watch_allocations (void)
{
}

#endif

static void
count_calls (void)
{
  watch_allocations ();
  n_syscalls = n_allocations = 0;
  counting = TRUE;
}

static void
stop_counting (void)
{
  counting = FALSE;
}
