import CTracer

/// A moment in the life of a process: just before or just after one of its system calls.
struct CallPoint: Codable, Hashable, CustomStringConvertible {
  enum Edge: String, Codable {
    case entry
    case exit
  }

  var name: String
  /// Counted from one, for each name.
  var occurrence: Int
  var edge: Edge

  var description: String { "\(name) #\(occurrence) \(edge.rawValue)" }

  static func name(ofSystemCall number: Int64) -> String {
    tracer_name(number).map { String(cString: $0) } ?? "system call \(number)"
  }
}

/// Counts the system calls of one role, so that each has a name of its own.
struct CallCounter {
  private var counts: [String: Int] = [:]
  /// By thread: what it has entered and not left yet.
  private var entered: [Int32: CallPoint] = [:]

  /// The point at which a thread has stopped; nil at the exit of a call whose entry was not seen.
  mutating func point(of call: tracer_system_call, in thread: Int32) -> CallPoint? {
    guard call.is_entry else {
      guard var point = entered.removeValue(forKey: thread) else { return nil }
      point.edge = .exit
      return point
    }
    let name = CallPoint.name(ofSystemCall: call.number)
    counts[name, default: 0] += 1
    let point = CallPoint(name: name, occurrence: counts[name, default: 0], edge: .entry)
    entered[thread] = point
    return point
  }
}
