import Foundation
import MPI

/// Ends all ranks with status 1 and a message unless `condition` holds.
func expect(
  _ condition: Bool, _ expected: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
  guard !condition else { return }
  World.abort(code: 1, because: "mpi-selftest: \(file):\(line): expected: \(expected())")
}

/// Lengths at every edge: zero, one, primes, the longest message that travels whole and its neighbours, and several MiB
/// that no piece size divides.
let awkwardLengths = [0, 1, 7, 997, 3967, 3968, 3969, 4096, 65_537, 1 << 20, 5 * (1 << 20) + 13]

/// Bytes that depend on seed and position: no two pieces look alike, and a shifted one is noticed.
func pattern(_ count: Int, seed: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 0x9E37_79B1 &+ seed &* 0x85EB_CA6B) >> 13) }
}

/// Runs `body` in two threads at once, numbered 0 and 1, and returns when both have ended.
func inTwoThreads(_ body: @escaping @Sendable (Int) throws -> Void) {
  let ended = DispatchSemaphore(value: 0)
  for number in 0..<2 {
    Thread.detachNewThread {
      do { try body(number) } catch { World.abort(code: 70, because: "mpi-selftest: thread \(number): \(error)") }
      ended.signal()
    }
  }
  for _ in 0..<2 { ended.wait() }
}
