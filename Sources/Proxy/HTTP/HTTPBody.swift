/// Where in the body of a message its reader is.
struct HTTPBody {
  private enum Place: Equatable {
    case data(Int)
    case untilClose
    /// A chunk's size: RFC 9112, section 7.1.
    case size
    /// The line end behind a chunk's data.
    case dataEnd
    case trailers
    case end
    case invalid
  }

  private var place: Place
  private let isChunked: Bool
  /// What is there of the line that is being read.
  private var line: [UInt8] = []
  /// The bytes of trailers so far.
  private var trailers = 0

  private static let longestLine = 4096
  private static let longestTrailers = 32 << 10

  init(_ framing: HTTPFraming) {
    isChunked = framing == .chunked
    switch framing {
    case .length(0): place = .end
    case .length(let count): place = .data(count)
    case .chunked: place = .size
    case .untilClose: place = .untilClose
    }
  }

  /// Whether nothing more belongs to the message.
  var isComplete: Bool { place == .end }

  /// Whether what came is no body of this framing.
  var isInvalid: Bool { place == .invalid }

  /// Goes on over bytes, and gives how many of them belong to the body.
  mutating func consume(_ bytes: ArraySlice<UInt8>) -> Int {
    var rest = bytes
    while !rest.isEmpty, place != .end, place != .invalid {
      switch place {
      case .untilClose: rest = rest[rest.endIndex...]
      case .data(let count):
        let taken = min(count, rest.count)
        rest = rest.dropFirst(taken)
        place = taken < count ? .data(count - taken) : isChunked ? .dataEnd : .end
      case .size, .dataEnd, .trailers: consumeLine(of: &rest)
      case .end, .invalid: break
      }
    }
    return rest.startIndex - bytes.startIndex
  }

  private mutating func consumeLine(of rest: inout ArraySlice<UInt8>) {
    let end = rest.firstIndex(of: UInt8(ascii: "\n"))
    let part = end.map { rest[...$0] } ?? rest
    line += part
    rest = rest[part.endIndex...]
    guard line.count <= Self.longestLine else { return place = .invalid }
    guard end != nil else { return }
    place = next(behind: line[...].withoutLineEnd)
    line.removeAll(keepingCapacity: true)
  }

  private mutating func next(behind text: ArraySlice<UInt8>) -> Place {
    switch place {
    case .dataEnd: return text.isEmpty ? .size : .invalid
    case .size:
      guard let size = Self.size(text) else { return .invalid }
      return size == 0 ? .trailers : .data(size)
    default:
      trailers += text.count
      if text.isEmpty { return .end }
      return trailers <= Self.longestTrailers ? .trailers : .invalid
    }
  }

  /// The number before an extension, in hexadecimal digits.
  private static func size(_ text: ArraySlice<UInt8>) -> Int? {
    let digits = text.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 && $0 != 0x09 }
    guard 1...15 ~= digits.count, digits.first != UInt8(ascii: "+"),
      digits.first != UInt8(ascii: "-")
    else { return nil }
    return Int(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
