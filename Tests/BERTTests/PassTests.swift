import BERT
import Foundation
import LinearAlgebra
import Randomness
import Testing

/// What must not depend on how a pass is carried out: threads, recomputation, what else a workspace was used for.
@Suite struct PassTests {
  private let model: BERTModel
  private let batch: PackedBatch
  private let parameters: AlignedBuffer<Float>
  private let dropout: Dropout
  private let targets: Targets

  init() throws {
    let json = """
      {"vocab_size": 40, "hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 48,
       "max_position_embeddings": 40, "hidden_dropout_prob": 0.2, "attention_probs_dropout_prob": 0.2}
      """
    let configuration = try BERTConfiguration(json: Data(json.utf8), path: "four layers")
    model = BERTModel(configuration, outputs: 3)
    var batch = PackedBatch(configuration.inputLimits)
    for length in [5, 17, 1, 33, 8] {
      try batch.append(
        tokens: (0..<length).map { Int32(($0 * 7 + length) % 40) }, segments: (0..<length).map { UInt8($0 % 2) })
    }
    self.batch = batch
    parameters = AlignedBuffer(count: model.table.count)
    model.initialiseEncoder(parameters.pointer, seed: 1)
    model.initialiseHead(parameters.pointer, seed: 1)
    // Biases and norms of their own, so that none of them drops out of a gradient.
    var draws = Draws()
    for i in 0..<parameters.count { parameters.pointer[i] += Float(0.05 * draws.normal(1)[0]) }
    targets = try Targets(.classes([0, 1, 2, 0, 1]), outputs: 3)
    dropout = Dropout(configuration, generator: Philox(seed: 2, purpose: .dropout), step: 1)
  }

  private func run(
    _ workspace: Workspace, _ factors: LearningRateFactors? = nil
  ) -> (logits: [Float], gradients: [Float], finished: [Range<Int>]) {
    let gradients = AlignedBuffer<Float>(count: model.table.count)
    var finished: [Range<Int>] = []
    let logits = Array(
      model.forward(batch, parameters: parameters.pointer, workspace: workspace, dropout: dropout))
    _ = model.backward(
      batch, targets: targets, scale: 0.2, parameters: parameters.pointer, workspace: workspace,
      dropout: dropout, factors: factors, gradients: gradients.pointer, finished: { finished.append($0) })
    return (logits, Array(gradients.elements), finished)
  }

  private func workspace(threads: Int = 1, recomputing: Bool = false) throws -> Workspace {
    Workspace(
      model, capacity: batch.shape, purpose: .training(recomputing: recomputing), team: try ThreadTeam(count: threads))
  }

  /// Layers that are computed again have the bits they had, dropout masks included.
  @Test(arguments: [1, 2]) func recomputationChangesNoBit(threads: Int) throws {
    let kept = run(try workspace(threads: threads))
    let recomputed = run(try workspace(threads: threads, recomputing: true))
    #expect(kept.logits == recomputed.logits && kept.gradients == recomputed.gradients)
  }

  @Test func recomputationTakesLessMemory() throws {
    let (recomputing, keeping) = (try workspace(recomputing: true).bytes, try workspace().bytes)
    #expect(recomputing < keeping * 3 / 4)
    let predicted = Workspace.bytes(
      model, capacity: batch.shape, purpose: .training(recomputing: true), threads: 1)
    #expect(predicted == recomputing)
  }

  /// The same number of threads gives the same bits, over and over; another number the same to rounding. 7 threads for 5
  /// sequences leave some without work.
  @Test(arguments: [2, 3, 7]) func threads(count: Int) throws {
    let workspace = try workspace(threads: count)
    let (one, first) = (run(try self.workspace()), run(workspace))
    for _ in 0..<20 {
      let again = run(workspace)
      #expect(again.logits == first.logits && again.gradients == first.gradients)
    }
    #expect(maximumDifference(first.logits, one.logits.map { Double($0) }) < 1e-5)
    #expect(maximumDifference(first.gradients, one.gradients.map { Double($0) }) < 1e-5)
  }

  /// A workspace keeps nothing of an earlier, larger batch.
  @Test func workspacesAreUsedAgain() throws {
    let fresh = try workspace()
    let used = Workspace(
      model, capacity: BatchShape(lengths: [40, 40, 40, 40, 40, 40]), purpose: .training(recomputing: false))
    var large = PackedBatch(model.configuration.inputLimits)
    for _ in 0..<6 {
      try large.append(tokens: (0..<40).map { Int32($0) }, segments: [UInt8](repeating: 0, count: 40))
    }
    model.forward(large, parameters: parameters.pointer, workspace: used, dropout: dropout)
    let (a, b) = (run(fresh), run(used))
    #expect(a.logits == b.logits && a.gradients == b.gradients)
  }

