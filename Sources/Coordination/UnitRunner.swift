public import Sweep

/// The measurements of the units that a unit needs, by unit and name.
public typealias Inputs = [Identity: [String: Double]]

/// Does one unit. Called on the thread that called ``Job``, one unit at a time. An error becomes the failure of the
/// unit, described by the error's text. An input or output error (`ExitStatus.inputOutput`), such as a full disk, ends
/// the job instead, because every other unit would fail too.
public typealias UnitRunner = (_ unit: WorkUnit, _ inputs: Inputs, _ context: UnitContext) throws -> UnitResult

/// What a runner returns.
public enum UnitResult: Sendable {
  /// The unit is done.
  ///
  /// - Parameters:
  ///   - measurements: numbers by name; infinities and NaN are valid results.
  ///   - payload: the contents of a file for the run directory, if any.
  case done(measurements: [String: Double], payload: [UInt8]? = nil)
  /// The unit was stopped because its context said so. It can be done again from where it stopped.
  case interrupted
}

/// What a running unit uses to learn whether to stop and to report progress. Used by the thread that does the unit.
public struct UnitContext {
  private let isStopAskedFor: () -> Bool
  private let tell: (Double) -> Void

  /// A context from two functions. The default never asks the unit to stop and ignores its reports.
  ///
  /// - Parameters:
  ///   - shouldStop: whether the unit should end soon.
  ///   - report: receives the fraction that is done, in `0...1`.
  public init(shouldStop: @escaping () -> Bool = { false }, report: @escaping (Double) -> Void = { _ in }) {
    isStopAskedFor = shouldStop
    tell = report
  }

  /// Whether the unit should end soon, with ``UnitResult/interrupted``. Cheap, so ask as often as you like, at least
  /// once a second.
  public var shouldStop: Bool { isStopAskedFor() }

  /// Reports how much of the unit is done. Cheap: at most one report in two seconds is passed on.
  ///
  /// - Parameter fraction: in `0...1`; values outside are clamped, NaN is ignored.
  public func report(fraction: Double) {
    guard !fraction.isNaN else { return }
    tell(min(max(fraction, 0), 1))
  }
}
