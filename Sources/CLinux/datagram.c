#define _GNU_SOURCE
#include "CLinux.h"
#include "calls.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert(sizeof(struct sockaddr_storage) <= sizeof((struct jenner_datagram){0}.peer),
               "an address must fit");

/// Room for the control message of either family.
union control {
  char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
  struct cmsghdr header;
};

int jenner_datagram_tell_local(int fd, int family) {
  int on = 1;
  return family == AF_INET6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on)
                            : setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

static void read_local(struct jenner_datagram *datagram, struct cmsghdr *header) {
  if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
    struct in_pktinfo info;
    memcpy(&info, CMSG_DATA(header), sizeof info);
    memcpy(datagram->local, &info.ipi_spec_dst, sizeof info.ipi_spec_dst);
    datagram->local_length = sizeof info.ipi_spec_dst;
    datagram->interface = (unsigned)info.ipi_ifindex;
  } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
    struct in6_pktinfo info;
    memcpy(&info, CMSG_DATA(header), sizeof info);
    memcpy(datagram->local, &info.ipi6_addr, sizeof info.ipi6_addr);
    datagram->local_length = sizeof info.ipi6_addr;
    datagram->interface = info.ipi6_ifindex;
  }
}

ssize_t jenner_datagram_receive(int fd, void *bytes, size_t size, struct jenner_datagram *from) {
  memset(from, 0, sizeof *from);
  union control control;
  struct iovec part = {.iov_base = bytes, .iov_len = size};
  struct msghdr message = {
      .msg_name = from->peer,
      .msg_namelen = sizeof from->peer,
      .msg_iov = &part,
      .msg_iovlen = 1,
      .msg_control = &control,
      .msg_controllen = sizeof control,
  };
  ssize_t count = receive_message(fd, &message, MSG_DONTWAIT | MSG_TRUNC);
  if (count < 0) return -1;
  from->peer_length = message.msg_namelen;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header;
       header = CMSG_NXTHDR(&message, header)) {
    read_local(from, header);
  }
  return count;
}

/// Writes where to send from; the interface is left to routing but for addresses that mean something
/// on one link only.
static void write_local(const struct jenner_datagram *to, struct msghdr *message,
                        union control *control) {
  memset(control, 0, sizeof *control);
  message->msg_control = control;
  if (to->local_length == sizeof(struct in_addr)) {
    struct in_pktinfo info = {0};
    memcpy(&info.ipi_spec_dst, to->local, sizeof info.ipi_spec_dst);
    message->msg_controllen = CMSG_SPACE(sizeof info);
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_len = CMSG_LEN(sizeof info);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    memcpy(CMSG_DATA(header), &info, sizeof info);
  } else {
    struct in6_pktinfo info = {0};
    memcpy(&info.ipi6_addr, to->local, sizeof info.ipi6_addr);
    if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) info.ipi6_ifindex = to->interface;
    message->msg_controllen = CMSG_SPACE(sizeof info);
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_len = CMSG_LEN(sizeof info);
    header->cmsg_level = IPPROTO_IPV6;
    header->cmsg_type = IPV6_PKTINFO;
    memcpy(CMSG_DATA(header), &info, sizeof info);
  }
}

ssize_t jenner_datagram_answer(int fd, const void *bytes, size_t size,
                               const struct jenner_datagram *to) {
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
  struct msghdr message = {
      .msg_name = (void *)to->peer,
      .msg_namelen = to->peer_length,
      .msg_iov = &part,
      .msg_iovlen = 1,
  };
  union control control;
  if (to->local_length > 0) write_local(to, &message, &control);
  ssize_t count;
  do {
    count = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  return count;
}
