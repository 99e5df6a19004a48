import BERT
import Testing

@Suite struct ParameterTableTests {
  private func table(layers: Int = 2, outputs: Int?) throws -> ParameterTable {
    var configuration = try BERTConfiguration.tiny()
    configuration.layers = layers
    return ParameterTable(configuration, outputs: outputs)
  }

  /// V = 20, C = 8, P = 20, S = 2, F = 12, one layer: embeddings 42 x 8 + 16; attention 4 (64 + 8) + 16; feed-forward
  /// 96 + 12 + 96 + 8 + 16; pooler 72; three outputs 27.
  @Test func countByHand() throws {
    #expect(try table(layers: 1, outputs: nil).count == 352 + 304 + 228 + 72)
    #expect(try table(layers: 1, outputs: 3).count == 352 + 304 + 228 + 72 + 27)
  }

  @Test(arguments: [nil, 1, 3]) func entriesFillTheVectorInOrder(outputs: Int?) throws {
    let table = try table(outputs: outputs)
    var end = 0
    for entry in table.entries {
      #expect(entry.range.lowerBound == end, "\(entry.name)")
      #expect(entry.range.count == entry.shape.reduce(1, *), "\(entry.name)")
      end = entry.range.upperBound
    }
    #expect(table.count == end)
    #expect(Set(table.entries.map(\.name)).count == table.entries.count)
    #expect(table.encoder.lowerBound == 0 && table.encoder.upperBound == table.head.lowerBound)
    #expect(table.head.upperBound == end)
    #expect(table.head.count == 9 * (outputs ?? 0))
    #expect(table.outputs == outputs)
    #expect(table.entries.allSatisfy { ($0.group == .head) == table.head.contains($0.range.lowerBound) })
  }

  @Test func namesAndGroups() throws {
    let entries = try table(outputs: 3).entries
    let layer = [
      "attention.self.query.weight", "attention.self.key.weight", "attention.self.value.weight",
      "attention.self.query.bias", "attention.self.key.bias", "attention.self.value.bias",
      "attention.output.dense.weight", "attention.output.dense.bias", "attention.output.LayerNorm.weight",
      "attention.output.LayerNorm.bias", "intermediate.dense.weight", "intermediate.dense.bias",
      "output.dense.weight", "output.dense.bias", "output.LayerNorm.weight", "output.LayerNorm.bias",
    ]
    let expected: [(ParameterTable.Group, [String])] = [
      (
        .embeddings,
        [
          "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight",
          "embeddings.token_type_embeddings.weight", "embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias",
        ]
      ), (.layer(0), layer.map { "encoder.layer.0.\($0)" }), (.layer(1), layer.map { "encoder.layer.1.\($0)" }),
      (.pooler, ["pooler.dense.weight", "pooler.dense.bias"]), (.head, ["classifier.weight", "classifier.bias"]),
    ]
    #expect(entries.map(\.name) == expected.flatMap(\.1))
    for (group, names) in expected { #expect(entries.filter { $0.group == group }.map(\.name) == names) }
  }

  /// Matrices decay, biases and LayerNorm do not.
  @Test func weightDecay() throws {
    for entry in try table(outputs: 3).entries {
      let isVector = entry.name.hasSuffix("bias") || entry.name.contains("LayerNorm")
      #expect(entry.decays == !isVector, "\(entry.name)")
      #expect((entry.shape.count == 1) == isVector, "\(entry.name)")
    }
  }

  /// One product serves query, key and value: their matrices are one [3 C, C], their biases one [3 C].
  @Test func queryKeyAndValueAreNeighbours() throws {
    let table = try table(outputs: nil)
    for layer in 0..<2 {
      for kind in ["weight", "bias"] {
        let ranges = try ["query", "key", "value"].map { side in
          try #require(table.entries.first { $0.name == "encoder.layer.\(layer).attention.self.\(side).\(kind)" }).range
        }
        #expect(ranges[0].upperBound == ranges[1].lowerBound && ranges[1].upperBound == ranges[2].lowerBound)
        #expect(Set(ranges.map(\.count)).count == 1)
      }
    }
  }

  /// V = 20, C = 8 as above, no pooler; the head: dense 8 x 8 + 8, LayerNorm 16, 20 words.
  @Test func maskedLanguageModelByHand() throws {
    let table = ParameterTable(try .tiny(), head: .maskedLanguageModel)
    #expect(table.count == 352 + 304 + 228 + 72 + 16 + 20)
    #expect(table.encoder == 0..<352 + 304 + 228 && table.outputs == nil)
    let bare = ParameterTable(try .tiny(), outputs: nil)
    #expect(zip(table.entries, bare.entries.dropLast(2)).allSatisfy { $0.name == $1.name && $0.range == $1.range })
    let head = table.entries.filter { $0.group == .head }
    #expect(
      head.map(\.name) == [
        "cls.predictions.transform.dense.weight", "cls.predictions.transform.dense.bias",
        "cls.predictions.transform.LayerNorm.weight", "cls.predictions.transform.LayerNorm.bias",
        "cls.predictions.bias",
      ])
    #expect(head.map(\.decays) == [true, false, false, false, false])
    #expect(head.count == table.entries.count - bare.entries.count + 2)
  }

  /// BertForSequenceClassification has a `bert.` prefix, BertModel has none.
  @Test func tensorNames() throws {
    let configuration = try BERTConfiguration.tiny()
    let bare = BERTModel(configuration, outputs: nil).tensorNames
    #expect(bare.first == "embeddings.word_embeddings.weight" && bare.last == "pooler.dense.bias")
    let whole = BERTModel(configuration, outputs: 2).tensorNames
    #expect(whole == bare.map { "bert." + $0 } + ["classifier.weight", "classifier.bias"])
  }
}
