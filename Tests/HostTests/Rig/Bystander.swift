import ChildProcess

/// A process that an experiment would kill, if it came to that.
struct Bystander: Sendable {
  private let process: ChildProcess
  private let seconds: String

  /// Starts one that no other process resembles.
  static func start(in rig: Rig) throws -> Bystander {
    let seconds = String(Int.random(in: 1_000_000...9_999_999))
    return Bystander(process: try rig.start(Launch(["sleep", seconds])), seconds: seconds)
  }

  /// Whether nobody has killed it.
  var isAlive: Bool { process.ending == nil }

  /// The step that would kill it.
  var kill: String {
    "{name: kill, fault: process.kill, targets: {cmdline: '^sleep \(seconds)$'}, "
      + "with: {signal: KILL}, for: 4s}"
  }
}
