/// An haproxy that answers each request with its Authorization header and its body.
enum Echo {
  static func start(in rig: Rig) async throws -> Server {
    let port = try LoopbackSocket.freePort()
    let configuration = try rig.scratch.write(
      """
      global
        maxconn 200
      defaults
        mode http
        timeout connect 500ms
        timeout client 5s
        timeout server 5s
      frontend echo
        bind 127.0.0.1:\(port)
        option http-buffer-request
        http-request return status 200 content-type application/json \\
          lf-string '{"header": "%[req.hdr(authorization)]", "body": "%[req.body]"}'

      """, to: "echo.cfg")
    return try await Server.start(
      [try Tool.haproxy.required(), "-db", "-f", configuration], port: port, name: "echo", in: rig)
  }
}
