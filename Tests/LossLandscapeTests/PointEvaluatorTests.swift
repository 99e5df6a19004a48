import BERT
import FineTuning
import Foundation
import GLUE
import LinearAlgebra
import LossLandscape
import TensorFiles
import Testing

/// BERT's fixtures, made by tools/fixtures/bert_reference.py.
private func fixture(_ path: String) -> URL {
  URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "BERTTests/Fixtures").appending(path: path)
}

/// A point's values as evaluators of whole vectors give them.
/// An evaluator for the points of one plane.
private struct PointsOfPlane {
  let evaluator: PointEvaluator
  let plane: Plane

  func evaluate(_ point: Combination) throws -> PointValues { try evaluator.evaluate(point, of: plane) }
}

private struct Expected {
  let trainingLoss: Double
  let devLoss: Double
  let devError: Double?

  static func == (values: PointValues, expected: Expected) -> Bool {
    values.trainingLoss.value == expected.trainingLoss && values.devLoss.value == expected.devLoss
      && values.devError?.value == expected.devError
  }
}

/// The tiny model as theta1, theta0 and theta2 beside it, and sentences of its vocabulary.
private struct Landscape {
  let model: BERTModel
  let plane: Plane
  let training: EncodedDataset
  let dev: EncodedDataset
  let task: GLUE.Task

  /// - Parameter outputs: those of the tiny model, 3, or 1 for regression with a head of its own.
  init(outputs: Int = 3) throws {
    let checkpoint = try Checkpoint(directory: fixture("tiny"))
    model = BERTModel(checkpoint.configuration, outputs: outputs)
    task = try GLUE.Task.named(outputs == 3 ? "MNLI" : "STS-B")
    let one = AlignedBuffer<Float>(count: model.table.count)
    try checkpoint.readEncoder(model, into: one.pointer, poolerSeed: 0)
    if outputs == 3 {
      try checkpoint.readHead(model, into: one.pointer)
    } else {
      model.initialiseHead(one.pointer, seed: 1)
    }
    // theta0 has no head, theta2 one of two classes with other values: neither may show.
    let encoder = model.table.encoder
    let other = BERTModel(checkpoint.configuration, outputs: 2).table.count
    plane = try Plane(
      theta0: parameters(zip(one.elements[encoder], gaussian(encoder.count, seed: 5, scale: 0.05)).map { $0 + $1 }),
      theta1: Parameters(one),
      theta2: parameters(
        zip(one.elements[encoder], gaussian(encoder.count, seed: 6, scale: 0.1)).map { $0 - $1 }
          + [Float](repeating: 1e9, count: other - encoder.count)),
      encoder: encoder)

    let file = try SafetensorsFile(fixture("training.safetensors"))
    let tokens = try file.int32("input_ids")
    let segments = try file.int64("token_type_ids").map { UInt8($0) }
    let offsets = try file.int64("offsets").map { Int($0) }
    let labels = try file.int64("labels").map { Int($0) }
    let data = try EncodedDataset(
      tokens: zip(offsets, offsets.dropFirst()).map { Array(tokens[$0..<$1]) },
      segments: zip(offsets, offsets.dropFirst()).map { Array(segments[$0..<$1]) },
      labels: outputs == 3 ? .classes(labels) : .values(labels.map { Double($0) }),
      limits: model.configuration.inputLimits)
    training = data.selecting(Array(0..<9))
    dev = data.selecting(Array(9..<20))
  }

  func evaluator(_ plane: Plane? = nil, batchSize: Int = 4) throws -> PointsOfPlane {
    PointsOfPlane(
      evaluator: try PointEvaluator(model, task: task, training: training, dev: dev, batchSize: batchSize),
      plane: plane ?? self.plane)
  }

  /// theta1's whole vector with another theta in front.
  func withHeadOfTheta1(_ theta: UnsafePointer<Float>) -> AlignedBuffer<Float> {
    let vector = AlignedBuffer<Float>(count: model.table.count)
    vector.pointer.update(from: plane.first.base, count: model.table.count)
    vector.pointer.update(from: theta, count: model.table.encoder.count)
    return vector
  }

  /// What the two evaluators say of a whole vector.
  func expected(_ vector: UnsafePointer<Float>, batchSize: Int = 4) throws -> Expected {
    let dev = try Evaluator(model, self.dev, batchSize: batchSize).evaluate(vector)
    guard let targets = self.dev.labels else { throw FineTuningError.noLabels }
    return Expected(
      trainingLoss: try Evaluator(model, training, batchSize: batchSize).evaluate(vector).loss, devLoss: dev.loss,
      devError: task.error(predictions: dev.predictions, targets: targets))
  }
}

