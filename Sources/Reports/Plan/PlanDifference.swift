public import Model

/// What is no longer as it was when a plan was shown.
public enum PlanDifference {
  /// More lines than this say no more than "it is another plan".
  public static let lineLimit = 50

  /// What drifted from one plan to another, one line each, in words; empty if nothing did.
  ///
  /// Every part of a plan is compared, because the comparison runs over its JSON: a field that is
  /// added to the model later can't be forgotten here. Command lines of targets are left out, as
  /// the digest leaves them out.
  public static func lines(old: Plan, new: Plan) throws -> [String] {
    var comparison = Comparison()
    comparison.compare(try old.compared.json(), try new.compared.json(), at: [])
    let lines = comparison.lines
    guard lines.count > lineLimit else { return lines }
    return lines.prefix(lineLimit) + ["… and \(lines.count - lineLimit) more differences"]
  }

  /// Whether nothing differs but the ids of processes: each step still hits, on each host, as many
  /// processes of the same executables and users, in the same way.
  ///
  /// This is what `--rebind` accepts. A target whose executable could not be read is known by its
  /// first argument instead.
  public static func isOnlyNewProcesses(old: Plan, new: Plan) throws -> Bool {
    try rebindable(old) == rebindable(new)
  }

  /// The plan's JSON with processes reduced to their executables and users, in a fixed order.
  private static func rebindable(_ plan: Plan) throws -> JSON {
    try plan.withoutNotes.json().transformed { name, value in
      guard name == "targets", let targets = value.array else { return value }
      return .array(targets.map(\.withoutIdentity).sorted { $0.canonical < $1.canonical })
    }.transformed { _, value in value.isProcessIdentity ? "a process" : value }
  }
}

extension JSON {
  /// A target as `--rebind` knows it.
  fileprivate var withoutIdentity: JSON {
    let program = self["executable"] ?? self["command_line"]?.array?.first ?? .null
    return ["program": program, "user": self["user"] ?? .null]
  }

  /// Whether this is a `ProcessIdentity`, wherever an effect or an undo names one.
  fileprivate var isProcessIdentity: Bool {
    guard case .object(let members) = self else { return false }
    return Set(members.keys) == ["pid", "start_time"]
  }

  /// The value with each part replaced, from the outside in; a part knows its member's name.
  fileprivate func transformed(
    name: String? = nil, _ change: (String?, JSON) -> JSON
  ) -> JSON {
    switch change(name, self) {
    case .object(let members):
      .object(
        Dictionary(
          members.map { ($0.key, $0.value.transformed(name: $0.key, change)) },
          uniquingKeysWith: { $1 }))
    case .array(let elements): .array(elements.map { $0.transformed(change) })
    case let value: value
    }
  }
}
