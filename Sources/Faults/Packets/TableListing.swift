/// What `nft list table` prints, as far as it is of interest: who counted what, and which sets have
/// elements.
struct TableListing {
  /// By chain, the packets that all of its rules counted.
  private(set) var packets: [String: Int] = [:]
  private(set) var filledSets: Set<String> = []

  /// Reads a listing; what is not known is passed over.
  init(text: String) {
    var block: (kind: Substring, name: String)?
    for line in text.split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard let first = words.first else { continue }
      if words.last == "{", words.count == 3, first == "chain" || first == "set" {
        block = (first, String(words[1]))
      } else if let block, block.kind == "set", first == "elements" {
        filledSets.insert(block.name)
      } else if let block, block.kind == "chain" {
        packets[block.name, default: 0] += Self.count(in: words)
      }
    }
  }

  /// The number behind `counter packets`.
  private static func count(in words: [Substring]) -> Int {
    guard let place = words.firstIndex(of: "counter"), words.count > place + 2,
      words[place + 1] == "packets"
    else { return 0 }
    return Int(words[place + 2]) ?? 0
  }
}
