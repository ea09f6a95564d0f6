/// A redis-server that keeps nothing on disk.
enum Redis {
  /// Starts one on a free port of 127.0.0.1, or on the usual one of a host of the test's network.
  static func start(
    in rig: Rig, replicaOf master: Server? = nil, on host: NetworkHost? = nil
  ) async throws -> Server {
    let port = try host.map { _ in 6_379 } ?? LoopbackSocket.freePort()
    var arguments = [
      try Tool.redis.required(), "--port", "\(port)", "--protected-mode", "no", "--save", "",
      "--appendonly", "no", "--daemonize", "no", "--dir", rig.scratch.path,
      "--dbfilename", "redis-\(port).rdb",
    ]
    arguments += ["--bind", "127.0.0.1"] + (host.map { [$0.address] } ?? [])
    if let master { arguments += ["--replicaof", "127.0.0.1", "\(master.port)"] }
    return try await Server.start(
      arguments, port: port, name: "redis-\(host?.number ?? port)", in: rig, on: host)
  }

  /// The section of a command probe that asks a port for PONG.
  static func ping(port: Int, timeout: String = "1s") -> String {
    "command: {run: [redis-cli, -p, '\(port)', ping], timeout: \(timeout), expect: {exit: 0}}"
  }
}
