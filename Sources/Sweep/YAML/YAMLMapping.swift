/// A mapping whose keys are the cases of `Key`; any other key is an error.
struct YAMLMapping<Key: CodingKey & CaseIterable & Hashable> {
  /// Where the mapping stands.
  let place: SweepError.Place
  private var values: [Key: YAMLValue] = [:]

  /// The value of a key; nil when the key is absent.
  subscript(key: Key) -> YAMLValue? { values[key] }

  /// The value of a key that has no default.
  func required(_ key: Key, _ expected: String) throws -> YAMLValue {
    if let value = values[key] { return value }
    let path = place.key.isEmpty ? key.stringValue : "\(place.key).\(key.stringValue)"
    throw SweepError.missingKey(.init(file: place.file, line: place.line, key: path), expected: expected)
  }

  fileprivate init(_ value: YAMLValue) throws {
    place = value.place
    for (name, value) in try value.entries() {
      guard let key = Key.allCases.first(where: { $0.stringValue == name }) else {
        throw SweepError.unknownKey(value.place, known: Key.allCases.map(\.stringValue))
      }
      values[key] = value
    }
  }
}

extension YAMLValue {
  /// This value as a mapping with the keys of `Key`.
  func mapping<Key: CodingKey & CaseIterable & Hashable>(_ keys: Key.Type) throws -> YAMLMapping<Key> {
    try YAMLMapping(self)
  }
}
