/// A probe in the hypothesis: what is observed, how often, and what must hold.
public struct ProbeDeclaration: FieldSection {
  public var name: Name
  /// The kind, such as `http`.
  public var kind: String
  public var probe: any Probe
  /// The probe's own section, as written; secrets in it are names.
  public var section: Node
  public var every: Duration
  public var host: Name?
  /// What must hold; without one the probe only observes.
  public var tolerance: Tolerance?
  /// What must hold instead while a fault is in force.
  public var whileFaulted: FaultedTolerance?
  /// Where `every` is written, or the probe's name where it is left out.
  var everyMark: Mark?

  public static var schema: Schema { .reference("probe") }

  /// Declares and reads a probe of one of the catalog's kinds.
  public init(_ fields: inout Fields) {
    name = fields.required("name", "what the report calls it")
    let kinds = fields.catalog.probes.sorted { $0.key < $1.key }
    var found: [(kind: String, section: Node, probe: any Probe)] = []
    var written = 0
    for (kind, type) in kinds {
      let schema = Schema.reference("probe.\(kind)")
      guard let section = fields.delegated(kind, type.summary, schema: schema) else { continue }
      written += 1
      if let probe = type.read(section, in: &fields) { found.append((kind, section, probe)) }
    }
    kind = found.first?.kind ?? ""
    section = found.first?.section ?? Node(.map([]))
    probe = found.first?.probe ?? NothingToObserve()
    every =
      fields.value(
        "every", "the time between two samples", default: PositiveDuration(.seconds(1)),
        shown: "1s"
      ).duration
    everyMark = fields.node("every")?.mark ?? name.mark
    if every < .milliseconds(1) {
      fields.note(
        "'every' is at least 1ms", at: "every",
        cure: "more than 1,000 samples a second load what "
          + "they measure")
    }
    host = fields.optional("host", "host to observe from; without it, beside the runner")
    tolerance = fields.optional("tolerance", "what must hold")
    whileFaulted = fields.optional(
      "while-faulted", "what must hold instead, while a fault is in force")
    if whileFaulted != nil, tolerance == nil, fields.node("tolerance") == nil {
      fields.note(
        "'while-faulted' without 'tolerance'", at: "while-faulted",
        cure: "say what must hold before and after the fault: add 'tolerance:'")
    }
    // A kind that is only misspelt is noted as such.
    if written == 0, !fields.hasUnknownKeys {
      fields.note(
        "nothing to observe", cure: "add one of " + kinds.map(\.key).joined(separator: ", "))
    } else if written > 1 {
      fields.note("a probe observes one thing", cure: "make a probe of its own for each")
    }
  }
}

/// Stands where no probe could be read; its problem has been noted, so it never observes.
private struct NothingToObserve: Probe {
  static let name = ""
  static let summary = ""
  static let examples: [Example] = []
  var timeout: Duration { .seconds(1) }
  var value: ValueKind { .none }

  init() {}
  init(_ fields: inout Fields) {}

  func observer(using instruments: Instruments) -> any Observer { Nobody() }

  private struct Nobody: Observer {
    func observe() async -> Observation { .noData("nothing to observe") }
  }
}

extension Probe {
  /// Reads a probe of this type, which only its existential is known of.
  static func read(_ node: Node, in fields: inout Fields) -> (any Probe)? {
    fields.read(node, as: Self.self)
  }
}
