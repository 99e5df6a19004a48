import Experiments
import Foundation
import LearningDynamics
import TensorFiles
import Testing

@Suite struct ProbeFileTests {
  /// Six rows of three channels, in two halves.
  private func arrays(isComplete: Bool) throws -> [NamedArray] {
    try ProbeFile.arrays(
      LayerFeatures(
        (0..<18).map { Float(($0 * $0) % 7) }, columns: 3, halves: [[0, 1, 2], [3, 4, 5]], isComplete: isComplete),
      layer: 0)
  }

  private func read(_ arrays: [NamedArray]) throws -> LayerFeatures {
    let file = FileManager.default.temporaryDirectory.appending(path: "features-\(UUID().uuidString).safetensors")
    try Data(try Safetensors.encode(arrays)).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try ProbeFile(file).layer(0)
  }

  @Test(arguments: [true, false]) func comeBack(isComplete: Bool) throws {
    let arrays = try arrays(isComplete: isComplete)
    #expect(try ProbeFile.arrays(read(arrays), layer: 0) == arrays)
  }

  /// Each array in turn has another shape, or a number that is none.
  @Test(arguments: [true, false]) func damageIsAnError(isComplete: Bool) throws {
    let arrays = try arrays(isComplete: isComplete)
    for index in arrays.indices {
      let (name, shape) = (arrays[index].name, arrays[index].shape)
      guard case .float64(var numbers) = arrays[index].elements else { continue }
      var damaged = arrays
      damaged[index] = NamedArray(name: name, shape: [numbers.count, 1, 1], elements: .float64(numbers))
      #expect(throws: ExperimentError.self, "\(name)") { try read(damaged) }
      numbers[0] = .nan
      damaged[index] = NamedArray(name: name, shape: shape, elements: .float64(numbers))
      #expect(throws: ExperimentError.self, "\(name)") { try read(damaged) }
    }
    if isComplete {
      let kept = NamedArray(name: "kept.0", shape: [1], elements: .int64([4]))
      #expect(throws: ExperimentError.self) { try read(arrays.filter { $0.name != kept.name } + [kept]) }
    }
  }
}
