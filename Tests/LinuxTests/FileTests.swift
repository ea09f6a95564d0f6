import FoundationEssentials
import Glibc
import Testing

@testable import Linux

@Suite struct FileTests {
  /// A directory that is gone afterwards.
  private final class Folder {
    let path: String

    init() throws {
      var template = Array("/tmp/jenner-linux-test-XXXXXX".utf8CString)
      try #require(mkdtemp(&template) != nil)
      path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  @Test func aDurableFileHasOneWriter() throws {
    let folder = try Folder()
    let path = folder.path + "/file"
    var file: DurableFile? = try DurableFile(creating: path)
    try file?.append(Array("one\n".utf8))
    #expect(throws: SystemError.self) { try DurableFile(creating: path) }
    let next = try #require(try DurableFile(opening: path))
    let busy = #expect(throws: SystemError.self) { try next.lock(waitingAtMost: .zero) }
    #expect(busy?.code == EWOULDBLOCK)
    #expect(DurableFile.isLocked(path))
    file = nil
    #expect(!DurableFile.isLocked(path))
    try next.lock(waitingAtMost: .zero)
    try next.append(Array("two".utf8))
    #expect(try next.contents(limit: 100) == Array("one\ntwo".utf8))
    try next.truncate(to: 4)
    try next.append(Array("three\n".utf8))
    #expect(try next.contents(limit: 100) == Array("one\nthree\n".utf8))
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    try next.remove()
    #expect(try DurableFile(opening: path) == nil)
    // It can be read for as long as it is open, but what is written to it nobody would find.
    #expect(next.isRemoved)
    #expect(try next.contents(limit: 100) == Array("one\nthree\n".utf8))
    #expect(throws: SystemError.self) { try next.append(Array("four\n".utf8)) }
  }

  @Test func aFullDiskIsAnErrorOfTheWrite() throws {
    try #require(access("/dev/full", W_OK) == 0)
    let full = try #require(try DurableFile(opening: "/dev/full"))
    let error = #expect(throws: SystemError.self) { try full.append([1]) }
    #expect(error?.code == ENOSPC)
  }

  /// Who gets a part of a result must not take it for the whole.
  @Test func aTextThatCanNotBeWrittenIsAnError() throws {
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(full >= 0)
    defer { close(full) }
    let error = #expect(throws: SystemError.self) { try TextOutput.write("text", to: full) }
    #expect(error?.code == ENOSPC)
  }

  @Test func theHolderOfALockIsReadFromItsTable() {
    let table = """
      1: FLOCK  ADVISORY  WRITE 4242 fe:01:16220232 0 EOF
      1: -> FLOCK  ADVISORY  WRITE 4243 fe:01:16220232 0 EOF
      2: POSIX  ADVISORY  WRITE 17 fe:01:99 0 EOF
      3: FLOCK  ADVISORY  READ  18 fe:01:99 0 EOF
      4: FLOCK  ADVISORY  WRITE 0 fe:01:98 0 EOF
      """
    func holder(_ inode: UInt64, minor: UInt64 = 1) -> Int32? {
      FileLock.holder(in: table, major: 0xfe, minor: minor, inode: inode)
    }
    #expect(holder(16_220_232) == 4_242)
    #expect(holder(16_220_232, minor: 0) == nil)
    #expect(holder(99) == nil)
    #expect(holder(98) == nil, "it is of another pid namespace")
  }

  @Test func aLockHasOneHolderAndGoesWithIt() throws {
    let folder = try Folder()
    let path = folder.path + "/lock"
    var lock = try FileLock(path: path, mode: 0o666)
    try lock?.write("holder\n")
    #expect(lock != nil)
    #expect(try FileLock(path: path, mode: 0o666) == nil)
    #expect(try FileContents.bytes(of: path, limit: 100) == Array("holder\n".utf8))
    lock?.removeFile()
    // Whoever comes now makes a new file, and does not wait for the removed one.
    #expect(try FileLock(path: path, mode: 0o666) != nil)
    lock = nil
    #expect(try FileLock(path: path, mode: 0o666) != nil)
  }

  @Test func directoriesAreMadeWithTheirParentsAndModes() throws {
    let folder = try Folder()
    try Directory.make(folder.path + "/a/b/c", mode: 0o700)
    try Directory.make(folder.path + "/a/b/c", mode: 0o700)
    try Directory.make(folder.path + "/open", mode: 0o1777)
    #expect(try Directory.entries(of: folder.path).sorted() == ["a", "open"])
    var status = stat()
    #expect(stat(folder.path + "/open", &status) == 0 && status.st_mode & 0o7777 == 0o1777)
    #expect(stat(folder.path + "/a/b", &status) == 0 && status.st_mode & 0o7777 == 0o700)
    #expect(throws: SystemError.self) { try Directory.make("/proc/none/such", mode: 0o700) }
  }
}
