import ChildProcess
import FoundationEssentials
import Glibc
import Model
import Testing

extension RealHost.NetworkFaults {
  /// Which traffic is hit, and which is not.
  @Suite("A selection of traffic")
  struct SelectionTests {
    @Test("by ports hits those, and by a range its ends, and not their neighbours")
    func ports() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        try await FaultRun.during(
          "{fault: network.blackhole, traffic: {to: \(network.hosts[1].address), "
            + "port: [7000-7003, 7010]}}",
          on: network.hosts[0], of: network, in: rig
        ) { (_) async throws in
          for port in [6_999, 7_000, 7_003, 7_004, 7_009, 7_010, 7_011] {
            let isHit = (7_000...7_003).contains(port) || port == 7_010
            #expect(
              try network.arrivals(of: 3, from: 0, to: 1, port: port) == (isHit ? 0 : 3), "\(port)")
          }
        }
      }
    }

    @Test("by protocol leaves the other protocols of the same port alone")
    func transport() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let door = try NetworkSocket.bound(
          to: there.address, port: Network.port, on: there, isStream: true)
        try await FaultRun.during(
          "{fault: network.blackhole, "
            + "traffic: {to: \(there.address), port: \(Network.port), protocol: udp}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          #expect(try network.arrivals(of: 3, from: 0, to: 1) == 0)
          #expect(
            try NetworkSocket.refusal(from: here, to: there.address, port: Network.port) == nil)
        }
        withExtendedLifetime(door) {}
      }
    }

    @Test("may except a host and a port of all that goes to a network")
    func except() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(3, in: rig)
        let hosts = network.hosts
        try await FaultRun.during(
          "{fault: network.blackhole, traffic: {to: 10.77.0.0/24, "
            + "except: [\(hosts[1].address), {port: 7005}]}}",
          on: hosts[0], of: network, in: rig
        ) { (_) async throws in
          #expect(try network.arrivals(of: 3, from: 0, to: 1) == 3)
          #expect(try network.arrivals(of: 3, from: 0, to: 2) == 0)
          #expect(try network.arrivals(of: 3, from: 0, to: 2, port: 7_005) == 3)
        }
      }
    }

    @Test("between two groups hits what they say to each other, and nobody else")
    func between() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(3, in: rig)
        let hosts = network.hosts
        try await FaultRun.during(
          "{fault: network.partition, traffic: {between: [[\(hosts[0].address), 10.77.0.9], "
            + "[\(hosts[1].address)]]}}",
          on: hosts[0], of: network, in: rig
        ) { (_) async throws in
          let lost: Set = [Way(from: 0, to: 1), Way(from: 1, to: 0)]
          #expect(try await network.openWays() == Network.allWays(3).subtracting(lost))
        }
      }
    }

    @Test(
      "from an address of the host to another's hits what has that source alone", .needs(.ping))
    func source() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let other = "10.77.0.101"
        let added = try await here.output(
          of: ["ip", "addr", "add", "\(other)/24", "dev", NetworkHost.interface], in: rig)
        try #require(added.isSuccess, "\(added.errors)")
        func answers(to source: String) async throws -> Bool {
          let ping = ["ping", "-q", "-n", "-c", "2", "-i", "0.2", "-W", "1", "-I", source]
          return try await here.output(of: ping + [there.address], in: rig).isSuccess
        }
        try await FaultRun.during(
          "{fault: network.blackhole, traffic: {from: \(here.address), to: \(there.address)}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          #expect(try await answers(to: here.address) == false)
          #expect(try await answers(to: other))
        }
        #expect(try await answers(to: here.address))
      }
    }

    @Test("by user hits what that user's programs send")
    func user() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let door = try NetworkSocket.bound(to: there.address, port: 80, on: there, isStream: true)
        try await FaultRun.during(
          "{fault: network.reject, traffic: {to: \(there.address), user: nobody}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          let asNobody = ["setpriv", "--reuid=65534", "--clear-groups"]
          #expect(try await connects(through: asNobody, from: here, to: there, in: rig) == false)
          #expect(try await connects(from: here, to: there, in: rig))
        }
        withExtendedLifetime(door) {}
      }
    }

    @Test("by cgroup hits what its processes send", .enabled(if: Self.cgroups != nil))
    func cgroup() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let name = "jenner-test-\(getpid())"
        let folder = "\(try #require(Self.cgroups))/\(name)"
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: false)
        rig.atEnd { rmdir(folder) }
        let door = try NetworkSocket.bound(to: there.address, port: 80, on: there, isStream: true)
        try await FaultRun.during(
          "{fault: network.reject, traffic: {to: \(there.address), cgroup: /\(name)}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          let moved = ["sh", "-c", "echo $$ >\(folder)/cgroup.procs && exec \"$@\"", "sh"]
          #expect(try await connects(through: moved, from: here, to: there, in: rig) == false)
          #expect(try await connects(from: here, to: there, in: rig))
        }
        withExtendedLifetime(door) {}
      }
    }

    @Test(
      "by process hits what the processes of its cgroup send, and refuses a cgroup that others share",
      .enabled(if: Self.cgroups != nil))
    func process() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let folder = "\(try #require(Self.cgroups))/jenner-test-\(getpid())-process"
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: false)
        rig.atEnd { rmdir(folder) }
        let moved = ["sh", "-c", "echo $$ >\(folder)/cgroup.procs && exec \"$@\"", "sh"]
        let heard = rig.scratch.file("heard")
        // It says of each attempt whether it could connect, by a child.
        let attempts =
          "while :; do (: </dev/tcp/\(there.address)/80) 2>/dev/null "
          + "&& echo yes >\(heard) || echo no >\(heard); sleep 0.1; done"
        let client = try rig.start(Launch(here.entering + moved + ["bash", "-c", attempts]))
        let pidfile = try rig.scratch.write("\(client.pid)", to: "client.pid")
        let door = try NetworkSocket.bound(to: there.address, port: 80, on: there, isStream: true)
        func hears(_ word: String) async -> Bool {
          await eventually(within: .seconds(5)) { rig.scratch.text(of: "heard") == "\(word)\n" }
        }
        #expect(await hears("yes"))
        let step =
          "{fault: network.reject, traffic: {to: \(there.address), "
          + "process: {pidfile: \(pidfile), tree: true}}}"
        try await FaultRun.during(step, on: here, of: network, in: rig) { (_) async throws in
          #expect(await hears("no"))
          #expect(try await connects(from: here, to: there, in: rig))
        }
        #expect(await hears("yes"))
        let stranger = try rig.start(Launch(moved + ["sleep", "60"]))
        let isThere = await eventually(within: .seconds(5)) {
          ProcessTable.entry(of: stranger.pid)?.program == "sleep"
        }
        try #require(isThere)
        let refused = try FaultRun.start([step], on: here, in: rig)
        let outcome = try await refused.finish()
        #expect(outcome.ended(.refused), "\(outcome.output)\(outcome.errors)")
        #expect(outcome.errors.contains("shares the cgroup"), "\(outcome.errors)")
        withExtendedLifetime(door) {}
      }
    }

    @Test("by interface hits what passes it, and not what passes another")
    func interface() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        // A second cable between the two.
        let cable = [
          "ip", "-n", here.namespace, "link", "add", "eth1", "type", "veth", "peer", "name", "eth1",
          "netns", there.namespace,
        ]
        try #require(try await rig.output(of: cable).isSuccess)
        for host in [here, there] {
          for words in [
            "link set eth1 addrgenmode none", "addr add 10.78.0.\(host.number)/24 dev eth1",
            "link set eth1 up",
          ] {
            let argv = ["ip", "-n", host.namespace] + words.split(separator: " ").map(String.init)
            try #require(try await rig.output(of: argv).isSuccess)
          }
        }
        let doors = try [there.address, "10.78.0.\(there.number)"].map {
          try NetworkSocket.bound(to: $0, port: 80, on: there, isStream: true)
        }
        // The kernel brings a cable into service when it has time.
        let other = "10.78.0.\(there.number)"
        let isUp = try await eventually(within: .seconds(10)) {
          guard try NetworkSocket.refusal(from: here, to: other, port: 80) == nil else {
            return false
          }
          let before = try await network.pictures(in: rig)
          try await Task.sleep(for: .seconds(1))
          return try await network.pictures(in: rig) == before
        }
        try #require(isUp)
        try await FaultRun.during(
          "{fault: network.blackhole, traffic: {interface: eth1}}", on: here, of: network, in: rig
        ) { (_) async throws in
          #expect(try NetworkSocket.refusal(from: here, to: there.address, port: 80) == nil)
          #expect(try NetworkSocket.refusal(from: here, to: other, port: 80) == ETIMEDOUT)
        }
        withExtendedLifetime(doors) {}
      }
    }

    @Test("may be in the network of a namespace, or of a process", arguments: ["netns", "pid"])
    func inside(_ place: String) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let process = try rig.start(Launch(here.entering + ["sleep", "60"]))
        let isThere = await eventually(within: .seconds(5)) {
          ProcessTable.entry(of: process.pid)?.program == "sleep"
        }
        try #require(isThere)
        let name = place == "pid" ? "\(process.pid)" : here.namespace
        // The run itself is on another host.
        try await FaultRun.during(
          "{fault: network.blackhole, "
            + "traffic: {to: \(there.address), inside: {\(place): \(name)}}}",
          on: there, of: network, in: rig
        ) { (_) async throws in
          #expect(try network.arrivals(of: 3, from: 0, to: 1) == 0)
          #expect(try network.arrivals(of: 3, from: 1, to: 0) == 3)
        }
      }
    }

    /// The unified hierarchy of control groups, where a test may make one.
    private static let cgroups = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].first {
      access($0 + "/cgroup.procs", W_OK) == 0
    }

    /// Whether a program of its own can connect.
    private func connects(
      through wrapper: [String] = [], from here: NetworkHost, to there: NetworkHost, in rig: Rig
    ) async throws -> Bool {
      let connect = ["bash", "-c", ": </dev/tcp/\(there.address)/80"]
      return try await here.output(of: wrapper + connect, in: rig).isSuccess
    }
  }
}
