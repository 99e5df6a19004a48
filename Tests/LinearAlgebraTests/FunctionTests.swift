import Foundation
import LinearAlgebra
import Testing

/// `function` of sixteen different numbers at once; lanes are independent.
private func apply(_ function: (Lanes) -> Lanes, from first: Float, stride: UInt32) -> (Lanes, Lanes) {
  var x = Lanes.zero
  for lane in 0..<16 { x[lane] = Float(bitPattern: first.bitPattern + UInt32(lane) * stride) }
  return (x, function(x))
}

/// The worst error of `function` over both signs of all magnitudes up to `limit`, every `stride`-th Float32.
private func worst(
  _ function: (Lanes) -> Lanes, upTo limit: Float, stride step: UInt32, error: (Float, Float) -> Double
) -> Worst {
  var worst = Worst()
  for sign: UInt32 in [0, 1 << 31] {
    for bits in stride(from: UInt32(0), through: limit.bitPattern - 16 * step, by: Int(16 * step)) {
      let (x, y) = apply(function, from: Float(bitPattern: bits | sign), stride: step)
      for lane in 0..<16 { worst.see(error(x[lane], y[lane]), at: x[lane]) }
    }
  }
  return worst
}

@Suite struct ExponentialTests {
  private func value(_ x: Float) -> Float { exponential(Lanes(repeating: x))[0] }

  /// In units in the last place of the result.
  private func error(_ x: Float, _ y: Float) -> Double {
    let exact = exp(Double(x))
    return abs(Double(y) - exact) / Double(Float(exact).ulp)
  }

  @Test func byHand() {
    #expect(value(0) == 1)
    #expect(value(-0.0) == 1)
    #expect(value(1) == 2.718_281_8)
    #expect(value(Float(log(2.0))) == 2)
    #expect(value(-1) == 0.367_879_45)
  }

  /// Over all Float32 numbers the largest error is 1.259 units in the last place, at -71.02959.
  @Test func withinItsBoundOverAllMagnitudes() {
    let found = worst(exponential, upTo: 87, stride: 211, error: error)
    #expect(found.error < 1.26, "at \(found.place)")
  }

  /// The usual range of softmax arguments, evenly.
  @Test func withinItsBoundEvenly() {
    var found = Worst()
    for i in 0...1_750_000 {
      let x = -87 + Float(i) * 1e-4
      found.see(error(x, value(x)), at: x)
    }
    #expect(found.error < 1.26, "at \(found.place)")
    #expect(error(-87, value(-87)) < 1.26)
    #expect(error(88, value(88)) < 1.26)
  }

  @Test func outsideItIsClamped() {
    for x: Float in [88.5, 1e10, .greatestFiniteMagnitude, .infinity] { #expect(value(x) == value(88)) }
    for x: Float in [-87.5, -104, -1e10, -.greatestFiniteMagnitude, -.infinity] { #expect(value(x) == value(-87)) }
    #expect(value(-87).isNormal && value(88).isFinite)
  }

  @Test func notANumberStaysNotANumber() {
    #expect(value(.nan).isNaN)
    #expect(value(-.nan).isNaN)
  }

  /// A mask's -infinity in one lane does not affect the others.
  @Test func lanesDoNotMix() {
    var x = Lanes(repeating: 0.5)
    (x[3], x[7], x[11]) = (.nan, .infinity, -.infinity)
    let y = exponential(x)
    #expect(y[3].isNaN && y[7] == value(88) && y[11] == value(-87))
    for lane in [0, 2, 4, 6, 8, 10, 12, 15] { #expect(y[lane] == value(0.5)) }
  }
}

@Suite struct ErrorFunctionTests {
  private func value(_ x: Float) -> Float { errorFunction(Lanes(repeating: x))[0] }

  private func error(_ x: Float, _ y: Float) -> Double { abs(Double(y) - erf(Double(x))) }

  @Test func byHand() {
    #expect(value(0) == 0)
    #expect(value(-0.0).bitPattern == (-0.0 as Float).bitPattern)
    #expect(abs(value(0.5) - 0.520_499_88) < 5e-7)
    #expect(abs(value(-1) + 0.842_700_8) < 5e-7)
  }

  /// Over all Float32 numbers the largest error is 4.43e-7, at 3.9008439.
  @Test func withinItsBound() {
    let everywhere = worst(errorFunction, upTo: 8, stride: 211, error: error)
    #expect(everywhere.error < 5e-7, "at \(everywhere.place)")
    var even = Worst()
    for i in 0...1_000_000 {
      let x = -5 + Float(i) * 1e-5
      even.see(error(x, value(x)), at: x)
    }
    #expect(even.error < 5e-7, "at \(even.place)")
  }

  /// The error is small relative to the result even if that is small: GELU of a small number is not a difference of
  /// large ones.
  @Test func smallArgumentsKeepTheirDigits() {
    let found = worst(errorFunction, upTo: 0.5, stride: 911) { x, y in
      abs(x) < 1e-36 ? 0 : abs(Double(y) / erf(Double(x)) - 1)
    }
    #expect(found.error < 5e-7, "at \(found.place)")
  }

  @Test func outsideItIsOne() {
    for x: Float in [4, 5, 100, .greatestFiniteMagnitude, .infinity] {
      #expect(value(x) == 1)
      #expect(value(-x) == -1)
    }
  }

  @Test func notANumberStaysNotANumber() {
    #expect(value(.nan).isNaN)
  }
}
