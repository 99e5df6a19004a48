/// Optimiser, schedule and shapes of one fine-tuning; all that changes a bit of it beside model, task and seeds.
///
/// The coding keys are the keys of the sweep file, and ``CodingKeys/row`` is the one table of them: type, default, range, meaning,
/// how a value is read and merged. Source of the defaults: METHODS, section 8.
public struct Recipe: Sendable, Hashable, Codable {
  /// Passes over the training rows.
  public var epochs = 3
  /// Examples per optimiser step; the last step of an epoch may have fewer.
  public var batch = 32
  /// Examples whose gradients are computed at once, at most `batch`; nil: the batch.
  public var microBatch: Int?
  /// The highest learning rate.
  public var learningRate = 5e-5
  /// The part of all steps in which the rate rises.
  public var warmup = 0.1
  /// AdamW's decay of weights; biases and LayerNorm have none.
  public var weightDecay = 0.01
  /// The norm that gradients are clipped to; nil: they are not.
  public var maxGradNorm: Double? = 1
  /// Tokens that a sequence is cut to.
  public var maxLength = 128
  /// The first rows of the training file that are used; nil: all. In a plan's cells it is the number of rows there are.
  public var trainRows: Int?
  /// Threads of a unit: their number changes last bits.
  public var threads = 1
  /// Whether backward passes compute layers again in place of keeping their inner activations: less memory, same bits.
  public var recompute = false
  /// Numbers that matrix products are computed in.
  public var precision = Precision.fp32
  /// When parameters are kept on the way.
  public var snapshots = Snapshots.none
  /// Parts that stay as they start, as layer groups (``LayerGroup/expected``). In a plan's cells each part by itself.
  public var freeze: [String] = []
  /// Layers whose query and key stay as they start, likewise.
  public var freezeQueryKey: [String] = []
  /// The factor on the learning rate from each layer to the one below; 1: all learn alike.
  public var layerDecay = 1.0
  /// How many of the top layers, and the pooler with them, start from random parameters.
  public var reinitialise = 0

  /// The default recipe.
  public init() {}

  enum CodingKeys: String, CodingKey, CaseIterable {
    case epochs, batch
    case microBatch = "micro_batch"
    case learningRate = "learning_rate"
    case warmup
    case weightDecay = "weight_decay"
    case maxGradNorm = "max_grad_norm"
    case maxLength = "max_length"
    case trainRows = "train_rows"
    case threads, recompute, precision, snapshots, freeze
    case freezeQueryKey = "freeze_query_key"
    case layerDecay = "layer_decay"
    case reinitialise
  }
}

extension Recipe.CodingKeys: SectionKey {
  static var section: SweepSection { .recipe }
  var declaration: KeyDeclaration { row.declaration }

  /// The table: one row a key.
  var row: RecipeRow {
    switch self {
    case .epochs: .integer(\.epochs, 1...1000, unit: "passes", "over the training rows")
    case .batch: .integer(\.batch, 1...65_536, unit: "examples", "of an optimiser step")
    case .microBatch:
      .integer(
        \.microBatch, 1...65_536, unit: "examples", default: "`batch`", bound: "at most `batch`",
        "of a forward and backward pass; gradients accumulate. Less memory, other last bits")
    case .learningRate: .number(\.learningRate, 0...1, excludingLowest: true, "the highest")
    case .warmup: .number(\.warmup, 0...1, unit: "share of all steps", "in which the rate rises")
    case .weightDecay:
      .number(\.weightDecay, 0...1, "AdamW's decay of matrices; biases and LayerNorm have none")
    case .maxGradNorm:
      RecipeRow(
        \.maxGradNorm,
        .init(
          .described("number"), default: .value("1.0"), bound: "above 0, at most 1e9; or `none`",
          "gradients of a greater norm are scaled down to it, all parameters together; the Trainer's max_grad_norm")
      ) { value in
        value.isText("none") ? nil : try value.number(0...1e9, excludingLowest: true)
      }
    case .maxLength:
      .integer(
        \.maxLength, 4...16_384, unit: "tokens", bound: "at most the model's positions",
        "of an example, special tokens included; longer ones are cut")
    case .trainRows:
      .integer(
        \.trainRows, 1...(.max), unit: "rows", default: "all",
        "the first rows of the training file; a shorter file gives all it has")
    case .threads:
      .integer(
        \.threads, 1...1024, unit: "threads",
        "of a unit, for models too large for a rank per core. Ranks x threads should not exceed the cores. Other last bits"
      )
    case .recompute:
      RecipeRow(
        \.recompute,
        .init(
          .boolean, default: .of(Recipe().recompute),
          "backward passes compute layers again in place of keeping their inner activations. Less memory, a third more "
            + "operations, same bits")
      ) { try $0.boolean() }
    case .precision:
      RecipeRow(
        \.precision,
        .init(
          .choice(Precision.self), default: .of(Recipe().precision), "numbers that matrix products are computed in")
      ) { try $0.implementedChoice() }
    case .snapshots:
      RecipeRow(
        \.snapshots,
        .init(
          .mapping(.snapshots), default: .value("{every: \(Recipe().snapshots)}"),
          "keeps the parameters on the way, each time the size of the model; trajectories, dynamics and surfaces along a "
            + "trajectory need them")
      ) { try Snapshots($0) }
    case .freeze:
      .groups(\.freeze, bound: "see `curves`", "parts of the encoder that stay as they start")
    case .freezeQueryKey:
      .groups(
        \.freezeQueryKey, bound: "see `curves`; groups with layers",
        "layers whose query and key weights and biases stay as they start")
    case .layerDecay:
      .number(
        \.layerDecay, 0...1, excludingLowest: true, unit: "factor",
        "on the learning rate, from each layer to the one below")
    case .reinitialise:
      .integer(
        \.reinitialise, 0...1000, unit: "layers", bound: "at most the model's layers",
        "that many top layers, and the pooler, start from random parameters")
    }
  }
}
