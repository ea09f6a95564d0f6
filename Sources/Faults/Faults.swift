public import Model

/// The kinds of fault that this program knows.
public enum Faults {
  /// One entry for each file of this folder that declares one; a test compares them.
  public static let all: [any Fault.Type] = [
    NetworkBandwidth.self, NetworkBlackhole.self, NetworkCorrupt.self, NetworkDuplicate.self,
    NetworkFlap.self, NetworkLatency.self, NetworkLoss.self, NetworkPartition.self,
    NetworkReject.self, NetworkReorder.self, ProcessKill.self, ProcessPause.self,
  ]
}
