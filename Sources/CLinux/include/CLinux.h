// What Swift can't import of Linux: system calls without a wrapper, macros, packed structures, and a
// launcher whose child runs C alone.
//
// Unless said otherwise a function returns -1 and sets errno on failure. Every descriptor that is made
// here is close-on-exec.
#ifndef JENNER_CLINUX_H
#define JENNER_CLINUX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// Processes ---------------------------------------------------------------------------------------

/// pidfd_open(2).
int jenner_pidfd_open(pid_t pid);

/// pidfd_send_signal(2).
int jenner_pidfd_send_signal(int pidfd, int signal);

/// Reaps the child of a pidfd: waitid(2) with P_PIDFD. `status` is the exit status, or the signal's
/// number if `signalled`. Returns 0 if the child has not ended yet, 1 once it is reaped.
int jenner_reap(int pidfd, int *status, bool *signalled);

/// Has this process killed when the thread that started it ends: prctl(2), PR_SET_PDEATHSIG.
int jenner_end_with_parent(void);

/// Enters the network namespace that a file is, if its inode is the one given: setns(2). What the calling
/// thread starts from then on is in it too. ESTALE if the file is another namespace now.
int jenner_enter_network(const char *path, uint64_t inode);

/// Gives this process a network of its own, in which only the loopback device is, and is up: unshare(2).
int jenner_own_network(void);

/// Whether a signal is ignored, as nohup(1) and a shell's background leave it.
bool jenner_is_ignored(int signal);

/// Has SIGHUP end this program with the status 143, unless it is ignored.
void jenner_end_on_hang_up(void);

// Tracing: ptrace(2) --------------------------------------------------------------------------------
// What one thread traces only that thread can handle; when it ends, all of it runs on.

/// Whether tracing is allowed at all; a seccomp(2) filter may forbid it.
bool jenner_may_trace(void);

/// Attaches to a thread, which goes on, and to every thread that it starts: PTRACE_SEIZE.
int jenner_seize(pid_t thread);

/// Stops an attached thread where it is: PTRACE_INTERRUPT.
int jenner_interrupt(pid_t thread);

/// Reaps children and traced threads that have ended, so that their own parents hear of it.
///
/// It leaves stops alone: to wait for one takes the signal that the thread was about to receive.
void jenner_reap_ended(void);

// Launching ---------------------------------------------------------------------------------------

/// Where a launch failed; the child has ended and is reaped.
enum jenner_launch_stage {
  JENNER_LAUNCH_CLONE = 1,
  JENNER_LAUNCH_SESSION,
  JENNER_LAUNCH_DESCRIPTORS,
  JENNER_LAUNCH_DIRECTORY,
  JENNER_LAUNCH_LIMITS,
  JENNER_LAUNCH_CAPABILITIES,
  JENNER_LAUNCH_PARENT,
  JENNER_LAUNCH_EXEC,
};

struct jenner_limit {
  int resource;
  uint64_t soft;
  uint64_t hard;
};

/// What to launch.
struct jenner_launch {
  /// The program's path; PATH is not searched.
  const char *path;
  char *const *argv;
  char *const *environment;
  /// NULL: the caller's.
  const char *directory;
  /// Descriptor `i` of the child is a copy of `descriptors[i]`, or /dev/null where that is -1. The
  /// child has no other. At most JENNER_LAUNCH_DESCRIPTOR_LIMIT; at least three.
  const int *descriptors;
  int descriptor_count;
  /// A session, and so a process group, of its own.
  bool new_session;
  /// A process group of its own, where `new_session` is false.
  bool new_group;
  /// Exactly the capabilities of `capabilities` in all five sets; false: those of the caller.
  bool exact_capabilities;
  uint64_t capabilities;
  const struct jenner_limit *limits;
  int limit_count;
  /// The signal that the child gets when the calling thread ends; 0: none.
  int parent_death_signal;

  /// Set by jenner_launch.
  pid_t pid;
  int pidfd;
  /// Set where it fails, beside errno.
  enum jenner_launch_stage failed_stage;
};

#define JENNER_LAUNCH_DESCRIPTOR_LIMIT 8

/// Launches a program and returns once it is executed, 0, or could not be, -1.
///
/// The child shares the caller's memory until it executes (CLONE_VM | CLONE_VFORK, as posix_spawn(3)
/// does), so a launch costs the same from a large process as from a small one; the calling thread
/// waits for that moment only. The child starts with no signal blocked and every disposition at its
/// default.
int jenner_launch(struct jenner_launch *launch);

// Capabilities ------------------------------------------------------------------------------------

/// The capabilities of the calling thread, as bits.
struct jenner_capabilities {
  uint64_t effective;
  uint64_t permitted;
  uint64_t inheritable;
};

int jenner_capabilities_get(struct jenner_capabilities *out);

/// Whether the bounding set of the calling thread has a capability.
bool jenner_bounding_has(int capability);

/// Whether the ambient set of the calling thread has a capability.
bool jenner_ambient_has(int capability);

/// Locks SECBIT_NOROOT and SECBIT_NO_SETUID_FIXUP, so that neither user id 0 nor a change of user id
/// gives a capability back; capabilities(7). Needs CAP_SETPCAP.
int jenner_lock_no_root(void);

/// Takes a capability out of the bounding set. Needs CAP_SETPCAP.
int jenner_bounding_drop(int capability);

/// Empties the ambient set.
int jenner_ambient_clear(void);

// Waiting -----------------------------------------------------------------------------------------

