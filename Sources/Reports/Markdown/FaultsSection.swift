internal import Model

extension Document {
  /// What was broken, whether it was in force, and the proof that it is gone.
  mutating func addFaults(of record: Record) {
    heading(2, "What was broken, and how it was put back")
    if record.faults.isEmpty {
      paragraph("Nothing was broken.")
    } else {
      table(
        ["Fault", "Step", "Host", "Asked for", "Achieved", "In force", "Undo"],
        record.faults.map { Self.row(of: $0) })
      for fault in record.faults.prefix(50) { addDetails(of: fault) }
    }
    let left = record.stepsNotInjected.filter { step in
      !record.faults.contains { $0.step == step.name }
    }
    if !left.isEmpty {
      paragraph("Planned, and never injected:")
      list(
        left.map { step in
          let hosts = step.hosts.map { Inline.code($0, limit: 60) }
          return "\(step.name, limit: 100): \(code: step.fault?.kind ?? "") on "
            + "\(Inline.joined(hosts, by: ", "))"
        })
    }
  }

  private static func row(of fault: FaultRecord) -> [Inline] {
    let undo: Inline =
      if !fault.undone {
        "**not proved**"
      } else if fault.undo.isEmpty {
        "nothing to undo"
      } else {
        "proved"
      }
    return [
      .code(fault.kind, limit: 60), "\(fault.step, limit: 100)", "\(fault.host, limit: 60)",
      "\(fault.requested)", "\(fault.achieved ?? "not measured")",
      fault.inForce ? Self.length(of: fault) : "**no**", undo,
    ]
  }

  private static func length(of fault: FaultRecord) -> Inline {
    guard let window = fault.window else { return "yes" }
    let asked = fault.requestedSeconds.map { ", asked \(Amounts.span($0))" } ?? ""
    return "yes, \(Amounts.time(window.end - window.start))\(asked)"
  }

  private mutating func addDetails(of fault: FaultRecord) {
    heading(3, "\(fault.step, limit: 100) on \(fault.host, limit: 60)")
    let window = fault.window.map {
      "from \(Amounts.moment($0.start)) to \(Amounts.moment($0.end)); "
    }
    paragraph(
      "\(code: fault.kind, limit: 60), \(window ?? "")undo class **\(fault.undoClass.rawValue)**: "
        + "\(fault.undoClass.explained).")
    if let traffic = fault.traffic { paragraph("Traffic: \(traffic, limit: 400).") }
    if !fault.targets.isEmpty {
      table(
        ["Process", "User", "Executable", "Command line"],
        fault.targets.map { target in
          [
            "\(target.process.pid.description)", "\(target.user, limit: 40)",
            target.executable.map { Inline.code($0, limit: 100) } ?? "–", .code(target.shown),
          ]
        }, limit: 50)
    }
    if !fault.undo.isEmpty {
      table(
        ["Undo step", "Proved", "Read back"],
        fault.undo.map { proof in
          [
            .code(proof.step), proof.isProved ? "yes" : "**no**", "\(proof.evidence)",
          ]
        }, limit: 50)
    }
  }
}

extension Inline {
  /// One after the other.
  static func + (left: Inline, right: Inline) -> Inline { "\(left)\(right)" }
}
