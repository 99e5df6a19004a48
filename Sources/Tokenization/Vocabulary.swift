public import Foundation

/// A model's tokens and their ids. Pieces inside words start with `##`.
///
/// A hash table with open addressing over byte spans. The hash of a piece is extended byte by byte, so one pass over a
/// word looks up all of its prefixes.
public struct Vocabulary: Sendable {
  /// The number of rows that an embedding needs: the largest id of a token that can occur in text, + 1; 0 without
  /// tokens. Empty lines of a `vocab.txt` do not count.
  public private(set) var size = 0
  /// The number of different tokens, including the empty one: what `tokenizers` calls the size.
  var entryCount: Int { ids.count }

  /// Token `t` is `bytes[starts[t]..<starts[t + 1]]`.
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  private var ids: [Int32] = []
  /// The slots of the table: a power of two, at most half full.
  private var slots: [Slot]
  private var longest = 0

  private struct Slot {
    /// Upper half of the token's hash.
    var tag: UInt32 = 0
    /// -1 if the slot is free.
    var token: Int32 = -1
  }

  /// Tokens in the order of their ids, from 0. If a token occurs twice the last id counts, as in `tokenizers`.
  public init(tokens: [String]) {
    self.init(tokens.enumerated().lazy.map { (Array($1.utf8), Int32(truncatingIfNeeded: $0)) })
  }

  /// Reads a `vocab.txt`: one token per line, with the line's number, counted from 0, as its id. As in `tokenizers`,
  /// lines end only at byte 0x0A, white space at the end of a line is dropped, and of duplicate tokens the last counts.
  /// - Throws: `TokenizationError.unreadable`, `.byteOrderMark`, `.invalidUTF8` with the line.
  public init(contentsOf file: URL) throws { try self.init(lines: readBytes(of: file), file: file.path) }

  /// Parses the bytes of a `vocab.txt`; `file` appears in errors.
  init(lines bytes: [UInt8], file: String) throws {
    try refuseByteOrderMark(bytes, file: file)
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    self.init(
      tokens: try lines.enumerated().map { index, line in
        guard let token = String(validating: line, as: UTF8.self) else {
          throw TokenizationError.invalidUTF8(file: file, line: index + 1)
        }
        let end = token.unicodeScalars.lastIndex { !$0.properties.isWhitespace }
        return end.map { String(token.unicodeScalars[...$0]) } ?? ""
      })
  }

  init(_ entries: some Collection<(token: [UInt8], id: Int32)>) {
    var capacity = 16
    while capacity < 2 * entries.count { capacity *= 2 }
    slots = Array(repeating: Slot(), count: capacity)
    for (token, id) in entries { insert(token, id: id) }
    for token in ids.indices where starts[token] < starts[token + 1] { size = max(size, Int(ids[token]) + 1) }
  }

  private mutating func insert(_ token: [UInt8], id: Int32) {
    let hash = token.reduce(SpanHash.empty, SpanHash.extend)
    let (tag, home) = SpanHash.place(of: hash, slots: slots.count)
    var slot = home
    while slots[slot].token >= 0 {
      let other = Int(slots[slot].token)
      if slots[slot].tag == tag, bytes[starts[other]..<starts[other + 1]].elementsEqual(token) {
        ids[other] = id
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Slot(tag: tag, token: Int32(ids.count))
    ids.append(id)
    bytes.append(contentsOf: token)
    starts.append(bytes.count)
    longest = max(longest, token.count)
  }

  /// The hash of the prefix of pieces inside words.
  private static let continuationHash = continuation.reduce(SpanHash.empty, SpanHash.extend)
  private static let continuation = Array("##".utf8)

  /// The id of a token; nil if it is not in the vocabulary.
  public func id(of token: String) -> Int32? {
    var token = token
    return token.withUTF8 { id(of: $0) }
  }

  /// The id of a whole token.
  @inline(__always)
  func id(of token: UTF8Bytes) -> Int32? {
    var hash = SpanHash.empty
    for byte in token { hash = SpanHash.extend(hash, by: byte) }
    return find(token, hash: hash, prefix: 0)
  }

  /// Two tokens with the same id; nil if all ids are unique.
  func sharedID() -> (id: Int32, first: String, second: String)? {
    var tokens: [Int32: Int] = [:]
    for (token, id) in ids.enumerated() {
      if let other = tokens.updateValue(token, forKey: id) { return (id, text(of: other), text(of: token)) }
    }
    return nil
  }

  /// A token that has the id.
  func token(of id: Int32) -> String? { ids.firstIndex(of: id).map { text(of: $0) } }

  private func text(of token: Int) -> String {
    String(decoding: bytes[starts[token]..<starts[token + 1]], as: UTF8.self)
  }

  /// Whether both have the same tokens with the same ids.
  func isSame(as other: Vocabulary) -> Bool {
    ids.count == other.ids.count && ids.indices.allSatisfy { other.id(of: text(of: $0)) == ids[$0] }
  }

  /// The fraction of words with upper-case letters among words that have letters with case; 0 if there are none.
  /// Entries in brackets, such as `[UNK]`, are not words.
  var upperCaseShare: Double {
    var (cased, upper) = (0, 0)
    for token in ids.indices {
      let scalars = text(of: token).unicodeScalars
      if scalars.first == "[" && scalars.last == "]" || scalars.first == "<" && scalars.last == ">" { continue }
      if scalars.contains(where: \.properties.isCased) { cased += 1 }
      if scalars.contains(where: { CharacterTable.shared[$0.value].contains(.lowercases) }) { upper += 1 }
    }
    return Double(upper) / Double(max(1, cased))
  }

  /// The longest piece at the start of a word, or of the rest of one.
  /// - Parameter continues: whether `rest` is the rest of a word; its pieces start with `##`.
  /// - Returns: the piece's id and its length in bytes of `rest`; nil if no piece fits.
  func longestPiece(of rest: UTF8Bytes, continues: Bool) -> (id: Int32, length: Int)? {
    let prefix = continues ? Self.continuation.count : 0
    var hash = continues ? Self.continuationHash : SpanHash.empty
    var best: (id: Int32, length: Int)?
    var length = 0
    while length < min(rest.count, longest - prefix) {
      hash = SpanHash.extend(hash, by: rest[length])
      length += 1
      guard length == rest.count || isScalarStart(rest[length]) else { continue }
      if let id = find(UTF8Bytes(rebasing: rest[..<length]), hash: hash, prefix: prefix) { best = (id, length) }
    }
    return best
  }

  /// The token that equals `piece` after its first `prefix` bytes; the hash includes those bytes.
  @inline(__always)
  private func find(_ piece: UTF8Bytes, hash: UInt64, prefix: Int) -> Int32? {
    var (tag, slot) = SpanHash.place(of: hash, slots: slots.count)
    while slots[slot].token >= 0 {
      let token = Int(slots[slot].token)
      if slots[slot].tag == tag, matches(token, piece, prefix: prefix) { return ids[token] }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  @inline(__always)
  private func matches(_ token: Int, _ piece: UTF8Bytes, prefix: Int) -> Bool {
    let (start, end) = (starts[token], starts[token + 1])
    guard end - start == prefix + piece.count else { return false }
    for i in 0..<prefix where bytes[start + i] != Self.continuation[i] { return false }
    for i in 0..<piece.count where bytes[start + prefix + i] != piece[i] { return false }
    return true
  }
}
