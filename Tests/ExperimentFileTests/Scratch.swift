import Glibc

/// Runs a body with a directory of its own, and removes it and the files in it afterwards.
func withScratchDirectory(_ body: (String) throws -> Void) throws {
  var template = Array("/tmp/experiment-file-tests-XXXXXX".utf8CString)
  guard let made = mkdtemp(&template) else { throw ScratchError(code: errno) }
  let folder = String(cString: made)
  defer {
    if let directory = opendir(folder) {
      while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { unlink("\(folder)/\(name)") }
      }
      closedir(directory)
    }
    rmdir(folder)
  }
  try body(folder)
}

/// Writes a text as a file.
func write(_ text: String, to path: String) throws {
  guard let file = fopen(path, "w") else { throw ScratchError(code: errno) }
  defer { fclose(file) }
  let bytes = Array(text.utf8)
  guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw ScratchError(code: errno) }
}

/// What the system said.
struct ScratchError: Error {
  var code: Int32
}
