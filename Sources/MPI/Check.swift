import CMPI

/// The single checker: the return code of every MPI call in this module passes through here.
///
/// - Parameters:
///   - code: the return code.
///   - routine: the call's name in the standard, for the message.
/// - Throws: ``MPIError/failed(routine:code:errorClass:text:)`` unless `code` is `MPI_SUCCESS`.
@inline(__always)
func check(_ code: Int32, _ routine: StaticString) throws {
  guard code != MPI_SUCCESS else { return }
  throw failure(code, routine)
}

/// Asks MPI what `code` means. Never throws: if MPI cannot say, only the code is reported.
@inline(never)
private func failure(_ code: Int32, _ routine: StaticString) -> MPIError {
  // Before MPI_Init and after MPI_Finalize, MPI_Error_string would itself be an error and end the process.
  guard World.isRunning else {
    return .failed(routine: "\(routine)", code: code, errorClass: code, text: "MPI is not running")
  }
  var errorClass = code
  if MPI_Error_class(code, &errorClass) != MPI_SUCCESS { errorClass = code }
  let text = try? text(capacity: MPI_MAX_ERROR_STRING, "MPI_Error_string") { MPI_Error_string(code, $0, $1) }
  return .failed(routine: "\(routine)", code: code, errorClass: errorClass, text: text ?? "no description")
}

/// A string that MPI writes into a buffer, on one line.
///
/// - Parameters:
///   - capacity: the longest string that the routine writes, in bytes.
///   - call: receives the buffer and the place for the length.
func text(
  capacity: Int32, _ routine: StaticString,
  _ call: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<Int32>) -> Int32
) throws -> String {
  var buffer = [CChar](repeating: 0, count: Int(capacity) + 1)
  var length: Int32 = 0
  try check(buffer.withUnsafeMutableBufferPointer { $0.baseAddress.map { call($0, &length) } ?? 0 }, routine)
  // Some lengths include the terminating zero.
  let bytes = buffer.prefix(Int(length)).prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: " ")
}
