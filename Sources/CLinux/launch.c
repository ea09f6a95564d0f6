#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Everything from here to child() runs in the child, which shares the parent's memory: system calls
// only, no allocation, no lock, and nothing written but the structures handed down.

struct child {
  struct jenner_launch *launch;
  pid_t parent;
  int error;
};

_Noreturn static void fail(struct child *child, enum jenner_launch_stage stage) {
  child->error = errno;
  child->launch->failed_stage = stage;
  _exit(127);
}

// By the system call, since sigaction(3) leaves out the signals that the C library keeps for itself,
// and whoever started us may have left one of those ignored. SIG_DFL, no flags and an empty mask are
// all zero, in whatever order an architecture has them.
static void reset_signals(void) {
  const char standard[64] = {0};
  for (int number = 1; number < NSIG; number++)
    syscall(SYS_rt_sigaction, number, standard, NULL, (size_t)(_NSIG / 8));
}

// Sources below the range that is filled are moved out of the way first, so that no copy destroys
// another source.
static int place_descriptors(const int *sources, int count) {
  int moved[JENNER_LAUNCH_DESCRIPTOR_LIMIT];
  for (int i = 0; i < count; i++) {
    int source = sources[i] >= 0 ? sources[i] : open("/dev/null", O_RDWR | O_CLOEXEC);
    if (source < 0) return -1;
    moved[i] = fcntl(source, F_DUPFD_CLOEXEC, count);
    if (moved[i] < 0) return -1;
  }
  for (int i = 0; i < count; i++)
    if (dup2(moved[i], i) < 0) return -1;
  return 0;
}

static void close_others(int first) {
  if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
  struct rlimit limit;
  int end = 65536;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < (rlim_t)end)
    end = (int)limit.rlim_cur;
  for (int fd = first; fd < end; fd++) close(fd);
}

// The bounding set can only be cut, and the secure bits only be locked, by a thread that has
// CAP_SETPCAP. An ordinary user who lacks it could not gain by executing a plain program either. User
// 0 would regain the whole bounding set (measured), so there the kernel is told that no program may
// give more than there is: prctl(2), PR_SET_NO_NEW_PRIVS, which needs no privilege.
static int set_capabilities(uint64_t wanted) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) < 0) return -1;
  uint64_t effective = data[0].effective | (uint64_t)data[1].effective << 32;
  if (effective & (1ULL << CAP_SETPCAP)) {
    int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
    if (bits < 0) return -1;
    if (!(bits & SECBIT_NOROOT)
        && prctl(PR_SET_SECUREBITS, bits | SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0) < 0)
      return -1;
    for (int number = 0; number < 64; number++) {
      if (prctl(PR_CAPBSET_READ, number, 0, 0, 0) < 0) break;
      if (wanted & (1ULL << number)) continue;
      if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0) return -1;
    }
  } else if (geteuid() == 0 || getuid() == 0) {
    int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
    if (bits < 0) return -1;
    if (!(bits & SECBIT_NOROOT) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -1;
  }
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) return -1;
  for (int half = 0; half < 2; half++) {
    uint32_t part = (uint32_t)(wanted >> (32 * half));
    data[half].effective = data[half].permitted = data[half].inheritable = part;
  }
  if (syscall(SYS_capset, &header, data) < 0) return -1;
  for (int number = 0; number < 64; number++)
    if (wanted & (1ULL << number)
        && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) < 0)
      return -1;
  return 0;
}

static int run_child(void *argument) {
  struct child *child = argument;
  struct jenner_launch *launch = child->launch;

  reset_signals();
  if (launch->new_session && setsid() < 0) fail(child, JENNER_LAUNCH_SESSION);
  if (!launch->new_session && launch->new_group && setpgid(0, 0) < 0)
    fail(child, JENNER_LAUNCH_SESSION);
  if (place_descriptors(launch->descriptors, launch->descriptor_count) < 0)
    fail(child, JENNER_LAUNCH_DESCRIPTORS);
  close_others(launch->descriptor_count);
  if (launch->directory && chdir(launch->directory) < 0) fail(child, JENNER_LAUNCH_DIRECTORY);
  for (int i = 0; i < launch->limit_count; i++) {
    struct rlimit limit = {launch->limits[i].soft, launch->limits[i].hard};
    if (setrlimit(launch->limits[i].resource, &limit) < 0) fail(child, JENNER_LAUNCH_LIMITS);
  }
  if (launch->exact_capabilities && set_capabilities(launch->capabilities) < 0)
    fail(child, JENNER_LAUNCH_CAPABILITIES);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (launch->parent_death_signal) {
    // Last, because a change of capabilities clears it. A parent that died before is seen by its id.
    if (prctl(PR_SET_PDEATHSIG, launch->parent_death_signal, 0, 0, 0) < 0)
      fail(child, JENNER_LAUNCH_PARENT);
    if (getppid() != child->parent) {
      errno = ESRCH;
      fail(child, JENNER_LAUNCH_PARENT);
    }
  }
  execve(launch->path, launch->argv, launch->environment);
  fail(child, JENNER_LAUNCH_EXEC);
}

int jenner_launch(struct jenner_launch *launch) {
  launch->pid = -1;
  launch->pidfd = -1;
  launch->failed_stage = JENNER_LAUNCH_CLONE;
  if (launch->descriptor_count < 3
      || launch->descriptor_count > JENNER_LAUNCH_DESCRIPTOR_LIMIT) {
    errno = EINVAL;
    return -1;
  }
  const size_t stack_size = 64 * 1024;
  void *stack = mmap(NULL, stack_size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -1;

  // No handler of ours may run in the child while it shares our memory.
  sigset_t all, before;
  sigfillset(&all);
  int error = pthread_sigmask(SIG_BLOCK, &all, &before);
  if (error != 0) {
    munmap(stack, stack_size);
    errno = error;
    return -1;
  }
  struct child child = {.launch = launch, .parent = getpid(), .error = 0};
  int pidfd = -1;
  pid_t pid = clone(run_child, (char *)stack + stack_size,
                    CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &child, &pidfd);
  error = pid < 0 ? errno : child.error;
  if (pid >= 0 && error != 0) {
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
    close(pidfd);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  munmap(stack, stack_size);
  if (error != 0) {
    errno = error;
    return -1;
  }
  launch->pid = pid;
  launch->pidfd = pidfd;
  launch->failed_stage = 0;
  return 0;
}
