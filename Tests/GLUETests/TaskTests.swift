import Foundation
import GLUE
import Testing

@Suite struct TaskTests {
  @Test func theNineTasksAreKnownInAnyCase() throws {
    let names = ["CoLA", "SST-2", "MRPC", "QQP", "STS-B", "MNLI", "QNLI", "RTE", "WNLI"]
    #expect(Task.glue.map(\.name) == names)
    for name in names {
      #expect(try Task.named(name.lowercased()).name == name)
      #expect(try Task.named(name.uppercased()).name == name)
    }
  }

  @Test func anUnknownNameListsTheKnownOnes() {
    let error = GLUEError.unknownTask(name: "SST2", known: Task.glue.map(\.name))
    #expect(throws: error) { try Task.named("SST2") }
    #expect(error.description.contains("SST-2, MRPC"))
    #expect(error.description.contains("custom task"))
  }

  @Test func mainMetrics() throws {
    let main = Dictionary(uniqueKeysWithValues: Task.glue.map { ($0.name, $0.mainMetric) })
    #expect(main["CoLA"] == .matthews)
    #expect(main["STS-B"] == .pearson)
    #expect(Task.glue.count { $0.mainMetric == .accuracy } == 7)
    #expect(Task.glue.allSatisfy { $0.metrics.first == $0.mainMetric })
    #expect(try Task.named("MRPC").metrics == [.accuracy, .f1])
  }

  @Test func devOfMNLIIsTheMatchedOne() throws {
    let task = try Task.named("MNLI")
    #expect(try task.file(of: .dev).path == "MNLI/dev_matched.tsv")
    #expect(try task.file(of: .dev).split == .devMatched)
    #expect(try task.file(of: .devMismatched).path == "MNLI/dev_mismatched.tsv")
    #expect(try task.file(of: .test).path == "MNLI/test_matched.tsv")
  }

  @Test func otherTasksHaveNoMismatchedSplit() throws {
    let task = try Task.named("RTE")
    let error = GLUEError.unknownSplit(task: "RTE", split: .devMismatched, available: [.train, .dev, .test])
    #expect(throws: error) { try task.file(of: .devMismatched) }
  }

  @Test func outputs() throws {
    #expect(try Task.named("MNLI").labels.outputCount == 3)
    #expect(try Task.named("STS-B").labels.outputCount == 1)
  }

  @Test(arguments: Task.glue) func aTaskSurvivesCoding(task: Task) throws {
    #expect(try JSONDecoder().decode(Task.self, from: JSONEncoder().encode(task)) == task)
  }
}
