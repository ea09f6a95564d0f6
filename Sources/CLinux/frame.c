#define _GNU_SOURCE
#include "CLinux.h"
#include "calls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/// The first of the two types that IEEE 802 leaves to local experiments.
#define FRAME_TYPE 0x88B5

static int bind_to(int fd, const char *device, uint16_t protocol) {
  unsigned index = if_nametoindex(device);
  if (index == 0) return -1;
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET,
      .sll_protocol = htons(protocol),
      .sll_ifindex = (int)index,
  };
  return bind(fd, (struct sockaddr *)&address, sizeof address);
}

int jenner_frame_sender(const char *device) {
  // Of protocol 0 it receives nothing.
  int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  return bind_to(fd, device, 0) == 0 ? fd : closing(fd);
}

/// Lets frames of our type pass, and nothing else: their type is behind two addresses of six bytes.
static int filter_frames(int fd) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FRAME_TYPE, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

int jenner_frame_receiver(const char *device) {
  int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  int on = 1;
  // Only a socket for all protocols sees what a device sends; it has its filter before it is bound.
  if (filter_frames(fd) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
      bind_to(fd, device, ETH_P_ALL) != 0) {
    return closing(fd);
  }
  return fd;
}

int jenner_frame_send(int fd, uint64_t number) {
  struct {
    struct ethhdr header;
    uint8_t number[sizeof number];
    uint8_t padding[ETH_ZLEN - sizeof(struct ethhdr) - sizeof number];
  } frame = {.header = {.h_proto = htons(FRAME_TYPE)}};
  memcpy(frame.number, &number, sizeof number);
  ssize_t count;
  do {
    count = send(fd, &frame, sizeof frame, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  return count < 0 ? -1 : 0;
}

/// How long ago the kernel saw a frame, by its own stamp; 0 where there is none.
static int64_t age(struct msghdr *message) {
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
       header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_TIMESTAMPNS) continue;
    struct timespec seen, now;
    memcpy(&seen, CMSG_DATA(header), sizeof seen);
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t age = (now.tv_sec - seen.tv_sec) * 1000000000LL + (now.tv_nsec - seen.tv_nsec);
    return age > 0 ? age : 0;
  }
  return 0;
}

int jenner_frame_receive(int fd, uint64_t *number, int64_t *nanoseconds) {
  uint8_t bytes[ETH_ZLEN];
  struct iovec part = {.iov_base = bytes, .iov_len = sizeof bytes};
  union {
    char bytes[CMSG_SPACE(sizeof(struct timespec))];
    struct cmsghdr header;
  } control;
  struct msghdr message = {
      .msg_iov = &part,
      .msg_iovlen = 1,
      .msg_control = &control,
      .msg_controllen = sizeof control,
  };
  ssize_t count = receive_message(fd, &message, MSG_DONTWAIT);
  if (count < 0) return -1;
  if (count < (ssize_t)(sizeof(struct ethhdr) + sizeof *number)) {
    errno = EBADMSG;
    return -1;
  }
  memcpy(number, bytes + sizeof(struct ethhdr), sizeof *number);
  *nanoseconds = age(&message);
  return 0;
}
