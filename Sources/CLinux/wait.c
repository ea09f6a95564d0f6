#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

int jenner_poll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int poll, int operation, int fd, int interest, uint64_t token) {
  struct epoll_event event = {.data.u64 = token};
  if (interest & JENNER_READABLE) event.events |= EPOLLIN;
  if (interest & JENNER_WRITABLE) event.events |= EPOLLOUT;
  return epoll_ctl(poll, operation, fd, &event);
}

int jenner_poll_add(int poll, int fd, int interest, uint64_t token) {
  return control(poll, EPOLL_CTL_ADD, fd, interest, token);
}

int jenner_poll_change(int poll, int fd, int interest, uint64_t token) {
  return control(poll, EPOLL_CTL_MOD, fd, interest, token);
}

int jenner_poll_remove(int poll, int fd) { return control(poll, EPOLL_CTL_DEL, fd, 0, 0); }

int jenner_poll_wait(int poll, struct jenner_ready *ready, int capacity, int milliseconds) {
  struct epoll_event events[64];
  if (capacity > 64) capacity = 64;
  int count = epoll_wait(poll, events, capacity, milliseconds);
  if (count < 0) return errno == EINTR ? 0 : -1;
  for (int i = 0; i < count; i++) {
    uint32_t seen = events[i].events;
    int readiness = 0;
    if (seen & (EPOLLIN | EPOLLHUP | EPOLLERR)) readiness |= JENNER_READABLE;
    if (seen & (EPOLLOUT | EPOLLHUP | EPOLLERR)) readiness |= JENNER_WRITABLE;
    ready[i] = (struct jenner_ready){.token = events[i].data.u64, .readiness = readiness};
  }
  return count;
}

int jenner_timer_create(void) {
  return timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

int jenner_timer_set(int timer, int64_t nanoseconds) {
  struct itimerspec when = {0};
  when.it_value.tv_sec = nanoseconds / 1000000000;
  when.it_value.tv_nsec = nanoseconds % 1000000000;
  return timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

int64_t jenner_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int jenner_event_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int jenner_event_raise(int event) {
  uint64_t one = 1;
  // A full counter wakes as well as one more would.
  return write(event, &one, sizeof one) == sizeof one || errno == EAGAIN ? 0 : -1;
}

void jenner_counter_clear(int fd) {
  uint64_t count;
  while (read(fd, &count, sizeof count) < 0 && errno == EINTR) {}
}

int jenner_signals_open(const int *signals, int count) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
  int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (error != 0) {
    errno = error;
    return -1;
  }
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int jenner_signal_read(int fd) {
  struct signalfd_siginfo info;
  return read(fd, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}
