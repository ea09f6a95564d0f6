internal import Model

extension Document {
  /// Where it ran: hosts, configuration and the rules in force.
  mutating func addEnvironment(of record: Record) {
    heading(2, "Environment")
    if let runner = record.runner {
      paragraph(
        "The runner and its probes ran on \(runner.hostname, limit: 100) (Linux "
          + "\(runner.kernel, limit: 100), \(runner.architecture, limit: 40)) as "
          + "\(runner.user, limit: 40).")
    }
    if !record.hosts.isEmpty {
      table(
        ["Host", "Hostname", "Kernel", "Architecture", "User", "Agent", "Reached by"],
        record.hosts.map { host in
          [
            "\(host.name, limit: 60)", "\(host.facts.hostname, limit: 100)",
            "\(host.facts.kernel, limit: 100)", "\(host.facts.architecture, limit: 40)",
            "\(host.facts.user, limit: 40)", "\(host.facts.version, limit: 40)",
            .code(host.command.map(\.shellQuoted).joined(separator: " ")),
          ]
        })
    }
    list(
      record.hosts.compactMap { host in
        host.facts.note.map { "On \(host.name, limit: 60): \($0, limit: 200)." }
      })
    let configuration = record.experiment.configuration.sorted { $0.key < $1.key }
    if !configuration.isEmpty {
      table(
        ["Configuration", "Value"],
        configuration.map { [.code($0.key, limit: 100), .code($0.value, limit: 200)] })
    }
    var rules: [Inline] = record.plan.stopConditions.map { "stop condition: \($0)" }
    rules.append("the run ends after \(Amounts.span(record.plan.limits.duration.seconds)) at most")
    if let targets = record.plan.limits.targets {
      rules.append("at most \(Amounts.count(targets, "target"))")
    }
    if let required = record.plan.policy.requireUndo {
      rules.append("no undo weaker than \(required.rawValue)")
    }
    for name in record.plan.policy.allowProtected.prefix(50) {
      rules.append("may hit the protected \(code: name, limit: 100)")
    }
    paragraph("Rules in force:")
    list(rules)
  }
}
