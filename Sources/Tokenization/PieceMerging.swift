/// The words of a text, split into pieces. Repeatedly merges the most frequent pair of neighbouring pieces into one.
struct PieceMerging {
  /// The vocabulary so far.
  private(set) var pieces: [String]

  private var ids: [[UInt8]: Int32] = [:]
  /// The pieces of each word.
  private var words: [[Int32]] = []
  /// How often each word occurs.
  private var counts: [Int] = []
  private var pairIndex: [Pair: Int] = [:]
  private var pairs: [PairState] = []
  private var queue = MaximumQueue<Candidate>()

  private struct Pair: Hashable {
    var first: Int32
    var second: Int32
  }

  private struct PairState {
    let pair: Pair
    var count = 0
    /// Words that contain or contained the pair.
    var words: [Int32] = []
    /// The number of the merge that last put the pair into the queue.
    var queued = 0
  }

  /// A pair with its count when it was queued. The count may have fallen since.
  private struct Candidate: Comparable {
    let count: Int
    let pair: Pair
    let index: Int

    static func < (a: Candidate, b: Candidate) -> Bool {
      if a.count != b.count { return a.count < b.count }
      return (b.pair.first, b.pair.second) < (a.pair.first, a.pair.second)
    }
  }

  /// Splits the words into characters. Leaves out words that are longer than a tokenizer's limit, and words with
  /// characters outside the alphabet.
  init(_ text: WordCounts, special: [String]) {
    pieces = []
    for token in special { _ = add(Array(token.utf8)) }
    let spelled = text.counts.indices.compactMap { word -> (scalars: [UInt32], count: Int)? in
      let scalars = String(decoding: text[word], as: UTF8.self).unicodeScalars.map(\.value)
      return scalars.count <= WordPiece.usualWordLength ? (scalars, text.counts[word]) : nil
    }
    let alphabet = Self.alphabet(spelled)
    let usable = spelled.filter { $0.scalars.allSatisfy(alphabet.contains) }
    var inside: Set<UInt32> = []
    for word in usable { inside.formUnion(word.scalars.dropFirst()) }
    var firstIDs: [UInt32: Int32] = [:]
    var insideIDs: [UInt32: Int32] = [:]
    for scalar in alphabet.sorted() { firstIDs[scalar] = add(Self.bytes(of: scalar)) }
    for scalar in inside.sorted() { insideIDs[scalar] = add(Self.continuation + Self.bytes(of: scalar)) }
    for word in usable {
      words.append(
        word.scalars.enumerated().map { place, scalar in (place == 0 ? firstIDs : insideIDs)[scalar] ?? 0 })
      counts.append(word.count)
    }
    for word in words.indices { count(word, sign: 1, new: nil) }
    for index in pairs.indices { enqueue(index) }
  }

  /// Makes pieces until there are `size`, or until no pair is frequent enough.
  mutating func merge(upTo size: Int) {
    var round = 0
    while pieces.count < size, let best = queue.popMaximum() {
      let count = pairs[best.index].count
      guard count == best.count else {
        enqueue(best.index)
        continue
      }
      round += 1
      merge(best.index, round: round)
    }
  }

  private mutating func merge(_ index: Int, round: Int) {
    let pair = pairs[index].pair
    let tail = Array(pieces[Int(pair.second)].utf8.dropFirst(Self.continuation.count))
    let new = add(Array(pieces[Int(pair.first)].utf8) + tail)
    var touched: [Int] = []
    for word in pairs[index].words.map(Int.init) where contains(word, pair) {
      count(word, sign: -1, new: nil)
      replace(pair, by: new, in: word)
      count(word, sign: 1, new: new)
      for (a, b) in zip(words[word], words[word].dropFirst()) where a == new || b == new {
        guard let other = pairIndex[Pair(first: a, second: b)], pairs[other].queued != round else { continue }
        pairs[other].queued = round
        touched.append(other)
      }
    }
    pairs[index].words = []
    for other in touched { enqueue(other) }
  }

  private func contains(_ word: Int, _ pair: Pair) -> Bool {
    zip(words[word], words[word].dropFirst()).contains { $0 == pair.first && $1 == pair.second }
  }

  /// Works from left to right, so that in aaa the first two are merged.
  private mutating func replace(_ pair: Pair, by new: Int32, in word: Int) {
    let old = words[word]
    var place = 0
    words[word].removeAll(keepingCapacity: true)
    while place < old.count {
      let isPair = old[place] == pair.first && place + 1 < old.count && old[place + 1] == pair.second
      words[word].append(isPair ? new : old[place])
      place += isPair ? 2 : 1
    }
  }

  /// Adds a word's pairs to their counts, or subtracts them. Pairs that contain the piece `new` (at the beginning, all
  /// pairs) record the word.
  private mutating func count(_ word: Int, sign: Int, new: Int32?) {
    for (a, b) in zip(words[word], words[word].dropFirst()) {
      let pair = Pair(first: a, second: b)
      let index = pairIndex[pair] ?? pairs.count
      if index == pairs.count {
        pairs.append(PairState(pair: pair))
        pairIndex[pair] = index
      }
      pairs[index].count += sign * counts[word]
      let isNoted = sign > 0 && (new == nil || a == new || b == new)
      if isNoted, pairs[index].words.last != Int32(word) { pairs[index].words.append(Int32(word)) }
    }
  }

  private mutating func enqueue(_ index: Int) {
    let state = pairs[index]
    guard state.count >= VocabularyLearner.leastCount else { return }
    queue.insert(Candidate(count: state.count, pair: state.pair, index: index))
  }

  /// The id of a piece. Two different pairs may make the same piece.
  private mutating func add(_ piece: [UInt8]) -> Int32 {
    if let id = ids[piece] { return id }
    let id = Int32(pieces.count)
    ids[piece] = id
    pieces.append(String(decoding: piece, as: UTF8.self))
    return id
  }

  /// The most frequent characters; of equally frequent ones, those with the lowest scalar values.
  private static func alphabet(_ words: [(scalars: [UInt32], count: Int)]) -> Set<UInt32> {
    var counts: [UInt32: Int] = [:]
    for word in words {
      for scalar in word.scalars { counts[scalar, default: 0] += word.count }
    }
    let order = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return Set(order.prefix(VocabularyLearner.alphabetLimit).map(\.key))
  }

  private static let continuation = Array("##".utf8)

  private static func bytes(of scalar: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(scalar: scalar)
    return bytes
  }
}

/// A binary heap that returns its greatest element first.
private struct MaximumQueue<Element: Comparable> {
  private var heap: [Element] = []

  mutating func insert(_ element: Element) {
    heap.append(element)
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2] < heap[child] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popMaximum() -> Element? {
    guard let last = heap.indices.last else { return nil }
    heap.swapAt(0, last)
    let maximum = heap.removeLast()
    var parent = 0
    while true {
      var greatest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[greatest] < heap[child] {
        greatest = child
      }
      if greatest == parent { return maximum }
      heap.swapAt(parent, greatest)
      parent = greatest
    }
  }
}
