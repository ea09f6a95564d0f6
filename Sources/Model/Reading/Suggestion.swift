/// Finds the known name that a misspelt one most likely meant.
public enum Suggestion {
  /// The nearest of `known`, if it is near enough that an author would say "yes, that".
  public static func nearest(to name: String, among known: [String]) -> String? {
    // Names are short; a hostile file of long ones must not cost its size squared.
    guard name.utf8.count <= 256, name.count <= 40 else { return nil }
    let limit = max(1, name.count / 3)
    if let other = known.prefix(200).first(where: { $0.lowercased() == name.lowercased() }) {
      return other
    }
    return
      known.prefix(200)
      .filter { $0.utf8.count <= 256 && abs($0.count - name.count) <= limit }
      .map { (distance(name, $0), $0) }
      .filter { $0.0 <= limit }
      .min { ($0.0, $0.1) < ($1.0, $1.1) }?.1
  }

  /// "did you mean 'x'?"; nil where nothing that is known comes near.
  public static func question(for name: String, among known: [String]) -> String? {
    nearest(to: name, among: known).map { "did you mean '\($0.limited)'?" }
  }

  /// "did you mean 'x'?", or else the list of what is known.
  public static func cure(for name: String, among known: [String]) -> String {
    if let question = question(for: name, among: known) { return question }
    if known.isEmpty { return "nothing is expected here" }
    let rest = known.count > 20 ? " and \(known.count - 20) more" : ""
    return "expected " + known.prefix(20).map(\.limited).joined(separator: ", ") + rest
  }

  /// The Damerau-Levenshtein distance (optimal string alignment), over characters.
  static func distance(_ left: String, _ right: String) -> Int {
    let a = Array(left)
    let b = Array(right)
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, beforeLast[j - 1] + 1)
        }
        row.append(best)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
