import LinearAlgebra
import Testing

/// What goes through OpenBLAS, one test at a time: its number of threads is one for the whole process.
@Suite(.serialized) enum LibraryTests {
  @Suite struct BLASTests {
    @Test func threadsAreSetAndReadBack() throws {
      try BLAS.setThreads(2)
      try BLAS.setThreads(1)
    }

    /// OpenBLAS takes 0 for "as many as there are" without a word.
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
