/// The properties of a Unicode scalar that flags of added tokens need. Unpacked when a vocabulary first has such a
/// token.
struct WordCharacters: Sendable {
  static let shared = WordCharacters()

  /// The first and last scalar of each run, in order.
  private let runs: [ClosedRange<UInt32>]

  private init() { runs = TableItem.items(of: UnicodeTables.wordCharacters).map { $0.first...$0.last } }

  /// Whether the scalar is part of a word: a letter, mark, digit or connector.
  func contains(_ scalar: UInt32) -> Bool {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    return low < runs.count && runs[low].contains(scalar)
  }

  /// Whether the scalar is white space. Unlike in the normaliser, this includes the three control characters that are.
  static func isSpace(_ scalar: UInt32) -> Bool {
    CharacterTable.shared[scalar].contains(.space) || scalar == 0xB || scalar == 0xC || scalar == 0x85
  }
}
