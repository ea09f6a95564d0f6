/// The kinds of fault and probe that a binary knows: a value, made once in each main and passed down.
public struct Catalog: Sendable {
  public let faults: [String: any Fault.Type]
  public let probes: [String: any Probe.Type]

  /// A catalog of nothing, with which schemas are declared.
  public static let empty = Catalog(faults: [], probes: [])

  /// Makes a catalog; two kinds of one name are a mistake in this program.
  public init(faults: [any Fault.Type], probes: [any Probe.Type]) {
    self.faults = Dictionary(uniqueKeysWithValues: faults.map { ($0.name, $0) })
    self.probes = Dictionary(uniqueKeysWithValues: probes.map { ($0.name, $0) })
  }

  /// The digest of each kind's schema: runner and agent must agree on them.
  public func schemaDigests() -> [String: String] {
    var digests: [String: String] = [:]
    for (name, type) in faults { digests[name] = type.schema.json.digest }
    for (name, type) in probes { digests["probe." + name] = type.schema.json.digest }
    return digests
  }
}
