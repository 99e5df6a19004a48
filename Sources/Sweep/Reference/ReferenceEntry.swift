/// A key of the reference as programs read it.
public struct ReferenceEntry: Sendable, Encodable {
  /// The section that lists it.
  public let section: String
  /// The key.
  public let key: String
  /// What a value is, in words.
  public let type: String
  /// What a number counts.
  public let unit: String?
  /// Whether the key must be there.
  public let required: Bool
  /// What stands for an absent key, in YAML; nil where that depends on other keys, or is nothing.
  public let `default`: String?
  /// The lowest number, or the number that values are above.
  public let minimum: Double?
  /// The highest number.
  public let maximum: Double?
  /// Whether `minimum` itself is refused.
  public let exclusiveMinimum: Bool
  /// The words that are taken; where `contains` names a section, a mapping is too.
  public let choices: [String]?
  /// The section of the mapping, or of each mapping of the list.
  public let contains: String?
  /// The values that are taken, in words.
  public let range: String
  /// What the key says.
  public let meaning: String

  /// The entries of some sections, in their order.
  public static func all(of sections: [SweepSection] = SweepSection.all) -> [ReferenceEntry] {
    sections.flatMap { section in section.keys.map { ReferenceEntry($0.name, $0.declaration, in: section) } }
  }

  private init(_ name: String, _ declaration: KeyDeclaration, in section: SweepSection) {
    self.section = section.name
    key = name
    (type, unit) = (declaration.form.type, declaration.unit)
    (range, meaning) = (declaration.range, declaration.meaning)
    contains = declaration.form.section?.name
    if case .required = declaration.fallback { required = true } else { required = false }
    if case .value(let yaml) = declaration.fallback { `default` = yaml } else { `default` = nil }
    switch declaration.form {
    case .integer(let range):
      (minimum, maximum) = (Double(range.lowerBound), range.upperBound == .max ? nil : Double(range.upperBound))
      (exclusiveMinimum, choices) = (false, nil)
    case .number(let range, let excludingLowest):
      (minimum, maximum, exclusiveMinimum, choices) = (range.lowerBound, range.upperBound, excludingLowest, nil)
    case .choice(let words), .choices(let words), .wordOrMapping(let words, _):
      (minimum, maximum, exclusiveMinimum, choices) = (nil, nil, false, words)
    default: (minimum, maximum, exclusiveMinimum, choices) = (nil, nil, false, nil)
    }
  }
}
