internal import BERT
internal import Foundation
internal import GLUE
internal import LinearAlgebra
internal import TensorFiles

extension FineTuning {
  private static let vectors = ["parameters", "first_moment", "second_moment"]

  private var buffers: [AlignedBuffer<Float>] {
    [trainer.state.parameters, trainer.state.firstMoment, trainer.state.secondMoment]
  }

  /// Columns of an epoch's row: training loss, dev loss, then the task's metrics, NaN where undefined.
  private var epochColumns: Int { 2 + task.metrics.count }

  /// Writes all that the rest of the run depends on, so that a resumed one has the bits of an uninterrupted one.
  func save() throws {
    try FileManager.default.createDirectory(at: folders.resume, withIntermediateDirectories: true)
    let history = trainer.history.flatMap { [$0.loss, $0.gradientNorm, $0.learningRate] }
    let results = epochs.flatMap { epoch in
      [epoch.trainingLoss, epoch.devLoss] + task.metrics.map { epoch.metrics[$0.rawValue] ?? .nan }
    }
    let count = trainer.model.table.count
    var tensors = [
      TensorDescription(name: "history", dtype: .float64, shape: [trainer.step, 3]),
      TensorDescription(name: "epochs", dtype: .float64, shape: [epochs.count, epochColumns]),
    ]
    tensors += Self.vectors.map { TensorDescription(name: $0, dtype: .float32, shape: [count]) }
    var writer = try SafetensorsWriter(to: folders.state, tensors: tensors, metadata: ["identity": identity])
    try writer.append(history.span.bytes, to: "history")
    try writer.append(results.span.bytes, to: "epochs")
    for (name, buffer) in zip(Self.vectors, buffers) {
      try writer.append(UnsafeBufferPointer(buffer.elements).span.bytes, to: name)
    }
    try writer.finish()
  }

  /// Takes up the run where ``save()`` left it.
  func resume() throws {
    let path = folders.state.path
    let file = try SafetensorsFile(folders.state)
    let got = file.metadata["identity"] ?? "unknown"
    guard got == identity else { throw FineTuningError.otherState(path: path, got: got, expected: identity) }
    let history = try file.float64("history")
    let results = try file.float64("epochs")
    let done = history.count / 3
    let perEpoch = trainer.stepsPerEpoch
    guard done <= trainer.steps, results.count == done / perEpoch * epochColumns else {
      throw FineTuningError.stateUnreadable(
        path: path, reason: "\(done) steps and \(results.count) epoch figures do not belong together")
    }
    let vectors = try Self.vectors.map { name in
      guard let vector = file.mappedFloat32(name), vector.count == trainer.model.table.count,
        let base = vector.baseAddress
      else {
        throw FineTuningError.stateUnreadable(path: path, reason: "\(name) is not a vector of the model's size")
      }
      return base
    }
    withExtendedLifetime(file) {
      trainer.state.restore(parameters: vectors[0], firstMoment: vectors[1], secondMoment: vectors[2])
    }
    trainer.history = stride(from: 0, to: history.count, by: 3).map {
      StepRecord(loss: history[$0], gradientNorm: history[$0 + 1], learningRate: history[$0 + 2])
    }
    epochs = (0..<done / perEpoch).map { index in
      let row = results[index * epochColumns..<(index + 1) * epochColumns]
      let metrics = zip(task.metrics, row.dropFirst(2)).filter { !$1.isNaN }
      return Epoch(
        number: index + 1, step: (index + 1) * perEpoch, trainingLoss: row[row.startIndex],
        devLoss: row[row.startIndex + 1],
        metrics: Dictionary(uniqueKeysWithValues: metrics.map { ($0.rawValue, $1) }))
    }
  }
}
