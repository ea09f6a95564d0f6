internal import Model

/// An http or https URL, split into what a client needs (RFC 3986, RFC 9110 section 4.2).
struct WebAddress: Sendable, Hashable {
  let isSecure: Bool
  let place: HostPort
  /// Path and query: the request's target.
  let target: String
  /// What goes into the Host field: the port is left out where it is the usual one.
  let hostField: String

  /// Reads a URL.
  ///
  /// - Throws: what is wrong, as the end of a sentence that begins with the quoted URL.
  init(text: String) throws(HostPort.Invalid) {
    guard text.utf8.count <= 8_000 else { throw HostPort.Invalid("is longer than 8,000 bytes") }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw HostPort.Invalid("has characters that must be percent-encoded")
    }
    let scheme = text.prefix { $0 != ":" }
    switch scheme.lowercased() {
    case "http": isSecure = false
    case "https": isSecure = true
    default: throw HostPort.Invalid("does not begin with http:// or https://")
    }
    var rest = text.dropFirst(scheme.count)
    guard rest.hasPrefix("://") else {
      throw HostPort.Invalid("does not begin with http:// or https://")
    }
    rest = rest.dropFirst(3)
    let authority = rest.prefix { !"/?#".contains($0) }
    rest = rest.dropFirst(authority.count)
    guard !authority.contains("@") else {
      throw HostPort.Invalid("has user information; send it in a header, as a secret")
    }
    guard !rest.contains("#") else {
      throw HostPort.Invalid("has a fragment, which is never sent")
    }
    place = try HostPort(text: authority, usualPort: isSecure ? 443 : 80)
    target = rest.hasPrefix("/") ? String(rest) : "/" + rest
    let host = place.host.contains(":") ? "[\(place.host)]" : place.host
    let isUsual = place.port == (isSecure ? 443 : 80)
    hostField = isUsual ? host : "\(host):\(place.port)"
  }

  private init(isSecure: Bool, place: HostPort, target: String, hostField: String) {
    self.isSecure = isSecure
    self.place = place
    self.target = target
    self.hostField = hostField
  }

  /// The address of something under this one.
  func appending(_ path: String) -> WebAddress {
    let base = target.hasSuffix("/") ? String(target.dropLast()) : target
    return WebAddress(
      isSecure: isSecure, place: place, target: base + path, hostField: hostField)
  }
}

extension WebAddress: FieldValue {
  static let schema = Schema.string(pattern: "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+[^#]*$")
  static let placeholder = WebAddress(
    isSecure: false, place: .placeholder, target: "/", hostField: "localhost")

  static func read(_ node: Node, in reading: inout Reading) -> WebAddress? {
    let expected = "a URL such as http://shop:8080/checkout"
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading) else { return nil }
    do {
      return try WebAddress(text: text)
    } catch {
      reading.note("'\(text.limited)' \(error.reason)", at: node.mark, cure: "write \(expected)")
      return nil
    }
  }
}
