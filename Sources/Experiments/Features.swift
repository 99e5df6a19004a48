package import BERT
package import GLUE
package import LinearAlgebra
internal import Randomness
package import Sweep

/// The rows of a probe: which hidden states of its examples are features, the same for every model.
package struct Features {
  /// Indices of the rows taken: of tokens, counted through all examples, or of examples.
  package let rows: [Int]
  /// The example that each row is of.
  package let sequences: [Int]
  /// The SHA-256 of the tokens of all examples and of which rows are taken: equal for two models that saw the same.
  package let hash: Identity
  private let model: BERTModel
  private let batches: [PackedBatch]
  private let tokens: Probe.Tokens

  /// - Throws: `ModelError` for an example that the model cannot read.
  package init(_ model: BERTModel, _ data: EncodedDataset, _ probe: Probe) throws(ModelError) {
    let data = try data.checked(for: model.configuration.inputLimits)
    self.model = model
    tokens = probe.tokens
    batches = data.batches(of: probe.batch)
    switch probe.tokens {
    case .all:
      let available = data.tokenCount
      if available > probe.rows {
        var stream = RandomStream(Philox(seed: UInt64(probe.seed), purpose: .subset), 1)
        rows = stream.permutation(of: available).prefix(probe.rows).sorted()
      } else {
        rows = Array(0..<available)
      }
      let examples = data.lengths.enumerated().flatMap { index, length in [Int](repeating: index, count: length) }
      sequences = rows.map { examples[$0] }
    case .cls, .mean:
      rows = Array(0..<data.count)
      sequences = rows
    }
    hash = Identity(ofBytes: Self.bytes(of: data.sequences, rows))
  }

  /// Token ids behind their numbers, then the rows; all as 64-bit numbers, the lowest byte first.
  private static func bytes(of sequences: InputSequences, _ rows: [Int]) -> [UInt8] {
    let numbers =
      (0..<sequences.count).flatMap { index in
        let tokens = sequences[index].tokens
        return [tokens.count] + tokens.map(Int.init)
      } + rows
    return numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
  }

  /// The features of some layers, 0 the embeddings, [rows, C] each.
  ///
  /// - Parameter layers: which; nil: all.
  package func take(
    _ parameters: UnsafePointer<Float>, layers: Range<Int>? = nil, team: ThreadTeam = .single
  ) -> [[Float]] {
    let channels = model.configuration.hiddenSize
    let workspace = Workspace(model, capacity: BatchShape(fitting: batches), purpose: .inference, team: team)
    let wanted = layers ?? 0..<model.configuration.layers + 1
    var features = [[Float]](repeating: [], count: wanted.count)
    for layer in features.indices { features[layer].reserveCapacity(rows.count * channels) }
    var firstToken = 0
    var next = 0
    for batch in batches {
      let end = firstToken + batch.tokens.count
      let selected = next..<(rows[next...].firstIndex { $0 >= end } ?? rows.count)
      let observer = BERTModel.Observer(hiddenState: { index, states in
        guard wanted.contains(index) else { return }
        let layer = index - wanted.lowerBound
        switch tokens {
        case .all:
          for row in rows[selected] {
            features[layer] += states[(row - firstToken) * channels..<(row - firstToken + 1) * channels]
          }
        case .cls:
          for start in batch.offsets.dropLast() { features[layer] += states[start * channels..<(start + 1) * channels] }
        case .mean:
          for (start, end) in zip(batch.offsets, batch.offsets.dropFirst()) {
            features[layer] += mean(states, start..<end, channels)
          }
        }
      })
      model.forward(batch, parameters: parameters, workspace: workspace, observer: observer)
      firstToken = end
      if tokens == .all { next = selected.upperBound }
    }
    return features
  }

  private func mean(_ states: UnsafeBufferPointer<Float>, _ tokens: Range<Int>, _ channels: Int) -> [Float] {
    (0..<channels).map { channel in
      Float(tokens.reduce(0.0) { $0 + Double(states[$1 * channels + channel]) } / Double(tokens.count))
    }
  }
}
