/// A signal, by its number on Linux (the same on every architecture Swift supports here).
public struct Signal: Sendable, Hashable {
  public let number: Int32

  public static let hangUp = Signal(number: 1)
  public static let interrupt = Signal(number: 2)
  public static let kill = Signal(number: 9)
  public static let terminate = Signal(number: 15)
  public static let child = Signal(number: 17)
  public static let resume = Signal(number: 18)
  public static let stop = Signal(number: 19)

  private init(number: Int32) {
    self.number = number
  }

  private static let names: [(name: String, number: Int32)] = [
    ("HUP", 1), ("INT", 2), ("QUIT", 3), ("ILL", 4), ("TRAP", 5), ("ABRT", 6), ("BUS", 7),
    ("FPE", 8), ("KILL", 9), ("USR1", 10), ("SEGV", 11), ("USR2", 12), ("PIPE", 13), ("ALRM", 14),
    ("TERM", 15), ("CHLD", 17), ("CONT", 18), ("STOP", 19), ("TSTP", 20), ("TTIN", 21),
    ("TTOU", 22), ("URG", 23), ("XCPU", 24), ("XFSZ", 25), ("VTALRM", 26), ("PROF", 27),
    ("WINCH", 28), ("IO", 29), ("PWR", 30), ("SYS", 31),
  ]

  /// Reads `KILL`, `SIGKILL` or `9`.
  public init?(name: String) {
    let upper = name.uppercased()
    let bare = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
    guard let known = Self.names.first(where: { $0.name == bare || String($0.number) == bare })
    else { return nil }
    number = known.number
  }

  /// The name without `SIG`.
  public var name: String {
    Self.names.first { $0.number == number }?.name ?? String(number)
  }
}

extension Signal: WrittenAsText {
  public static var noun: String { "a signal" }
  public var written: String { name }
  public init?(written text: String) { self.init(name: text) }
}

extension Signal: FieldValue {
  public static var schema: Schema { .choice(names.map(\.name)) }
  public static var placeholder: Signal { .terminate }

  public static func read(_ node: Node, in reading: inout Reading) -> Signal? {
    guard let text = Scalar.text(of: node, expecting: "a signal such as TERM", in: &reading)
    else { return nil }
    guard let signal = Signal(name: text) else {
      reading.note(
        "'\(text.limited)' is not a signal", at: node.mark,
        cure: Suggestion.cure(for: text.uppercased(), among: names.map(\.name)))
      return nil
    }
    return signal
  }
}
