/// Which way packets go, seen from the host whose traffic is meant.
public enum TrafficDirection: String, FieldChoice, Codable {
  case out
  case `in`
  case both

  public static var placeholder: TrafficDirection { .out }
}

/// What a packet carries.
public enum TransportProtocol: String, FieldChoice, Codable {
  case tcp
  case udp
  case sctp
  case icmp
  case icmpv6

  public static var placeholder: TransportProtocol { .tcp }

  /// Whether its packets name ports.
  public var hasPorts: Bool { self == .tcp || self == .udp || self == .sctp }
}

/// What a share is counted in.
public enum TrafficUnit: String, FieldChoice, Codable {
  /// Each packet by its own chance.
  case packets
  /// Each connection by its own chance, with all its packets.
  case connections

  public static var placeholder: TrafficUnit { .packets }
}
