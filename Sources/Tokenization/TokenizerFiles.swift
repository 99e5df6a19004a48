internal import Diagnostics
import Foundation
internal import JSONReader

/// What a Hugging Face directory says about its tokenizer, read as `transformers` 5 reads it. All files are read
/// through `directory`, which records them.
struct TokenizerFiles {
  let directory: ModelDirectory
  let configuration: SettingsFile
  let specialTokensMap: SettingsFile
  let addedTokens: SettingsFile
  let tokenizer: SettingsFile
  /// The number of rows of the embedding according to `config.json`; nil if it does not say.
  let rows: Int?
  /// The settings as the tokenizer's class receives them.
  let settings: MergedSettings
  /// Special tokens under keys of their own (when `extra_special_tokens` is an object), each with the file that names
  /// it.
  let keyedTokens: [MergedSettings.Entry]
  /// Whether the class takes all settings from `tokenizer.json`. BERT's own classes take them from
  /// `tokenizer_config.json`.
  let takesBackendSettings: Bool

  private let lines: [UInt8]?
  /// The name without a suffix such as `Fast`.
  private let className: String

  /// Classes that take all settings from `tokenizer.json`.
  private static let backendClasses: Set = ["PreTrainedTokenizer", "TokenizersBackend"]
  /// BERT's own class and other names for it in `transformers`. Other classes have a `vocab.txt` too, but split words
  /// or join pairs differently.
  private static let bertClasses: Set = [
    "BertTokenizer", "ConvBertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "LxmertTokenizer",
    "MobileBertTokenizer", "SqueezeBertTokenizer",
  ]
  /// Model types that use that class if the files name none.
  private static let bertTypes: Set = ["bert", "convbert", "distilbert", "electra", "megatron-bert", "squeezebert"]

  init(directory url: URL) throws {
    var directory = ModelDirectory(url)
    let model = try SettingsFile("config.json", in: &directory)
    configuration = try SettingsFile("tokenizer_config.json", in: &directory)
    specialTokensMap = try SettingsFile("special_tokens_map.json", in: &directory)
    addedTokens = try SettingsFile("added_tokens.json", in: &directory)
    tokenizer = try SettingsFile("tokenizer.json", in: &directory)
    lines = try directory.bytes(of: "vocab.txt")
    self.directory = directory

    rows = try model.integer("vocab_size", in: 1...Int(Int32.max))
    (settings, keyedTokens) = Self.merged(configuration, specialTokensMap)
    className = try Self.className(configuration, model)
    takesBackendSettings = Self.backendClasses.contains(className)
    guard tokenizer.exists || !takesBackendSettings else {
      let file = configuration["tokenizer_class"] == nil ? model : configuration
      throw file.unsupported("tokenizer_class", expected: "\"BertTokenizer\", as there is no tokenizer.json beside it")
    }
    try checkKinds()
    try checkSettings()
  }

