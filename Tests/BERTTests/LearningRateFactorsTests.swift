import BERT
import Foundation
import LinearAlgebra
import Testing

@Suite struct LearningRateFactorsTests {
  private let table: ParameterTable

  /// Three layers of 64 channels: threads get parts of their own.
  init() throws {
    var configuration = try BERTConfiguration.tiny(channels: 64)
    configuration.layers = 3
    table = ParameterTable(configuration, outputs: 3)
  }

  private func names(_ factors: LearningRateFactors, where isIncluded: (Double) -> Bool) -> [String] {
    zip(table.entries, factors.values).filter { isIncluded($1) }.map { $0.0.name }
  }

  @Test func everythingLearnsAtFirst() {
    #expect(LearningRateFactors(table).values == [Double](repeating: 1, count: table.entries.count))
  }

  /// d = 1/2, n = 3: layers 1/8, 1/4, 1/2; embeddings 1/16.
  @Test func layerDecayByHand() {
    var factors = LearningRateFactors(table)
    factors.decayByLayer(0.5)
    for (entry, factor) in zip(table.entries, factors.values) {
      let expected =
        switch entry.group {
        case .embeddings: 0.0625
        case .layer(0): 0.125
        case .layer(1): 0.25
        case .layer: 0.5
        case .pooler, .head: 1.0
        }
      #expect(factor == expected, "\(entry.name)")
    }
  }

  @Test(arguments: [ParameterTable.Group.embeddings, .layer(1), .pooler, .head])
  func freezingAGroup(group: ParameterTable.Group) {
    var factors = LearningRateFactors(table)
    factors.freeze(group)
    #expect(names(factors) { $0 == 0 } == table.entries.filter { $0.group == group }.map(\.name))
    #expect(names(factors) { $0 == 1 } == table.entries.filter { $0.group != group }.map(\.name))
  }

  @Test func freezingQueryAndKey() {
    var factors = LearningRateFactors(table)
    factors.freezeQueryAndKey(ofLayer: 2)
    #expect(
      names(factors) { $0 != 1 }
        == ["query.weight", "key.weight", "query.bias", "key.bias"].map { "encoder.layer.2.attention.self.\($0)" })
    #expect(factors.values.allSatisfy { $0 == 0 || $0 == 1 })
  }

  /// What is frozen stays frozen, what is not decays, in either order.
  @Test func interventionsCombineByProduct() {
    var (one, other, decayed) = (LearningRateFactors(table), LearningRateFactors(table), LearningRateFactors(table))
    one.freeze(.layer(0))
    one.freezeQueryAndKey(ofLayer: 1)
    one.decayByLayer(0.9)
    other.decayByLayer(0.9)
    other.freezeQueryAndKey(ofLayer: 1)
    other.freeze(.layer(0))
    decayed.decayByLayer(0.9)
    #expect(one.values == other.values)
    for (entry, (factor, plain)) in zip(table.entries, zip(one.values, decayed.values)) {
      let isFrozen =
        entry.group == .layer(0)
        || entry.group == .layer(1) && (entry.name.contains("self.query") || entry.name.contains("self.key"))
      #expect(factor == (isFrozen ? 0 : plain), "\(entry.name)")
    }
    decayed.decayByLayer(0.9)
    #expect(abs(decayed.values[0] - 0.430_467_21) < 1e-15, "0.9 to the 4th, twice")
  }
}

/// What the factors make of AdamW's step.
extension LearningRateFactorsTests {
  /// A step of random gradients; the batch uses 3 of the 20 words.
  private func update(
    _ state: inout TrainingState, step: Int, rate: Double = 0.01, optimiser: AdamW = AdamW(),
    factors: LearningRateFactors?, threads: Int = 1
  ) throws {
    var batch = PackedBatch(try BERTConfiguration.tiny().inputLimits)
    try batch.append(tokens: [3, 4, 17], segments: [0, 0, 0])
    state.use(batch)
    var draws = Draws()
    for (i, value) in draws.normal(table.count).enumerated() where i >= 20 * 64 || [3, 4, 17].contains(i / 64) {
      state.gradients.pointer[i] = Float(value) / Float(step)
    }
    optimiser.update(
      table, step: step, rate: rate, factors: factors, clip: 0.5, &state, team: try ThreadTeam(count: threads))
  }

  private func start(_ value: Float) -> TrainingState {
    let state = TrainingState(table)
    for i in 0..<table.count { state.parameters.pointer[i] = value }
    return state
  }

