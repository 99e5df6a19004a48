internal import Diagnostics
internal import JSONReader

/// A token as a file describes it, with what is still open.
private struct TokenSetting {
  var content: String
  /// Nil: a special token is searched for in the raw text, any other in the normalised text.
  var normalized: Bool?
  var isSpecial = true
  var isSingleWord = false
  var stripsLeft = false
  var stripsRight = false

  /// - Parameter isNamed: whether a setting such as `mask_token` names it, which makes it special.
  func token(isNamed: Bool) -> AddedToken {
    AddedToken(
      content: content, normalized: normalized ?? !(isSpecial || isNamed), isSingleWord: isSingleWord,
      stripsLeft: stripsLeft, stripsRight: stripsRight)
  }
}

/// A token with the id stated by a file.
private struct StatedToken {
  let id: Int32
  let setting: TokenSetting
  let file: SettingsFile
}

extension SettingsFile {
  /// Reads a token: a string, which is a special token, or an object with spelling and flags.
  fileprivate func token(_ json: JSON, key: String, isSpecial: Bool) throws -> TokenSetting {
    if case .string(let content) = json { return TokenSetting(content: content) }
    guard case .string(let content) = json["content"] else {
      throw invalid(key, found: json, expected: "a token: a string, or an object with its content")
    }
    func flag(_ name: String) throws -> Bool? {
      guard let value = json[name] else { return nil }
      guard case .bool(let flag) = value else {
        throw invalid("\(name) of \(content.shortened.debugDescription)", found: value, expected: "true or false")
      }
      return flag
    }
    return TokenSetting(
      content: content, normalized: try flag("normalized"), isSpecial: try flag("special") ?? isSpecial,
      isSingleWord: try flag("single_word") ?? false, stripsLeft: try flag("lstrip") ?? false,
      stripsRight: try flag("rstrip") ?? false)
  }
}

extension TokenizerFiles {
  /// The special tokens, and all tokens that are searched for in text, with their ids.
  func tokens(_ vocabulary: Vocabulary) throws -> (Options, AddedVocabulary) {
    let (options, named) = try namedTokens(vocabulary)
    let spellings = Set(named.map { Array($0.setting.content.utf8) })
    var added = AddedVocabulary(vocabulary)
    // The backend adds its own tokens first. The others repeat them or change their flags.
    for stated in try (takesBackendSettings ? backendTokens() : []) + statedTokens() {
      try add(stated, isNamed: spellings.contains(Array(stated.setting.content.utf8)), to: &added)
    }
    let before = added
    for (role, setting) in try named + extraTokens() where !before.has(setting.content) && !setting.content.isEmpty {
      guard added.id(of: setting.content) != nil else {
        throw TokenizationError.specialTokenMissing(role: role, token: setting.content, vocabulary: vocabularyFile)
      }
      added.add(setting.token(isNamed: spellings.contains(Array(setting.content.utf8))))
    }
    if takesBackendSettings { try checkFrame(options, added) }
    return (options, added)
  }

  /// Adds a token if it gets the stated id and the embedding has a row for that id.
  private func add(_ stated: StatedToken, isNamed: Bool, to added: inout AddedVocabulary) throws {
    let content = stated.setting.content
    if content.isEmpty { return }
    if let rows, stated.id >= rows {
      throw TokenizationError.idBeyondEmbedding(file: stated.file.path, token: content, id: Int(stated.id), rows: rows)
    }
    let known = added.id(of: content)
    let given = known.map { Int($0) } ?? added.nextID
    guard given == stated.id else {
      throw TokenizationError.addedTokenID(
        file: stated.file.path, token: content, stated: Int(stated.id), given: given)
    }
    // If ids have gaps or tokens occur twice, an added token may get the id of another token.
    if known == nil, given < added.vocabulary.size, let other = added.vocabulary.token(of: stated.id) {
      throw TokenizationError.tokensCollide(
        file: stated.file.path, first: other, second: content, shared: "the id \(given)")
    }
    added.add(stated.setting.token(isNamed: isNamed))
  }

  /// The added tokens in `tokenizer.json`, in its order.
  private func backendTokens() throws -> [StatedToken] {
    switch tokenizer["added_tokens"] {
    case nil, .null: return []
    case .array(let tokens):
      return try tokens.map { json in
        let setting = try tokenizer.token(json, key: "added_tokens", isSpecial: false)
        let key = "added_tokens: id of \(setting.content.shortened.debugDescription)"
        return StatedToken(id: try tokenizer.id(json["id"] ?? .null, key: key), setting: setting, file: tokenizer)
      }
    case let other: throw tokenizer.invalid("added_tokens", found: other, expected: "a list of tokens")
    }
  }

