/// What a test must not leave on the machine.
///
/// Only what can be the test's own counts: other tests, and other people, use the machine too.
enum Leftovers {
  /// What is left: servers of the test that are still stopped, and processes whose environment has
  /// one of its marks.
  static func of(servers: [Int32], marks: [String]) -> [ProcessTable.Entry] {
    ProcessTable.all().filter { process in
      let isServer = servers.contains(process.pid) || servers.contains(process.parent)
      switch process.state {
      case "Z", "X": return false
      case "T", "t": if isServer { return true }
      default: break
      }
      return ProcessTable.environment(of: process.pid).contains { variable in
        marks.contains { variable.contains($0) }
      }
    }
  }
}
