/// What the program's exit status says, as documented in the reference.
public enum ExitStatus: Int32, Sendable, Hashable, CaseIterable {
  case pass = 0
  case fail = 1
  /// The file or the call is wrong; nothing was touched.
  case usage = 2
  /// Neither shown, or an error of ours with everything undone.
  case inconclusive = 3
  /// A guard or an unhealthy baseline refused; nothing was broken.
  case refused = 4
  /// Not proved undone.
  case residue = 5
  case interrupted = 130
  case terminated = 143

  /// How a program ends that a signal asked to end: 130 for SIGINT, by which a person at the terminal
  /// does so, and 143 for all others: SIGTERM, and SIGHUP of a terminal or a connection that is gone.
  public init(interruptedBy signal: Signal) {
    self = signal == .interrupt ? .interrupted : .terminated
  }

  /// Where several apply, the weightiest: 5, 130/143, 4, 1, 3, 0; 2 outweighs a pass.
  public static func worst(of statuses: [ExitStatus]) -> ExitStatus {
    let order: [ExitStatus] = [
      .residue, .interrupted, .terminated, .refused, .fail, .inconclusive, .usage, .pass,
    ]
    return order.first { statuses.contains($0) } ?? .pass
  }
}
