public import Sweep

/// Decides which units are ready and in what order they are handed out. Contains only rules: no threads and no clock.
///
/// A unit is *waiting* for the units it needs, *ready*, *running*, and finally *done*, *failed* or *blocked*. The unit
/// with the longest chain comes first: its predicted cost plus that of the most expensive sequence of units that depend
/// on it (critical path first; Kohler 1975, and the upward rank of HEFT, Topcuoglu et al. 2002). Chains whose costs
/// have the same binary exponent count as equally long and keep the plan's order. The order decides when a unit is
/// done, never its result.
public struct Schedule: Sendable {
  /// The most predicted operations in one message, unless it holds a single unit. Well under a second of work, so that
  /// larger units travel alone.
  public static let batchCost = 1e9
  /// The most units in one message.
  public static let batchLimit = 32

  private enum State {
    case waiting, ready, running, done, failed, blocked
  }

  private let units: [WorkUnit]
  private let graph: DependencyGraph
  private let retries: Int
  private let ranks: Int
  /// The state of each unit, by position in the plan, like the next two arrays.
  private var states: [State]
  /// The number of needed units that are not done.
  private var missing: [Int]
  /// How often the unit has failed.
  private var failures: [Int]
  private var readyAnywhere: ReadyQueue
  private var readyAtRoot: ReadyQueue
  /// The number of units that are not yet done, failed or blocked.
  private var unfinished: Int

  /// All identities that some unit of the plan needs.
  public let needed: Set<Identity>
  /// Units blocked by failures in `finished` whose own outcome was not recorded.
  public private(set) var blockedAtStart: [Outcome] = []

  /// The schedule of an empty plan.
  static let empty = Schedule()

  private init() {
    units = []
    graph = DependencyGraph()
    retries = 0
    ranks = 1
    states = []
    missing = []
    failures = []
    readyAnywhere = ReadyQueue(order: [])
    readyAtRoot = ReadyQueue(order: [])
    unfinished = 0
    needed = []
  }

  /// - Parameters:
  ///   - units: the plan, in its order.
  ///   - finished: outcomes of earlier runs. Done and failed units keep their state, so leave out the ones to be tried
  ///     again. Blocked and interrupted units are decided again. Identities outside the plan count as satisfied needs.
  ///   - retries: how often a failed unit is handed out again, at least 0.
  ///   - ranks: the number of ranks, at least 1.
  /// - Throws: ``CoordinationError`` if two units have the same identity, a need is missing, or units need each other.
  public init(
    units: [WorkUnit], finished: [Identity: Outcome.Status] = [:], retries: Int = 0, ranks: Int = 1
  ) throws {
    precondition(retries >= 0 && ranks >= 1)
    let graph = try DependencyGraph(units) { finished[$0] == .done }
    let chainCosts = graph.chainCosts(units)
    // The exponent groups chains into classes of a factor of two; within a class the plan's order holds.
    let order = units.indices.sorted {
      let (first, second) = (chainCosts[$0].exponent, chainCosts[$1].exponent)
      return first == second ? $0 < $1 : first > second
    }
    self.units = units
    self.graph = graph
    self.retries = retries
    self.ranks = ranks
    states = units.map { unit in
      switch finished[unit.id] {
      case .done: .done
      case .failed: .failed
      case .blocked, .interrupted, nil: .waiting
      }
    }
    let states = states
    missing = graph.needs.map { needs in needs.count { states[$0] != .done } }
    failures = [Int](repeating: 0, count: units.count)
    needed = Set(units.lazy.flatMap(\.needs))
    readyAnywhere = ReadyQueue(order: order)
    readyAtRoot = ReadyQueue(order: order)
    unfinished = states.count { $0 == .waiting }

    for position in units.indices where states[position] == .failed {
      blockedAtStart += block(dependantsOf: position)
    }
    blockedAtStart.removeAll {
      if case .blocked = finished[$0.unit] { true } else { false }
    }
    for position in units.indices where self.states[position] == .waiting && missing[position] == 0 {
      makeReady(position)
    }
  }

