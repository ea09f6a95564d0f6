internal import Model

/// What a query asks: RFC 1035, 4.1.2.
struct NameQuestion: Hashable {
  /// The class of the Internet.
  static let internet: UInt16 = 1
  /// Any class.
  static let anyClass: UInt16 = 255

  var name: DomainName
  var type: NameQueryType
  /// The class, in practice that of the Internet.
  var space: UInt16

  init?(_ reader: inout MessageReader) {
    guard let name = reader.name(), let type = reader.number(), let space = reader.number() else {
      return nil
    }
    self.name = name
    self.type = NameQueryType(number: type)
    self.space = space
  }
}
