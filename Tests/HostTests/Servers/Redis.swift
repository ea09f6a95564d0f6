/// A redis-server that keeps nothing on disk.
enum Redis {
  static func start(in rig: Rig, replicaOf master: Server? = nil) async throws -> Server {
    let port = try LoopbackSocket.freePort()
    var arguments = [
      try Tool.redis.required(), "--port", "\(port)", "--bind", "127.0.0.1", "--save", "",
      "--appendonly", "no", "--daemonize", "no", "--dir", rig.scratch.path,
      "--dbfilename", "redis-\(port).rdb",
    ]
    if let master { arguments += ["--replicaof", "127.0.0.1", "\(master.port)"] }
    return try await Server.start(arguments, port: port, name: "redis-\(port)", in: rig)
  }

  /// The section of a command probe that asks a port for PONG.
  static func ping(port: Int, timeout: String = "1s") -> String {
    "command: {run: [redis-cli, -p, '\(port)', ping], timeout: \(timeout), expect: {exit: 0}}"
  }
}
