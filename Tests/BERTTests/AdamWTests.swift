import BERT
import LinearAlgebra
import Testing

@Suite struct AdamWTests {
  private let table: ParameterTable

  init() throws { table = ParameterTable(try .tiny(), outputs: 3) }

  private func state(_ parameter: Float) -> TrainingState {
    let state = TrainingState(count: table.count)
    for i in 0..<table.count { state.parameters.pointer[i] = parameter }
    return state
  }

  /// theta = 1, gradients 0.5 and then -1, rate 0.1, decay 0.01.
  ///
  ///     t = 1: m = 0.05, v = 0.00025, so m^ = 0.5, v^ = 0.25: a step of -0.1
  ///     t = 2: m = -0.055, v = 0.00124975, so m^ = -0.055 / 0.19, v^ = 0.00124975 / 0.001999: a step of +0.0366104
  ///
  /// A matrix also shrinks by 0.999 before each step; a bias or a LayerNorm does not.
  @Test func twoStepsByHand() {
    let state = state(1)
    var optimizer = AdamW()
    optimizer.weightDecay = 0.01
    for (step, gradient) in [(1, Float(0.5)), (2, -1)] {
      for i in 0..<table.count { state.gradients.pointer[i] = gradient }
      optimizer.update(table, step: step, rate: 0.1, clip: 1, state)
      #expect(state.gradients.elements.allSatisfy { $0 == 0 })
      for entry in table.entries {
        let expected: Float =
          switch (step, entry.decays) {
          case (1, true): 0.899
          case (1, false): 0.9
          case (_, true): 0.899 * 0.999 + 0.036_610_4
          case (_, false): 0.9 + 0.036_610_4
          }
        #expect(state.parameters.elements[entry.range].allSatisfy { abs($0 - expected) < 1e-6 }, "\(entry.name)")
      }
    }
    #expect(state.firstMoment.elements.allSatisfy { abs($0 + 0.055) < 1e-8 })
    #expect(state.secondMoment.elements.allSatisfy { abs($0 - 0.001_249_75) < 1e-9 })
  }

  /// Three clipped steps of random gradients in Float64, entry by entry: parameters of order 1 to a few 6e-8.
  @Test func againstFloat64() {
    var draws = Draws()
    var theta = draws.normal(table.count)
    var (m, v) = (theta.map { _ in 0.0 }, theta.map { _ in 0.0 })
    let state = TrainingState(count: table.count)
    for i in 0..<table.count { state.parameters.pointer[i] = Float(theta[i]) }
    var optimizer = AdamW()
    (optimizer.beta1, optimizer.beta2, optimizer.epsilon, optimizer.weightDecay) = (0.8, 0.95, 1e-3, 0.2)
    let (rate, clip) = (0.02, 0.25)
    for step in 1...3 {
      let gradient = draws.normal(table.count)
      for i in 0..<table.count { state.gradients.pointer[i] = Float(gradient[i]) }
      optimizer.update(table, step: step, rate: rate, clip: clip, state)
      for entry in table.entries {
        for i in entry.range {
          let g = clip * gradient[i]
          m[i] = 0.8 * m[i] + 0.2 * g
          v[i] = 0.95 * v[i] + 0.05 * g * g
          var (first, second) = (1.0, 1.0)
          for _ in 0..<step { (first, second) = (first * 0.8, second * 0.95) }
          if entry.decays { theta[i] -= rate * 0.2 * theta[i] }
          theta[i] -= rate * (m[i] / (1 - first)) / ((v[i] / (1 - second)).squareRoot() + 1e-3)
        }
      }
    }
    #expect(maximumDifference(state.parameters.elements, theta) < 1e-6)
    #expect(maximumDifference(state.firstMoment.elements, m) < 1e-7)
    #expect(maximumDifference(state.secondMoment.elements, v) < 1e-7)
  }

  /// Without a gradient only the decay acts; without a decay nothing does.
  @Test func noGradient() {
    for decay in [0.5, 0] {
      let state = state(2)
      var optimizer = AdamW()
      optimizer.weightDecay = decay
      optimizer.update(table, step: 1, rate: 0.5, clip: 1, state)
      for entry in table.entries {
        let expected: Float = entry.decays ? Float(2 * (1 - 0.5 * decay)) : 2
        #expect(state.parameters.elements[entry.range].allSatisfy { $0 == expected }, "\(entry.name)")
      }
    }
  }

  @Test func clipFactor() {
    var optimizer = AdamW()
    #expect(optimizer.clipFactor(norm: 0) == 1)
    #expect(optimizer.clipFactor(norm: 0.999) == 1)
    #expect(optimizer.clipFactor(norm: 1) == 1 / 1.000_001)
    #expect(optimizer.clipFactor(norm: 4) == 1 / 4.000_001)
    #expect(optimizer.clipFactor(norm: .infinity) == 0)
    optimizer.maximumNorm = 2
    #expect(optimizer.clipFactor(norm: 4) == 2 / 4.000_001)
  }

  /// 3-4-5; and blocks of 4096 with a ragged end: 8193 twos.
  @Test func gradientNorm() {
    let small = TrainingState(count: 2)
    (small.gradients.pointer[0], small.gradients.pointer[1]) = (3, -4)
    #expect(small.gradientNorm() == 5)
    let large = TrainingState(count: 8193)
    for i in 0..<8193 { large.gradients.pointer[i] = 2 }
    #expect(large.gradientNorm() == (4.0 * 8193).squareRoot())
    large.gradients.pointer[8192] = .nan
    #expect(large.gradientNorm().isNaN)
  }
}
