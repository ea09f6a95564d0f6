internal import Glibc
internal import Model

/// Every process that lives: who holds it, and whether it is part of a run of Jenner.
///
/// Kernel threads are left out, and so are this process, those that started it and the tools that it
/// started: they are how one looks, not what is seen.
enum ProcessesSection: StateSection {
  static let section = HostState.Section.processes

  static func entries(using tools: StateTools) throws(Unseen) -> [String: String] {
    let names: [String]
    do throws(SystemError) {
      names = try Directory.entries(of: "/proc")
    } catch {
      throw Unseen(error.description)
    }
    let observers = lineage()
    var entries: [String: String] = [:]
    for pid in names.compactMap({ Int32($0) }) where !observers.contains(pid) {
      guard let entry = entry(of: pid) else { continue }
      entries[entry.key] = entry.text
    }
    return entries
  }

  /// One process; nil if it is gone or nothing but its exit status is left.
  private static func entry(of pid: Int32) -> ProcessEntry? {
    guard let status = status(of: pid), !status.isKernelThread, status.parent != getpid(),
      let text = text("/proc/\(pid)/status"), let facts = Facts(statusFile: text)
    else { return nil }
    let condition: ProcessEntry.Condition
    switch (status.state, facts.tracer) {
    case ("Z", _), ("X", _): return nil
    case (_, let tracer) where tracer != 0: condition = .traced(by: tracer)
    case ("T", _): condition = .stopped
    default: condition = .running
    }
    return ProcessEntry(
      process: ProcessIdentity(pid: pid, startTime: status.startTime), condition: condition,
      program: facts.name, part: part(of: pid, program: facts.name))
  }

  /// What proc_pid_status(5) says that proc_pid_stat(5) does not.
  struct Facts: Hashable {
    var name: String
    var tracer: Int32

    init?(statusFile text: String) {
      var fields: [Substring: Substring] = [:]
      for line in text.split(separator: "\n").prefix(20) {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2 { fields[parts[0]] = parts[1].drop { $0 == "\t" || $0 == " " } }
      }
      guard let name = fields["Name"], let tracer = fields["TracerPid"].flatMap({ Int32($0) })
      else { return nil }
      self.name = String(name)
      self.tracer = tracer
    }
  }

  // MARK: Parts of runs

  private static func part(of pid: Int32, program: String) -> ProcessEntry.Part? {
    if program == "jenner-agent", let run = guardedRun(words("/proc/\(pid)/cmdline")) {
      return ProcessEntry.Part(.guardian, of: run)
    }
    let mark = EffectMark.variable + "="
    guard
      let run = words("/proc/\(pid)/environ").first(where: { $0.hasPrefix(mark) })?
        .dropFirst(mark.utf8.count), isName(run)
    else { return nil }
    return ProcessEntry.Part(.effect, of: String(run))
  }

  /// The run whose ledger a guardian was given.
  static func guardedRun(_ arguments: [String]) -> String? {
    guard arguments.count == 4, arguments[1] == "guardian", arguments[2] == "--ledger",
      let file = arguments[3].split(separator: "/").last, file.hasSuffix(".ledger"),
      case let run = file.dropLast(".ledger".count), isName(run)
    else { return nil }
    return String(run)
  }

  /// What stands in an environment or an argument may be anybody's.
  private static func isName(_ text: Substring) -> Bool {
    (1...100).contains(text.utf8.count)
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
  }

  // MARK: Reading

  private static func lineage() -> Set<Int32> {
    var lineage: Set<Int32> = []
    var pid = getpid()
    while pid > 1, lineage.insert(pid).inserted { pid = status(of: pid)?.parent ?? 0 }
    return lineage
  }

  private static func status(of pid: Int32) -> ProcessStatus? {
    (try? FileContents.bytes(of: "/proc/\(pid)/stat", limit: 8192))
      .flatMap { ProcessStatus(line: $0) }
  }

  private static func text(_ path: String) -> String? {
    (try? FileContents.bytes(of: path, limit: Limits.outputSize))
      .map { String(decoding: $0, as: UTF8.self) }
  }

  private static func words(_ path: String) -> [String] {
    (try? FileContents.bytes(of: path, limit: Limits.outputSize))?.split(separator: 0)
      .map { String(decoding: $0, as: UTF8.self) } ?? []
  }
}
