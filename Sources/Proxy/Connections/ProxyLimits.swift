/// The ceilings of a proxy.
enum ProxyLimits {
  /// The buffer that all connections read with.
  static let readSize = 256 << 10
  /// What toxics may hold for all connections together; beyond it each gets little.
  static let held = 512 << 20
  /// What a direction may hold once `held` is reached.
  static let scarce = 64 << 10
  /// How long a server may take to accept a connection.
  static let connect: Duration = .seconds(60)
  /// How long the peers of a connection that is closed may take to close theirs.
  static let linger: Duration = .seconds(1)
  /// How long nothing is accepted where descriptors or memory ran out.
  static let pause: Duration = .milliseconds(100)
  /// How many connections are accepted before others get their turn.
  static let acceptsInTurn = 64
  /// Descriptors for everything that is no connection.
  static let reserve = 64
  /// The kernel's queue of connections that wait to be accepted; it has a limit of its own.
  static let backlog: Int32 = 4096
}
