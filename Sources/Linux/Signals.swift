internal import CLinux
public import Model

/// The signals that ask a program to end.
public enum Signals {
  /// Those that a program ends by, once it has put everything back.
  ///
  /// A hang-up is none where it is ignored, as by nohup(1): whoever listens to a signal hears it all the same.
  /// An interrupt always is: a shell has what it starts in the background ignore it, and a script that then
  /// sends one means it.
  public static var asking: [Signal] {
    [.interrupt, .terminate] + (jenner_is_ignored(Signal.hangUp.number) ? [] : [.hangUp])
  }

  /// Has a hang-up end this program with 143, as being told to end does, and not with a status of its own.
  public static func endOnHangUp() { jenner_end_on_hang_up() }
}
