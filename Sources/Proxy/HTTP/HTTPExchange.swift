internal import Model

/// A request that was read and not answered yet.
struct HTTPExchange {
  /// An answer of our own.
  struct Abort {
    var status: Int
    /// When the answer goes.
    var due: Duration
    /// When the request came, if the answer is held back.
    var delayedSince: Duration?
  }

  var method: String
  /// Whether the answer may end HTTP on this connection.
  var asksForOtherProtocol: Bool
  /// What is done to the server's answer.
  var replacements: [HTTPReplacement] = []
  /// Set if the server was not asked.
  var abort: Abort?
}
