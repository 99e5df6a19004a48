import Sweep
import Testing

/// Whatever a key is given: a sweep and its plan, or an error of one line, at once.
@Suite struct OddValuesTests {
  static let values =
    [
      "-1", "0", "-0", "+1", "007", "0x10", "1_000", "1e3", "1.5", "1e308", "-1e308", "1e-320", "1e999999999", ".nan",
      ".inf",
      "-.inf", "nan", "inf", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "2147483648",
      "4294967296",
      "''", "' '", "[]", "{}", "[[]]", "[{}]", "null", "~", "true", "yes", "2001-01-01", "12:30:45", "!!binary aGk=",
      "'\\0'",
      "\"\\0\"", "\"a\\nb\"", "../..", "/", "-", "--help", "'*'", "\"\\u0130\"", "[-4, 4, 1000000000]",
      "[0, 1e-300, 3]",
      "[-1e308, 1e308, 3]", "[0, 1, 9223372036854775807]", "[.nan, 1, 3]", "[layers 0-9223372036854775807]",
      "[layers 0-]",
      "[layer 99999999999999999999]", "[layers 5-2, all]", "9223372036854775807 steps", "1 steps", "1e-300 epochs",
      "0x1p3 epochs", "nan epochs", "1e300 GB", "nan MB", "inf TB", "0x1p40 MB", "{every: 1 step}", "{count: 10000}",
    ] + ["[\(String(repeating: "layer 0+", count: 200))layer 0]", String(repeating: "9", count: 5000)]

  @Test(arguments: SweepSection.all)
  func everyKeyTakesOrRefusesIt(_ section: SweepSection) throws {
    for (key, _) in section.keys {
      for value in Self.values {
        let began = ContinuousClock.now
        do {
          let sweep = try SectionExamples.sweep(section, key, value)
          let plan = try Plan(sweep: sweep, inputs: Examples.inputs(names: sweep.tasks.map(\.name)))
          #expect(plan.cost.isFinite && plan.units.allSatisfy { $0.cost > 0 }, "\(section.name).\(key): \(value)")
        } catch let error as SweepError {
          let lines = error.description.split(whereSeparator: \.isNewline).count
          #expect(lines == 1, "\(section.name).\(key): \(value): \(error)")
        }
        #expect(ContinuousClock.now - began < .seconds(10), "\(section.name).\(key): \(value)")
      }
    }
  }

  /// Each number is within its range; together they are too much.
  static let tooMuch: [(yaml: String, message: String)] = [
    ("seeds: {count: 10000}\ncurves: [{along: seeds}]", "2499770000 units"),
    ("seeds: {count: 10000}\ncurves: [{along: {random: {directions: 1000}}, alpha: [0, 1, 1001]}]", "curves"),
    (
      "surfaces: [{task: MRPC, along: random, alpha: [0, 1, 1001], beta: [0, 1, 1001]}]",
      "by surfaces, expected at most"
    ),
    ("seeds: {count: 10000}\nconsistency: {probes: [p]}\nprobes: [{name: p, task: MRPC}]", "by consistency, expected"),
    ("recipe: {epochs: 1000, snapshots: {every: 0.001 epochs}, batch: 1}", "would keep 10002 snapshots"),
    ("recipe: {epochs: 1000, batch: 1, snapshots: {every: 1 step}}", "would keep 10002 snapshots"),
    (
      "seeds: {head: [\((0..<101).map(String.init).joined(separator: ","))], order: [\((0..<100).map(String.init).joined(separator: ","))]}",
      "101 head seeds x 100 order seeds"
    ),
    (
      "variants: [\((0..<60).map { "{name: v\($0), recipe: {}}" }.joined(separator: ","))]\nseeds: {count: 10000}",
      "1220000 cells"
    ),
    ("curves: [\(Array(repeating: "{}", count: 1001).joined(separator: ","))]", "expected a list of at most 1000"),
  ]

  @Test(arguments: tooMuch)
  func numbersThatMultiply(_ yaml: String, _ message: String) throws {
    let began = ContinuousClock.now
    do {
      _ = try Examples.plan("model: m\ntasks: [SST-2, MRPC]\n" + yaml)
      Issue.record("\(yaml.prefix(80)) was planned")
    } catch let error as SweepError {
      #expect(error.description.contains(message), "\(error)")
    }
    #expect(ContinuousClock.now - began < .seconds(10))
  }

  /// How aliases that stand for aliases grow: nine of nine of nine ...
  private func laughs(_ last: String) -> String {
    let levels = (1...9).map { level in
      "- &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]"
    }
    return "model: m\ntasks:\n- &a0 SST-2\n\(levels.joined(separator: "\n"))\n\(last)"
  }

  @Test func aliasesDoNotGrowWithoutBounds() throws {
    for last in ["", "? *a9\n: 1\n", "[*a9]: 1\n", "*a9 : 1\n", "recipes: {? *a9 : 1}\n"] {
      let began = ContinuousClock.now
      let error = #expect(throws: SweepError.self) { try Examples.sweep(laughs(last)) }
      #expect(error?.description.contains("alias") == true, "\(error)")
      #expect(ContinuousClock.now - began < .seconds(5))
    }
    let many = Array(repeating: "*s", count: 101).joined(separator: ", ")
    let error = #expect(throws: SweepError.self) {
      try Examples.sweep("model: m\ntasks: [&s SST-2]\nvariants: [\(many)]")
    }
    #expect(error?.description.contains("it has 101 aliases") == true)
    // Deep by aliases, though nothing is nested deep by itself.
    let brackets = (String(repeating: "[", count: 60), String(repeating: "]", count: 60))
    let deep = (1...90).map { "- &a\($0) \(brackets.0)*a\($0 - 1)\(brackets.1)" }.joined(separator: "\n")
    for end in ["", "\n- *undefined"] {
      #expect(throws: SweepError.self) { try Examples.sweep("model: m\ntasks:\n- &a0 SST-2\n\(deep)\(end)") }
    }
  }

  @Test func anAliasIsTheValueThatItNames() throws {
    let sweep = try Examples.sweep(
      "model: m\ntasks: [SST-2, MRPC]\nrecipes: {SST-2: &r {epochs: 8}, MRPC: *r}  # is that so ? yes: a * b\nseeds: [3]"
    )
    #expect(sweep.recipe(task: "MRPC", initialisation: .pretrained).epochs == 8)
  }

  @Test func aGreatFileIsRefused() throws {
    let error = #expect(throws: SweepError.self) {
      try Examples.sweep("model: m\ntasks: [SST-2]\n" + String(repeating: "#", count: 1_000_001))
    }
    #expect(error?.description.contains("1000025 bytes, and at most 1000000") == true)
  }
}
