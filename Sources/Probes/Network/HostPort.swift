internal import Model
internal import NIOCore

/// A host and a TCP port, written `host:port`, or `[address]:port` for IPv6.
struct HostPort: Sendable, Hashable {
  /// A name or an address; IPv6 without brackets.
  let host: String
  let port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `host:port`; the port may be left out where there is a usual one.
  ///
  /// - Throws: what is wrong, as the end of a sentence that begins with the quoted text.
  init(text: some StringProtocol, usualPort: Int? = nil) throws(Invalid) {
    let (host, portText) = try Self.split(text)
    guard !host.isEmpty else { throw Invalid("has no host") }
    guard host.utf8.count <= 253, host.utf8.allSatisfy(Self.isHostByte) else {
      throw Invalid("has a host that is neither a name nor an address")
    }
    self.host = host
    guard let portText else {
      guard let usualPort else { throw Invalid("has no port") }
      port = usualPort
      return
    }
    guard portText.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
      let port = Int(portText), (1...65_535).contains(port)
    else { throw Invalid("has no port from 1 to 65535") }
    self.port = port
  }

  /// Why a text is no host and port.
  struct Invalid: Error, Hashable {
    var reason: String

    init(_ reason: String) {
      self.reason = reason
    }
  }

  private static func split(
    _ text: some StringProtocol
  ) throws(Invalid) -> (host: String, port: String?) {
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { throw Invalid("lacks the closing ']'") }
      let host = String(text[text.index(after: text.startIndex)..<end])
      guard isIPv6(host) else { throw Invalid("has no IPv6 address between the brackets") }
      let rest = text[text.index(after: end)...]
      if rest.isEmpty { return (host, nil) }
      guard rest.hasPrefix(":") else { throw Invalid("has something after ']' that is no port") }
      return (host, String(rest.dropFirst()))
    }
    let pieces = text.split(separator: ":", omittingEmptySubsequences: false)
    switch pieces.count {
    case 1: return (String(pieces[0]), nil)
    case 2: return (String(pieces[0]), String(pieces[1]))
    default: throw Invalid("has an IPv6 address without brackets")
    }
  }

  /// Letters, digits and `-` of names, `_` of service names in the wild, `:` and `%` of IPv6.
  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._:".utf8.contains(byte)
    }
  }

  private static func isIPv6(_ text: some StringProtocol) -> Bool {
    (try? SocketAddress(ipAddress: String(text), port: 0))?.protocol == .inet6
  }

  /// Whether the host is an address, so that nothing has to be looked up.
  var isAddress: Bool { (try? SocketAddress(ipAddress: host, port: 0)) != nil }
}

extension HostPort: FieldValue {
  static let schema = Schema.string(pattern: #"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):[0-9]+$"#)
  static let placeholder = HostPort(host: "localhost", port: 1)

  static func read(_ node: Node, in reading: inout Reading) -> HostPort? {
    let expected = "an address such as 'db:5432' or '[::1]:5432'"
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading) else { return nil }
    do {
      return try HostPort(text: text)
    } catch {
      reading.note(
        "'\(text.limited)' \(error.reason)", at: node.mark, cure: "write \(expected)")
      return nil
    }
  }
}
