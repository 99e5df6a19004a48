import Progress
import Synchronization
import Testing

@Suite struct ProgressOutputTests {
  /// The output, piece by piece, and what a terminal shows of it.
  private final class Writer: Sendable {
    let pieces = Mutex<[String]>([])
    var texts: [String] { pieces.withLock { $0 } }
    var screen: Screen {
      texts.reduce(into: Screen()) { $0.write($1) }
    }
    func output(_ style: ProgressOutput.Style) -> ProgressOutput {
      ProgressOutput(style) { text in self.pieces.withLock { $0.append(text) } }
    }
  }

  private func bars(_ done: Int..., of total: Int = 10) -> (whole: ProgressBar, parts: [ProgressBar]) {
    let parts = zip(["fine-tuning", "points", "curvature"], done).map {
      ProgressBar(title: $0, done: $1, total: total, perSecond: $1 > 0 ? 2 : nil)
    }
    let sum = done.reduce(0, +)
    return (ProgressBar(title: "all units", done: sum, total: total * done.count, perSecond: 2), parts)
  }

  @Test func barsAreRedrawnInPlace() {
    let writer = Writer()
    var output = writer.output(.bars { (60, 24) })
    output.say("begin")
    for (second, done) in [(3, 0), (10, 4), (10, 9)].enumerated() {
      let bars = bars(done.0, done.1)
      output.show(bars.whole, parts: bars.parts, at: Double(second))
    }
    let expected = bars(10, 9)
    #expect(writer.screen.lines == ["begin"] + BarLayout.lines(expected.parts + [expected.whole], width: 60) + [""])
    #expect(writer.screen.row == 4 && writer.screen.unknown.isEmpty)
    // Whole lines, one write per drawing: nothing is cleared before it is redrawn.
    #expect(writer.texts.count == 4 && writer.texts.allSatisfy { !$0.contains("[2") })
  }

  @Test func whatIsSaidStaysAboveTheBars() {
    let writer = Writer()
    var output = writer.output(.bars { (60, 24) })
    let bars = bars(1, 2)
    output.show(bars.whole, parts: bars.parts, at: 0)
    output.say("a failed")
    #expect(writer.screen.lines == ["a failed", ""])
    output.show(bars.whole, parts: bars.parts, at: 0.01)
    output.say("b failed")
    output.show(bars.whole, parts: bars.parts, at: 0.02)
    #expect(writer.screen.lines.prefix(2) == ["a failed", "b failed"] && writer.screen.lines.count == 6)
  }

  @Test func barsGiveWayToOthers() {
    let writer = Writer()
    var output = writer.output(.bars { (60, 24) })
    output.clear()
    #expect(writer.texts.isEmpty)
    let bars = bars(1, 2)
    output.show(bars.whole, parts: bars.parts, at: 0)
    output.clear()
    #expect(writer.screen.lines == [""])
    output.show(bars.whole, parts: bars.parts, at: 0.01)
    #expect(writer.screen.lines.count == 4)
  }

  @Test func drawingIsRareButTheEndIsDrawn() {
    let writer = Writer()
    var output = writer.output(.bars { (60, 24) })
    for step in 0...1000 {
      output.show(ProgressBar(title: "steps", done: step, total: 1000, perSecond: 1000), at: Double(step) / 1000)
    }
    #expect(writer.texts.count <= 7)
    #expect(writer.screen.lines[0].contains("1000/1000"))
  }

  @Test(arguments: [(2, 1), (3, 2), (4, 3), (5, 4), (24, 4)])
  func aLowTerminalShowsWhatGoesOn(lines: Int, drawn: Int) {
    let writer = Writer()
    var output = writer.output(.bars { (60, lines) })
    let bars = bars(10, 4, 5)
    output.show(bars.whole, parts: bars.parts, at: 0)
    // One more line is for the cursor.
    #expect(writer.screen.lines.count == min(drawn, lines - 1) + 1)
    #expect(writer.screen.lines.dropLast().last?.hasPrefix("all units") == true)
    if lines == 3 { #expect(writer.screen.lines[0].hasPrefix("points")) }
  }

  @Test func oneOfOnePartIsNoNews() {
    let writer = Writer()
    var output = writer.output(.bars { (60, 24) })
    let bars = bars(3)
    output.show(bars.whole, parts: bars.parts, at: 0)
    #expect(writer.screen.lines.count == 2)
  }

  @Test func aLogHasALineSoonThenNowAndThenAndAtEnds() {
    let writer = Writer()
    var output = writer.output(.log(name: "seedscape"))
    for second in 0...80 {
      let bars = bars(10, min(10, second / 5), 0)
      output.show(bars.whole, parts: bars.parts, at: Double(second))
    }
    // 5 s, 35 s, the end of the points at 50 s, 80 s. Parts that had ended before are not reported.
    #expect(
      writer.texts == [
        "seedscape: all units 11 of 30, 2.0/s, 10 s left; points 1 of 10, 2.0/s, 5 s left\n",
        "seedscape: all units 17 of 30, 2.0/s, 7 s left; points 7 of 10, 2.0/s, 2 s left\n",
        "seedscape: all units 20 of 30, 2.0/s, 5 s left; points 10 of 10, 2.0/s\n",
        "seedscape: all units 20 of 30, 2.0/s, 5 s left\n",
      ])
  }

  @Test func nothingIsShownButWhatIsSaid() {
    let writer = Writer()
    var output = writer.output(.none)
    let bars = bars(1, 2)
    for second in 0...100 { output.show(bars.whole, parts: bars.parts, at: Double(second)) }
    output.say("a failed")
    #expect(writer.texts == ["a failed\n"])
  }
}
