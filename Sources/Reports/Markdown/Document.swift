/// A Markdown document, block by block.
struct Document {
  private(set) var blocks: [String] = []

  /// More rows than this help no reader; the record has them all.
  static let rowLimit = 300

  /// The text, with an empty line between blocks and a final newline.
  var text: String { blocks.joined(separator: "\n\n") + "\n" }

  /// Adds a heading of a level from 1 to 6.
  mutating func heading(_ level: Int, _ title: Inline) {
    blocks.append(String(repeating: "#", count: level) + " " + title.markdown)
  }

  /// Adds a paragraph.
  mutating func paragraph(_ text: Inline) {
    blocks.append(text.markdown)
  }

  /// Adds a list, if it has items.
  mutating func list(_ items: [Inline], limit: Int = rowLimit) {
    guard !items.isEmpty else { return }
    var lines = items.prefix(limit).map { "- " + $0.markdown }
    if items.count > limit { lines.append("- … and \(items.count - limit) more in the record") }
    blocks.append(lines.joined(separator: "\n"))
  }

  /// Adds a table; a row has as many cells as the header.
  mutating func table(_ header: [Inline], _ rows: [[Inline]], limit: Int = rowLimit) {
    func line(_ cells: [Inline]) -> String {
      "| " + cells.map(\.cell).joined(separator: " | ") + " |"
    }
    var lines = [line(header), "|" + String(repeating: " --- |", count: header.count)]
    lines += rows.prefix(limit).map { row in
      line((0..<header.count).map { row.indices.contains($0) ? row[$0] : "" })
    }
    blocks.append(lines.joined(separator: "\n"))
    if rows.count > limit {
      blocks.append("… and \(rows.count - limit) more rows in the record.")
    }
  }

  /// Adds a block of code; its lines are made plain, and its fence is longer than any in them.
  mutating func code(_ lines: [String], language: String = "text", limit: Int = 4_000) {
    let plain = lines.map { $0.plain(limit: limit).withoutTrailingSpaces }
    let longest = plain.map { $0.longestRun(of: "`") }.max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    blocks.append(([fence + language] + plain + [fence]).joined(separator: "\n"))
  }

  /// Adds another document as a call for attention, which GitHub draws in red.
  mutating func caution(_ inner: Document) {
    let lines = inner.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    blocks.append(
      (["> [!CAUTION]"] + lines.map { $0.isEmpty ? ">" : "> \($0)" }).joined(separator: "\n"))
  }
}
