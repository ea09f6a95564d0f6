import FoundationEssentials
import Linux
import Model
import Proxy

// Serves a proxy as its standard input says, for benchmarks and by hand: the first line is the
// proxy's settings, each further one the toxics from then on, or the word `statistics`; all JSON.
// It answers each line with one, and ends with its input.

/// What is said to the first line.
private struct Place: Encodable {
  var listen: [IPEndpoint]
}

private func text(_ value: some Encodable) throws -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  return Array(try encoder.encode(value))
}

private final class Service {
  private let loop: EventLoop
  private var channel: LineChannel?
  private var proxy: ProxyServer?

  init(on loop: EventLoop) throws {
    self.loop = loop
    channel = try LineChannel(
      reader: 0, writer: 1, on: loop, onLine: { [unowned self] in channel?.send(answer(to: $0)) },
      onEnd: { _ in loop.stop() })
  }

  private func answer(to line: [UInt8]) -> [UInt8] {
    do {
      guard let proxy else {
        let settings = try JSONDecoder().decode(ProxySettings.self, from: Data(line))
        let proxy = try ProxyServer(settings, on: loop)
        self.proxy = proxy
        return try text(Place(listen: proxy.addresses))
      }
      if line.elementsEqual("statistics".utf8) { return try text(proxy.statistics) }
      try proxy.apply(JSONDecoder().decode([PlacedToxic].self, from: Data(line)))
      return Array("{}".utf8)
    } catch {
      return Array("error: \(error)".utf8)
    }
  }
}

DescriptorLimit.raise()
let loop = try EventLoop()
private let service = try Service(on: loop)
withExtendedLifetime(service) { loop.run() }
