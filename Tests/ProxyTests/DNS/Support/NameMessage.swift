import Model

@testable import Proxy

/// Messages of the domain name system as tests write and read them.
enum NameMessage {
  /// A query, with an OPT record if `options` is not nil: RFC 6891, 6.1.2.
  static func query(
    _ name: String, _ type: NameQueryType = .a, id: UInt16 = 0x1234, options: [UInt8]? = nil,
    datagramSize: UInt16 = 1_232
  ) -> [UInt8] {
    let head: [UInt16] = [id, 0x0100, 1, 0, 0, options == nil ? 0 : 1]
    var bytes = head.flatMap(\.networkBytes) + question(name, type)
    if let options {
      bytes += [0] + [41, datagramSize, 0, 0, UInt16(options.count)].flatMap(\.networkBytes)
      bytes += options
    }
    return bytes
  }

  static func question(_ name: String, _ type: NameQueryType) -> [UInt8] {
    let labels = name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    return labels + [0] + [type.number, 1].flatMap(\.networkBytes)
  }

  /// An answer to a query with one address, as a server gives it.
  static func answer(to query: [UInt8], address: [UInt8], flags: UInt16 = 0x8180) -> [UInt8] {
    var answer = query
    answer[2] = UInt8(flags >> 8)
    answer[3] = UInt8(flags & 0xFF)
    answer[7] = 1
    answer[10] = 0
    answer[11] = 0
    var reader = MessageReader(query, at: MessageReader.headerSize)
    _ = reader.skipName()
    answer.removeSubrange((reader.position + 4)...)
    let type: UInt16 = address.count == 4 ? 1 : 28
    return answer + [0xC00C, type, 1, 0, 60, UInt16(address.count)].flatMap(\.networkBytes)
      + address
  }
}

/// An answer, read.
struct ReadAnswer: Equatable {
  struct Record: Equatable {
    var type: UInt16
    var timeToLive: UInt32
    var data: [UInt8]
  }

  var id: UInt16
  var bits: UInt16
  var answers: [Record] = []
  var authorities = 0
  var additional: [Record] = []

  var code: UInt16 { bits & 0xF }
  var isTruncated: Bool { bits & 0x0200 != 0 }
  var addresses: [String] { answers.compactMap { IPAddress(bytes: $0.data)?.text } }

  init?(_ bytes: [UInt8]?) {
    guard let bytes else { return nil }
    var reader = MessageReader(bytes)
    guard let id = reader.number(), let bits = reader.number(), let questions = reader.number(),
      let answers = reader.number(), let authorities = reader.number(),
      let additional = reader.number()
    else { return nil }
    self.id = id
    self.bits = bits
    self.authorities = Int(authorities)
    for _ in 0..<questions {
      guard reader.skipName(), reader.skip(4) else { return nil }
    }
    for index in 0..<Int(answers) + Int(authorities) + Int(additional) {
      guard reader.skipName(), let type = reader.number(), reader.skip(2),
        let high = reader.number(), let low = reader.number(), let size = reader.number()
      else { return nil }
      let start = reader.position
      guard reader.skip(Int(size)) else { return nil }
      let record = Record(
        type: type, timeToLive: UInt32(high) << 16 | UInt32(low),
        data: Array(bytes[start..<reader.position]))
      if index < Int(answers) { self.answers.append(record) }
      if index >= Int(answers) + Int(authorities) { self.additional.append(record) }
    }
    guard reader.position == bytes.count else { return nil }
  }
}
