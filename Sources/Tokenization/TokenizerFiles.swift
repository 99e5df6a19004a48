import Foundation

/// What a Hugging Face directory says of its tokenizer, read as `transformers` 5 reads it. Padding and truncation in
/// `tokenizer.json` are ignored.
struct TokenizerFiles {
  let directory: URL
  private let configuration: SettingsFile
  private let specialTokensMap: SettingsFile
  private let addedTokens: SettingsFile
  private let tokenizer: SettingsFile

  /// Classes that take all settings from `tokenizer.json`; BERT's own take them from `tokenizer_config.json`.
  private static let backendClasses: Set = ["PreTrainedTokenizer", "TokenizersBackend"]
  /// Classes that come with a `vocab.txt` too, but cut words or join pairs in other ways.
  private static let foreignClasses: Set = ["BertJapaneseTokenizer", "FunnelTokenizer", "MPNetTokenizer"]

  private let takesBackendSettings: Bool

  init(directory: URL) throws {
    self.directory = directory
    configuration = try SettingsFile("tokenizer_config.json", in: directory)
    specialTokensMap = try SettingsFile("special_tokens_map.json", in: directory)
    addedTokens = try SettingsFile("added_tokens.json", in: directory)
    tokenizer = try SettingsFile("tokenizer.json", in: directory)

    let named = try configuration.string("tokenizer_class") ?? "BertTokenizer"
    let name = named.hasSuffix("Fast") ? String(named.dropLast(4)) : named
    guard !Self.foreignClasses.contains(name) else {
      throw configuration.unsupported("tokenizer_class", expected: "\"BertTokenizer\"")
    }
    takesBackendSettings = Self.backendClasses.contains(name) && tokenizer.exists
    try checkKinds()
  }

  /// Refuses a `tokenizer.json` of something else than BERT's WordPiece.
  private func checkKinds() throws {
    let kinds: [(part: String, expected: Set<String>)] = [
      ("model", ["WordPiece"]),
      ("normalizer", ["BertNormalizer"]),
      ("pre_tokenizer", ["BertPreTokenizer"]),
      ("post_processor", ["TemplateProcessing", "BertProcessing"]),
    ]
    for (part, expected) in kinds {
      let kind = try tokenizer.string("\(part).type")
      // BERT's own classes build the parts that are left out.
      if kind == nil, !takesBackendSettings || part == "model" { continue }
      guard let kind, expected.contains(kind) else {
        throw tokenizer.unsupported("\(part).type", expected: expected.sorted().joined(separator: " or "))
      }
    }
    if takesBackendSettings {
      if try tokenizer.bool("normalizer.clean_text") == false {
        throw tokenizer.unsupported("normalizer.clean_text", expected: "true")
      }
      for (form, count) in [("single", 3), ("pair", 5)] {
        guard case .array(let parts) = tokenizer["post_processor.\(form)"], parts.count != count else { continue }
        throw tokenizer.unsupported(
          "post_processor.\(form)", expected: "a list of \(count): [CLS], [SEP] and the texts")
      }
    }
    if try configuration.bool("split_special_tokens") == true {
      throw configuration.unsupported("split_special_tokens", expected: "false")
    }
  }

  /// `vocab.txt`; without it the vocabulary in `tokenizer.json`.
  func vocabulary() throws -> Vocabulary {
    let file = directory.appendingPathComponent("vocab.txt")
    if FileManager.default.fileExists(atPath: file.path) { return try Vocabulary(contentsOf: file) }
    guard tokenizer.exists else { throw TokenizationError.vocabularyMissing(directory: directory.path) }
    guard case .object(let members) = tokenizer["model.vocab"] else {
      throw tokenizer.unsupported("model.vocab", expected: "an object from tokens to ids")
    }
    return Vocabulary(
      try members.map { member in
        guard case .number(let number) = member.value, let id = Int32(exactly: number), id >= 0 else {
          let key = "model.vocab[\(member.key.debugDescription)]"
          throw tokenizer.unsupported(key, found: member.value, expected: "an id from 0 to \(Int32.max)")
        }
        return (Array(member.key.utf8), id)
      })
  }

