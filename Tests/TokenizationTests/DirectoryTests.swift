import Foundation
import JSONReader
import Testing
import Tokenization

@Suite struct DirectoryTests {
  private let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "A", "é", "<e>", "東", "a東"]
  private var text: String { vocabulary.joined(separator: "\n") + "\n" }

  private func json(
    model: String = "WordPiece", normalizer: String = #"{"type": "BertNormalizer"}"#, vocabulary: [String]? = nil,
    processor: String? = nil, extra: String = ""
  ) -> String {
    let entries = (vocabulary ?? self.vocabulary).enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    return """
      {"truncation": {"max_length": 3}, "padding": {"strategy": {"Fixed": 9}},
       "added_tokens": [{"id": 8, "content": "<e>", "special": true, "normalized": false}],
       "normalizer": \(normalizer), "pre_tokenizer": {"type": "BertPreTokenizer"},
       "post_processor": \(processor ?? #"{"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}"#),
       "model": {"type": "\(model)", "unk_token": "[UNK]"\(extra), "vocab": {\(entries)}}}
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

  @Test func theVocabularyOfTheTokenizerFileCounts() throws {
    #expect(try ids("A a <e> <E>", ["tokenizer.json": json()]) == [5, 5, 8, 1, 1, 1])
    func differs(_ lines: String) throws -> Bool {
      let files = ["tokenizer.json": json(), "vocab.txt": lines]
      #expect(try ids("A", files) == [5])
      return try withDirectory(files) { try WordPieceTokenizer(directory: $0).hasOtherVocabularyFile }
    }
    #expect(try !differs(text))
    #expect(try differs("[MASK]\n[PAD]\n[UNK]\n[CLS]\n[SEP]\nA\na\n<e>"))
    #expect(try differs(text + "more\n"))
    #expect(try differs("\u{FEFF}" + text))
  }

  @Test(arguments: [
    #"{"model": {"type": "WordPiece"}}"#, #"{"model": {"vocab": []}}"#, "{}", #"{"model": {"vocab": {}}}"#,
  ])
  func aTokenizerFileWithoutVocabularyIsRefused(_ content: String) throws {
    let error = try error(["vocab.txt": text, "tokenizer.json": content])
    guard case .invalidValue(_, "model.vocab", _, _) = error else { Issue.record("\(error)"); return }
  }

  @Test func tokensOfOneIDAreRefused() throws {
    let tokens = #"{"[PAD]": 0, "[UNK]": 1, "a": 1}"#
    let error = try error(["tokenizer.json": #"{"model": {"type": "WordPiece", "vocab": \#(tokens)}}"#])
    guard case .tokensCollide(_, "[UNK]", "a", "the id 1") = error else { Issue.record("\(error)"); return }
  }

  /// Gaps in ids are allowed; of duplicate keys the last counts.
  @Test func idsNeedNotBeConsecutive() throws {
    let tokens = #"{"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 7, "a": 90}"#
    let tokenizer = try withDirectory(["tokenizer.json": #"{"model": {"type": "WordPiece", "vocab": \#(tokens)}}"#]) {
      try WordPieceTokenizer(directory: $0)
    }
    #expect(try tokenizer.encode("a").ids == [2, 90, 3])
    #expect(tokenizer.vocabularySize == 91)
    #expect(tokenizer.unknownToken == 1)
  }

  @Test func tokenizerFileSettlesForItsOwnClass() throws {
    let normalizer =
      #"{"type": "BertNormalizer", "lowercase": false, "handle_chinese_chars": false, "strip_accents": null}"#
    var files = ["tokenizer.json": json(normalizer: normalizer)]
    #expect(try ids("A a東", files) == [5, 5, 9])
    files["tokenizer_config.json"] = #"{"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": true}"#
    #expect(try ids("A a東", files) == [6, 10])
    // Even if config.json names the class and the other file does not.
    files["tokenizer_config.json"] = "{}"
    files["config.json"] = #"{"tokenizer_class": "PreTrainedTokenizerFast", "model_type": "bert"}"#
    #expect(try ids("A a東", files) == [6, 10])
    files["tokenizer.json"] = json(extra: #", "max_input_chars_per_word": 1"#)
    #expect(try ids("a ab", files) == [5, 1])
    files["tokenizer.json"] = nil
    files["vocab.txt"] = text
    guard case .unsupported(let file, "tokenizer_class", _, _) = try error(files) else { Issue.record(); return }
    #expect(file.hasSuffix("config.json"))
  }

  private static func template(_ change: (String) -> String = { $0 }) -> String {
    let single =
      #"{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, "#
      + #"{"SpecialToken": {"id": "[SEP]", "type_id": 0}}"#
    let second = #"{"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}"#
    return change(
      #"{"type": "TemplateProcessing", "single": [\#(single)], "pair": [\#(single), \#(second)], "special_tokens": "#
        + #"{"[CLS]": {"ids": [2]}, "[SEP]": {"ids": [3]}}}"#)
  }

  @Test func foreignSettingsOfItsOwnClassAreRefused() throws {
    let configuration = #"{"tokenizer_class": "TokenizersBackend"}"#
    func files(_ tokenizer: String) -> [String: String] {
      ["tokenizer.json": tokenizer, "tokenizer_config.json": configuration]
    }
    func key(_ tokenizer: String) throws -> String? {
      guard case .unsupported(_, let key, _, _) = try error(files(tokenizer)) else { return nil }
      return key
    }
    func replacing(_ old: String, _ new: String) -> String {
      json(processor: Self.template { $0.replacingOccurrences(of: old, with: new) })
    }
    #expect(try ids("a", files(json(processor: Self.template()))) == [5])
    #expect(try key(json(normalizer: "null")) == "normalizer.type")
    #expect(try key(json(normalizer: #"{"type": "BertNormalizer", "clean_text": false}"#)) == "normalizer.clean_text")
    #expect(try key(json(processor: "null")) == "post_processor.type")
    #expect(try key(json(processor: #"{"type": "TemplateProcessing"}"#)) == "post_processor.single")
    #expect(try key(replacing(#""pair": ["#, #""pair": [1, "#)) == "post_processor.pair")
    #expect(try key(replacing(#""B", "type_id": 1"#, #""B", "type_id": 0"#)) == "post_processor.pair")
    #expect(try key(replacing(#"[2]"#, "[2, 2]")) == #"post_processor.special_tokens["[CLS]"].ids"#)
    #expect(try key(replacing(#"[2]"#, "[5]")) == #"post_processor: id of "[CLS]""#)
    #expect(try key(json(extra: #", "continuing_subword_prefix": "@@""#)) == "model.continuing_subword_prefix")
  }

  @Test func segmentsAreLeftOutWhereTheModelIsNotToldOfThem() throws {
    func segments(_ settings: String) throws -> [UInt8] {
      try withDirectory(["vocab.txt": text, "tokenizer_config.json": settings]) {
        try WordPieceTokenizer(directory: $0).encode("a", pair: "a").typeIDs
      }
    }
    #expect(try segments("{}") == [0, 0, 0, 1, 1])
    #expect(try segments(#"{"model_input_names": ["input_ids", "token_type_ids"]}"#) == [0, 0, 0, 1, 1])
    #expect(try segments(#"{"model_input_names": ["input_ids"]}"#) == [0, 0, 0, 0, 0])
    #expect(try segments(#"{"tokenizer_class": "DistilBertTokenizer"}"#) == [0, 0, 0, 0, 0])
  }

  /// Values without meaning here are ignored by `transformers` too.
  @Test func harmlessKeysAreLeftAside() throws {
    let settings = #"""
      {"chat_template": "{{ messages }}", "never_split": ["a"], "do_basic_tokenize": false, "model_max_length": 1e30,
       "padding_side": "left", "auto_map": {"AutoTokenizer": ["x.Y", null]}, "init_inputs": [], "unheard_of": [[{}]],
       "truncation_side": "right", "add_bos_token": true, "image_token": null}
      """#
    #expect(try ids("A a", ["vocab.txt": text, "tokenizer_config.json": settings]) == [5, 5])
  }

  @Test func casedVocabulariesWithoutSettingsAreNoticed() throws {
    func looksCased(_ words: [String], _ settings: String? = nil, tokenizer: String? = nil) throws -> Bool {
      let lines = (["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + words).joined(separator: "\n")
      let files = ["vocab.txt": lines, "tokenizer_config.json": settings, "tokenizer.json": tokenizer]
      return try withDirectory(files.compactMapValues { $0 }) {
        try WordPieceTokenizer(directory: $0).looksCasedWithoutSettings
      }
    }
    let words = (0..<90).map { "word\($0)" }
    let cased = words + (0..<10).map { "Word\($0)" }
    #expect(try looksCased(cased))
    #expect(try looksCased(cased, #"{"tokenizer_class": "BertTokenizer"}"#))
    #expect(try !looksCased(cased, #"{"do_lower_case": true}"#))
    #expect(try !looksCased(words))
    // A few words, or entries in brackets, do not make it look cased; words without case do not count.
    #expect(try !looksCased(words + ["Word", "[E1]", "<E2>"]))
    #expect(try looksCased(cased + (0..<1000).map { "\($0)" }))
    let backend = #"{"tokenizer_class": "PreTrainedTokenizerFast"}"#
    #expect(try !looksCased([], backend, tokenizer: json(vocabulary: vocabulary + cased)))
  }

  @Test func theFilesThatWereReadAreNamed() throws {
    let files = [
      "vocab.txt": text, "tokenizer_config.json": "{}", "added_tokens.json": "{}", "special_tokens_map.json": "{}",
      "config.json": "{}", "tokenizer.json": json(), "README.md": "", "model.safetensors": "",
    ]
    func names(_ files: [String: String]) throws -> [String] {
      try withDirectory(files) { try WordPieceTokenizer(directory: $0).files.map(\.lastPathComponent) }
    }
    let known = [
      "added_tokens.json", "config.json", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json",
      "vocab.txt",
    ]
    #expect(try names(files) == known)
    #expect(try names(["vocab.txt": text]) == ["vocab.txt"])
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
      "tokenizer_config.json", #"{"tokenizer_class": "RobertaTokenizerFast"}"#, "tokenizer_class",
      "\"RobertaTokenizerFast\""
    ),
    (
      "tokenizer_config.json", #"{"tokenizer_class": "PreTrainedTokenizer"}"#, "tokenizer_class",
      "\"PreTrainedTokenizer\""
    ),
    ("config.json", #"{"tokenizer_class": "BertJapaneseTokenizer"}"#, "tokenizer_class", "\"BertJapaneseTokenizer\""),
    ("config.json", #"{"model_type": "roberta"}"#, "model_type", "\"roberta\""),
    ("config.json", #"{"vocab_size": -3}"#, "vocab_size", "-3"),
    ("config.json", #"{"vocab_size": 1e300}"#, "vocab_size", "1e300"),
    ("tokenizer_config.json", #"{"do_lower_case": "yes"}"#, "do_lower_case", "\"yes\""),
    ("tokenizer_config.json", #"{"do_lower_case": null}"#, "do_lower_case", "null"),
    ("tokenizer_config.json", #"{"strip_accents": 1e999}"#, "strip_accents", "1e999"),
    ("special_tokens_map.json", #"{"tokenize_chinese_chars": 1}"#, "tokenize_chinese_chars", "1"),
    ("tokenizer_config.json", #"{"split_special_tokens": true}"#, "split_special_tokens", "true"),
    ("tokenizer_config.json", #"{"truncation_side": "left"}"#, "truncation_side", "\"left\""),
    ("tokenizer_config.json", #"{"vocab": {"a": 0}}"#, "vocab", "an object of 1"),
    ("tokenizer_config.json", #"{"init_inputs": ["a"]}"#, "init_inputs", "a list of 1"),
    (
      "tokenizer_config.json", #"{"fast_tokenizer_files": ["tokenizer.4.0.json"]}"#, "fast_tokenizer_files",
      "a list of 1"
    ),
    ("tokenizer_config.json", #"{"model_input_names": "input_ids"}"#, "model_input_names", "\"input_ids\""),
    ("tokenizer_config.json", #"{"unk_token": null}"#, "unk_token", "null"),
    ("tokenizer_config.json", #"{"pad_token": 0}"#, "pad_token", "0"),
    ("tokenizer_config.json", #"{"cls_token": {"text": "[CLS]"}}"#, "cls_token", "an object of 1"),
    ("tokenizer_config.json", #"{"additional_special_tokens": "a"}"#, "extra_special_tokens", "\"a\""),
    ("tokenizer_config.json", #"{"additional_special_tokens": [1]}"#, "extra_special_tokens", "1"),
    (
      "tokenizer_config.json", #"{"mask_token": {"content": "[MASK]", "single_word": 1}}"#, #"single_word of "[MASK]""#,
      "1"
    ),
    ("tokenizer_config.json", #"{"added_tokens_decoder": []}"#, "added_tokens_decoder", "a list of 0"),
    ("tokenizer_config.json", #"{"added_tokens_decoder": {"x": {"content": "a"}}}"#, "added_tokens_decoder", "\"x\""),
    ("tokenizer_config.json", #"{"added_tokens_decoder": {"-5": {"content": "a"}}}"#, "added_tokens_decoder", "\"-5\""),
    ("tokenizer_config.json", #"{"added_tokens_decoder": {"5": "a"}}"#, "added_tokens_decoder.5", "\"a\""),
    ("added_tokens.json", #"{"<e>": 8.5}"#, "\"<e>\"", "8.5"),
    ("added_tokens.json", #"{"<e>": -1}"#, "\"<e>\"", "-1"),
    ("added_tokens.json", #"{"<e>": 1e300}"#, "\"<e>\"", "1e300"),
  ])
  func foreignAndNonsensicalSettingsAreRefusedByName(
    _ file: String, _ content: String, _ key: String, _ found: String
  ) throws {
    let error = try error(["vocab.txt": text, file: content])
    switch error {
    case .unsupported(let path, key, found, _), .invalidValue(let path, key, found, _): #expect(path.hasSuffix(file))
    default: Issue.record("\(error)")
    }
    #expect(error.description.contains("\(key) is \(found), expected"))
  }

  @Test(arguments: ["-1", "1.5", "2147483648", "\"1\""])
  func idsOutOfRangeAreRefused(_ id: String) throws {
    let error = try error(["tokenizer.json": #"{"model": {"type": "WordPiece", "vocab": {"a": \#(id)}}}"#])
    guard case .invalidValue(_, #"model.vocab["a"]"#, _, _) = error else { Issue.record("\(error)"); return }
  }

  @Test func whatIsNoJSONIsRefused() throws {
    let error = try error(["vocab.txt": text, "tokenizer_config.json": "{\"a\" 1}"])
    guard case .notJSON(let file, .unexpected(offset: 5, expected: "':'", got: UInt8(ascii: "1"))) = error else {
      Issue.record("\(error)"); return
    }
    #expect(file.hasSuffix("tokenizer_config.json"))
  }

  @Test(arguments: [
    "vocab.txt", "config.json", "tokenizer_config.json", "tokenizer.json", "added_tokens.json",
    "special_tokens_map.json",
  ])
  func byteOrderMarksAndOtherKindsOfFileAreRefused(_ name: String) throws {
    var files = ["vocab.txt": text]
    files[name] = "\u{FEFF}" + (name == "vocab.txt" ? text : "{}")
    guard case .byteOrderMark(let file, "UTF-8") = try error(files) else { Issue.record(); return }
    #expect(file.hasSuffix(name))
    if name == "vocab.txt" { return }
    files[name] = "[]"
    guard case .notJSON(_, .unexpected(offset: 0, expected: "an object", got: UInt8(ascii: "["))) = try error(files)
    else {
      Issue.record(); return
    }
  }

  @Test func messagesAreOneLine() throws {
    let errors: [TokenizationError] = [
      .vocabularyMissing(directory: "d"), .unreadable(file: "f", reason: "r"), .invalidUTF8(file: "f", line: 1),
      .notJSON(file: "f", .unexpected(offset: 0, expected: "'{'", got: UInt8(ascii: "\n"))),
      .unsupported(file: "f", key: "k", found: "x", expected: "y"),
      .specialTokenMissing(role: "unk_token", token: "[UNK]\n", vocabulary: "v"),
      .maxLengthTooSmall(got: 1, specialTokens: 2), .byteOrderMark(file: "f", encoding: "UTF-8"),
      .notJSON(file: "f", .halfSurrogate(offset: 1, code: 0xD800)),
      .addedTokenID(file: "f", token: "a\n", stated: 2, given: 1),
      .idBeyondEmbedding(file: "f", token: "\n", id: 2, rows: 1),
      .tokensCollide(file: "f", first: "\n", second: "\r", shared: "the id 1"),
    ]
    for error in errors { #expect(!error.description.contains("\n")) }
    let key = #"{"a\nb_token": {"__type": "AddedToken", "content": 1}}"#
    #expect(try !error(["vocab.txt": text, "tokenizer_config.json": key]).description.contains("\n"))
  }
}