  /// The added tokens in the order of their ids. Newer directories list all of them in the configuration; older ones
  /// spread them over the other files.
  private func statedTokens() throws -> [StatedToken] {
    var tokens: [Int32: StatedToken] = [:]
    func state(_ token: StatedToken) throws {
      if let other = tokens.updateValue(token, forKey: token.id),
        !other.setting.content.utf8.elementsEqual(token.setting.content.utf8)
      {
        throw TokenizationError.tokensCollide(
          file: token.file.path, first: other.setting.content, second: token.setting.content,
          shared: "the id \(token.id)")
      }
    }
    let key = "added_tokens_decoder"
    if let decoder = configuration[key] {
      guard case .object = decoder else {
        throw configuration.invalid(key, found: decoder, expected: "an object from ids to tokens")
      }
      for member in decoder.members {
        guard let id = Int32(member.key), id >= 0, !member.key.hasPrefix("+") else {
          throw configuration.invalid(
            key, found: .string(member.key), expected: "ids from 0 to \(Int32.max) as its keys")
        }
        guard case .object = member.value else {
          throw configuration.invalid("\(key).\(id)", found: member.value, expected: "an object with a token's content")
        }
        let setting = try configuration.token(member.value, key: "\(key).\(id)", isSpecial: false)
        try state(StatedToken(id: id, setting: setting, file: configuration))
      }
    } else {
      let special = try spellingsCalledSpecial()
      for member in addedTokens.members {
        let isSpecial = special.contains(Array(member.key.utf8))
        let setting = TokenSetting(content: member.key, normalized: !isSpecial, isSpecial: isSpecial)
        let id = try addedTokens.id(member.value, key: member.key.shortened.debugDescription)
        try state(StatedToken(id: id, setting: setting, file: addedTokens))
      }
      for token in try backendTokens() { try state(token) }
    }
    return tokens.values.sorted { $0.id < $1.id }
  }

  /// The special tokens that the settings spell out, which decides how tokens in `added_tokens.json` are searched for.
  /// Tokens given as objects count only in `special_tokens_map.json`, and further tokens there only under the newer
  /// key.
  private func spellingsCalledSpecial() throws -> Set<[UInt8]> {
    var spellings: Set<[UInt8]> = []
    func take(_ json: JSON?, from file: SettingsFile) {
      switch json {
      case .string(let content): spellings.insert(Array(content.utf8))
      case .object:
        guard file.path == specialTokensMap.path, case .string(let content) = json?["content"] else { return }
        spellings.insert(Array(content.utf8))
      default: break
      }
    }
    for name in Self.names {
      if let entry = settings[name] { take(entry.value, from: entry.file) }
    }
    let extra = specialTokensMap["extra_special_tokens"]
    let isOfOlderKey = extra == nil && settings["extra_special_tokens"]?.file.path == specialTokensMap.path
    if let entry = settings["extra_special_tokens"], !isOfOlderKey, case .array(let tokens) = entry.value {
      for token in tokens { take(token, from: entry.file) }
    }
    return spellings
  }

  /// The tokens with a role, and the options that name them.
  private func namedTokens(_ vocabulary: Vocabulary) throws -> (Options, [(role: String, setting: TokenSetting)]) {
    var roles: [String: TokenSetting] = [:]
    var further: [(role: String, setting: TokenSetting)] = []
    for key in settings.keys where key.hasSuffix("_token") {
      guard let entry = settings[key] else { continue }
      let isStandard = Self.names.contains(key)
      switch entry.value {
      case .string: break
      case .null where ["unk_token", "cls_token", "sep_token"].contains(key) && !takesBackendSettings:
        throw entry.file.unsupported(key, found: .null, expected: "a token")
      case .null: continue
      case .object where isStandard || entry.value["__type"] == .string("AddedToken"): break
      case _ where isStandard:
        throw entry.file.invalid(key, found: entry.value, expected: "a token: a string, or an object with its content")
      default: continue
      }
      let setting = try entry.file.token(entry.value, key: key, isSpecial: true)
      if isStandard { roles[key] = setting } else { further.append((key, setting)) }
    }
    let keyed = try keyedTokens.map {
      (role: "extra_special_tokens", setting: try $0.file.token($0.value, key: "extra_special_tokens", isSpecial: true))
    }
    var options = Options()
    if takesBackendSettings {
      try nameBackendTokens(&options, &roles, vocabulary)
    } else {
      for (role, token) in options.specialTokens where roles[role] == nil && settings[role] == nil {
        roles[role] = TokenSetting(content: token)
      }
      options.unknownToken = roles["unk_token"]?.content ?? options.unknownToken
      options.classifierToken = roles["cls_token"]?.content ?? options.classifierToken
      options.separatorToken = roles["sep_token"]?.content ?? options.separatorToken
      options.maskToken = roles["mask_token"]?.content
    }
    options.paddingToken = roles["pad_token"]?.content
    return (options, Self.names.compactMap { role in roles[role].map { (role, $0) } } + further + keyed)
  }

