import Model

/// A world with a clock of its own, in which everything that happens is drawn from one seed.
final class World {
  private(set) var now: Duration = .seconds(1_000)
  private var queue = EventQueue()
  var random: SimulationRandom
  var trace: Trace
  private(set) var eventCount = 0
  /// Steps that our programs have taken; harm may strike between any two of them.
  private(set) var operationCount = 0
  var computers: [Computer] = []
  /// What is to happen after so many operations.
  private var ambushes: [Int: [() -> Void]] = [:]
  /// Broken promises, the first of each kind.
  private(set) var violations: [String] = []

  init(seed: UInt64, keepsWords: Bool) {
    random = SimulationRandom(seed: seed)
    trace = Trace(keepsWords: keepsWords)
  }

  func after(_ delay: Duration, _ action: @escaping () -> Void) {
    queue.add(at: now + delay, action)
  }

  func at(_ time: Duration, _ action: @escaping () -> Void) {
    queue.add(at: max(now, time), action)
  }

  /// Lets the next thing happen; false if nothing is going to, or not before a time.
  func step() -> Bool {
    guard let (time, action) = queue.next() else { return false }
    now = time
    eventCount += 1
    action()
    return true
  }

  /// One of our programs has taken a step.
  func countOperation() {
    operationCount += 1
    guard !ambushes.isEmpty, let actions = ambushes.removeValue(forKey: operationCount) else {
      return
    }
    for action in actions { action() }
  }

  /// Plans something for just after a number of operations.
  func afterOperations(_ count: Int, _ action: @escaping () -> Void) {
    ambushes[count, default: []].append(action)
  }

  func note(
    _ what: StaticString, _ number: Int = 0, _ words: @autoclosure () -> String = ""
  ) {
    trace.note(what, number, at: now, words)
  }

  /// Whether nobody may react yet, because what happens, happens to several at once.
  private(set) var isFrozen = false

  /// Ends programs all at once: none of them sees another's end.
  func endAtOnce(_ programs: [Program]) {
    isFrozen = true
    for program in programs { program.end() }
    isFrozen = false
    after(.zero) { [self] in for computer in computers { computer.wakePrograms() } }
  }

  /// A promise was broken.
  func violate(_ promise: String) {
    guard violations.count < 20, !violations.contains(promise) else { return }
    violations.append(promise)
    trace.note("VIOLATION", 0, at: now) { promise }
  }
}
