/// The mark in the environment of every process that is itself part of a fault.
///
/// Whoever takes a run over ends these first. The commands of authors never carry it.
public enum EffectMark {
  /// Its value is the name of the run.
  public static let variable = "JENNER_EFFECT"
}
