import Foundation
import Ledger
import Sweep
import Testing

@Suite struct StatusFileTests {
  private func status(_ state: RunStatus.State, finishedCost: Double) -> RunStatus {
    RunStatus(
      sweep: "minute", state: state, time: Date(timeIntervalSince1970: 1_700_000_000),
      counts: .init(done: 5, failed: 1, blocked: 2, running: 1, waiting: 11),
      running: [.init(unit: "SST-2-s0", rank: 2, since: Date(timeIntervalSince1970: 1_699_999_990))],
      finishedCost: finishedCost, remainingCost: 300, elapsed: 20)
  }

  @Test func theTimeLeftFollowsFromTheRate() {
    #expect(status(.running, finishedCost: 100).operationsPerSecond == 5)
    #expect(status(.running, finishedCost: 100).secondsLeft == 60)
    #expect(status(.running, finishedCost: 0).secondsLeft == nil)
    #expect(status(.running, finishedCost: 0).counts.total == 20)
  }

  @Test func aStatusComesBackAndIsReplaced() throws {
    let temporary = try TemporaryRun()
    let file = StatusFile(of: temporary.run)
    #expect(try file.read() == nil)
    try file.write(status(.running, finishedCost: 0))
    try file.write(status(.finished, finishedCost: 100))
    #expect(try file.read() == status(.finished, finishedCost: 100))
    #expect(try temporary.files() == ["status.json"])
    try Data("{}".utf8).write(to: temporary.run.statusFile)
    #expect(throws: LedgerError.self) { try file.read() }
  }
}
