internal import Model

/// Builds the answers that are ours: RFC 1035, 4.1; RFC 2308, 2; RFC 6891, 6.1.
enum NameResponse {
  /// The largest datagram for a client that does not say what it takes: RFC 1035, 4.2.1.
  static let plainDatagramSize = 512
  /// The largest datagram that we send, so that none is cut into fragments on its way.
  static let datagramSizeLimit = 1_232
  /// The largest message: its size is two bytes in a stream.
  static let messageSizeLimit = 65_535

  /// An answer of a code, without records.
  ///
  /// It has no SOA record in its authority section, and so must not be cached (RFC 2308, 5): the failure
  /// ends when the fault does.
  static func failure(_ code: ResponseCode, to query: NameQuery) -> [UInt8] {
    response(to: query, code: code, answers: [], flags: [])
  }

  /// An answer that is a header and nothing else, for what could not be read.
  static func failure(_ code: ResponseCode, to header: MessageHeader) -> [UInt8] {
    bytes(of: header, code: code, flags: [], counts: [0, 0, 0, 0])
  }

  /// The addresses of the family that is asked for, or of both for a query of any type.
  ///
  /// What does not fit into a datagram is left out, and the response says that it is cut off; the client
  /// then asks again by TCP (RFC 2181, 9).
  static func addresses(
    _ addresses: [IPAddress], timeToLive: Duration, to query: NameQuery, over transport: Transport
  ) -> [UInt8] {
    let answers = addresses.compactMap { address -> [UInt8]? in
      let type: NameQueryType = address.family == .v4 ? .a : .aaaa
      guard query.question.type == type || query.question.type == .any else { return nil }
      return record(of: address, type: type, timeToLive: timeToLive)
    }
    let whole = response(to: query, code: .noError, answers: answers, flags: [])
    guard whole.count > sizeLimit(of: query, over: transport) else { return whole }
    return response(to: query, code: .noError, answers: [], flags: .truncated)
  }

  private static func sizeLimit(of query: NameQuery, over transport: Transport) -> Int {
    guard transport == .datagram else { return messageSizeLimit }
    return min(query.extended?.datagramSize ?? plainDatagramSize, datagramSizeLimit)
  }

  // MARK: Writing

  private static func response(
    to query: NameQuery, code: ResponseCode, answers: [[UInt8]], flags: MessageHeader.Flags
  ) -> [UInt8] {
    var bytes = bytes(
      of: query.header, code: code, flags: flags,
      counts: [1, answers.count, 0, query.extended == nil ? 0 : 1])
    // The question as it came, letter by letter: some clients put randomness into the case.
    bytes += query.bytes[MessageReader.headerSize..<query.questionEnd]
    for answer in answers { bytes += answer }
    if let extended = query.extended { bytes += record(of: extended) }
    return bytes
  }

  private static func bytes(
    of header: MessageHeader, code: ResponseCode, flags: MessageHeader.Flags, counts: [Int]
  ) -> [UInt8] {
    let kept = header.flags.intersection([.recursionDesired, .checkingDisabled])
    let all = flags.union(kept).union([.response, .recursionAvailable])
    let bits = all.rawValue | header.operation << 11 | code.rawValue
    return ([header.id, bits] + counts.map { UInt16(truncatingIfNeeded: $0) })
      .flatMap(\.networkBytes)
  }

  /// A record of the name in the question, which a pointer to it stands for.
  private static func record(
    of address: IPAddress, type: NameQueryType, timeToLive: Duration
  ) -> [UInt8] {
    // The highest bit of a time to live means zero: RFC 2181, 8.
    let seconds = UInt32(min(max(0, timeToLive.components.seconds), 0x7FFF_FFFF))
    let head: [UInt16] = [
      0xC000 | UInt16(MessageReader.headerSize), type.number, NameQuestion.internet,
      UInt16(seconds >> 16), UInt16(seconds & 0xFFFF), UInt16(address.bytes.count),
    ]
    return head.flatMap(\.networkBytes) + address.bytes
  }

  /// The OPT record that a response to an extended query must have: RFC 6891, 6.1.1.
  private static func record(of extended: NameQuery.Extension) -> [UInt8] {
    let words: [UInt16] = [
      41, UInt16(datagramSizeLimit), 0, extended.wantsSignatures ? 0x8000 : 0, 0,
    ]
    return [0] + words.flatMap(\.networkBytes)
  }
}

extension UInt16 {
  /// The two bytes, the higher one first.
  var networkBytes: [UInt8] { [UInt8(self >> 8), UInt8(self & 0xFF)] }
}
