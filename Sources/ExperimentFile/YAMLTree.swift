internal import Model
internal import Yams

/// A text of YAML or JSON as nodes with places, of YAML 1.2's core: no merge keys, no custom tags.
enum YAMLTree {
  /// The root, or nil with a note of what is wrong with the text.
  static func compose(_ source: SourceText, in reading: inout Reading) -> Model.Node? {
    var text = source.text
    var standIns = StandIns()
    standIns.replaceAsterisks(in: &text)
    if text.first(where: { !$0.isWhitespace }) == "{" {
      standIns.replaceSurrogatePairs(in: &text)
    }
    // Each round mends one section with repeated keys; a large file gets few of them.
    var rounds = min(20, max(2, (1 << 19) / text.utf8.count))
    while true {
      do {
        let parser = try Yams.Parser(yaml: text, resolver: .basic, encoding: .utf8)
        let root = try parser.singleRoot()
        // Nodes hold their anchors weakly; the parser owns them.
        return withExtendedLifetime(parser) { convert(root, with: standIns, in: &reading) }
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        rounds -= 1
        if rounds > 0, standIns.replace(keys, in: &text) { continue }
        let key = standIns.restored(keys.first ?? "")
        reading.note(
          "'\(key.limited)' stands more than once in this section", at: Model.Mark(context.mark),
          cure: "keep one of them")
        return nil
      } catch {
        let advice = SyntaxAdvice(for: error, in: source)
        reading.note(advice.message, at: advice.mark, cure: advice.cure)
        return nil
      }
    }
  }

  private static func convert(
    _ root: Yams.Node?, with standIns: StandIns, in reading: inout Reading
  ) -> Model.Node? {
    guard let root else {
      reading.note(
        "the file is empty but for comments", at: nil,
        cure: "'jenner new' prints an experiment to start from")
      return nil
    }
    var conversion = NodeConversion(standIns: standIns, reading: reading)
    let node = conversion.convert(root, depth: 1)
    reading = conversion.reading
    return conversion.isExhausted ? nil : node
  }
}

extension Model.Mark {
  init(_ mark: Yams.Mark) {
    self.init(line: mark.line, column: mark.column)
  }
}
