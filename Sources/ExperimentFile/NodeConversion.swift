internal import Model
internal import Yams

/// Turns Yams' nodes into ours and fills in aliases, within a budget: a few aliases of aliases can
/// stand for any number of nodes.
struct NodeConversion {
  let standIns: StandIns
  var reading: Reading
  private var count = 0
  /// Whether a limit was reached, so that the rest was not looked at.
  private(set) var isExhausted = false
  /// What stands at each anchor so far, with the number of its nodes and levels.
  private var anchors: [String: (node: Model.Node, count: Int, height: Int)] = [:]
  private var deepest = 0

  init(standIns: StandIns, reading: Reading) {
    self.standIns = standIns
    self.reading = reading
  }

  mutating func convert(_ node: Yams.Node, depth: Int) -> Model.Node {
    guard let anchor = node.anchor else { return convertContent(of: node, depth: depth) }
    let before = (count: count, deepest: deepest)
    deepest = depth
    let converted = convertContent(of: node, depth: depth)
    // Known only from here on, so that nothing can hold itself.
    anchors[anchor.rawValue] = (converted, count - before.count, deepest - depth)
    deepest = max(deepest, before.deepest)
    return converted
  }

  private mutating func convertContent(of node: Yams.Node, depth: Int) -> Model.Node {
    let mark = node.mark.map(Model.Mark.init)
    guard spend(1, depth: depth, at: mark) else { return Model.Node(.list([]), mark: mark) }
    switch node {
    case .scalar(let scalar):
      if scalar.style == .plain, let name = standIns.alias(scalar.string) {
        return fillIn(alias: name, depth: depth, at: mark)
      }
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
      // The parser saw none.
      return Model.Node(.list([]), mark: mark)
    }
  }

  /// What an alias stands for, at the alias's own place.
  private mutating func fillIn(alias name: String, depth: Int, at mark: Model.Mark?) -> Model.Node {
    guard let anchor = anchors[name] else {
      reading.note(
        "'*\(name.limited)' stands for nothing: there is no '&\(name.limited)' above", at: mark,
        cure: "name an anchor, or quote it if it is a text that starts with '*'")
      if let mark { reading.unknownPlaces.insert(mark) }
      return Model.Node(text: name, mark: mark)
    }
    guard spend(anchor.count, depth: depth + anchor.height, at: mark) else {
      return Model.Node(.list([]), mark: mark)
    }
    var node = anchor.node
    node.mark = mark
    return node
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
      if scalar.style == .plain, standIns.alias(scalar.string) != nil {
        reading.note("an alias can't be a key", at: keyMark, cure: "write the key out, or quote it")
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

  /// Counts nodes against the limits, and says whether they hold.
  private mutating func spend(_ nodes: Int, depth: Int, at mark: Model.Mark?) -> Bool {
    guard !isExhausted else { return false }
    count += nodes
    deepest = max(deepest, depth)
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
    let core = "tag:yaml.org,2002:"
    let text = tag.description
    let shown = text.hasPrefix(core) ? "!!" + text.dropFirst(core.count) : text
    reading.note(
      "the tag '\(shown.limited)' has no meaning here", at: mark, cure: "leave it out")
  }

  /// The tag's name in YAML's core schema; nil where none is written.
  private func tagName(_ tag: Tag) -> String? {
    let text = tag.description
    if text == Tag.Name.implicit.rawValue || text == Tag.Name.nonSpecific.rawValue { return nil }
    let core = "tag:yaml.org,2002:"
    return text.hasPrefix(core) ? String(text.dropFirst(core.count)) : text
  }
}
