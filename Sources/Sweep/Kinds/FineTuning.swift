/// A fine-tuning: its snapshots and its final model are written into the cell's folder.
public struct FineTuningWork: WorkOfKind {
  /// The kind.
  public static let kind = Work.Kind.fineTuning
  /// The part of a sweep that progress counts it with.
  public static let phase = Phase.fineTuning

  /// The cell.
  public let cell: Cell

  /// The fine-tuning of a cell.
  public init(_ cell: Cell) { self.cell = cell }

  /// What a person calls it.
  public var name: String { cell.name }
  /// The units whose outcomes or files it reads.
  public var needs: [Identity] { [] }
  /// The models whose files it reads.
  public var models: [ModelState] { [] }
  /// How many threads share it.
  public var threads: Int { cell.recipe.threads }

  /// What it measures.
  public indirect enum Figure: FigureName {
    /// Optimiser steps, and examples of both sets; those of them that were cut to the recipe's length.
    case steps, trainExamples, devExamples, trainTruncated, devTruncated
    /// What always answering with the most frequent class scores in the task's main metric.
    case majorityBaseline
    /// 1 where the main metric is not above that, else 0.
    case isDegenerate
    /// The mean loss of an epoch's steps, and the loss of all dev rows after it.
    case trainingLoss, devLoss
    /// A metric on all dev rows.
    case dev(metric: String)
    /// One of the three before, after an epoch, counted from 1; without an epoch it is of the last one.
    case epoch(Int, Figure)

    /// As the ledger has it.
    public var text: String {
      switch self {
      case .steps: "steps"
      case .trainExamples: "train_examples"
      case .devExamples: "dev_examples"
      case .trainTruncated: "train_truncated"
      case .devTruncated: "dev_truncated"
      case .majorityBaseline: "majority_baseline"
      case .isDegenerate: "degenerate"
      case .trainingLoss: "training_loss"
      case .devLoss: "dev_loss"
      case .dev(let metric): "dev_\(metric)"
      case .epoch(let number, let figure): "epoch.\(number).\(figure.text)"
      }
    }
  }
}

extension Figures<FineTuningWork.Figure> {
  /// The names of what is measured of a cell as a whole, ascending.
  public var names: [String] { record.names.filter { !$0.hasPrefix("epoch.") } }
  /// The names of what is measured after each epoch, ascending.
  public var epochNames: [String] {
    Set(record.names.compactMap { $0.split(separator: ".", maxSplits: 2).dropFirst(2).first.map(String.init) }).sorted()
  }
}

/// What makes two fine-tunings the same. What each kind's form leaves out, such as names, costs, and the size of the machine,
/// changes no bit; what a unit builds on enters by its identity.
private struct CellForm: Encodable {
  let kind = Work.Kind.fineTuning
  let environment: NumericEnvironment
  let model: Identity
  let task: TaskForm
  let trainFile: Identity
  let devFile: Identity
  let headSeed: Int
  let orderSeed: Int
  let initialisation: Initialisation
  let initialisationSeed: Int
  let recipe: Recipe
}

/// Plans the cells, the most costly first.
enum FineTuningPlanner: Planner {
  static func count(_ builder: PlanBuilder) throws -> [(section: SweepSection, units: Double)] {
    // Also where nothing follows them: they are files.
    for kind in builder.sweep.grid.allKinds { _ = try builder.snapshotCount(kind) }
    return [(.seeds, Double(builder.sweep.grid.cellNames.count))]
  }

  static func add(to builder: inout PlanBuilder) throws {
    var fineTunings: [WorkUnit] = []
    for task in builder.sweep.tasks.map(\.name) {
      let facts = try builder.known(task).facts
      var plain: Set<Identity> = []
      for (initialisation, variant) in builder.sweep.grid.kinds(of: task) {
        for seed in builder.sweep.seeds {
          let cell = try makeCell(task, initialisation, variant, seed, builder)
          // A variant that changes nothing would be the plain cell under another name.
          if !plain.insert(cell.id).inserted, let variant { throw SweepError.sameVariant(variant, task: task) }
          builder.keep(cell)
          fineTunings.append(
            WorkUnit(
              id: cell.id, work: .fineTuning(FineTuningWork(cell)), cost: builder.costs.fineTuning(cell.recipe, facts)))
        }
      }
    }
    // Equal costs keep the order of the sweep file.
    let order = fineTunings.indices.sorted { (-fineTunings[$0].cost, $0) < (-fineTunings[$1].cost, $1) }
    for index in order { builder.add(fineTunings[index]) }
  }

  private static func makeCell(
    _ task: String, _ initialisation: Initialisation, _ variant: String?, _ seed: Seed, _ builder: PlanBuilder
  ) throws -> Cell {
    let (form, facts) = try builder.known(task)
    let recipe = try builder.recipe((task, initialisation, variant))
    let id = try Identity(
      of: CellForm(
        environment: builder.inputs.environment, model: builder.inputs.model.hash, task: form,
        trainFile: facts.trainHash, devFile: facts.devHash, headSeed: seed.head, orderSeed: seed.order,
        initialisation: initialisation, initialisationSeed: builder.sweep.initialisationSeed,
        recipe: recipe.keepingBits))
    return Cell(
      id: id, task: task, variant: variant, headSeed: seed.head, orderSeed: seed.order, initialisation: initialisation,
      initialisationSeed: builder.sweep.initialisationSeed, recipe: recipe)
  }
}

extension Costs {
  /// Forward and backward of every example, AdamW's 8 passes per step, and an evaluation of the dev rows per epoch.
  fileprivate func fineTuning(_ recipe: Recipe, _ task: TaskFacts) -> Double {
    let trainRows = recipe.trainRows ?? task.trainRows
    let (epochs, rows) = (Double(recipe.epochs), Double(trainRows))
    return forward((recipe.recompute ? 4 : 3) * epochs * rows + epochs * Double(task.devRows), task)
      + vectors(8) * Double(recipe.steps(examples: trainRows))
  }
}
