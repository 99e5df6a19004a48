import Foundation
import TensorFiles
import Testing

@Suite struct SafetensorsCollectionTests {
  /// Calls `body` with a copy of Python's sharded checkpoint.
  private func withShards(_ body: (URL) throws -> Void) throws {
    try withTemporaryDirectory { directory in
      for name in try names(in: fixture("sharded")) {
        try FileManager.default.copyItem(
          at: fixture("sharded/\(name)"), to: directory.appendingPathComponent(name))
      }
      try body(directory)
    }
  }

  private func writeIndex(_ json: String, in directory: URL) throws {
    try Data(json.utf8).write(to: directory.appendingPathComponent("model.safetensors.index.json"))
  }

  private func failure(_ directory: URL) -> String? { message { _ = try SafetensorsCollection(directory: directory) } }

  @Test func readsShards() throws {
    let model = try SafetensorsCollection(directory: fixture("sharded"))
    #expect(Set(model.entries.map(\.name)) == ["a", "b", "c", "d"])
    #expect(Set(model.entries.prefix(2).map(\.name)) == ["a", "b"])
    #expect(model.entry("a")?.shape == [1, 2])
    #expect(try model.float32("a") == [1, 2])
    #expect(try model.float64("b") == [3, 4])
    #expect(try model.int64("c") == [5, 6])
    #expect(try model.float32("d") == [0.5])
    #expect(model.mappedFloat32("b").map(Array.init) == [3, 4])
    #expect(try model.file(holding: "d").path.hasSuffix("model-00002-of-00002.safetensors"))
    #expect(
      message { _ = try model.float32("e") }
        == "sharded holds no tensor 'e'; check that the file belongs to this model")
  }

  @Test func readsAWholeFileRatherThanAnIndex() throws {
    try withShards { directory in
      let array = NamedArray(name: "a", shape: [], elements: .float32([9]))
      try Safetensors.write(to: directory.appendingPathComponent("model.safetensors"), arrays: [array])
      let model = try SafetensorsCollection(directory: directory)
      #expect(model.entries.map(\.name) == ["a"])
      #expect(try model.float32("a") == [9])
    }
  }

  @Test func readsAnotherBaseName() throws {
    try withTemporaryDirectory { directory in
      let array = NamedArray(name: "a", shape: [], elements: .float32([9]))
      try Safetensors.write(to: directory.appendingPathComponent("adapter.safetensors"), arrays: [array])
      #expect(try SafetensorsCollection(directory: directory, baseName: "adapter").float32("a") == [9])
    }
  }

  @Test func aTensorThatTheIndexDoesNotNameIsNotPartOfIt() throws {
    try withShards { directory in
      try writeIndex(#"{"weight_map":{"a":"model-00001-of-00002.safetensors"}}"#, in: directory)
      let model = try SafetensorsCollection(directory: directory)
      #expect(model.entries.map(\.name) == ["a"])
      #expect(message { _ = try model.float32("b") } != nil)
    }
  }

  @Test func aMissingShard() throws {
    try withShards { directory in
      try FileManager.default.removeItem(at: directory.appendingPathComponent("model-00002-of-00002.safetensors"))
      #expect(
        failure(directory)
          == "model.safetensors.index.json names the file model-00002-of-00002.safetensors, which does not exist; "
          + "download it into the same directory")
    }
  }

  @Test func aShardThatLacksATensor() throws {
    try withShards { directory in
      try writeIndex(
        #"{"weight_map":{"a":"model-00001-of-00002.safetensors","c":"model-00001-of-00002.safetensors"}}"#,
        in: directory)
      #expect(
        failure(directory)
          == "model.safetensors.index.json expects tensor 'c' in model-00001-of-00002.safetensors, which lacks it; "
          + "download both again")
    }
  }

  @Test(arguments: [
    ("{}", "it has no weight_map, expected an object from tensors to file names"),
    ("", "expected '{' at byte 0 of the file, got the end of the file"),
    (#"{"weight_map":{"a":1}}"#, "expected a string at byte 19 of the file, got '1'"),
    (#"{"weight_map":{"a":"b"}} x"#, "expected the end at byte 25 of the file, got 'x'"),
    (#"{"weight_map":{"a":"../b"}}"#, #"it names "../b", expected files in its own directory"#),
    (#"{"weight_map":{"a":"/etc/passwd"}}"#, #"it names "/etc/passwd", expected files in its own directory"#),
    (#"{"weight_map":{"a":".."}}"#, #"it names "..", expected files in its own directory"#),
    (#"{"weight_map":{"a":""}}"#, #"it names "", expected files in its own directory"#),
    (#"{"weight_map":{"a":"b\u0000c"}}"#, #"it names "b\0c", expected files in its own directory"#),
    (#"{"weight_map":{"a":"b","a":"c"}}"#, "it names tensor 'a' twice, expected once"),
    (#"{"weight_map":{},"weight_map":{}}"#, "it has two entries weight_map, expected one"),
    (
      #"{"metadata":"# + String(repeating: "[", count: 100_000),
      "expected at most 100 levels of nesting at byte 111 of the file, got '['"
    ),
  ])
  func anIndexThatIsNone(json: String, reason: String) throws {
    try withShards { directory in
      try writeIndex(json, in: directory)
      let error = try #require(throws: TensorFileError.self) { try SafetensorsCollection(directory: directory) }
      let index = directory.appendingPathComponent("model.safetensors.index.json").path
      #expect(error == .invalidIndex(path: index, reason: reason))
      #expect(
        error.description == "\(index) is not the index of a sharded checkpoint: \(reason); download it again")
    }
  }

  /// Other entries of the index are ignored.
  @Test func otherMembersOfTheIndex() throws {
    try withShards { directory in
      try writeIndex(
        #"{"metadata":{"total_size":-1.5e3,"x":[true,[],{}, null, "\u00e9"]}, "weight_map":{"a":"model-00001-of-00002.safetensors"}}"#,
        in: directory)
      #expect(try SafetensorsCollection(directory: directory).entries.map(\.name) == ["a"])
    }
  }

  /// The hub's cache links each file to one that is named by its hash.
  @Test func linksAreFollowed() throws {
    try withShards { directory in
      let blobs = directory.appendingPathComponent("blobs")
      try FileManager.default.createDirectory(at: blobs, withIntermediateDirectories: true)
      for name in try names(in: directory) where name != "blobs" {
        let (file, blob) = (directory.appendingPathComponent(name), blobs.appendingPathComponent("x" + name))
        try FileManager.default.moveItem(at: file, to: blob)
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "blobs/x" + name)
      }
      #expect(try SafetensorsCollection(directory: directory).float32("a") == [1, 2])
    }
  }

  @Test func equalTensors() throws {
    let arrays = [
      NamedArray(name: "a", shape: [2], elements: .float32([1, 2])),
      NamedArray(name: "same", shape: [2], elements: .float32([1, 2])),
      NamedArray(name: "wide", shape: [2], elements: .float64([1, 2])),
      NamedArray(name: "other", shape: [2], elements: .float32([1, 3])),
      NamedArray(name: "column", shape: [2, 1], elements: .float32([1, 2])),
    ]
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("model.safetensors")
      try Safetensors.write(to: url, arrays: arrays)
      let file = try SafetensorsFile(url)
      #expect(
        try ["same", "wide", "other", "column", "missing"].map { try file.areEqual("a", $0) } == [
          true, true, false, false, false,
        ])
    }
  }

  @Test func nothingToRead() throws {
    try withTemporaryDirectory { directory in
      let error = try #require(throws: TensorFileError.self) { try SafetensorsCollection(directory: directory) }
      #expect(
        error.description
          == "\(directory.path) holds none of: model.safetensors, model.safetensors.index.json; "
          + "check the path or download the model")
      try Data([1]).write(to: directory.appendingPathComponent("pytorch_model.bin"))
      let other = try #require(throws: TensorFileError.self) { try SafetensorsCollection(directory: directory) }
      #expect(other.description.contains("it holds pytorch_model.bin, so convert that: cd '\(directory.path)' && "))
      #expect(other.description.contains("save_file("))
    }
  }
}
