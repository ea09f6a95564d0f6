/// An haproxy that spreads TCP connections over servers.
enum HAProxy {
  /// With checks it leaves a dead server out and retries on another; without, it does neither.
  static func start(before backends: [Server], hasChecks: Bool, in rig: Rig) async throws
    -> Server
  {
    let port = try LoopbackSocket.freePort()
    let servers = backends.enumerated().map { index, backend in
      "  server s\(index) 127.0.0.1:\(backend.port)"
        + (hasChecks ? " check inter 200ms fall 1 rise 1" : "") + "\n"
    }
    let configuration = try rig.scratch.write(
      """
      global
        maxconn 200
      defaults
        mode tcp
        timeout connect 500ms
        timeout client 5s
        timeout server 5s
        retries \(hasChecks ? 3 : 0)
        \(hasChecks ? "option redispatch 1" : "no option redispatch")
      listen redis
        bind 127.0.0.1:\(port)
        balance roundrobin
      \(servers.joined())
      """, to: "haproxy.cfg")
    // -db: in the foreground.
    return try await Server.start(
      [try Tool.haproxy.required(), "-db", "-f", configuration], port: port, name: "haproxy",
      in: rig)
  }
}
