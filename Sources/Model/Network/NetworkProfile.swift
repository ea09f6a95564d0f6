/// A kind of link under a name: what it does to the packets of each direction.
public struct NetworkProfile: Sendable, Hashable {
  public var name: String
  /// What link that is, in a few words.
  public var summary: String
  /// Where the figures are from, and which are our own choice.
  public var source: String
  /// What happens to the packets that come to the host behind the link.
  public var download: Shaping
  /// What happens to the packets that the host behind the link sends.
  public var upload: Shaping

  init(
    _ name: String, _ summary: String, source: String, download: Shaping, upload: Shaping
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.download = download
    self.upload = upload
  }

  /// A link with a speed for each direction, and half of the round trip's delay in each.
  ///
  /// WebPageTest makes its profiles so, too, with dummynet.
  init(
    _ name: String, _ summary: String, source: String, roundTrip: Duration, downRate: Int,
    upRate: Int
  ) {
    let delay = Shaping.Delay(roundTrip / 2)
    self.init(
      name, summary, source: source,
      download: Shaping(delay: delay, rate: Shaping.Rate(bitsPerSecond: downRate)),
      upload: Shaping(delay: delay, rate: Shaping.Rate(bitsPerSecond: upRate)))
  }

  /// Every profile, in the order in which they are listed to people.
  public static let all: [NetworkProfile] = mobile + fixed + far + bad

  /// The profile of a name; nil if there is none.
  public static func named(_ name: String) -> NetworkProfile? {
    all.first { $0.name == name }
  }
}

extension NetworkProfile: FieldValue {
  public static var schema: Schema { .choice(all.map(\.name)) }
  public static var placeholder: NetworkProfile { mobile[0] }

  public static func read(_ node: Node, in reading: inout Reading) -> NetworkProfile? {
    guard
      let text = Scalar.text(
        of: node, expecting: "the name of a network profile", in: &reading, isText: false)
    else { return nil }
    guard let profile = named(text) else {
      reading.note(
        "'\(text.limited)' is no network profile", at: node.mark,
        cure: Suggestion.cure(for: text, among: all.map(\.name)))
      return nil
    }
    return profile
  }
}
