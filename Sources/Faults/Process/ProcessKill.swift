public import Model

/// Ends processes, or sends them another signal.
public struct ProcessKill: ProcessFault {
  public static let name = "process.kill"
  public static let summary = "Send processes a signal, by default KILL, which ends them at once"
  public static let capabilities = ProcessCapabilities.all
  public static let tools: [String] = []
  public static let strongestUndo = UndoClass.none
  public static let examples = [
    Example(
      "Lose one of several workers; its supervisor should start another",
      """
      - name: lose a worker
        fault: process.kill
        targets: {cmdline: 'gunicorn: worker', pick: 1}
        for: 30s
      """),
    Example(
      "Ask a service to end, and start it again afterwards",
      """
      - name: stop the cache
        fault: process.kill
        targets: {executable: redis-server}
        with: {signal: TERM}
        for: 1m
        undo: [systemctl, start, redis-server]
      """),
  ]

  let signal: Signal

  /// Declares and reads `signal`.
  public init(_ fields: inout Fields) {
    signal = fields.value("signal", "the signal to send", default: .kill, shown: "KILL")
    if signal == .stop {
      fields.note(
        "STOP would never be undone", at: "signal", cure: "use the fault process.pause")
    }
  }

  public func injection(
    into targets: [ProcessFacts], on host: any Host
  ) throws(Refusal) -> Injection {
    Injection(
      effects: targets.map { .signal($0.identity, signal) }, undo: [], undoClass: .none)
  }

  /// KILL is in force when the processes are gone.
  ///
  /// Any other signal may be handled by its process as that sees fit, so there its delivery, which the
  /// agent itself has checked, is all that was asked for.
  public func inspect(_ targets: [ProcessIdentity], on host: any Host) -> Evidence {
    let gone = targets.filter(host.hasEnded)
    return Evidence(
      requested: "signal \(signal.name) to \(targets.count.processes)",
      achieved: signal == .kill
        ? "\(gone.count) of \(targets.count) gone"
        : "delivered to \(targets.count); \(gone.count) of them ended",
      isInForce: signal == .kill ? gone.count == targets.count : true)
  }
}
