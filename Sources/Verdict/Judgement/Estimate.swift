/// What samples say of one metric, in the metric's unit.
struct Estimate: Hashable {
  /// The estimate itself; nil where there is nothing to estimate from.
  var point: Double?
  /// Equal to the point for what is observed directly and not estimated.
  var bounds: Bounds
  /// The samples that count for this metric.
  var samples: Int
  /// For a mean: how many independent samples they are worth.
  var effectiveSamples: Double?

  init(point: Double?, bounds: Bounds, samples: Int, effectiveSamples: Double? = nil) {
    self.point = point
    self.bounds = bounds
    self.samples = samples
    self.effectiveSamples = effectiveSamples
  }

  /// What is a fact of the window, such as the greatest of its values.
  init(observed point: Double?, samples: Int) {
    self.init(point: point, bounds: Bounds(lower: point, upper: point), samples: samples)
  }
}
