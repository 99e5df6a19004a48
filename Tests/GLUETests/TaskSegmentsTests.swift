import BERT
import GLUE
import Testing

@Suite struct TaskSegmentsTests {
  /// Pairs need a model with two segments; for single texts one is enough.
  @Test func pairsNeedTwoSegments() throws {
    func check(_ task: String, _ segments: Int) throws {
      let limits = InputLimits(vocabularySize: 10, maximumPositions: 10, segmentTypes: segments)
      try Task.named(task).checkSegments(limits, model: "models/one")
    }
    for task in ["SST-2", "CoLA"] { try check(task, 1) }
    for task in ["MRPC", "STS-B", "MNLI"] {
      try check(task, 2)
      let error = GLUEError.pairsUnreadable(task: task, model: "models/one", segments: 1)
      #expect(throws: error) { try check(task, 1) }
      #expect("\(error)".contains(task) && "\(error)".contains("models/one"))
    }
  }
}
