import Glibc
import Linux
import Model
import Synchronization
import Testing

@Suite struct EventLoopTests {
  @Test func timersRunInTheOrderOfTheirTimes() throws {
    let loop = try EventLoop()
    let start = loop.now
    var seen: [Int] = []
    loop.schedule(at: start + .milliseconds(20)) { seen.append(3) }
    loop.schedule(at: start + .milliseconds(5)) { seen.append(1) }
    loop.schedule(at: start + .milliseconds(5)) { seen.append(2) }
    let cancelled = loop.schedule(at: start + .milliseconds(1)) { seen.append(0) }
    loop.cancel(cancelled)
    loop.run()
    #expect(seen == [1, 2, 3])
    #expect(loop.now - start >= .milliseconds(20))
  }

  @Test func aTimerNeverRunsEarly() throws {
    let loop = try EventLoop()
    var delays: [Duration] = []
    for step in 1...20 {
      let due = loop.now + .microseconds(step * 730)
      loop.schedule(at: due) { delays.append(loop.now - due) }
    }
    loop.run()
    #expect(delays.count == 20)
    #expect(delays.allSatisfy { $0 >= .zero })
  }

  @Test func aChainOfImmediateTimersStarvesNoDescriptor() throws {
    let loop = try EventLoop()
    let mailbox = try loop.mailbox(of: Int.self) { _ in loop.stop() }
    var turns = 0
    func again() {
      turns += 1
      if turns == 3 { mailbox.send(1) }
      loop.schedule(at: .zero, again)
    }
    again()
    loop.run()
    #expect(turns < 1_000_000)
  }

  @Test func mailboxKeepsTheOrderOfOtherThreads() throws {
    let loop = try EventLoop()
    var received: [Int] = []
    let mailbox = try loop.mailbox(of: Int.self) { number in
      received.append(number)
      if number == 999 { loop.stop() }
    }
    // A thread of its own: the loops of these tests may occupy every thread that tasks have.
    let sender = Unmanaged.passRetained(mailbox)
    var thread = pthread_t()
    let result = pthread_create(&thread, nil, sendThousand, sender.toOpaque())
    try #require(result == 0)
    loop.run()
    pthread_join(thread, nil)
    #expect(received == Array(0..<1000))
  }

  @Test func descriptorIsReadableAtItsEnd() throws {
    let loop = try EventLoop()
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    defer { close(ends[0]) }
    var events: [Int] = []
    let reader = ends[0]
    try loop.watch(reader, for: .readable) { interest in
      #expect(interest.contains(.readable))
      var byte: UInt8 = 0
      events.append(read(reader, &byte, 1))
      if events.last == 0 { loop.unwatch(reader) }
    }
    var letter: UInt8 = 7
    #expect(write(ends[1], &letter, 1) == 1)
    close(ends[1])
    loop.run()
    #expect(events == [1, 0])
  }

  @Test func aRegularFileIsAlwaysReady() throws {
    let loop = try EventLoop()
    let descriptor = open("/etc/hostname", O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    var isCalled = false
    try loop.watch(descriptor, for: .readable) { _ in
      isCalled = true
      loop.unwatch(descriptor)
    }
    loop.run()
    #expect(isCalled)
  }
}

private func sendThousand(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let mailbox = Unmanaged<Mailbox<Int>>.fromOpaque(argument).takeRetainedValue()
  for number in 0..<1000 { mailbox.send(number) }
  return nil
}
