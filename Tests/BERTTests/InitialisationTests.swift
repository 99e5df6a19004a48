import BERT
import Foundation
import Testing

@Suite struct InitialisationTests {
  /// 1000 words of 64 channels: enough numbers for moments.
  private func model(outputs: Int? = nil) throws -> BERTModel {
    var configuration = try BERTConfiguration.tiny(channels: 64)
    configuration.vocabularySize = 1000
    return BERTModel(configuration, outputs: outputs)
  }

  private func parameters(_ model: BERTModel, _ draw: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
    var parameters = [Float](repeating: .nan, count: model.table.count)
    parameters.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { draw(base) } }
    return parameters
  }

  /// A normal distribution cut at two deviations has mean 0 and variance 0.773741, and 0.012502 of it lies beyond 1.9.
  /// The 64 000 numbers of the word table give these with standard errors of 0.0035, 0.0036 and 0.0005; they are held
  /// to four of them.
  @Test func truncatedNormal() throws {
    let model = try model()
    let drawn = parameters(model) { model.initialiseEncoder($0, seed: 1) }
    #expect(model.configuration.initializerRange == 0.02)
    for entry in model.table.entries where entry.shape.count > 1 {
      #expect(drawn[entry.range].allSatisfy { abs($0) <= 0.04 }, "\(entry.name)")
      #expect(Set(drawn[entry.range]).count > entry.range.count / 2, "\(entry.name)")
    }
    let words = drawn[try #require(model.table.entries.first).range].map { Double($0) / 0.02 }
    let count = Double(words.count)
    #expect(abs(words.reduce(0, +) / count) < 0.014)
    #expect(abs(words.reduce(0) { $0 + $1 * $1 } / count - 0.773_741) < 0.0145)
    // Neither cut sooner nor piled up at the cut.
    let tail = words.filter { abs($0) > 1.9 }.count
    #expect(abs(Double(tail) / count - 0.012_502) < 0.002)
  }

  @Test func vectors() throws {
    let model = try model()
    let drawn = parameters(model) { model.initialiseEncoder($0, seed: 1) }
    for entry in model.table.entries where entry.shape.count == 1 {
      let expected: Float = entry.name.hasSuffix("LayerNorm.weight") ? 1 : 0
      #expect(drawn[entry.range].allSatisfy { $0 == expected }, "\(entry.name)")
    }
  }

  /// theta depends on its seed alone: not on the head's size, and the pooler not on whether the rest is drawn with it.
  @Test func encoderDependsOnItsSeedAlone() throws {
    let (bare, small, large) = (try model(), try model(outputs: 2), try model(outputs: 3))
    let theta = parameters(bare) { bare.initialiseEncoder($0, seed: 7) }
    for other in [small, large] {
      let drawn = parameters(other) { other.initialiseEncoder($0, seed: 7) }
      #expect(Array(drawn[other.table.encoder]) == theta)
      #expect(drawn[other.table.head].allSatisfy { $0.isNaN }, "the head is left alone")
    }
    #expect(parameters(bare) { bare.initialiseEncoder($0, seed: 8) } != theta)
    let pooler = parameters(small) { small.initialisePooler($0, seed: 7) }
    for entry in small.table.entries {
      if entry.group == .pooler {
        #expect(pooler[entry.range] == theta[entry.range])
      } else {
        #expect(pooler[entry.range].allSatisfy { $0.isNaN }, "\(entry.name) is left alone")
      }
    }
  }

  /// The top layers get theta's numbers, with the pooler or without it; nothing else is touched.
  @Test(arguments: 0...3, [true, false]) func topLayers(count: Int, includingPooler: Bool) throws {
    var configuration = try BERTConfiguration.tiny()
    configuration.layers = 3
    let model = BERTModel(configuration, outputs: 2)
    let theta = parameters(model) { model.initialiseEncoder($0, seed: 7) }
    let drawn = parameters(model) {
      model.initialise(topLayers: count, includingPooler: includingPooler, $0, seed: 7)
    }
    for entry in model.table.entries {
      let isDrawn =
        switch entry.group {
        case .layer(let index): [2, 1, 0].prefix(count).contains(index)
        case .pooler: includingPooler
        case .embeddings, .head: false
        }
      if isDrawn {
        #expect(drawn[entry.range] == theta[entry.range], "\(entry.name)")
      } else {
        #expect(drawn[entry.range].allSatisfy { $0.isNaN }, "\(entry.name) is left alone")
      }
    }
  }

  /// Matrices of one seed share no numbers, though some have the same shape.
  @Test func matricesDiffer() throws {
    let model = try model()
    let drawn = parameters(model) { model.initialiseEncoder($0, seed: 1) }
    let matrices = model.table.entries.filter { $0.shape.count > 1 }.map { Array(drawn[$0.range.prefix(8)]) }
    #expect(Set(matrices).count == matrices.count)
  }

  /// N(0, 0.02), not cut: 64 x 200 numbers have a mean within 0.009 and a variance within 0.0125 deviations (one
  /// standard error each), and some lie beyond two deviations.
  @Test func head() throws {
    let model = try model(outputs: 200)
    let first = parameters(model) { model.initialiseHead($0, seed: 3) }
    let weights = first[model.table.head].dropLast(200).map { Double($0) / 0.02 }
    #expect(weights.count == 12_800)
    #expect(abs(weights.reduce(0, +) / 12_800) < 0.035)
    #expect(abs(weights.reduce(0) { $0 + $1 * $1 } / 12_800 - 1) < 0.05)
    #expect(abs(Double(weights.filter { abs($0) > 2 }.count) / 12_800 - 0.0455) < 0.008)
    #expect(first.suffix(200).allSatisfy { $0 == 0 })
    #expect(first[model.table.encoder].allSatisfy { $0.isNaN }, "the encoder is left alone")
  }

  /// The same seed gives the same head, whatever the encoder's; a smaller task's is the beginning of a larger one's.
  @Test func headDependsOnItsSeedAlone() throws {
    let (two, three) = (try model(outputs: 2), try model(outputs: 3))
    func head(_ model: BERTModel, seed: UInt64, encoder: UInt64) -> [Float] {
      let drawn = parameters(model) {
        model.initialiseEncoder($0, seed: encoder)
        model.initialiseHead($0, seed: seed)
      }
      return Array(drawn[model.table.head])
    }
    let reference = head(three, seed: 3, encoder: 1)
    #expect(head(three, seed: 3, encoder: 2) == reference)
    #expect(head(three, seed: 4, encoder: 1) != reference)
    #expect(head(two, seed: 3, encoder: 1).prefix(128) == reference.prefix(128))
  }
}
