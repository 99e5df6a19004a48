import LossLandscape
import Testing

@Suite struct HessianTraceTests {
  /// Of a diagonal matrix every probe gives the trace.
  @Test func diagonalIsExact() throws {
    let trace = try HessianTrace(quadratic([[2, 0, 0], [0, -5, 0], [0, 0, 4]]), probes: 3, seed: 0)
    #expect(isClose(trace.probes, [1, 1, 1], 2e-3))
    #expect(abs(trace.mean - 1) < 2e-3)
  }

  /// Of [[2, 1], [1, 5]] a probe gives 7 + 2 or 7 - 2, as its signs agree or not; both come.
  @Test func twoByTwoByHand() throws {
    let trace = try HessianTrace(quadratic([[2, 1], [1, 5]]), probes: 64, seed: 0)
    let agreeing = trace.probes.count { $0 > 7 }
    #expect(isClose(trace.probes, trace.probes.map { $0 > 7 ? 9 : 5 }, 5e-3))
    #expect((16..<48).contains(agreeing), "four standard deviations")
    #expect(abs(trace.mean - (5 + 4 * Double(agreeing) / 64)) < 5e-3)
    let share = Double(agreeing) / 64
    let error = try #require(trace.standardError)
    #expect(abs(error - 4 * (share * (1 - share) / 63).squareRoot()) < 1e-3)
  }

  @Test func oneProbeHasNoError() throws {
    #expect(try HessianTrace(quadratic([[2]]), probes: 1, seed: 0).standardError == nil)
  }

  /// A probe depends on its number alone, and a group's probe on the places alone.
  @Test func probesAreKeyed() throws {
    let a: [[Double]] = [[1, 2, 0], [2, 1, 3], [0, 3, 1]]
    let four = try HessianTrace(quadratic(a), probes: 4, seed: 5).probes
    #expect(try HessianTrace(quadratic(a), probes: 2, seed: 5).probes == Array(four[0..<2]))
    #expect(try HessianTrace(quadratic(a), probes: 4, seed: 6).probes != four)
    // Without the middle row z^T A z is 2, with it 3 + 4 z0 z1 + 6 z1 z2.
    #expect(isClose(try HessianTrace(quadratic(a, places: [0..<1, 2..<3]), probes: 2, seed: 5).probes, [2, 2], 5e-3))
  }
}