  /// Normalisation and special tokens.
  func options() throws -> Options {
    var options = Options()
    let (file, prefix) = takesBackendSettings ? (tokenizer, "normalizer.") : (configuration, "")
    let lowercase = takesBackendSettings ? "lowercase" : "do_lower_case"
    let ideographs = takesBackendSettings ? "handle_chinese_chars" : "tokenize_chinese_chars"
    options.lowercases = try file.bool(prefix + lowercase) ?? options.lowercases
    options.stripsAccents = try file.bool(prefix + "strip_accents")
    options.separatesIdeographs = try file.bool(prefix + ideographs) ?? options.separatesIdeographs

    // The newer files list all added tokens in the configuration; the older ones spread them over the others.
    let listsAll = configuration["added_tokens_decoder"] != nil
    var added = AddedTokenList()
    if listsAll {
      for member in configuration.members("added_tokens_decoder") {
        added.put(try configuration.addedToken(member.value, key: "added_tokens_decoder"))
      }
    } else {
      for member in addedTokens.members(nil) { added.put(AddedToken(content: member.key, normalized: true)) }
      if case .array(let tokens) = tokenizer["added_tokens"] {
        for token in tokens { added.put(try tokenizer.addedToken(token, key: "added_tokens")) }
      }
    }
    for (file, setting) in namedTokens(listsAll: listsAll) {
      try name(setting.key, setting.value, in: &options, adding: &added, from: file)
    }
    options.addedTokens = added.tokens
    return options
  }

  /// The settings of the configuration; `special_tokens_map.json` overrides them, unless the configuration lists all.
  private func namedTokens(listsAll: Bool) -> [(SettingsFile, JSON.Member)] {
    let map = listsAll ? [] : specialTokensMap.members(nil)
    let overridden = Set(map.map(\.key))
    return configuration.members(nil).filter { !overridden.contains($0.key) }.map { (configuration, $0) }
      + map.map { (specialTokensMap, $0) }
  }

  /// Reads one setting, if it names special tokens: the keys `..._token` and the lists of further ones.
  private func name(
    _ key: String, _ value: JSON, in options: inout Options, adding added: inout AddedTokenList, from file: SettingsFile
  ) throws {
    switch (key, value) {
    case ("pad_token", .null): options.paddingToken = nil
    case ("mask_token", .null): options.maskToken = nil
    case ("unk_token", .null), ("cls_token", .null), ("sep_token", .null):
      throw file.unsupported(key, found: value, expected: "a token")
    case ("additional_special_tokens", .array(let tokens)), ("extra_special_tokens", .array(let tokens)):
      for token in tokens { added.putIfNew(try file.specialToken(token, key: key)) }
    case ("extra_special_tokens", .object(let members)):
      for member in members { added.putIfNew(try file.specialToken(member.value, key: key)) }
    case (_, .string) where key.hasSuffix("_token"), (_, .object) where key.hasSuffix("_token"):
      let token = try file.specialToken(value, key: key)
      switch key {
      case "unk_token": options.unknownToken = token.content
      case "cls_token": options.classifierToken = token.content
      case "sep_token": options.separatorToken = token.content
      case "pad_token": options.paddingToken = token.content
      case "mask_token": options.maskToken = token.content
      default: break
      }
      added.putIfNew(token)
    default: break
    }
  }
}

/// Added tokens, each spelling once.
private struct AddedTokenList {
  var tokens: [AddedToken] = []

  /// A later token of the same spelling replaces the earlier one.
  mutating func put(_ token: AddedToken) {
    if let index = index(of: token) { tokens[index] = token } else { tokens.append(token) }
  }

  mutating func putIfNew(_ token: AddedToken) {
    if index(of: token) == nil { tokens.append(token) }
  }

  private func index(of token: AddedToken) -> Int? {
    tokens.firstIndex { $0.content.utf8.elementsEqual(token.content.utf8) }
  }
}