  /// Takes the next units for a rank and marks them as running.
  ///
  /// If rank 0 asks and a unit that only rank 0 can do is ready, that one unit. Otherwise at least one unit, and as
  /// many as together cost less than ``batchCost`` and are at most half of the rank's equal share of the ready units
  /// (guided self-scheduling, Polychronopoulos and Kuck 1987): many while many are ready, single ones towards the end.
  ///
  /// - Parameters:
  ///   - place: `root` if rank 0 asks, otherwise `anywhere`.
  ///   - limit: the most units to return, at least 1.
  /// - Returns: an empty array if no unit is ready for this rank.
  public mutating func next(for place: WorkUnit.Place, atMost limit: Int = batchLimit) -> [WorkUnit] {
    if place == .root, let position = readyAtRoot.removeFirst() { return [start(position)] }
    // Half an equal share, rounded up, without arithmetic that a large number of ranks could overflow.
    let share = readyAnywhere.count == 0 ? 0 : (readyAnywhere.count - 1) / ranks / 2 + 1
    var batch: [WorkUnit] = []
    var cost = 0.0
    while batch.count < min(share, limit), let position = readyAnywhere.first {
      cost += units[position].cost
      guard batch.isEmpty || cost <= Self.batchCost else { break }
      _ = readyAnywhere.removeFirst()
      batch.append(start(position))
    }
    return batch
  }

  /// Notes the outcome of a running unit.
  ///
  /// - Returns: the outcomes to record. None if the unit is handed out again, because it was interrupted or will be
  ///   retried. Otherwise its outcome and, after a failure, those of all units that it blocks.
  /// - Throws: ``CoordinationError/unexpectedOutcome(_:)`` if the unit is not running.
  public mutating func record(_ outcome: Outcome) throws -> [Outcome] {
    guard let position = graph.positions[outcome.unit], states[position] == .running else {
      throw CoordinationError.unexpectedOutcome(outcome.unit)
    }
    switch outcome.status {
    case .interrupted:
      makeReady(position)
      return []
    case .done:
      finish(position, .done)
      for dependant in graph.dependants[position] {
        missing[dependant] -= 1
        if missing[dependant] == 0 && states[dependant] == .waiting { makeReady(dependant) }
      }
      return [outcome]
    case .failed:
      failures[position] += 1
      if failures[position] <= retries {
        makeReady(position)
        return []
      }
      finish(position, .failed)
      return [outcome] + block(dependantsOf: position)
    case .blocked:
      throw CoordinationError.unexpectedOutcome(outcome.unit)
    }
  }

  /// The unit with an identity; nil if it is not in the plan.
  public func unit(_ id: Identity) -> WorkUnit? {
    graph.positions[id].map { units[$0] }
  }

  /// Whether every unit is done, failed or blocked.
  public var isFinished: Bool { unfinished == 0 }

  /// Whether a unit that only rank 0 can do is ready.
  public var hasReadyRootUnit: Bool { readyAtRoot.count > 0 }

  /// The number of units in each state.
  public var counts: UnitCounts { phases.reduce(into: UnitCounts()) { $0 += $1.counts } }

  /// The units of each phase of the plan, in the order of ``Phase``.
  public var phases: [PhaseUnits] {
    var phases: [Phase: PhaseUnits] = [:]
    for (unit, state) in zip(units, states) {
      let phase = unit.phase
      phases[phase, default: PhaseUnits(phase: phase)].add(unit.cost, as: counter(of: state))
    }
    return Phase.allCases.compactMap { phases[$0] }
  }

  /// Predicted operations of all waiting, ready and running units.
  public var remainingCost: Double { phases.reduce(0) { $0 + $1.costRemaining } }

  private func counter(of state: State) -> WritableKeyPath<UnitCounts, Int> {
    switch state {
    case .waiting: \.waiting
    case .ready: \.ready
    case .running: \.running
    case .done: \.done
    case .failed: \.failed
    case .blocked: \.blocked
    }
  }

  private mutating func makeReady(_ position: Int) {
    states[position] = .ready
    switch units[position].place {
    case .anywhere: readyAnywhere.insert(position)
    case .root: readyAtRoot.insert(position)
    }
  }

  private mutating func start(_ position: Int) -> WorkUnit {
    states[position] = .running
    return units[position]
  }

  private mutating func finish(_ position: Int, _ state: State) {
    states[position] = state
    unfinished -= 1
  }

  /// Blocks all units that need a failed unit, directly or indirectly.
  private mutating func block(dependantsOf failed: Int) -> [Outcome] {
    var outcomes: [Outcome] = []
    var open = graph.dependants[failed]
    while let position = open.popLast() {
      guard states[position] == .waiting else { continue }
      finish(position, .blocked)
      let message = "needs \"\(units[failed].name)\", which failed"
      outcomes.append(Outcome(unit: units[position].id, status: .blocked(message)))
      open += graph.dependants[position]
    }
    return outcomes
  }
}
