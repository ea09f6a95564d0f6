import CTracer
import Glibc

extension TracedRun.Stop {
  /// Whether an agent is about to tell its runner that a fault is undone.
  ///
  /// From then on the runner has its proof, whatever becomes of the agent. Where that is in a run can't be
  /// known from another one: two runs read /proc not equally often.
  var tellsOfUndo: Bool {
    role == .agent && words.contains("\"reply\":{\"undone\":")
  }

  /// The beginning of what is about to be written to the standard output; empty at any other stop.
  private var words: String {
    guard point.name == "write", point.edge == .entry, call.arguments.0 == 1 else { return "" }
    let memory = open("/proc/\(thread)/mem", O_RDONLY | O_CLOEXEC)
    guard memory >= 0 else { return "" }
    defer { close(memory) }
    var bytes = [UInt8](repeating: 0, count: min(100, Int(clamping: call.arguments.2)))
    let count = pread(memory, &bytes, bytes.count, off_t(truncatingIfNeeded: call.arguments.1))
    return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
  }
}
