import ArgumentParser
import CTracer
import Glibc

/// A throwaway process to hit: this program, waiting in several threads.
struct Bystander: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Waits in several threads until it is killed.", shouldDisplay: false)

  @Option var threads = 3

  func run() throws {
    for _ in 1..<max(1, threads) {
      var thread = pthread_t()
      guard pthread_create(&thread, nil, { _ in while true { pause() } }, nil) == 0 else {
        throw ExitCode.failure
      }
    }
    while true { pause() }
  }
}

/// Somebody else's debugger: traces a process and lets it do as it would.
struct Debugger: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Traces a process until it is killed.", shouldDisplay: false)

  @Argument var threads: [Int32]

  func run() throws {
    guard tracer_prepare() == 0 else { throw ExitCode.failure }
    for thread in threads where tracer_seize(thread) != 0 { throw ExitCode.failure }
    var stop = tracer_stop()
    while tracer_wait(&stop, 3_600_000_000_000) == 0 {
      switch stop.kind {
      case TRACER_NOTHING, TRACER_ENDED: break
      case TRACER_GROUP_STOP: tracer_resume(stop.thread, TRACER_LISTEN, 0)
      case TRACER_SIGNAL: tracer_resume(stop.thread, TRACER_RUN, Int32(stop.value))
      default: tracer_resume(stop.thread, TRACER_RUN, 0)
      }
    }
  }
}
