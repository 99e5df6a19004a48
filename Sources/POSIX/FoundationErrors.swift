public import Diagnostics
public import Foundation

/// Foundation's file errors, for the Foundation calls that remain. Adds the path, which their description leaves out.
extension CocoaError: ProgramError {
  /// A file that does not exist or may not be read is bad input; every other error is not.
  public var exitStatus: ExitStatus {
    [.fileReadNoSuchFile, .fileNoSuchFile, .fileReadNoPermission, .fileReadInvalidFileName].contains(code)
      ? .badInput : .inputOutput
  }

  /// One line: what was got, what to do. Not called `description`, which belongs to Foundation.
  public var line: String {
    let path = filePath ?? url?.path
    return "\(path.map { "\($0): " } ?? "")\(localizedDescription) Check path, permissions and free space"
  }
}
