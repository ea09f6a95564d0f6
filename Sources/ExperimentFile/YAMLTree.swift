internal import Model
internal import Yams

/// A text of YAML or JSON as nodes with places, of YAML 1.2's core: no merge keys, no custom tags.
enum YAMLTree {
  /// The root, or nil with a note of what is wrong with the text.
  static func compose(_ source: SourceText, in reading: inout Reading) -> Model.Node? {
    guard let (root, standIns) = parse(source, in: &reading) else { return nil }
    guard let root else {
      reading.note(
        "the file holds only comments", at: nil,
        cure: "'jenner new' prints an experiment to start from")
      return nil
    }
    var conversion = Conversion(standIns: standIns, reading: reading)
    let node = conversion.convert(root, depth: 1)
    reading = conversion.reading
    return conversion.isExhausted ? nil : node
  }

  private static func parse(
    _ source: SourceText, in reading: inout Reading
  ) -> (root: Yams.Node?, standIns: StandIns)? {
    var text = source.text
    var standIns = StandIns()
    let mayStandIn = StandIns.areUnmistakable(in: text)
    if mayStandIn, text.first(where: { !$0.isWhitespace }) == "{" {
      standIns.replaceSurrogatePairs(in: &text)
    }
    // Each round mends one section with repeated keys; a large file gets few of them.
    var rounds = min(20, max(2, (1 << 20) / text.utf8.count))
    while true {
      do {
        let parser = try Yams.Parser(yaml: text, resolver: .basic, encoding: .utf8)
        return (try parser.singleRoot(), standIns)
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        rounds -= 1
        if mayStandIn, rounds > 0, standIns.replace(keys, in: &text) { continue }
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
}

extension Model.Mark {
  init(_ mark: Yams.Mark) {
    self.init(line: mark.line, column: mark.column)
  }
}

/// Turns Yams' nodes into ours within a budget, since aliases can stand for any number of nodes.
private struct Conversion {
  let standIns: StandIns
  var reading: Reading
  private var count = 0
  /// Whether a limit was reached, so that the rest was not looked at.
  private(set) var isExhausted = false

  init(standIns: StandIns, reading: Reading) {
    self.standIns = standIns
    self.reading = reading
  }

  mutating func convert(_ node: Yams.Node, depth: Int) -> Model.Node {
    let mark = node.mark.map(Model.Mark.init)
    guard isWithinLimits(depth: depth, at: mark) else { return Model.Node(.list([]), mark: mark) }
    switch node {
    case .scalar(let scalar):
      let isQuoted = isQuoted(scalar, at: mark)
      return Model.Node(text: standIns.restored(scalar.string), isQuoted: isQuoted, mark: mark)
    case .sequence(let elements):
      accept(tag: elements.tag, as: "seq", at: mark)
      var list: [Model.Node] = []
      for element in elements where !isExhausted { list.append(convert(element, depth: depth + 1)) }
      return Model.Node(.list(list), mark: mark)
    case .mapping(let mapping):
      accept(tag: mapping.tag, as: "map", at: mark)
      return Model.Node(.map(convert(mapping, at: mark, depth: depth)), mark: mark)
    case .alias:
      // Composing resolves aliases, so none is left.
      return Model.Node(.list([]), mark: mark)
    }
  }

  private mutating func convert(
    _ mapping: Yams.Node.Mapping, at mark: Model.Mark?, depth: Int
  ) -> [Model.Node.Pair] {
    var pairs: [Model.Node.Pair] = []
    var lines: [String: Int] = [:]
    for (key, value) in mapping where !isExhausted {
      let keyMark = key.mark.map(Model.Mark.init)
      guard case .scalar(let scalar) = key else {
        noteBraces(at: mark)
        continue
      }
      let name = standIns.restored(scalar.string)
      let value = convert(value, depth: depth + 1)
      if let line = lines[name] {
        reading.note(
          "'\(name.limited)' stands twice in this section, first on line \(line)", at: keyMark,
          cure: "keep one of them")
      } else if name == "<<", scalar.style == .plain {
        reading.note(
          "merge keys were dropped from YAML 1.2", at: keyMark,
          cure: "write the fields out, or give whole sections by alias: 'http: *shared'")
      } else if name.isEmpty {
        reading.note("a key is missing before the colon", at: keyMark, cure: "write 'key: value'")
      } else {
        pairs.append(Model.Node.Pair(key: name, keyMark: keyMark, value: value))
      }
      lines[name] = lines[name] ?? keyMark?.line ?? 0
    }
    return pairs
  }

  /// Notes `{{name}}` and `{[a]: b}`, and keeps readers from being surprised by what is left.
  private mutating func noteBraces(at mark: Model.Mark?) {
    reading.note(
      "a section or a list can't be a key", at: mark,
      cure: "quote it: a value with braces must stand in quotation marks")
    if let mark { reading.unknownPlaces.insert(mark) }
  }

  private mutating func isWithinLimits(depth: Int, at mark: Model.Mark?) -> Bool {
    guard !isExhausted else { return false }
    count += 1
    if count > Limits.nodeCount {
      reading.note(
        "more than \(Limits.nodeCount) values, counting what aliases stand for", at: mark,
        cure: "use fewer aliases, or split the experiment")
      isExhausted = true
    } else if depth > Limits.nestingDepth {
      reading.note(
        "nested more than \(Limits.nestingDepth) levels deep", at: mark, cure: "nest less")
      isExhausted = true
    }
    return !isExhausted
  }

  /// Whether the scalar can only be text: by its quotes, or by its tag.
  private mutating func isQuoted(_ scalar: Yams.Node.Scalar, at mark: Model.Mark?) -> Bool {
    let isPlain = scalar.style == .plain
    switch tagName(scalar.tag) {
    case nil: return !isPlain
    case "str": return true
    case "int", "float", "bool", "null": return false
    default:
      refuse(tag: scalar.tag, at: mark)
      return !isPlain
    }
  }

  private mutating func accept(tag: Tag, as expected: String, at mark: Model.Mark?) {
    guard let name = tagName(tag), name != expected else { return }
    refuse(tag: tag, at: mark)
  }

  private mutating func refuse(tag: Tag, at mark: Model.Mark?) {
    reading.note(
      "the tag '\(tag.description.limited)' has no meaning here", at: mark, cure: "leave it out")
  }

  /// The tag's name in YAML's core schema; nil where none is written.
  private func tagName(_ tag: Tag) -> String? {
    let text = tag.description
    if text == Tag.Name.implicit.rawValue || text == Tag.Name.nonSpecific.rawValue { return nil }
    let core = "tag:yaml.org,2002:"
    return text.hasPrefix(core) ? String(text.dropFirst(core.count)) : text
  }
}
