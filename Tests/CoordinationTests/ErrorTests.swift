import Coordination
import Diagnostics
import Sweep
import Testing

struct ErrorTests {
  @Test(arguments: [
    (CoordinationError.duplicateUnit(name: "a", other: "b"), "\"b\" and \"a\"", Diagnostics.ExitStatus.internal),
    (
      .missingNeed(unit: "a", need: Identity(hex: String(repeating: "01234567", count: 8))), "needs 01234567,",
      .internal
    ),
    (.cycle(["a", "b", "a"]), "a <- b <- a", .internal),
    (.unexpectedOutcome(Identity(hex: String(repeating: "01234567", count: 8))), "unit 01234567,", .internal),
    (.unreadableMessage(rank: 2, reason: "why"), "from rank 2 (why)", .internal),
    (.endedByRank(1, message: "disk full", exitStatus: .inputOutput), "rank 1: disk full", .inputOutput),
    (.channelBroken(reason: "why"), "to answer: why", .internal),
    (.signalHandler(signal: 10, errno: 22), "sigaction(10) failed with errno 22", .internal),
  ])
  func saysWhatHappened(error: CoordinationError, text: String, status: Diagnostics.ExitStatus) {
    #expect(error.description.contains(text))
    #expect(!error.description.contains("\n"))
    #expect(error.exitStatus == status)
  }
}
