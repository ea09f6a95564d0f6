import FoundationEssentials
import Glibc
import Linux
import Model

/// A share of the images of one kind of one real ledger.
///
/// The ledger is that of a run of which everything was killed with the fault in force, and which `recover`
/// then settled: so its prefixes are everything that a crash can leave of it.
struct LedgerImageCase: Codable {
  var scenario: Scenario
  var undoClass: UndoClass
  var image: LedgerImage
  var share: Int
  var shares: Int
  /// At most so many images of the share, evenly spread.
  var limit: Int?

  func perform(in place: Place) throws -> JobResult {
    try place.renew(for: scenario)
    try place.clear()
    let ledger = try settledLedger(in: place)
    guard let landmarks = LedgerLandmarks(in: ledger) else {
      throw SystemError("find intent and undo in a ledger", code: EINVAL)
    }
    var lengths = (image.first(in: ledger)...ledger.count).filter { $0 % shares == share }
    if let limit, lengths.count > limit {
      let all = lengths
      lengths = (0..<limit).map { all[$0 * all.count / limit] }
    }
    var result = JobResult()
    result.cases = lengths.count
    let before = try place.remember()
    let links = Self.links(in: ledger)
    for length in lengths {
      let bytes = image.bytes(of: ledger, whole: length)
      let problems = try check(bytes, length, landmarks, links, in: place)
      result.problems += problems.map { "\(image.rawValue), whole up to byte \(length): \($0)" }
    }
    try Aftermath(scenario, before, in: place).check(&result)
    return result
  }

  private func settledLedger(in place: Place) throws -> [UInt8] {
    for _ in 1..<5 {
      if let ledger = try? attempt(in: place) { return ledger }
      try place.renew(for: scenario)
      try place.clear()
    }
    return try attempt(in: place)
  }

  private func attempt(in place: Place) throws -> [UInt8] {
    let staged = try Stage.recovery.perform(
      scenario, watching: .recover, in: place, atMost: .seconds(30)
    ) { _, _ in .goOn }
    let files = try Tool.run(["find", place.state + "/runs", "-name", "*.ledger"]).output
      .split(separator: "\n")
    guard staged?.isOver ?? false, let path = files.first, files.count == 1 else {
      throw SystemError("leave one ledger behind", code: ENOENT)
    }
    return Array(ProcFile.text(String(path)).utf8)
  }

  /// What breaks the promise for one image.
  private func check(
    _ bytes: [UInt8], _ length: Int, _ landmarks: LedgerLandmarks, _ links: [String],
    in place: Place
  ) throws -> [String] {
    var problems: [String] = []
    try place.clear()
    try Data(bytes).write(to: URL(filePath: place.state + "/runs/image.ledger"))
    let effect = LedgerEffect(scenario, undoClass, landmarks, in: place)
    try effect.perform()
    for link in links {
      let made = try Tool.run(["ip", "link", "add", "name", link, "type", "ifb"])
      guard made.status == 0 else { throw SystemError("make \(link): \(made.output)", code: EIO) }
    }
    let recovery = try place.agent(["recover"])
    if recovery.status != 0 || recovery.hasHung {
      problems.append("recover ended with \(recovery.status): \(recovery.output)")
    }
    problems += try effect.problems(ofRecoveryFrom: length)

    let shown = try Tool.run(["ip", "-o", "link"]).output
    problems += links.filter(shown.contains).map { "recover left the device \($0)" }

    try effect.perform()
    let again = try place.agent(["recover"])
    if again.status != 0 || again.hasHung {
      problems.append("a second recover ended with \(again.status): \(again.output)")
    }
    problems += try effect.problems(ofRecoveryFrom: nil).map { "a second time: \($0)" }
    let residue = try place.agent(["residue"])
    if residue.status != 0 { problems.append("residue: \(residue.output)") }
    try effect.end()
    return problems
  }

  /// The devices that a ledger speaks of; a table has the same name and `_` behind it.
  private static func links(in ledger: [UInt8]) -> [String] {
    let words = String(decoding: ledger, as: UTF8.self)
      .split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    return Set(words).filter { word in
      RunMark(beginning: word).map { $0.name != word } ?? false && !word.contains("_")
    }.sorted()
  }
}
