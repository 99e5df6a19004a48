public import Diagnostics
public import Foundation

/// Foundation's errors about files, wherever one of its calls is still made: with the path, which they say only on request.
extension CocoaError: ProgramError {
  /// A file that is not there, or not to be read, is bad input; everything else is not.
  public var exitStatus: ExitStatus {
    [.fileReadNoSuchFile, .fileNoSuchFile, .fileReadNoPermission, .fileReadInvalidFileName].contains(code)
      ? .badInput : .inputOutput
  }

  /// One line: what was got, what to do. Not `description`, which is Foundation's own.
  public var line: String {
    let path = filePath ?? url?.path
    return "\(path.map { "\($0): " } ?? "")\(localizedDescription) Check path, permissions and free space"
  }
}
