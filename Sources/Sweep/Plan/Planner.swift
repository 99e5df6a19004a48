/// Plans the units that one part of a sweep file asks for.
protocol Planner {
  /// How many units there will be, or a few more: numbers of a sweep file multiply, and too many are refused before they are
  /// made. Units that several parts share are counted each time.
  static func count(_ builder: PlanBuilder) throws -> [(section: SweepSection, units: Double)]

  /// Adds them.
  static func add(to builder: inout PlanBuilder) throws
}

/// What a plan says beside its units: lists of what was asked for, each element with its units.
struct PlannedLists: Sendable {
  private var lists: [ObjectIdentifier: [any Sendable]] = [:]

  /// The elements of a type, in the order of the sweep file.
  func all<Element: Sendable>(_ type: Element.Type) -> [Element] {
    (lists[ObjectIdentifier(type)] ?? []).compactMap { $0 as? Element }
  }

  mutating func append<Element: Sendable>(_ element: Element) {
    lists[ObjectIdentifier(Element.self), default: []].append(element)
  }
}
