public import Model

/// `$JENNER_STATE`: where a user has the ledgers of this host's runs kept.
public enum StateVariable {
  public static let name = "JENNER_STATE"

  /// The directory that it names; nil where it is not set, or empty.
  ///
  /// A relative path is refused, not completed: whoever recovers stands in another directory than who
  /// ran, and would find no ledger, and say that nothing is left.
  public static func path() throws(Refusal) -> String? {
    try path(in: CommandEnvironment.variable(name))
  }

  /// The same of a value that is given.
  static func path(in value: String?) throws(Refusal) -> String? {
    guard let value, !value.isEmpty else { return nil }
    guard value.hasPrefix("/") else {
      throw Refusal(
        "\(name) is '\(value.limited)', which is no absolute path, so that ledgers would be kept "
          + "wherever a command happens to be called", cure: "name a path that begins with /")
    }
    return value
  }
}
