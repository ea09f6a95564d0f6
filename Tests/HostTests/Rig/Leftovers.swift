/// What a test must not leave on the machine.
///
/// Only what can be the test's own counts: other tests, and other people, use the machine too.
enum Leftovers {
  /// What is left, in words: servers of the test that are still stopped, and processes whose
  /// environment has one of its marks.
  static func of(servers: [Int32], marks: [String]) -> [String] {
    let processes = ProcessTable.all().filter { $0.state != "Z" && $0.state != "X" }
    let stopped = processes.filter {
      $0.state == "T" && (servers.contains($0.pid) || servers.contains($0.parent))
    }
    let marked = processes.filter { process in
      ProcessTable.environment(of: process.pid).contains { variable in
        marks.contains { variable.contains($0) }
      }
    }
    return stopped.map { "stopped: \(words($0))" } + marked.map { "still runs: \(words($0))" }
  }

  private static func words(_ process: ProcessTable.Entry) -> String {
    "process \(process.pid) (\(process.arguments.joined(separator: " ")))"
  }
}
