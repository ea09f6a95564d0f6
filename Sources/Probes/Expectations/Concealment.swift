/// Keeps the values of secrets out of what a probe reports, even if the system echoes them.
struct Concealment: Sendable {
  /// The longest value first, since one may be part of another.
  private let secrets: [(name: String, value: String)]

  init(of secrets: [String: String]) {
    self.secrets =
      secrets
      .filter { !$0.value.isEmpty }
      .map { (name: $0.key, value: $0.value) }
      .sorted { ($1.value.utf8.count, $0.name) < ($0.value.utf8.count, $1.name) }
  }

  /// The text with `${name}` in place of each secret's value.
  func callAsFunction(_ text: String) -> String {
    secrets.reduce(text) { $0.replacing($1.value, with: "${\($1.name)}") }
  }
}
