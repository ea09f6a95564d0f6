import CTracer
import Glibc
import Linux
import Model

/// A program and all that it starts, traced: every process that plays a role is known, and some roles
/// stop at their system calls.
///
/// The target of a fault is not among what it starts, so it is never traced.
final class TracedRun {
  /// A process of ours.
  struct Member {
    var role: Role
    /// As of wait(2); nil while it lives.
    var status: Int32?
  }

  /// A stop of a watched role.
  struct Stop {
    var role: Role
    var process: Int32
    var thread: Int32
    var point: CallPoint
    /// Its arguments and the place that it is made from are known at the entry.
    var call: tracer_system_call
  }

  /// What becomes of a stop.
  enum Reaction {
    case goOn
    /// The call returns this error and is not performed, but for close(2).
    case fail(Int32)
    /// Nothing is watched any more.
    case leaveAlone
  }

  /// What has been executed so far, by process.
  private(set) var members: [Int32: Member] = [:]
  /// The leader of the traced session.
  let leader: Int32

  private let watched: Set<Role>
  /// The first process of each watched role: later ones make calls of their own.
  private var watchedProcesses: [Role: Int32] = [:]
  private var isWatching = true
  /// By thread: the process that it belongs to.
  private var processes: [Int32: Int32] = [:]
  private var gone: Set<Int32> = []
  private var counters: [Role: CallCounter] = [:]
  /// By thread: the error with which a skipped call is to return.
  private var skipped: [Int32: Int32] = [:]

  /// Starts it in a cgroup, by an open `cgroup.procs`, with its output in a file.
  init(
    _ argv: [String], environment: [String: String], output: Int32, cgroup: Int32,
    watching watched: Set<Role>
  ) throws {
    self.watched = watched
    leader = try withArrays(argv, environment.map { "\($0.key)=\($0.value)" }) { argv, variables in
      var launch = tracer_launch()
      launch.argv = UnsafePointer(argv)
      launch.environment = UnsafePointer(variables)
      launch.path = UnsafePointer(argv.pointee)
      launch.output = output
      launch.cgroup = cgroup
      let pid = tracer_start(&launch)
      guard pid > 0 else { throw SystemError("trace the runner") }
      return pid
    }
    processes[leader] = leader
  }

  /// The living processes of a role.
  func living(_ role: Role) -> [Int32] {
    members.filter { $0.value.role == role && $0.value.status == nil }.keys.sorted()
  }

  /// The status with which the first process of a role ended.
  func status(of role: Role) -> Int32? {
    members.filter { $0.value.role == role }.min { $0.key < $1.key }?.value.status
  }

  /// The exit status of the first process of a role, or 128 and the signal's number.
  func exitStatus(of role: Role) -> Int32? {
    status(of: role).map { $0 & 0x7f == 0 ? $0 >> 8 & 0xff : 128 + ($0 & 0x7f) }
  }

  var isOver: Bool { processes.isEmpty }

  /// Follows the run until all of it has ended, or a time is over; false then.
  func follow(
    atMost limit: Duration, _ observe: (Stop) -> Reaction = { _ in .goOn }
  ) throws -> Bool {
    let deadline = EventLoop.now + limit
    while true {
      if isOver { meetUnannounced() }
      if isOver { return true }
      let left = deadline - EventLoop.now
      guard left > .zero else { return false }
      var stop = tracer_stop()
      guard tracer_wait(&stop, left.nanoseconds) == 0 else {
        throw SystemError("wait for the traced run")
      }
      if stop.kind != TRACER_NOTHING { handle(stop, observe) }
    }
  }

  /// Kills whatever is left of it.
  func abandon() {
    for process in Set(processes.values) { kill(process, SIGKILL) }
    _ = try? follow(atMost: .seconds(5))
  }

  // MARK: Stops

