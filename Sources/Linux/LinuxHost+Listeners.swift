internal import Glibc
public import Model

extension LinuxHost {
  /// The ids of the processes that have a listening TCP socket, or a UDP socket, on a port, in the
  /// network namespace of this process.
  ///
  /// A socket's owner is found among the open files of processes, which only their user, or one with
  /// CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, may see; if a socket is there but no owner can be seen,
  /// that is an error and not an empty answer.
  public func listeners(on port: Int) throws(HostError) -> [Int32] {
    let inodes = try socketInodes(on: port)
    guard !inodes.isEmpty else { return [] }
    let links = Set(inodes.map { "socket:[\($0)]" })
    let found = processIDs(try entries(of: "/proc")).filter { pid in
      let folder = "/proc/\(pid)/fd"
      let files = (try? Directory.entries(of: folder)) ?? []
      return files.contains { Self.link("\(folder)/\($0)").map(links.contains) ?? false }
    }
    guard !found.isEmpty else {
      throw HostError(
        "port \(port) is listened on, but by a process whose open files may not be read here; "
          + "run the agent as that user or as root")
    }
    return found
  }

  private func socketInodes(on port: Int) throws(HostError) -> Set<String> {
    var inodes: Set<String> = []
    // State 0A of a TCP socket is LISTEN; a UDP socket that only receives is 07.
    for (table, state) in [("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")] {
      let path = "/proc/net/\(table)"
      // A kernel without IPv6 has no such table.
      guard access(path, R_OK) == 0 else { continue }
      inodes.formUnion(Self.inodes(inTable: try largeText(path), port: port, state: state))
    }
    return inodes
  }

  /// The inodes of the sockets of one state on a local port, in a table of proc_net(5).
  static func inodes(inTable table: String, port: Int, state: String) -> Set<String> {
    let hexadecimal = String(port, radix: 16, uppercase: true)
    let suffix = ":" + String(repeating: "0", count: max(0, 4 - hexadecimal.count)) + hexadecimal
    var inodes: Set<String> = []
    for line in table.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: " ")
      if fields.count > 9, fields[1].hasSuffix(suffix), fields[3] == state {
        inodes.insert(String(fields[9]))
      }
    }
    return inodes
  }

  /// A table of sockets may be long on a busy machine.
  func largeText(_ path: String) throws(HostError) -> String {
    do throws(SystemError) {
      return String(decoding: try FileContents.bytes(of: path, limit: 64 << 20), as: UTF8.self)
    } catch {
      throw HostError(error.description)
    }
  }
}
