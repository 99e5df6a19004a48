/// A mapping whose keys are the cases of `Key`; any other key is an error.
struct YAMLMapping<Key: SectionKey> {
  /// Where the mapping stands.
  let place: SweepError.KeyPlace
  private var values: [Key: YAMLValue] = [:]

  /// The value of a key; nil when the key is absent.
  subscript(key: Key) -> YAMLValue? { values[key] }

  /// The value of a key; of an absent one the declared default.
  ///
  /// - Throws: ``SweepError/missingKey(_:expected:)`` for a key that is absent and has none.
  func value(_ key: Key) throws -> YAMLValue {
    if let value = values[key] { return value }
    switch key.declaration.fallback {
    case .value(let yaml): return try YAMLValue(document: try YAMLText(yaml, file: place.file), file: place.file)
    case .required(let expected), .described(let expected):
      throw SweepError.missingKey(place.of(key.stringValue), expected: expected)
    }
  }

  /// The whole number that a key gives, within the declared range; nil when the key is absent.
  func integer(_ key: Key) throws -> Int? {
    guard case .integer(let range) = key.declaration.form else {
      preconditionFailure("\(key) is not declared as a whole number")
    }
    return try values[key]?.integer(range)
  }

  /// The number that a key gives, within the declared range; nil when the key is absent.
  func number(_ key: Key) throws -> Double? {
    guard case .number(let range, let excludingLowest) = key.declaration.form else {
      preconditionFailure("\(key) is not declared as a number")
    }
    return try values[key]?.number(range, excludingLowest: excludingLowest)
  }

  /// - Parameter others: keys that belong to the mapping too, and are read elsewhere.
  fileprivate init(_ value: YAMLValue, beside others: [String] = []) throws {
    place = value.place
    for (name, value) in try value.entries() where !others.contains(name) {
      guard let key = Key.allCases.first(where: { $0.stringValue == name }) else {
        throw SweepError.unknownKey(value.place, known: Key.allCases.map(\.stringValue) + others)
      }
      values[key] = value.within(key.declaration.form.section)
    }
  }
}

extension YAMLValue {
  /// This value as a mapping with the keys of `Key`.
  func mapping<Key: SectionKey>(_ keys: Key.Type) throws -> YAMLMapping<Key> {
    try YAMLMapping(within(Key.section))
  }

  /// This value as a mapping with the keys of both types, which have one section.
  func mappings<First: SectionKey, Second: SectionKey>(
    _ first: First.Type, _ second: Second.Type
  ) throws -> (YAMLMapping<First>, YAMLMapping<Second>) {
    func names<Key: SectionKey>(_ keys: Key.Type) -> [String] { keys.allCases.map(\.stringValue) }
    let value = within(First.section)
    return (try YAMLMapping(value, beside: names(second)), try YAMLMapping(value, beside: names(first)))
  }
}
