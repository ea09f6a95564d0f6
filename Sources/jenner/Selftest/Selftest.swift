import FoundationEssentials
import Glibc
import Linux
import Model

/// Every fault in every scenario, one after the other, in a scratch directory that is gone afterwards.
struct Selftest {
  private let kinds: [String]
  private let folder: String

  /// Makes a self-test of some kinds of fault; nil: of all.
  init(kinds: [String]?) throws(Failure) {
    SelftestInterruption.listen()
    self.kinds = kinds ?? Catalog.builtIn.faults.keys.sorted()
    let parent = Environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    var template = Array("\(parent)/jenner-selftest-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      let reason = String(cString: strerror(errno))
      throw Failure.message("a directory in \(parent) can't be made: \(reason)", .inconclusive)
    }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Runs everything; says on standard error how far it is.
  func run() throws(Failure) -> [SelftestOutcome] {
    do throws(Failure) {
      try requireCleanHost()
    } catch {
      removeFolder()
      throw error
    }
    var outcomes: [SelftestOutcome] = []
    for kind in kinds {
      for scenario in SelftestScenario.allCases {
        Console.error("selftest: \(kind), \(scenario.rawValue)")
        let run = SelftestRun(
          kind: kind, scenario: scenario, folder: "\(folder)/\(outcomes.count)")
        do throws(SelftestInterruption) {
          outcomes.append(try run.outcome())
        } catch {
          throw end(run, by: error)
        }
      }
    }
    removeFolder()
    return outcomes
  }

  /// Puts back the run that was interrupted.
  ///
  /// Its ledger is kept where that is not proved: it says what is left.
  private func end(_ run: SelftestRun, by interruption: SelftestInterruption) -> Failure {
    Console.error("interrupted: putting everything back; once more to leave at once")
    do throws(SelftestProblem) {
      try run.putBack()
    } catch {
      return .message(
        "interrupted, and not proved to be put back: \(error.reason); see: "
          + Command(argv: ["env", "JENNER_STATE=\(run.state)", "jenner", "recover"]).shown, .residue
      )
    }
    removeFolder()
    return .message(
      "interrupted; nothing was left behind", ExitStatus(interruptedBy: interruption.signal))
  }

  private func removeFolder() {
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// What others have left here would be taken for ours, and every run be refused for it.
  private func requireCleanHost() throws(Failure) {
    do {
      let status = try SelftestProcess(["residue"], state: folder).wait(
        atMost: SelftestRun.patience)
      guard status == ExitStatus.residue.rawValue else { return }
    } catch let problem as SelftestProblem {
      if let signal = problem.interruption?.signal {
        throw Failure.message("interrupted; nothing was begun", ExitStatus(interruptedBy: signal))
      }
      throw Failure.message(
        "'jenner residue' could not be asked: \(problem.reason)", .inconclusive)
    } catch {
      throw Failure.message("'jenner residue' could not be asked: \(error)", .inconclusive)
    }
    throw Failure.message(
      "something is left on this host already; see 'jenner residue', then 'jenner recover'",
      .residue)
  }
}
