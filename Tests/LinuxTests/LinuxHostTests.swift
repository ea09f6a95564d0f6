import CLinux
import Glibc
import Model
import Testing

@testable import Linux

@Suite struct LinuxHostTests {
  @Test func thisProcessIsAsItKnowsItself() throws {
    let facts = try #require(LinuxHost().process(getpid()))
    #expect(facts.identity.pid == getpid())
    #expect(facts.parent == getppid())
    #expect(facts.userID == geteuid())
    #expect(facts.commandLine == CommandLine.arguments)
    #expect(facts.executable?.isEmpty == false)
    #expect(!facts.cgroups.isEmpty)
    #expect(try LinuxHost().processes().contains { $0.identity == facts.identity })
  }

  @Test func aCommandIsFoundByItsNameAndAnArgument() throws {
    let host = LinuxHost()
    let own = CommandLine.arguments
    let program = try #require(own.first)
    let argument = try #require(own.last)
    #expect(host.isRunning([program, "another"], withAnyOf: ["--no-such", argument]))
    #expect(!host.isRunning([program], withAnyOf: ["--no-such"]))
    #expect(!host.isRunning(["another"], withAnyOf: [argument]))
    #expect(!host.isRunning([program], withAnyOf: [program]))
  }

  @Test func anAddressThatIsTakenOrNotHereIsNoPlaceToListen() throws {
    let host = LinuxHost()
    var taken = jenner_address(IPEndpoint(.loopbackV4, port: 0))
    let descriptor = jenner_bind(&taken)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try #require(jenner_local_address(descriptor, &taken) == 0)
    let endpoint = IPEndpoint(.loopbackV4, port: taken.port)
    #expect(host.obstacle(toListeningOn: endpoint, in: nil) == nil, "nobody listens yet")
    try #require(listen(descriptor, 1) == 0)
    #expect(host.obstacle(toListeningOn: endpoint, in: nil)?.message == "Address already in use")
    let elsewhere = try #require(IPEndpoint(text: "192.0.2.1:1"))
    #expect(
      host.obstacle(toListeningOn: elsewhere, in: nil)?.message
        == "Cannot assign requested address")
    #expect(host.obstacle(toListeningOn: IPEndpoint(.loopbackV4, port: 0), in: nil) == nil)
    let gone = NetworkNamespace(path: "/proc/self/ns/net", inode: 1)
    #expect(host.obstacle(toListeningOn: endpoint, in: gone)?.message == "Stale file handle")
  }

  @Test func kernelThreadsAreLeftOutAndNoProcessIsNil() {
    #expect(LinuxHost().process(-1) == nil)
    #expect(LinuxHost().process(Int32.max) == nil)
    // Process 2 is kthreadd, outside of containers.
    if LinuxHost().process(1)?.parent == 0, access("/proc/2", F_OK) == 0,
      let text = try? LinuxHost().contents(of: "/proc/2/comm"), text == "kthreadd\n"
    {
      #expect(LinuxHost().process(2) == nil)
    }
  }

  @Test(arguments: [
    "7 (a b) S 1 7 7 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 987 0",
    "7 (a) b) (c) S 1 7 7 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 987 0",
    "7 (\n) S 1 7 7 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 987 0",
  ])
  func namesMayHoldAnything(line: String) throws {
    let status = try #require(ProcessStatus(line: Array(line.utf8)))
    #expect(status.state == "S")
    #expect(status.parent == 1)
    #expect(status.startTime == 987)
    #expect(!status.isKernelThread)
  }

  @Test(arguments: ["", "7", "7 (a) S 1", "7 (a) S x 7 7 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 9 0"])
  func rubbishIsNoStatus(line: String) {
    #expect(ProcessStatus(line: Array(line.utf8)) == nil)
  }

  @Test func threadsOfAStoppedProcessAreAllStopped() throws {
    let child = try Launch(argv: ["sleep", "600"], environment: CommandEnvironment.minimal).start()
    defer { end(child) }
    let host = LinuxHost()
    #expect(host.threadStates(of: child.pid).count == 1)
    kill(child.pid, SIGSTOP)
    try waitUntil { host.threadStates(of: child.pid) == ["T"] }
    let identity = try #require(host.identity(of: child.pid))
    #expect(host.state(of: identity) == "T")
    let other = ProcessIdentity(pid: identity.pid, startTime: identity.startTime + 1)
    #expect(host.state(of: other) == nil)
  }

  @Test func aListeningSocketHasItsOwner() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Bool in
        bind(listener, address, size) == 0 && listen(listener, 1) == 0
          && getsockname(listener, address, &size) == 0
      }
    }
    try #require(port)
    let number = Int(UInt16(bigEndian: address.sin_port))
    #expect(try LinuxHost().listeners(on: number).contains(getpid()))
  }

  @Test func socketTablesAreReadByPortAndState() {
    let table = """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0  0 111 1 x
         1: 0100007F:1F90 0100007F:C000 01 00000000:00000000 00:00000000 00000000  0  0 222 1 x
         2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0  0 333 1 x
      """
    #expect(LinuxHost.inodes(inTable: table, port: 8080, state: "0A") == ["111"])
    #expect(LinuxHost.inodes(inTable: table, port: 22, state: "0A") == ["333"])
    #expect(LinuxHost.inodes(inTable: table, port: 1, state: "0A") == [])
  }

  @Test func contentsAreLimitedAndErrorsNameTheFile() throws {
    let refused = #expect(throws: HostError.self) {
      try LinuxHost().contents(of: "/dev/zero")
    }
    #expect(refused?.message.contains("/dev/zero") == true)
    let missing = #expect(throws: HostError.self) {
      try LinuxHost().contents(of: "/nonexistent")
    }
    #expect(missing?.message == "read /nonexistent: No such file or directory")
  }

  @Test func factsOfThisMachine() {
    let facts = HostFacts.current()
    #expect(!facts.hostname.isEmpty && !facts.kernel.isEmpty && !facts.user.isEmpty)
    #expect(HostIdentity.bootID.count == 36)
    #expect(HostIdentity.pidNamespace != 0)
  }

  @Test func markedProcessesAreFound() throws {
    let mark = "JENNER_TEST_\(getpid())"
    let child = try Launch(
      argv: ["sleep", "600"],
      environment: CommandEnvironment.minimal.merging([mark: "x=y"]) { $1 }
    ).start()
    defer { end(child) }
    let found = LinuxHost().environments(of: mark)
    #expect(found.map(\.process.pid) == [child.pid])
    #expect(found.map(\.value) == ["x=y"])
    // Anyone may start a process with any environment.
    #expect(LinuxHost().environments(of: mark, ofUser: geteuid()).count == 1)
    #expect(LinuxHost().environments(of: mark, ofUser: geteuid() + 1).isEmpty)
  }

  @Test func commandsThatWaitForEachOtherAreCheckedSideBySide() throws {
    let path = "/tmp/jenner-fifo-\(getpid())"
    #expect(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    // Whoever opens a fifo waits for its other end: fifo(7).
    let results = LinuxHost().check([
      Command(argv: ["cat", path]), Command(argv: ["no-such-program"]),
      Command(argv: ["sh", "-c", "echo met > \(path)"]),
    ])
    try #require(results.count == 3)
    #expect(results[0].output == "met\n")
    #expect(!results[1].isSuccess && results[2].isSuccess)
    #expect(LinuxHost().check([Command]()).isEmpty)
  }
}

/// Kills a child and reaps it.
func end(_ child: Launch.Launched) {
  kill(child.pid, SIGKILL)
  while ChildProcess.reap(child) == nil { usleep(1000) }
  close(child.pidfd)
}

/// Waits until something is true; 20 seconds are more than anything here takes.
func waitUntil(_ condition: () -> Bool) throws {
  let deadline = EventLoop.now + .seconds(20)
  while !condition() {
    try #require(EventLoop.now < deadline)
    usleep(2000)
  }
}
