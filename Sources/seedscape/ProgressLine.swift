import Foundation
import Ledger

/// The one line that tells how far a run is.
enum ProgressLine {
  /// For example: `37 of 205 units done, 1 failed, 12 min left`.
  static func text(_ status: RunStatus) -> String {
    let counts = status.counts
    var parts = ["\(counts.done) of \(counts.total) units done"]
    if counts.failed > 0 { parts.append("\(counts.failed) failed") }
    if counts.blocked > 0 { parts.append("\(counts.blocked) blocked") }
    if status.state == .running {
      if let rate = status.operationsPerSecond { parts.append("\(Int((rate / 1e9).rounded())) Gop/s") }
      if let left = status.secondsLeft { parts.append("\(duration(left)) left") }
    }
    return parts.joined(separator: ", ")
  }

  /// A bar of twenty places and the line.
  static func bar(_ status: RunStatus, share: Double) -> String {
    let filled = Int((min(1, max(0, share)) * 20).rounded(.down))
    return "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: 20 - filled))] \(text(status))"
  }

  private static func duration(_ seconds: Double) -> String {
    if seconds < 90 { return "\(Int(seconds.rounded(.up))) s" }
    if seconds < 5400 { return "\(Int((seconds / 60).rounded())) min" }
    return "\((seconds / 360).rounded() / 10) h"
  }
}
