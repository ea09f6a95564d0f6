import ChildProcess
import Glibc
import Testing

/// An sshd of this test, with keys of its own, and an `ssh` that knows the way to it.
///
/// `hosts: {x: {ssh: target}}` runs the `ssh` of the PATH. Here that is the real client, given a
/// configuration file of this test, so that no user's keys or known hosts are read or changed.
struct SSHServer: Sendable {
  let server: Server
  /// What goes in front of PATH, so that `ssh` is the one that knows the way.
  let folder: String

  /// Starts a server whose users find `jenner-agent` in their PATH.
  static func start(in rig: Rig, on host: NetworkHost? = nil) async throws -> SSHServer {
    let port = try host.map { _ in 22 } ?? LoopbackSocket.freePort()
    let address = host?.address ?? "127.0.0.1"
    let home = try rig.scratch.makeDirectory("ssh")
    for name in ["host_key", "user_key"] {
      try await makeKey("\(home)/\(name)", in: rig)
    }
    let agents = (try Product.agent.path()).split(separator: "/").dropLast()
      .reduce("") { "\($0)/\($1)" }
    let configuration = try rig.scratch.write(
      """
      Port \(port)
      ListenAddress 127.0.0.1
      ListenAddress \(address)
      HostKey \(home)/host_key
      AuthorizedKeysFile \(home)/user_key.pub
      StrictModes no
      UsePAM no
      PasswordAuthentication no
      PidFile none
      SetEnv PATH=\(agents):/usr/bin:/bin JENNER_STATE=\(Jenner.state(in: rig))

      """, to: "ssh/sshd_config")
    // Debian's sshd insists on this directory, which its service would make.
    mkdir("/run/sshd", 0o755)
    let server = try await Server.start(
      [try Tool.sshd.required(), "-D", "-e", "-f", configuration], port: port, name: "sshd",
      in: rig, on: host)
    _ = try rig.scratch.write(
      """
      Host target
        HostName \(address)
        Port \(port)
        User root
        IdentityFile \(home)/user_key
        IdentitiesOnly yes
        StrictHostKeyChecking no
        UserKnownHostsFile \(home)/known_hosts

      """, to: "ssh/config")
    let client = try rig.scratch.write(
      "#!/bin/sh\nexec \(try Tool.ssh.required()) -F \(home)/config \"$@\"\n", to: "ssh/ssh")
    chmod(client, 0o755)
    return SSHServer(server: server, folder: home)
  }

  private static func makeKey(_ path: String, in rig: Rig) async throws {
    let process = try rig.start(
      Launch([try Tool.sshKeygen.required(), "-q", "-t", "ed25519", "-N", "", "-f", path]))
    let ended = await eventually(within: .seconds(10)) { process.ending != nil }
    try #require(ended)
  }

  /// PATH for a runner that shall use this test's `ssh`.
  var path: String {
    folder + ":" + (getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin")
  }
}
