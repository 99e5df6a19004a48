/// BERT's pre-tokenizer: splits normalised text into words, at spaces and around each punctuation character.
struct PreTokenizer: Sendable {
  private enum Kind: UInt8 {
    case word, space, punctuation
    /// The first byte of a multi-byte scalar, whose kind is in the table.
    case lead
  }

  private let table = CharacterTable.shared
  private let kinds: [Kind]

  init() {
    kinds = (UInt32(0)..<0x100).map { [table] byte in
      // After normalisation U+0020 is the only white space. Trailing bytes are skipped with their lead byte.
      if byte == 0x20 { return .space }
      if byte >= 0xC0 { return .lead }
      return byte < 0x80 && table[byte].contains(.punctuation) ? .punctuation : .word
    }
  }

  /// The next word.
  /// - Parameter index: where to start; moved to the end of the word.
  @inline(__always)
  func nextWord(in text: UTF8Bytes, from index: inout Int) -> Range<Int>? {
    while index < text.count, kinds[Int(text[index])] == .space { index += 1 }
    let start = index
    while index < text.count {
      var length = 1
      var isPunctuation = false
      switch kinds[Int(text[index])] {
      case .word: break
      case .space: return start..<index
      case .punctuation: isPunctuation = true
      case .lead:
        let (value, count) = scalar(in: text, at: index)
        length = count
        isPunctuation = table[value].contains(.punctuation)
      }
      if isPunctuation {
        if index == start { index += length }
        return start..<index
      }
      index += length
    }
    return start < index ? start..<index : nil
  }
}
