public import Model

/// The kinds of fault that this program knows.
public enum Faults {
  /// One entry for each file of this folder that declares one; a test compares them.
  public static let all: [any Fault.Type] = [
    ConnectionBandwidth.self, ConnectionDown.self, ConnectionLatency.self, ConnectionLimitData.self,
    ConnectionReset.self, ConnectionSlice.self, ConnectionSlowClose.self, ConnectionTimeout.self,
    HTTPAbort.self, HTTPDelay.self, HTTPReplace.self, NetworkBandwidth.self, NetworkBlackhole.self,
    NetworkCorrupt.self, NetworkDNS.self, NetworkDuplicate.self, NetworkFlap.self,
    NetworkLatency.self, NetworkLink.self, NetworkLoss.self, NetworkPartition.self,
    NetworkReject.self,
    NetworkReorder.self, ProcessKill.self, ProcessPause.self,
  ]
}
