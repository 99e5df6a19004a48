public import Diagnostics

/// Why a text is no JSON, and where. Whoever reads a file adds its name.
public enum JSONError: ProgramError, Equatable {
  /// A byte that does not fit, nil at the end of the text; the offset is counted from 0.
  case unexpected(offset: Int, expected: String, got: UInt8?)
  /// Half of a surrogate pair as a character, the escape at `offset`.
  case halfSurrogate(offset: Int, code: UInt32)

  /// Bad input.
  public var exitStatus: ExitStatus { .badInput }

  /// One line: what was got, what was expected.
  public var description: String { description(in: "the text") }

  /// One line: what was got, what was expected.
  ///
  /// - Parameter document: what the text is, such as `the header`.
  public func description(in document: String) -> String {
    switch self {
    case .unexpected(let offset, let expected, let got):
      let got = got.map { "'\(Unicode.Scalar($0).escaped(asASCII: true))'" } ?? "the end of \(document)"
      return "expected \(expected) at byte \(offset) of \(document), got \(got)"
    case .halfSurrogate(let offset, let code):
      return
        "expected a character at byte \(offset) of \(document), got \\u\(String(code, radix: 16)), half of a surrogate pair"
    }
  }
}
