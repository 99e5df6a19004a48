import Testing
import Tokenization

@Suite struct WordPieceTokenizerTests {
  @Test func specialTokensFrameOneTextOrTwo() throws {
    let tokenizer = try WordPieceTokenizer(vocabulary: vocabulary("a", "b"), options: Options())
    #expect(try tokenizer.encode("a b") == Encoding(ids: [2, 5, 6, 3], typeIDs: [0, 0, 0, 0]))
    #expect(try tokenizer.encode("a", pair: "b a") == Encoding(ids: [2, 5, 3, 6, 5, 3], typeIDs: [0, 0, 0, 1, 1, 1]))
    #expect(try tokenizer.encode("") == Encoding(ids: [2, 3], typeIDs: [0, 0]))
    #expect(try tokenizer.encode("a", pair: "") == Encoding(ids: [2, 5, 3, 3], typeIDs: [0, 0, 0, 1]))
    #expect(tokenizer.vocabularySize == 7)
  }

  @Test func theLongestPieceComesFirst() throws {
    let vocabulary = vocabulary("un", "una", "##aff", "##ff", "##able", "##a")
    #expect(try ids("unaffable", vocabulary) == [6, 8, 9])
    #expect(try ids("una un", vocabulary) == [6, 5])
    // The greedy choice is not undone: una + ##f fails, though un + ##a + ... might not.
    #expect(try ids("unaf", vocabulary) == [1])
    // One unknown part makes the whole word unknown, and no other word.
    #expect(try ids("un unx una", vocabulary) == [5, 1, 6])
  }

  @Test func piecesEndBetweenScalars() throws {
    #expect(try ids("aé", vocabulary("a", "##é"), .cased) == [5, 6])
    #expect(try ids("é", vocabulary("e"), .cased) == [1])
    #expect(try ids("é", vocabulary("e")) == [5])
  }

  @Test func punctuationStandsAlone() throws {
    let vocabulary = vocabulary("a", "b", "'", "-", "##b", "…")
    #expect(try ids("a'b--a…b", vocabulary) == [5, 7, 6, 8, 8, 5, 10, 6])
    // '#' is punctuation, so text can never contain a piece with its ##.
    #expect(try ids("##b", vocabulary) == [1, 1, 6])
    // Symbols outside ASCII are not punctuation; those in ASCII are.
    #expect(try ids("a$b a€b", vocabulary) == [5, 1, 6, 1])
  }

  @Test func ideographsStandAlone() throws {
    #expect(try ids("a東b", vocabulary("a", "b", "東")) == [5, 7, 6])
  }