  /// Each place of the vector is finished once.
  @Test(arguments: [1, 3]) func finishedRangesCoverTheVector(threads: Int) throws {
    let finished = run(try workspace(threads: threads)).finished.sorted { $0.lowerBound < $1.lowerBound }
    #expect(finished.first?.lowerBound == 0 && finished.last?.upperBound == model.table.count)
    for (a, b) in zip(finished, finished.dropFirst()) { #expect(a.upperBound == b.lowerBound) }
  }

  /// What is frozen has gradient 0; all else has the bits it has when nothing is. The pass ends above what is frozen from
  /// the embeddings on: no range below is finished.
  @Test(arguments: Frozen.all, [(1, false), (2, true)])
  func frozenPartsChangeNoOtherGradient(frozen: Frozen, how: (threads: Int, recomputing: Bool)) throws {
    var factors = LearningRateFactors(model.table)
    for group in frozen.groups { factors.freeze(group) }
    if let layer = frozen.queryAndKey { factors.freezeQueryAndKey(ofLayer: layer) }
    let workspace = try workspace(threads: how.threads, recomputing: how.recomputing)
    let whole = run(workspace)
    let part = run(workspace, factors)
    for (entry, factor) in zip(model.table.entries, factors.values) {
      let (got, expected) = (part.gradients[entry.range], whole.gradients[entry.range])
      #expect(factor == 0 ? got.allSatisfy { $0 == 0 } : got == expected, "\(entry.name)")
    }
    let lowest = model.table.entries.first { $0.group == frozen.lowestFinished }
    #expect(part.finished.map(\.lowerBound).min() == lowest?.range.lowerBound)
    #expect(part.finished == Array(whole.finished.prefix(part.finished.count)))
    // Nothing is left of a pass that ended early.
    let again = run(workspace)
    #expect(again.gradients == whole.gradients)
  }

  /// Observers see the sequences in order, however many threads there are.
  @Test func observersWithThreads() throws {
    func seen(_ threads: Int) throws -> [Int] {
      var order: [Int] = []
      let workspace = Workspace(
        model, capacity: batch.shape, purpose: .inference, team: try ThreadTeam(count: threads))
      model.forward(
        batch, parameters: parameters.pointer, workspace: workspace,
        observer: BERTModel.Observer(attention: { order.append(($0.layer * 100 + $0.sequence) * 100 + $0.head) }))
      return order
    }
    let order = try seen(1)
    #expect(try seen(3) == order)
    #expect(order == order.sorted() && order.count == 4 * 5 * 4)
  }

  /// By hand, C = 2, F = 3, one head, a head of 5 outputs, lengths 1 and 2, two layers.
  ///
  ///     a layer: 2 (4 x 4 + 2 x 6) = 56 a token, 4 x 2 L^2 a sequence: 3 x 56 + 8 + 32 = 208
  ///     the last: 56 a sequence and 4 x 2 a token: 112 + 24; the head: 2 x 2 (2 + 5) a sequence: 56
  @Test func operationsByHand() throws {
    let json = """
      {"vocab_size": 4, "hidden_size": 2, "num_hidden_layers": 2, "num_attention_heads": 1, "intermediate_size": 3}
      """
    let tiny = BERTModel(try BERTConfiguration(json: Data(json.utf8), path: "tiny"), outputs: 5)
    #expect(tiny.operations(lengths: [1, 2], purpose: .inference) == 208 + 136 + 56)
    #expect(tiny.operations(lengths: [1, 2], purpose: .training(recomputing: false)) == 3 * 400)
    #expect(tiny.operations(lengths: [1, 2], purpose: .training(recomputing: true)) == 3 * 400)
    // Both layers in full, and 3 tokens predicted at 2 x 2 (2 + 4) each.
    let masked = BERTModel(tiny.configuration, head: .maskedLanguageModel)
    #expect(masked.operations(lengths: [1, 2], predictions: 3, purpose: .inference) == 208 + 208 + 72)
    #expect(
      masked.operations(lengths: [1, 2], predictions: 3, purpose: .training(recomputing: true)) == 3 * 488 + 208)
    let deep = model.operations(lengths: [3], purpose: .training(recomputing: true))
    let plain = model.operations(lengths: [3], purpose: .training(recomputing: false))
    // Two of the four layers are computed again: neither the last nor the one before it.
    // 2 (4 x 32^2 + 2 x 32 x 48) = 14 336 a token, 4 x 3^2 x 32 = 1152.
    #expect(deep - plain == 2 * (3 * 14_336 + 1152))
  }
}

/// Parts of a model of four layers to freeze.
struct Frozen: Sendable, CustomTestStringConvertible {
  var groups: [ParameterTable.Group] = []
  var queryAndKey: Int?
  /// The lowest group that the pass reaches.
  var lowestFinished = ParameterTable.Group.embeddings

  static let all = [
    Frozen(groups: [.embeddings], lowestFinished: .layer(0)),
    Frozen(groups: [.embeddings, .layer(0), .layer(1)], lowestFinished: .layer(2)),
    Frozen(groups: [.embeddings, .layer(0), .layer(1)], queryAndKey: 2, lowestFinished: .layer(2)),
    Frozen(groups: [.embeddings, .layer(0), .layer(1), .layer(2)], queryAndKey: 3, lowestFinished: .layer(3)),
    Frozen(groups: [.embeddings, .layer(0), .layer(1), .layer(2), .layer(3)], lowestFinished: .pooler),
    // Holes and tops end no pass.
    Frozen(groups: [.embeddings, .layer(1), .pooler], lowestFinished: .layer(0)),
    Frozen(groups: [.layer(0), .layer(1)]), Frozen(groups: [.layer(3), .head]), Frozen(queryAndKey: 0),
    Frozen(queryAndKey: 3),
  ]

  var testDescription: String { "\(groups), query and key of \(queryAndKey.map { "\($0)" } ?? "none")" }
}

@Suite struct SequencesTests {
  /// A sequence belongs to the part in which its middle lies: goals 10 and 20 of [8, 3, 9, 10].
  @Test func partsByHand() throws {
    let parts = Sequences(offsets: [0, 8, 11, 20, 30]).parts(3)
    #expect(parts.map(\.range) == [0..<2, 2..<3, 3..<4])
  }

  @Test(arguments: 1...9) func partsCoverTheBatch(count: Int) throws {
    let parts = Sequences(offsets: [0, 1, 3, 40, 41, 42, 60]).parts(count)
    #expect(parts.count == count && parts[0].range.lowerBound == 0 && parts[count - 1].range.upperBound == 6)
    for (a, b) in zip(parts, parts.dropFirst()) { #expect(a.range.upperBound == b.range.lowerBound) }
  }
}
