import Foundation
import MPI
import Synchronization

/// Prints the cost of waiting with sleeps on this machine: processor time, latency and throughput. Asserts nothing. Two
/// ranks.
func measure(_ all: Communicator) throws {
  guard all.size == 2 else {
    World.abort(code: 64, because: "mpi-selftest: measure got \(all.size) ranks, expected 2")
  }
  try measureWaiting(all, .coordinator, name: "coordinator")
  try measureWaiting(all, .worker, name: "worker")
  try measureBarrier(all)
  try measureLatency(all)
  for mebibytes in [1, 16, 256] {
    try measureThroughput(all, byteCount: mebibytes << 20, repeats: 5)
  }
}

/// Rank 0 waits 5 s for a message.
private func measureWaiting(_ all: Communicator, _ polling: Polling, name: String) throws {
  try all.barrier()
  if all.rank == 1 {
    Thread.sleep(forTimeInterval: 5)
    try all.send([], to: 0, tag: 1)
  } else {
    let before = processorSeconds(CLOCK_PROCESS_CPUTIME_ID)
    let (_, seconds) = try timed { try all.receive(tag: 1, polling: polling) }
    let spent = processorSeconds(CLOCK_PROCESS_CPUTIME_ID) - before
    print(
      "waiting as \(name): \(format(spent)) CPU s in \(format(seconds)) s, \(format(100 * spent / seconds)) % of a core"
    )
  }
}

/// Rank 0 waits 5 s at a barrier.
private func measureBarrier(_ all: Communicator) throws {
  if all.rank == 1 { Thread.sleep(forTimeInterval: 5) }
  let before = processorSeconds(CLOCK_PROCESS_CPUTIME_ID)
  let (_, seconds) = try timed { try all.barrier() }
  let spent = processorSeconds(CLOCK_PROCESS_CPUTIME_ID) - before
  if all.rank == 0 { print("waiting at a barrier: \(format(spent)) CPU s in \(format(seconds)) s") }
}

/// Rank 1 sends 500 requests; a thread of rank 0 answers while rank 0's main thread computes.
private func measureLatency(_ all: Communicator) throws {
  let requests = 500
  try all.barrier()
  if all.rank == 1 {
    var latencies: [Double] = []
    for _ in 0..<requests {
      let (_, seconds) = try timed {
        try all.send([], to: 0, tag: 1)
        _ = try all.receive(from: 0, tag: 2)
      }
      latencies.append(seconds * 1000)
      Thread.sleep(forTimeInterval: 0.005)
    }
    latencies.sort()
    let median = latencies[requests / 2], late = latencies[requests * 99 / 100]
    print("request to answer: median \(format(median)) ms, 99 % within \(format(late)) ms")
    return
  }
  let alone = work(seconds: 2)
  let isAnswered = Atomic(false)
  let coordinatorSeconds = Mutex(0.0)
  Thread.detachNewThread {
    do {
      for _ in 0..<requests {
        let asked = try all.receive(tag: 1, polling: .coordinator)
        try all.send([], to: asked.source, tag: 2)
      }
    } catch {
      World.abort(code: 70, because: "mpi-selftest: coordinator: \(error)")
    }
    coordinatorSeconds.withLock { $0 = processorSeconds(CLOCK_THREAD_CPUTIME_ID) }
    isAnswered.store(true, ordering: .releasing)
  }
  let (shared, seconds) = timed { () -> Double in
    var rates: [Double] = []
    while !isAnswered.load(ordering: .acquiring) { rates.append(work(seconds: 0.2)) }
    return rates.reduce(0, +) / Double(rates.count)
  }
  let spent = coordinatorSeconds.withLock { $0 }
  print(
    "coordinator thread: \(format(100 * spent / seconds)) % of a core; work beside it ran at \(format(100 * shared / alone)) %"
  )
}

/// Rank 1 sends, rank 0 receives as a coordinator does.
private func measureThroughput(_ all: Communicator, byteCount: Int, repeats: Int) throws {
  let bytes = [UInt8](repeating: 1, count: byteCount)
  try all.barrier()
  let before = processorSeconds(CLOCK_PROCESS_CPUTIME_ID)
  let (_, seconds) = try timed {
    for _ in 0..<repeats {
      if all.rank == 1 {
        try all.send(bytes, to: 0, tag: 1)
      } else {
        _ = try all.receive(tag: 1, polling: .coordinator)
      }
    }
  }
  let spent = processorSeconds(CLOCK_PROCESS_CPUTIME_ID) - before
  guard all.rank == 0 else { return }
  let rate = Double(byteCount * repeats) / seconds / 1e9
  print(
    "messages of \(byteCount >> 20) MiB: \(format(rate)) GB/s, receiver at \(format(100 * spent / seconds)) % of a core"
  )
}

/// Steps of arithmetic per second, measured over `seconds`.
private func work(seconds: Double) -> Double {
  var state: UInt64 = 1
  var steps = 0
  let (_, spent) = timed {
    let end = Date.timeIntervalSinceReferenceDate + seconds
    while Date.timeIntervalSinceReferenceDate < end {
      for _ in 0..<100_000 { state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407 }
      steps += 100_000
    }
  }
  // The result is used so that the compiler keeps the loop.
  return state == 0 ? 0 : Double(steps) / spent
}

private func timed<Result>(_ body: () throws -> Result) rethrows -> (Result, seconds: Double) {
  let clock = ContinuousClock()
  let start = clock.now
  let result = try body()
  return (result, (clock.now - start) / .seconds(1))
}

private func processorSeconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  guard clock_gettime(clock, &time) == 0 else { return .nan }
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private func format(_ value: Double) -> String { String(format: "%.3f", value) }
