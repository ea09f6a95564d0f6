import ArgumentParser

/// Every way in which a crash can leave a ledger.
struct LedgerImages: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recovers from every prefix of a real ledger, and from torn last blocks.")

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var outcomes: OutcomeOptions

  @Option(help: "At most so many images of each kind, evenly spread.")
  var sample: Int?

  @Option(help: "Only ledgers of this kind of fault, such as process.pause.")
  var fault: String?

  @Option(help: "Only this kind of image, such as prefix.")
  var image: LedgerImage?

  func run() throws {
    let workers = try self.workers.start()
    defer { workers.close() }
    let images = image.map { [$0] } ?? LedgerImage.allCases
    try outcomes.publish(
      Self.prove(images, of: Scenario.all(of: fault), sample: sample, with: workers))
  }

  /// Tries all images, or some.
  static func prove(
    _ images: [LedgerImage] = LedgerImage.allCases, of scenarios: [Scenario] = Scenario.all,
    sample: Int?, with workers: Workers
  ) throws -> [Outcome] {
    var cases: [LedgerImageCase] = []
    for scenario in scenarios where !scenario.endsTarget {
      let undoClass = try workers.undoClass(of: scenario)
      for image in images {
        cases += (0..<workers.count).map { share in
          LedgerImageCase(
            scenario: scenario, undoClass: undoClass, image: image, share: share,
            shares: workers.count, limit: sample.map { ($0 + workers.count - 1) / workers.count })
        }
      }
    }
    let results = try workers.perform(cases.map(Job.image))
    return Outcome.sums(
      of: zip(cases, results).map { image, result in
        ("ledger images, \(image.scenario.name), \(image.image.rawValue)", "", result)
      }, workers: workers.count)
  }
}

extension LedgerImage: ExpressibleByArgument {}
