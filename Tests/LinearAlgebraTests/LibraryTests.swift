import LinearAlgebra
import Testing

/// Everything that uses OpenBLAS, one test at a time, because its number of threads is global to the process.
@Suite(.serialized) enum LibraryTests {
  @Suite struct BLASTests {
    @Test func threadsAreSetAndReadBack() throws {
      try BLAS.setThreads(2)
      try BLAS.setThreads(1)
    }

    /// OpenBLAS silently takes 0 as "as many as there are".
    @Test func numbersThatAreNotGrantedAreErrors() throws {
      for count in [0, -3] {
        do {
          try BLAS.setThreads(count)
          Issue.record("\(count) threads were granted")
        } catch .threadsRefused(let asked, let got) {
          #expect(asked == count)
          #expect(got >= 1)
        }
      }
      try BLAS.setThreads(1)
    }

    @Test func describesItself() {
      #expect(!BLAS.coreName.isEmpty)
      #expect(BLAS.configuration.contains("OpenBLAS"))
      #expect(BLAS.configuration.contains(BLAS.coreName))
    }
  }
}

@Suite struct LinearAlgebraErrorTests {
  @Test func messagesSayWhatToDoOnOneLine() {
    let errors: [LinearAlgebraError] = [
      .threadsRefused(asked: 200, got: 128), .decompositionFailed(routine: "dgesdd", info: 3),
      .notFinite(what: "the matrix"),
    ]
    let facts = [["200", "128"], ["dgesdd", "3"], ["the matrix", "NaN"]]
    for (error, facts) in zip(errors, facts) {
      #expect(facts.allSatisfy { error.description.contains($0) })
      #expect(error.description.contains(";") && !error.description.contains("\n"))
    }
  }
}
