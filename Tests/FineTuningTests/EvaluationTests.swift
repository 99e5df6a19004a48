import BERT
import FineTuning
import GLUE
import LinearAlgebra
import Testing

@Suite struct EvaluationTests {
  /// A workspace of another model, head or purpose is not worked in, however large it is: the result is that of an evaluator
  /// with its own memory.
  @Test func foreignWorkspacesAreNotUsed() throws {
    let tiny = try TinyTask()
    let parameters = try tiny.checkpoint.parameters(for: tiny.model, poolerSeed: 0)
    let expected = try Evaluator(tiny.model, tiny.data, batchSize: 8).evaluate(parameters.base)
    var deeper = tiny.model.configuration
    deeper.layers += 1
    var wider = tiny.model.configuration
    wider.intermediateSize *= 2
    let capacity = BatchShape(lengths: [Int](repeating: 32, count: 20))
    let purposes: [Workspace.Purpose] = [.inference, .training(recomputing: false), .training(recomputing: true)]
    let models = [
      tiny.model, BERTModel(tiny.model.configuration, outputs: 2), BERTModel(tiny.model.configuration, outputs: nil),
      BERTModel(tiny.model.configuration, head: .maskedLanguageModel), BERTModel(deeper, outputs: 3),
      BERTModel(wider, outputs: 3),
    ]
    for (index, model) in models.enumerated() {
      for purpose in purposes {
        let workspace = Workspace(model, capacity: capacity, purpose: purpose)
        #expect(workspace.serves(tiny.model) == (index == 0))
        let got = try Evaluator(tiny.model, tiny.data, batchSize: 8, workspace: workspace).evaluate(parameters.base)
        #expect(got.logits == expected.logits && got.losses == expected.losses)
      }
    }
  }

  /// Labels of another task are refused before a loss is computed of them.
  @Test func labelsOutOfRange() throws {
    let tiny = try TinyTask()
    let model = BERTModel(tiny.model.configuration, outputs: 2)
    #expect(throws: ModelError.labelOutOfRange(got: "2", expected: "classes 0 to 1")) {
      try Evaluator(model, tiny.data, batchSize: 8)
    }
    #expect(throws: ModelError.labelOutOfRange(got: "2", expected: "classes 0 to 1")) {
      try Trainer(
        model, data: tiny.data, settings: quick, seeds: TrainingSeeds(head: 0, order: 0), start: { _ in })
    }
  }
}
