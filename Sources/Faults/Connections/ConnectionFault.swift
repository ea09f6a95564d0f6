public import Model

/// A fault on TCP connections: the agent's proxy stands in their way and does something to them.
///
/// The connections come to it by a redirect of nft(8); or, with `listen` and `upstream`, because they
/// are made to it, and then no privilege is needed.
public protocol ConnectionFault: NetworkFault {
  var toxic: Toxic { get }
  var path: ConnectionPath { get }
}

/// How connections come to the proxy, and which of their bytes are meant.
public struct ConnectionPath: Sendable, Hashable {
  /// Whether the author names an address to listen on, even one that can't be read.
  var isListening: Bool
  var listen: IPEndpoint?
  var upstream: IPEndpoint?
  var stream: PlacedToxic.Stream
  /// From 0 to 1.
  var share: Double

  /// Declares and reads `listen`, `upstream`, and, where they have a meaning, `stream` and `percent`.
  init(
    _ fields: inout Fields, stream usual: PlacedToxic.Stream? = .downstream,
    sharesConnections: Bool = true
  ) {
    listen = fields.optional(
      "listen", "address and port on which the proxy listens, instead of a redirect")
    upstream = fields.optional("upstream", "address and port to which it then connects")
    isListening = fields.node("listen") != nil
    stream =
      usual.map { usual in
        fields.value(
          "stream", "which bytes: upstream (to the server), downstream, or both", default: usual,
          shown: usual.rawValue)
      } ?? .both
    let share: Percentage? =
      sharesConnections
      ? fields.optional("percent", "how many of the connections; without it, all") : nil
    self.share = share?.fraction ?? 1
    guard !fields.isDeclaring else { return }
    if isListening != (fields.node("upstream") != nil) {
      fields.note(
        "'listen' and 'upstream' go together", at: isListening ? "listen" : "upstream",
        cure: "name both, or neither for a redirect of the traffic")
    }
    if let upstream, upstream.port == 0 {
      fields.note("port 0 is nobody's", at: "upstream", cure: "write the server's port")
    }
    if let listen, listen == upstream {
      fields.note(
        "the proxy would connect to itself", at: "upstream", cure: "listen on another port")
    }
    fields.noteShare(share, of: "connections")
  }
}

extension Fields {
  /// Notes a share that is none of what it is a share of, as far as shares can be told.
  mutating func noteShare(_ share: Percentage?, of what: String) {
    guard !isDeclaring, let share, Traffic.Share.part(of: share.fraction) == 0 else { return }
    let least = Traffic.Share.least.text
    note(
      "less than \(least) of the \(what) is none of them", at: "percent",
      cure: "write at least \(least)")
  }

  /// Notes what no proxy can do.
  mutating func noteProblem(of toxic: Toxic) {
    guard !isDeclaring, let problem = toxic.problem else { return }
    note(problem)
  }
}

extension PlacedToxic.Stream: FieldChoice {
  public static var allCases: [PlacedToxic.Stream] { [.upstream, .downstream, .both] }
  public static var placeholder: PlacedToxic.Stream { .downstream }
}

extension ConnectionFault {
  public static var capabilities: [String] {
    PacketCapabilities.all + ["cap_net_bind_service"]
  }
  public static var tools: [String] { ["nft"] }
  public var needsTraffic: Bool { !path.isListening }

  public func objections(to selector: TrafficSelector) -> [TrafficObjection] {
    if path.isListening, !selector.selectsEverything {
      return [
        TrafficObjection(
          "with 'listen' connections are made to the proxy itself, and none are selected",
          cure: "leave 'listen' and 'upstream' out, or 'traffic' but for 'inside'")
      ]
    }
    let objections = Redirect.objections(to: selector)
    guard let transport = selector.transport, transport != .tcp else { return objections }
    return objections + [
      TrafficObjection(
        to: "protocol", "'\(Self.name)' is about connections of TCP, not \(transport.rawValue)",
        cure: "leave 'protocol' out")
    ]
  }

  private var placed: PlacedToxic {
    PlacedToxic(Self.name, toxic, stream: path.stream, share: path.share)
  }

  public func injection(
    into traffic: Traffic, in setting: NetworkSetting
  ) throws(Refusal) -> Injection {
    do throws(ToxicProblem) { try [placed].check() } catch { throw Refusal(error.problem) }
    guard let listen = path.listen, let upstream = path.upstream else {
      return try redirected(traffic, setting)
    }
    if let obstacle = setting.host.obstacle(toListeningOn: listen, in: traffic.namespace) {
      throw Refusal(
        "the proxy can't listen on \(listen): \(obstacle.message)", cure: obstacle.cure)
    }
    let settings = ProxySettings(
      listen: [listen], upstream: .fixed(upstream), toxics: [placed],
      seed: UInt64(setting.step))
    return NetworkRules(namespace: traffic.namespace, server: .proxy(settings)).injection
  }

  private func redirected(
    _ traffic: Traffic, _ setting: NetworkSetting
  ) throws(Refusal) -> Injection {
    let redirect = Redirect(traffic: traffic, setting: setting)
    let settings = ProxySettings(
      listen: redirect.listen, upstream: .originalDestination,
      mark: redirect.mark, toxics: [placed], seed: UInt64(setting.step))
    var rules = try redirect.rules(of: [.tcp])
    rules.server = .proxy(settings)
    try Preflight(host: setting.host).check(rules, traffic)
    return rules.injection
  }

  public func inspect(_ inspection: NetworkInspection, on host: any Host) -> Evidence {
    ServerEvidence(request: placed.shown, inspection: inspection, host: host).evidence()
  }
}
