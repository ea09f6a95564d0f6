// What the proof's tracer needs of ptrace(2), which Swift can't import since it is variadic.
//
// Unless said otherwise a function returns -1 and sets errno on failure. All calls must come from one
// thread: ptrace belongs to threads.
#ifndef JENNER_CTRACER_H
#define JENNER_CTRACER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/// What to trace.
struct tracer_launch {
  const char *path;
  char *const *argv;
  char *const *environment;
  /// Where its standard output and error go.
  int output;
  /// A descriptor of the `cgroup.procs` that it enters first; -1: it stays in the caller's.
  int cgroup;
};

/// Starts a program in a session of its own, traced from its first instruction, with everything that
/// it starts. Returns its process id.
pid_t tracer_start(const struct tracer_launch *launch);

/// Traces a thread that runs already.
int tracer_seize(pid_t thread);

/// Why a tracee has stopped.
enum tracer_stop_kind {
  TRACER_NOTHING = 0,
  /// It has ended: `value` is its status as of wait(2).
  TRACER_ENDED,
  TRACER_EXECUTED,
  /// It has made a process or a thread: `value` is its id.
  TRACER_MADE,
  TRACER_SYSTEM_CALL,
  /// A signal is about to be delivered: `value`.
  TRACER_SIGNAL,
  /// It is stopped by a signal, and is to stay so.
  TRACER_GROUP_STOP,
  /// It is new, or was interrupted.
  TRACER_TRAP,
};

struct tracer_stop {
  pid_t thread;
  enum tracer_stop_kind kind;
  int64_t value;
};

/// Blocks the signal by which tracer_wait wakes. To be called once.
int tracer_prepare(void);

/// The next stop or end of any child or tracee, or TRACER_NOTHING once the time is over. -1 with
/// ECHILD if there is none left to wait for.
int tracer_wait(struct tracer_stop *stop, int64_t nanoseconds);

/// How a stopped tracee goes on.
enum tracer_pace {
  TRACER_RUN,
  /// To its next entry to or exit from a system call.
  TRACER_TO_SYSTEM_CALL,
  /// It stays stopped by a signal, but hears of SIGCONT.
  TRACER_LISTEN,
  /// It is traced no longer.
  TRACER_DETACH,
};

int tracer_resume(pid_t thread, enum tracer_pace pace, int signal);

/// A stop at a system call.
struct tracer_system_call {
  bool is_entry;
  /// At the entry only.
  int64_t number;
  /// At the entry only.
  uint64_t arguments[6];
  /// At the entry only: where in the process's memory it is made.
  uint64_t instruction;
  /// At the exit only.
  int64_t result;
};

int tracer_read_system_call(pid_t thread, struct tracer_system_call *call);

/// At the entry: the kernel will not perform the call.
int tracer_skip_system_call(pid_t thread);

/// At the exit: the caller gets this result.
int tracer_set_result(pid_t thread, int64_t result);

/// How many bytes wait to be read from a local stream socket of a process; -1 if the descriptor is no
/// such socket.
int64_t tracer_bytes_waiting(pid_t process, int descriptor);

/// The name of a system call; NULL if it has none here.
const char *tracer_name(int64_t number);

#endif