  @Test func wordsOverHundredScalarsAreUnknown() throws {
    let vocabulary = vocabulary("a", "##a", "é", "##é")
    #expect(try ids(String(repeating: "a", count: 100), vocabulary).count == 100)
    #expect(try ids(String(repeating: "a", count: 101), vocabulary) == [1])
    #expect(try ids(String(repeating: "é", count: 100), vocabulary, .cased).count == 100)
    #expect(try ids(String(repeating: "é", count: 101), vocabulary, .cased) == [1])
    // Counted after normalisation.
    let letters = Vocabulary(tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "e", "##e"])
    #expect(try ids(String(repeating: "e\u{301}", count: 100), letters).count == 100)
    // Whatever the vocabulary contains.
    let long = String(repeating: "a", count: 101)
    #expect(try ids(long, Vocabulary(tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", long])) == [1])
  }

  @Test func literalSpecialTokensAreThemselves() throws {
    let vocabulary = vocabulary("a", "b", "[", "]", "mask", "sep")
    #expect(try ids("a[MASK]b", vocabulary) == [5, 4, 6])
    #expect(try ids(" [CLS] [SEP][PAD] [UNK]", vocabulary) == [2, 3, 0, 1])
    #expect(try ids("[[SEP]]", vocabulary) == [7, 3, 8])
    #expect(try ids("[mask] [Sep]", vocabulary) == [7, 9, 8, 7, 10, 8])
    // Searched for in the raw text, so the removed character is in the way.
    #expect(try ids("[\0SEP] [SEP", vocabulary) == [7, 10, 8, 7, 10])
    #expect(try ids("[MASK]", vocabulary, .with { $0.maskToken = nil }) == [7, 9, 8])
  }

  @Test func addedTokens() throws {
    let vocabulary = vocabulary("a", "<e>", "<e>x", "new", "[", "]", "mask")
    let options = Options.with {
      $0.addedTokens = [
        AddedToken(content: "<e>"), AddedToken(content: "<e>x"), AddedToken(content: "new", normalized: true),
        AddedToken(content: "[MASK]", normalized: true),
      ]
    }
    // Of tokens that start at the same position, the longest; a normalised one in any case, even inside words.
    #expect(try ids("a<e>a<e>xa", vocabulary, options) == [5, 6, 5, 7, 5])
    #expect(try ids("aNEWa <E>", vocabulary, options) == [5, 8, 5, 1, 1, 1])
    #expect(try ids("[mask][MASK]", vocabulary, options) == [4, 4])
    #expect(try ids("[mask][MASK]", vocabulary) == [9, 11, 10, 4])
  }

  @Test func singleWordsStandAlone() throws {
    // A token spelled in capitals is found as written or not at all: pieces are made from lowercased text.
    let vocabulary = vocabulary("XY", "XYZ")
    let single = Options.with { $0.addedTokens = [AddedToken(content: "XY", isSingleWord: true)] }
    #expect(try ids("XY XY", vocabulary, single) == [5, 5])
    for beside in ["a", "1", "é", "東", "_", "\u{203F}", "\u{903}", "\u{200D}"] {
      #expect(try !ids(beside + "XY", vocabulary, single).contains(5), "\(beside)")
      #expect(try !ids("XY" + beside, vocabulary, single).contains(5), "\(beside)")
    }
    for beside in ["-", "(", "€", "…", "\u{A0}", "\0"] {
      #expect(try ids("a\(beside)XY\(beside)a", vocabulary, single).contains(5), "\(beside)")
    }
    // The longest spelling is skipped as a whole, though a shorter one would match.
    let two = Options.with {
      $0.addedTokens = [AddedToken(content: "XY"), AddedToken(content: "XYZ", isSingleWord: true)]
    }
    #expect(try ids("XYZ", vocabulary, two) == [6])
    #expect(try ids("aXYZ", vocabulary, two) == [1])
    #expect(try ids("aXY", vocabulary, two) == [1, 5])
  }

  /// As in `tokenizers` 0.23.3.
  @Test func strippedSpaceBelongsToTheToken() throws {
    let vocabulary = vocabulary("b", " b", "[R]", "b ", "  ", "c")
    func ids(_ text: String, _ tokens: AddedToken...) throws -> [Int32] {
      try TokenizationTests.ids(text, vocabulary, .with { $0.addedTokens = tokens })
    }
    let spaced = AddedToken(content: " b", normalized: true)
    #expect(try ids("[R] b", AddedToken(content: "[R]"), spaced) == [7, 6])
    #expect(try ids("[R] b", AddedToken(content: "[R]", stripsRight: true), spaced) == [7, 5])
    let trailing = AddedToken(content: "b ", normalized: true)
    #expect(try ids("b [R]", AddedToken(content: "[R]"), trailing) == [8, 7])
    #expect(try ids("b\u{85} [R]", AddedToken(content: "[R]", stripsLeft: true), trailing) == [5, 7])
    // A token whose space another one included is still there, unless nothing of it is left.
    #expect(try ids("[R] b", AddedToken(content: "[R]", stripsRight: true), AddedToken(content: " b")) == [7, 6])
    let space = AddedToken(content: "  ", stripsLeft: true, stripsRight: true)
    #expect(try ids("c     c", space) == [10, 9, 10])
  }

  /// A text of only white space takes time proportional to its length, whatever the tokens include.
  @Test(.timeLimit(.minutes(1)))
  func longRunsOfSpaceAreLookedThroughOnce() throws {
    let tokens = ["  ", "\u{A0}"].map { AddedToken(content: $0, stripsLeft: $0 == "  ", stripsRight: $0 == "  ") }
    let text = String(repeating: "  \u{A0}", count: 300_000) + "c"
    #expect(try ids(text, vocabulary("  ", "\u{A0}", "c"), .with { $0.addedTokens = tokens }).last == 7)
  }

  @Test func tokensThatCannotBeToldApartAreRefused() {
    let vocabulary = vocabulary("new", "New", "\u{200D}")
    let same = Options.with {
      $0.addedTokens = [AddedToken(content: "new", normalized: true), AddedToken(content: "New", normalized: true)]
    }
    #expect(throws: TokenizationError.self) { try WordPieceTokenizer(vocabulary: vocabulary, options: same) }
    let nothing = Options.with { $0.addedTokens = [AddedToken(content: "\u{200D}", normalized: true)] }
    #expect(throws: TokenizationError.self) { try WordPieceTokenizer(vocabulary: vocabulary, options: nothing) }
  }

  @Test func namesOfSpecialTokens() throws {
    let options = Options.with {
      $0.unknownToken = "<unk>"
      $0.classifierToken = "<s>"
      $0.separatorToken = "</s>"
      $0.paddingToken = nil
      $0.maskToken = nil
    }
    let tokenizer = try WordPieceTokenizer(
      vocabulary: Vocabulary(tokens: ["</s>", "<s>", "<unk>", "a"]), options: options)
    #expect(try tokenizer.encode("a b </s>").ids == [1, 3, 2, 0, 0])
  }

  @Test func missingSpecialTokensAreRefused() {
    let tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    let roles = ["pad_token", "unk_token", "cls_token", "sep_token", "mask_token"]
    for (token, role) in zip(tokens, roles) {
      #expect(throws: TokenizationError.specialTokenMissing(role: role, token: token, vocabulary: "the vocabulary")) {
        try WordPieceTokenizer(vocabulary: Vocabulary(tokens: tokens.filter { $0 != token }), options: Options())
      }
    }
    #expect(
      throws: TokenizationError.specialTokenMissing(role: "added token", token: "<e>", vocabulary: "the vocabulary")
    ) {
      try WordPieceTokenizer(vocabulary: vocabulary(), options: .with { $0.addedTokens = [AddedToken(content: "<e>")] })
    }
  }
}

