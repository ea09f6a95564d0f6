import Glibc

/// A PostgreSQL whose files are in the test's scratch directory.
enum Postgres {
  /// Starts one on the usual port of a host of the test's network.
  static func start(in rig: Rig, on host: NetworkHost) async throws -> Server {
    // It refuses to be run by root.
    let user = [try Tool.setpriv.required(), "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    let data = try rig.scratch.makeDirectory("postgres")
    guard let nobody = getpwnam("nobody"),
      chown(data, nobody.pointee.pw_uid, nobody.pointee.pw_gid) == 0
    else { throw SocketError(call: "chown", status: errno) }
    let made = try await rig.output(
      of: user + [
        try Tool.initdb.required(), "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8",
        "--locale=C",
      ])
    guard made.isSuccess else { throw NotServing(name: "initdb", log: made.errors) }
    _ = try rig.scratch.write("host all all 10.77.0.0/24 trust\n", to: "postgres/pg_hba.conf")
    return try await Server.start(
      user + [
        try Tool.postgres.required(), "-D", data, "-h", "127.0.0.1,\(host.address)", "-p", "5432",
        "-k", "", "-c", "fsync=off",
      ], port: 5_432, name: "postgres", in: rig, on: host)
  }

  /// A client's words that ask it something.
  static func query(_ statement: String, at host: NetworkHost) throws -> [String] {
    [
      "env", "PGCONNECT_TIMEOUT=2", try Tool.psql.required(), "-h", host.address, "-U", "postgres",
      "-X", "-A", "-t", "-c", statement,
    ]
  }
}
