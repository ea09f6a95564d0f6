/// Why a list of toxics can't be used: which one, and what of it is wrong.
public struct ToxicProblem: Error, Sendable, Hashable, CustomStringConvertible {
  public var toxic: String
  public var problem: String

  public var description: String { "toxic '\(toxic.limited)': \(problem)" }
}

extension [PlacedToxic] {
  /// The most toxics of one proxy.
  public static var most: Int { 64 }
  /// The longest body of a replaced answer, in bytes.
  public static var longestBody: Int { 1 << 20 }

  /// Refuses what no proxy can do, such as a negative delay or the same name twice.
  public func check() throws(ToxicProblem) {
    guard count <= Self.most else {
      throw ToxicProblem(toxic: self[Self.most].name, problem: "more than \(Self.most) toxics")
    }
    var names: Set<String> = []
    for placed in self {
      var problem = placed.problem
      if !names.insert(placed.name).inserted { problem = "two toxics have this name" }
      if let problem { throw ToxicProblem(toxic: placed.name, problem: problem) }
    }
  }
}

extension PlacedToxic {
  fileprivate var problem: String? {
    if name.isEmpty || name.utf8.count > 128 { return "a name has 1 to 128 bytes" }
    if !(0...1).contains(share) { return "the share of connections is from 0 to 1" }
    return toxic.problem
  }
}

extension Toxic {
  /// What of it no proxy can do; nil if it can.
  public var problem: String? {
    for duration in durations where duration < .zero || duration > Limits.duration {
      return "'\(duration.text)' is not from 0s to \(Limits.duration.text)"
    }
    switch self {
    case .bandwidth(let rate):
      return rate >= 1 ? nil : "a bandwidth of \(rate) bytes per second; at least 1"
    case .slice(let size, let variation, _):
      if size < 1 { return "slices of \(size) bytes; at least 1" }
      return 0..<size ~= variation ? nil : "a slice varies by less than its average size"
    case .limitData(let bytes):
      return bytes >= 0 ? nil : "a limit of \(bytes) bytes"
    case .httpDelay(let match, _, _): return match.problem
    case .httpAbort(let match, let status):
      return match.problem ?? HTTPReplacement(status: status).problem
    case .httpReplace(let match, let replacement):
      return match.problem ?? replacement.problem
    case .latency, .slowClose, .timeout, .reset, .down: return nil
    }
  }

  private var durations: [Duration] {
    switch self {
    case .latency(let delay, let jitter), .httpDelay(_, let delay, let jitter): [delay, jitter]
    case .slowClose(let delay), .reset(let delay), .slice(_, _, let delay): [delay]
    case .timeout(let after): after.map { [$0] } ?? []
    case .bandwidth, .limitData, .down, .httpAbort, .httpReplace: []
    }
  }
}

extension HTTPMatch {
  fileprivate var problem: String? {
    if !(0...1).contains(share) { return "the share of requests is from 0 to 1" }
    if let method, !method.isToken { return "'\(method.limited)' is no method" }
    return nil
  }
}

extension HTTPReplacement {
  /// What says where a message ends is ours to write.
  private static let framing: Set<String> = [
    "connection", "content-length", "keep-alive", "trailer", "transfer-encoding", "upgrade",
  ]

  fileprivate var problem: String? {
    if let status, !(200...599 ~= status) { return "status \(status) is not from 200 to 599" }
    if let body, body.utf8.count > [PlacedToxic].longestBody {
      return "a body of more than \([PlacedToxic].longestBody) bytes"
    }
    if headers.count > 64 { return "more than 64 headers" }
    for header in headers {
      if !header.name.isToken { return "'\(header.name.limited)' is no name of a header" }
      if Self.framing.contains(header.name.lowercased()) {
        return "header '\(header.name)' frames the message, and can't be replaced"
      }
      if !header.value.isFieldValue { return "the value of '\(header.name)' can't be sent" }
    }
    return nil
  }
}

extension String {
  /// RFC 9110, section 5.6.2.
  fileprivate var isToken: Bool {
    !isEmpty && utf8.count <= 256
      && utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "A")...UInt8(ascii: "Z"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  /// RFC 9110, section 5.5; no control character, so that no value ends its line.
  fileprivate var isFieldValue: Bool {
    utf8.count <= 4096 && utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
  }
}