@Suite struct TruncationTests {
  private let tokenizer: WordPieceTokenizer

  init() throws {
    tokenizer = try WordPieceTokenizer(vocabulary: vocabulary("a", "b"), options: Options())
  }

  @Test func ofOneText() throws {
    #expect(try tokenizer.encode("a b a b", maxLength: 6).ids == [2, 5, 6, 5, 6, 3])
    #expect(try tokenizer.encode("a b a b", maxLength: 5).ids == [2, 5, 6, 5, 3])
    #expect(try tokenizer.encode("a b a b", maxLength: 2).ids == [2, 3])
  }

  @Test func ofAPair() throws {
    let ten = Array(repeating: "a", count: 10).joined(separator: " ")
    let encoding = try tokenizer.encode(ten, pair: ten, maxLength: 14)
    #expect(encoding.typeIDs == Array(repeating: 0, count: 1 + 5 + 1) + Array(repeating: 1, count: 6 + 1))
    #expect(encoding.ids.count == 14)
    #expect(try tokenizer.encode("a", pair: "b", maxLength: 3) == Encoding(ids: [2, 3, 3], typeIDs: [0, 0, 1]))
  }

  /// Columns: lengths of the texts, room, lengths kept; as in `tokenizers`.
  @Test(arguments: [
    [10, 10, 15, 7, 8], [10, 10, 12, 6, 6], [10, 10, 11, 5, 6], [10, 9, 11, 6, 5], [9, 10, 11, 5, 6],
    [3, 10, 11, 3, 8],
    [10, 3, 11, 8, 3], [10, 10, 1, 0, 1], [10, 9, 1, 1, 0], [10, 10, 0, 0, 0], [0, 5, 1, 0, 1], [5, 0, 3, 3, 0],
    [5, 6, 11, 5, 6], [4, 4, 100, 4, 4],
  ])
  func longestFirst(_ row: [Int]) {
    #expect(WordPieceTokenizer.truncatedLengths(row[0], row[1], room: row[2]) == (row[3], row[4]))
  }

  @Test(arguments: [1, 0, -1, Int.min])
  func tooSmallLengthsAreRefused(_ length: Int) {
    #expect(throws: TokenizationError.maxLengthTooSmall(got: length, specialTokens: 2)) {
      try tokenizer.encode("a", maxLength: length)
    }
    #expect(throws: TokenizationError.maxLengthTooSmall(got: 2, specialTokens: 3)) {
      try tokenizer.encode("a", pair: "b", maxLength: 2)
    }
  }
}
