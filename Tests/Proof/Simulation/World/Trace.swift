import Model

/// What happened in a simulated world: a digest of it always, the words only for a reader.
struct Trace {
  /// FNV-1a over everything that was noted.
  private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
  private(set) var lines: [String] = []
  let keepsWords: Bool

  init(keepsWords: Bool) { self.keepsWords = keepsWords }

  mutating func note(
    _ what: StaticString, _ number: Int, at time: Duration, _ words: () -> String
  ) {
    what.withUTF8Buffer { bytes in for byte in bytes { mix(UInt64(byte)) } }
    mix(UInt64(bitPattern: Int64(number)))
    mix(UInt64(bitPattern: time.nanoseconds))
    if keepsWords { lines.append("\(time.seconds.significant(7)) \(what) \(number) \(words())") }
  }

  mutating func mix(_ text: String) {
    for byte in text.utf8 { mix(UInt64(byte)) }
  }

  private mutating func mix(_ value: UInt64) {
    digest = (digest ^ value) &* 0x0000_0100_0000_01b3
  }
}
