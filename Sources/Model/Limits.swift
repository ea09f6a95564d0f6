/// The ceilings that keep every input and every run bounded.
public enum Limits {
  /// The largest experiment file, in bytes.
  public static let fileSize = 256 << 10
  /// The largest file that holds a plan, in bytes.
  public static let planSize = 4 << 20
  /// The largest record that is read again, in bytes.
  public static let recordSize = 1 << 30
  /// The largest file that holds a secret, in bytes.
  public static let secretSize = 64 << 10
  /// The most text of an experiment once `${name}` is filled in, in bytes.
  public static let textSize = 4 << 20
  /// The deepest nesting of an experiment file.
  public static let nestingDepth = 64
  /// The most nodes of an experiment file, aliases counted each time they are used.
  public static let nodeCount = 50_000
  /// The most entries of one list.
  public static let listLength = 1_000
  /// The longest line of the protocol between runner and agent, in bytes.
  public static let messageSize = 4 << 20
  /// The most output that is read of one command or HTTP body, in bytes.
  public static let outputSize = 1 << 20
  /// The longest excerpt of a target's output in a record or a message, in characters.
  public static let excerptLength = 200
  /// The most observations of one probe that are under way at once; further ticks are missed.
  public static let observationsInFlight = 5_000
  /// The most samples of one probe in one run.
  public static let sampleCount = 10_000_000
  /// The longest duration that an experiment may name.
  public static let duration: Duration = .seconds(7 * 86_400)
}
