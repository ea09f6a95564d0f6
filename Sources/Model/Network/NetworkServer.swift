/// What answers redirected traffic in user space.
public enum NetworkServer: Sendable, Hashable, Codable {
  case nothing

  /// The server in one line.
  public var shown: String { "" }
}
