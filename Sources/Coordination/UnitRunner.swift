public import Sweep

/// The measurements of the units that a unit needs, by unit and name.
public typealias Inputs = [Identity: [String: Double]]

/// Does one unit. Called on the thread that called ``Job``, one unit at a time. An error becomes the unit's failure, with
/// its description, unless it is one of input or output (`ExitStatus.inputOutput`), such as a full disk: no other unit would
/// escape that, so it ends the job.
public typealias UnitRunner = (_ unit: WorkUnit, _ inputs: Inputs, _ context: UnitContext) throws -> UnitResult

/// What a runner gives back.
public enum UnitResult: Sendable {
  /// It is done.
  ///
  /// - Parameters:
  ///   - measurements: numbers by name; not-finite ones are results.
  ///   - payload: bytes of a file for the run directory, if there is one.
  case done(measurements: [String: Double], payload: [UInt8]? = nil)
  /// It was stopped because its context said so, and can be done again from where it was.
  case interrupted
}

/// What a unit hears and says while it is being done. Used by the thread that does the unit.
public struct UnitContext {
  private let isStopAskedFor: () -> Bool
  private let tell: (Double) -> Void

  /// A context by its two functions; by default one that never stops and tells nobody.
  ///
  /// - Parameters:
  ///   - shouldStop: whether the unit should end soon.
  ///   - report: gets how much is done, in `0...1`.
  public init(shouldStop: @escaping () -> Bool = { false }, report: @escaping (Double) -> Void = { _ in }) {
    isStopAskedFor = shouldStop
    tell = report
  }

  /// Whether the unit should end soon, with ``UnitResult/interrupted``. Cheap: ask as often as you like, and at least every
  /// second.
  public var shouldStop: Bool { isStopAskedFor() }

  /// Says how much of the unit is done. Cheap: what is passed on is at most one number in two seconds.
  ///
  /// - Parameter fraction: in `0...1`; others are taken as the nearest of these, not-a-number is ignored.
  public func report(fraction: Double) {
    guard !fraction.isNaN else { return }
    tell(min(max(fraction, 0), 1))
  }
}
