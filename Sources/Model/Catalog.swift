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

  /// The digests of the schemas of some kinds, on which runner and agent must agree.
  ///
  /// A kind of probe has `probe.` before its name. Kinds that are not known are left out.
  public func schemaDigests(of kinds: some Sequence<String>) -> [String: String] {
    var digests: [String: String] = [:]
    for kind in kinds {
      digests[kind] = schema(of: kind)?.json.digest
    }
    return digests
  }

  private func schema(of kind: String) -> Schema? {
    if let fault = faults[kind] { return fault.schema }
    guard kind.hasPrefix(Self.probe) else { return nil }
    return probes[String(kind.dropFirst(Self.probe.count))]?.schema
  }

  private static let probe = "probe."
}
