import Foundation
import LinearAlgebra
import Testing

@Suite struct LogarithmTests {
  private func value(_ x: Double) -> Double { logarithm(SIMD8(repeating: x))[0] }

  /// The largest distance from Foundation's logarithm, in units in its last place, over eight numbers at a time.
  private func worst(_ count: Int, _ number: (Int) -> Double) -> (error: Double, place: Double) {
    var worst = (error: 0.0, place: 0.0)
    for first in stride(from: 0, to: count, by: 8) {
      var x = SIMD8<Double>.zero
      for lane in 0..<8 { x[lane] = number(first + lane) }
      let y = logarithm(x)
      for lane in 0..<8 {
        let expected = log(x[lane])
        let error = abs(y[lane] - expected) / expected.ulp
        if !(error <= worst.error) { worst = (error, x[lane]) }
      }
    }
    return worst
  }

  @Test func byHand() {
    #expect(value(1) == 0)
    #expect(value(2) == M_LN2)
    #expect(value(0.5) == -M_LN2)
    #expect(value(1024) == 10 * M_LN2)
    #expect(value(10) == M_LN10)
    #expect(abs(value(M_E) - 1) <= 1 - 1.0.nextDown)
    // x - x^2 / 2 of x = 2^-52.
    #expect(value(1.0.nextUp) == 0x1p-52 - 0x1p-105)
  }

  // Foundation's own error is below 0.52 units and ours is below 0.9, so the two differ by at most one number.

  @Test func agreesWithFoundationOverAllMagnitudes() {
    let (least, greatest) = (Double.leastNormalMagnitude.bitPattern, Double.greatestFiniteMagnitude.bitPattern)
    let step = (greatest - least) / 1_000_000
    let found = worst(1_000_000) { Double(bitPattern: least + UInt64($0) * step) }
    #expect(found.error <= 1, "at \(found.place)")
    #expect(abs(value(.leastNormalMagnitude) - log(.leastNormalMagnitude)) <= log(.leastNormalMagnitude).ulp)
    #expect(abs(value(.greatestFiniteMagnitude) - log(.greatestFiniteMagnitude)) <= log(.greatestFiniteMagnitude).ulp)
  }

  /// The usual range of probabilities, evenly.
  @Test func agreesWithFoundationOnProbabilities() {
    let found = worst(1_000_000) { Double($0 + 1) * 1e-6 }
    #expect(found.error <= 1, "at \(found.place)")
  }

  /// Around 1 the result is small and keeps its digits.
  @Test func agreesWithFoundationRoundOne() {
    let found = worst(100_000) { 1 + Double($0 - 50_000) * 0x1p-40 }
    #expect(found.error <= 1, "at \(found.place)")
  }

  /// Where the exponent changes: sqrt(1/2) and sqrt(2).
  @Test func agreesWithFoundationWhereItFolds() {
    for place in [Double(0.5).squareRoot(), Double(2).squareRoot()] {
      let found = worst(2000) { Double(bitPattern: place.bitPattern - 1000 + UInt64($0)) }
      #expect(found.error <= 1, "at \(found.place)")
    }
  }

  /// 0 ln 0 is 0.
  @Test func ofZeroIsFinite() {
    #expect(0 * value(0) == 0)
    #expect(0 * value(-0.0) == 0)
  }

  @Test func lanesDoNotMix() {
    let x = SIMD8<Double>(1, 0.5, 0, .nan, .infinity, -1, 1e-300, 2)
    let y = logarithm(x)
    for lane in [0, 1, 2, 6, 7] { #expect(y[lane] == value(x[lane])) }
  }
}
