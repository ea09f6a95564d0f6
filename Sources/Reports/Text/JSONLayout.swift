/// Lays compact JSON out in lines: a small object or array is one line, a larger one has a line for
/// each element.
///
/// JSONEncoder's own pretty printing would give each number of each sample a line. Working on its
/// bytes costs one pass and no second tree of a million values.
struct JSONLayout {
  private let input: [UInt8]
  private var output: [UInt8] = []
  private var position = 0
  private var depth = 0

  /// A container without containers in it is one line, if that is no longer than this.
  static let lineLength = 120

  /// The text of a JSON document in lines, with a final newline.
  ///
  /// - Parameter compact: JSON without white space between its tokens, as JSONEncoder writes it.
  static func layOut(_ compact: [UInt8]) -> String {
    var layout = JSONLayout(input: compact)
    layout.run()
    return String(decoding: layout.output, as: UTF8.self)
  }

  private init(input: [UInt8]) {
    self.input = input
    output.reserveCapacity(input.count + input.count / 4)
  }

  private mutating func run() {
    while position < input.count {
      let byte = input[position]
      switch byte {
      case UInt8(ascii: "\""): copyString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if let end = endOfLine(from: position) {
          copyLine(through: end)
        } else {
          depth += 1
          output.append(byte)
          breakLine()
          position += 1
        }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        breakLine()
        output.append(byte)
        position += 1
      case UInt8(ascii: ","):
        output.append(byte)
        breakLine()
        position += 1
      default: copyToken()
      }
    }
    output.append(UInt8(ascii: "\n"))
  }

  private mutating func breakLine() {
    output.append(UInt8(ascii: "\n"))
    for _ in 0..<depth { output.append(UInt8(ascii: " ")) }
  }

  /// Where a container ends that fits on a line and holds no other.
  private func endOfLine(from start: Int) -> Int? {
    var isInString = false
    var index = start + 1
    while index < input.count, index - start < Self.lineLength {
      switch input[index] {
      case UInt8(ascii: "\""): isInString.toggle()
      case UInt8(ascii: "\\"): index += 1
      case UInt8(ascii: "{") where !isInString, UInt8(ascii: "[") where !isInString: return nil
      case UInt8(ascii: "}") where !isInString, UInt8(ascii: "]") where !isInString: return index
      default: break
      }
      index += 1
    }
    return nil
  }

  private mutating func copyLine(through end: Int) {
    while position <= end {
      if input[position] == UInt8(ascii: "\"") { copyString() } else { copyToken() }
    }
  }

  private mutating func copyToken() {
    output.append(input[position])
    if input[position] == UInt8(ascii: ":") { output.append(UInt8(ascii: " ")) }
    position += 1
  }

  /// Copies a string, with what a terminal or an editor would obey written as `\u` escapes.
  private mutating func copyString() {
    repeat {
      let byte = input[position]
      if byte == UInt8(ascii: "\\") {
        output.append(byte)
        position += 1
        output.append(input[position])
        position += 1
      } else if byte < 0x7f {
        output.append(byte)
        position += 1
      } else {
        copyScalar()
      }
    } while position < input.count && input[position] != UInt8(ascii: "\"")
    if position < input.count {
      output.append(input[position])
      position += 1
    }
  }

  private mutating func copyScalar() {
    let length =
      switch input[position] {
      case ..<0x80: 1
      case ..<0xe0: 2
      case ..<0xf0: 3
      default: 4
      }
    let bytes = input[position..<min(position + length, input.count)]
    position += bytes.count
    let text = String(decoding: bytes, as: UTF8.self)
    guard let scalar = text.unicodeScalars.first, !scalar.isPlain else {
      output.append(contentsOf: bytes)
      return
    }
    for unit in text.utf16 {
      let digits = String(unit, radix: 16)
      output.append(
        contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
    }
  }
}
