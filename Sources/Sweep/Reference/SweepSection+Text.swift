extension SweepSection {
  /// What the section is about, in Markdown on one line.
  public var summary: String {
    switch self {
    case .sweep: "The keys of the file itself."
    case .tasks: "A list of names of GLUE tasks, and of mappings that describe tasks of your own."
    case .columns: "The columns of a task of your own."
    case .seeds: "A cell has a head seed (task head, dropout masks) and an order seed (order of the rows)."
    case .recipe: "Optimiser, schedule and shapes of a fine-tuning."
    case .snapshots: "When a fine-tuning's parameters are kept on the way."
    case .variants: "A list of cells beside the plain ones, with the same seeds, by a recipe that differs."
    case .subset: "The examples that losses of points, snapshots and Hessians are taken on."
    case .curves:
      "A list of lines through the models of cells: one curve for each cell (pair of seeds, direction) and layer group of "
        + "an entry."
    case .line: "What lines lead along: a word, or a mapping with these keys."
    case .surfaces: "A list of planes; one surface for each layer group of an entry."
    case .plane: "What spans planes: a word, or a mapping with these keys."
    case .random: "Random directions around a final model, in `along` of `curves` and `surfaces`."
    case .trajectories:
      "A list. The path of every chosen fine-tuning through its snapshots: coordinates, and three evaluations of the "
        + "subset for each snapshot."
    case .rollback:
      "Every chosen cell's final model is evaluated on all dev rows with one part of it put back to theta0."
    case .curvature:
      "A list. The Hessian of the training loss on `subset.train` at final models, the head held, dropout off."
    case .probes:
      "A list of fixed samples of a task's texts. They run on the models that `dynamics` and `consistency` compare."
    case .dynamics:
      "Over time: each snapshot of a fine-tuning, and its final model, are compared with theta0. `dynamics: {}` has all "
        + "defaults."
    case .consistency:
      "Between final models; theta0 is always among them. `consistency: {}` has all defaults."
    case .gather: "The decompositions of hidden states are made wherever a rank is free and compared at rank 0."
    case .failure: "What happens after a unit has failed."
    }
  }

  /// What its table leaves to say, in Markdown; nil: nothing.
  public var notes: String? {
    switch self {
    case .sweep: Self.sweepNotes
    case .tasks: Self.taskNotes
    case .seeds: Self.seedNotes
    case .recipe: Self.recipeNotes
    case .variants:
      """
      ```yaml
      variants:
        - {name: long, initialisations: [pretrained], recipe: {epochs: 12}}
        - {name: new-top, tasks: [MRPC], recipe: {reinitialise: 2, snapshots: {every: none}}}
      ```

      A variant whose cells of some task are bit for bit those of the plain recipe, or of another variant, is an error.
      """
    case .curves: Self.curveNotes
    case .line: Self.lineNotes
    case .surfaces: Self.surfaceNotes
    case .plane: Self.planeNotes
    case .trajectories: "Every chosen cell must keep snapshots; principal coordinates need three."
    case .curvature:
      """
      It costs up to `steps` + `probes` products with the Hessian, each of four gradients of the training subset or more,
      and memory for `steps` vectors of the parameters. A model whose products do not settle as the step of the differences
      is halved fails with a message that gives their sizes: see <doc:Methods>, section 4.
      """
    case .probes: "Take many more rows than the model has channels: see <doc:Methods>, section 6."
    case .dynamics: Self.dynamicsNotes
    case .consistency:
      """
      A variant that one task alone has is left out between tasks. Between two models trained from scratch attention is
      compared by layer, not by head. Measures are those of `dynamics`.
      """
    case .gather:
      """
      One layer of one model takes up to 8 (3 N d + d^2 + d) + 4 N bytes, N rows and d channels, N >= d: 97 MB for 5000
      rows of 768 channels.
      """
    case .columns, .snapshots, .subset, .random, .rollback, .failure: nil
    }
  }

  private static let sweepNotes = """
    Relative paths start in the sweep file's folder; those of `--model` and `--data` where the command is given. All seeds
    are whole numbers, 0 to \(KeyDeclaration.grouped(SweepFile.seedRange.upperBound)). A *name* is 1 to 64 letters, digits,
    `.`, `_` or `-`, a letter or a digit first. Anchors and aliases of YAML are read, whole numbers with leading zeros are not.

    A file has at most 1 MB, a list at most 1000 entries (seeds and labels 10 000), a plan at most \
    \(KeyDeclaration.grouped(Plan.mostUnits)) units of work, a fine-tuning at most \
    \(KeyDeclaration.grouped(Recipe.mostSnapshots)) snapshots.

    `curves`, `trajectories`, `rollback`, `curvature`, `dynamics` and `consistency` are about all cells unless their keys
    `tasks`, `initialisations`, `variants` and `seeds` choose. A choice that no cell meets is an error.
    """

  private static let taskNotes = """
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
    """

  private static let seedNotes = """
    | form | cells of each task |
    | --- | --- |
    | `{count: 3}` | head and order seed 0, 1, 2 together |
    | `[7, 11]` | head and order seed 7, and 11 |
    | `{head: [0, 1, 2], order: [0, 1]}` | every pair: six cells |

    There is a cell for each task, initialisation and seed, and there are those of the `variants`. All cells of a sweep
    share one theta0 per initialisation (and per number of layers that `reinitialise` draws).

    **Names of cells**, in tables and where a key wants a model: `MRPC-s0`; `MRPC-scratch-s0` from scratch; `MRPC-long-s0`
    of the variant `long`, `MRPC-long-scratch-s0` of both; `MRPC-h0-o1` where the two seeds differ.
    """

  private static let recipeNotes = """
    The last four are interventions, mostly for `variants`. They combine.

    - What is **frozen** gets no step and no weight decay, and its gradient is not part of the norm that is clipped.
      Dropout stays on there. The task head cannot be frozen. Curves and surfaces from theta0 along a group that is frozen
      whole are refused.
    - **`layer_decay`** d multiplies the learning rate, and so the decay of weights: of n layers the l-th from 0 has
      d^(n - l), the top one d; the embeddings d^(n + 1); pooler and head 1. [Zhang et al. 2021, "Revisiting Few-sample
      BERT Fine-tuning"]
    - **`reinitialise`** draws the top layers and the pooler as `scratch` does, with the same numbers, keyed by
      `initialisation_seed`. theta0 of such a cell is what it starts from, new layers included. [Zhang et al. 2021]
    """

  private static let lineNotes = """
    | `along` | the line | default `alpha` | groups |
    | --- | --- | --- | --- |
    | `finetuning` | theta0 + alpha (theta1 - theta0): theta0 is at 0, the final model at 1 \
    | `\(CurveRequest.Along.finetuning.standardAxis)` | any |
    | `seeds` | from one seed's final model, at 0, to another's, at 1, for every pair of the chosen seeds \
    | `\(CurveRequest.Along.seeds.standardAxis)` | all |
    | `random`, `{random: {...}}` | theta1 + alpha u, u a random direction as long as the weights it covers: the final \
    model is at 0 | `\(CurveRequest.Along.random(RandomRequest()).standardAxis)` | any; no `elsewhere` |
    | `{from: MODEL, to: MODEL}` | from one model, at 0, to another one, at 1; no keys that choose cells \
    | `\(CurveRequest.Along.seeds.standardAxis)` | any |

    A **model** is `theta0`, a cell such as `MRPC-s0`, or a snapshot of one, `MRPC-s0 step 20`. `to` is theta1: the curve is
    evaluated on its task, and `theta0` means where its cell starts; `to` itself cannot be theta0.

    **The head** is theta1's at every point. It moves with the encoder only between models that are all fine-tuned (final
    or snapshots) on one task, as between seeds, and only where the whole encoder moves.
    """

  private static let curveNotes = """
    A **layer group** is `all`, a third of the layers (`low`, `middle`, `high`), `embeddings`, `pooler`, `layer N`,
    `layers M-N` (counted from 0), or several of these joined by `+`: `embeddings + layers 0-3`.

    A curve costs points + 2 evaluations of the subset (random: + 1). Points that two curves or surfaces share, such as
    those of a surface at beta 0 and of the curve of the same models and group, are evaluated once.

    A curve that two entries ask for on two ranges, wide and narrow, is two curves, with their ranges in their names:
    `MRPC-s0 curve, alpha [-4, 4, 40]` and `MRPC-s0 curve, alpha [-0.1, 0.1, 21]`. So are surfaces.
    """

  private static let planeNotes: String = {
    let trajectory = SurfaceRequest.Along.trajectory.standardAxes
    let (wide, narrow) = (
      SurfaceRequest.Along.tasks(other: "").standardAxes.alpha,
      SurfaceRequest.Along.random(RandomRequest()).standardAxes.alpha
    )
    return """
      | `along` | the plane | default `alpha`, `beta` | exact points |
      | --- | --- | --- | --- |
      | `tasks` | theta0 + alpha d1 + beta s d2, d1 = theta1 - theta0, d2 = theta2 - theta0, s = length of d1 / length of \
      d2 | `\(wide)` both | theta0 (0, 0), theta1 (1, 0), theta2 (0, 1/s) |
      | `random`, `{random: {...}}` | theta1 + alpha u + beta v, random directions at right angles, as long as the weights \
      | `\(narrow)` both | theta1 (0, 0) |
      | `trajectory` | theta1 + alpha u + beta v, the first two principal directions of the cell's snapshots, each as long \
      as d1; theta0 has negative coordinates. `groups` must be `[all]`; needs three snapshots that do not lie on a line \
      | `\(trajectory.alpha)`, `\(trajectory.beta)` | theta1 (0, 0) |
      | `{from: MODEL, to: MODEL, other: MODEL}` | as `tasks` with `from` as theta0, `to` as theta1, `other` as theta2: \
      three different models, `to` and `other` not theta0. Replaces `task`, `other`, `seed`, `initialisation`, `variant` \
      | `\(wide)` both | as `tasks` |

      Models and heads are as in `curves.along`. `pc1` and `pc2` in `trajectories.csv` are the coordinates of the snapshots
      on the surface along `trajectory`.
      """
  }()

  private static let surfaceNotes = """
    A surface costs alpha points x beta points + 3 evaluations of the subset (random, trajectory: + 1). A denser grid or a
    wider range may be asked for in a run directory that has points already: those that both have are kept. Equal
    coordinates are the same point (they are rounded to 12 decimals), so a grid of 2 n - 1 points refines one of n.
    """

  private static let dynamicsNotes = """
    With `at: snapshots` each chosen cell must keep snapshots.

    | measure | what it is |
    | --- | --- |
    | `attention_js` | Jensen-Shannon divergence of attention, by layer and head, 0 to ln 2 |
    | `svcca` | 1 - mean canonical correlation of the leading directions of hidden states (99 % of the variance); with it \
    a null distance and a held-out one |
    | `cca` | the same of all directions |
    | `pwcca` | canonical correlations weighted by their share in the features |
    | `cka` | 1 - linear centred kernel alignment, and the same debiased |
    | `procrustes` | 1 - nuclear norm of X^T Y, each of unit norm |

    `cca`, `pwcca`, `cka` and `procrustes` need all directions of the features: full decompositions, and more to gather.
    """
}
