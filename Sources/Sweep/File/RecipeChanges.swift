/// What a sweep file says of a recipe; nil where it says nothing.
public struct RecipeChanges: Sendable, Hashable, Encodable {
  /// ``Recipe/epochs``
  public let epochs: Int?
  /// ``Recipe/batch``
  public let batch: Int?
  /// ``Recipe/learningRate``
  public let learningRate: Double?
  /// ``Recipe/warmup``
  public let warmup: Double?
  /// ``Recipe/weightDecay``
  public let weightDecay: Double?
  /// ``Recipe/maxLength``
  public let maxLength: Int?
  /// ``Recipe/trainRows``
  public let trainRows: Int?
  /// ``Recipe/threads``
  public let threads: Int?
  /// ``Recipe/precision``
  public let precision: Precision?
  /// ``Recipe/microBatch``
  public let microBatch: Int?
  /// ``Recipe/recompute``
  public let recompute: Bool?
  /// ``Recipe/snapshots``
  public let snapshots: Snapshots?
  /// ``Recipe/freeze``
  public let freeze: [String]?
  /// ``Recipe/freezeQueryKey``
  public let freezeQueryKey: [String]?
  /// ``Recipe/layerDecay``
  public let layerDecay: Double?
  /// ``Recipe/reinitialise``
  public let reinitialise: Int?

  typealias CodingKeys = Recipe.CodingKeys

  init(_ value: YAMLValue) throws {
    let keys = try value.mapping(CodingKeys.self)
    epochs = try keys.integer(.epochs)
    batch = try keys.integer(.batch)
    learningRate = try keys.number(.learningRate)
    warmup = try keys.number(.warmup)
    weightDecay = try keys.number(.weightDecay)
    maxLength = try keys.integer(.maxLength)
    trainRows = try keys.integer(.trainRows)
    threads = try keys.integer(.threads)
    precision = try keys[.precision]?.implementedChoice()
    microBatch = try keys.integer(.microBatch)
    recompute = try keys[.recompute]?.boolean()
    snapshots = try keys[.snapshots].map(Self.snapshots)
    freeze = try keys[.freeze].map { try LayerGroup.names($0, mayBeEmpty: true) }
    freezeQueryKey = try keys[.freezeQueryKey].map { try LayerGroup.names($0, mayBeEmpty: true) }
    layerDecay = try keys.number(.layerDecay)
    reinitialise = try keys.integer(.reinitialise)
  }

  enum SnapshotKeys: String, CodingKey, CaseIterable {
    case every
  }

  /// How the interval of snapshots is written.
  static let interval = "an interval such as '0.5 epochs', '100 steps' or 'none'"

  private static func snapshots(_ value: YAMLValue) throws -> Snapshots {
    let every = try value.mapping(SnapshotKeys.self).value(.every)
    guard let snapshots = Snapshots(try every.text(interval)) else { throw every.wrong(interval) }
    return snapshots
  }
}

extension Recipe {
  /// This recipe with the changes made.
  func applying(_ changes: RecipeChanges?) -> Recipe {
    guard let changes else { return self }
    var recipe = self
    recipe.epochs = changes.epochs ?? epochs
    recipe.batch = changes.batch ?? batch
    recipe.learningRate = changes.learningRate ?? learningRate
    recipe.warmup = changes.warmup ?? warmup
    recipe.weightDecay = changes.weightDecay ?? weightDecay
    recipe.maxLength = changes.maxLength ?? maxLength
    recipe.trainRows = changes.trainRows ?? trainRows
    recipe.threads = changes.threads ?? threads
    recipe.precision = changes.precision ?? precision
    recipe.microBatch = changes.microBatch ?? microBatch
    recipe.recompute = changes.recompute ?? recompute
    recipe.snapshots = changes.snapshots ?? snapshots
    recipe.freeze = changes.freeze ?? freeze
    recipe.freezeQueryKey = changes.freezeQueryKey ?? freezeQueryKey
    recipe.layerDecay = changes.layerDecay ?? layerDecay
    recipe.reinitialise = changes.reinitialise ?? reinitialise
    return recipe
  }
}
