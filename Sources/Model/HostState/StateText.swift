extension String {
  /// The most text of one entry of a host's state, in bytes.
  static let stateTextLimit = 600

  /// The text as an entry of a host's state holds it.
  ///
  /// What is longer than the limit is kept as its beginning and a digest, so that it still differs
  /// where anything in it does.
  var stateText: String {
    let count = utf8.count
    guard count > Self.stateTextLimit else { return self }
    let digest = Digest(of: self).hexadecimal.prefix(16)
    var start = ""
    for scalar in unicodeScalars {
      guard start.utf8.count + scalar.utf8.count <= Self.stateTextLimit / 2 else { break }
      start.unicodeScalars.append(scalar)
    }
    return "\(start)… (\(count) bytes, sha256 \(digest))"
  }

  /// How many bytes the text takes inside of a JSON string, at most.
  var jsonLength: Int {
    utf8.reduce(0) { length, byte in
      switch byte {
      case 0..<0x20: length + 6
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): length + 2
      default: length + 1
      }
    }
  }
}
