internal import Model

extension Document {
  /// The exact command for the same run, and what must be the same for it.
  mutating func addReproduction(of record: Record) {
    heading(2, "How to reproduce")
    let source = record.experiment
    var words = ["jenner", "run", source.file.shellQuoted]
    for (name, value) in source.configuration.sorted(by: { $0.key < $1.key }) {
      words += ["--var", "\(name)=\(value)".shellQuoted]
    }
    code([words.joined(separator: " ")], language: "sh")
    if !source.secretNames.isEmpty {
      let names = source.secretNames.sorted().map { Inline.code($0, limit: 100) }
      paragraph("Secrets it needs: \(Inline.joined(names, by: ", ")). No value of them is kept.")
    }
    paragraph(
      """
      For exactly this plan, the same processes included, add the option below; a run that would \
      do anything else is then refused, and says what differs.
      """
    )
    code(["--plan-digest \(record.planDigest.shellQuoted)"], language: "sh")
    table(
      ["", ""],
      [
        ["Seed", .code(String(record.plan.seed))],
        ["Digest of the experiment", .code(source.digest, limit: 100)],
        ["Digest of the plan", .code(record.planDigest, limit: 100)],
        ["Made by", "\(record.tool.name, limit: 60) \(record.tool.version, limit: 60)"],
      ])
  }
}
