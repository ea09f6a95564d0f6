/// What a link does to the packets of one direction, in the words and with the means of tc-netem(8) and
/// tc-tbf(8).
public struct Shaping: Sendable, Hashable, Codable {
  public var delay: Delay?
  public var loss: Loss?
  /// Packets in which one random bit is turned over.
  public var corruption: Chance?
  /// Packets that are sent twice.
  public var duplication: Chance?
  public var reordering: Reordering?
  /// A link on which each packet takes its time, one after the other.
  public var rate: Rate?
  /// A limit of throughput that lets bursts pass at full speed.
  public var bandwidth: Bandwidth?

  /// Makes a shaping; without any effect it is a problem: see `problems`.
  public init(
    delay: Delay? = nil, loss: Loss? = nil, corruption: Chance? = nil, duplication: Chance? = nil,
    reordering: Reordering? = nil, rate: Rate? = nil, bandwidth: Bandwidth? = nil
  ) {
    self.delay = delay
    self.loss = loss
    self.corruption = corruption
    self.duplication = duplication
    self.reordering = reordering
    self.rate = rate
    self.bandwidth = bandwidth
  }

  /// Whether the netem qdisc is needed, which not every kernel has.
  public var needsNetem: Bool {
    delay != nil || loss != nil || corruption != nil || duplication != nil || reordering != nil
      || rate != nil
  }
}

extension Shaping {
  /// How a delay that varies is distributed.
  ///
  /// All but `uniform` come from tables that iproute2 installs beside tc, and have `jitter` for their
  /// standard deviation; the tables end at four of them.
  public enum Distribution: String, Sendable, Hashable, Codable, CaseIterable {
    /// Evenly between `delay - jitter` and `delay + jitter`.
    ///
    /// It is what the kernel does without a table, though tc-netem(8) says otherwise; tc has no table of
    /// this name and would refuse it.
    case uniform
    case normal
    case pareto
    case paretonormal
  }

  /// A delay of every packet.
  ///
  /// A jitter that is not small against the time between packets reorders them.
  public struct Delay: Sendable, Hashable {
    public var mean: Duration
    public var jitter: Duration
    /// How much one packet's delay is like that of the packet before; without jitter it says nothing.
    public var correlation: Percentage
    public var distribution: Distribution

    /// Makes a delay.
    public init(
      _ mean: Duration, jitter: Duration = .zero, correlation: Percentage = .none,
      distribution: Distribution = .uniform
    ) {
      self.mean = mean
      self.jitter = jitter
      self.correlation = correlation
      self.distribution = distribution
    }

    /// The longest delay that a packet may have.
    public var longest: Duration {
      mean + (distribution == .uniform ? jitter : jitter * 4)
    }
  }

  /// Something that happens to a share of the packets.
  public struct Chance: Sendable, Hashable, Codable {
    public var share: Percentage
    /// How much what happens to one packet is like what happened to the packet before.
    public var correlation: Percentage

    /// Makes a chance.
    public init(_ share: Percentage, correlation: Percentage = .none) {
      self.share = share
      self.correlation = correlation
    }
  }

  /// Packets that are lost.
  public enum Loss: Sendable, Hashable, Codable {
    /// A share of them, each for itself.
    ///
    /// With a correlation the share is not kept, which is why tc-netem(8) advises against one.
    case random(Chance)
    /// By the chain of Markov with four states of Salsano, Ludovici and Ordine ("Definition of a general
    /// and intuitive loss model for packet networks", 2012).
    ///
    /// 1 is good reception, 2 good reception within a burst, 3 loss within a burst, 4 a loss by itself;
    /// `p13` is the probability to go from 1 to 3.
    case state(
      p13: Percentage, p31: Percentage, p32: Percentage, p23: Percentage, p14: Percentage)
    /// In bursts, by the model of Gilbert (1960) and Elliott (1963): a good and a bad state.
    ///
    /// `p` and `r` are the probabilities to go to the bad state and back, so that bursts are `1/r` packets
    /// long; `lossInBad` (1-h) and `lossInGood` (1-k) are the shares that are lost in each.
    case gilbertElliott(
      p: Percentage, r: Percentage, lossInBad: Percentage, lossInGood: Percentage)
  }

  /// Packets that overtake others: a share of them is sent at once, the rest after the delay.
  public struct Reordering: Sendable, Hashable, Codable {
    public var chance: Chance
    /// Of every so many packets one may overtake; nil: any may.
    public var gap: Int?

    /// Makes a reordering, which needs a delay beside it.
    public init(_ chance: Chance, gap: Int? = nil) {
      self.chance = chance
      self.gap = gap
    }
  }

  /// The speed of a link, by netem.
  public struct Rate: Sendable, Hashable, Codable {
    public var bitsPerSecond: Int
    /// Bytes that each packet has on the wire beside its own; negative ones take away headers that it has.
    public var packetOverhead: Int
    /// The payload of a cell, 48 bytes for ATM; zero where a link has no cells.
    public var cellSize: Int
    /// Bytes that each cell has beside its payload: 5 for ATM.
    public var cellOverhead: Int

    /// Makes a rate.
    public init(
      bitsPerSecond: Int, packetOverhead: Int = 0, cellSize: Int = 0, cellOverhead: Int = 0
    ) {
      self.bitsPerSecond = bitsPerSecond
      self.packetOverhead = packetOverhead
      self.cellSize = cellSize
      self.cellOverhead = cellOverhead
    }
  }

  /// A limit of throughput, by a token bucket.
  public struct Bandwidth: Sendable, Hashable, Codable {
    /// How much may wait for tokens; what is above it is dropped.
    public enum Queue: Sendable, Hashable {
      /// What is sent within this time.
      case latency(Duration)
      case bytes(Int)
    }

    public var bitsPerSecond: Int
    /// The size of the bucket in bytes: what passes at once after a rest.
    public var burst: Int
    public var queue: Queue

    /// Makes a limit; the usual bucket is what `usualBurst(for:)` says.
    public init(
      bitsPerSecond: Int, burst: Int? = nil, queue: Queue = .latency(.milliseconds(400))
    ) {
      self.bitsPerSecond = bitsPerSecond
      self.burst = burst ?? Self.usualBurst(for: bitsPerSecond)
      self.queue = queue
    }

    /// The bytes of 4 ms, a tick of a kernel with 250 of them in a second, and of two frames at least.
    ///
    /// A bucket that is smaller than what comes in a tick can't keep up with its rate (tc-tbf(8)), and one
    /// that is smaller than a packet drops it.
    public static func usualBurst(for bitsPerSecond: Int) -> Int {
      max(2 * Shaping.frameSize, bitsPerSecond / 8 / 250)
    }
  }

  /// The bytes of a full frame of Ethernet, its header included.
  public static let frameSize = 1_514
}

extension Percentage {
  /// Nothing: 0 %.
  public static let none = Percentage(fraction: 0)
  /// Everything: 100 %.
  public static let all = Percentage(fraction: 1)
}
