/// What became of a unit: a value, also when it failed.
public struct Outcome: Sendable, Equatable {
  /// How it ended.
  public enum Status: Sendable, Equatable {
    /// The result is there.
    case done
    /// It cannot be done; the message says why.
    case failed(String)
    /// A unit that it needs failed or is blocked; the message names it.
    case blocked(String)
    /// It was stopped before its end and can go on later; nothing is recorded.
    case interrupted
  }

  /// Which unit.
  public let unit: Identity
  /// How it ended.
  public let status: Status
  /// Numbers by name; not-finite ones are results.
  public let measurements: [String: Double]
  /// Bytes of a safetensors file for the run directory; nil when there is none.
  public let payload: [UInt8]?
  /// Of a failure, whether a file or a disk failed and not the unit: it may pass, and the next start tries the unit again.
  public let mayPass: Bool
  /// Wall-clock seconds it took; recorded beside the result, never part of it.
  public let seconds: Double

  /// An outcome from its parts.
  public init(
    unit: Identity, status: Status, measurements: [String: Double] = [:], payload: [UInt8]? = nil,
    mayPass: Bool = false, seconds: Double = 0
  ) {
    self.unit = unit
    self.status = status
    self.measurements = measurements
    self.payload = payload
    self.mayPass = mayPass
    self.seconds = seconds
  }
}
