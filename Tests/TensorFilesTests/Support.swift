import Foundation
import TensorFiles
import Testing

/// A file written by Python (tools/fixtures/tensor_files.py).
func fixture(_ path: String) throws -> URL {
  try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/\(path)")
}

/// Calls `body` with an empty directory, which is removed afterwards.
func withTemporaryDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try body(directory)
}

/// The names in a directory, including hidden ones, sorted.
func names(in directory: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
}

func bytes(of url: URL) throws -> [UInt8] { Array(try Data(contentsOf: url)) }

/// A safetensors file built by hand: length, header, data section.
func safetensors(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
  let count = header.utf8.count
  return [UInt8(count & 0xFF), UInt8(count >> 8), 0, 0, 0, 0, 0, 0] + Array(header.utf8) + data
}

/// Opens a file with these bytes and calls `body` with it.
func withSafetensorsFile<Result>(_ bytes: [UInt8], _ body: (SafetensorsFile) throws -> Result) throws -> Result {
  try withTemporaryDirectory { directory in
    let url = directory.appendingPathComponent("t.safetensors")
    try Data(bytes).write(to: url)
    return try body(SafetensorsFile(url))
  }
}

/// The message of the error that `body` throws, with the directory of its path removed.
func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)".replacing(/\/\S*\//, with: "")
  }
}
