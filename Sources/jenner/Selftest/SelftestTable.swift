import Model

/// The outcomes of a self-test as a table, for a person or a program.
enum SelftestTable {
  /// A line for each fault, a column for each scenario; what failed is told below.
  static func text(_ outcomes: [SelftestOutcome]) -> String {
    let kinds = outcomes.map(\.fault).reduce(into: [String]()) { all, kind in
      if all.last != kind { all.append(kind) }
    }
    let header = ["fault", "undo class"] + SelftestScenario.allCases.map(\.rawValue)
    let rows = kinds.map { kind in
      let own = outcomes.filter { $0.fault == kind }
      return [kind, own.compactMap(\.undoClass).first ?? "?"] + own.map(cell)
    }
    let remarks = outcomes.compactMap(remark)
    let verdict =
      switch SelftestOutcome.status(of: outcomes) {
      case .pass: "Nothing was left behind."
      case .residue: "SOMETHING WAS LEFT BEHIND."
      default: "Nothing could be tried here, so nothing is shown."
      }
    return (aligned([header] + rows) + [""] + remarks + [verdict]).joined(separator: "\n")
  }

  /// The same as values, with times in seconds; what was not tried is neither clean nor not.
  static func json(_ outcomes: [SelftestOutcome]) -> JSON {
    .array(
      outcomes.map { outcome in
        var members: [String: JSON] = [
          "fault": .string(outcome.fault), "scenario": .string(outcome.scenario.rawValue),
          "clean": outcome.isTried ? .bool(outcome.isClean) : .null,
        ]
        if let undoClass = outcome.undoClass { members["undo_class"] = .string(undoClass) }
        switch outcome.result {
        case .clean(let seconds, let byRecover):
          members["seconds"] = .number(seconds)
          members["by_recover"] = .bool(byRecover)
        case .failed(let reason), .notHere(let reason): members["reason"] = .string(reason)
        }
        return .object(members)
      })
  }

  private static func cell(_ outcome: SelftestOutcome) -> String {
    switch outcome.result {
    case .clean(let seconds, let byRecover):
      let milliseconds = Int((seconds * 1_000).rounded())
      return "clean, \(milliseconds) ms" + (byRecover ? " (recover)" : "")
    case .failed: return "LEFT BEHIND"
    case .notHere: return "not here"
    }
  }

  private static func remark(_ outcome: SelftestOutcome) -> String? {
    switch outcome.result {
    case .clean: nil
    case .failed(let reason):
      "\(outcome.fault), \(outcome.scenario.rawValue): LEFT BEHIND: \(reason)"
    case .notHere(let reason): "\(outcome.fault), \(outcome.scenario.rawValue): \(reason)"
    }
  }

  private static func aligned(_ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { index, text in
        text + String(repeating: " ", count: widths[index] - text.count)
      }
      return cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed()
        .map(String.init).joined()
    }
  }
}
