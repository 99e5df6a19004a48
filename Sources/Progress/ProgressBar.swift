/// How far a piece of work is, as a person reads it: a bar on a terminal, some words in a log.
public struct ProgressBar: Sendable, Hashable {
  /// What is done, such as `points`.
  public var title: String
  /// How many are done.
  public var done: Int
  /// Of how many.
  public var total: Int
  /// How many failed.
  public var failed: Int
  /// How many cannot be done because others failed.
  public var blocked: Int
  /// How much of the bar is filled, in `0...1`.
  public var share: Double
  /// How fast it is done, as ``rate(_:of:)`` writes it; nil while that is not known.
  public var rate: String?
  /// Seconds until its end; nil while that is not known.
  public var secondsLeft: Double?

  /// A bar from its parts.
  public init(
    title: String, done: Int, total: Int, failed: Int = 0, blocked: Int = 0, share: Double, rate: String? = nil,
    secondsLeft: Double? = nil
  ) {
    self.title = title
    self.done = done
    self.total = total
    self.failed = failed
    self.blocked = blocked
    self.share = min(1, max(0, share))
    self.rate = rate
    self.secondsLeft = secondsLeft
  }

  /// A bar of equal steps; the time left follows from the rate.
  ///
  /// - Parameters:
  ///   - perSecond: how many are done in a second; nil, or 0, while that is not known.
  ///   - unit: what they are called in the rate, such as `steps`.
  public init(title: String, done: Int, total: Int, perSecond: Double?, unit: String = "") {
    let perSecond = perSecond.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    self.init(
      title: title, done: done, total: total, share: total > 0 ? Double(done) / Double(total) : 1,
      rate: perSecond.map { Self.rate($0, of: unit) },
      secondsLeft: done < total ? perSecond.map { Double(total - done) / $0 } : nil)
  }

  /// Whether nothing of it is left to do.
  public var isEnded: Bool { done + failed + blocked >= total }

  /// For example `points 205 of 425, 1 failed, 31/s, 12 s left`.
  public var text: String {
    let parts: [String?] = ["\(title) \(done) of \(total)", note, rate, left]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }

  /// What went wrong, nil if nothing did.
  var note: String? {
    let notes = [(failed, "failed"), (blocked, "blocked")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return notes.isEmpty ? nil : notes.joined(separator: ", ")
  }

  var left: String? { secondsLeft.map { "\(Self.duration($0)) left" } }

  /// A rate with two digits, in the first of second, minute and hour in which there is at least one: `4.2/min`.
  ///
  /// - Parameters:
  ///   - perSecond: how many there are in a second, at least 0.
  ///   - unit: what they are called, such as `steps`; empty where the title says it.
  public static func rate(_ perSecond: Double, of unit: String = "") -> String {
    let (value, time) =
      perSecond >= 1 ? (perSecond, "s") : perSecond * 60 >= 1 ? (perSecond * 60, "min") : (perSecond * 3600, "h")
    let number = value < 9.95 ? "\((value * 10).rounded() / 10)" : "\(Int(min(value, 1e15).rounded()))"
    return unit.isEmpty ? "\(number)/\(time)" : "\(number) \(unit)/\(time)"
  }

  /// A length of time with about two digits: `45 s`, `12 min`, `3.5 h`, `2.1 days`.
  public static func duration(_ seconds: Double) -> String {
    let seconds = min(max(0, seconds), 1e12)
    if seconds <= 90 { return "\(Int(seconds.rounded(.up))) s" }
    if seconds < 5400 { return "\(Int((seconds / 60).rounded())) min" }
    if seconds < 172_800 { return "\((seconds / 360).rounded() / 10) h" }
    return "\((seconds / 8640).rounded() / 10) days"
  }
}
