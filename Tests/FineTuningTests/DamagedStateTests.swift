import FineTuning
import Foundation
import TensorFiles
import Testing

/// How a state to resume from may be damaged.
private struct Damage: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let change: @Sendable (inout [NamedArray], inout [String: String]) -> Void

  init(_ name: String, _ change: @escaping @Sendable (inout [NamedArray], inout [String: String]) -> Void) {
    (testDescription, self.change) = (name, change)
  }

  /// Another shape of an array, or other numbers.
  static func array(_ name: String, _ what: String, _ change: @escaping @Sendable (NamedArray) -> NamedArray?) -> Damage
  {
    Damage("\(name): \(what)") { arrays, _ in
      arrays = arrays.compactMap { $0.name == name ? change($0) : $0 }
    }
  }

  /// One number of an array of Float64.
  static func number(_ name: String, at place: Int, _ value: Double) -> Damage {
    array(name, "number \(place) is \(value)") { array in
      guard case .float64(var numbers) = array.elements else { return nil }
      numbers[place] = value
      return NamedArray(name: name, shape: array.shape, elements: .float64(numbers))
    }
  }

  /// One number of a vector.
  static func weight(_ name: String, _ value: Float) -> Damage {
    array(name, "a number is \(value)") { array in
      guard case .float32(var numbers) = array.elements else { return nil }
      numbers[3] = value
      return NamedArray(name: name, shape: array.shape, elements: .float32(numbers))
    }
  }

  /// Any array of figures.
  static func figures(_ name: String, columns: Int) -> [Damage] {
    [
      array(name, "missing") { _ in nil },
      array(name, "flat") { NamedArray(name: name, shape: [$0.elements.count], elements: $0.elements) },
      array(name, "a number too many") { array in
        guard case .float64(let numbers) = array.elements else { return nil }
        return NamedArray(name: name, shape: [numbers.count + 1], elements: .float64(numbers + [0]))
      },
      array(name, "other columns") {
        NamedArray(name: name, shape: [$0.elements.count, 1], elements: $0.elements)
      },
      array(name, "Float32") { array in
        guard case .float64(let numbers) = array.elements else { return nil }
        return NamedArray(name: name, shape: array.shape, elements: .float32(numbers.map { Float($0) }))
      },
      array(name, "rows beyond the end") { array in
        guard case .float64(let numbers) = array.elements else { return nil }
        let rows = (0..<100).flatMap { _ in numbers }
        return NamedArray(name: name, shape: [100 * array.shape[0], columns], elements: .float64(rows))
      },
    ]
  }

  /// One row less than there should be.
  static func rowTooFew(_ name: String, columns: Int) -> Damage {
    array(name, "a row too few") { array in
      guard case .float64(let numbers) = array.elements else { return nil }
      return NamedArray(
        name: name, shape: [array.shape[0] - 1, columns], elements: .float64(Array(numbers.dropLast(columns))))
    }
  }

  static let vectors = ["parameters", "first_moment", "second_moment"].flatMap { name in
    [
      array(name, "missing") { _ in nil },
      array(name, "of another model") { array in
        guard case .float32(let numbers) = array.elements else { return nil }
        return NamedArray(name: name, shape: [numbers.count - 1], elements: .float32(Array(numbers.dropLast())))
      },
      array(name, "Float64") { array in
        guard case .float32(let numbers) = array.elements else { return nil }
        return NamedArray(name: name, shape: array.shape, elements: .float64(numbers.map { Double($0) }))
      },
      weight(name, .nan), weight(name, .infinity),
    ]
  }

  static let common =
    vectors + [weight("second_moment", -1), Damage("of no run") { _, metadata in metadata = [:] }]

  /// Of five steps of sixteen, four an epoch.
  static let ofFineTuning =
    common + figures("history", columns: 3) + figures("epochs", columns: 3)
    + [
      rowTooFew("epochs", columns: 3),
      number("history", at: 3, .nan), number("history", at: 4, -.infinity), number("history", at: 0, -1),
      number("history", at: 5, 0.5), number("epochs", at: 0, 7),
    ]

  /// Of six steps of twelve, evaluated every five.
  static let ofPretraining =
    common + figures("history", columns: 4) + figures("evaluations", columns: 3)
    + [
      rowTooFew("evaluations", columns: 3),
      number("history", at: 4, .nan), number("history", at: 7, 0.5), number("evaluations", at: 0, .nan),
      number("evaluations", at: 0, 1e300), number("evaluations", at: 0, 5.5), number("evaluations", at: 0, 4),
    ]

  func apply(to url: URL) throws {
    let file = try SafetensorsFile(url)
    var (arrays, metadata) = (try file.entries.map { try file.array($0.name) }, file.metadata)
    change(&arrays, &metadata)
    try Safetensors.write(to: url, arrays: arrays, metadata: metadata)
  }
}

/// A state that is damaged says so, names its file, and is not taken up.
@Suite struct DamagedStateTests {
  private func expectUnreadable(_ url: URL, _ resume: () throws -> Void) throws {
    let error = try #require(throws: FineTuningError.self) { try resume() }
    guard case .stateUnreadable(let path, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(path == url.path && "\(error)".contains("remove it"))
  }

  private func withFineTuning(_ body: (_ state: URL, _ resume: () throws -> Void) throws -> Void) throws {
    let tiny = try TinyTask()
    try withFolder { folder in
      let trainer = try tiny.trainer(quick)
      let run = try tiny.fineTuning(trainer, in: folder)
      let labels = ["a", "b", "c"]
      let ending = try run.run(
        snapshotSteps: [], from: fixture("tiny"), labels: labels, shouldStop: { trainer.step == 5 })
      #expect(ending == .interrupted)
      try body(folder.appending(path: "resume/state.safetensors")) {
        _ = try tiny.fineTuning(try tiny.trainer(quick), in: folder)
      }
    }
  }

  @Test(arguments: Damage.ofFineTuning) fileprivate func fineTuning(damage: Damage) throws {
    try withFineTuning { state, resume in
      try resume()
      try damage.apply(to: state)
      try expectUnreadable(state, resume)
    }
  }

  @Test(arguments: Damage.ofPretraining) fileprivate func pretraining(damage: Damage) throws {
    let tiny = try TinyText()
    try withFolder { folder in
      let trainer = try tiny.trainer(tiny.settings)
      let run = try tiny.pretraining(trainer, in: folder)
      #expect(try run.run(from: folder, shouldStop: { trainer.step == 5 }) == .interrupted)
      let state = folder.appending(path: "resume/state.safetensors")
      func resume() throws { _ = try tiny.pretraining(try tiny.trainer(tiny.settings), in: folder) }
      try resume()
      try damage.apply(to: state)
      try expectUnreadable(state, resume)
    }
  }

  /// Cut anywhere, or no such file at all.
  @Test(arguments: [0, 7, 8, 100, 5000]) func truncated(bytes: Int) throws {
    try withFineTuning { state, resume in
      try Data(contentsOf: state).prefix(bytes).write(to: state)
      try expectUnreadable(state, resume)
      try Data(repeating: 0x41, count: bytes).write(to: state)
      try expectUnreadable(state, resume)
    }
  }
}
