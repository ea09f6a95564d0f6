/// The first twelve bytes of every message: RFC 1035, 4.1.1; RFC 6895, 2.
struct MessageHeader {
  /// The bits beside the code of operation and the code of response.
  struct Flags: OptionSet {
    let rawValue: UInt16
    static let response = Flags(rawValue: 0x8000)
    static let truncated = Flags(rawValue: 0x0200)
    static let recursionDesired = Flags(rawValue: 0x0100)
    static let recursionAvailable = Flags(rawValue: 0x0080)
    static let checkingDisabled = Flags(rawValue: 0x0010)
  }

  /// What is asked for; everything but a query is rare: RFC 6895, 2.2.
  enum Operation {
    static let query: UInt16 = 0
  }

  var id: UInt16
  var flags: Flags
  var operation: UInt16
  var code: ResponseCode
  var questions: Int
  /// The answers, authorities and additional records together.
  var records: Int

  /// Reads a header; nil if there are fewer bytes than it has.
  init?(_ reader: inout MessageReader) {
    guard let id = reader.number(), let bits = reader.number(), let questions = reader.number(),
      let answers = reader.number(), let authorities = reader.number(),
      let additional = reader.number()
    else { return nil }
    self.id = id
    flags = Flags(rawValue: bits & 0x87B0)
    operation = bits >> 11 & 0xF
    code = ResponseCode(rawValue: bits & 0xF)
    self.questions = Int(questions)
    records = Int(answers) + Int(authorities) + Int(additional)
  }
}

/// What a query came to: RFC 1035, 4.1.1.
struct ResponseCode: RawRepresentable, Hashable {
  var rawValue: UInt16
  static let noError = ResponseCode(rawValue: 0)
  static let formatError = ResponseCode(rawValue: 1)
  static let serverFailure = ResponseCode(rawValue: 2)
  static let nameError = ResponseCode(rawValue: 3)
  static let notImplemented = ResponseCode(rawValue: 4)
  static let refused = ResponseCode(rawValue: 5)
}
