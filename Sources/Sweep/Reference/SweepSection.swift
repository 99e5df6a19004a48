/// A mapping of a sweep file, as the reference describes it. Each is declared beside the type that it becomes; ``all`` lists them.
public struct SweepSection: Sendable, Hashable {
  /// What the reference, messages and `seedscape sweep-file` call it. A dot leads to a mapping within another one.
  public let name: String
  /// The keys that its parser accepts.
  let keyTypes: [any SectionKey.Type]
  /// What the section is about, in Markdown on one line.
  public let summary: String
  /// What its table leaves to say, in Markdown; nil: nothing.
  public let notes: String?

  init(_ name: String, _ keyTypes: any SectionKey.Type..., summary: String, notes: String? = nil) {
    (self.name, self.keyTypes, self.summary, self.notes) = (name, keyTypes, summary, notes)
  }

  /// What a message about it ends with: the command that lists its keys.
  public var pointer: String { "\(self == .sweep ? "keys" : "keys of \(name)"): seedscape sweep-file \(name)" }

  /// Its keys, in the order in which they are declared.
  public var keys: [(name: String, declaration: KeyDeclaration)] { keyTypes.flatMap { Self.declarations($0) } }

  private static func declarations<Key: SectionKey>(_ keys: Key.Type) -> [(String, KeyDeclaration)] {
    keys.allCases.map { ($0.rawValue, $0.declaration) }
  }

  /// By the name.
  public static func == (left: SweepSection, right: SweepSection) -> Bool { left.name == right.name }

  /// By the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