#define JENNER_READABLE 1
#define JENNER_WRITABLE 2

/// A descriptor that is ready; end of file, hang-up and errors count as both.
struct jenner_ready {
  uint64_t token;
  int readiness;
};

int jenner_poll_create(void);
int jenner_poll_add(int poll, int fd, int interest, uint64_t token);
int jenner_poll_change(int poll, int fd, int interest, uint64_t token);
int jenner_poll_remove(int poll, int fd);

/// Waits; -1 milliseconds is for ever. Returns how many are ready; 0 also after a signal.
int jenner_poll_wait(int poll, struct jenner_ready *ready, int capacity, int milliseconds);

/// A timer on CLOCK_BOOTTIME, which no change of the wall clock moves and which counts suspension.
int jenner_timer_create(void);

/// Arms the timer for an absolute time in nanoseconds since boot; 0 disarms it.
int jenner_timer_set(int timer, int64_t nanoseconds);

/// Nanoseconds since boot: CLOCK_BOOTTIME.
int64_t jenner_now(void);

/// A counter that wakes a poll: eventfd(2).
int jenner_event_create(void);
int jenner_event_raise(int event);

/// Reads a timer's or an event's counter, so that it is quiet again.
void jenner_counter_clear(int fd);

/// Blocks the signals for the calling thread and opens a descriptor to read them from.
int jenner_signals_open(const int *signals, int count);

/// The next signal's number, or 0 if there is none.
int jenner_signal_read(int fd);

// Connections -------------------------------------------------------------------------------------

/// An address of TCP; of IPv4 the first four bytes count, and all that does not count is zero.
struct jenner_address {
  uint8_t bytes[16];
  uint32_t scope;
  uint16_t port;
  /// 4 or 6.
  uint8_t family;
};

/// A non-blocking socket that is bound, and does not listen yet. One for IPv6 is for IPv6 alone.
int jenner_bind(const struct jenner_address *address);

/// Whether an address can be bound: 0, or the errno of the attempt.
///
/// A child tries, in the network that `path` is, if it is given, and ends: here nothing is bound.
int jenner_try_bind(const struct jenner_address *address, const char *path, uint64_t inode);

/// accept4(2): a non-blocking socket without Nagle's delay, and whose it is.
int jenner_accept(int listener, struct jenner_address *peer);

/// Begins to connect a non-blocking socket, marked unless `mark` is 0; `local` is its own address.
int jenner_connect(const struct jenner_address *to, uint32_t mark, struct jenner_address *local);

/// getsockname(2).
int jenner_local_address(int fd, struct jenner_address *out);

/// Where a connection was going before it was redirected: SO_ORIGINAL_DST, of IPv4 and of IPv6.
///
/// Of one that was not redirected it is the local address, or an error where nothing is tracked.
int jenner_original_destination(int fd, struct jenner_address *out);

/// Whether sockets may be marked, which takes CAP_NET_ADMIN or CAP_NET_RAW; else errno says why.
bool jenner_may_mark(uint32_t mark);

/// The error that a socket has met, which is cleared by this: SO_ERROR; 0 if there is none.
int jenner_socket_error(int fd);

/// Closes a connection with a reset: SO_LINGER of zero, then close(2).
void jenner_reset(int fd);

// Datagrams ---------------------------------------------------------------------------------------

/// Where a datagram came from, and to which of this machine's addresses.
struct jenner_datagram {
  /// A socket address of any family, as the kernel writes it.
  uint8_t peer[128];
  unsigned peer_length;
  /// The address that it was sent to, in network order: the first 4 or all 16 bytes; as many as
  /// `local_length` says, which is 0 where it is not known.
  uint8_t local[16];
  int local_length;
  /// The interface that it came by; 0 where it is not known.
  unsigned interface;
};

/// Has a datagram socket tell where each datagram was sent to: IP_PKTINFO of ip(7), IPV6_RECVPKTINFO
/// of ipv6(7).
int jenner_datagram_tell_local(int fd, int family);

/// Receives a datagram: recvmsg(2). Returns its whole size, which is above `size` if it was cut off.
ssize_t jenner_datagram_receive(int fd, void *bytes, size_t size, struct jenner_datagram *from);

/// Sends a datagram back to where another came from, from the address that the other was sent to: a
/// peer takes an answer from nowhere else, and connection tracking knows the flow by it.
ssize_t jenner_datagram_answer(int fd, const void *bytes, size_t size,
                               const struct jenner_datagram *to);

// Frames: packet(7) ---------------------------------------------------------------------------------
// Needs CAP_NET_RAW.

/// A socket that sends frames of 60 bytes by a device, of a type that is left to experiments.
int jenner_frame_sender(const char *device);

/// A socket that sees such frames when the device sends them, behind its queue.
int jenner_frame_receiver(const char *device);

/// Sends a frame with a number; ENOBUFS if the queue has no room for it.
int jenner_frame_send(int fd, uint64_t number);

/// Receives a frame: its number, and how many nanoseconds ago the device sent it.
int jenner_frame_receive(int fd, uint64_t *number, int64_t *nanoseconds);

// Files -------------------------------------------------------------------------------------------

/// A pipe: reading end, writing end.
int jenner_pipe(int ends[2]);

/// flock(2), exclusive; -1 with EWOULDBLOCK if it is held and `wait` is false.
int jenner_lock(int fd, bool wait);

/// The same, shared and without waiting: fails while somebody holds the file exclusively.
int jenner_lock_shared(int fd);

#endif
