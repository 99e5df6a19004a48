internal import Sweep

/// Which units of a plan need which others, by position in the plan. Checked to have no cycles.
struct DependencyGraph: Sendable {
  /// A unit's position in the plan, by identity.
  let positions: [Identity: Int]
  /// The units of the plan that each unit needs.
  let needs: [[Int]]
  /// The units that need each unit.
  let dependants: [[Int]]
  /// All units, each after all that it needs.
  let order: [Int]

  /// The graph of an empty plan.
  init() {
    positions = [:]
    needs = []
    dependants = []
    order = []
  }

  /// - Parameters:
  ///   - units: the plan.
  ///   - isDone: whether a needed unit that is not in the plan is already done.
  /// - Throws: ``CoordinationError``: `duplicateUnit`, `missingNeed` or `cycle`.
  init(_ units: [WorkUnit], isDone: (Identity) -> Bool) throws {
    var positions: [Identity: Int] = [:]
    for (position, unit) in units.enumerated() {
      if let other = positions.updateValue(position, forKey: unit.id) {
        throw CoordinationError.duplicateUnit(name: unit.name, other: units[other].name)
      }
    }
    let needs = try units.map { unit in
      try unit.needs.compactMap { need -> Int? in
        if let position = positions[need] { return position }
        guard isDone(need) else { throw CoordinationError.missingNeed(unit: unit.name, need: need) }
        return nil
      }
    }
    var dependants = [[Int]](repeating: [], count: units.count)
    for (position, needs) in needs.enumerated() {
      for need in needs { dependants[need].append(position) }
    }

    // Kahn's algorithm: a unit is added once all that it needs have been added.
    var missing = needs.map(\.count)
    var order = units.indices.filter { missing[$0] == 0 }
    order.reserveCapacity(units.count)
    var next = 0
    while next < order.count {
      for dependant in dependants[order[next]] {
        missing[dependant] -= 1
        if missing[dependant] == 0 { order.append(dependant) }
      }
      next += 1
    }
    guard order.count == units.count else {
      throw CoordinationError.cycle(Self.cycle(in: needs, among: missing).map { units[$0].name })
    }
    self.positions = positions
    self.needs = needs
    self.dependants = dependants
    self.order = order
  }

  /// Each unit's cost plus that of the most expensive chain of units that depend on it.
  func chainCosts(_ units: [WorkUnit]) -> [Double] {
    var costs = units.map(\.cost)
    for position in order.reversed() {
      costs[position] += dependants[position].map { costs[$0] }.max() ?? 0
    }
    return costs
  }

  /// A cycle, its first member repeated at the end. Every unit left over needs another unit left over, so following
  /// needs must return to a unit already visited.
  private static func cycle(in needs: [[Int]], among missing: [Int]) -> [Int] {
    var path: [Int] = []
    var next = missing.firstIndex { $0 > 0 }
    while let position = next {
      if let start = path.firstIndex(of: position) { return path[start...] + [position] }
      path.append(position)
      next = needs[position].first { missing[$0] > 0 }
    }
    return path
  }
}
