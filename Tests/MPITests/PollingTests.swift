import MPI
import Testing

@Suite struct PollingTests {
  private let polling = Polling(pause: .milliseconds(1), longestPause: .milliseconds(4))

  @Test func aShortWaitHasTheShortestPauses() {
    #expect(polling.pause(after: .zero) == .milliseconds(1))
    #expect(polling.pause(after: .milliseconds(100)) == .milliseconds(1))
  }

  @Test func aPauseIsAHundredthOfTheWait() {
    #expect(polling.pause(after: .milliseconds(250)) == .microseconds(2500))
  }

  @Test func aLongWaitHasTheLongestPauses() {
    #expect(polling.pause(after: .milliseconds(400)) == .milliseconds(4))
    #expect(polling.pause(after: .seconds(3600)) == .milliseconds(4))
  }
}
