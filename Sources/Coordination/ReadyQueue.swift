/// The units that are ready, in a fixed order.
///
/// A binary heap: adding a unit and removing the first take logarithmic time, even if one unit makes a million others
/// ready.
struct ReadyQueue: Sendable {
  /// Positions in the plan, in the fixed order.
  private let order: [Int]
  /// The place of each position in that order.
  private let turns: [Int]
  /// Places of the queued units. None comes before the one at half its index.
  private var waiting = Heap<Int>(isBefore: <)

  /// An empty queue.
  ///
  /// - Parameter order: all positions in the plan, in the order in which they are to be taken.
  init(order: [Int]) {
    self.order = order
    var turns = order
    for (turn, position) in order.enumerated() { turns[position] = turn }
    self.turns = turns
  }

  /// The number of units in the queue.
  var count: Int { waiting.count }

  /// The plan position of the first unit, which stays in the queue.
  var first: Int? { waiting.first.map { order[$0] } }

  /// Removes the first unit.
  mutating func removeFirst() -> Int? { waiting.removeFirst().map { order[$0] } }

  /// Adds a unit that is not in the queue.
  mutating func insert(_ position: Int) { waiting.insert(turns[position]) }
}
