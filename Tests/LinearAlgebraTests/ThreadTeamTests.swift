import LinearAlgebra
import Synchronization
import Testing

@Suite struct ThreadTeamTests {
  /// Every part is done once in each of many rounds, and before `run` returns.
  @Test(arguments: [1, 2, 5]) func everyPartOnce(count: Int) throws {
    let team = try ThreadTeam(count: count)
    var done = [Int](repeating: 0, count: count)
    for round in 1...500 {
      done.withUnsafeMutableBufferPointer { done in team.run { done[$0] += 1 } }
      #expect(done.allSatisfy { $0 == round })
    }
  }

  /// The parts run at the same time: each waits for all others.
  @Test func sideBySide() throws {
    let team = try ThreadTeam(count: 3)
    let arrived = Atomic(0)
    team.run { _ in
      arrived.add(1, ordering: .relaxed)
      while arrived.load(ordering: .relaxed) < 3 {}
    }
    #expect(arrived.load(ordering: .relaxed) == 3)
  }

  @Test func partsByHand() throws {
    let team = try ThreadTeam(count: 3)
    #expect((0..<3).map { team.part($0, of: 10) } == [0..<3, 3..<6, 6..<10])
    #expect((0..<3).map { team.part($0, of: 100, unit: 16) } == [0..<32, 32..<64, 64..<100])
    #expect((0..<3).map { team.part($0, of: 2) } == [0..<0, 0..<1, 1..<2])
    #expect((0..<3).map { team.part($0, of: 0, unit: 16) } == [0..<0, 0..<0, 0..<0])
  }
}
