import BERT
import GLUE
import Testing

@Suite struct TaskScoresTests {
  @Test func scoresAreTheTasksMetrics() throws {
    let scores = try Task.named("MRPC").scores(predictions: .classes([1, 1, 0, 0]), targets: .classes([1, 0, 0, 0]))
    #expect(scores == ["accuracy": 0.75, "f1": 2.0 / 3.0])
    let cola = try Task.named("CoLA").scores(predictions: .classes([1, 0]), targets: .classes([1, 0]))
    #expect(cola == ["matthews": 1])
  }

  @Test func anUndefinedMetricIsAbsent() throws {
    #expect(try Task.named("STS-B").scores(predictions: .values([1, 1]), targets: .values([1, 2])) == [:])
  }

  @Test func errorIsOneMinusAccuracyOrPearson() throws {
    let cola = try Task.named("CoLA")
    #expect(cola.error(predictions: .classes([1, 1, 1, 1]), targets: .classes([1, 1, 1, 0])) == 0.25)
    let similarity = try Task.named("STS-B")
    #expect(similarity.error(predictions: .values([2, 1]), targets: .values([1, 2])) == 2)
    #expect(similarity.error(predictions: .values([1, 1]), targets: .values([1, 2])) == nil)
  }

  @Test func majorityBaselines() throws {
    let targets = Labels.classes([1, 0, 1, 1])
    let paraphrase = try Task.named("MRPC")
    #expect(paraphrase.majorityBaseline(targets: targets) == 0.75)
    // All rows predicted 1: TP = 3, FP = 1, FN = 0.
    #expect(paraphrase.majorityBaseline(of: .f1, targets: targets) == 6.0 / 7.0)
    #expect(try Task.named("CoLA").majorityBaseline(targets: targets) == 0)
    #expect(try Task.named("STS-B").majorityBaseline(targets: .values([1, 2])) == 0)
  }

  @Test func ofEquallyFrequentClassesTheLowestIsTheMajority() throws {
    #expect(try Task.named("MRPC").majorityBaseline(of: .f1, targets: .classes([1, 0])) == 0)
  }

  @Test func labelsOfExamples() {
    let first = Example(text: "a", label: .class(1), line: 2)
    let second = Example(text: "b", label: .class(0), line: 3)
    #expect(Labels(of: [first, second]) == .classes([1, 0]))
    #expect(Labels(of: [Example(text: "a", label: .value(2.5), line: 2)]) == .values([2.5]))
    #expect(Labels(of: [first, Example(text: "c", label: nil, line: 4)]) == nil)
    #expect(Labels(of: [first, Example(text: "c", label: .value(1), line: 4)]) == nil)
    #expect(Labels(of: []) == nil)
  }
}
