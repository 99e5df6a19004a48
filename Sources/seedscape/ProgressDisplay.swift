import Coordination
import Foundation
import Ledger
import LinearAlgebra
import Progress
import Sweep
import Synchronization

/// Tells how far a run is: `status.json` every two seconds, and what `--progress` asks for.
final class ProgressDisplay: ProgressObserver {
  private let preparation: Preparation
  private let status: StatusFile
  private let mode: ProgressMode
  private let state: Mutex<State>

  private struct State {
    var output: ProgressOutput
    var status = ContinuousClock.Instant.now - .seconds(3600)
    var newest: RunStatus?
  }

  init(_ preparation: Preparation, _ mode: ProgressMode) {
    self.preparation = preparation
    self.mode = mode
    status = StatusFile(of: preparation.run)
    state = Mutex(State(output: ProgressOutput(mode, name: "seedscape")))
    // A reader of the progress may go before the run has ended.
    signal(SIGPIPE, SIG_IGN)
  }

  /// What is run, where and how.
  func begin() {
    guard mode != .none else { return }
    if !preparation.lost.isEmpty {
      let names = preparation.lost.prefix(3).map(\.name).joined(separator: ", ")
      standardError(
        "seedscape: files of \(preparation.lost.count) finished units are gone, which are done again: \(names)"
          + (preparation.lost.count > 3 ? ", ..." : ""))
    }
    let threads = preparation.plan.threads
    standardError(
      "seedscape: \(preparation.sweep.name), \(preparation.plan.units.count) units; ranks: "
        + "\(preparation.places.summary); OpenBLAS \(BLAS.coreName), threads a rank: \(threads); results in "
        + preparation.run.root.path)
    for warning in preparation.places.warnings(threads: threads) { standardError("seedscape: \(warning)") }
  }

  func observe(_ progress: JobProgress) throws {
    let now = ContinuousClock.now
    try preparation.lease.check()
    let status = RunStatus(progress, of: preparation.sweep.name, .running, failures: preparation.failures)
    let writes = state.withLock { state in
      let isDue = progress.counts.remaining == 0 || now - state.status >= .seconds(2)
      if isDue { state.status = now }
      state.newest = status
      state.output.show(status.wholeBar, parts: status.phaseBars, at: progress.seconds)
      return isDue
    }
    if writes { try tell(status) }
  }

  func willRetry(_ unit: WorkUnit, rank: Int, message: String) {
    preparation.noteRetry(of: unit.id)
    state.withLock {
      $0.output.say("seedscape: \(unit.name) failed on rank \(rank) and is tried again: \(message)")
    }
  }

  /// The last word.
  func end(_ summary: Summary) throws {
    if let last = newest?.with(summary.interruptedBy == nil ? .finished : .interrupted) {
      try tell(last)
      if last.state == .interrupted {
        // What came after the last drawing; nothing comes after this one.
        state.withLock { $0.output.show(last.wholeBar, parts: last.phaseBars, at: .infinity) }
      }
    }
    guard mode != .none || summary.exitCode != 0 else { return }
    let counts = "\(summary.done) units done, \(summary.failed) failed, \(summary.blocked) blocked"
    switch summary.ending {
    case .interrupted(let signal):
      standardError(
        "seedscape: stopped by signal \(signal), \(counts), \(summary.remaining) left; the same command goes on")
    default:
      standardError("seedscape: \(counts); see `seedscape export \(preparation.run.root.relativePath)`")
    }
    for line in failureLines(preparation.failures, failed: summary.failed, blocked: summary.blocked) {
      standardError("seedscape: \(line)")
    }
  }

  /// The last word of a run that an error ended, as far as there is still a place for it.
  func fail() {
    guard let failed = newest?.with(.failed) else { return }
    if mode == .json { printLine(failed) }
    // Without the lease the file is another job's.
    if (try? preparation.lease.check()) != nil { try? status.write(failed) }
  }

  private var newest: RunStatus? { state.withLock { $0.newest } }

  private func tell(_ status: RunStatus) throws {
    try self.status.write(status)
    if mode == .json { printLine(status) }
  }

  /// Work goes on when nobody reads it.
  private func printLine(_ status: RunStatus) {
    guard let line = try? status.json() else { return }
    try? FileHandle.standardOutput.write(contentsOf: line + Data("\n".utf8))
  }
}
