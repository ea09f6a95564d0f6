import Model
import Testing

extension RealHost.NetworkFaults {
  /// What a host can't do, or has not, is said before anything is touched.
  @Suite("A network fault that a host can't carry out")
  struct RefusalTests {
    /// Something that is missing, and how its absence is reported.
    struct Case: Sendable, CustomStringConvertible {
      var name: String
      var fault: String
      /// A command in front of the run, which makes its surroundings.
      var wrapper: [String] = []
      var says: String
      var cure: String

      var description: String { name }
    }

    private static let drop = "network.blackhole, traffic: "

    private static let cases = [
      Case(
        name: "an unknown interface", fault: drop + "{interface: eth7}",
        says: "there is no interface 'eth7'", cure: "did you mean 'eth0'?"),
      Case(
        name: "a host name that does not resolve", fault: drop + "{to: no-such-host.invalid}",
        says: "the host name 'no-such-host.invalid' does not resolve", cure: "write its address"),
      Case(
        name: "an unknown user", fault: drop + "{to: 10.77.0.2, user: no-such-user}",
        says: "there is no user 'no-such-user'", cure: "write a name or a number"),
      Case(
        name: "an unknown cgroup", fault: drop + "{to: 10.77.0.2, cgroup: /no-such-cgroup}",
        says: "there is no cgroup '/no-such-cgroup'", cure: "write it as in /proc/PID/cgroup"),
      Case(
        name: "an unknown namespace", fault: drop + "{to: 10.77.0.2, inside: {netns: no-such}}",
        says: "/run/netns/no-such: No such file or directory", cure: "'ip netns list' shows"),
      Case(
        name: "a process that is not there",
        fault: drop + "{to: 10.77.0.2, inside: {pid: 4194303}}",
        says: "process 4194303", cure: "name a process that runs"),
      Case(
        name: "a container that is not there",
        fault: drop + "{to: 10.77.0.2, inside: {container: no-such}}",
        says: "container no-such", cure: "'podman ps' or 'docker ps' shows"),
      Case(
        name: "a proxy at an address of somebody else's",
        fault: "connection.latency, with: {delay: 1s, listen: '192.0.2.1:80', "
          + "upstream: '10.77.0.2:80'}",
        says: "the proxy can't listen on 192.0.2.1:80: Cannot assign requested address",
        cure: "name another address or port of this host"),
      Case(
        name: "a proxy at a port that takes a privilege",
        fault: "connection.latency, with: {delay: 1s, listen: '10.77.0.1:80', "
          + "upstream: '10.77.0.2:80'}",
        wrapper: ["setpriv", "--reuid=65534", "--clear-groups", "env", "HOME=/tmp"],
        says: "the proxy can't listen on 10.77.0.1:80: Permission denied",
        cure: "name a port from 1024 on"),
      Case(
        name: "no nft", fault: drop + "{to: 10.77.0.2}", wrapper: hiding("/usr/sbin/nft"),
        says: "nft can't be run", cure: "install the package nftables"),
      Case(
        name: "no tc", fault: "network.bandwidth, traffic: {to: 10.77.0.2}, with: {rate: 1mbit}",
        wrapper: hiding("/usr/sbin/tc"), says: "tc can't be run",
        cure: "install the package iproute2"),
      Case(
        name: "no table of a distribution",
        fault: "network.latency, traffic: {to: 10.77.0.2}, "
          + "with: {delay: 10ms, jitter: 1ms, distribution: normal}",
        wrapper: hidingTables, says: "tc has no table of the distribution 'normal'",
        cure: "install the whole package iproute2"),
      Case(
        name: "no CAP_NET_ADMIN", fault: drop + "{to: 10.77.0.2}",
        wrapper: ["setpriv", "--bounding-set=-net_admin"], says: "it needs cap_net_admin",
        cure: "run the agent as root"),
    ]

    /// In a mount namespace of the run's own a program is hidden behind what can't be executed.
    private static func hiding(_ program: String) -> [String] {
      let script = "mount --bind /dev/null \(program) && exec \"$@\""
      return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]
    }

    /// An empty folder in front of the one in which tc(8) looks for its tables.
    private static let hidingTables = [
      "unshare", "--mount", "--propagation", "private", "sh", "-c",
      "for tables in /usr/lib/tc /usr/lib/*/tc; do "
        + "[ ! -d $tables ] || mount -t tmpfs none $tables || exit 1; done; exec \"$@\"", "sh",
    ]

    @Test("is refused, with what is missing and a cure", .needs(.setpriv), arguments: cases)
    func refused(_ example: Case) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let before = try await network.pictures(in: rig)
        var run = BadInput.sound
        run.method = ["{fault: \(example.fault), for: 5s}"]
        let file = try rig.scratch.write(run.text, to: "experiment.yaml")
        let outcome = try await Jenner.run(
          ["run", file, "--yes", "--reports", Jenner.reports(in: rig)], in: rig,
          through: network.hosts[0].entering + example.wrapper)
        #expect(outcome.ended(.refused), "\(outcome.status) \(outcome.output)\(outcome.errors)")
        let problem = outcome.errors.split(separator: "\n").first { $0.contains(example.says) }
        #expect(problem?.hasPrefix("\(file):9:5: error: ") == true, "\(outcome.errors)")
        #expect(problem?.contains(example.cure) == true, "\(outcome.errors)")
        #expect(try await network.pictures(in: rig) == before)
      }
    }
  }
}
