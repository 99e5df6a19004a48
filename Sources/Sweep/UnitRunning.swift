/// The figures of the units that a unit needs, by unit and name.
public typealias Inputs = [Identity: [String: Double]]

extension Inputs {
  /// The figures of a unit of a kind.
  public func figures<Kind: WorkOfKind>(of unit: Identity, _ kind: Kind.Type) -> Figures<Kind.Figure> {
    Figures(Measurements(self[unit] ?? [:]))
  }
}

/// What running a unit gives.
public enum UnitResult: Sendable {
  /// It is done.
  ///
  /// - Parameters:
  ///   - measurements: numbers by name; those that are not finite are results.
  ///   - payload: the bytes of a safetensors file for the run directory, if there is one.
  case done(measurements: [String: Double], payload: [UInt8]? = nil)
  /// It was asked to stop, and can go on later from where it was.
  case interrupted

  /// It is done, with the figures of its kind.
  public static func done<Name>(_ figures: Figures<Name>, payload: [UInt8]? = nil) -> UnitResult {
    .done(measurements: figures.record.values, payload: payload)
  }
}

/// How a running unit talks to whoever handed it out. Used by the thread that runs the unit.
public struct UnitContext {
  private let isStopAskedFor: () -> Bool
  private let tell: (Double) -> Void

  /// A context by its two functions; by default one that never stops and tells nobody.
  ///
  /// - Parameters:
  ///   - shouldStop: whether the unit should end soon.
  ///   - report: gets the share that is done, in `0...1`.
  public init(shouldStop: @escaping () -> Bool = { false }, report: @escaping (Double) -> Void = { _ in }) {
    isStopAskedFor = shouldStop
    tell = report
  }

  /// Whether the unit should end soon, with ``UnitResult/interrupted``. Cheap: ask at least every second.
  public var shouldStop: Bool { isStopAskedFor() }

  /// Reports the share of the unit that is done. Cheap: at most one number in two seconds is passed on.
  ///
  /// - Parameter fraction: in `0...1`; others are taken as the nearest of these, not-a-number is ignored.
  public func report(fraction: Double) {
    guard !fraction.isNaN else { return }
    tell(min(max(fraction, 0), 1))
  }
}
