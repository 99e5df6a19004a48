import BERT
import Experiments
import Foundation
import GLUE
import Sweep
import Testing

@Suite struct FeaturesTests {
  private func features(_ probe: Probe) throws -> (rows: [Int], states: [[Float]], lengths: [Int], channels: Int) {
    let site = try site()
    let worker = UnitWorker(site)
    let data = try worker.dataset(probe.task, .dev, maximumLength: 64).sample(probe.examples, seed: 7)
    let model = BERTModel(site.checkpoint.configuration, outputs: nil)
    let parameters = try site.checkpoint.parameters(for: model, poolerSeed: 0)
    let features = try Features(model, data, probe)
    let states = withExtendedLifetime(parameters) { features.take(parameters.base) }
    return (features.rows, states, data.lengths, model.configuration.hiddenSize)
  }

  /// A limited sample of tokens holds the very rows that the whole has at these places, across batches.
  @Test func sampledRowsAreRowsOfTheWhole() throws {
    let whole = try features(Probe(name: "p", task: "SST-2", examples: 40, rows: 100_000, batch: 16))
    let part = try features(Probe(name: "p", task: "SST-2", examples: 40, rows: 37, batch: 16))
    #expect(whole.rows == Array(0..<whole.lengths.reduce(0, +)))
    #expect(part.rows.count == 37)
    #expect(part.rows == part.rows.sorted() && Set(part.rows).count == 37)
    let channels = whole.channels
    for (all, some) in zip(whole.states, part.states) {
      #expect(all.count == whole.rows.count * channels)
      for (index, row) in part.rows.enumerated() {
        #expect(
          Array(some[index * channels..<(index + 1) * channels]) == Array(all[row * channels..<(row + 1) * channels]))
      }
    }
  }

  @Test func firstTokensAndMeansComeFromTheTokens() throws {
    let all = try features(Probe(name: "p", task: "MRPC", examples: 9, rows: 100_000, batch: 4))
    let first = try features(Probe(name: "p", task: "MRPC", examples: 9, rows: 2, tokens: .cls, batch: 4))
    let means = try features(Probe(name: "p", task: "MRPC", examples: 9, rows: 2, tokens: .mean, batch: 4))
    let channels = all.channels
    var start = 0
    for (example, length) in all.lengths.enumerated() {
      for layer in all.states.indices {
        let tokens = Array(all.states[layer][start * channels..<(start + length) * channels])
        #expect(Array(first.states[layer][example * channels..<(example + 1) * channels]) == Array(tokens[..<channels]))
        for channel in 0..<channels {
          let mean = (0..<length).reduce(0.0) { $0 + Double(tokens[$1 * channels + channel]) } / Double(length)
          #expect(abs(Double(means.states[layer][example * channels + channel]) - mean) < 1e-6)
        }
      }
      start += length
    }
  }
}
