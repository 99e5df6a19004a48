/// A token found in text by its spelling, before words are cut: `[MASK]` for one.
public struct AddedToken: Sendable, Equatable {
  /// The spelling; not empty.
  public var content: String
  /// False: looked for in the raw text. True: its normalised spelling is looked for in the normalised text, so that with
  /// lowercasing `[mask]` counts too.
  public var normalized: Bool
  /// Counts only where neither neighbour is a letter, mark, digit or connector (`single_word`).
  public var isSingleWord: Bool
  /// Takes the white space before it along (`lstrip`).
  public var stripsLeft: Bool
  /// Takes the white space behind it along (`rstrip`).
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

/// Added tokens with their ids, numbered as `tokenizers` 0.23 does it: one that the vocabulary has keeps its id there; others
/// follow, in order, on the number of the vocabulary's entries, which with holes in the ids is not the greatest id + 1.
struct AddedVocabulary: Sendable {
  let vocabulary: Vocabulary
  /// Each spelling once.
  private(set) var entries: [(token: AddedToken, id: Int32)] = []
  private var places: [[UInt8]: Int] = [:]
  /// How many of the tokens the vocabulary lacks.
  private(set) var behindCount = 0

  init(_ vocabulary: Vocabulary) { self.vocabulary = vocabulary }

  /// The id of an added token or of a token of the vocabulary.
  func id(of content: String) -> Int32? {
    places[Array(content.utf8)].map { entries[$0].id } ?? vocabulary.id(of: content)
  }

  /// Whether a token of this spelling was added.
  func has(_ content: String) -> Bool { places[Array(content.utf8)] != nil }

  /// The id that the next token gets which the vocabulary lacks.
  var nextID: Int { vocabulary.entryCount + behindCount }

  /// Adds a token; one of the same spelling keeps its id and takes over what else is said of it. Empty spellings are left out.
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

/// Finds added tokens in text as `tokenizers` does: the leftmost one, and of those that begin there the longest.
struct AddedTokenMatcher: Sendable {
  private struct Pattern {
    let spelling: [UInt8]
    let token: AddedToken
    let id: Int32
  }

  /// By their first byte; the longest first.
  private var patterns = [[Pattern]](repeating: [], count: 0x100)
  private var isEmpty = true

  /// - Parameter entries: tokens with the spellings that are looked for, all different; empty ones are left out.
  init(_ entries: [(spelling: [UInt8], token: AddedToken, id: Int32)]) {
    for (spelling, token, id) in entries where !spelling.isEmpty {
      patterns[Int(spelling[0])].append(Pattern(spelling: spelling, token: token, id: id))
      isEmpty = false
    }
    for byte in patterns.indices { patterns[byte].sort { $0.spelling.count > $1.spelling.count } }
  }

  /// The next spelling at or after `start`.
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

  /// Cuts a text at its added tokens: calls `body` with each part between them and the id of the token that follows it,
  /// nil after the last part. Parts may be empty.
  @inline(__always)
  func forEachPart(of text: UTF8Bytes, _ body: (_ part: UTF8Bytes, _ tokenAfter: Int32?) -> Void) {
    var (searched, start) = (0, 0)
    // The last run of white space that was looked through: in a text of nothing else each token would do so anew.
    var space = 0...0
    while let (range, pattern) = next(in: text, from: searched) {
      // A spelling that is no word by itself is passed over whole: no shorter one is tried in its place.
      searched = range.upperBound
      if pattern.token.isSingleWord, !standsAlone(range, in: text) { continue }
      var (lower, upper) = (range.lowerBound, range.upperBound)
      if pattern.token.stripsLeft { lower = max(start, beginOfSpace(before: lower, after: start, in: text)) }
      if pattern.token.stripsRight {
        if !space.contains(upper) { space = upper...endOfSpace(after: upper, in: text) }
        upper = space.upperBound
      }
      // Space taken by the token before may be this one's own beginning; where it is all of it, the token is gone.
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
