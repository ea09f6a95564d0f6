import ArgumentParser

/// A state directory on a disk that is full or read-only.
struct Disk: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs with a full or read-only state directory, before and during a fault.")

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var outcomes: OutcomeOptions

  func run() throws {
    let workers = try self.workers.start()
    defer { workers.close() }
    try outcomes.publish(Self.prove(with: workers))
  }

  /// Tries all cases.
  static func prove(with workers: Workers) throws -> [Outcome] {
    var cases: [DiskCase] = []
    for scenario in Scenario.all {
      let undoClass = try workers.undoClass(of: scenario)
      for trouble in DiskTrouble.allCases {
        for moment in DiskMoment.allCases where moment == .before || !scenario.endsTarget {
          cases.append(
            DiskCase(scenario: scenario, undoClass: undoClass, trouble: trouble, moment: moment))
        }
      }
    }
    let results = try workers.perform(cases.map(Job.disk))
    return Outcome.sums(
      of: zip(cases, results).map { disk, result in
        ("disk, \(disk.trouble.rawValue) \(disk.moment.rawValue)", "\(disk)", result)
      }, workers: workers.count)
  }
}
