#define _GNU_SOURCE
#include "CTracer.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Not EXITKILL: whoever looks at what a case left must not have it swept away by the tracer's end.
static const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK
                            | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;

_Noreturn static void run(const struct tracer_launch *launch, int gate) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (setsid() < 0) _exit(127);
  if (launch->cgroup >= 0 && write(launch->cgroup, "0\n", 2) != 2) _exit(127);
  int null = open("/dev/null", O_RDONLY);
  if (null < 0 || dup2(null, 0) < 0 || dup2(launch->output, 1) < 0 || dup2(launch->output, 2) < 0)
    _exit(127);
  // Everything else that the tracer has open closes at the exec.
  char byte;
  if (read(gate, &byte, 1) != 1) _exit(127);
  close(gate);
  if (null > 2) close(null);
  execve(launch->path, launch->argv, launch->environment);
  _exit(127);
}

pid_t tracer_start(const struct tracer_launch *launch) {
  int gate[2];
  if (pipe2(gate, O_CLOEXEC) < 0) return -1;
  pid_t pid = fork();
  if (pid == 0) {
    close(gate[1]);
    run(launch, gate[0]);
  }
  int error = pid < 0 ? errno : 0;
  close(gate[0]);
  if (error == 0 && ptrace(PTRACE_SEIZE, pid, 0, options) < 0) error = errno;
  if (error == 0 && write(gate[1], "", 1) != 1) error = errno;
  close(gate[1]);
  if (error != 0) {
    if (pid > 0) {
      kill(pid, SIGKILL);
      waitpid(pid, NULL, 0);
    }
    errno = error;
    return -1;
  }
  return pid;
}

int tracer_seize(pid_t thread) {
  return (int)ptrace(PTRACE_SEIZE, thread, 0, PTRACE_O_TRACECLONE);
}

int tracer_prepare(void) {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  return sigprocmask(SIG_BLOCK, &children, NULL);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void explain(struct tracer_stop *stop, int status) {
  stop->value = status;
  if (!WIFSTOPPED(status)) {
    stop->kind = TRACER_ENDED;
    return;
  }
  unsigned long message = 0;
  int signal = WSTOPSIG(status);
  switch (status >> 16) {
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
      stop->kind = TRACER_MADE;
      ptrace(PTRACE_GETEVENTMSG, stop->thread, 0, &message);
      stop->value = (int64_t)message;
      return;
    case PTRACE_EVENT_EXEC: stop->kind = TRACER_EXECUTED; return;
    case PTRACE_EVENT_STOP:
      stop->kind = signal == SIGTRAP ? TRACER_TRAP : TRACER_GROUP_STOP;
      return;
  }
  stop->kind = signal == (SIGTRAP | 0x80) ? TRACER_SYSTEM_CALL : TRACER_SIGNAL;
  stop->value = signal;
}

int tracer_wait(struct tracer_stop *stop, int64_t nanoseconds) {
  int64_t deadline = now() + nanoseconds;
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  for (;;) {
    int status = 0;
    pid_t thread = waitpid(-1, &status, __WALL | WNOHANG);
    if (thread < 0 && errno == EINTR) continue;
    if (thread < 0) return -1;
    if (thread > 0) {
      stop->thread = thread;
      explain(stop, status);
      return 0;
    }
    int64_t left = deadline - now();
    if (left <= 0) {
      *stop = (struct tracer_stop){.kind = TRACER_NOTHING};
      return 0;
    }
    struct timespec timeout = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    sigtimedwait(&children, NULL, &timeout);
  }
}

int tracer_resume(pid_t thread, enum tracer_pace pace, int signal) {
  switch (pace) {
    case TRACER_RUN: return (int)ptrace(PTRACE_CONT, thread, 0, (long)signal);
    case TRACER_TO_SYSTEM_CALL: return (int)ptrace(PTRACE_SYSCALL, thread, 0, (long)signal);
    case TRACER_LISTEN: return (int)ptrace(PTRACE_LISTEN, thread, 0, 0);
    case TRACER_DETACH: return (int)ptrace(PTRACE_DETACH, thread, 0, (long)signal);
  }
  errno = EINVAL;
  return -1;
}

int tracer_read_system_call(pid_t thread, struct tracer_system_call *call) {
  struct __ptrace_syscall_info info = {0};
  if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) < 0) return -1;
  *call = (struct tracer_system_call){.is_entry = info.op == PTRACE_SYSCALL_INFO_ENTRY};
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    call->number = (int64_t)info.entry.nr;
    for (int index = 0; index < 6; index++) call->arguments[index] = info.entry.args[index];
    call->instruction = info.instruction_pointer;
  } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
    call->result = info.exit.rval;
  } else {
    errno = EINVAL;
    return -1;
  }
  return 0;
}

static int read_registers(pid_t thread, struct user_regs_struct *registers) {
  struct iovec vector = {registers, sizeof *registers};
  return (int)ptrace(PTRACE_GETREGSET, thread, (void *)NT_PRSTATUS, &vector);
}

static int write_registers(pid_t thread, struct user_regs_struct *registers) {
  struct iovec vector = {registers, sizeof *registers};
  return (int)ptrace(PTRACE_SETREGSET, thread, (void *)NT_PRSTATUS, &vector);
}

int tracer_skip_system_call(pid_t thread) {
#if defined(__x86_64__)
  struct user_regs_struct registers;
  if (read_registers(thread, &registers) < 0) return -1;
  registers.orig_rax = (unsigned long long)-1;
  return write_registers(thread, &registers);
#elif defined(__aarch64__)
  int none = -1;
  struct iovec vector = {&none, sizeof none};
  return (int)ptrace(PTRACE_SETREGSET, thread, (void *)NT_ARM_SYSTEM_CALL, &vector);
#else
#error "the tracer knows x86_64 and aarch64"
#endif
}

int tracer_set_result(pid_t thread, int64_t result) {
  struct user_regs_struct registers;
  if (read_registers(thread, &registers) < 0) return -1;
#if defined(__x86_64__)
  registers.rax = (unsigned long long)result;
#elif defined(__aarch64__)
  registers.regs[0] = (unsigned long long)result;
#endif
  return write_registers(thread, &registers);
}

static int option_of(int socket, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  return getsockopt(socket, SOL_SOCKET, name, &value, &length) < 0 ? -1 : value;
}

int64_t tracer_bytes_waiting(pid_t process, int descriptor) {
  int handle = (int)syscall(SYS_pidfd_open, process, 0);
  if (handle < 0) return -1;
  int copy = (int)syscall(SYS_pidfd_getfd, handle, descriptor, 0);
  close(handle);
  if (copy < 0) return -1;
  int count = -1;
  bool is_local_stream =
    option_of(copy, SO_DOMAIN) == AF_UNIX && option_of(copy, SO_TYPE) == SOCK_STREAM;
  if (!is_local_stream || ioctl(copy, SIOCINQ, &count) < 0) count = -1;
  close(copy);
  return count;
}
