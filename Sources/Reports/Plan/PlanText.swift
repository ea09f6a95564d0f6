public import Model

/// A plan for a person at a terminal: exactly what a run will touch, and how it is put back.
public enum PlanText {
  /// Renders a plan.
  ///
  /// - Parameter digest: the plan's digest, which `--plan-digest` takes.
  public static func render(
    _ plan: Plan, digest: String, style: TerminalStyle = .plain
  ) -> String {
    var page = PlanPage(style: style)
    page.addTitle(of: plan, digest: digest)
    page.addWarnings(
      plan.hosts.compactMap { host in host.facts.note.map { "on \(host.name) \($0)" } })
    page.addHosts(plan.hosts)
    page.addPhases(plan.phases)
    page.addSteps(plan.steps)
    page.addProbes(plan.probes)
    page.addRollbacks(plan.rollbacks)
    page.addRules(of: plan)
    page.addEnd(digest: digest)
    return page.lines.joined(separator: "\n") + "\n"
  }
}

/// The lines of a plan as they grow; everything that comes from outside is made plain here.
struct PlanPage {
  let style: TerminalStyle
  private(set) var lines: [String] = []

  init(style: TerminalStyle) {
    self.style = style
  }

  /// Adds a line that is plain already, but for its colours.
  mutating func add(_ line: String) {
    lines.append(line)
  }

  /// Adds a line of data at an indentation.
  mutating func add(_ indentation: Int, _ text: String, limit: Int = 500) {
    lines.append(String(repeating: " ", count: indentation) + text.plain(limit: limit))
  }

  /// Adds a name and its value.
  mutating func add(_ indentation: Int, _ label: String, _ value: String, limit: Int = 500) {
    let head = String(repeating: " ", count: indentation) + label.padded(to: 11)
    lines.append(style.paint(head, .faint) + " " + value.plain(limit: limit))
  }

  /// Adds a heading, after an empty line.
  mutating func heading(_ text: String) {
    lines += ["", style.paint(text, .strong)]
  }

  mutating func addTitle(of plan: Plan, digest: String) {
    lines.append(style.paint("Plan: " + plan.title.plain(limit: 120), .strong))
    add(0, "digest", digest)
    add(0, "experiment", plan.sourceDigest)
    add(0, "seed", String(plan.seed))
  }

  mutating func addWarnings(_ warnings: [String]) {
    guard !warnings.isEmpty else { return }
    lines.append("")
    for warning in warnings {
      lines.append(style.paint("warning:", .unsure) + " " + warning.plain())
    }
  }

  mutating func addHosts(_ hosts: [PlannedHost]) {
    guard !hosts.isEmpty else { return }
    heading("Hosts")
    for host in hosts {
      let facts = host.facts
      add(
        2,
        "\(host.name): \(facts.hostname), \(facts.kernel) \(facts.architecture), as \(facts.user), "
          + "agent \(facts.version)")
      add(4, "reached by", host.command.map(\.shellQuoted).joined(separator: " "))
    }
  }

  mutating func addPhases(_ phases: [PlannedPhase]) {
    guard !phases.isEmpty else { return }
    heading("Phases")
    for phase in phases {
      add(
        2,
        "\(phase.name.plain(limit: 30).padded(to: 10)) from \(Amounts.moment(phase.start)), "
          + "at most \(Amounts.span(phase.atMost))")
    }
  }

  mutating func addRollbacks(_ rollbacks: [PlannedRollback]) {
    guard !rollbacks.isEmpty else { return }
    heading("Rollbacks, at the end whatever happened")
    for rollback in rollbacks {
      add(2, "\(rollback.name) on \(rollback.host): \(rollback.command.shown)")
      addNeeds(4, of: rollback.command)
    }
  }

  /// What a command gets besides its arguments; secrets in its environment are names.
  mutating func addNeeds(_ indentation: Int, of command: Command) {
    for (name, value) in command.environment.sorted(by: { $0.key < $1.key }) {
      add(indentation, "env", "\(name)=\(value)")
    }
    if command.input != nil { add(indentation, "stdin", "given") }
    if !command.capabilities.isEmpty {
      add(indentation, "keeps", command.capabilities.joined(separator: ", "))
    }
    add(indentation, "timeout", Amounts.span(command.timeoutSeconds))
  }

  mutating func addRules(of plan: Plan) {
    heading("Rules")
    for condition in plan.stopConditions { add(2, "stops when", condition) }
    add(2, "duration", "at most \(Amounts.span(plan.limits.duration.seconds))")
    add(2, "targets", plan.limits.targets.map { "at most \($0)" } ?? "no ceiling")
    add(2, "undo", plan.policy.requireUndo.map { "no weaker than \($0.rawValue)" } ?? "any class")
    if !plan.policy.allowProtected.isEmpty {
      add(2, "may hit", plan.policy.allowProtected.joined(separator: ", ") + " (else protected)")
    }
  }

  mutating func addEnd(digest: String) {
    lines += [
      "",
      style.paint("Nothing has been touched.", .good)
        + " 'jenner run' with --plan-digest \(digest.plain(limit: 100))",
      "does exactly this, or refuses and says what has changed.",
    ]
  }
}
