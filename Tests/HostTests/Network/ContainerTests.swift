import Glibc
import Testing

extension RealHost.NetworkFaults {
  /// A container's network, found by the container's name.
  @Suite("A fault inside of a container", .needs(.podman, .runc, .busybox))
  struct ContainerTests {
    @Test("hits what the container's programs send, and nothing on the host")
    func inside() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let container = try await Container.start(in: rig)
        let host = network.hosts[0]
        #expect(try await container.connects(in: rig))
        try await FaultRun.during(
          "{fault: network.reject, traffic: {to: 127.0.0.1, port: \(Container.port), "
            + "inside: {container: \(container.name)}}}", on: host, of: network, in: rig
        ) { (_) async throws in
          #expect(try await container.connects(in: rig) == false)
          let door = try NetworkSocket.bound(
            to: "127.0.0.1", port: Container.port, on: host, isStream: true)
          #expect(
            try NetworkSocket.refusal(from: host, to: "127.0.0.1", port: Container.port) == nil)
          withExtendedLifetime(door) {}
        }
        #expect(try await container.connects(in: rig))
        #expect(try await container.rules(in: rig).isEmpty)
      }
    }
  }
}
