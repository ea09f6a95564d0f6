internal import Model

extension Document {
  /// What is left behind, with the commands that clear it: the loudest part of a report.
  mutating func addResidue(of record: Record) {
    let unproved = record.faults.filter { !$0.undone }
    guard !record.clean || !record.residue.isEmpty || !unproved.isEmpty else { return }
    var inner = Document()
    inner.paragraph("**Not everything is proved undone. Act on this first.**")
    inner.list(
      unproved.map { fault in
        let evidence = fault.undo.first { !$0.isProved }?.evidence ?? "nothing was read back"
        return "\(fault.step, limit: 100) on \(fault.host, limit: 60): \(evidence)"
      })
    for left in record.residue.prefix(Self.rowLimit) {
      inner.paragraph("Left on **\(left.host, limit: 60)**: \(left.what). Clear it there with:")
      inner.code([left.command], language: "sh")
      if left.command.plain(limit: .max) != left.command {
        inner.paragraph(
          "Some of its characters can't be shown; take it from `residue` in `record.json`.")
      }
    }
    if record.residue.isEmpty {
      inner.paragraph("What is left is not known. On each host of the run, undo what is pending:")
      inner.code(["jenner recover"], language: "sh")
    }
    inner.paragraph("Afterwards `jenner residue` proves on each host that nothing is left.")
    caution(inner)
  }
}
