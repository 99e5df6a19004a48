import Foundation
import Testing
import Tokenization

/// Added tokens in the layouts in which `transformers` has saved them. The ids are those of its version 5.23.
@Suite struct AddedTokenFilesTests {
  private let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "e", "[", "]", "##1"]
  private var text: String { vocabulary.joined(separator: "\n") + "\n" }

  private func json(_ added: String, settings: String = "") -> String {
    let entries = vocabulary.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    return """
      {"added_tokens": [\(added)], "normalizer": {"type": "BertNormalizer"}, "pre_tokenizer": {"type": "BertPreTokenizer"},
       "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
       "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {\(entries)}}}
      """
  }

  private func token(_ content: String, id: Int? = nil, _ flags: String = #""normalized": false, "special": false"#)
    -> String
  {
    #"{\#(id.map { "\"id\": \($0), " } ?? "")"content": "\#(content)", \#(flags)}"#
  }

  private func ids(_ text: String, _ files: [String: String]) throws -> [Int32] {
    try withDirectory(files) { try WordPieceTokenizer(directory: $0).encode(text).ids.dropFirst().dropLast() }
  }

  private func error(_ files: [String: String]) throws -> TokenizationError {
    try #require(throws: TokenizationError.self) {
      try withDirectory(files) { _ = try WordPieceTokenizer(directory: $0) }
    }
  }

  /// The layouts with [E1] 10 and [E2] 11 after ten tokens.
  private var layouts: [[String: String]] {
    let decoder = #"{"added_tokens_decoder": {"10": \#(token("[E1]")), "11": \#(token("[E2]"))}}"#
    let list = json(token("[E1]", id: 10) + ", " + token("[E2]", id: 11))
    return [
      ["vocab.txt": text, "added_tokens.json": #"{"[E1]": 10, "[E2]": 11}"#],
      ["vocab.txt": text, "tokenizer_config.json": decoder],
      ["tokenizer.json": list],
      ["tokenizer.json": list, "tokenizer_config.json": #"{"tokenizer_class": "PreTrainedTokenizerFast"}"#],
      ["tokenizer.json": list, "vocab.txt": text, "added_tokens.json": #"{"[E1]": 10, "[E2]": 11}"#],
      ["tokenizer.json": json(""), "tokenizer_config.json": decoder],
    ]
  }

  @Test func idsAreAsStated() throws {
    for var files in layouts {
      files["config.json"] = #"{"vocab_size": 12}"#
      #expect(try ids("a [E1][E2] a", files) == [5, 10, 11, 5])
      let size = try withDirectory(files) { try WordPieceTokenizer(directory: $0).vocabularySize }
      #expect(size == 12)
    }
  }

  @Test func anIDThatTheEmbeddingLacksIsRefused() throws {
    for var files in layouts {
      files["config.json"] = #"{"vocab_size": 11}"#
      guard case .idBeyondEmbedding(_, "[E2]", 11, 11) = try error(files) else { Issue.record(); return }
    }
    // Even if transformers would give it another id.
    let far = ["vocab.txt": text, "added_tokens.json": #"{"[E1]": 40}"#, "config.json": #"{"vocab_size": 12}"#]
    guard case .idBeyondEmbedding(_, "[E1]", 40, 12) = try error(far) else { Issue.record(); return }
  }

  /// `transformers` numbers tokens from the entries of the vocabulary, whatever a file states. If ids occur twice, two
  /// tokens get the same one.
  @Test func otherIDsThanTransformersGivesAreRefused() throws {
    for id in [3, 9, 11, 20] {
      let decoder = #"{"added_tokens_decoder": {"\#(id)": \#(token("[E1]"))}}"#
      let files: [[String: String]] = [
        ["vocab.txt": text, "added_tokens.json": #"{"[E1]": \#(id)}"#],
        ["vocab.txt": text, "tokenizer_config.json": decoder],
        ["tokenizer.json": json(token("[E1]", id: id))],
      ]
      for files in files {
        #expect(
          try {
            guard case .addedTokenID(_, "[E1]", id, 10) = try error(files) else { return false }; return true
          }())
      }
    }
    let inside = ["vocab.txt": text, "added_tokens.json": #"{"a": 10}"#]
    guard case .addedTokenID(_, "a", 10, 5) = try error(inside) else { Issue.record(); return }
    let twice = ["vocab.txt": text + "a\n", "added_tokens.json": #"{"[E1]": 10}"#]
    guard case .tokensCollide(_, "a", "[E1]", "the id 10") = try error(twice) else { Issue.record(); return }
    let two = ["tokenizer.json": json(token("[E1]", id: 10)), "added_tokens.json": #"{"[E2]": 10}"#]
    guard case .tokensCollide(_, "[E2]", "[E1]", "the id 10") = try error(two) else { Issue.record(); return }
    // Without a stated id, a token would get a row that the model was not trained with.
    let unstated = ["vocab.txt": text, "tokenizer_config.json": #"{"additional_special_tokens": ["[E1]"]}"#]
    guard case .specialTokenMissing("extra_special_tokens", "[E1]", _) = try error(unstated) else {
      Issue.record(); return
    }
  }

  @Test func flagsAreKept() throws {
    let all = #""normalized": true, "special": false, "single_word": true, "lstrip": true, "rstrip": true"#
    let decoder = #"{"added_tokens_decoder": {"10": \#(token("E1", all))}}"#
    for files in [
      ["vocab.txt": text, "tokenizer_config.json": decoder], ["tokenizer.json": json(token("E1", id: 10, all))],
    ] {
      #expect(try ids("a e1 E1", files) == [5, 10, 10])
      #expect(try ids("ae1 a", files) == [1, 5])
    }
    // If the flag is missing, a special token is searched for in the raw text, any other in the normalised text.
    func normalized(_ flags: String) throws -> Bool {
      let decoder = #"{"added_tokens_decoder": {"10": \#(token("[E1]", flags))}}"#
      return try ids("[e1]", ["vocab.txt": text, "tokenizer_config.json": decoder]) == [10]
    }
    #expect(try normalized(#""special": false"#))
    #expect(try !normalized(#""special": true"#))
    #expect(try !normalized(#""special": true, "normalized": false"#))
  }

  @Test func whatAddedTokensFileSaysIsNormalizedUnlessSpecial() throws {
    let files = ["vocab.txt": text, "added_tokens.json": #"{"[E1]": 10}"#]
    #expect(try ids("[e1]", files) == [10])
    func with(_ name: String, _ content: String) throws -> [Int32] {
      try ids("[e1]", files.merging([name: content]) { $1 })
    }
    let pieces: [Int32] = [7, 6, 9, 8].map { Int32($0) }
    #expect(try with("tokenizer_config.json", #"{"additional_special_tokens": ["[E1]"]}"#) == pieces)
    #expect(try with("special_tokens_map.json", #"{"extra_special_tokens": ["[E1]"]}"#) == pieces)
    #expect(try with("special_tokens_map.json", #"{"mask_token": {"content": "[E1]"}}"#) == pieces)
    // The older key of this file is read too late.
    #expect(try with("special_tokens_map.json", #"{"additional_special_tokens": ["[E1]"]}"#) == [10])
  }

  @Test func keysOfSpecialTokens() throws {
    func settings(_ content: String) throws -> [Int32] {
      try ids("xax", ["vocab.txt": text, "tokenizer_config.json": content])
    }
    #expect(try settings("{}") == [1])
    for content in [
      #"{"bos_token": "a"}"#, #"{"cow_token": "a"}"#, #"{"extra_special_tokens": {"cow": "a"}}"#,
      #"{"model_specific_special_tokens": {"cow": "a"}}"#,
      #"{"additional_special_tokens": ["a"], "extra_special_tokens": []}"#,
      #"{"cow_token": {"__type": "AddedToken", "content": "a"}}"#,
    ] { #expect(try settings(content) == [1, 5, 1], "\(content)") }
    #expect(try settings(#"{"additional_special_tokens": ["a"], "extra_special_tokens": ["e"]}"#) == [1])
    #expect(try settings(#"{"cow_token": {"content": "a"}}"#) == [1])
  }
}
