/// An nginx that answers every GET with 200.
enum Nginx {
  static func start(in rig: Rig) async throws -> Server {
    let port = try LoopbackSocket.freePort()
    let prefix = try rig.scratch.makeDirectory("nginx")
    let configuration = try rig.scratch.write(
      """
      daemon off;
      master_process off;
      pid \(prefix)/nginx.pid;
      error_log stderr;
      events { worker_connections 512; }
      http {
        access_log off;
        client_body_temp_path \(prefix)/body;
        proxy_temp_path \(prefix)/proxy;
        fastcgi_temp_path \(prefix)/fastcgi;
        uwsgi_temp_path \(prefix)/uwsgi;
        scgi_temp_path \(prefix)/scgi;
        server {
          listen 127.0.0.1:\(port);
          location / { return 200 "ok\\n"; }
        }
      }

      """, to: "nginx.conf")
    return try await Server.start(
      [try Tool.nginx.required(), "-p", prefix, "-c", configuration, "-e", "stderr"],
      port: port, name: "nginx", in: rig)
  }
}
