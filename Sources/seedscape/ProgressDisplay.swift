import Coordination
import Foundation
import Glibc
import Ledger
import LinearAlgebra
import Sweep
import Synchronization

/// Tells how far a run is: `status.json` every two seconds, the lease's heartbeat, a bar on a terminal or lines in a log.
final class ProgressDisplay: ProgressObserver {
  private let preparation: Preparation
  private let status: StatusFile
  private let isTerminal: Bool
  private let quiet: Bool
  private let last = Mutex(Moments())

  private struct Moments {
    var status = ContinuousClock.Instant.now - .seconds(3600)
    var lease = ContinuousClock.Instant.now
    var line = ContinuousClock.Instant.now
    var newest: JobProgress?
  }

  /// - Parameter quiet: print nothing.
  init(_ preparation: Preparation, quiet: Bool) {
    self.preparation = preparation
    self.quiet = quiet
    status = StatusFile(of: preparation.run)
    isTerminal = isatty(STDERR_FILENO) == 1
  }

  /// What is run, where and how.
  func begin(_ preparation: Preparation) throws {
    guard !quiet else { return }
    let threads = preparation.plan.threads
    standardError(
      "seedscape: \(preparation.sweep.name), \(preparation.plan.units.count) units; ranks: "
        + "\(preparation.places.summary); OpenBLAS \(BLAS.coreName), threads a rank: \(threads); results in "
        + preparation.run.root.path)
    for warning in preparation.places.warnings(threads: threads) { standardError("seedscape: \(warning)") }
  }

  func observe(_ progress: JobProgress) throws {
    let now = ContinuousClock.now
    let (writes, renews, prints) = last.withLock { last in
      let isLast = progress.counts.remaining == 0
      last.newest = progress
      let due = (
        isLast || now - last.status >= .seconds(2), now - last.lease >= .seconds(10),
        isTerminal || now - last.line >= .seconds(30)
      )
      if due.0 { last.status = now }
      if due.1 { last.lease = now }
      if due.2 { last.line = now }
      return due
    }
    let status = status(progress, .running)
    if writes { try self.status.write(status) }
    if renews { try preparation.lease.renew() }
    if prints && !quiet { show(status, progress) }
  }

  func willRetry(_ unit: WorkUnit, rank: Int, message: String) {
    preparation.noteRetry(of: unit.id)
    standardError("seedscape: \(unit.name) failed on rank \(rank) and is tried again: \(message)")
  }

  /// The last word.
  func end(_ summary: Summary) throws {
    if let progress = last.withLock({ $0.newest }) {
      try status.write(status(progress, summary.interruptedBy == nil ? .finished : .interrupted))
    }
    guard !quiet || summary.exitCode != 0 else { return }
    let counts = "\(summary.done) units done, \(summary.failed) failed, \(summary.blocked) blocked"
    switch summary.ending {
    case .interrupted(let signal):
      standardError(
        "seedscape: stopped by signal \(signal), \(counts), \(summary.remaining) left; the same command goes on")
    default:
      standardError(
        "\(isTerminal && !quiet ? "\n" : "")seedscape: \(counts); see "
          + "`seedscape export \(preparation.run.root.relativePath)`")
    }
  }

  private func show(_ status: RunStatus, _ progress: JobProgress) {
    if isTerminal {
      let whole = progress.costDone + progress.costRemaining
      let bar = ProgressLine.bar(status, share: whole > 0 ? progress.costDone / whole : 1)
      FileHandle.standardError.write(Data("\r\u{1B}[K\(bar)".utf8))
    } else {
      standardError("seedscape: \(ProgressLine.text(status))")
    }
  }

  private func status(_ progress: JobProgress, _ state: RunStatus.State) -> RunStatus {
    let (counts, now) = (progress.counts, Date())
    return RunStatus(
      sweep: preparation.sweep.name, state: state, time: now,
      counts: RunStatus.Counts(
        done: counts.done, failed: counts.failed, blocked: counts.blocked, running: counts.running,
        waiting: counts.waiting + counts.ready),
      running: progress.running.map {
        RunStatus.Running(unit: $0.unit.name, rank: $0.rank, since: now.addingTimeInterval(-$0.seconds))
      },
      finishedCost: progress.costDone, remainingCost: progress.costRemaining, elapsed: progress.seconds)
  }
}
