/// A binary heap: gives access to the first element in an order.
struct Heap<Element: Sendable>: Sendable {
  /// No element comes before its parent, the one at (index - 1) / 2.
  private var elements: [Element] = []
  private let isBefore: @Sendable (Element, Element) -> Bool

  /// An empty heap; `isBefore` is a strict order.
  init(isBefore: @escaping @Sendable (Element, Element) -> Bool) { self.isBefore = isBefore }

  /// The number of elements.
  var count: Int { elements.count }

  /// The first element, which stays in the heap.
  var first: Element? { elements.first }

  /// Adds an element.
  mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, isBefore(elements[child], elements[(child - 1) / 2]) {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Removes the first element.
  mutating func removeFirst() -> Element? {
    guard let first = elements.first, let last = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return first }
    elements[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < elements.count {
        if isBefore(elements[child], elements[least]) { least = child }
      }
      if least == parent { return first }
      elements.swapAt(parent, least)
      parent = least
    }
  }
}
