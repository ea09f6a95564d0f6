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
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try requireCleanHost()
    var outcomes: [SelftestOutcome] = []
    for kind in kinds {
      for scenario in SelftestScenario.allCases {
        Console.error("selftest: \(kind), \(scenario.rawValue)")
        let run = SelftestRun(
          kind: kind, scenario: scenario, folder: "\(folder)/\(outcomes.count)")
        outcomes.append(run.outcome())
      }
    }
    return outcomes
  }

  /// What others have left here would be taken for ours, and every run be refused for it.
  private func requireCleanHost() throws(Failure) {
    do {
      let status = try SelftestProcess(["residue"], state: folder).wait(
        atMost: SelftestRun.patience)
      guard status == ExitStatus.residue.rawValue else { return }
    } catch {
      throw Failure.message("'jenner residue' could not be asked: \(error)", .inconclusive)
    }
    throw Failure.message(
      "something is left on this host already; see 'jenner residue', then 'jenner recover'",
      .residue)
  }
}
