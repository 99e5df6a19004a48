/// The units that can be done now, first the one that comes first in a fixed order.
///
/// A sorted array: taking the first is free, and inserting moves at most some hundred kilobytes even in a plan of 100 000
/// units.
struct ReadyQueue: Sendable {
  /// Positions in the plan by turn.
  private let order: [Int]
  /// Turns by position in the plan.
  private let turns: [Int]
  /// The turns of the units in the queue, latest first.
  private var waiting: [Int] = []

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
  var first: Int? { waiting.last.map { order[$0] } }

  /// Takes the first unit.
  mutating func removeFirst() -> Int? {
    waiting.popLast().map { order[$0] }
  }

  /// Adds a unit that is not in the queue.
  mutating func insert(_ position: Int) {
    let turn = turns[position]
    var low = 0
    var high = waiting.count
    while low < high {
      let middle = (low + high) / 2
      if waiting[middle] > turn { low = middle + 1 } else { high = middle }
    }
    waiting.insert(turn, at: low)
  }
}
