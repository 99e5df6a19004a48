import Foundation
import GLUE
import Results
import Sweep
import TensorFiles
import Testing

@Suite struct RunResultsTests {
  private static let cells = "model: m\ntasks: [MRPC]\nseeds: {count: 2}\n"

  @Test func classesAndNoticesAreRecorded() throws {
    let classes = [
      "MRPC": [ClassCount(label: "a, \"b\"", train: 3, dev: 1), ClassCount(label: "-1", train: 2, dev: 0)]
    ]
    let run = try FakeRun(Self.cells, classes: classes, notices: ["one"])
    try run.record(.fineTuning) { _ in nil }
    let record = try #require(try RunRecord.read(from: run.run))
    #expect(record.classes == classes && record.notices == ["one"])
    let rows = try run.table("classes.csv")
    #expect(rows.map { $0["train"] } == ["3", "2"] && rows.map { $0["label"] }.last == "-1")
    // Records of versions that did not say.
    let old = try FakeRun(Self.cells)
    try old.record(.fineTuning) { _ in nil }
    let text = try String(contentsOf: old.run.runFile, encoding: .utf8)
    #expect(!text.contains("classes") && !text.contains("notices"))
    #expect(try old.table("classes.csv").isEmpty)
  }

  /// f = 0.2 (a - 1)^2 with theta1's loss 0: at most 0.1 from 1 - 0.75 to 1 + 0.75, as lines between points of distance 0.5
  /// have it: 0.05 at 1.5, 0.2 at 2, and 0.1 a third of the way.
  @Test func flatness() throws {
    let run = try FakeRun(Self.cells + "curves: [{alpha: [-1, 3, 9]}]")
    try run.record(.axes) { _ in (["length1": 3], nil) }
    try run.record(.point) { unit in
      guard case .point(let work) = unit.work else { return nil }
      let point = work.point
      var alpha = 1.0
      if case .grid(_, _, let coordinate, _) = point { alpha = coordinate }
      if point == .exact(.theta0) { alpha = 0 }
      let loss = 0.2 * (alpha - 1) * (alpha - 1)
      return (["training_loss": loss, "dev_loss": 2 * loss, "dev_error": loss / 2], nil)
    }
    let rows = try run.table("flatness.csv").filter { $0["loss"] == "training_loss" && $0["tolerance"] == "0.1" }
    #expect(rows.count == 2)
    for row in rows {
      #expect(abs(number(row["width"]) - 4 / 3) < 1e-12 && abs(number(row["distance"]) - 4) < 1e-12)
      #expect(row["lower_censored"] == "0" && row["reason"] == "")
    }
    // Losses that rise together.
    #expect(try run.table("agreement.csv").allSatisfy { $0["spearman_dev_error"] == "1" && $0["points"] == "9" })
    let interval = try #require(
      try run.table("intervals.csv").first { $0["figure"] == "flat width" && $0["detail"] == "training_loss + 0.1" })
    #expect(interval["seeds"] == "2" && interval["interval"] == "range")
  }

  /// A wide and a narrow range of one curve are two curves in every table, and two figures over the seeds.
  @Test func twoRangesOfACurve() throws {
    let run = try FakeRun(Self.cells + "curves: [{alpha: [-1, 3, 9]}, {alpha: [0.5, 1.5, 3]}]")
    try run.record(.axes) { _ in (["length1": 3], nil) }
    try run.record(.point) { unit in
      guard case .point(let work) = unit.work else { return nil }
      let point = work.point
      var alpha = 1.0
      if case .grid(_, _, let coordinate, _) = point { alpha = coordinate }
      return (["training_loss": 0.2 * (alpha - 1) * (alpha - 1), "dev_loss": 1, "dev_error": 0], nil)
    }
    let ranges = ["[-1, 3, 9]", "[0.5, 1.5, 3]"]
    let names = ranges.flatMap { range in (0..<2).map { "MRPC-s\($0) curve, alpha \(range)" } }
    #expect(Set(try run.table("curves.csv").compactMap { $0["curve"] }) == Set(names))
    for table in ["axes.csv", "agreement.csv"] {
      #expect(try run.table(table).compactMap { $0["surface"] } == names, "\(table)")
    }
    #expect(Set(try run.table("flatness.csv").compactMap { $0["curve"] }) == Set(names))
    let widths = try run.table("intervals.csv").filter {
      $0["figure"] == "flat width" && $0["detail"]?.hasPrefix("training_loss + 0.1") == true
    }
    #expect(widths.map { $0["detail"] } == ranges.map { "training_loss + 0.1, alpha \($0)" })
    // As far as lines between the points reach 0.1, and to the ends of the narrow range.
    #expect(abs(number(widths.first?["mean"]) - 4 / 3) < 1e-12 && widths.last?["mean"] == "1")
    let files = try RunResults(run.run).exportNumPy()
    #expect(Set(files).count == 4 && files.contains("curve-3-MRPC-s0-curve-alpha-0.5-1.5-3.npz"))
  }

  /// A point that is missing leaves no flatness, and says so.
  @Test func whatIsMissingIsMissing() throws {
    let run = try FakeRun(Self.cells + "curves: [{alpha: [-1, 3, 9]}]")
    try run.record(.axes) { _ in (["length1": 3], nil) }
    try run.record(.point) { unit in
      unit.name.hasSuffix(" 2.5")
        ? nil
        : (["training_loss": unit.name.hasSuffix(" 3.0") ? .infinity : 1, "dev_loss": 1, "dev_error": 0], nil)
    }
    let rows = try run.table("flatness.csv")
    #expect(rows.allSatisfy { $0["width"] == "" && $0["reason"] == "points are missing" })
    // A loss beyond all bounds is a result, and is said to be none of the usual.
    #expect(try run.table("curves.csv").filter { $0["status"] == "not finite" }.map { $0["alpha"] } == ["3", "3"])
    let name = try #require(try RunResults(run.run).exportVTK().first)
    let text = try String(contentsOf: run.run.exports.appending(path: name), encoding: .utf8)
    // Nine points: seven done, one missing, one not finite; the count of bytes before them.
    let status: [Int32] = [0, 0, 0, 0, 0, 0, 0, 1, 4]
    var bytes = withUnsafeBytes(of: UInt64(36).littleEndian) { Data($0) }
    for value in status { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
    #expect(text.contains(bytes.base64EncodedString()))
    #expect(try run.table("curves.csv").filter { $0["status"] == "missing" }.map { $0["alpha"] } == ["2.5", "2.5"])
  }

  /// Eight epochs: errors 8, 7 ... 1 tenths. The second quarter's mean is 0.55, the last's 0.15.
  @Test func overfitting() throws {
    let run = try FakeRun(Self.cells + "recipe: {epochs: 8}\ninitialisations: [pretrained, scratch]")
    try run.record(.fineTuning) { unit in
      guard case .fineTuning(let work) = unit.work else { return nil }
      let cell = work.cell
      let offset = cell.initialisation == .scratch ? 0.1 * Double(1 + cell.headSeed) : 0
      var values = ["dev_accuracy": 0.9 - offset]
      for epoch in 1...8 {
        values["epoch.\(epoch).dev_accuracy"] = 1 - Double(9 - epoch) / 10
        values["epoch.\(epoch).dev_loss"] = Double(epoch)
        values["epoch.\(epoch).training_loss"] = 1 / Double(epoch)
      }
      return (values, nil)
    }
    let row = try #require(try run.table("overfitting.csv").first { $0["figure"] == "dev_error" })
    #expect(row["best_epoch"] == "8" && row["epochs"] == "8")
    #expect(abs(number(row["early"]) - 0.55) < 1e-12 && abs(number(row["late"]) - 0.15) < 1e-12)
    let intervals = try run.table("intervals.csv")
    let loss = try #require(intervals.first { $0["figure"] == "dev_loss, late - early" })
    #expect(loss["mean"] == "4" && loss["detail"] == "8 epochs")
    // Seed by seed 0.1 and 0.2.
    let difference = try #require(
      intervals.first { $0["figure"] == "dev metric" && $0["initialisation"] == "pretrained - scratch" })
    #expect(abs(number(difference["mean"]) - 0.15) < 1e-12)
    #expect(abs(number(difference["lowest"]) - 0.1) < 1e-12 && abs(number(difference["highest"]) - 0.2) < 1e-12)
  }

  /// Three layers and theta0, two seeds. Seed by seed the distances to theta0 are 1, 2, 3 and 1, 2, 5 tenths; between the
  /// seeds 0.5 in every layer.
  @Test func comparisons() throws {
    let run = try FakeRun(
      """
      model: m
      tasks: [MRPC]
      seeds: {head: [0], order: [0, 1]}
      probes: [{name: p, task: MRPC}]
      consistency: {measures: [attention_js, svcca]}
      """)
    let toTheta0 = [[0.1, 0.2, 0.3], [0.1, 0.2, 0.5]]
    func array(_ name: String, _ shape: [Int], _ values: [Double]) -> NamedArray {
      NamedArray(name: name, shape: shape, elements: .float64(values))
    }
    try run.record(.attention) { _ in
      // Pairs (0, 1), (0, 2), (1, 2).
      let means = (0..<3).flatMap { [toTheta0[0][$0], toTheta0[1][$0], 0.5] }
      return (
        ["examples": 5],
        [
          array("layers.mean", [3, 3], means), array("layers.se", [3, 3], [Double](repeating: .nan, count: 9)),
          array("heads.mean", [3, 3, 1], means), array("heads.se", [3, 3, 1], [Double](repeating: 0.25, count: 9)),
        ]
      )
    }
    try run.record(.similarity) { _ in
      let layers = (0..<4).flatMap { layer in
        [
          array(
            "svcca.\(layer)", [3], layer == 0 ? [.nan, 0, 0] : [toTheta0[0][layer - 1], toTheta0[1][layer - 1], 0.5]),
          NamedArray(name: "kept.\(layer)", shape: [3], elements: .int64([2, 3, 4])),
        ]
      }
      return (["rows": 40], layers)
    }
    let attention = try run.table("attention.csv")
    #expect(attention.count == 3 * 3 * 2)
    #expect(
      attention[0]["head"] == "mean" && attention[0]["attention_js"] == "0.1" && attention[0]["attention_js_se"] == "")
    #expect(attention[1]["head"] == "0" && attention[1]["attention_js_se"] == "0.25")
    let similarity = try run.table("similarity.csv")
    #expect(similarity.count == 4 * 3 && similarity[0]["distance"] == "" && similarity[0]["rows"] == "40")
    #expect(similarity[2]["a"] == "MRPC-s0" && similarity[2]["b"] == "MRPC-h0-o1")
    #expect(similarity[2]["kept_a"] == "3" && similarity[2]["kept_b"] == "4")

    let consistency = try run.table("consistency.csv").filter {
      $0["measure"] == "attention_js" && $0["cells"] == "all"
    }
    let layer = try #require(consistency.first { $0["layer"] == "1" && $0["varied"] == "any" })
    #expect(layer["mean"] == "0.5" && layer["seeds"] == "2" && layer["reason"] == "fewer than 3 seeds have values")
    // The two differ in the order alone: no pair differs in the head alone.
    #expect(Set(consistency.map { $0["varied"] }) == ["any", "order"])
    // Both profiles rise.
    #expect(consistency.first { $0["layer"] == "profile" }?["mean"] == "0")
    let top = try #require(
      try run.table("intervals.csv").first { $0["figure"] == "attention_js to theta0, high - low" })
    #expect(abs(number(top["mean"]) - 0.3) < 1e-12 && top["seeds"] == "2")
  }

  /// NaN, which equals nothing, where there is no number.
  private func number(_ text: String?) -> Double { text.flatMap { Double($0) } ?? .nan }
}
