/// A token that is found in text by its spelling before the text is split into words, such as `[MASK]`.
public struct AddedToken: Sendable, Equatable {
  /// The spelling; not empty.
  public var content: String
  /// If false, the spelling is searched for in the raw text. If true, the normalised spelling is searched for in the
  /// normalised text, so that with lowercasing `[mask]` is found too.
  public var normalized: Bool
  /// Matches only if neither neighbour is a letter, mark, digit or connector (`single_word`).
  public var isSingleWord: Bool
  /// Includes the white space before it (`lstrip`).
  public var stripsLeft: Bool
  /// Includes the white space after it (`rstrip`).
  public var stripsRight: Bool

  /// A token spelled `content`.
  public init(
    content: String, normalized: Bool = false, isSingleWord: Bool = false, stripsLeft: Bool = false,
    stripsRight: Bool = false
  ) {
    self.content = content
    self.normalized = normalized
    self.isSingleWord = isSingleWord
    self.stripsLeft = stripsLeft
    self.stripsRight = stripsRight
  }
}

/// Added tokens with their ids, numbered as `tokenizers` 0.23 does. A token in the vocabulary keeps its id there.
/// Others get ids in order, starting from the number of entries in the vocabulary. If ids have gaps, that is not the
/// largest id + 1.
struct AddedVocabulary: Sendable {
  let vocabulary: Vocabulary
  /// Each spelling occurs once.
  private(set) var entries: [(token: AddedToken, id: Int32)] = []
  private var places: [[UInt8]: Int] = [:]
  /// The number of tokens that are not in the vocabulary.
  private(set) var behindCount = 0

  init(_ vocabulary: Vocabulary) { self.vocabulary = vocabulary }

  /// The id of an added token or of a token of the vocabulary.
  func id(of content: String) -> Int32? {
    places[Array(content.utf8)].map { entries[$0].id } ?? vocabulary.id(of: content)
  }

  /// Whether a token with this spelling was added.
  func has(_ content: String) -> Bool { places[Array(content.utf8)] != nil }

  /// The id of the next token that is not in the vocabulary.
  var nextID: Int { vocabulary.entryCount + behindCount }

  /// Adds a token. A token with the same spelling keeps its id and takes the new flags. Empty spellings are ignored.
  mutating func add(_ token: AddedToken) {
    let spelling = Array(token.content.utf8)
    if spelling.isEmpty { return }
    if let place = places[spelling] {
      entries[place].token = token
      return
    }
    places[spelling] = entries.count
    if let id = vocabulary.id(of: token.content) {
      entries.append((token, id))
    } else {
      entries.append((token, Int32(clamping: nextID)))
      behindCount += 1
    }
  }
}

/// Finds added tokens in text as `tokenizers` does: the leftmost match, and the longest of those that start there.
struct AddedTokenMatcher: Sendable {
  private struct Pattern {
    let spelling: [UInt8]
    let token: AddedToken
    let id: Int32
  }

  /// By first byte; longest first.
  private var patterns = [[Pattern]](repeating: [], count: 0x100)
  private var isEmpty = true

  /// - Parameter entries: tokens with the spellings to search for, all different; empty ones are ignored.
  init(_ entries: [(spelling: [UInt8], token: AddedToken, id: Int32)]) {
    for (spelling, token, id) in entries where !spelling.isEmpty {
      patterns[Int(spelling[0])].append(Pattern(spelling: spelling, token: token, id: id))
      isEmpty = false
    }
    for byte in patterns.indices { patterns[byte].sort { $0.spelling.count > $1.spelling.count } }
  }

  /// The next match at or after `start`.
  @inline(__always)
  private func next(in text: UTF8Bytes, from start: Int) -> (range: Range<Int>, pattern: Pattern)? {
    if isEmpty { return nil }
    for index in start..<text.count where !patterns[Int(text[index])].isEmpty {
      let rest = text[index...]
      if let pattern = patterns[Int(text[index])].first(where: { rest.starts(with: $0.spelling) }) {
        return (index..<index + pattern.spelling.count, pattern)
      }
    }
    return nil
  }

  /// Splits a text at its added tokens. Calls `body` with each part and the id of the token that follows it, nil after
  /// the last part. Parts may be empty.
  @inline(__always)
  func forEachPart(of text: UTF8Bytes, _ body: (_ part: UTF8Bytes, _ tokenAfter: Int32?) -> Void) {
    var (searched, start) = (0, 0)
    // The last run of white space that was scanned. Without it, each token in a text full of white space would scan the
    // run again.
    var space = 0...0
    while let (range, pattern) = next(in: text, from: searched) {
      // A spelling that is not a word by itself is skipped whole: no shorter one is tried in its place.
      searched = range.upperBound
      if pattern.token.isSingleWord, !standsAlone(range, in: text) { continue }
      var (lower, upper) = (range.lowerBound, range.upperBound)
      if pattern.token.stripsLeft { lower = max(start, beginOfSpace(before: lower, after: start, in: text)) }
      if pattern.token.stripsRight {
        if !space.contains(upper) { space = upper...endOfSpace(after: upper, in: text) }
        upper = space.upperBound
      }
      // The token before may have taken white space that this token starts with. If nothing is left, the token is
      // dropped.
      body(UTF8Bytes(rebasing: text[start..<max(start, lower)]), lower < upper ? pattern.id : nil)
      start = upper
    }
    body(UTF8Bytes(rebasing: text[start...]), nil)
  }

  private func standsAlone(_ range: Range<Int>, in text: UTF8Bytes) -> Bool {
    let words = WordCharacters.shared
    if range.lowerBound > 0, words.contains(scalar(in: text, at: scalarStart(before: range.lowerBound, in: text)).value)
    {
      return false
    }
    return range.upperBound == text.count || !words.contains(scalar(in: text, at: range.upperBound).value)
  }

  private func beginOfSpace(before end: Int, after least: Int, in text: UTF8Bytes) -> Int {
    var end = end
    while end > least {
      let start = scalarStart(before: end, in: text)
      guard WordCharacters.isSpace(scalar(in: text, at: start).value) else { break }
      end = start
    }
    return end
  }

  private func endOfSpace(after start: Int, in text: UTF8Bytes) -> Int {
    var start = start
    while start < text.count {
      let (value, length) = scalar(in: text, at: start)
      guard WordCharacters.isSpace(value) else { break }
      start += length
    }
    return start
  }
}
