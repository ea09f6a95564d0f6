/// A kind of fault.
///
/// A fault is one file: what it hits, what it does, how it is put back, and how it is known to be in
/// force and gone.
/// Duties that all faults share live once, in the agent: ledger, deadline, dry run, locks.
public protocol Fault: FieldSection {
  /// The kind, such as `process.pause`.
  static var name: String { get }
  /// What it does, in one line.
  static var summary: String { get }
  /// What it hits.
  static var targeting: Targeting { get }
  /// Steps that show its use; they are its documentation and its tests.
  static var examples: [Example] { get }
  /// Capabilities it needs, for processes of other users where it hits processes, such as `cap_kill`.
  static var capabilities: [String] { get }
  /// Programs it needs on the host.
  static var tools: [String] { get }
  /// The strongest class that its undo can have anywhere; what it has on a host, an injection says.
  static var strongestUndo: UndoClass { get }
}

extension Fault {
  public static var strongestUndo: UndoClass { .kernel }
}

/// A kind of fault that hits processes.
public protocol ProcessFault: Fault {
  /// What the fault will do to these targets, and how it is put back; reads, changes nothing.
  func injection(into targets: [ProcessFacts], on host: any Host) throws(Refusal) -> Injection

  /// Whether the effects have taken hold, measured on the host, not assumed.
  func inspect(_ targets: [ProcessIdentity], on host: any Host) -> Evidence
}

extension ProcessFault {
  public static var targeting: Targeting { .processes }
}

/// What a kind of fault hits.
public enum Targeting: String, Sendable, Codable {
  case processes
  case traffic
  case nothing
}

/// What a fault will do and how it is put back, as data.
public struct Injection: Sendable, Hashable, Codable {
  public var effects: [Effect]
  /// Performed in reverse order.
  public var undo: [Undo]
  public var undoClass: UndoClass
  /// Why the undo is not of a stronger class here, where that depends on the host.
  public var note: String?

  /// Makes an injection.
  public init(effects: [Effect], undo: [Undo], undoClass: UndoClass, note: String? = nil) {
    self.effects = effects
    self.undo = undo
    self.undoClass = undoClass
    self.note = note
  }

  /// Whether it lasts only as long as a process of ours that holds it.
  public var needsHolder: Bool { effects.contains(where: \.needsHolder) }

  /// The rules of a network fault.
  public var rules: NetworkRules? {
    effects.lazy.compactMap { effect in
      if case .network(let rules) = effect { return rules }
      return nil
    }.first
  }

  private enum CodingKeys: String, CodingKey {
    case effects, undo, note
    case undoClass = "undo_class"
  }
}

/// What was measured of a fault: achieved against requested.
public struct Evidence: Sendable, Hashable, Codable {
  public var requested: String
  public var achieved: String
  public var isInForce: Bool

  /// Makes evidence.
  public init(requested: String, achieved: String, isInForce: Bool) {
    self.requested = requested
    self.achieved = achieved
    self.isInForce = isInForce
  }

  private enum CodingKeys: String, CodingKey {
    case requested, achieved
    case isInForce = "in_force"
  }
}

/// Why a fault will not be injected here; nothing has been touched.
public struct Refusal: Error, Sendable, Hashable, Codable {
  public var message: String
  public var cure: String?

  /// Makes a refusal.
  public init(_ message: String, cure: String? = nil) {
    self.message = message
    self.cure = cure
  }

  /// What is wrong, and behind a semicolon what to do.
  public var text: String { message + (cure.map { "; \($0)" } ?? "") }
}

/// A use of a fault or a probe, as an author writes it: documentation and test at once.
public struct Example: Sendable, Hashable {
  /// What it shows, in one line.
  public var caption: String
  /// A step of a method, or an entry of `probes`, in YAML.
  public var text: String

  /// Makes an example.
  public init(_ caption: String, _ text: String) {
    self.caption = caption
    self.text = text
  }
}