  /// `tokenizer.json` names the unknown token and the tokens around a text; the others have no default.
  private func nameBackendTokens(
    _ options: inout Options, _ roles: inout [String: TokenSetting], _ vocabulary: Vocabulary
  ) throws {
    guard let unknown = try tokenizer.string("model.unk_token") else {
      throw tokenizer.invalid("model.unk_token", found: tokenizer["model.unk_token"], expected: "a token")
    }
    options.unknownToken = unknown
    let frame = try frame()
    (options.classifierToken, options.separatorToken) = (frame.classifier.token, frame.separator.token)
    if settings["pad_token"] == nil, let padding = try tokenizer.string("padding.pad_token") {
      roles["pad_token"] = TokenSetting(content: padding)
    }
    let mask = roles["mask_token"]?.content
    options.maskToken = mask ?? options.maskToken.flatMap { vocabulary.id(of: $0) == nil ? nil : $0 }
  }

  /// Further special tokens, without a role.
  private func extraTokens() throws -> [(role: String, setting: TokenSetting)] {
    let key = "extra_special_tokens"
    guard let entry = settings[key] else { return [] }
    switch entry.value {
    case .null: return []
    case .array(let tokens):
      let isSpecial = entry.file.path == specialTokensMap.path
      return try tokens.map { (key, try entry.file.token($0, key: key, isSpecial: isSpecial)) }
    default: throw entry.file.invalid(key, found: entry.value, expected: "a list of tokens")
    }
  }
}

extension TokenizerFiles {
  private typealias Frame = (classifier: (token: String, id: Int32), separator: (token: String, id: Int32))

  /// The tokens that `tokenizer.json` puts around one text and around two.
  private func frame() throws -> Frame {
    let part = "post_processor"
    if try tokenizer.string("\(part).type") == "BertProcessing" {
      func token(_ key: String) throws -> (String, Int32) {
        guard case .array(let pair) = tokenizer["\(part).\(key)"], pair.count == 2, case .string(let token) = pair[0]
        else {
          throw tokenizer.invalid("\(part).\(key)", found: tokenizer["\(part).\(key)"], expected: "a token and its id")
        }
        return (token, try tokenizer.id(pair[1], key: "\(part).\(key)"))
      }
      return (try token("cls"), try token("sep"))
    }
    func piece(_ kind: String, _ name: String, _ segment: Int) -> JSON {
      let members: [JSON.Member] = [
        .init(key: "id", value: .string(name)), .init(key: "type_id", value: .number(.init(segment))),
      ]
      return .object([.init(key: kind, value: .object(members))])
    }
    func names(_ form: String, _ count: Int) throws -> [JSON] {
      guard case .array(let parts) = tokenizer["\(part).\(form)"], parts.count == count else {
        throw tokenizer.unsupported("\(part).\(form)", expected: "a list of \(count): [CLS], [SEP] and the texts")
      }
      return parts
    }
    let (single, pair) = (try names("single", 3), try names("pair", 5))
    guard case .string(let classifier) = single[0]["SpecialToken"]?["id"],
      case .string(let separator) = single[2]["SpecialToken"]?["id"]
    else { throw tokenizer.unsupported("\(part).single", expected: "[CLS], the text and [SEP]") }
    let one = [piece("SpecialToken", classifier, 0), piece("Sequence", "A", 0), piece("SpecialToken", separator, 0)]
    let two = one + [piece("Sequence", "B", 1), piece("SpecialToken", separator, 1)]
    for (form, parts, expected) in [("single", single, one), ("pair", pair, two)] where parts != expected {
      throw tokenizer.unsupported(
        "\(part).\(form)", expected: "[CLS], the texts and [SEP] after each, of segment 0 and then 1")
    }
    func id(_ token: String) throws -> (String, Int32) {
      let key = "\(part).special_tokens[\(token.shortened.debugDescription)].ids"
      let ids = tokenizer["\(part).special_tokens"]?[token]?["ids"]
      guard case .array(let list) = ids, list.count == 1 else {
        throw tokenizer.unsupported(key, found: ids, expected: "a list of one id")
      }
      return (token, try tokenizer.id(list[0], key: key))
    }
    return (try id(classifier), try id(separator))
  }

  /// Rejects a frame whose ids differ from those of its tokens.
  private func checkFrame(_ options: Options, _ added: AddedVocabulary) throws {
    let frame = try frame()
    for (token, id) in [frame.classifier, frame.separator] {
      guard let known = added.id(of: token), known != id else { continue }
      throw tokenizer.unsupported(
        "post_processor: id of \(token.shortened.debugDescription)", found: .number(.init(Int(id))),
        expected: "\(known), as in the vocabulary")
    }
  }
}
