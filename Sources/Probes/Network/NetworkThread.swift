internal import NIOCore
internal import NIOPosix

/// The thread on which all connections of probes live.
///
/// One thread carries a thousand observations a second with most of a core to spare; more would only
/// add hops between threads to what is measured. It starts with the first connection and lasts as
/// long as the program, so nobody shuts it down.
enum NetworkThread {
  private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  static let loop: any EventLoop = group.next()
}
