import Progress
import Testing

@Suite struct BarLayoutTests {
  private let bars = [
    ProgressBar(title: "fine-tuning", done: 12, total: 18, share: 0.5, rate: "4.2/min", secondsLeft: 86),
    ProgressBar(title: "points", done: 0, total: 425, share: 0),
    ProgressBar(title: "all units", done: 12, total: 443, failed: 1, share: 0.25, rate: "12 Gop/s", secondsLeft: 720),
  ]

  @Test func onAWideTerminalEverythingStandsInColumns() {
    let bar = { (filled: Int) in
      "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 40 - filled) + "]"
    }
    #expect(
      BarLayout.lines(bars, width: 200) == [
        "fine-tuning  \(bar(20))    12/18   4.2/min    86 s left",
        "points       \(bar(0))    0/425",
        "all units    \(bar(10))   12/443  12 Gop/s  12 min left  1 failed",
      ])
  }

  @Test func ofEightyColumnsSeventyNineAreUsed() {
    let lines = BarLayout.lines(bars, width: 80)
    #expect(
      lines == [
        "fine-tuning  [###########...........]    12/18   4.2/min    86 s left",
        "points       [......................]    0/425",
        "all units    [#####.................]   12/443  12 Gop/s  12 min left  1 failed",
      ])
    #expect(lines[2].count == 79)
  }

  @Test func theRateGivesWayFirstThenTheBarThenTheTimeLeft() {
    #expect(
      BarLayout.lines(bars, width: 60) == [
        "fine-tuning  [######......]    12/18    86 s left",
        "points       [............]    0/425",
        "all units    [###.........]   12/443  12 min left  1 failed",
      ])
    #expect(
      BarLayout.lines(bars, width: 45) == [
        "fine-tuning    12/18    86 s left", "points         0/425", "all units     12/443  12 min left  1 failed",
      ])
    #expect(
      BarLayout.lines(bars, width: 40) == [
        "fine-tuning    12/18", "points         0/425", "all units     12/443  1 failed",
      ])
  }

  /// Numbers grow as work progresses: bars whose length changed with them would flicker.
  @Test func barsKeepTheirLength() {
    let lengths = [(0, nil), (9, "9.9/s"), (10, "10/min"), (443, "12 Gop/s")].map { (done: Int, rate: String?) in
      BarLayout.lines(
        [ProgressBar(title: "points", done: done, total: 443, share: 1, rate: rate, secondsLeft: Double(done) * 7)],
        width: 70)[0].count { $0 == "#" }
    }
    #expect(Set(lengths) == [27])
  }

  @Test func noLineIsEverWiderThanTheTerminal() {
    for width in -1...220 {
      for line in BarLayout.lines(bars, width: width) {
        #expect(line.count <= max(1, width - 1) && line.last != " ")
      }
    }
    #expect(BarLayout.lines([], width: 80).isEmpty)
  }

  @Test func aBarIsFullWhenAllIsDone() {
    func filled(_ share: Double) -> Int {
      BarLayout.lines([ProgressBar(title: "a", done: 1, total: 2, share: share)], width: 200)[0].count { $0 == "#" }
    }
    #expect((filled(0), filled(0.999), filled(1)) == (0, 39, 40))
  }
}
