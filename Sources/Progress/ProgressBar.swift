/// The progress of a piece of work, for people to read: a bar on a terminal, some words in a log.
public struct ProgressBar: Sendable, Hashable {
  /// What is being done, such as `points`.
  public var title: String
  /// The number done.
  public var done: Int
  /// The total number.
  public var total: Int
  /// The number that failed.
  public var failed: Int
  /// The number that cannot be done because others failed.
  public var blocked: Int
  /// The fraction of the bar that is filled, in `0...1`.
  public var share: Double
  /// The rate, as formatted by ``rate(_:of:)``; nil if not known yet.
  public var rate: String?
  /// Seconds until the end; nil if not known yet.
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

  /// A bar of equal steps. The time left is computed from the rate.
  ///
  /// - Parameters:
  ///   - perSecond: steps done per second; nil or 0 if not known yet.
  ///   - unit: what the rate calls them, such as `steps`.
  public init(title: String, done: Int, total: Int, perSecond: Double?, unit: String = "") {
    let perSecond = perSecond.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    self.init(
      title: title, done: done, total: total, share: total > 0 ? Double(done) / Double(total) : 1,
      rate: perSecond.map { Self.rate($0, of: unit) },
      secondsLeft: done < total ? perSecond.map { Double(total - done) / $0 } : nil)
  }

  /// Whether nothing is left to do.
  public var isEnded: Bool { done + failed + blocked >= total }

  /// For example `points 205 of 425, 1 failed, 31/s, 12 s left`.
  public var text: String {
    let parts: [String?] = ["\(title) \(done) of \(total)", note, rate, left]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }

  /// What went wrong; nil if nothing did.
  var note: String? {
    let notes = [(failed, "failed"), (blocked, "blocked")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return notes.isEmpty ? nil : notes.joined(separator: ", ")
  }

  var left: String? { secondsLeft.map { "\(Self.duration($0)) left" } }

  /// A rate with two digits, per second, minute or hour, whichever is the first to give at least one: `4.2/min`.
  ///
  /// - Parameters:
  ///   - perSecond: the number per second, at least 0.
  ///   - unit: what they are called, such as `steps`; empty if the title says it.
  public static func rate(_ perSecond: Double, of unit: String = "") -> String {
    let (value, time) =
      perSecond >= 1 ? (perSecond, "s") : perSecond * 60 >= 1 ? (perSecond * 60, "min") : (perSecond * 3600, "h")
    let number = value < 9.95 ? "\((value * 10).rounded() / 10)" : "\(Int(min(value, 1e15).rounded()))"
    return unit.isEmpty ? "\(number)/\(time)" : "\(number) \(unit)/\(time)"
  }

  /// A duration with about two digits: `45 s`, `12 min`, `3.5 h`, `2.1 days`.
  public static func duration(_ seconds: Double) -> String {
    let seconds = min(max(0, seconds), 1e12)
    if seconds <= 90 { return "\(Int(seconds.rounded(.up))) s" }
    if seconds < 5400 { return "\(Int((seconds / 60).rounded())) min" }
    if seconds < 172_800 { return "\((seconds / 360).rounded() / 10) h" }
    return "\((seconds / 8640).rounded() / 10) days"
  }
}
