// What several files here do with system calls.
#ifndef JENNER_CALLS_H
#define JENNER_CALLS_H

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/// Closes a descriptor because of an error, which stays what errno says.
static inline int closing(int fd) {
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

/// recvmsg(2), and again where a signal came first.
static inline ssize_t receive_message(int fd, struct msghdr *message, int flags) {
  ssize_t count;
  do {
    count = recvmsg(fd, message, flags);
  } while (count < 0 && errno == EINTR);
  return count;
}

#endif
