/// Which requests of HTTP/1.1 a toxic is for; what is absent matches every request.
public struct HTTPMatch: Sendable, Hashable, Codable {
  /// An expression that matches somewhere in the path, which is taken without its query.
  public var path: Pattern?
  /// A method such as `GET`; methods are case-sensitive (RFC 9110, section 9.1).
  public var method: String?
  /// The share of the matching requests that are hit, from 0 to 1.
  public var share: Double

  /// Makes a match; without arguments, of every request.
  public init(path: Pattern? = nil, method: String? = nil, share: Double = 1) {
    self.path = path
    self.method = method
    self.share = share
  }
}

/// What of an answer is changed; what is absent stays as it is.
public struct HTTPReplacement: Sendable, Hashable, Codable {
  /// A header of an answer.
  public struct Header: Sendable, Hashable, Codable {
    public var name: String
    public var value: String

    /// Makes a header.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A final status: 200 to 599.
  public var status: Int?
  /// Headers that take the place of those of the same name, or are added.
  public var headers: [Header]
  public var body: String?

  /// Makes a replacement.
  public init(status: Int? = nil, headers: [Header] = [], body: String? = nil) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}
