/// Outcomes as the tables that are published.
struct Figures {
  /// One row: what was tried in one way, over all of its parts and samples.
  struct Row: Equatable {
    var name: String
    var cases = 0
    var reached = 0
    var failures = 0
    var seconds = 0.0
    var seeds: [UInt64] = []
  }

  private let outcomes: [Outcome]

  init(_ outcomes: [Outcome]) {
    self.outcomes = outcomes
  }

  /// The rows in the order in which their first outcomes come; outcomes whose names agree in their
  /// first `depth` parts are summed.
  func rows(depth: Int) -> [Row] {
    var rows: [Row] = []
    for outcome in outcomes {
      let name = outcome.proof.split(separator: ",").prefix(depth).joined(separator: ",")
      let index = rows.firstIndex { $0.name == name } ?? rows.endIndex
      if index == rows.endIndex { rows.append(Row(name: name)) }
      rows[index].cases += outcome.cases
      rows[index].reached += outcome.reached
      rows[index].failures += outcome.failures.count
      rows[index].seconds += outcome.seconds
      if let seed = outcome.seed, !rows[index].seeds.contains(seed) {
        rows[index].seeds.append(seed)
      }
    }
    return rows
  }

  /// A Markdown table of the rows.
  func table(depth: Int) -> String {
    let head =
      "| proof | cases | reached | left behind or wrong | each | seeds |\n|---|---|---|---|---|---|"
    let lines = rows(depth: depth).map { row in
      let seeds = row.seeds.map(String.init).joined(separator: ", ")
      return "| \(row.name) | \(Self.grouped(row.cases)) | \(Self.grouped(row.reached)) | "
        + "\(row.failures) | \(Self.each(row)) | \(seeds.isEmpty ? "–" : seeds) |"
    }
    return ([head] + lines).joined(separator: "\n")
  }

  /// `12,345`.
  private static func grouped(_ number: Int) -> String {
    var digits = String(number)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return ([digits] + groups).joined(separator: ",")
  }

  private static func each(_ row: Row) -> String {
    guard row.cases > 0 else { return "" }
    let milliseconds = row.seconds / Double(row.cases) * 1_000
    if milliseconds < 10 { return "\((milliseconds * 10).rounded() / 10) ms" }
    return milliseconds < 10_000
      ? "\(Int(milliseconds.rounded())) ms" : "\(Int((milliseconds / 1_000).rounded())) s"
  }
}
