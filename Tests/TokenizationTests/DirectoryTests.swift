import Foundation
import Testing
import Tokenization

@Suite struct DirectoryTests {
  private let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "A", "é", "<e>", "東", "a東"]
  private var text: String { vocabulary.joined(separator: "\n") + "\n" }

  private func json(model: String = "WordPiece", normalizer: String = #"{"type": "BertNormalizer"}"#) -> String {
    let entries = vocabulary.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    return """
      {"truncation": {"max_length": 3}, "padding": {"strategy": {"Fixed": 9}},
       "added_tokens": [{"id": 8, "content": "<e>", "special": true, "normalized": false}],
       "normalizer": \(normalizer), "pre_tokenizer": {"type": "BertPreTokenizer"},
       "post_processor": {"type": "TemplateProcessing"}, "model": {"type": "\(model)", "vocab": {\(entries)}}}
      """
  }

  private func ids(_ text: String, _ files: [String: String]) throws -> [Int32] {
    try withDirectory(files) { try WordPieceTokenizer(directory: $0).encode(text).ids.dropFirst().dropLast() }
  }

  private func error(_ files: [String: String]) throws -> TokenizationError {
    try #require(throws: TokenizationError.self) {
      try withDirectory(files) { _ = try WordPieceTokenizer(directory: $0) }
    }
  }

  @Test func defaults() throws {
    #expect(try ids("A a é 東 a東 [MASK]", ["vocab.txt": text]) == [5, 5, 1, 9, 5, 9, 4])
  }

  @Test func configuration() throws {
    func ids(_ settings: String) throws -> [Int32] {
      try self.ids("A é a東", ["vocab.txt": text, "tokenizer_config.json": settings])
    }
    #expect(try ids(#"{"do_lower_case": false}"#) == [6, 7, 5, 9])
    #expect(try ids(#"{"strip_accents": false}"#) == [5, 7, 5, 9])
    #expect(try ids(#"{"strip_accents": null, "tokenize_chinese_chars": false}"#) == [5, 1, 10])
    #expect(try ids(#"{"tokenizer_class": "BertTokenizerFast", "model_max_length": 2}"#) == [5, 1, 5, 9])
  }

  @Test func namesOfSpecialTokens() throws {
    let files = [
      "vocab.txt": "<u>\n<c>\n<s>\n<e>\na\n",
      "tokenizer_config.json": #"""
      {"unk_token": "<u>", "cls_token": {"content": "<c>", "normalized": false}, "sep_token": {"content": "<s>"},
       "pad_token": null, "mask_token": null, "additional_special_tokens": ["<e>"]}
      """#,
    ]
    let ids = try withDirectory(files) { try WordPieceTokenizer(directory: $0).encode("a b<e>").ids }
    #expect(ids == [1, 4, 0, 3, 2])
  }

  @Test func specialTokensMapOverridesUnlessAllTokensAreListed() throws {
    var files = ["vocab.txt": text + "mask\n[\n]\n", "special_tokens_map.json": #"{"mask_token": "<e>"}"#]
    #expect(try ids("[MASK] <e>", files) == [12, 11, 13, 8])
    files["tokenizer_config.json"] = #"""
      {"added_tokens_decoder": {"4": {"content": "[MASK]", "normalized": true, "special": true}}}
      """#
    #expect(try ids("[mask] <e>", files) == [4, 1, 1, 1])
  }

  @Test func addedTokensFile() throws {
    #expect(try ids("a<E>a", ["vocab.txt": text, "added_tokens.json": #"{"<e>": 8}"#]) == [5, 8, 5])
  }

  @Test func tokenizerFileServesWhereThereIsNoVocabulary() throws {
    #expect(try ids("A a <e> <E>", ["tokenizer.json": json()]) == [5, 5, 8, 1, 1, 1])
    let other = "[MASK]\n[PAD]\n[UNK]\n[CLS]\n[SEP]\nA\na\n<e>"
    #expect(try ids("A", ["tokenizer.json": json(), "vocab.txt": other]) == [6])
  }

  @Test func tokenizerFileSettlesForItsOwnClass() throws {
    let normalizer =
      #"{"type": "BertNormalizer", "lowercase": false, "handle_chinese_chars": false, "strip_accents": null}"#
    var files = ["tokenizer.json": json(normalizer: normalizer)]
    #expect(try ids("A a東", files) == [5, 5, 9])
    files["tokenizer_config.json"] = #"{"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": true}"#
    #expect(try ids("A a東", files) == [6, 10])
  }

  @Test func foreignSettingsOfItsOwnClassAreRefused() throws {
    let configuration = #"{"tokenizer_class": "TokenizersBackend"}"#
    func key(_ normalizer: String, _ processor: String) throws -> String? {
      let tokenizer =
        #"{"model": {"type": "WordPiece"}, "pre_tokenizer": {"type": "BertPreTokenizer"}, "#
        + #""normalizer": \#(normalizer), "post_processor": \#(processor)}"#
      let error = try error(["vocab.txt": text, "tokenizer.json": tokenizer, "tokenizer_config.json": configuration])
      guard case .unsupported(_, let key, _, _) = error else { return nil }
      return key
    }
    let (normalizer, processor) = (#"{"type": "BertNormalizer"}"#, #"{"type": "TemplateProcessing"}"#)
    let longer = #"{"type": "TemplateProcessing", "pair": [1, 2, 3, 4, 5, 6]}"#
    #expect(try key("null", processor) == "normalizer.type")
    #expect(try key(#"{"type": "BertNormalizer", "clean_text": false}"#, processor) == "normalizer.clean_text")
    #expect(try key(normalizer, "null") == "post_processor.type")
    #expect(try key(normalizer, longer) == "post_processor.pair")
  }

  @Test func nothingToReadIsRefused() throws {
    try withDirectory([:]) { (directory: URL) in
      #expect(throws: TokenizationError.vocabularyMissing(directory: directory.path)) {
        try WordPieceTokenizer(directory: directory)
      }
    }
  }

  @Test(arguments: [
    ("tokenizer.json", #"{"model": {"type": "BPE"}}"#, "model.type", "\"BPE\""),
    ("tokenizer.json", #"{"normalizer": {"type": "NFC"}}"#, "normalizer.type", "\"NFC\""),
    ("tokenizer.json", #"{"pre_tokenizer": {"type": "ByteLevel"}}"#, "pre_tokenizer.type", "\"ByteLevel\""),
    (
      "tokenizer.json", #"{"post_processor": {"type": "RobertaProcessing"}}"#, "post_processor.type",
      "\"RobertaProcessing\""
    ),
    (
      "tokenizer_config.json", #"{"tokenizer_class": "BertJapaneseTokenizer"}"#, "tokenizer_class",
      "\"BertJapaneseTokenizer\""
    ),
    ("tokenizer_config.json", #"{"do_lower_case": "yes"}"#, "do_lower_case", "\"yes\""),
    ("tokenizer_config.json", #"{"split_special_tokens": true}"#, "split_special_tokens", "true"),
    ("tokenizer_config.json", #"{"unk_token": null}"#, "unk_token", "null"),
    ("tokenizer_config.json", #"{"cls_token": {"text": "[CLS]"}}"#, "cls_token", "an object of 1"),
    (
      "tokenizer_config.json", #"{"mask_token": {"content": "[MASK]", "single_word": true}}"#,
      #"single_word of "[MASK]""#, "true"
    ),
  ])
  func foreignSettingsAreRefusedByName(_ file: String, _ content: String, _ key: String, _ found: String) throws {
    let error = try error(["vocab.txt": text, file: content])
    guard case .unsupported(let path, key, found, _) = error else { Issue.record("\(error)"); return }
    #expect(path.hasSuffix(file))
    #expect(error.description.contains("\(key) is \(found), expected"))
  }

  @Test(arguments: ["-1", "1.5", "2147483648", "\"1\""])
  func idsOutOfRangeAreRefused(_ id: String) throws {
    let error = try error(["tokenizer.json": #"{"model": {"type": "WordPiece", "vocab": {"a": \#(id)}}}"#])
    guard case .unsupported(_, #"model.vocab["a"]"#, _, _) = error else { Issue.record("\(error)"); return }
  }

  @Test func whatIsNoJSONIsRefused() throws {
    let error = try error(["vocab.txt": text, "tokenizer_config.json": "{\"a\" 1}"])
    guard case .invalidJSON(let file, 5, "':'") = error else { Issue.record("\(error)"); return }
    #expect(file.hasSuffix("tokenizer_config.json"))
  }

  @Test func messagesAreOneLine() {
    let errors: [TokenizationError] = [
      .vocabularyMissing(directory: "d"), .unreadable(file: "f", reason: "r"), .invalidUTF8(file: "f", line: 1),
      .invalidJSON(file: "f", offset: 0, expected: "'{'"), .unsupported(file: "f", key: "k", found: "x", expected: "y"),
      .specialTokenMissing(role: "unk_token", token: "[UNK]\n"), .maxLengthTooSmall(got: 1, specialTokens: 2),
    ]
    for error in errors { #expect(!error.description.contains("\n")) }
  }
}
