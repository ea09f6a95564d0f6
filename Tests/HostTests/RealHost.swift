import Testing

/// Everything that runs against this machine: real processes, real servers, real sockets.
///
/// The tests share the machine's process table, so they run one after the other; each looks at its
/// end whether something was left behind, which would otherwise be blamed on its successor.
@Suite(.serialized, .timeLimit(.minutes(5)))
enum RealHost {}
