import ArgumentParser
import CTracer
import FoundationEssentials
import Glibc
import Linux
import Model

/// A worker: process 1 of namespaces of its own, in which it tries one job after the other.
struct Worker: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tries jobs from standard input, in namespaces that were made for it.",
    shouldDisplay: false)

  @Option var programs: String

  func run() throws {
    guard tracer_prepare() == 0 else { throw SystemError("block SIGCHLD") }
    try makeSurroundings()
    let place = try Place(programs: Programs(in: programs))
    let encoder = JSONEncoder()
    while let line = readLine() {
      let job = try JSONDecoder().decode(Job.self, from: Data(line.utf8))
      let started = EventLoop.now
      var result: JobResult
      do {
        result = try job.perform(in: place)
      } catch {
        result = JobResult(isReached: false, problems: ["the proof itself failed: \(error)"])
      }
      result.seconds = Double((EventLoop.now - started).nanoseconds) / 1e9
      try Line.write(String(decoding: try encoder.encode(result), as: UTF8.self), to: STDOUT_FILENO)
    }
  }

  /// A /run, a cgroup hierarchy and a loopback device that nobody else sees.
  private func makeSurroundings() throws {
    let cgroups = try Cgroup.mountPoint()
    for command in [
      ["mount", "-t", "tmpfs", "none", "/run"], ["umount", cgroups],
      ["mount", "-t", "cgroup2", "none", cgroups], ["ip", "link", "set", "lo", "up"],
    ] {
      let result = try Tool.run(command)
      guard result.status == 0 else {
        throw ValidationError("\(command.joined(separator: " ")): \(result.output)")
      }
    }
    try Directory.make("/run/proof", mode: 0o700)
  }
}