/// The same examples with other labels.
private func relabelled(_ data: EncodedDataset, _ labels: Labels?) throws -> EncodedDataset {
  let sequences = (0..<data.count).map { data.sequences[$0] }
  return try EncodedDataset(
    tokens: sequences.map { Array($0.tokens) }, segments: sequences.map { Array($0.segments) }, labels: labels,
    limits: data.sequences.limits)
}

@Suite struct PointEvaluatorTests {
  /// theta1's values are those of the checkpoint as it was fine-tuned, to the last bit.
  @Test(arguments: [1, 4, 20])
  func theta1IsItsCheckpoint(batchSize: Int) throws {
    let landscape = try Landscape()
    let values = try landscape.evaluator(batchSize: batchSize).evaluate(.theta1)
    #expect(values == (try landscape.expected(landscape.plane.first.base, batchSize: batchSize)))
    #expect(values.trainingLoss.value.isFinite && values.devLoss.value.isFinite)
  }

  /// 1 - accuracy of the predictions, counted.
  @Test func errorIsTheShareOfWrongPredictions() throws {
    let landscape = try Landscape()
    let dev = try Evaluator(landscape.model, landscape.dev, batchSize: 4).evaluate(landscape.plane.first.base)
    guard case .classes(let predictions) = dev.predictions, case .classes(let targets) = landscape.dev.labels else {
      Issue.record("classes are expected")
      return
    }
    let wrong = zip(predictions, targets).filter { $0 != $1 }.count
    let error = try #require(try landscape.evaluator().evaluate(.theta1).devError).value
    #expect(abs(error - Double(wrong) / 11) < 1e-15)
  }

  /// Every point keeps theta1's head: theta0 has none here, theta2 another.
  @Test func headStaysThatOfTheta1() throws {
    let landscape = try Landscape()
    let evaluator = try landscape.evaluator()
    let one = try evaluator.evaluate(.theta1)
    for (point, checkpoint) in [(Combination.theta0, landscape.plane.origin), (.theta2, landscape.plane.second)] {
      let vector = landscape.withHeadOfTheta1(checkpoint.base)
      let values = try evaluator.evaluate(point)
      #expect(values == (try landscape.expected(vector.pointer)))
      #expect(values.trainingLoss != one.trainingLoss && values.devLoss != one.devLoss)
    }
  }

  @Test func pointsBetweenAreTheirPlacement() throws {
    let landscape = try Landscape()
    let evaluator = try landscape.evaluator()
    for (alpha, beta) in [(0.5, 0), (-1, 0.25), (1.5, -0.5)] {
      let point = Combination(alpha: alpha, beta: beta, scale: try Axes(landscape.plane).scale)
      let vector = landscape.withHeadOfTheta1(place(landscape.plane, point))
      #expect(try evaluator.evaluate(point) == (try landscape.expected(vector.pointer)))
    }
  }

  /// What was evaluated before leaves no trace, not even a NaN; nor does a second evaluator.
  @Test func orderDoesNotMatter() throws {
    let landscape = try Landscape()
    let points = [Combination.theta0, Combination(alpha: 0.3, beta: 0.6, scale: 1), .theta2, .theta1]
    let (forwards, backwards) = (try landscape.evaluator(), try landscape.evaluator())
    let values = try points.map { try forwards.evaluate($0) }
    #expect(try backwards.evaluate(Combination(c0: .nan, c1: 0, c2: 0)).devLoss.value.isNaN)
    let again = try points.reversed().map { try backwards.evaluate($0) }
    #expect(Array(again.reversed()) == values)
    #expect(try points.map { try forwards.evaluate($0) } == values)
  }

  /// A diverged checkpoint gives NaN as a result.
  @Test func lossesThatAreNotFiniteAreResults() throws {
    let landscape = try Landscape()
    let encoder = landscape.plane.encoder
    let diverged = try Plane(
      theta0: landscape.plane.origin, theta1: landscape.plane.first,
      theta2: parameters([Float](repeating: .nan, count: encoder.count)), encoder: encoder)
    let evaluator = try landscape.evaluator(diverged)
    let values = try evaluator.evaluate(.theta2)
    #expect(values.trainingLoss.value.isNaN && values.devLoss.value.isNaN)
    #expect(try evaluator.evaluate(.theta1) == (try landscape.expected(landscape.plane.first.base)))
  }

