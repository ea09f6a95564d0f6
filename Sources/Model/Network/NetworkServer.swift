/// What answers redirected traffic in user space.
public enum NetworkServer: Sendable, Hashable, Codable {
  case proxy(ProxySettings)
  case resolver(ResolverSettings)

  /// The server in one line.
  public var shown: String {
    switch self {
    case .proxy(let settings):
      "proxy on \(settings.listen.map(\.description).joined(separator: ", ")) to "
        + settings.upstream.shown
    case .resolver(let settings):
      "resolver on \(settings.listen.map(\.text).joined(separator: ", ")), which forwards to "
        + settings.upstreams.map(\.text).joined(separator: ", ")
    }
  }

  /// What is done there, in words.
  var shownRules: [String] {
    switch self {
    case .proxy(let settings): settings.toxics.map { "toxic \($0.name): \($0.shown)" }
    case .resolver(let settings): settings.rules.map { "name \($0.shown)" }
    }
  }
}

/// What the holder of a network fault has seen itself.
public enum NetworkStatistics: Sendable, Hashable, Codable {
  /// What its server has done.
  case proxy(ProxyStatistics)
  case resolver(ResolverStatistics)
  /// What its devices make of frames of its own.
  case delays([DelayMeasurement])
}

extension ProxySettings.Upstream {
  fileprivate var shown: String {
    switch self {
    case .fixed(let address): address.description
    case .originalDestination: "wherever a connection was going"
    }
  }
}
