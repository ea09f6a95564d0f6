import Glibc
import Testing

/// A container of podman's with a network of its own, in which a server listens on the loopback device.
struct Container: Sendable {
  static let port = 7_080

  let name: String

  /// Starts one from an image that holds busybox and nothing else; both go with the test.
  static func start(in rig: Rig) async throws -> Container {
    let name = "jenner-test-\(UInt32.random(in: .min ... .max))"
    let podman = try Tool.podman.required()
    let busybox = try Tool.busybox.required()
    let image = rig.scratch.file("image.tar")
    let folder = busybox.split(separator: "/").dropLast().joined(separator: "/")
    try await perform(["tar", "-cf", image, "-C", "/\(folder)", "busybox"], in: rig)
    rig.atEnd {
      for words in [["rm", "--force", "--time=0", name], ["rmi", "--force", name]] {
        _ = try? await rig.output(of: [podman] + words)
      }
    }
    try await perform([podman, "import", "--quiet", image, name], in: rig)
    try await perform(
      [podman, "run", "--detach", "--name", name] + surroundings + [
        name, "/busybox", "httpd", "-f", "-p", "127.0.0.1:\(port)",
      ], in: rig)
    let container = Container(name: name)
    let isUp = try await eventually(within: .seconds(10)) {
      try await container.connects(in: rig)
    }
    try #require(isUp, "the container's server does not answer")
    return container
  }

  private static func perform(_ arguments: [String], in rig: Rig) async throws {
    let result = try await rig.output(of: arguments)
    try #require(result.isSuccess, "\(arguments): \(result.errors)")
  }

  /// What containers need where control groups are mounted the old way and limits can't be raised.
  private static let surroundings = [
    "--runtime", "runc", "--cgroup-manager=cgroupfs", "--network=none",
    "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000",
  ]

  /// Whether a program of the container can connect to its server.
  func connects(in rig: Rig) async throws -> Bool {
    try await enter(["bash", "-c", ": </dev/tcp/127.0.0.1/\(Self.port)"], in: rig).isSuccess
  }

  /// The rules of its network.
  func rules(in rig: Rig) async throws -> String {
    let result = try await enter(["nft", "list", "ruleset"], in: rig)
    try #require(result.isSuccess, "\(result.errors)")
    return result.text
  }

  /// Runs a program of the machine in the container's network.
  private func enter(_ arguments: [String], in rig: Rig) async throws -> CommandOutput {
    let found = try await rig.output(
      of: [try Tool.podman.required(), "inspect", "--format", "{{.State.Pid}}", name])
    let pid = try #require(Int32(found.text.filter(\.isNumber)))
    return try await rig.output(of: ["nsenter", "--target", "\(pid)", "--net"] + arguments)
  }
}
