import Coordination
import Diagnostics
import FakeUnits
import Sweep
import Testing

struct MessagesTests {
  private let odd: [String: Double] = [
    "nan": Double(bitPattern: 0xFFF8_0000_DEAD_BEEF), "plus": .infinity, "minus": -.infinity, "zero": -0.0,
    "small": .leastNonzeroMagnitude, "third": 1 / 3, "big": .greatestFiniteMagnitude,
  ]

  private func bits(_ numbers: [String: Double]) -> [String: UInt64] { numbers.mapValues(\.bitPattern) }

  /// Through JSON and back, as if sent by rank 3.
  private func sent(_ message: WorkerMessage) throws -> WorkerMessage {
    try WorkerMessage(json: message.encoded(), from: 3) { try #require(message.payload) }
  }

  @Test(
    arguments: [
      Outcome.Status.done, .failed("line\n\"quoted\" \u{1F642}"), .blocked("b"), .interrupted,
    ], [nil, [], [0, 255, 7]] as [[UInt8]?])
  func outcomes(status: Outcome.Status, payload: [UInt8]?) throws {
    let outcome = Outcome(
      unit: Identity(hex: "ab"), status: status, measurements: odd, payload: payload, mayPass: payload == nil,
      seconds: 0.1)
    guard case .outcome(let got) = try sent(.outcome(outcome)) else {
      Issue.record("another message")
      return
    }
    #expect(bits(got.measurements) == bits(odd))
    #expect((got.unit, got.seconds) == (outcome.unit, 0.1))
    #expect(got.status == status && got.payload == payload && got.mayPass == (payload == nil))
  }

  @Test func otherWords() throws {
    guard case .ask = try sent(.ask), case .signalled(10) = try sent(.signalled(10)),
      case .progress(Identity(hex: "x"), 0.3) = try sent(.progress(Identity(hex: "x"), fraction: 0.3))
    else {
      Issue.record("another message")
      return
    }
  }

  @Test func aFatalErrorKeepsItsTextAndCode() throws {
    guard case .fatal(let error) = try sent(.fatal(Fatal())) else {
      Issue.record("another message")
      return
    }
    #expect(error as? CoordinationError == .endedByRank(3, message: "fatal 74", exitStatus: .inputOutput))
    #expect(error.description == "rank 3: fatal 74" && error.exitStatus == .inputOutput)
  }

  @Test func work() throws {
    let units = [unit("a", cost: 1 / 3), unit("b", needs: ["a"], at: .root)]
    let message = CoordinatorMessage.work(units, [Identity(hex: "a"): odd, Identity(hex: "b"): [:]])
    guard case .work(let got, let inputs) = try CoordinatorMessage(json: message.encoded(), from: 0) else {
      Issue.record("another message")
      return
    }
    #expect(got == units)
    #expect(inputs.mapValues(bits) == [Identity(hex: "a"): bits(odd), Identity(hex: "b"): [:]])
  }

  @Test func whatIsNoMessageIsRefused() {
    for json in ["", "{}", "{\"ask\":", "{\"unknown\":{}}"] {
      #expect { try WorkerMessage(json: Array(json.utf8), from: 2) { [] } } throws: { error in
        guard case .unreadableMessage(rank: 2, _) = error as? CoordinationError else { return false }
        return true
      }
    }
  }
}
