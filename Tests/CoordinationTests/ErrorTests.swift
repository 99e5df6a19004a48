import Coordination
import Sweep
import Testing

struct ErrorTests {
  @Test(arguments: [
    (CoordinationError.duplicateUnit(name: "a", other: "b"), "\"b\" and \"a\"", 70),
    (.missingNeed(unit: "a", need: Identity(hex: "0123456789")), "needs 01234567,", 70),
    (.cycle(["a", "b", "a"]), "a <- b <- a", 70),
    (.unexpectedOutcome(Identity(hex: "0123456789")), "unit 01234567,", 70),
    (.unreadableMessage(rank: 2, reason: "why"), "from rank 2 (why)", 70),
    (.endedByRank(1, message: "disk full", exitCode: 74), "rank 1: disk full", 74),
    (.channelBroken(reason: "why"), "to answer: why", 70),
    (.signalHandler(signal: 10, errno: 22), "sigaction(10) failed with errno 22", 70),
  ])
  func saysWhatHappened(error: CoordinationError, text: String, exitCode: Int32) {
    #expect(error.description.contains(text))
    #expect(!error.description.contains("\n"))
    #expect(error.exitCode == exitCode)
  }
}
