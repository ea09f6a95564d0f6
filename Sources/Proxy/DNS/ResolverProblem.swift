internal import Glibc
public import Linux
public import Model

/// Why a resolver can't be started.
public enum ResolverProblem: Error, Sendable, Hashable {
  case noListener
  case noUpstream
  /// A name server that is the resolver itself: every query would come back for ever.
  case ownUpstream(IPEndpoint)
  case system(SystemError)

  /// What is wrong and what helps, in one line.
  public var text: String {
    switch self {
    case .noListener: "the resolver has no address to listen at"
    case .noUpstream:
      "the resolver has no name server to forward to; name one, such as that of /etc/resolv.conf"
    case .ownUpstream(let endpoint):
      "the name server \(endpoint) is the resolver itself; name the real one"
    case .system(let error) where error.code == EPERM && error.action.hasPrefix("mark"):
      "\(error); that needs CAP_NET_ADMIN"
    case .system(let error): error.description
    }
  }
}
