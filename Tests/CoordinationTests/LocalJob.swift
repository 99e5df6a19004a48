import Coordination
import Foundation
import Sweep
import Synchronization

/// A job whose ranks are threads of this process.
struct LocalJob {
  /// How a job ended.
  struct End {
    /// What the coordinator returned or threw.
    let result: Result<Summary, any Error>
    /// What each worker returned, by rank; nil for one that threw.
    let summaries: [Summary?]
    /// What was recorded.
    let recorder: MemoryRecorder
    /// What was observed.
    let observer: MemoryObserver
  }

  var units: [WorkUnit]
  var finished: [Outcome] = []
  var workers = 1
  var retries = 0
  var recorder = MemoryRecorder()
  var observer = MemoryObserver()
  /// Signals by rank; the coordinator uses those of rank 0.
  var stops = (0..<5).map { _ in StopSignal() }

  /// Runs the job. The runner is passed its rank.
  func run(_ runner: @escaping @Sendable (WorkUnit, Inputs, UnitContext, _ rank: Int) throws -> UnitResult) -> End {
    let channel = LocalChannel(ranks: workers)
    let summaries = Mutex([Summary?](repeating: nil, count: workers))
    let ended = DispatchSemaphore(value: 0)
    for rank in 0..<workers {
      Thread.detachNewThread { [stop = stops[rank]] in
        let worker = Worker(channel: channel.worker(rank), stop: stop)
        let summary = try? worker.run { try runner($0, $1, $2, rank) }
        summaries.withLock { $0[rank] = summary }
        ended.signal()
      }
    }
    let statuses = Dictionary(finished.map { ($0.unit, $0.status) }) { _, last in last }
    let plan = Result { try Schedule(units: units, finished: statuses, retries: retries, ranks: workers) }
    var coordinator = Coordinator(
      plan, finished: finished, channel: channel, recorder: recorder, observer: observer, stop: stops[0])
    let result = Result { try coordinator.run() }
    for _ in 0..<workers { ended.wait() }
    return End(result: result, summaries: summaries.withLock { $0 }, recorder: recorder, observer: observer)
  }
}

/// Sleeps for up to 2 ms, so that units end in a different order each time.
func dawdle() {
  Thread.sleep(forTimeInterval: Double.random(in: 0...0.002))
}
