public import Foundation
internal import Sweep

extension RunStatus {
  /// The status as a JSON object with the same names as here, sorted. Times are in ISO 8601, nil is null, and a number
  /// that is not finite is the text `nan`, `inf` or `-inf`.
  ///
  /// - Parameter pretty: whether to use many lines, for people; otherwise one line.
  public func json(pretty: Bool = false) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.dateEncodingStrategy = .iso8601
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try encoder.encode(self)
  }

  enum CodingKeys: CodingKey {
    case sweep, state, time, counts, share, phases, running, failures, elapsed, operationsPerSecond, secondsLeft
  }

  /// Decodes a status. One written by an older version has no failures.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      sweep: try values.decode(String.self, forKey: .sweep), state: try values.decode(State.self, forKey: .state),
      time: try values.decode(Date.self, forKey: .time), counts: try values.decode(Counts.self, forKey: .counts),
      share: try values.decode(Double.self, forKey: .share),
      phases: try values.decode([PhaseStatus].self, forKey: .phases),
      running: try values.decode([Running].self, forKey: .running),
      failures: try values.decodeIfPresent([Failures].self, forKey: .failures) ?? [],
      elapsed: try values.decode(Double.self, forKey: .elapsed),
      operationsPerSecond: try values.decodeIfPresent(Double.self, forKey: .operationsPerSecond),
      secondsLeft: try values.decodeIfPresent(Double.self, forKey: .secondsLeft))
  }

  /// Encodes all keys; nil becomes null.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(sweep, forKey: .sweep)
    try values.encode(state, forKey: .state)
    try values.encode(time, forKey: .time)
    try values.encode(counts, forKey: .counts)
    try values.encode(share, forKey: .share)
    try values.encode(phases, forKey: .phases)
    try values.encode(running, forKey: .running)
    try values.encode(failures, forKey: .failures)
    try values.encode(elapsed, forKey: .elapsed)
    try values.encode(operationsPerSecond, forKey: .operationsPerSecond)
    try values.encode(secondsLeft, forKey: .secondsLeft)
  }

  /// Whether the numbers are possible for a run. The file may be damaged, so this is checked once, when it is read.
  var isPlausible: Bool {
    let rates = [operationsPerSecond] + phases.map(\.unitsPerSecond)
    let seconds = [elapsed, secondsLeft] + phases.map(\.secondsLeft)
    return ([counts] + phases.map(\.counts)).allSatisfy(\.isPlausible)
      && ([share] + phases.map(\.share)).allSatisfy { (0...1).contains($0) }
      && rates.allSatisfy { (0...1e24).contains($0 ?? 0) } && seconds.allSatisfy { (0...1e12).contains($0 ?? 0) }
      && failures.allSatisfy { $0.count >= 1 } && running.allSatisfy { $0.rank >= 0 }
  }
}

extension RunStatus.PhaseStatus {
  enum CodingKeys: CodingKey {
    case phase, counts, share, unitsPerSecond, secondsLeft
  }

  /// Encodes all keys; nil becomes null.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(phase, forKey: .phase)
    try values.encode(counts, forKey: .counts)
    try values.encode(share, forKey: .share)
    try values.encode(unitsPerSecond, forKey: .unitsPerSecond)
    try values.encode(secondsLeft, forKey: .secondsLeft)
  }
}

extension RunStatus.Counts {
  fileprivate var isPlausible: Bool {
    let parts = [done, failed, blocked, running, waiting]
    return parts.allSatisfy { (0...1_000_000_000_000).contains($0) } && parts.reduce(0, +) == total
  }
}
