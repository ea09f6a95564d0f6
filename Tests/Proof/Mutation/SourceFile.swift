import Glibc

/// Whole text files.
enum SourceFile {
  static func read(_ path: String) throws(MutationFailure) -> String {
    guard let file = fopen(path, "r") else {
      throw MutationFailure("\(path) can't be read: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func write(_ text: String, to path: String) throws(MutationFailure) {
    guard let file = fopen(path, "w") else {
      throw MutationFailure("\(path) can't be written: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    guard fputs(text, file) >= 0 else { throw MutationFailure("\(path) can't be written") }
  }
}
