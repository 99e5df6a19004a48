/// A token found in text by its spelling, before words are cut: `[MASK]` for one.
public struct AddedToken: Sendable, Equatable {
  /// The spelling; not empty.
  public var content: String
  /// False: looked for in the raw text. True: its normalised spelling is looked for in the normalised text, so that with
  /// lowercasing `[mask]` counts too.
  public var normalized: Bool

  /// A token spelled `content`.
  public init(content: String, normalized: Bool = false) {
    self.content = content
    self.normalized = normalized
  }
}

/// Finds added tokens in text: the leftmost one, and of those that begin there the longest.
struct AddedTokenMatcher: Sendable {
  /// Longest first.
  private let tokens: [(spelling: [UInt8], id: Int32)]
  /// Whether some token begins with the byte.
  private let begins: [Bool]

  /// Empty spellings are left out; of equal ones the first counts.
  init(_ tokens: [(spelling: [UInt8], id: Int32)]) {
    // Sorting keeps the order of equals.
    self.tokens = tokens.filter { !$0.spelling.isEmpty }.sorted { $0.spelling.count > $1.spelling.count }
    var begins = [Bool](repeating: false, count: 0x100)
    for (spelling, _) in self.tokens { begins[Int(spelling[0])] = true }
    self.begins = begins
  }

  /// The next token at or after `start`.
  func next(in text: UTF8Bytes, from start: Int) -> (range: Range<Int>, id: Int32)? {
    if tokens.isEmpty { return nil }
    for index in start..<text.count where begins[Int(text[index])] {
      let rest = text[index...]
      if let (spelling, id) = tokens.first(where: { rest.starts(with: $0.spelling) }) {
        return (index..<index + spelling.count, id)
      }
    }
    return nil
  }

  /// Cuts a text at its added tokens: calls `body` with each part between them and the id of the token that follows it,
  /// nil after the last part. Parts may be empty.
  @inline(__always)
  func forEachPart(of text: UTF8Bytes, _ body: (_ part: UTF8Bytes, _ tokenAfter: Int32?) -> Void) {
    var start = 0
    while let (range, id) = next(in: text, from: start) {
      body(UTF8Bytes(rebasing: text[start..<range.lowerBound]), id)
      start = range.upperBound
    }
    body(UTF8Bytes(rebasing: text[start...]), nil)
  }
}
