import ChildProcess
import Glibc
import Model
import Synchronization
import Testing

/// The surroundings of one test: a scratch directory, servers, and a look for leftovers.
final class Rig: Sendable {
  let scratch: ScratchDirectory
  private let started = Mutex<[ChildProcess]>([])
  private let removals = Mutex<[@Sendable () async -> Void]>([])

  private init() throws {
    scratch = try ScratchDirectory()
  }

  /// Runs a test in surroundings of its own, and ends everything that it started.
  static func run(_ body: (Rig) async throws -> Void) async throws {
    let rig = try Rig()
    do {
      try await body(rig)
    } catch {
      await rig.end()
      throw error
    }
    await rig.end()
  }

  /// Starts a program whose output goes to files of the scratch directory, and ends it with the
  /// test.
  func start(_ launch: Launch) throws -> ChildProcess {
    let child = try launch.start()
    started.withLock { $0.append(child) }
    return child
  }

  /// Runs a program to its end, and tells what it wrote; nothing that it does lasts long.
  @discardableResult
  func output(of arguments: [String], input: String = "") async throws -> CommandOutput {
    let name = "command-\(UInt32.random(in: .min ... .max))"
    var launch = Launch(arguments)
    launch.input = .file(try scratch.write(input, to: "\(name).in"))
    launch.output = .file(scratch.file("\(name).out"))
    launch.errors = .file(scratch.file("\(name).err"))
    let ending = await (try start(launch)).end()
    return CommandOutput(
      status: ending.status, text: scratch.text(of: "\(name).out"),
      errors: scratch.text(of: "\(name).err"))
  }

  /// Has something removed at the end of the test, however it ends, once its processes are gone.
  func atEnd(_ removal: @escaping @Sendable () async -> Void) {
    removals.withLock { $0.append(removal) }
  }

  private func end() async {
    // First the look, then the end of our servers, which would hide what became of them.
    let isClean = await eventually(within: .seconds(5), every: .milliseconds(100)) {
      leftovers().isEmpty
    }
    if !isClean {
      let left = leftovers()
      Issue.record("left behind: \(left.map(\.shown))")
      for process in left where ProcessTable.isAlive(process.identity) {
        kill(process.pid, SIGKILL)
      }
    }
    for child in started.withLock({ $0 }).reversed() { child.sendToGroup(SIGKILL) }
    for child in started.withLock({ $0 }) { _ = await child.end() }
    for removal in removals.withLock({ $0 }).reversed() { await removal() }
    scratch.remove()
  }

  /// The runner and all that it starts have the scratch directory in their environment, and effects
  /// at least the run's id.
  private func leftovers() -> [ProcessTable.Entry] {
    Leftovers.of(
      servers: started.withLock { $0 }.map(\.pid),
      marks: [scratch.path] + Jenner.records(in: self).map(\.runID))
  }
}
