internal import Model
internal import NIOHTTP1

/// What an HTTP answer must be like.
struct HTTPExpectation: FieldSection, Hashable {
  let status: ExpectedHTTPStatus
  let body: Pattern?
  let json: ExpectedJSON?
  let header: [String: Pattern]

  /// What is expected where the author says nothing: any success.
  init() {
    status = .success
    body = nil
    json = nil
    header = [:]
  }

  init(_ fields: inout Fields) {
    status = fields.value(
      "status", "accepted statuses: one, a class such as 2xx, or a list", default: .success,
      shown: "2xx")
    body = fields.optional("body", "regular expression that the body must match somewhere")
    json = fields.optional("json", "values that the body, as JSON, must have at some paths")
    header = fields.value(
      "header", "regular expressions that header fields must match somewhere", default: [:],
      shown: "{}")
    for name in header.keys.sorted() where !HeaderFields.isName(name) {
      fields.note("'\(name.limited)' is not the name of a header", at: "header")
    }
  }

  /// Whether anyone looks at the body.
  var readsBody: Bool { body != nil || json != nil }
}

/// An expectation whose patterns are compiled.
struct HTTPJudge: Sendable {
  private let status: ExpectedHTTPStatus
  private let body: CompiledPattern?
  private let json: ExpectedJSON?
  private let header: [(name: String, pattern: CompiledPattern)]

  init(_ expectation: HTTPExpectation) {
    status = expectation.status
    body = expectation.body.map(CompiledPattern.init)
    json = expectation.json
    header = expectation.header.sorted { $0.key < $1.key }
      .map { ($0.key, CompiledPattern($0.value)) }
  }

  /// The first expectation that an answer disappoints, in words; nil if it meets all.
  ///
  /// - Parameter document: the body as JSON, if it is that; asked for only where it is needed.
  func complaint(about response: HTTPResponse, document: () -> JSON?) -> String? {
    guard status.contains(response.status) else {
      let hint = (300...399).contains(response.status) ? "; redirects are not followed" : ""
      return "status \(response.status), expected \(status.text)\(hint)"
    }
    for (name, pattern) in header {
      let values = response.headers[name]
      guard !values.isEmpty else { return "header '\(name)' is missing" }
      guard values.contains(where: pattern.matches) else {
        return "header '\(name)' does not match '\(pattern.text)'"
      }
    }
    if let body, !body.matches(response.text) { return "the body does not match '\(body.text)'" }
    guard let json else { return nil }
    guard let document = document() else { return "the body is not JSON" }
    return json.complaint(about: document)
  }
}
