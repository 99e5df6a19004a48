// Units that compute next to nothing, for the tests of Coordination: in memory, and under mpirun.
public import Diagnostics
public import Sweep

/// What a fake unit does is decided by its name; its work is never looked at.
private let someWork = Work.fineTuning(
  FineTuningWork(Cell(id: Identity(hex: "none"), task: "none", headSeed: 0, orderSeed: 0)))

/// A unit whose identity is its name.
public func unit(
  _ name: String, needs: [String] = [], at place: WorkUnit.Place = .anywhere, cost: Double = 1
) -> WorkUnit {
  WorkUnit(
    id: Identity(hex: name), work: someWork, cost: cost, name: name, needs: needs.map { Identity(hex: $0) },
    place: place)
}

/// Values that depend on the unit's name and on every bit of its inputs, and are sometimes not finite; of units that may be
/// done anywhere a payload too.
///
/// - Parameter payloadBytes: how many bytes the payload has; it gets 64 bits that depend on all of the above.
public func values(
  of unit: WorkUnit, _ inputs: [Identity: [String: Double]], payloadBytes: (UInt64) -> Int
) -> (measurements: [String: Double], payload: [UInt8]?) {
  var state: UInt64 = 0xCBF2_9CE4_8422_2325
  func mix(_ value: UInt64) { state = (state ^ value) &* 0x0000_0100_0000_01B3 }
  for byte in unit.name.utf8 { mix(UInt64(byte)) }
  for need in unit.needs {
    for (name, value) in (inputs[need] ?? ["missing": 0]).sorted(by: { $0.key < $1.key }) {
      for byte in name.utf8 { mix(UInt64(byte)) }
      mix(value.bitPattern)
    }
  }
  let odd = [Double.nan, -.infinity, -0.0, .leastNonzeroMagnitude][Int(state >> 62)]
  let payload = (0..<payloadBytes(state)).map { UInt8(truncatingIfNeeded: state >> UInt64($0 % 57)) }
  return (["value": Double(state >> 11) / 3, "odd": odd], unit.place == .root ? nil : payload)
}

/// An error that ends a job.
public struct Fatal: ProgramError, Equatable {
  /// What the job ends with.
  public var exitStatus: ExitStatus
  /// The status.
  public var description: String { "fatal \(exitStatus.rawValue)" }

  /// An error with a status.
  public init(exitStatus: ExitStatus = .inputOutput) { self.exitStatus = exitStatus }
}
