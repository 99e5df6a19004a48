public import Foundation

/// The tokens of a model and their ids. Word-internal pieces begin with `##`.
///
/// A hash table with open addressing over byte spans: the hash of a piece grows byte by byte, so one pass over a word
/// looks up all of its beginnings.
public struct Vocabulary: Sendable {
  /// Number of rows an embedding needs: the greatest id + 1; 0 without tokens.
  public private(set) var size = 0

  /// Token `t` is `bytes[starts[t]..<starts[t + 1]]`.
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  private var ids: [Int32] = []
  /// Open-addressing table, a power of two long and at most half full.
  private var slots: [Slot]
  private var longest = 0

  private struct Slot {
    /// Upper half of the token's hash.
    var tag: UInt32 = 0
    /// -1 if the slot is free.
    var token: Int32 = -1
  }

  /// Tokens in the order of their ids, from 0. Where a token comes twice the last id counts, as in `tokenizers`.
  public init(tokens: [String]) {
    self.init(tokens.enumerated().lazy.map { (Array($1.utf8), Int32(truncatingIfNeeded: $0)) })
  }

  /// Reads a `vocab.txt`: a token per line, its id the line's number from 0. As in `tokenizers` lines end at byte 0x0A only,
  /// white space at the end of a line is no part of the token, and of equal tokens the last counts.
  /// - Throws: `TokenizationError.unreadable`, `.invalidUTF8` with the line.
  public init(contentsOf file: URL) throws {
    var lines = try readBytes(of: file).split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    self.init(
      tokens: try lines.enumerated().map { index, line in
        guard let token = String(validating: line, as: UTF8.self) else {
          throw TokenizationError.invalidUTF8(file: file.path, line: index + 1)
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
  }

  private mutating func insert(_ token: [UInt8], id: Int32) {
    size = max(size, Int(id) + 1)
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

  /// Hash of what word-internal pieces begin with.
  private static let continuationHash = continuation.reduce(SpanHash.empty, SpanHash.extend)
  private static let continuation = Array("##".utf8)

  /// The id of a token; nil if the vocabulary lacks it.
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

  /// The longest piece at the beginning of a word, or of the rest of one.
  /// - Parameter continues: whether `rest` is the rest of a word, where pieces begin with `##`.
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

  /// The token that is `piece` after its first `prefix` bytes; the hash covers those too.
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
