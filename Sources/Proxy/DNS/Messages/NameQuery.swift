internal import Model

/// A query as it came, with what of it was understood.
struct NameQuery {
  /// What is no query that can be forwarded.
  enum Malformed: Error {
    /// No header, or a message that is itself a response: to answer could make two servers answer each
    /// other for ever.
    case unanswerable
    /// It has a header, and gets a response of this code that consists of nothing but one.
    case answerable(MessageHeader, ResponseCode)
  }

  /// An extended query: RFC 6891.
  struct Extension: Hashable {
    /// The largest datagram that the client takes.
    var datagramSize: Int
    /// Whether the client wants signatures: the DO bit of RFC 3225.
    var wantsSignatures: Bool
  }

  /// The whole message; to be forwarded it is changed in nothing but its id.
  let bytes: [UInt8]
  let header: MessageHeader
  let question: NameQuestion
  /// Where the question ends.
  let questionEnd: Int
  let extended: Extension?

  /// Reads a query.
  init(_ bytes: [UInt8]) throws(Malformed) {
    var reader = MessageReader(bytes)
    guard let header = MessageHeader(&reader), !header.flags.contains(.response) else {
      throw .unanswerable
    }
    // One question, as RFC 9619 has it. A conversation of RFC 8490 has none.
    guard header.questions == 1 || header.operation == MessageHeader.Operation.query else {
      throw .answerable(header, .notImplemented)
    }
    guard header.questions == 1, let question = NameQuestion(&reader) else {
      throw .answerable(header, .formatError)
    }
    let end = reader.position
    guard let extended = Self.findExtension(&reader, records: header.records) else {
      throw .answerable(header, .formatError)
    }
    self.bytes = bytes
    self.header = header
    self.question = question
    questionEnd = end
    self.extended = extended.first
  }

  /// The OPT record, of which there is at most one (RFC 6891, 6.1.1), in a list; nil if the records
  /// can't be read.
  private static func findExtension(
    _ reader: inout MessageReader, records: Int
  ) -> [Extension]? {
    var found: [Extension] = []
    // Each record takes eleven bytes or more, so a large number ends with the message.
    for _ in 0..<records {
      guard reader.skipName(), let type = reader.number(), let space = reader.number(),
        reader.skip(2), let flags = reader.number(), let size = reader.number(),
        reader.skip(Int(size))
      else { return nil }
      if type == 41 {
        found.append(
          Extension(datagramSize: max(512, Int(space)), wantsSignatures: flags & 0x8000 != 0))
      }
    }
    return found.count <= 1 ? found : nil
  }

  /// The query with another id and the same in everything else.
  func bytes(withID id: UInt16) -> [UInt8] {
    Self.replacingID(of: bytes, by: id)
  }

  /// A message with another id; it must have a header.
  static func replacingID(of message: [UInt8], by id: UInt16) -> [UInt8] {
    var message = message
    message[0] = UInt8(id >> 8)
    message[1] = UInt8(id & 0xFF)
    return message
  }

  /// Whether a message is an answer to this query under an id: a response, to the same question.
  ///
  /// A server that could not read the query may leave the question out of its error.
  func isAnswered(by message: [UInt8], id: UInt16) -> Bool {
    var reader = MessageReader(message)
    guard let header = MessageHeader(&reader), header.id == id, header.flags.contains(.response),
      header.operation == self.header.operation
    else { return false }
    if header.questions == 0 {
      return header.code == .formatError || header.code == .notImplemented
    }
    return header.questions == 1 && NameQuestion(&reader) == question
  }
}
