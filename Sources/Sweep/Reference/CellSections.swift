// The sections that say what the cells of a sweep are.

extension SweepSection {
  /// The section `sweep`.
  public static let sweep = SweepSection(
    "sweep", SweepFile.CodingKeys.self, Requests.CodingKeys.self,
    summary: "The keys of the file itself.",
    notes: """
      Relative paths start in the sweep file's folder; those of `--model` and `--data` where the command is given. All seeds
      are whole numbers, 0 to \(KeyDeclaration.grouped(SweepFile.seedRange.upperBound)). A *name* is 1 to 64 letters, digits,
      `.`, `_` or `-`, a letter or a digit first. Anchors and aliases of YAML are read, whole numbers with leading zeros are not.

      A file has at most 1 MB, a list at most 1000 entries (seeds and labels 10 000), a plan at most \
      \(KeyDeclaration.grouped(Plan.mostUnits)) units of work, a fine-tuning at most \
      \(KeyDeclaration.grouped(Recipe.mostSnapshots)) snapshots.

      `curves`, `trajectories`, `rollback`, `curvature`, `dynamics` and `consistency` are about all cells unless their keys
      `tasks`, `initialisations`, `variants` and `seeds` choose. A choice that no cell meets is an error.
      """)

  /// The section `tasks`.
  public static let tasks = SweepSection(
    "tasks", CustomTask.CodingKeys.self,
    summary: "A list of names of GLUE tasks, and of mappings that describe tasks of your own.",
    notes: """
      ```yaml
      tasks:
        - SST-2
        - name: reviews
          train: reviews/train.csv
          dev: reviews/dev.csv
          columns: {text: review, label: stars}
      ```

      TSV is as GLUE has it: quotes are ordinary characters. CSV is as RFC 4180 has it. JSON lines are one object a line,
      texts strings, labels strings or numbers. Files are UTF-8. A row with another number of fields than the header is an
      error. Metrics are accuracy, with two classes f1 of the second too; for regression Pearson and Spearman.
      """)

  /// The section `tasks.columns`.
  public static let columns = SweepSection(
    "tasks.columns", CustomTask.Columns.CodingKeys.self,
    summary: "The columns of a task of your own.")

  /// The section `seeds`.
  public static let seeds = SweepSection(
    "seeds", SweepFile.SeedKeys.self,
    summary: "A cell has a head seed (task head, dropout masks) and an order seed (order of the rows).",
    notes: """
      | form | cells of each task |
      | --- | --- |
      | `{count: 3}` | head and order seed 0, 1, 2 together |
      | `[7, 11]` | head and order seed 7, and 11 |
      | `{head: [0, 1, 2], order: [0, 1]}` | every pair: six cells |

      There is a cell for each task, initialisation and seed, and there are those of the `variants`. All cells of a sweep
      share one theta0 per initialisation (and per number of layers that `reinitialise` draws).

      **Names of cells**, in tables and where a key wants a model: `MRPC-s0`; `MRPC-scratch-s0` from scratch; `MRPC-long-s0`
      of the variant `long`, `MRPC-long-scratch-s0` of both; `MRPC-h0-o1` where the two seeds differ.
      """)

  /// The section `recipe`.
  public static let recipe = SweepSection(
    "recipe", Recipe.CodingKeys.self,
    summary: "Optimiser, schedule and shapes of a fine-tuning.",
    notes: """
      The last four are interventions, mostly for `variants`. They combine.

      - What is **frozen** gets no step and no weight decay, and its gradient is not part of the norm that is clipped.
        Dropout stays on there. The task head cannot be frozen. Curves and surfaces from theta0 along a group that is frozen
        whole are refused.
      - **`layer_decay`** d multiplies the learning rate, and so the decay of weights: of n layers the l-th from 0 has
        d^(n - l), the top one d; the embeddings d^(n + 1); pooler and head 1. [Zhang et al. 2021, "Revisiting Few-sample
        BERT Fine-tuning"]
      - **`reinitialise`** draws the top layers and the pooler as `scratch` does, with the same numbers, keyed by
        `initialisation_seed`. theta0 of such a cell is what it starts from, new layers included. [Zhang et al. 2021]
      """)

  /// The section `recipe.snapshots`.
  public static let snapshots = SweepSection(
    "recipe.snapshots", Snapshots.Keys.self,
    summary: "When a fine-tuning's parameters are kept on the way.")

  /// The section `variants`.
  public static let variants = SweepSection(
    "variants", RecipeVariant.CodingKeys.self,
    summary: "A list of cells beside the plain ones, with the same seeds, by a recipe that differs.",
    notes: """
      ```yaml
      variants:
        - {name: long, initialisations: [pretrained], recipe: {epochs: 12}}
        - {name: new-top, tasks: [MRPC], recipe: {reinitialise: 2, snapshots: {every: none}}}
      ```

      A variant whose cells of some task are bit for bit those of the plain recipe, or of another variant, is an error.
      """)

  /// The section `subset`.
  public static let subset = SweepSection(
    "subset", Subset.CodingKeys.self,
    summary: "The examples that losses of points, snapshots and Hessians are taken on.")

  /// The section `on_failure`.
  public static let failure = SweepSection(
    "on_failure", FailurePolicy.CodingKeys.self,
    summary: "What happens after a unit has failed.")
}
