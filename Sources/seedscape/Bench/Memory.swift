import Foundation

/// What this process holds, in MiB.
enum Memory {
  /// The proportional set size: shared pages count by the share. Buffers are kept for their life, so that a reading after
  /// the work is the work's peak.
  static func pss() throws -> Double { try read("/proc/self/smaps_rollup", "Pss") }

  /// The greatest resident set so far.
  static func peakRSS() throws -> Double { try read("/proc/self/status", "VmHWM") }

  private static func read(_ path: String, _ field: String) throws -> Double {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for line in text.split(separator: "\n") where line.hasPrefix(field + ":") {
      if let kilobytes = line.split(whereSeparator: \.isWhitespace).compactMap({ Double($0) }).first {
        return kilobytes / 1024
      }
    }
    throw InputError("\(path) has no \(field), expected a Linux kernel of 4.14 or newer")
  }
}
