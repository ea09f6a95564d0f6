import Glibc
import Model
import Testing

@testable import Proxy

@Suite struct NameFuzzTests {
  /// `JENNER_FUZZ_SEED` replays a run.
  private static let seed: UInt64 =
    getenv("JENNER_FUZZ_SEED").flatMap { UInt64(String(cString: $0)) }
    ?? UInt64.random(in: 0..<1_000_000)

  private static let originals: [[UInt8]] = [
    NameMessage.query("db.internal"),
    NameMessage.query("a.b.c.example.com", .any, options: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]),
    NameMessage.answer(to: NameMessage.query("db.internal"), address: [192, 0, 2, 1]),
    NameMessage.query(String(repeating: "a.", count: 127), .aaaa),
    [],
  ]

  /// Anything is forwarded as it is, answered by something that can be read, or dropped.
  @Test func rubbishIsAQueryOrAnError() throws {
    print("JENNER_FUZZ_SEED=\(Self.seed)")
    var generator = SplitMix(seed: Self.seed)
    var book = RuleBook(
      [
        NameRule(.every, types: [.a], answer: .fail(.nameError)),
        NameRule(.every, answer: .address([.loopbackV4, .loopbackV6], timeToLive: .seconds(1))),
      ], seed: 1)
    let original = try NameQuery(Self.originals[0])
    let end = ContinuousClock.now + .seconds(2)
    var rounds = 0
    var seen: [String: Int] = [:]
    while rounds < 20_000, ContinuousClock.now < end {
      rounds += 1
      var bytes = Self.originals.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 0...6, using: &generator) { mutate(&bytes, &generator) }
      _ = original.isAnswered(by: bytes, id: 0x1234)
      do throws(NameQuery.Malformed) {
        let query = try NameQuery(bytes)
        seen["query", default: 0] += 1
        #expect(query.bytes == bytes)
        #expect(query.question.name.text.utf8.count <= 4 * 255)
        guard case .addresses(let addresses, let time) = book.decide(about: query) else { continue }
        let answer = NameResponse.addresses(
          addresses, timeToLive: time, to: query, over: .datagram)
        #expect(ReadAnswer(answer) != nil, "round \(rounds) of seed \(Self.seed)")
        #expect(query.isAnswered(by: answer, id: query.header.id))
      } catch {
        guard case .answerable(let header, let code) = error else {
          seen["dropped", default: 0] += 1
          continue
        }
        seen["error", default: 0] += 1
        let answer = NameResponse.failure(code, to: header)
        #expect(answer.count == 12 && answer[2] & 0x80 != 0)
      }
    }
    // All three must have been seen, or the mutations say nothing.
    #expect(Set(seen.keys) == ["query", "dropped", "error"])
  }

  /// A stream of any bytes in any pieces is cut into all of its messages.
  @Test func anyStreamIsCutIntoMessages() {
    var generator = SplitMix(seed: Self.seed)
    var stream = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    for index in stride(from: 0, to: stream.count, by: 2) { stream[index] &= 3 }
    var frames = StreamFrames()
    var size = 0
    var position = 0
    while position < stream.count {
      let end = min(stream.count, position + Int.random(in: 1...3_000, using: &generator))
      frames.append(stream[position..<end])
      while let message = frames.next() { size += message.count + 2 }
      position = end
    }
    #expect(stream.count - size < 65_537 && size > 0)
  }

  private func mutate(_ bytes: inout [UInt8], _ generator: inout SplitMix) {
    guard !bytes.isEmpty else {
      bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      return
    }
    let at = Int.random(in: 0..<bytes.count, using: &generator)
    let end = min(bytes.count, at + Int.random(in: 1...20, using: &generator))
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
    case 1: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &generator)
    case 2: bytes.removeSubrange(at..<end)
    case 3: bytes.insert(contentsOf: bytes[at..<end], at: at)
    case 4: bytes.insert(contentsOf: [0xC0, UInt8(truncatingIfNeeded: at)], at: at)
    default: bytes[min(at, 11)] = UInt8.random(in: 0...3, using: &generator)
    }
  }
}
