import Sweep
import Testing

/// Every section in a sweep file that is read, to try its keys in.
enum SectionExamples {
  /// A section in a sweep file: where its mapping stands, and what it must hold beside the key that is tried.
  struct Place: Sendable {
    /// The file's lines; `@` is the mapping.
    let file: String
    /// Keys with values that the parser accepts together.
    var base: [String: String] = [:]
    /// Values for keys whose forms do not tell one, or some that other keys exclude.
    var values: [String: String] = [:]
    /// Keys of the base that a key excludes.
    var excluded: [String: [String]] = [:]
    /// The file where a key needs another one.
    var files: [String: String] = [:]
  }

  private static let two = "model: m\ntasks: [SST-2, MRPC]\n"
  private static let cells = [
    "tasks": "[MRPC]", "initialisations": "[pretrained]", "variants": "[plain]", "seeds": "[1, 0]",
  ]
  private static let snapshots = two + "recipe: {snapshots: {every: 2 steps}}\n"
  private static let probes = snapshots + "probes: [{name: p, task: SST-2}, {name: q, task: MRPC}]\n"
  private static let mine = ["name": "mine", "train": "a.csv", "dev": "a.csv", "columns": "{text: a, label: b}"]

  static let places: [SweepSection: Place] = [
    .sweep: Place(
      file: "@", base: ["model": "m", "tasks": "[SST-2, MRPC]"],
      values: [
        "name": "x", "data": "d", "recipes": "{scratch: {epochs: 8}}",
        "rollback": "{}", "dynamics": "{at: end, probes: [p]}", "consistency": "{probes: [p]}",
      ],
      files: ["dynamics": "@\nprobes: [{name: p, task: MRPC}]", "consistency": "@\nprobes: [{name: p, task: MRPC}]"]),
    .tasks: Place(
      file: "model: m\ntasks: [@]", base: mine,
      values: ["labels": "[a, b]", "range": "[0, 5]", "skip_labels": "[-1, '']"]),
    .columns: Place(
      file: "model: m\ntasks: [{name: mine, train: a.csv, dev: a.csv, columns: @}]", base: ["text": "a", "label": "b"],
      values: ["pair": "c"]),
    .seeds: Place(
      file: two + "seeds: @", base: ["head": "[0]", "order": "[0, 1]"], excluded: ["count": ["head", "order"]]),
    .recipe: Place(
      file: two + "recipe: @", base: ["batch": "65536"],
      values: ["snapshots": "{every: 2 steps}", "freeze": "[low]", "freeze_query_key": "[high]"]),
    .snapshots: Place(file: two + "recipe: {snapshots: @}", base: ["every": "none"]),
    .variants: Place(
      file: two + "variants: [@]", base: ["name": "v", "recipe": "{epochs: 9}"],
      values: ["tasks": "[MRPC]", "initialisations": "[pretrained]"]),
    .subset: Place(file: two + "subset: @"),
    .curves: Place(
      file: two + "curves: [@]",
      values: cells.merging(["alpha": "[0, 1, 3]", "groups": "[low, pooler]"]) { $1 }),
    .line: Place(
      file: two + "curves: [{along: @}]", base: ["from": "theta0", "to": "MRPC-s0"], values: ["random": "{}"],
      excluded: ["random": ["from", "to"]]),
    .surfaces: Place(
      file: two + "surfaces: [@]", base: ["task": "MRPC", "other": "SST-2"],
      values: [
        "along": "tasks", "seed": "2", "initialisation": "pretrained", "variant": "plain", "alpha": "[0, 1, 3]",
        "beta": "[0, 1, 3]", "groups": "[low, pooler]",
      ]),
    .plane: Place(
      file: two + "surfaces: [{along: @}]", base: ["from": "theta0", "to": "MRPC-s0", "other": "MRPC-s1"],
      values: ["random": "{}"], excluded: ["random": ["from", "to", "other"]],
      files: ["random": two + "surfaces: [{task: MRPC, along: @}]"]),
    .random: Place(file: two + "curves: [{along: {random: @}}]"),
    .trajectories: Place(
      file: snapshots + "trajectories: [@]", values: cells.merging(["other": "SST-2"]) { $1 }),
    .rollback: Place(file: two + "rollback: @", values: cells.merging(["groups": "[low]"]) { $1 }),
    .curvature: Place(file: two + "curvature: [@]", values: cells.merging(["groups": "[low]"]) { $1 }),
    .probes: Place(
      file: two + "consistency: {probes: [p]}\nprobes: [@]", base: ["name": "p", "task": "MRPC"]),
    .dynamics: Place(file: probes + "dynamics: @", values: cells.merging(["probes": "[p]"]) { $1 }),
    .consistency: Place(file: probes + "consistency: @", values: cells.merging(["probes": "[p]"]) { $1 }),
    .gather: Place(file: two + "gather: @", values: ["memory": "1 MB"]),
    .failure: Place(file: two + "on_failure: @"),
  ]

  /// The file with a key set to a value, or left as the base has it.
  static func text(_ section: SweepSection, _ key: String? = nil, _ value: String? = nil) throws -> String {
    let place = try #require(places[section])
    var keys = place.base
    var file = place.file
    if let key {
      keys[key] = value
      if value != nil {
        for other in place.excluded[key] ?? [] { keys[other] = nil }
        file = place.files[key] ?? file
      }
    }
    let pairs = keys.sorted { $0.key < $1.key }.map { "\($0): \($1)" }
    let mapping = section == .sweep ? pairs.joined(separator: "\n") : "{\(pairs.joined(separator: ", "))}"
    return file.replacing("@", with: mapping)
  }

  static func sweep(_ section: SweepSection, _ key: String? = nil, _ value: String? = nil) throws -> SweepFile {
    try Examples.sweep(try text(section, key, value))
  }
}