  /// The keys that name special tokens in every model.
  static let names = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]

  /// The class named by the files.
  private static func className(_ configuration: SettingsFile, _ model: SettingsFile) throws -> String {
    for file in [configuration, model] {
      guard let named = try file.string("tokenizer_class") else { continue }
      let name = named.hasSuffix("Fast") ? String(named.dropLast(4)) : named
      guard bertClasses.contains(name) || backendClasses.contains(name) else {
        throw file.unsupported("tokenizer_class", expected: "\"BertTokenizer\" or \"PreTrainedTokenizerFast\"")
      }
      return name
    }
    guard bertTypes.contains(try model.string("model_type") ?? "bert") else {
      throw model.unsupported("model_type", expected: "\"bert\", or a tokenizer_class in tokenizer_config.json")
    }
    return "BertTokenizer"
  }

  /// The settings of the configuration. `special_tokens_map.json` overrides them, unless the configuration lists all
  /// added tokens. Further special tokens end up under the newer of their two keys.
  private static func merged(
    _ configuration: SettingsFile, _ map: SettingsFile
  ) -> (MergedSettings, keyed: [MergedSettings.Entry]) {
    var settings = MergedSettings()
    var keyed: [MergedSettings.Entry] = []
    let (old, new) = ("additional_special_tokens", "extra_special_tokens")
    func takeKeyed() {
      guard let entry = settings[new], case .object = entry.value else { return }
      keyed += entry.value.members.map { .init(value: $0.value, file: entry.file) }
      settings[new] = nil
    }
    settings.merge(configuration)
    // Under this key `transformers` saves special tokens that it found under keys of their own. It reads the key only
    // if there are no such keys.
    let saved = "model_specific_special_tokens"
    let hasOwn = configuration.members.contains { member in
      guard case .string = member.value else { return false }
      return member.key.hasSuffix("_token") && !names.contains(member.key)
    }
    // The older key counts if the newer one is missing or empty.
    if let additional = settings[old], settings[new]?.value.isEmpty ?? true {
      settings[new] = additional
      settings[old] = nil
    }
    takeKeyed()
    if case .object(let members) = configuration[saved], !hasOwn, keyed.isEmpty {
      keyed = members.map { .init(value: $0.value, file: configuration) }
    }
    if configuration["added_tokens_decoder"] == nil {
      let extra = settings[new]
      settings.merge(map)
      if case .array(let more) = map[new], case .array(let some) = extra?.value {
        settings[new] = .init(value: .array(some + more), file: map)
      }
      takeKeyed()
    }
    if settings[new] == nil { settings[new] = settings[old] }
    settings[old] = nil
    takeKeyed()
    return (settings, keyed)
  }

  /// Rejects a `tokenizer.json` for anything other than BERT's WordPiece.
  private func checkKinds() throws {
    let kinds: [(part: String, expected: Set<String>)] = [
      ("model", ["WordPiece"]),
      ("normalizer", ["BertNormalizer"]),
      ("pre_tokenizer", ["BertPreTokenizer"]),
      ("post_processor", ["TemplateProcessing", "BertProcessing"]),
    ]
    for (part, expected) in kinds {
      let kind = try tokenizer.string("\(part).type")
      // BERT's own classes build the missing parts themselves.
      if kind == nil, !takesBackendSettings { continue }
      guard let kind, expected.contains(kind) else {
        throw tokenizer.unsupported("\(part).type", expected: expected.sorted().joined(separator: " or "))
      }
    }
    guard takesBackendSettings else { return }
    if try tokenizer.bool("normalizer.clean_text") == false {
      throw tokenizer.unsupported("normalizer.clean_text", expected: "true")
    }
    guard try tokenizer.string("model.continuing_subword_prefix") ?? "##" == "##" else {
      throw tokenizer.unsupported("model.continuing_subword_prefix", expected: "\"##\"")
    }
  }

  /// Rejects settings that change ids in unsupported ways.
  private func checkSettings() throws {
    // Arguments of the class that override the other files.
    let arguments = [
      "vocab", "merges", "init_inputs", "tokenizer_object", "post_processor", "tokenizer_padding",
      "tokenizer_truncation",
      "_json_padding", "_json_truncation", "gguf_file",
    ]
    for key in arguments {
      guard let entry = settings[key], !entry.value.isEmpty else { continue }
      throw entry.file.unsupported(key, found: entry.value, expected: "no such key")
    }
    if let entry = settings["split_special_tokens"],
      try entry.file.bool(entry.value, key: "split_special_tokens") == true
    {
      throw entry.file.unsupported("split_special_tokens", found: entry.value, expected: "false")
    }
    if let entry = settings["truncation_side"] {
      guard entry.value == .string("right") else {
        throw entry.file.unsupported("truncation_side", found: entry.value, expected: "\"right\"")
      }
    } else if let direction = tokenizer["truncation.direction"], direction != .string("Right") {
      throw tokenizer.unsupported("truncation.direction", expected: "\"Right\"")
    }
    if let entry = settings["fast_tokenizer_files"] {
      guard case .array(let names) = entry.value, names.allSatisfy({ $0 == .string("tokenizer.json") }) else {
        throw entry.file.unsupported("fast_tokenizer_files", found: entry.value, expected: "[\"tokenizer.json\"] alone")
      }
    }
  }

  /// The file that contains the vocabulary.
  var vocabularyFile: String { tokenizer.exists ? tokenizer.path : directory.path(of: "vocab.txt") }

  /// The vocabulary in `tokenizer.json`, or in `vocab.txt` if there is no such file.
  func vocabulary() throws -> Vocabulary {
    guard tokenizer.exists else {
      guard let lines else { throw TokenizationError.vocabularyMissing(directory: directory.url.path) }
      return try Vocabulary(lines: lines, file: vocabularyFile)
    }
    guard case .object(let members) = tokenizer["model.vocab"], !members.isEmpty else {
      throw tokenizer.invalid("model.vocab", found: tokenizer["model.vocab"], expected: "an object from tokens to ids")
    }
    let vocabulary = Vocabulary(
      try members.map { member in
        (
          Array(member.key.utf8),
          try tokenizer.id(member.value, key: "model.vocab[\(member.key.shortened.debugDescription)]")
        )
      })
    if let (id, first, second) = vocabulary.sharedID() {
      throw TokenizationError.tokensCollide(file: tokenizer.path, first: first, second: second, shared: "the id \(id)")
    }
    return vocabulary
  }

  /// Whether there is a `vocab.txt` that differs from the vocabulary in use.
  func hasOtherVocabularyFile(_ vocabulary: Vocabulary) -> Bool {
    guard tokenizer.exists, let lines else { return false }
    guard let other = try? Vocabulary(lines: lines, file: "") else { return true }
    return !other.isSame(as: vocabulary)
  }

  /// Whether text is lowercased although no file says so and many words in the vocabulary have upper-case letters.
  func looksCasedWithoutSettings(_ vocabulary: Vocabulary) -> Bool {
    !takesBackendSettings && settings["do_lower_case"] == nil && vocabulary.upperCaseShare > 0.05
  }

  /// Sets how text is normalised and split, and whether the second text gets its own segment.
  func normalize(_ options: inout Options) throws {
    if takesBackendSettings {
      options.lowercases = try tokenizer.bool("normalizer.lowercase") ?? options.lowercases
      options.stripsAccents = try tokenizer.bool("normalizer.strip_accents")
      options.separatesIdeographs = try tokenizer.bool("normalizer.handle_chinese_chars") ?? options.separatesIdeographs
      let limit = try tokenizer.integer("model.max_input_chars_per_word", in: 0...Int(Int32.max))
      options.greatestWordLength = limit ?? options.greatestWordLength
    } else {
      options.lowercases = try settings.flag("do_lower_case", default: options.lowercases)
      options.stripsAccents = try settings["strip_accents"].flatMap { try $0.file.bool($0.value, key: "strip_accents") }
      options.separatesIdeographs = try settings.flag("tokenize_chinese_chars", default: options.separatesIdeographs)
    }
    options.marksSecondText = className != "DistilBertTokenizer"
    if let inputs = settings["model_input_names"] {
      guard case .array(let names) = inputs.value else {
        throw inputs.file.invalid("model_input_names", found: inputs.value, expected: "a list of names")
      }
      options.marksSecondText = names.contains(.string("token_type_ids"))
    }
  }
}
