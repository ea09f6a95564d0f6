internal import Model

extension HTTPMatch {
  /// RFC 9110, section 9, and RFC 5789.
  private static let known: Set<String> = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
  ]

  /// Declares and reads `path`, `method` and `percent`.
  static func read(_ fields: inout Fields) -> HTTPMatch {
    let path: Pattern? = fields.optional(
      "path", "regular expression found in the path, which is without its query")
    let method: String? = fields.optional("method", "method such as GET; without it, all")
    let share: Percentage? = fields.optional(
      "percent", "how many of these requests; without it, all")
    if let method, method != method.uppercased(), known.contains(method.uppercased()) {
      fields.note(
        "the method '\(method)' is none: upper and lower case make a difference", at: "method",
        cure: "write '\(method.uppercased())'")
    }
    fields.noteShare(share, of: "requests")
    return HTTPMatch(path: path, method: method, share: share?.fraction ?? 1)
  }
}
