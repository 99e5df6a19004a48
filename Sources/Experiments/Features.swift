package import BERT
package import GLUE
package import LinearAlgebra
internal import Randomness
package import Sweep

/// The rows of a probe: which hidden states of its examples are features, the same for every model.
package struct Features {
  /// Indices of the rows taken: of tokens, counted through all examples, or of examples.
  package let rows: [Int]
  private let model: BERTModel
  private let batches: [PackedBatch]
  private let tokens: Probe.Tokens

  package init(_ model: BERTModel, _ data: EncodedDataset, _ probe: Probe) {
    self.model = model
    tokens = probe.tokens
    batches = data.batches(of: probe.batch)
    let available = probe.tokens == .all ? data.tokenCount : data.count
    if available > probe.rows && probe.tokens == .all {
      var stream = RandomStream(Philox(seed: UInt64(probe.seed), purpose: .subset), 1)
      rows = stream.permutation(of: available).prefix(probe.rows).sorted()
    } else {
      rows = Array(0..<available)
    }
  }

  /// The features of every layer, embeddings first, [rows, C] each.
  package func take(_ parameters: UnsafePointer<Float>, team: ThreadTeam = .single) -> [[Float]] {
    let channels = model.configuration.hiddenSize
    let workspace = Workspace(model, capacity: BatchShape(fitting: batches), purpose: .inference, team: team)
    var features = [[Float]](repeating: [], count: model.configuration.layers + 1)
    for layer in features.indices { features[layer].reserveCapacity(rows.count * channels) }
    var firstToken = 0
    var next = 0
    for batch in batches {
      let end = firstToken + batch.tokens.count
      let selected = next..<(rows[next...].firstIndex { $0 >= end } ?? rows.count)
      let observer = BERTModel.Observer(hiddenState: { layer, states in
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
