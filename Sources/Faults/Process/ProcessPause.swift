public import Model

/// Stops processes where they are: open connections stay open, but nobody answers.
///
/// A holder stops them by ptrace(2), so that the kernel lets them go on when the holder ends, however
/// it ends. Where that is not possible they get SIGSTOP, and someone has to send SIGCONT.
public struct ProcessPause: ProcessFault {
  public static let name = "process.pause"
  public static let summary = "Stop processes where they are; they hang, with connections left open"
  public static let capabilities = ProcessCapabilities.all
  public static let tools: [String] = []
  public static let examples = [
    Example(
      "A replica hangs instead of failing: do clients time out and go elsewhere?",
      """
      - name: hang a replica
        fault: process.pause
        targets: {port: 5433, tree: true}
        for: 30s
      """)
  ]

  /// Declares no field: there is nothing to choose.
  public init(_ fields: inout Fields) {}

  public func injection(
    into targets: [ProcessFacts], on host: any Host
  ) throws(Refusal) -> Injection {
    for target in targets {
      if target.isStopped {
        throw Refusal(
          "process \(target.identity.pid) (\(target.programName)) is stopped already; the undo "
            + "would resume what someone else stopped", cure: "resume it first, or leave it out")
      }
      if target.state == "t" {
        throw Refusal(
          "process \(target.identity.pid) (\(target.programName)) is held by a debugger",
          cure: "detach it first, or leave the process out")
      }
    }
    guard let obstacle = Self.obstacle(to: targets, on: host) else {
      return Injection(
        effects: targets.map { .hold($0.identity) }, undo: targets.map { .release($0.identity) },
        undoClass: .kernel)
    }
    return Injection(
      effects: targets.map { .signal($0.identity, .stop) },
      undo: targets.map { .resume($0.identity) }, undoClass: .guardian,
      note: "SIGSTOP instead of a hold that the kernel would end: \(obstacle)")
  }

  private static func obstacle(to targets: [ProcessFacts], on host: any Host) -> String? {
    for target in targets {
      let pid = target.identity.pid
      if let reason = host.obstacleToTracing(pid) { return "process \(pid): \(reason)" }
    }
    return nil
  }

  /// In force when every thread of every target is stopped, by a signal or by its holder.
  ///
  /// A thread that is in the kernel (state D) goes on until it returns from there.
  public func inspect(_ targets: [ProcessIdentity], on host: any Host) -> Evidence {
    let stopped = targets.filter { target in
      guard host.process(target.pid)?.identity == target else { return false }
      let states = host.threadStates(of: target.pid)
      return !states.isEmpty && states.allSatisfy { $0 == "T" || $0 == "t" }
    }
    return Evidence(
      requested: "\(targets.count.processes) stopped",
      achieved: "\(stopped.count) of \(targets.count) stopped, in all threads",
      isInForce: stopped.count == targets.count)
  }
}
