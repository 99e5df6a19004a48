import Foundation
import Sweep
import Testing

/// The declared keys are those that the parser reads by: forms, ranges, defaults.
@Suite struct ReferenceTests {
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

  @Test(arguments: SweepSection.all)
  func everyDeclaredKeyIsAccepted(_ section: SweepSection) throws {
    let place = try #require(SectionExamples.places[section])
    for (name, key) in section.keys {
      var values = place.values[name].map { [$0] } ?? accepted(key.form)
      if let value = place.base[name], values.isEmpty { values = [value] }
      if case .value(let yaml) = key.fallback, values.isEmpty { values = [yaml] }
      #expect(!values.isEmpty, "no value to try for \(section.name).\(name)")
      for value in values {
        #expect(throws: Never.self, "\(section.name).\(name): \(value)") {
          try SectionExamples.sweep(section, name, value)
        }
      }
    }
  }

  @Test(arguments: SweepSection.all)
  func everyAcceptedKeyIsDeclared(_ section: SweepSection) throws {
    let error = try #require(throws: SweepError.self) { try SectionExamples.sweep(section, "nonesuch", "1") }
    guard case .unknownKey(let place, let known) = error else {
      Issue.record("\(section.name): \(error)")
      return
    }
    #expect(known == section.keys.map(\.name))
    #expect(place.section == section)
  }

  @Test(arguments: SweepSection.all)
  func whatIsBeyondTheDeclaredFormIsRefused(_ section: SweepSection) throws {
    for (name, key) in section.keys {
      for value in refused(key.form) {
        let error = #expect(throws: SweepError.self, "\(section.name).\(name): \(value)") {
          try SectionExamples.sweep(section, name, value)
        }
        #expect(error?.description.contains(name) == true, "\(section.name).\(name): \(value): \(error)")
      }
    }
  }

  @Test(arguments: SweepSection.all)
  func theDeclaredDefaultIsWhatAnAbsentKeyMeans(_ section: SweepSection) throws {
    for (name, key) in section.keys {
      switch key.fallback {
      case .value(let yaml):
        #expect(
          try SectionExamples.sweep(section, name, yaml) == SectionExamples.sweep(section, name),
          "\(section.name).\(name): \(yaml)")
      case .described:
        #expect(throws: Never.self, "\(section.name).\(name)") { try SectionExamples.sweep(section, name) }
      case .required(let expected):
        let error = #expect(throws: SweepError.self, "\(section.name).\(name)") {
          try SectionExamples.sweep(section, name)
        }
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
    (.tasks, "skip_labels", ["[]", "[-1, NA, 'null']"], ["[null]", "[{}]", "[-1, -1]"]),
    (.tasks, "range", ["[-1e9, 1e9]"], ["[-1.1e9, 0]", "[0, 1.1e9]", "[1, 1]"]),
    (.gather, "memory", ["1 MB", "1 TB"], ["0.999 MB", "1 KB"]),
    (.recipe, "freeze", ["[all, layer 0, layers 1-2, embeddings + pooler]"], ["[layers 2-1]", "[top]"]),
    (.variants, "name", ["v"], ["plain", "MRPC", "scratch"]),
    (.trajectories, "other", ["SST-2"], ["RTE"]),
  ]

  @Test(arguments: bounds)
  func boundsInWordsHold(_ section: SweepSection, _ key: String, _ within: [String], _ beyond: [String]) throws {
    for value in within {
      #expect(throws: Never.self, "\(section.name).\(key): \(value)") { try SectionExamples.sweep(section, key, value) }
    }
    for value in beyond {
      let error = #expect(throws: SweepError.self, "\(section.name).\(key): \(value)") {
        try SectionExamples.sweep(section, key, value)
      }
      #expect(error?.description.contains(key) == true)
    }
  }

  @Test func everySectionIsReached() {
    let held = SweepSection.all.flatMap { $0.keys.compactMap(\.declaration.form.section) }
    #expect(Set(held + [.sweep]) == Set(SweepSection.all))
  }

  @Test func programsReadWhatPeopleRead() throws {
    let entries = ReferenceEntry.all()
    #expect(entries.count == SweepSection.all.reduce(0) { $0 + $1.keys.count })
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
