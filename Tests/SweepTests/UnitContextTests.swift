import Sweep
import Testing

struct UnitContextTests {
  @Test(arguments: [(0.25, [0.25]), (-1, [0]), (7, [1]), (.infinity, [1]), (.nan, [])] as [(Double, [Double])])
  func fractions(got: Double, expected: [Double]) {
    var told: [Double] = []
    let context = UnitContext(report: { told.append($0) })
    context.report(fraction: got)
    #expect(told == expected)
  }

  @Test func asksEachTime() {
    var answers = [true, false]
    let context = UnitContext(shouldStop: { answers.removeLast() })
    #expect(!context.shouldStop)
    #expect(context.shouldStop)
    #expect(!UnitContext().shouldStop)
  }
}
