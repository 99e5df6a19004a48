/// The units that can be done now, first the one that comes first in a fixed order.
///
/// A binary heap: adding a unit and taking the first take a time that grows with the logarithm of their number, also where one
/// unit makes a million others ready.
struct ReadyQueue: Sendable {
  /// Positions in the plan by turn.
  private let order: [Int]
  /// Turns by position in the plan.
  private let turns: [Int]
  /// The turns of the units in the queue; none is before that at half its index.
  private var waiting = Heap<Int>(isBefore: <)

  /// An empty queue.
  ///
  /// - Parameter order: all positions in the plan, first the one to be taken first.
  init(order: [Int]) {
    self.order = order
    var turns = order
    for (turn, position) in order.enumerated() { turns[position] = turn }
    self.turns = turns
  }

  /// How many units are in the queue.
  var count: Int { waiting.count }

  /// The position in the plan of the first unit, which stays.
  var first: Int? { waiting.first.map { order[$0] } }

  /// Takes the first unit.
  mutating func removeFirst() -> Int? { waiting.removeFirst().map { order[$0] } }

  /// Adds a unit that is not in the queue.
  mutating func insert(_ position: Int) { waiting.insert(turns[position]) }
}
