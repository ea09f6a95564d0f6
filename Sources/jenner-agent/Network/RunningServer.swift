internal import Linux
internal import Model
internal import Proxy

/// Why the server of a fault can't run.
struct ServerProblem: Error {
  var text: String
}

/// The proxy or the resolver of a fault, as its holder runs it.
final class RunningServer {
  private enum Server {
    case proxy(ProxyServer, [PlacedToxic])
    case resolver(ResolverServer)
  }

  private let server: Server

  /// How long connections may go on once the fault is over; the agent waits a little longer.
  private static let drainLimit: Duration = .milliseconds(600)

  /// Starts one.
  init(_ settings: NetworkServer, on loop: EventLoop) throws(ServerProblem) {
    switch settings {
    case .proxy(let settings):
      do throws(ProxyProblem) {
        server = .proxy(try ProxyServer(settings, on: loop), settings.toxics)
      } catch {
        throw ServerProblem(text: "the proxy can't run: \(error)")
      }
    case .resolver(let settings):
      let resolver = ResolverServer(on: loop)
      do throws(ResolverProblem) {
        try resolver.start(settings)
      } catch {
        throw ServerProblem(text: "the resolver can't run: \(error.text)")
      }
      server = .resolver(resolver)
    }
  }

  /// Fills the ports in that the server has found.
  func withPorts(_ script: [String]) -> [String] {
    let ports: [(IPAddress.Family, UInt16)]
    switch server {
    case .proxy(let proxy, _):
      ports = proxy.addresses.map { ($0.address.family, $0.port) }
    case .resolver(let resolver):
      ports = resolver.endpoints.map { ($0.address.family, $0.port) }
    }
    return script.map { line in
      ports.reduce(line) { line, port in
        line.replacing(NetworkRules.portPlaceholder(port.0), with: "\(port.1)")
      }
    }
  }

  /// What it has done.
  var statistics: NetworkStatistics {
    switch server {
    case .proxy(let proxy, _): .proxy(proxy.statistics)
    case .resolver(let resolver): .resolver(resolver.statistics)
    }
  }

  /// Does nothing to what goes through it for a while, or goes on: with a fault that comes and goes, what is
  /// not redirected meanwhile is not touched, and what was redirected before must not be either.
  func rest(_ isResting: Bool) {
    switch server {
    case .proxy(let proxy, let toxics):
      // It can fail to listen again, where another program has taken the port meanwhile: nothing is
      // redirected to it then.
      try? proxy.apply(isResting ? [] : toxics)
    case .resolver(let resolver): resolver.rest(isResting)
    }
  }

  /// Takes nothing new on, and says when what goes on has ended, or has had its time.
  func drain(_ done: @escaping () -> Void) {
    switch server {
    case .proxy(let proxy, _): proxy.drain(within: Self.drainLimit, done)
    case .resolver(let resolver): resolver.drain(within: Self.drainLimit, then: done)
    }
  }
}
