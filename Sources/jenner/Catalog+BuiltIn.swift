import Faults
import Model
import Probes

extension Catalog {
  /// Every kind of fault and probe of this program.
  static let builtIn = Catalog(faults: Faults.all, probes: Probes.all)
}
