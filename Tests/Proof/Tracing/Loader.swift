import CTracer
import Glibc

/// The dynamic loader of a process, which maps its libraries before the program begins.
///
/// It is at work until the first system call that is made from outside of its own code.
struct Loader {
  private(set) var isAtWork: Bool
  private let code: Range<UInt64>

  /// Looks it up in a process that has just been executed.
  init(of process: Int32) {
    code = Self.code(in: ProcFile.text("/proc/\(process)/maps"))
    isAtWork = !code.isEmpty
  }

  /// Takes a call into account at whose entry the process has stopped.
  mutating func observe(_ call: tracer_system_call) {
    if !code.contains(call.instruction) { isAtWork = false }
  }

  /// Where the loader has its code, by the text of /proc/PID/maps; empty where it has none.
  static func code(in maps: String) -> Range<UInt64> {
    for line in maps.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      guard fields.count > 5, fields[1].contains("x"),
        let name = fields[5].split(separator: "/").last,
        name.hasPrefix("ld-linux") || name.hasPrefix("ld-2.")
      else { continue }
      let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
      if ends.count == 2, ends[0] < ends[1] { return ends[0]..<ends[1] }
    }
    return 0..<0
  }
}
