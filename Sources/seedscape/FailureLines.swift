import Ledger

/// What to say wherever failures are reported: the first reasons, and what to do.
func failureLines(_ reasons: [RunStatus.Failures], failed: Int, blocked: Int) -> [String] {
  guard failed + blocked > 0 else { return [] }
  let told = reasons.reduce(0) { $0 + $1.count }
  var lines = reasons.map { failures in
    let units = failures.count == 1 ? failures.unit : "\(failures.count) units, first \(failures.unit)"
    return "failed: \(units): \(failures.reason)"
  }
  if !reasons.isEmpty && told < failed { lines.append("failed: \(failed - told) more, for other reasons") }
  lines.append(
    "after mending the cause, the same command with --retry-failed tries all of them again; those that lacked a file it "
      + "tries again without it")
  return lines
}
