#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#ifndef __WALL
#define __WALL 0x40000000
#endif

int jenner_seize(pid_t thread) {
  return (int)ptrace(PTRACE_SEIZE, thread, NULL, (void *)(uintptr_t)PTRACE_O_TRACECLONE);
}

int jenner_interrupt(pid_t thread) {
  return (int)ptrace(PTRACE_INTERRUPT, thread, NULL, NULL);
}

// No process has the id 0, so where tracing is allowed at all the kernel finds nothing to trace.
bool jenner_may_trace(void) { return jenner_seize(0) < 0 && errno == ESRCH; }

void jenner_reap_ended(void) {
  siginfo_t info;
  do {
    info.si_pid = 0;
  } while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | __WALL) == 0 && info.si_pid != 0);
}

int jenner_end_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }
