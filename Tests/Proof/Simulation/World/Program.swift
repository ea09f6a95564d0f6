import Model

/// A process of ours on a simulated computer: it can be stopped between any two steps, and killed.
class Program {
  /// Why a program does nothing though it lives.
  enum Pause {
    /// By a signal, which others see.
    case stopped
    /// In the kernel, which waits for something and can only be killed: TASK_KILLABLE.
    case stuck
  }

  let computer: Computer
  let identity: ProcessIdentity
  let name: String
  private(set) var isAlive = true
  private(set) var pause: Pause?
  /// Since when it could have worked without a break.
  private(set) var runnableSince: Duration
  private var backlog: [() -> Void] = []
  private var watchers: [() -> Void] = []

  var world: World { computer.world }
  var isStopped: Bool { pause == .stopped }
  var isRunnable: Bool { isAlive && pause == nil && computer.isAwake && !world.isFrozen }

  init(_ name: String, identity: ProcessIdentity? = nil, on computer: Computer) {
    self.computer = computer
    self.name = name
    self.identity = identity ?? computer.startProcess(name)
    runnableSince = computer.world.now
    computer.add(self)
  }

  /// Does something in this process: now, or once it runs again; never if it has ended.
  func run(_ work: @escaping () -> Void) {
    guard isAlive else { return }
    if isRunnable, backlog.isEmpty { work() } else { backlog.append(work) }
  }

  func run(after delay: Duration, _ work: @escaping () -> Void) {
    world.after(delay) { [weak self] in self?.run(work) }
  }

  func stop(_ pause: Pause = .stopped) {
    guard isAlive, self.pause == nil else { return }
    world.note("stop", Int(identity.pid), "\(name) is \(pause)")
    self.pause = pause
    computer.table.setState(pause == .stopped ? "T" : "D", of: identity.pid)
  }

  func resume() {
    guard isAlive, pause != nil else { return }
    world.note("continue", Int(identity.pid), name)
    pause = nil
    computer.table.setState("S", of: identity.pid)
    if computer.isAwake { runnableSince = world.now }
    wake()
  }

  /// The computer goes on.
  func noteWaking() { runnableSince = world.now }

  /// It may run again: what has waited happens now.
  func wake() {
    guard isRunnable else { return }
    while isRunnable, !backlog.isEmpty { backlog.removeFirst()() }
    if isRunnable { resumed() }
  }

  /// What else it does when it runs again.
  func resumed() {}

  /// Ends it, by a signal or of its own will.
  func end() {
    guard isAlive else { return }
    world.note("end", Int(identity.pid), name)
    isAlive = false
    backlog = []
    computer.remove(self)
    ended()
    // Heard of by others a moment later, not in the midst of what was going on.
    for watcher in watchers { world.after(.zero, watcher) }
    watchers = []
  }

  /// What its end closes.
  func ended() {}

  /// Calls back when it has ended; at once, if it has already.
  func onEnd(_ watcher: @escaping () -> Void) {
    if isAlive { watchers.append(watcher) } else { watcher() }
  }
}
