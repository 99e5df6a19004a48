import BERT
import LinearAlgebra
import Testing

@Suite struct AdamWTests {
  private let table: ParameterTable

  /// A batch that uses every row of the word embedding.
  private let everyWord: PackedBatch

  init() throws {
    table = ParameterTable(try .tiny(), outputs: 3)
    var batch = PackedBatch(try BERTConfiguration.tiny().inputLimits)
    try batch.append(tokens: 0..<20, segments: [UInt8](repeating: 0, count: 20))
    everyWord = batch
  }

  private func state(_ parameter: Float) -> TrainingState {
    var state = TrainingState(table)
    state.use(everyWord)
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
    var state = state(1)
    var optimizer = AdamW()
    optimizer.weightDecay = 0.01
    for (step, gradient) in [(1, Float(0.5)), (2, -1)] {
      for i in 0..<table.count { state.gradients.pointer[i] = gradient }
      optimizer.update(table, step: step, rate: 0.1, clip: 1, &state)
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
    var state = TrainingState(table)
    state.use(everyWord)
    for i in 0..<table.count { state.parameters.pointer[i] = Float(theta[i]) }
    var optimizer = AdamW()
    (optimizer.beta1, optimizer.beta2, optimizer.epsilon, optimizer.weightDecay) = (0.8, 0.95, 1e-3, 0.2)
    let (rate, clip) = (0.02, 0.25)
    for step in 1...3 {
      let gradient = draws.normal(table.count)
      for i in 0..<table.count { state.gradients.pointer[i] = Float(gradient[i]) }
      optimizer.update(table, step: step, rate: rate, clip: clip, &state)
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
      var state = state(2)
      var optimizer = AdamW()
      optimizer.weightDecay = decay
      optimizer.update(table, step: 1, rate: 0.5, clip: 1, &state)
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

  /// 3-4-5; ranges add up to the whole; blocks of 4096 with a ragged end; NaN shows.
  @Test func squaredNorm() throws {
    var state = state(1)
    let last = table.count - 1
    (state.gradients.pointer[0], state.gradients.pointer[last]) = (3, -4)
    #expect(state.squaredNorm(of: 0..<table.count) == 25)
    #expect(state.squaredNorm(of: 0..<last) == 9 && state.squaredNorm(of: last..<table.count) == 16)
    // Rows that the step does not use are not looked at.
    state = TrainingState(table)
    state.gradients.pointer[0] = 3
    #expect(state.squaredNorm(of: 0..<table.count) == 0)

    let wide = ParameterTable(try .tiny(channels: 64, heads: 2), outputs: nil)
    let large = TrainingState(wide)
    let part = 20 * 64..<wide.count
    for i in part { large.gradients.pointer[i] = 2 }
    #expect(part.count > 8192 && part.count % 4096 != 0)
    for team in [ThreadTeam.single, try ThreadTeam(count: 3)] {
      #expect(large.squaredNorm(of: part, team: team) == 4 * Double(part.count))
    }
    large.gradients.pointer[wide.count - 1] = .nan
    #expect(large.squaredNorm(of: part).isNaN)
  }

  /// Rows of words that no batch used only decay, and threads share the work, both without changing a bit: against a
  /// state that believes every row used.
  @Test func unusedRowsAndThreadsChangeNoBit() throws {
    let wide = ParameterTable(try .tiny(channels: 64, heads: 2), outputs: 3)
    var batch = PackedBatch(everyWord.limits)
    try batch.append(tokens: [3, 4, 17], segments: [0, 0, 0])
    var (sparse, dense) = (TrainingState(wide), TrainingState(wide))
    var draws = Draws()
    for (i, value) in draws.normal(wide.count).enumerated() {
      sparse.parameters.pointer[i] = Float(value)
      dense.parameters.pointer[i] = Float(value)
    }
    let team = try ThreadTeam(count: 3)
    for step in 1...4 {
      sparse.use(batch)
      dense.use(everyWord)
      let gradient = draws.normal(wide.count)
      for i in 0..<wide.count where i >= 20 * 64 || [3, 4, 17].contains(i / 64) {
        sparse.gradients.pointer[i] = Float(gradient[i])
        dense.gradients.pointer[i] = Float(gradient[i])
      }
      #expect(sparse.squaredNorm(of: 0..<wide.count) == dense.squaredNorm(of: 0..<wide.count, team: team))
      AdamW().update(wide, step: step, rate: 0.01, clip: 0.5, &sparse)
      AdamW().update(wide, step: step, rate: 0.01, clip: 0.5, &dense, team: team)
    }
    for (a, b) in [
      (sparse.parameters, dense.parameters), (sparse.firstMoment, dense.firstMoment),
      (sparse.secondMoment, dense.secondMoment), (sparse.gradients, dense.gradients),
    ] {
      #expect(zip(a.elements, b.elements).allSatisfy { $0.bitPattern == $1.bitPattern })
    }
  }

  /// Moments that come from a file tell which rows were used: going on from them has the bits of having gone on.
  @Test func rowsAreRestoredFromTheirMoments() throws {
    var batch = PackedBatch(everyWord.limits)
    try batch.append(tokens: [2, 19], segments: [0, 0])
    var (first, second) = (TrainingState(table), TrainingState(table))
    first.use(batch)
    for i in 0..<table.count where i >= 20 * 8 || [2, 19].contains(i / 8) { first.gradients.pointer[i] = 0.5 }
    AdamW().update(table, step: 1, rate: 0.01, clip: 1, &first)
    second.restore(
      parameters: first.parameters.pointer, firstMoment: first.firstMoment.pointer,
      secondMoment: first.secondMoment.pointer)
    AdamW().update(table, step: 2, rate: 0.01, clip: 1, &first)
    AdamW().update(table, step: 2, rate: 0.01, clip: 1, &second)
    #expect(zip(first.parameters.elements, second.parameters.elements).allSatisfy { $0.bitPattern == $1.bitPattern })
    #expect(first.parameters.pointer[2 * 8] != second.parameters.pointer[3 * 8])
  }
}