  /// Regression: squared error, and 1 - Pearson, which is undefined where all targets are one.
  @Test func regression() throws {
    let landscape = try Landscape(outputs: 1)
    let values = try landscape.evaluator().evaluate(.theta1)
    #expect(values == (try landscape.expected(landscape.plane.first.base)))
    #expect((0...2).contains(try #require(values.devError).value))

    let constant = try relabelled(landscape.dev, .values([Double](repeating: 2, count: 11)))
    let undefined = try PointEvaluator(
      landscape.model, task: landscape.task, training: landscape.training, dev: constant,
      batchSize: 4
    ).evaluate(.theta1, of: landscape.plane)
    #expect(undefined.devError == nil)
    #expect(undefined.devLoss.value.isFinite && undefined.trainingLoss == values.trainingLoss)
  }

  /// By hand: losses 1, 2, 6 have mean 3 and deviations -2, -1, 3: sqrt(14 / 2 / 3). A share of wrong answers likewise.
  @Test func standardErrors() throws {
    let estimate = Estimate(meanOf: [1, 2, 6])
    let standardError = try #require(estimate.standardError)
    #expect(estimate.value == 3 && abs(standardError - (14.0 / 6).squareRoot()) < 1e-15)
    #expect(Estimate(meanOf: [5]).standardError == nil)
    let landscape = try Landscape()
    let error = try #require(try landscape.evaluator().evaluate(.theta1).devError)
    let expected = (error.value * (1 - error.value) / 10).squareRoot()
    let got = try #require(error.standardError)
    #expect(abs(got - expected) < 1e-15)
  }

  /// Only a part of the parameters moves: theta0 there, and theta1 or theta0 elsewhere.
  @Test(arguments: [true, false]) func aGroupMovesAlone(restsAtTheta1: Bool) throws {
    let landscape = try Landscape()
    let whole = landscape.plane
    let moving = [10..<37, 40..<41, 300..<whole.encoder.upperBound - 5]
    let plane = try Plane(
      theta0: whole.origin, theta1: whole.first, theta2: whole.second, encoder: whole.encoder, moving: moving,
      rest: restsAtTheta1 ? nil : whole.origin)
    let rest = restsAtTheta1 ? whole.first : whole.origin
    let mixed = AlignedBuffer<Float>(count: whole.encoder.count)
    for i in whole.encoder {
      mixed.pointer[i] = moving.contains { $0.contains(i) } ? whole.origin.base[i] : rest.base[i]
    }
    let vector = landscape.withHeadOfTheta1(mixed.pointer)
    #expect(try landscape.evaluator(plane).evaluate(.theta0) == (try landscape.expected(vector.pointer)))
    // Lengths are those of what moves.
    let axes = try Axes(plane)
    let squares = moving.joined().reduce(0.0) {
      let d = Double(whole.first.base[$1]) - Double(whole.origin.base[$1])
      return $0 + d * d
    }
    #expect(abs(axes.length1 - squares.squareRoot()) < 1e-12 * axes.length1)
  }

  @Test func dataWithoutLabelsAreErrors() throws {
    let landscape = try Landscape()
    func bare(_ data: EncodedDataset) throws -> EncodedDataset { try relabelled(data, nil) }
    for (training, dev) in try [
      (bare(landscape.training), landscape.dev), (landscape.training, bare(landscape.dev)),
      (landscape.training.selecting([]), landscape.dev), (landscape.training, landscape.dev.selecting([])),
    ] {
      #expect(throws: FineTuningError.noLabels) {
        try PointEvaluator(
          landscape.model, task: landscape.task, training: training, dev: dev, batchSize: 4)
      }
    }
  }

  @Test func examplesTheModelCannotReadAreErrors() throws {
    let landscape = try Landscape()
    let long = try EncodedDataset(
      tokens: [[Int32](repeating: 1, count: 33)], segments: [[UInt8](repeating: 0, count: 33)], labels: .classes([0]),
      limits: InputLimits(vocabularySize: 1000, maximumPositions: 64, segmentTypes: 2))
    #expect(throws: ModelError.sequenceLength(got: 33, limit: 32)) {
      try PointEvaluator(
        landscape.model, task: landscape.task, training: landscape.training, dev: long,
        batchSize: 4)
    }
  }

  /// The head comes from theta1: one without it, or with another task's, is refused before it is read.
  @Test func theta1OfAnotherSizeIsAnError() throws {
    let landscape = try Landscape()
    let (zero, two) = (landscape.plane.origin, landscape.plane.second)
    for other in [zero, two] {
      let plane = try Plane(theta0: zero, theta1: other, theta2: two, encoder: landscape.plane.encoder)
      #expect(throws: LandscapeError.sizesDiffer(got: other.count, expected: landscape.model.table.count)) {
        try landscape.evaluator(plane).evaluate(.theta0)
      }
    }
  }
}
