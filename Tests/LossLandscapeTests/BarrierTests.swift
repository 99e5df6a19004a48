import LossLandscape
import Testing

@Suite struct BarrierTests {
  /// The line from 1 to 3 is 1.5, 2, 2.5 at the quarters: rises 0.5, 2 and 0.
  @Test func byHand() throws {
    let barrier = try Barrier(coordinates: [0.25, 0.5, 0.75], losses: [2, 4, 2.5], start: 1, end: 3)
    #expect(barrier.height == 2 && barrier.position == 0.5 && barrier.reason == nil)
    // Loss 3 at 1/4 is 1.5 above the line; the greater loss 3.5 at 3/4 only 1.
    let tilted = try Barrier(coordinates: [0.25, 0.75], losses: [3, 3.5], start: 1, end: 3)
    #expect(tilted.height == 1.5 && tilted.position == 0.25)
  }

  @Test func nothingAboveTheLineIsZeroAtAnEnd() throws {
    for losses in [[1.5, 2, 2.5], [0, 0, 0]] {
      let barrier = try Barrier(coordinates: [0.25, 0.5, 0.75], losses: losses, start: 1, end: 3)
      #expect(barrier.height == 0 && barrier.position == 0)
    }
    // A constant that is no binary fraction, at places that are none.
    let flat = try Barrier(
      coordinates: linspace(0, 1, 32), losses: .init(repeating: 0.9, count: 32), start: 0.9, end: 0.9)
    #expect(flat.height == 0 && flat.position == 0)
  }

  /// The ends are the exact points; what is beyond is no barrier; of equal rises the first counts.
  @Test func onlyPointsBetweenTheEnds() throws {
    let barrier = try Barrier(
      coordinates: [-1, 0, 0.25, 0.5, 0.75, 1, 2], losses: [90, .nan, 1, 5, 5, 80, .infinity], start: 0, end: 0)
    #expect(barrier.height == 5 && barrier.position == 0.5)
  }

  @Test func lossesThatAreNotFinite() throws {
    let infinite = try Barrier(coordinates: [0.25, 0.5, 0.75], losses: [2, .infinity, .infinity], start: 1, end: 3)
    #expect(infinite.height == .infinity && infinite.position == 0.5 && infinite.reason == nil)
    for loss in [Double.nan, -.infinity] {
      let unknown = try Barrier(coordinates: [0.25, 0.5], losses: [.infinity, loss], start: 1, end: 3)
      #expect(unknown.height == nil && unknown.position == nil && unknown.reason == "the loss at 0.5 is \(loss)")
    }
    let diverged = try Barrier(coordinates: [0.5], losses: [1], start: 1, end: .infinity)
    #expect(diverged.height == nil && diverged.position == nil)
    #expect(diverged.reason == "the losses of the ends are 1.0 and inf")
  }

  @Test func errors() throws {
    #expect(throws: LandscapeError.tooFew(what: "points between the ends", got: 0, needed: 1)) {
      try Barrier(coordinates: [-1, 0, 1, 2], losses: [1, 1, 1, 1], start: 1, end: 1)
    }
    #expect(throws: LandscapeError.notAscending(index: 1)) {
      try Barrier(coordinates: [0.5, 0.25], losses: [1, 1], start: 1, end: 1)
    }
  }
}
