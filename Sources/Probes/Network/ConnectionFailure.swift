internal import Glibc
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// The errors of connections in an author's words.
enum ConnectionFailure {
  /// What an error of a connection says of the system, or of this machine.
  static func noAnswer(for error: any Error) -> NoAnswer {
    switch error {
    case let error as NoAnswer: error
    case let error as NIOConnectionError: noAnswer(for: error)
    case let error as NameLookupFailure: lookupFailure(error)
    case let error as IOError: noAnswer(errno: error.errnoCode)
    case let error as HTTPParserError: .failure("the answer is not HTTP/1.1 (\(error.brief))")
    case is NIOHTTPDecoderError: .failure("the answer is not HTTP/1.1")
    case ChannelError.connectTimeout: .failure("no connection in time")
    case ChannelError.eof, ChannelError.inputClosed, ChannelError.ioOnClosedChannel,
      ChannelError.alreadyClosed:
      .failure("the server closed the connection")
    default: .failure("the connection failed: \(error)")
    }
  }

  /// Of several addresses tried, the system's failure counts; trouble of ours counts only alone.
  private static func noAnswer(for error: NIOConnectionError) -> NoAnswer {
    let attempts = error.connectionErrors.map { noAnswer(for: $0.error) }
    if let failure = attempts.last(where: { $0.outcome == .failure }) { return failure }
    if let ours = attempts.last { return ours }
    guard let lookup = error.dnsAError ?? error.dnsAAAAError else {
      return .failure("'\(error.host)' has no address")
    }
    guard let lookup = lookup as? NameLookupFailure else {
      return .failure("'\(error.host)' could not be looked up: \(lookup)")
    }
    return lookupFailure(lookup, of: error.host)
  }

  private static func lookupFailure(
    _ failure: NameLookupFailure, of host: String? = nil
  ) -> NoAnswer {
    let subject = host.map { "'\($0)'" } ?? "the name"
    let reason = "\(subject) could not be looked up: \(failure.reason)"
    let isOurs =
      failure.status == EAI_MEMORY
      || failure.status == EAI_SYSTEM && ownErrors.contains(failure.systemError)
    return isOurs ? .noData(reason) : .failure(reason)
  }

  /// What this machine lacked, which says nothing of the system that is probed.
  ///
  /// EPERM and EACCES are not among them: packet filters and routes answer with them, and those may
  /// be the fault.
  private static let ownErrors: Set<Int32> = [
    EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EAGAIN,
  ]

  private static func noAnswer(errno code: Int32) -> NoAnswer {
    switch code {
    case ECONNREFUSED: return .failure("connection refused")
    case ECONNRESET, EPIPE: return .failure("the server reset the connection")
    case ETIMEDOUT: return .failure("no answer to the attempt to connect")
    case EHOSTUNREACH: return .failure("no route to the host")
    case ENETUNREACH: return .failure("the network is unreachable")
    case EMFILE, ENFILE: return .noData("this machine ran out of file descriptors; see ulimit -n")
    case EADDRNOTAVAIL: return .noData("this machine has no free local address or port")
    default:
      let reason = String(cString: strerror(code))
      return ownErrors.contains(code)
        ? .noData("this machine can't connect: \(reason)") : .failure(reason)
    }
  }
}

extension HTTPParserError {
  /// The case's name in words.
  fileprivate var brief: String {
    switch self {
    case .invalidEOFState: "it ends too early"
    case .headerOverflow: "its header is too large"
    case .invalidVersion: "invalid version"
    case .invalidStatus: "invalid status"
    case .invalidContentLength, .unexpectedContentLength: "invalid Content-Length"
    case .invalidChunkSize: "invalid chunk size"
    case .invalidHeaderToken: "invalid header"
    case .invalidConstant: "it does not begin with HTTP/"
    default: "\(self)"
    }
  }
}
