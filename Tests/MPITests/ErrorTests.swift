import MPI
import Testing

@Suite struct ErrorTests {
  @Test func aFailedCallNamesRoutineCodeClassAndText() {
    let error = MPIError.failed(routine: "MPI_Send", code: 21, errorClass: 4, text: "MPI_ERR_TAG: invalid tag")
    #expect("\(error)".hasPrefix("MPI_Send returned code 21, class 4 (MPI_ERR_TAG: invalid tag), expected MPI_SUCCESS"))
  }

  @Test(arguments: [
    (0, "MPI_THREAD_SINGLE"), (1, "MPI_THREAD_FUNNELED"), (2, "MPI_THREAD_SERIALIZED"), (9, "thread level 9"),
    (-1, "thread level -1"),
  ])
  func theGrantedThreadLevelIsNamed(level: Int32, name: String) {
    let message = "\(MPIError.threadLevel(granted: level))"
    #expect(message.hasPrefix("MPI_Init_thread granted \(name), expected MPI_THREAD_MULTIPLE"))
  }

  @Test func otherMessagesHoldTheirNumbers() {
    #expect("\(MPIError.startedBySrunWithoutPMIx(step: "3"))".contains("SLURM_STEP_ID=3"))
    #expect("\(MPIError.foreignMessage(source: 5, tag: 7, byteCount: 11))".contains("11 bytes from rank 5 with tag 7"))
    #expect(
      "\(MPIError.tooManyElements(routine: "MPI_Gatherv", count: 3_000_000_000))".hasPrefix(
        "MPI_Gatherv was asked for 3000000000 elements in all, expected at most 2147483647"))
  }

  @Test(arguments: [
    MPIError.failed(routine: "MPI_Send", code: 1, errorClass: 1, text: "text"), .threadLevel(granted: 0),
    .startedBySrunWithoutPMIx(step: "0"), .foreignMessage(source: 0, tag: 0, byteCount: 0),
    .tooManyElements(routine: "MPI_Gatherv", count: 0),
  ])
  func everyMessageIsOneLineWithACure(error: MPIError) {
    #expect(!"\(error)".contains("\n"))
    #expect("\(error)".contains(": "))
  }
}
