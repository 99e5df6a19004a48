import Progress
import Testing

@Suite struct ProgressBarTests {
  @Test(
    arguments: [
      (31.4, "", "31/s"), (9.94, "", "9.9/s"), (9.96, "", "10/s"), (1, "steps", "1.0 steps/s"), (0.5, "", "30/min"),
      (0.02, "", "1.2/min"), (1.0 / 7200, "cells", "0.5 cells/h"), (0, "", "0.0/h"), (1e300, "", "1000000000000000/s"),
    ] as [(Double, String, String)])
  func ratesAreReadable(_ perSecond: Double, _ unit: String, _ expected: String) {
    #expect(ProgressBar.rate(perSecond, of: unit) == expected)
  }

  @Test(
    arguments: [
      (0, "0 s"), (0.2, "1 s"), (90, "90 s"), (91, "2 min"), (5399, "90 min"), (5400, "1.5 h"), (172_800, "2.0 days"),
      (-3, "0 s"), (.infinity, "11574074.1 days"),
    ] as [(Double, String)])
  func timesAreReadable(_ seconds: Double, _ expected: String) {
    #expect(ProgressBar.duration(seconds) == expected)
  }

  @Test func theTimeLeftOfStepsFollowsFromTheirRate() {
    let bar = ProgressBar(title: "pre-training", done: 20, total: 100, perSecond: 4, unit: "steps")
    #expect(bar.secondsLeft == 20 && bar.share == 0.2 && !bar.isEnded)
    #expect(bar.text == "pre-training 20 of 100, 4.0 steps/s, 20 s left")
    let ended = ProgressBar(title: "pre-training", done: 100, total: 100, perSecond: 4)
    #expect(ended.secondsLeft == nil && ended.share == 1 && ended.isEnded)
  }

  @Test(arguments: [nil, 0, .nan, .infinity])
  func withoutARateThereIsNoTimeLeft(_ perSecond: Double?) {
    let bar = ProgressBar(title: "steps", done: 0, total: 100, perSecond: perSecond)
    #expect(bar.rate == nil && bar.secondsLeft == nil)
    #expect(bar.text == "steps 0 of 100")
  }

  @Test func whatFailedAndIsBlockedHasEndedToo() {
    let bar = ProgressBar(title: "points", done: 5, total: 8, failed: 1, blocked: 2, share: 3)
    #expect(bar.isEnded && bar.share == 1)
    #expect(bar.text == "points 5 of 8, 1 failed, 2 blocked")
  }
}
