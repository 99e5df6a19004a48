/// The number of occurrences of each word in a text: a hash table with open addressing over byte spans.
struct WordCounts: Sendable {
  /// Word `w` is `bytes[starts[w]..<starts[w + 1]]`, in the order of first occurrence.
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  /// The count of each word.
  private(set) var counts: [Int] = []
  /// The slots of the table: a power of two, at most half full.
  private var slots = [Slot](repeating: Slot(), count: 1024)

  private struct Slot {
    /// Upper half of the word's hash.
    var tag: UInt32 = 0
    /// -1 if the slot is free.
    var word: Int32 = -1
  }

  /// The bytes of a word.
  subscript(word: Int) -> ArraySlice<UInt8> { bytes[starts[word]..<starts[word + 1]] }

  /// Adds one to the count of a word.
  mutating func add(_ word: UTF8Bytes) {
    var (tag, slot) = SpanHash.place(of: word.reduce(SpanHash.empty, SpanHash.extend), slots: slots.count)
    while slots[slot].word >= 0 {
      let known = Int(slots[slot].word)
      if slots[slot].tag == tag, bytes[starts[known]..<starts[known + 1]].elementsEqual(word) {
        counts[known] += 1
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Slot(tag: tag, word: Int32(counts.count))
    bytes.append(contentsOf: word)
    starts.append(bytes.count)
    counts.append(1)
    if 2 * counts.count > slots.count { grow() }
  }

  private mutating func grow() {
    slots = [Slot](repeating: Slot(), count: 2 * slots.count)
    for word in counts.indices {
      var (tag, slot) = SpanHash.place(of: self[word].reduce(SpanHash.empty, SpanHash.extend), slots: slots.count)
      while slots[slot].word >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Slot(tag: tag, word: Int32(word))
    }
  }
}
