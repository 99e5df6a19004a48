import Foundation
import Ledger
import Sweep
import Testing

@Suite struct StatusFileTests {
  private func status(_ state: RunStatus.State, secondsLeft: Double? = nil) -> RunStatus {
    RunStatus(
      sweep: "minute", state: state, time: Date(timeIntervalSince1970: 1_700_000_000),
      counts: .init(done: 5, failed: 1, blocked: 2, running: 1, waiting: 11), share: 0.25,
      phases: [
        .init(
          phase: .fineTuning, counts: .init(done: 5, running: 1), share: 0.75, unitsPerSecond: 0.5,
          secondsLeft: secondsLeft),
        .init(
          phase: .points, counts: .init(failed: 1, blocked: 2, waiting: 11), share: 0, unitsPerSecond: nil,
          secondsLeft: nil),
      ],
      running: [.init(unit: "SST-2-s0", rank: 2, since: Date(timeIntervalSince1970: 1_699_999_990))],
      elapsed: 20, operationsPerSecond: secondsLeft.map { _ in 5 }, secondsLeft: secondsLeft)
  }

  /// The keys that programs read (Tutorial).
  @Test func theObjectHasTheseKeys() throws {
    let counts = #""counts":{"blocked":0,"done":5,"failed":0,"running":1,"total":6,"waiting":0}"#
    #expect(
      String(decoding: try status(.running, secondsLeft: 60).json(), as: UTF8.self)
        == #"{"counts":{"blocked":2,"done":5,"failed":1,"running":1,"total":20,"waiting":11},"elapsed":20,"failures":[],"#
        + #""operationsPerSecond":5,"phases":["#
        + #"{\#(counts),"phase":"fine-tuning","secondsLeft":60,"share":0.75,"unitsPerSecond":0.5},"#
        + #"{"counts":{"blocked":2,"done":0,"failed":1,"running":0,"total":14,"waiting":11},"phase":"points","secondsLeft":null,"share":0,"#
        + #""unitsPerSecond":null}],"#
        + #""running":[{"rank":2,"since":"2023-11-14T22:13:10Z","unit":"SST-2-s0"}],"secondsLeft":60,"share":0.25,"#
        + #""state":"running","sweep":"minute","time":"2023-11-14T22:13:20Z"}"#)
    // Without a rate, neither the rate nor the time left is known.
    let keys = try JSONSerialization.jsonObject(with: status(.failed).json()) as? [String: Any]
    #expect(keys?["secondsLeft"] is NSNull && keys?["operationsPerSecond"] is NSNull)
    #expect(keys?["state"] as? String == "failed")
    let odd = try JSONSerialization.jsonObject(with: status(.failed, secondsLeft: .nan).json()) as? [String: Any]
    #expect(odd?["secondsLeft"] as? String == "nan")
  }

  @Test func aStatusComesBackAndIsReplaced() throws {
    let temporary = try TemporaryRun()
    let file = StatusFile(of: temporary.run)
    #expect(try file.read() == nil)
    try file.write(status(.running))
    try file.write(status(.finished, secondsLeft: 0))
    #expect(try file.read() == status(.finished, secondsLeft: 0))
    #expect(try temporary.files() == ["status.json"])
    try Data("{}".utf8).write(to: temporary.run.statusFile)
    #expect(throws: LedgerError.self) { try file.read() }
  }

  /// Programs that show a status do arithmetic with its numbers.
  @Test(arguments: [
    (#""done":5"#, #""done":9223372036854775807"#), (#""done":5"#, #""done":-5"#), (#""total":20"#, #""total":21"#),
    (#""share":0.25"#, #""share":1e300"#), (#""share":0.25"#, #""share":-1"#), (#""elapsed":20"#, #""elapsed":1e300"#),
    (#""operationsPerSecond":5"#, #""operationsPerSecond":1e300"#), (#""secondsLeft":60"#, #""secondsLeft":-1e18"#),
    (#""rank":2"#, #""rank":-2"#), (#""state":"running""#, #""state":"asleep""#),
    (#""sweep":"minute""#, #""sweep":null"#),
  ])
  func aDamagedStatusIsAnError(_ from: String, _ to: String) throws {
    let temporary = try TemporaryRun()
    let text = String(decoding: try status(.running, secondsLeft: 60).json(), as: UTF8.self)
    let damaged = text.replacing(from, with: to)
    #expect(damaged != text)
    try Data(damaged.utf8).write(to: temporary.run.statusFile)
    let error = try #require(throws: LedgerError.self) { try StatusFile(of: temporary.run).read() }
    #expect(error.description.hasPrefix(temporary.run.statusFile.path))
  }

  @Test func aStatusOfAnOlderVersionIsReadToo() throws {
    let temporary = try TemporaryRun()
    let text = String(decoding: try status(.running).json(), as: UTF8.self)
      .replacing(#""failures":[],"#, with: "").replacing(#""secondsLeft":null,"#, with: "")
    try Data(text.utf8).write(to: temporary.run.statusFile)
    #expect(try StatusFile(of: temporary.run).read() == status(.running))
  }

  @Test func theFirstThreeReasonsAreCounted() {
    var reasons = FailureReasons()
    for (index, reason) in ["a\nb", "c", "a b", "d", "e", "a b"].enumerated() { reasons.add(reason, unit: "u\(index)") }
    #expect(reasons.first.map(\.reason) == ["a b", "c", "d"])
    #expect(reasons.first.map(\.count) == [3, 1, 1])
    #expect(reasons.first.map(\.unit) == ["u0", "u1", "u3"])
  }
}
