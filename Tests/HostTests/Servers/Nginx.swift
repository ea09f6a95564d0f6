import Glibc

/// An nginx that answers every request with 200, and those to `/large` with `large` bytes.
enum Nginx {
  static let large = 256 << 10

  /// Starts one on a free port of 127.0.0.1, or on port 80 of a host of the test's network.
  static func start(in rig: Rig, on host: NetworkHost? = nil) async throws -> Server {
    let port = try host.map { _ in 80 } ?? LoopbackSocket.freePort()
    let addresses = host.map { [$0.address, "[\($0.longAddress)]", "127.0.0.1"] } ?? ["127.0.0.1"]
    let prefix = try rig.scratch.makeDirectory("nginx")
    _ = try rig.scratch.write(String(repeating: "x", count: large), to: "nginx/large")
    let configuration = try rig.scratch.write(
      """
      daemon off;
      master_process off;
      pid \(prefix)/nginx.pid;
      error_log stderr;
      \(getuid() == 0 ? "user root;" : "")
      events { worker_connections 512; }
      http {
        access_log off;
        client_body_temp_path \(prefix)/body;
        proxy_temp_path \(prefix)/proxy;
        fastcgi_temp_path \(prefix)/fastcgi;
        uwsgi_temp_path \(prefix)/uwsgi;
        scgi_temp_path \(prefix)/scgi;
        server {
          \(addresses.map { "listen \($0):\(port);" }.joined(separator: " "))
          location = /large { root \(prefix); }
          location / { return 200 "ok\\n"; }
        }
      }

      """, to: "nginx.conf")
    return try await Server.start(
      [try Tool.nginx.required(), "-p", prefix, "-c", configuration, "-e", "stderr"],
      port: port, name: "nginx", in: rig, on: host)
  }
}
