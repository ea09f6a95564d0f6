#define _GNU_SOURCE
#include "CLinux.h"
#include "calls.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// linux/netfilter_ipv4.h and linux/netfilter_ipv6/ip6_tables.h, which not every system has.
#ifndef SO_ORIGINAL_DST
#define SO_ORIGINAL_DST 80
#endif

static socklen_t to_kernel(const struct jenner_address *in, struct sockaddr_storage *out) {
  memset(out, 0, sizeof *out);
  if (in->family == 4) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    v4->sin_family = AF_INET;
    v4->sin_port = htons(in->port);
    memcpy(&v4->sin_addr, in->bytes, 4);
    return sizeof *v4;
  }
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(in->port);
  v6->sin6_scope_id = in->scope;
  memcpy(&v6->sin6_addr, in->bytes, 16);
  return sizeof *v6;
}

static int from_kernel(const struct sockaddr_storage *in, struct jenner_address *out) {
  memset(out, 0, sizeof *out);
  if (in->ss_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)in;
    out->family = 4;
    out->port = ntohs(v4->sin_port);
    memcpy(out->bytes, &v4->sin_addr, 4);
    return 0;
  }
  if (in->ss_family == AF_INET6) {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)in;
    out->family = 6;
    out->port = ntohs(v6->sin6_port);
    out->scope = v6->sin6_scope_id;
    memcpy(out->bytes, &v6->sin6_addr, 16);
    return 0;
  }
  errno = EAFNOSUPPORT;
  return -1;
}

static void enable(int fd, int level, int option) {
  int one = 1;
  setsockopt(fd, level, option, &one, sizeof one);
}

static int stream(const struct jenner_address *address) {
  int family = address->family == 4 ? AF_INET : AF_INET6;
  return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int jenner_bind(const struct jenner_address *address) {
  int fd = stream(address);
  if (fd < 0) return -1;
  enable(fd, SOL_SOCKET, SO_REUSEADDR);
  if (address->family == 6) enable(fd, IPPROTO_IPV6, IPV6_V6ONLY);
  struct sockaddr_storage storage;
  socklen_t length = to_kernel(address, &storage);
  if (bind(fd, (struct sockaddr *)&storage, length) < 0) return closing(fd);
  return fd;
}

int jenner_try_bind(const struct jenner_address *address, const char *path, uint64_t inode) {
  pid_t child = fork();
  if (child < 0) return errno;
  if (child == 0) {
    // Only system calls from here on: of a program of several threads nothing else would be sure.
    if (path != NULL && jenner_enter_network(path, inode) != 0) _exit(errno);
    _exit(jenner_bind(address) < 0 ? errno : 0);
  }
  int status;
  pid_t ended;
  do {
    ended = waitpid(child, &status, 0);
  } while (ended < 0 && errno == EINTR);
  if (ended < 0) return errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
}

int jenner_accept(int listener, struct jenner_address *peer) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  int fd = accept4(listener, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return -1;
  if (from_kernel(&storage, peer) < 0) return closing(fd);
  enable(fd, IPPROTO_TCP, TCP_NODELAY);
  return fd;
}

int jenner_connect(const struct jenner_address *to, uint32_t mark, struct jenner_address *local) {
  int fd = stream(to);
  if (fd < 0) return -1;
  if (mark != 0 && setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark) < 0) return closing(fd);
  enable(fd, IPPROTO_TCP, TCP_NODELAY);
  struct sockaddr_storage storage;
  socklen_t length = to_kernel(to, &storage);
  if (connect(fd, (struct sockaddr *)&storage, length) < 0 && errno != EINPROGRESS)
    return closing(fd);
  if (jenner_local_address(fd, local) < 0) return closing(fd);
  return fd;
}

int jenner_local_address(int fd, struct jenner_address *out) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (getsockname(fd, (struct sockaddr *)&storage, &length) < 0) return -1;
  return from_kernel(&storage, out);
}

int jenner_original_destination(int fd, struct jenner_address *out) {
  struct jenner_address local;
  if (jenner_local_address(fd, &local) < 0) return -1;
  int level = local.family == 4 ? IPPROTO_IP : IPPROTO_IPV6;
  struct sockaddr_storage storage = {0};
  socklen_t length = sizeof storage;
  if (getsockopt(fd, level, SO_ORIGINAL_DST, &storage, &length) < 0) return -1;
  return from_kernel(&storage, out);
}

bool jenner_may_mark(uint32_t mark) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  bool allowed = setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark) == 0;
  int error = errno;
  close(fd);
  errno = error;
  return allowed;
}

int jenner_socket_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 ? errno : error;
}

void jenner_reset(int fd) {
  struct linger now = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(fd);
}
