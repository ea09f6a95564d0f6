public import Model

extension ExitStatus {
  /// The exit status of a run.
  ///
  /// What is left behind outweighs all else, then an interruption, a refusal, and the verdict.
  ///
  /// - Parameter signal: what interrupted the run, if anything did.
  public init(verdict: Verdict, ended: Record.Ending, clean: Bool, interruptedBy signal: Signal?) {
    var applying: [ExitStatus] = []
    if !clean { applying.append(.residue) }
    if let signal {
      applying.append(ExitStatus(interruptedBy: signal))
    } else if ended == .interrupted {
      applying.append(.interrupted)
    }
    switch (ended, verdict) {
    case (.refused, _): applying.append(.refused)
    case (_, .fail): applying.append(.fail)
    // Only a run that went to its end can have passed.
    case (.completed, .pass): applying.append(.pass)
    case (_, .pass), (_, .inconclusive): applying.append(.inconclusive)
    }
    self = ExitStatus.worst(of: applying)
  }
}