  /// From 0 and without decay the first step is its own result: with factors that are powers of 2 their exact multiple,
  /// with others the rounded one.
  @Test(arguments: [0.5, 0.9]) func firstStepIsTheFactorsMultiple(decay: Double) throws {
    var factors = LearningRateFactors(table)
    factors.decayByLayer(decay)
    var optimiser = AdamW()
    optimiser.weightDecay = 0
    var (plain, decayed) = (start(0), start(0))
    try update(&plain, step: 1, optimiser: optimiser, factors: nil)
    try update(&decayed, step: 1, optimiser: optimiser, factors: factors)
    for (entry, factor) in zip(table.entries, factors.values) {
      for i in entry.range {
        let (got, whole) = (Double(decayed.parameters.pointer[i]), Double(plain.parameters.pointer[i]))
        // One rounding of the step size and one of the product, each half of 2^-23.
        #expect(abs(got - factor * whole) <= (decay == 0.5 ? 0 : 2.4e-7) * abs(factor * whole), "\(entry.name)")
      }
    }
    #expect(plain.parameters.pointer[table.count - 1] != 0)
    #expect(zip(plain.firstMoment.elements, decayed.firstMoment.elements).allSatisfy { $0 == $1 })
    #expect(zip(plain.secondMoment.elements, decayed.secondMoment.elements).allSatisfy { $0 == $1 })
  }

  /// Rate 0.5, decay 0.5: an unused word's row with factor 1/16 keeps 1 - 1/64 of itself.
  @Test func decayOfWeightsIsSlowedDownToo() throws {
    var factors = LearningRateFactors(table)
    factors.decayByLayer(0.5)
    var optimiser = AdamW()
    optimiser.weightDecay = 0.5
    var state = start(2)
    try update(&state, step: 1, rate: 0.5, optimiser: optimiser, factors: factors)
    #expect(state.parameters.elements[5 * 64..<6 * 64].allSatisfy { $0 == 2 - 2.0 / 64 })
  }

  /// Factors of 1 are no factors; threads share what is not frozen; neither changes a bit.
  @Test func onesAndThreadsChangeNoBit() throws {
    var slowed = LearningRateFactors(table)
    slowed.freeze(.embeddings)
    slowed.freeze(.layer(0))
    slowed.freezeQueryAndKey(ofLayer: 2)
    slowed.decayByLayer(0.9)
    let ones = LearningRateFactors(table)
    for (one, other, threads) in [(nil, ones, 1), (nil, ones, 3), (slowed, slowed, 2), (slowed, slowed, 3)] {
      var (a, b) = (start(1), start(1))
      for step in 1...4 {
        try update(&a, step: step, factors: one)
        try update(&b, step: step, factors: other, threads: threads)
      }
      for (a, b) in [
        (a.parameters, b.parameters), (a.firstMoment, b.firstMoment), (a.secondMoment, b.secondMoment),
      ] {
        #expect(zip(a.elements, b.elements).allSatisfy { $0.bitPattern == $1.bitPattern })
      }
    }
  }

  /// Ten steps with a decay that others feel, and gradients that a backward pass would have left 0.
  @Test func frozenTensorsKeepTheirBits() throws {
    var factors = LearningRateFactors(table)
    factors.freeze(.embeddings)
    factors.freezeQueryAndKey(ofLayer: 1)
    factors.freeze(.head)
    var optimiser = AdamW()
    optimiser.weightDecay = 0.1
    var state = start(0.3)
    for step in 1...10 { try update(&state, step: step, optimiser: optimiser, factors: factors, threads: 2) }
    for (entry, factor) in zip(table.entries, factors.values) {
      let isKept = state.parameters.elements[entry.range].allSatisfy { $0 == 0.3 }
      let hasMoments = entry.range.contains {
        state.firstMoment.pointer[$0] != 0 || state.secondMoment.pointer[$0] != 0
      }
      #expect(isKept == (factor == 0) && hasMoments == (factor != 0), "\(entry.name)")
    }
  }

  @Test func everythingMayBeFrozen() throws {
    var factors = LearningRateFactors(table)
    for group in Set(table.entries.map(\.group)) { factors.freeze(group) }
    var state = start(1)
    try update(&state, step: 1, factors: factors, threads: 2)
    #expect(state.parameters.elements.allSatisfy { $0 == 1 })
  }
}
