internal import Model
internal import NIOHTTP1

/// Header fields of a request, in which secrets may stand.
struct HeaderFields: Sendable, Hashable {
  let all: [(name: String, value: SecretText)]

  init(_ all: [(name: String, value: SecretText)]) {
    self.all = all
  }

  static func == (left: Self, right: Self) -> Bool {
    left.all.elementsEqual(right.all) { $0 == $1 }
  }

  func hash(into hasher: inout Hasher) {
    for (name, value) in all {
      hasher.combine(name)
      hasher.combine(value)
    }
  }

  /// The fields with their secrets in place.
  func revealed(with secrets: [String: String]) throws(NoAnswer) -> HTTPHeaders {
    var headers = HTTPHeaders()
    for (name, text) in all {
      guard let value = text.revealed(with: secrets) else { throw .unknownSecret(in: text) }
      // A secret may end with the newline of its file; it is no part of a header's value.
      let trimmed = value.trimmingNewlines
      guard Self.isValue(trimmed) else {
        throw .noData("the header '\(name)' has characters that HTTP forbids")
      }
      headers.add(name: name, value: trimmed)
    }
    return headers
  }

  /// A token of RFC 9110, section 5.6.2.
  static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 200
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  /// A field value of RFC 9110, section 5.5: no control characters but the tab.
  static func isValue(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7f }
  }

  /// What the client itself writes, since the framing of the connection depends on it.
  fileprivate static let reserved: Set<String> = [
    "connection", "content-length", "expect", "keep-alive", "te", "trailer", "transfer-encoding",
    "upgrade",
  ]
}

extension HeaderFields: FieldValue {
  static var schema: Schema { [String: SecretText].schema }
  static let placeholder = HeaderFields([])

  static func read(_ node: Node, in reading: inout Reading) -> HeaderFields? {
    guard let values = [String: SecretText].read(node, in: &reading),
      case .map(let pairs) = node.content
    else { return nil }
    let before = reading.problems.count
    for pair in pairs {
      let mark = pair.keyMark ?? pair.value.mark
      if !isName(pair.key) {
        reading.note("'\(pair.key.limited)' is not the name of a header", at: mark)
      } else if reserved.contains(pair.key.lowercased()) {
        reading.note(
          "'\(pair.key)' is written by the probe itself", at: mark,
          cure: pair.key.lowercased() == "connection" ? "write 'keep-alive: false'" : "leave it out"
        )
      }
      if let text = values[pair.key], !text.literals.allSatisfy(isValue) {
        reading.note("a header can't hold line breaks or control characters", at: pair.value.mark)
      }
    }
    guard reading.problems.count == before else { return nil }
    return HeaderFields(pairs.compactMap { pair in values[pair.key].map { (pair.key, $0) } })
  }
}

extension SecretText {
  /// The parts that are no secrets.
  fileprivate var literals: [String] {
    parts.compactMap { part in
      guard case .text(let text) = part else { return nil }
      return text
    }
  }
}

extension NoAnswer {
  /// A text names a secret that has no value here.
  static func unknownSecret(in text: SecretText) -> NoAnswer {
    .noData("no value for a secret of '\(text.shown.limited)'")
  }
}

extension String {
  /// The text without line breaks at its end.
  fileprivate var trimmingNewlines: String {
    var text = self[...]
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
