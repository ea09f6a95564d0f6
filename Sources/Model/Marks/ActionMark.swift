/// The mark in the environment of the command of an author's action, which what it starts inherits.
///
/// It is no effect mark: a service that an action starts is the author's, and stays. It only shows of a
/// session whose leader is gone that it is the action's, and not that of a stranger who was given the
/// leader's process id.
public enum ActionMark {
  /// Its value is the name of the run.
  public static let variable = "JENNER_ACTION"
}
