import Foundation

/// What this process holds, in MiB; nil where the system does not tell.
enum Memory {
  /// The proportional set size: a page that n processes share counts by its nth part.
  static func pss() -> Double? { read("/proc/self/smaps_rollup", "Pss") }

  /// The greatest resident set so far.
  static func peakRSS() -> Double? { read("/proc/self/status", "VmHWM") }

  private static func read(_ path: String, _ field: String) -> Double? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix(field + ":") }
    return line?.split(whereSeparator: \.isWhitespace).lazy.compactMap { Double($0) }.first.map { $0 / 1024 }
  }
}
