// Keys that several sections have.

extension KeyDeclaration {
  /// The four keys by which a section chooses its cells.
  static let cells = (
    tasks: KeyDeclaration(
      .list(of: "tasks"), default: .described("all"), bound: "tasks of the sweep", "cells of these tasks"),
    initialisations: KeyDeclaration(
      .list(of: "initialisations"), default: .described("all"), bound: "initialisations of the sweep",
      "cells that start so"),
    variants: KeyDeclaration(
      .list(of: "variants"), default: .described("all"), bound: "variants of the sweep, or \(CellGrid.plain)",
      "cells of these variants; \(CellGrid.plain): of the recipe itself"),
    seeds: KeyDeclaration(
      .list(of: "indices"), default: .described("all"), bound: "0 to number of seeds - 1",
      "which of the sweep's seeds, counted from 0")
  )
}

extension KeyDeclaration {
  static let random = KeyDeclaration(
    .mapping(.random), default: .none, bound: "not with `from`, `to`", "random directions")

  static func elsewhere(bound: String) -> KeyDeclaration {
    .init(
      .choice(Surface.Elsewhere.self), default: .of(Surface.Elsewhere.theta1), bound: bound,
      "where the parameters outside the group are: where the directions start, or at theta1")
  }

  static func model(_ meaning: String, bound: String) -> KeyDeclaration {
    .init(.described("model"), default: .required(ModelReference.expected), bound: bound, meaning)
  }

  static func groups(_ meaning: String, default yaml: String) -> KeyDeclaration {
    .init(.list(of: "layer groups"), default: .of(yaml), meaning)
  }

  static func axis(_ meaning: String) -> KeyDeclaration {
    .init(
      .described("[lowest, highest, points]"), default: .described("by `along`"),
      bound: "\(Int(Axis.ends.lowerBound)) to \(Int(Axis.ends.upperBound)), "
        + "\(Axis.counts.lowerBound) to \(Axis.counts.upperBound) points", meaning)
  }
}

extension LayerGroup {
  /// A list of groups; which layers a model has is not known yet.
  static func names(_ value: YAMLValue, mayBeEmpty: Bool = false) throws -> [String] {
    try value.list(of: "layer groups", mayBeEmpty: mayBeEmpty, distinctBy: \.self) { element in
      let text = try element.text(expected)
      do { try check(text) } catch { throw element.wrong(expected) }
      return text
    }
  }
}

extension Axis {
  init(_ value: YAMLValue) throws {
    let expected = "[lowest, highest, number of points], the first below the second"
    let parts = try value.list(of: expected)
    guard parts.count == 3 else { throw value.wrong(expected) }
    let lowest = try parts[0].number(Self.ends)
    let highest = try parts[1].number(Self.ends)
    guard lowest < highest else { throw parts[1].wrong("a number above the lowest, \(lowest)") }
    self.init(lowest: lowest, highest: highest, points: try parts[2].integer(Self.counts))
    // They are rounded to 12 decimals.
    let places = coordinates
    guard zip(places, places.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw value.wrong("coordinates that are 1e-12 or more apart: a wider range, or fewer points")
    }
  }
}

extension Encoder {
  /// Encodes one value.
  func encode(_ value: some Encodable) throws {
    var container = singleValueContainer()
    try container.encode(value)
  }
}
