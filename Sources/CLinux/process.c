#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

int jenner_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int jenner_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int jenner_reap(int pidfd, int *status, bool *signalled) {
  siginfo_t info = {0};
  int result;
  do {
    result = waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG);
  } while (result < 0 && errno == EINTR);
  if (result < 0) return -1;
  if (info.si_pid == 0) return 0;
  *status = info.si_status;
  *signalled = info.si_code != CLD_EXITED;
  return 1;
}

int jenner_enter_network(const char *path, uint64_t inode) {
  struct stat status;
  int result = -1;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  if (fstat(fd, &status) == 0) {
    if ((uint64_t)status.st_ino == inode) {
      result = setns(fd, CLONE_NEWNET);
    } else {
      errno = ESTALE;
    }
  }
  int error = errno;
  close(fd);
  errno = error;
  return result;
}

bool jenner_is_ignored(int signal) {
  struct sigaction action;
  return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void end_as_told(int signal) {
  (void)signal;
  _exit(128 + SIGTERM);
}

void jenner_end_on_hang_up(void) {
  struct sigaction action = {.sa_handler = end_as_told};
  if (!jenner_is_ignored(SIGHUP)) sigaction(SIGHUP, &action, NULL);
}

int jenner_own_network(void) {
  struct ifreq request;
  int result = -1;
  if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0) return -1;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  memset(&request, 0, sizeof request);
  strcpy(request.ifr_name, "lo");
  if (ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
    request.ifr_flags |= IFF_UP;
    result = ioctl(fd, SIOCSIFFLAGS, &request);
  }
  int error = errno;
  close(fd);
  errno = error;
  return result;
}

int jenner_capabilities_get(struct jenner_capabilities *out) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) < 0) return -1;
  out->effective = data[0].effective | (uint64_t)data[1].effective << 32;
  out->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
  out->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
  return 0;
}

bool jenner_bounding_has(int capability) {
  return prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1;
}

bool jenner_ambient_has(int capability) {
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0) == 1;
}

int jenner_lock_no_root(void) {
  int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
  if (bits < 0) return -1;
  return prctl(PR_SET_SECUREBITS,
               bits | SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP
                   | SECBIT_NO_SETUID_FIXUP_LOCKED,
               0, 0, 0);
}

int jenner_bounding_drop(int capability) { return prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); }

int jenner_ambient_clear(void) {
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

int jenner_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

static int lock(int fd, int operation) {
  int result;
  do {
    result = flock(fd, operation);
  } while (result < 0 && errno == EINTR);
  return result;
}

int jenner_lock(int fd, bool wait) { return lock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)); }

int jenner_lock_shared(int fd) { return lock(fd, LOCK_SH | LOCK_NB); }
