public import Sweep

/// Which units may be done now, and in what order they are handed out: rules only, no threads and no clock.
///
/// A unit is *waiting* for what it needs, *ready*, *running*, and at last *done*, *failed* or *blocked*. First comes the
/// unit with the longest chain: its own predicted cost and that of the most expensive sequence of units that must follow
/// it (critical path first; Kohler 1975, and the upward rank of HEFT, Topcuoglu et al. 2002). Chains count as equally long
/// within a factor of two (the same binary exponent), and then the plan's order holds. The order decides when something is
/// done, never what comes out.
public struct Schedule: Sendable {
  /// The most predicted operations of the units of one message, unless it is a single unit: well under a second of work, so
  /// that units worth a message travel alone.
  public static let batchCost = 1e9
  /// The most units of one message.
  public static let batchLimit = 32

  private enum State {
    case waiting, ready, running, done, failed, blocked
  }

  private let units: [WorkUnit]
  private let graph: DependencyGraph
  private let retries: Int
  private let ranks: Int
  /// By position in the plan, as the following.
  private var states: [State]
  /// How many needs are not done.
  private var missing: [Int]
  /// How often it failed.
  private var failures: [Int]
  private var readyAnywhere: ReadyQueue
  private var readyAtRoot: ReadyQueue
  /// Units that are neither done, failed nor blocked.
  private var unfinished: Int

  /// What some unit of the plan needs.
  public let needed: Set<Identity>
  /// What follows from the failures among `finished` and was not recorded with them.
  public private(set) var blockedAtStart: [Outcome] = []

  /// The schedule of no units.
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
  ///   - finished: what earlier runs recorded. Done stays done and failed stays failed, so leave out what shall be tried
  ///     again; blocked and interrupted units are looked at anew. Identities outside the plan count as needs that are met.
  ///   - retries: how often a unit that failed is handed out again, at least 0.
  ///   - ranks: how many ranks work, at least 1.
  /// - Throws: ``CoordinationError`` if two units are the same, if a need is missing or if units need each other.
  public init(
    units: [WorkUnit], finished: [Identity: Outcome.Status] = [:], retries: Int = 0, ranks: Int = 1
  ) throws {
    precondition(retries >= 0 && ranks >= 1)
    let graph = try DependencyGraph(units) { finished[$0] == .done }
    let chainCosts = graph.chainCosts(units)
    // The exponent puts chains into classes of a factor of two; the first of a class is the first in the plan.
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

  /// Takes the next units for a rank, which are running from now on.
  ///
  /// One unit at rank 0 that only rank 0 can do, if it asks and there is one. Otherwise as many units as are together
  /// cheaper than ``batchCost``, but at least one, and at most the rank's half of an equal share of what is ready (guided
  /// self-scheduling, Polychronopoulos and Kuck 1987): many while there are many, single ones towards the end.
  ///
  /// - Parameters:
  ///   - place: `root` if rank 0 asks, otherwise `anywhere`.
  ///   - limit: the most units, at least 1.
  /// - Returns: no units if none is ready for this rank.
  public mutating func next(for place: WorkUnit.Place, atMost limit: Int = batchLimit) -> [WorkUnit] {
    if place == .root, let position = readyAtRoot.removeFirst() { return [start(position)] }
    // Half an equal share, rounded up; without arithmetic that a great number of ranks could overflow.
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

  /// Takes note of what became of a running unit.
  ///
  /// - Returns: what is to be recorded: nothing for a unit that is handed out again, because it was interrupted or may be
  ///   retried; otherwise the outcome itself and, after a failure, those of all units that are blocked by it.
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

  /// The unit with an identity, nil if it is not in the plan.
  public func unit(_ id: Identity) -> WorkUnit? {
    graph.positions[id].map { units[$0] }
  }

  /// Whether every unit is done, failed or blocked.
  public var isFinished: Bool { unfinished == 0 }

  /// Whether a unit is ready that only rank 0 can do.
  public var hasReadyRootUnit: Bool { readyAtRoot.count > 0 }

  /// How many units are in which state.
  public var counts: UnitCounts { phases.reduce(into: UnitCounts()) { $0 += $1.counts } }

  /// The units of each phase that the plan has, in the order of ``Phase``.
  public var phases: [PhaseUnits] {
    var phases: [Phase: PhaseUnits] = [:]
    for (unit, state) in zip(units, states) {
      let phase = unit.phase
      phases[phase, default: PhaseUnits(phase: phase)].add(unit.cost, as: counter(of: state))
    }
    return Phase.allCases.compactMap { phases[$0] }
  }

  /// The predicted operations of all units that wait, are ready or are running.
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

  /// Blocks all that needs a failed unit, directly or not.
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
