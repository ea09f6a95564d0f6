import FoundationEssentials

/// The files of this repository.
enum Repository {
  private static let root =
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  /// The path of a file, given its path in the repository.
  static func path(_ path: String) -> String { root + "/" + path }

  /// The text of a file.
  static func text(of path: String) throws -> String {
    try String(contentsOf: URL(filePath: self.path(path)), encoding: .utf8)
  }

  /// The experiments to run.
  static func experiments() throws -> [String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: path("experiments"))
    return names.filter { $0.hasSuffix(".yaml") }.sorted().map { "experiments/\($0)" }
  }

  /// Every file in a folder and in the folders in it.
  static func files(in folder: String) throws -> [String] {
    let manager = FileManager.default
    return try manager.contentsOfDirectory(atPath: path(folder)).sorted().flatMap { name in
      let inner = "\(folder)/\(name)"
      let attributes = try manager.attributesOfItem(atPath: path(inner))
      return attributes[.type] as? FileAttributeType == .typeDirectory
        ? try files(in: inner) : [inner]
    }
  }

  /// A block of YAML in a document, with the line where it begins.
  struct Block {
    var line: Int
    var lines: [Substring]

    /// The top-level keys with everything under them.
    var sections: [Section] {
      var sections: [Section] = []
      for line in lines {
        if let first = line.first, !first.isWhitespace, first != "#",
          let colon = line.firstIndex(of: ":")
        {
          sections.append(Section(name: String(line[..<colon]), text: ""))
        }
        if !sections.isEmpty { sections[sections.count - 1].text += line + "\n" }
      }
      return sections
    }
  }

  /// A top-level key of an experiment with everything under it.
  struct Section {
    var name: String
    var text: String
  }

  /// The blocks that are fenced as `yaml`.
  static func yamlBlocks(of document: String) -> [Block] {
    var blocks: [Block] = []
    var isInside = false
    let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if isInside, line == "```" {
        isInside = false
      } else if isInside {
        blocks[blocks.count - 1].lines.append(line)
      } else if line == "```yaml" {
        isInside = true
        blocks.append(Block(line: index + 1, lines: []))
      }
    }
    return blocks
  }
}
