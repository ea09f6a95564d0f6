import ChildProcess
import Glibc

/// A real server that listens on a port of 127.0.0.1, or of a host of the test's own network, and
/// ends with its test.
struct Server: Sendable {
  let process: ChildProcess
  let port: Int

  var pid: Int32 { process.pid }

  /// Starts a server in the foreground and waits until its port answers.
  static func start(
    _ arguments: [String], port: Int, name: String, in rig: Rig, on host: NetworkHost? = nil
  ) async throws -> Server {
    var launch = Launch((host?.entering ?? []) + arguments)
    launch.output = .file(rig.scratch.file("\(name).out"))
    launch.errors = .file(rig.scratch.file("\(name).err"))
    let process = try rig.start(launch)
    let answers = try await eventually(within: .seconds(15)) {
      let accepts = try host?.within { LoopbackSocket.accepts(port) }
      return process.ending != nil || accepts ?? LoopbackSocket.accepts(port)
    }
    guard answers, process.ending == nil else {
      let log = rig.scratch.text(of: "\(name).out") + rig.scratch.text(of: "\(name).err")
      throw NotServing(name: name, log: String(log.suffix(2000)))
    }
    return Server(process: process, port: port)
  }
}

/// A server that did not start.
struct NotServing: Error, CustomStringConvertible {
  var name: String
  var log: String

  var description: String { "\(name) does not answer on its port; its output ends:\n\(log)" }
}
