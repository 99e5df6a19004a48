import Coordination
import Foundation
import Ledger
import Progress
import Sweep

extension RunStatus {
  /// What the coordinator tells of a sweep's run, now.
  init(_ progress: JobProgress, of sweep: String, _ state: State, failures: [Failures]) {
    let now = Date()
    self.init(
      sweep: sweep, state: state, time: now, counts: Counts(progress.counts), share: progress.share,
      phases: progress.phases.map { phase in
        // At the rate it has beside others; it ends no later than the whole.
        PhaseStatus(
          phase: phase.phase, counts: Counts(phase.counts), share: phase.share, unitsPerSecond: phase.unitsPerSecond,
          secondsLeft: phase.secondsLeft.map { min($0, progress.secondsLeft ?? $0) })
      },
      running: progress.running.map {
        Running(unit: $0.unit.name, rank: $0.rank, since: now.addingTimeInterval(-$0.seconds))
      },
      failures: failures, elapsed: progress.seconds, operationsPerSecond: progress.rate,
      secondsLeft: progress.secondsLeft)
  }

  /// The whole run.
  var wholeBar: ProgressBar {
    let goesOn = state == .running && counts.running + counts.waiting > 0
    return ProgressBar(
      title: "all units", done: counts.done, total: counts.total, failed: counts.failed, blocked: counts.blocked,
      share: share, rate: state == .running ? operationsPerSecond.map { "\(Int(($0 / 1e9).rounded())) Gop/s" } : nil,
      secondsLeft: goesOn ? secondsLeft : nil)
  }

  /// Its phases.
  var phaseBars: [ProgressBar] {
    phases.map { phase in
      ProgressBar(
        title: phase.phase.rawValue, done: phase.counts.done, total: phase.counts.total, failed: phase.counts.failed,
        blocked: phase.counts.blocked, share: phase.share, rate: phase.unitsPerSecond.map { ProgressBar.rate($0) },
        secondsLeft: state == .running ? phase.secondsLeft : nil)
    }
  }
}

extension RunStatus.Counts {
  fileprivate init(_ counts: UnitCounts) {
    self.init(
      done: counts.done, failed: counts.failed, blocked: counts.blocked, running: counts.running,
      waiting: counts.waiting + counts.ready)
  }
}
