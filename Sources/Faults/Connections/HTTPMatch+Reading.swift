internal import Model

extension HTTPMatch {
  /// Declares and reads `path`, `method` and `percent`.
  static func read(_ fields: inout Fields) -> HTTPMatch {
    let path: Pattern? = fields.optional(
      "path", "regular expression found in the path, which is without its query")
    let method: String? = fields.optional("method", "method such as GET; without it, all")
    let share: Percentage? = fields.optional(
      "percent", "how many of these requests; without it, all")
    if let share, share.fraction == 0 {
      fields.note("0% of the requests is none", at: "percent")
    }
    return HTTPMatch(path: path, method: method, share: share?.fraction ?? 1)
  }
}
