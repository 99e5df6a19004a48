import Foundation
import Testing
import Tokenization

@Suite struct VocabularyLearnerTests {
  private func learner(_ text: String, _ options: Options = Options()) -> VocabularyLearner {
    var learner = VocabularyLearner(options: options)
    learner.read(text)
    return learner
  }

  private let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

  /// hug 10, pug 5, pun 12, bun 4, hugs 5 times.
  ///
  ///     ##u ##g 20, p ##u 17, ##u ##n 16, h ##u 15, ##g ##s 5, b ##u 4:             ##ug
  ///     ##u ##n 16, h ##ug 15, p ##u 12, p ##ug 5, ##ug ##s 5, b ##u 4:             ##un
  ///     h ##ug 15, p ##un 12, p ##ug 5, ##ug ##s 5, b ##un 4:                       hug
  ///     p ##un 12, p ##ug 5, hug ##s 5, b ##un 4:                                   pun
  ///     p ##ug 5 before hug ##s 5, as p stands before hug; then b ##un 4:           pug, hugs, bun
  private var hugs: VocabularyLearner {
    var learner = VocabularyLearner()
    for (word, count) in [("hug", 10), ("pug", 5), ("pun", 12), ("bun", 4), ("hugs", 5)] {
      for _ in 0..<count { learner.read(word) }
    }
    return learner
  }

  @Test func byHand() throws {
    let characters = ["b", "g", "h", "n", "p", "s", "u", "##g", "##n", "##s", "##u"]
    let pieces = ["##ug", "##un", "hug", "pun", "pug", "hugs", "bun"]
    #expect(try hugs.tokens(size: 23) == special + characters + pieces)
    #expect(try hugs.tokens(size: 18) == special + characters + pieces.prefix(2))
    #expect(try hugs.tokens(size: 1000) == special + characters + pieces, "no pair is left")
  }

  @Test func tooSmallASizeIsRefused() throws {
    #expect(try hugs.tokens(size: 16).count == 16)
    #expect(throws: TokenizationError.vocabularyTooSmall(got: 15, needed: 16)) { try hugs.tokens(size: 15) }
  }

  /// Overlapping pairs all count, and are merged from left to right.
  @Test func pairsThatOverlap() throws {
    let tokens = try learner("aaaa aaaa").tokens(size: 1000)
    // ##a ##a 4 (two places in each word), a ##a 2: ##aa; then a ##aa 2 before ##aa ##a 2: aaa; then aaa ##a 2.
    #expect(tokens == special + ["a", "##a", "##aa", "aaa", "aaaa"])
  }

  /// A pair that occurs once makes no piece.
  @Test func rarePairs() throws {
    #expect(try learner("xy").tokens(size: 1000) == special + ["x", "y", "##y"])
  }

  /// Text is split and lowercased as by the tokenizer, so that the learned pieces can spell it.
  @Test func normalisedAsTheTokenizerDoes() throws {
    let text = "Ärger, Ärger! ärger 東京 東京"
    let tokens = try learner(text).tokens(size: 1000)
    #expect(tokens.contains("arger") && tokens.contains("東") && tokens.contains(",") && !tokens.contains("東京"))
    let tokenizer = try WordPieceTokenizer(vocabulary: Vocabulary(tokens: tokens), options: Options())
    let ids = try tokenizer.encode(text).ids.dropFirst().dropLast().map { tokens[Int($0)] }
    #expect(ids == ["arger", ",", "arger", "!", "arger", "東", "京", "東", "京"])
    let cased = try learner(text, .cased).tokens(size: 1000)
    #expect(cased.contains("Ä") && cased.contains("##rger"))
  }

  /// If there are more characters than the limit, the most frequent are kept and words with others are left out.
  @Test func alphabetIsLimited() throws {
    var learner = VocabularyLearner(options: .cased)
    let letters = (0..<1100).compactMap { Unicode.Scalar(UInt32(0xAC00 + $0)) }
    for letter in letters { learner.read(String(letter)) }
    learner.read("\(letters[1050])\(letters[1050])")
    let tokens = try learner.tokens(size: 5000)
    #expect(tokens.contains("\(letters[1050])") && tokens.contains("##\(letters[1050])"))
    #expect(tokens.contains("\(letters[998])") && !tokens.contains("\(letters[999])"))
    #expect(tokens.count == 5 + 1000 + 1)
  }

  @Test func settingsAreReadBack() throws {
    var options = Options.cased
    options.stripsAccents = true
    options.maskToken = "<mask>"
    let tokens = special + ["<mask>", "É", "E"]
    try withDirectory(["vocab.txt": tokens.joined(separator: "\n")]) { directory in
      let file = try options.configurationFile(maximumLength: 64)
      try Data(file).write(to: directory.appendingPathComponent("tokenizer_config.json"))
      let tokenizer = try WordPieceTokenizer(directory: directory)
      #expect(tokenizer.maskToken == 5)
      #expect(try tokenizer.encode("É <mask>").ids == [2, 7, 5, 3])
    }
  }
}

@Suite struct TextFileTests {
  private func documents(_ bytes: [UInt8]) throws -> [String] {
    try withDirectory([:]) { (directory: URL) in
      let url = directory.appendingPathComponent("text.txt")
      try Data(bytes).write(to: url)
      var documents: [String] = []
      try TextFile(url).forEachDocument { documents.append($0) }
      return documents
    }
  }

  @Test func blankLinesAreNoDocuments() throws {
    #expect(
      try documents(Array("\u{FEFF}one\r\n\n \t\ntwo  words\u{2028}go on\n\r\nthree".utf8))
        == ["one", "two  words\u{2028}go on", "three"])
    #expect(try documents([]).isEmpty)
  }

  @Test func invalidUTF8IsRefusedWithItsLine() throws {
    let error = try #require(throws: TokenizationError.self) { try documents([0x61, 0x0A, 0x0A, 0xFF]) }
    guard case .invalidUTF8(_, 3) = error else { Issue.record("\(error)"); return }
  }

  @Test func textInUTF16IsCalledSo() throws {
    let error = try #require(throws: TokenizationError.self) { try documents([0xFF, 0xFE, 0x61, 0]) }
    guard case .byteOrderMark(_, "UTF-16") = error else { Issue.record("\(error)"); return }
  }

  @Test func missingFilesAreRefused() {
    #expect(throws: TokenizationError.self) { try TextFile(URL(filePath: "/no/such/file")) }
  }
}
