import Coordination
import FakeUnits
import Sweep
import Testing

@Suite struct SimulationTests {
  /// Costs large enough for one message each; one second per 1e9 operations.
  private func simulate(_ units: [WorkUnit], ranks: Int) throws -> Simulation {
    try Simulation(units, ranks: ranks) { $0.cost / 1e9 }
  }

  @Test func aSingleRankDoesOneAfterTheOther() throws {
    let units = [unit("a", cost: 2e9), unit("b", cost: 3e9), unit("c", needs: ["a"], cost: 4e9)]
    let result = try simulate(units, ranks: 1)
    #expect(result.makespan == 9 && result.work == 9)
  }

  /// 4 in parallel with 2 and 2; then the chain of 1 and 5 limits what more ranks can gain.
  @Test func ranksShareTheWork() throws {
    let units = [unit("a", cost: 4e9), unit("b", cost: 2e9), unit("c", cost: 2e9)]
    #expect(try simulate(units, ranks: 2).makespan == 4)
    let chain = [unit("first", cost: 1e9), unit("last", needs: ["first"], cost: 5e9), unit("other", cost: 2e9)]
    for ranks in 2...4 {
      let result = try simulate(chain, ranks: ranks)
      #expect(result.makespan == 6 && result.work == 8)
    }
  }

  @Test func workAtTheRootWaitsForRankZero() throws {
    let units = [unit("a", cost: 2e9), unit("b", cost: 2e9), unit("root", at: .root, cost: 3e9)]
    // The longest first, at rank 0; then the other two in parallel.
    let result = try simulate(units, ranks: 2)
    #expect(result.makespan == 4 && result.work == 7)
    #expect(try simulate([units[2], unit("again", at: .root, cost: 3e9)], ranks: 2).makespan == 6)
  }

  /// More ranks than units cost nothing: 500 ranks are enough for these 999 units.
  @Test func timeDoesNotGrowWithRanks() throws {
    let units = (0..<999).map { unit("u\($0)", needs: $0 < 500 ? [] : ["u\($0 - 500)"], cost: 2e9) }
    let began = ContinuousClock.now
    #expect(try simulate(units, ranks: 1_000_000) == simulate(units, ranks: 500))
    #expect(try simulate(units, ranks: .max).makespan == 4)
    #expect(ContinuousClock.now - began < .seconds(5))
  }

  /// One unit makes a hundred thousand others ready at the same time.
  @Test func manyPointsOfOneModel() throws {
    let units = [unit("model", cost: 1e9)] + (0..<100_000).map { unit("p\($0)", needs: ["model"], cost: 1e9) }
    let began = ContinuousClock.now
    #expect(try simulate(units, ranks: 1000).makespan == 101)
    #expect(ContinuousClock.now - began < .seconds(20))
  }

  @Test func nothingTakesNoTime() throws {
    #expect(try simulate([], ranks: 3).makespan == 0)
  }
}
