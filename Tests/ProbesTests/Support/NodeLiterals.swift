import Model

extension Node: ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// A plain scalar, as an author writes it without quotation marks.
  init(stringLiteral value: String) { self.init(text: value, isQuoted: false) }
  /// A list.
  init(arrayLiteral elements: Node...) { self.init(.list(elements)) }
  /// A section.
  init(dictionaryLiteral elements: (String, Node)...) {
    self.init(.map(elements.map { Pair(key: $0.0, value: $0.1) }))
  }

  /// A scalar in quotation marks.
  static func quoted(_ text: String) -> Node { Node(text: text) }

  /// A reference to a secret, with text before it.
  static func secret(_ name: String, after text: String = "") -> Node {
    Node(.scalar(Scalar(parts: [.text(text), .secret(name)], isQuoted: true)))
  }

  /// The node as if each key began a line, at column 1, with its value at column 10.
  func marked() -> Node {
    var line = 0
    return marked(from: &line)
  }

  private func marked(from line: inout Int) -> Node {
    let mark = Mark(line: max(line, 1), column: 10)
    switch content {
    case .scalar: return Node(content, mark: mark)
    case .list(let nodes): return Node(.list(nodes.map { $0.marked(from: &line) }), mark: mark)
    case .map(let pairs):
      return Node(
        .map(
          pairs.map { pair in
            line += 1
            let keyMark = Mark(line: line, column: 1)
            return Pair(key: pair.key, keyMark: keyMark, value: pair.value.marked(from: &line))
          }), mark: mark)
    }
  }
}

/// Reads a value as from a file, or throws all its problems.
func read<Value: FieldValue>(_ node: Node, as type: Value.Type = Value.self) throws -> Value {
  var reading = Reading(file: "x.yaml", catalog: .empty)
  let value = type.read(node.marked(), in: &reading)
  guard let value, reading.problems.isEmpty else { throw Problems(reading.problems) }
  return value
}

/// The problems of a value, each as `line:column message; cure`.
func problems<Value: FieldValue>(of type: Value.Type, _ node: Node) -> [String] {
  do {
    _ = try read(node, as: type)
    return []
  } catch let problems as Problems {
    return problems.all.map { String($0.text.dropFirst("x.yaml:".count)) }
  } catch {
    return ["\(error)"]
  }
}

extension Instruments {
  /// Instruments without commands and without TLS.
  static func none(secrets: [String: String] = [:]) -> Instruments {
    Instruments(
      run: { _ in CommandResult(ending: .notStarted("no commands in this test")) },
      secrets: secrets)
  }
}

/// Observes once with a probe as an author writes it.
func observe<P: Probe>(
  _ type: P.Type, _ node: Node, using instruments: Instruments = .none()
) async throws -> Observation {
  await (try read(node, as: type)).observer(using: instruments).observe()
}
