internal import Foundation

/// The terminal that shows this process's standard error.
public struct Terminal: Sendable {
  private let descriptor: Int32

  /// Standard error itself, or that of `mpirun`, which passes on what its ranks write to a pipe. Nil if neither is a
  /// terminal, or if the terminal cannot move its cursor.
  public init?() {
    let environment = ProcessInfo.processInfo.environment
    if environment["TERM"] == "dumb" { return nil }
    if isatty(STDERR_FILENO) == 1 {
      descriptor = STDERR_FILENO
    } else if environment["OMPI_COMM_WORLD_RANK"] != nil, !Self.adornments.contains(where: environment.keys.contains),
      Self.isPipe(STDERR_FILENO), let parent = Self.ofParent()
    {
      descriptor = parent
    } else {
      return nil
    }
  }

  /// The current number of columns and lines; 80 and 24 if the terminal does not know.
  public var size: (columns: Int, lines: Int) {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return Self.assumedSize
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// The size to use if bars are requested and there is no terminal: COLUMNS and LINES from the environment, or 80 and
  /// 24.
  public static var assumedSize: (columns: Int, lines: Int) {
    func size(_ name: String) -> Int? {
      ProcessInfo.processInfo.environment[name].flatMap(Int.init).flatMap { (1...10_000).contains($0) ? $0 : nil }
    }
    return (size("COLUMNS") ?? 80, size("LINES") ?? 24)
  }

  /// Variables that `mpirun` sets when it prefixes every line: `--tag-output`, `--timestamp-output`.
  private static let adornments = ["OMPI_MCA_orte_tag_output", "OMPI_MCA_orte_timestamp_output"]

  private static func isPipe(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// The parent's standard error, kept open for the lifetime of this process to ask for its size.
  private static func ofParent() -> Int32? {
    let descriptor = open("/proc/\(getppid())/fd/2", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    if isatty(descriptor) == 1 { return descriptor }
    close(descriptor)
    return nil
  }
}
