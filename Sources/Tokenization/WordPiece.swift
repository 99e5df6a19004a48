/// Greedy longest-match-first segmentation of words into pieces of a vocabulary.
struct WordPiece: Sendable {
  let vocabulary: Vocabulary
  let unknown: Int32

  /// The longest word that is split, in Unicode scalars, at least 0. Longer words become the unknown token, whatever
  /// the vocabulary.
  var greatestWordLength = Self.usualWordLength

  /// BERT's limit on the length of words.
  static let usualWordLength = 100

  /// Appends the ids of a word's pieces; only the unknown token's id if some part of the word matches no piece.
  func appendPieces(of word: UTF8Bytes, to ids: inout [Int32]) {
    if word.count > greatestWordLength, word.count(where: isScalarStart) > greatestWordLength {
      return ids.append(unknown)
    }
    if let id = vocabulary.id(of: word) { return ids.append(id) }
    let before = ids.count
    var start = 0
    while start < word.count {
      let rest = UTF8Bytes(rebasing: word[start...])
      guard let piece = vocabulary.longestPiece(of: rest, continues: start > 0) else {
        ids.removeSubrange(before...)
        return ids.append(unknown)
      }
      ids.append(piece.id)
      start += piece.length
    }
  }
}
