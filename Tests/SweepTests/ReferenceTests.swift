import Foundation
import Sweep
import Testing

/// The declared keys are those that the parser reads by: forms, ranges, defaults.
@Suite struct ReferenceTests {
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
      file: "model: m\ntasks: [@]", base: mine, values: ["labels": "[a, b]", "range": "[0, 5]"]),
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
  private func sweep(_ section: SweepSection, _ key: String? = nil, _ value: String? = nil) throws -> SweepFile {
    let place = try #require(Self.places[section])
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
    return try Examples.sweep(file.replacing("@", with: mapping))
  }

  /// Values that a declaration says are accepted.
  private func accepted(_ form: KeyDeclaration.Form) -> [String] {
    switch form {
    case .integer(let range): ["\(range.lowerBound)", "\(range.upperBound)"]
    case .number(let range, let excludingLowest):
      ["\(excludingLowest ? range.lowerBound.nextUp : range.lowerBound)", "\(range.upperBound)"]
    case .boolean: ["true", "false"]
    case .choice(let words): words
    case .choices(let words): words.map { "[\($0)]" } + ["[\(words.joined(separator: ", "))]"]
    case .wordOrMapping(let words, _): words
    case .mapping, .mappings, .text, .path, .name, .list, .described: []
    }
  }

  /// Values that it says are not.
  private func refused(_ form: KeyDeclaration.Form) -> [String] {
    switch form {
    case .integer(let range):
      ["\(range.lowerBound - 1)"] + (range.upperBound == .max ? [] : ["\(range.upperBound + 1)"])
    case .number(let range, let excludingLowest):
      ["\(excludingLowest ? range.lowerBound : range.lowerBound.nextDown)", "\(range.upperBound.nextUp)"]
    case .boolean: ["perhaps", "1"]
    case .choice: ["nonesuch", "[nonesuch]"]
    case .choices(let words): ["[nonesuch]", "[\(words[0]), \(words[0])]", words[0]]
    case .name: ["a/b", "''"]
    case .text, .path: ["''", "[]"]
    case .list, .mappings: ["3", "{}"]
    case .mapping, .wordOrMapping: ["3", "{nonesuch: 1}"]
    case .described: ["[]", "{nonesuch: 1}"]
    }
  }

  @Test(arguments: SweepSection.allCases)
  func everyDeclaredKeyIsAccepted(_ section: SweepSection) throws {
    let place = try #require(Self.places[section])
    for (name, key) in section.keys {
      var values = place.values[name].map { [$0] } ?? accepted(key.form)
      if let value = place.base[name], values.isEmpty { values = [value] }
      if case .value(let yaml) = key.fallback, values.isEmpty { values = [yaml] }
      #expect(!values.isEmpty, "no value to try for \(section.name).\(name)")
      for value in values {
        #expect(throws: Never.self, "\(section.name).\(name): \(value)") { try sweep(section, name, value) }
      }
    }
  }

  @Test(arguments: SweepSection.allCases)
  func everyAcceptedKeyIsDeclared(_ section: SweepSection) throws {
    let error = try #require(throws: SweepError.self) { try sweep(section, "nonesuch", "1") }
    guard case .unknownKey(let place, let known) = error else {
      Issue.record("\(section.name): \(error)")
      return
    }
    #expect(known == section.keys.map(\.name))
    #expect(place.section == section)
  }

  @Test(arguments: SweepSection.allCases)
  func whatIsBeyondTheDeclaredFormIsRefused(_ section: SweepSection) throws {
    for (name, key) in section.keys {
      for value in refused(key.form) {
        let error = #expect(throws: SweepError.self, "\(section.name).\(name): \(value)") {
          try sweep(section, name, value)
        }
        #expect(error?.description.contains(name) == true, "\(section.name).\(name): \(value): \(error)")
      }
    }
  }

  @Test(arguments: SweepSection.allCases)
  func theDeclaredDefaultIsWhatAnAbsentKeyMeans(_ section: SweepSection) throws {
    for (name, key) in section.keys {
      switch key.fallback {
      case .value(let yaml):
        #expect(try sweep(section, name, yaml) == sweep(section, name), "\(section.name).\(name): \(yaml)")
      case .described:
        #expect(throws: Never.self, "\(section.name).\(name)") { try sweep(section, name) }
      case .required(let expected):
        let error = #expect(throws: SweepError.self, "\(section.name).\(name)") { try sweep(section, name) }
        guard case .missingKey(let place, expected: expected)? = error else {
          Issue.record("\(section.name).\(name): \(error)")
          continue
        }
        #expect(place.section == section && place.key.hasSuffix(name))
      }
    }
  }

  /// Bounds that a declaration gives in words: its section and key, what is just within, what is just beyond.
  static let bounds: [(section: SweepSection, key: String, within: [String], beyond: [String])] = [
    (.snapshots, "every", ["1 steps", "0.001 epochs", "1000 epochs"], ["0 steps", "0.0009 epochs", "1001 epochs"]),
    (
      .curves, "alpha", ["[-1000, 1000, 1001]", "[0, 1, 2]"],
      ["[-1001, 0, 3]", "[0, 1001, 3]", "[0, 1, 1]", "[0, 1, 1002]"]
    ),
    (.surfaces, "beta", ["[-1000, 1000, 1001]"], ["[-1001, 0, 3]", "[0, 1, 1002]"]),
    (.surfaces, "seed", ["0", "2"], ["-1", "3"]),
    (.curves, "seeds", ["[0, 2]"], ["[-1]", "[3]"]),
    (.tasks, "labels", ["[a, b]"], ["[a]"]),
    (.tasks, "range", ["[-1e9, 1e9]"], ["[-1.1e9, 0]", "[0, 1.1e9]", "[1, 1]"]),
    (.gather, "memory", ["1 MB", "1 TB"], ["0.999 MB", "1 KB"]),
    (.recipe, "freeze", ["[all, layer 0, layers 1-2, embeddings + pooler]"], ["[layers 2-1]", "[top]"]),
    (.variants, "name", ["v"], ["plain", "MRPC", "scratch"]),
    (.trajectories, "other", ["SST-2"], ["RTE"]),
  ]

  @Test(arguments: bounds)
  func boundsInWordsHold(_ section: SweepSection, _ key: String, _ within: [String], _ beyond: [String]) throws {
    for value in within {
      #expect(throws: Never.self, "\(section.name).\(key): \(value)") { try sweep(section, key, value) }
    }
    for value in beyond {
      let error = #expect(throws: SweepError.self, "\(section.name).\(key): \(value)") {
        try sweep(section, key, value)
      }
      #expect(error?.description.contains(key) == true)
    }
  }

  @Test func everySectionIsReached() {
    let held = SweepSection.allCases.flatMap { $0.keys.compactMap(\.declaration.form.section) }
    #expect(Set(held + [.sweep]) == Set(SweepSection.allCases))
  }

  @Test func programsReadWhatPeopleRead() throws {
    let entries = ReferenceEntry.all()
    #expect(entries.count == SweepSection.allCases.reduce(0) { $0 + $1.keys.count })
    let rate = try #require(entries.first { $0.section == "recipe" && $0.key == "learning_rate" })
    #expect(rate.minimum == 0 && rate.exclusiveMinimum && rate.maximum == 1 && !rate.required)
    #expect(rate.default.flatMap(Double.init) == Recipe().learningRate)
    let text = SweepSection.reference(of: [.recipe])
    #expect(text.hasPrefix("## recipe\n"))
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("| `epochs`") })
    #expect(
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } == [
        "`epochs`", "whole number", "passes", "`3`", "1 to 1000", "over the training rows",
      ])
  }

  /// The page is what the code prints, between its two marks.
  @Test func thePageIsUpToDate() throws {
    let page = URL(filePath: #filePath).appending(path: "../../../Sources/seedscape/Documentation.docc/SweepFile.md")
    let text = try String(contentsOf: page.standardized, encoding: .utf8)
    let parts = text.components(separatedBy: "<!-- seedscape sweep-file -->\n")
    try #require(parts.count == 3, "expected the mark twice")
    #expect(
      parts[1] == "\n\(SweepSection.reference())\n\n",
      "the page differs from what the code prints; run tools/write-reference")
  }
}