  private func handle(_ stop: tracer_stop, _ observe: (Stop) -> Reaction) {
    let thread = stop.thread
    if stop.kind == TRACER_ENDED { return ended(thread, Int32(truncatingIfNeeded: stop.value)) }
    meet(thread)
    var signal: Int32 = 0
    switch stop.kind {
    case TRACER_EXECUTED:
      guard executed(thread) else { return }
    case TRACER_MADE: meet(Int32(truncatingIfNeeded: stop.value))
    case TRACER_SIGNAL: signal = Int32(truncatingIfNeeded: stop.value)
    case TRACER_GROUP_STOP:
      tracer_resume(thread, TRACER_LISTEN, 0)
      return
    case TRACER_SYSTEM_CALL: stoppedAtCall(thread, observe)
    default: break
    }
    tracer_resume(
      thread, watchedRole(of: thread) == nil ? TRACER_RUN : TRACER_TO_SYSTEM_CALL, signal)
  }

  private func ended(_ thread: Int32, _ status: Int32) {
    members[thread]?.status = status
    processes[thread] = nil
    gone.insert(thread)
  }

  /// Says whether it is one of ours; others are let go, and end by themselves.
  private func executed(_ thread: Int32) -> Bool {
    guard let role = Role.of(thread) else {
      members[thread] = nil
      processes[thread] = nil
      // Its maker's word may come after this, and must not bring it back into the books.
      gone.insert(thread)
      tracer_resume(thread, TRACER_DETACH, 0)
      return false
    }
    members[thread] = Member(role: role)
    if watched.contains(role), watchedProcesses[role] == nil { watchedProcesses[role] = thread }
    return true
  }

  /// Takes a thread into the books when it is first heard of: by its own first stop, or by its maker's
  /// word, whichever comes first.
  private func meet(_ thread: Int32) {
    guard processes[thread] == nil, !gone.contains(thread),
      let (process, parent) = ProcFile.family(ofThread: thread)
    else { return }
    processes[thread] = process
    if process == thread, members[parent]?.role.launches ?? false {
      members[process] = Member(role: .launched)
    }
  }

  /// Takes processes into the books that nobody has announced.
  ///
  /// A maker that is killed before its word is heard leaves a child that is traced, and that has stopped,
  /// or is about to, for us alone to let it go.
  private func meetUnannounced() {
    for process in ProcFile.tracees(of: getpid()) { meet(process) }
  }

  /// The watched role that a thread is part of.
  private func watchedRole(of thread: Int32) -> Role? {
    guard isWatching, let process = processes[thread], let role = members[process]?.role,
      watched.contains(role)
    else { return nil }
    return role == .launched || watchedProcesses[role] == process ? role : nil
  }

  /// Counts a role's calls from one again.
  func recount(_ role: Role) { counters[role] = CallCounter() }

  private func stoppedAtCall(_ thread: Int32, _ observe: (Stop) -> Reaction) {
    var call = tracer_system_call()
    guard let role = watchedRole(of: thread), let process = processes[thread],
      tracer_read_system_call(thread, &call) == 0
    else { return }
    if !call.is_entry, let error = skipped.removeValue(forKey: thread) {
      tracer_set_result(thread, -Int64(error))
    }
    guard let point = counters[role, default: CallCounter()].point(of: call, in: thread) else {
      return
    }
    let stop = Stop(role: role, process: process, thread: thread, point: point, call: call)
    switch observe(stop) {
    case .goOn: break
    case .leaveAlone: isWatching = false
    case .fail(let error):
      // Linux releases a descriptor whatever close(2) returns.
      let isPerformed = stop.point.name == "close"
      if call.is_entry, isPerformed || tracer_skip_system_call(thread) == 0 {
        skipped[thread] = error
      }
    }
  }
}

/// Calls `body` with two arrays of C strings that end with NULL.
private func withArrays<Result>(
  _ first: [String], _ second: [String],
  _ body: (
    UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>,
    UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  ) throws -> Result
) rethrows -> Result {
  var first: [UnsafeMutablePointer<CChar>?] = first.map { strdup($0) } + [nil]
  var second: [UnsafeMutablePointer<CChar>?] = second.map { strdup($0) } + [nil]
  defer { for string in first + second { free(string) } }
  return try first.withUnsafeMutableBufferPointer { first in
    try second.withUnsafeMutableBufferPointer { second in
      guard let first = first.baseAddress, let second = second.baseAddress else {
        preconditionFailure("an array with an end has an address")
      }
      return try body(first, second)
    }
  }
}
