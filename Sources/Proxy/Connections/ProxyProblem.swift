public import Linux
public import Model

/// Why a proxy can't start, or can't do what it is told.
public enum ProxyProblem: Error, Sendable, Hashable, CustomStringConvertible {
  case toxic(ToxicProblem)
  case noListenAddress
  case upstreamIsListener(IPEndpoint)
  case cannotListen(IPEndpoint, SystemError)
  case cannotMark(SystemError)
  case system(SystemError)

  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .toxic(let problem): problem.description
    case .noListenAddress: "the proxy has no address to listen on; name one, such as 127.0.0.1:0"
    case .upstreamIsListener(let address):
      "the proxy would connect to itself: \(address) is where it listens"
    case .cannotListen(let address, let error): "the proxy can't listen on \(address): \(error)"
    case .cannotMark(let error):
      "the proxy can't mark its connections, which takes CAP_NET_ADMIN: \(error.reason)"
    case .system(let error): "the proxy can't run: \(error)"
    }
  }
}
