import ChildProcess
import Glibc

/// The sample shop, as a user starts it.
struct SampleShop: Sendable {
  let server: Server

  var port: Int { server.port }

  /// Opens the shop on a free port.
  static func open(_ options: [String] = [], in rig: Rig) async throws -> SampleShop {
    var launch = Launch([try Product.shop.path(), "--port", "0"] + options)
    launch.output = .file(rig.scratch.file("shop.out"))
    launch.errors = .file(rig.scratch.file("shop.err"))
    let process = try rig.start(launch)
    var port: Int?
    let isOpen = await eventually(within: .seconds(15)) {
      port = rig.scratch.text(of: "shop.out").split(separator: ":").last
        .flatMap { Int($0.trimmed) }
      return port != nil || process.ending != nil
    }
    guard isOpen, let port else {
      throw NotServing(name: "sample-shop", log: rig.scratch.text(of: "shop.err"))
    }
    return SampleShop(server: Server(process: process, port: port))
  }

  /// The replicas that run now, by name.
  func replicas() -> [String: ProcessTable.Entry] {
    let replicas = ProcessTable.children(of: server.pid)
      .filter { $0.state != "Z" && $0.arguments.dropFirst().first == "replica" }
    return Dictionary(
      replicas.compactMap { entry in
        entry.arguments.firstIndex(of: "--name").map { (entry.arguments[$0 + 1], entry) }
      }, uniquingKeysWith: { first, _ in first })
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    prefix { !$0.isNewline }
  }
}
