import Model

extension [Check] {
  /// The checks in the order in which a reader follows a run: before, under the faults, after.
  ///
  /// Windows are judged at the end, when their last samples are in; so they come last by themselves.
  var inReadingOrder: [Check] {
    enumerated().sorted { left, right in
      (left.element.kind.place, left.offset) < (right.element.kind.place, right.offset)
    }.map(\.element)
  }
}

extension Check.Kind {
  fileprivate var place: Int {
    switch self {
    case .baseline: 0
    case .stop: 1
    case .fault, .method: 2
    case .expectation, .wait: 3
    case .recovery: 4
    }
  }
}
