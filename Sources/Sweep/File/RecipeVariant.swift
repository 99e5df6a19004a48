/// Cells beside the plain ones: the same tasks, starts and seeds by a recipe that differs.
public struct RecipeVariant: Sendable, Hashable, Encodable {
  /// Its name, part of its cells' names.
  public let name: String
  /// The tasks that have it. Default: all of the sweep.
  public let tasks: [String]
  /// The initialisations that have it. Default: all of the sweep.
  public let initialisations: [Initialisation]
  /// What differs from the recipe that the cells would have without it.
  public let recipe: RecipeChanges

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, tasks, initialisations, recipe
  }

  init(_ value: YAMLValue, tasks known: [String], initialisations starts: [Initialisation]) throws {
    let keys = try value.mapping(CodingKeys.self)
    let nameValue = try keys.value(.name)
    name = try nameValue.fileName()
    guard !([CellGrid.plain] + known + Initialisation.allCases.map(\.rawValue)).contains(name) else {
      throw nameValue.wrong("a name that no task or initialisation has, and not \(CellGrid.plain)")
    }
    tasks = try keys[.tasks]?.list(of: "tasks", distinctBy: \.self) { try $0.task(of: known) } ?? known
    initialisations =
      try keys[.initialisations]?.list(of: "initialisations", distinctBy: \.self) { try $0.initialisation(of: starts) }
      ?? starts
    recipe = try RecipeChanges(keys.value(.recipe))
  }
}

extension RecipeVariant.CodingKeys: SectionKey {
  static var section: SweepSection { .variants }

  var declaration: KeyDeclaration {
    switch self {
    case .name:
      .init(
        .name, default: .required("a name"), bound: "not `plain`, no task or initialisation",
        "of the variant, part of its cells' names")
    case .tasks: .init(.list(of: "tasks"), default: .described("all"), bound: "tasks of the sweep", "which have it")
    case .initialisations:
      .init(
        .list(of: "initialisations"), default: .described("all"), bound: "initialisations of the sweep", "which have it"
      )
    case .recipe:
      .init(
        .mapping(.recipe), default: .required("what differs, such as {epochs: 20}"),
        "what differs from the recipe that the cells would have without it, `recipes` included")
    }
  }
}
