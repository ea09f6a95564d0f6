internal import Model

/// The toxics of one direction of a connection, one behind the other.
struct Chain {
  private struct Link {
    var name: String
    var toxic: Toxic
    var stage: any Stage
    var isTold = false
  }

  private var links: [Link] = []

  /// Whether bytes pass untouched.
  var isEmpty: Bool { links.isEmpty }

  /// When something may go next.
  var due: Duration? { links.compactMap(\.stage.due).min() }

  /// What all stages hold, where memory is limited.
  var held: Int { links.reduce(0) { $0 + $1.stage.held } }

  /// The most that they should hold before the source is no longer read.
  var capacity: Int { links.map(\.stage.capacity).max() ?? 0 }

  /// Takes a parcel that has just been read, and lets go what may go.
  mutating func take(_ parcel: Parcel, at now: Duration, into output: inout [Parcel]) {
    feed([parcel], to: 0, at: now, into: &output)
  }

  /// Lets go what may go.
  mutating func release(at now: Duration, into output: inout [Parcel]) {
    feed([], to: 0, at: now, into: &output)
  }

  private mutating func feed(
    _ parcels: [Parcel], to first: Int, at now: Duration, into output: inout [Parcel]
  ) {
    var moving = parcels
    for index in first..<links.count {
      for parcel in moving { links[index].stage.take(parcel) }
      moving.removeAll(keepingCapacity: true)
      links[index].stage.release(at: now, into: &moving)
    }
    output += moving
  }

  /// The toxics that have acted since this was asked last, and never before.
  mutating func takeActed() -> [String] {
    var names: [String] = []
    for index in links.indices where !links[index].isTold && links[index].stage.hasActed {
      links[index].isTold = true
      names.append(links[index].name)
    }
    return names
  }

  /// Makes these the toxics from now on; no byte is lost, doubled or overtaken.
  ///
  /// A toxic that stays under its name, in its order, keeps what it has counted and what it holds.
  mutating func apply(
    _ toxics: [PlacedToxic], at now: Duration, into output: inout [Parcel],
    random: (String) -> SplitMix
  ) {
    let staying = keep(toxics)
    // From the last to the first: what stands further along is older, and has to be ahead.
    for index in links.indices.reversed() where !staying.contains(links[index].name) {
      var given: [Parcel] = []
      links[index].stage.finish(at: now, into: &given)
      links.remove(at: index)
      feed(given, to: index, at: now, into: &output)
    }
    for (index, placed) in toxics.enumerated() where !staying.contains(placed.name) {
      guard let stage = placed.toxic.stage(from: now, random: random(placed.name)) else { continue }
      links.insert(Link(name: placed.name, toxic: placed.toxic, stage: stage), at: index)
    }
    release(at: now, into: &output)
  }

  /// Changes what stays, and gives its names: those that are in both lists in the same order.
  private mutating func keep(_ toxics: [PlacedToxic]) -> Set<String> {
    var names: Set<String> = []
    var next = 0
    for placed in toxics {
      guard let index = links[next...].firstIndex(where: { $0.name == placed.name }) else {
        continue
      }
      if links[index].toxic != placed.toxic {
        guard links[index].stage.change(to: placed.toxic) else { continue }
        links[index].toxic = placed.toxic
      }
      names.insert(placed.name)
      next = index + 1
    }
    return names
  }
}
