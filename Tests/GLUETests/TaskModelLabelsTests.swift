import BERT
import GLUE
import Testing

@Suite struct TaskModelLabelsTests {
  @Test func aModelsOrderWins() throws {
    let task = try Task.named("MNLI").withLabels(order: ["CONTRADICTION", "NEUTRAL", "ENTAILMENT"])
    #expect(task.labels == .classes(["contradiction", "neutral", "entailment"]))
  }

  @Test func genericNamesKeepTheOrder() throws {
    let task = try Task.named("RTE")
    #expect(try task.withLabels(order: ["LABEL_0", "LABEL_1"]) == task)
    #expect(throws: GLUEError.self) { try task.withLabels(order: ["LABEL_1", "LABEL_0"]) }
    #expect(throws: GLUEError.self) { try task.withLabels(order: ["LABEL_0", "LABEL_1", "LABEL_2"]) }
  }

  @Test func theHubsNamesOfNumberedClassesAreKnown() throws {
    let task = try Task.named("SST-2")
    #expect(try task.withLabels(order: ["NEGATIVE", "POSITIVE"]) == task)
    #expect(try task.withLabels(order: ["positive", "negative"]).labels == .classes(["1", "0"]))
  }

  @Test func f1StaysWithItsLabel() throws {
    let task = try Task.named("MRPC").withLabels(order: ["equivalent", "not_equivalent"])
    #expect(task.labels == .classes(["1", "0"]))
    #expect(task.positiveClass == 0)
    // Class 0 is now label 1: TP = 1, FP = 1, FN = 0.
    let scores = task.scores(predictions: .classes([0, 0, 1, 1]), targets: .classes([0, 1, 1, 1]))
    #expect(scores == ["accuracy": 0.75, "f1": 2.0 / 3.0])
    #expect(try task.withLabels(order: ["0", "1"]).positiveClass == 1)
  }

  @Test(arguments: [["entailment", "neutral"], ["entailment", "entailment"], ["entailment"], []])
  func otherNamesAreRefused(order: [String]) throws {
    let task = try Task.named("QNLI")
    let error = GLUEError.labelMismatch(task: "QNLI", got: order, expected: ["entailment", "not_entailment"])
    #expect(throws: error) { try task.withLabels(order: order) }
  }

  @Test func regressionHasOneOutput() throws {
    let task = try Task.named("STS-B")
    #expect(try task.withLabels(order: ["LABEL_0"]) == task)
    #expect(throws: GLUEError.self) { try task.withLabels(order: ["a", "b"]) }
  }
}
