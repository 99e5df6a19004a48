internal import Foundation

/// The terminal on which a person reads this process's standard error.
public struct Terminal: Sendable {
  private let descriptor: Int32

  /// Standard error itself, or that of `mpirun`, which hands on what its ranks write into a pipe; nil if neither is a
  /// terminal, or one that cannot move its cursor.
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

  /// Columns and lines as they are now; what the terminal does not know is taken as 80 columns and 24 lines.
  public var size: (columns: Int, lines: Int) {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return Self.assumedSize
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// The size where bars are asked for and no terminal is found: COLUMNS and LINES of the environment, or 80 and 24.
  public static var assumedSize: (columns: Int, lines: Int) {
    func size(_ name: String) -> Int? {
      ProcessInfo.processInfo.environment[name].flatMap(Int.init).flatMap { (1...10_000).contains($0) ? $0 : nil }
    }
    return (size("COLUMNS") ?? 80, size("LINES") ?? 24)
  }

  /// What `mpirun` sets where it puts something before every line: `--tag-output`, `--timestamp-output`.
  private static let adornments = ["OMPI_MCA_orte_tag_output", "OMPI_MCA_orte_timestamp_output"]

  private static func isPipe(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// The parent's standard error, opened to ask for its size for as long as this process lives.
  private static func ofParent() -> Int32? {
    let descriptor = open("/proc/\(getppid())/fd/2", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    if isatty(descriptor) == 1 { return descriptor }
    close(descriptor)
    return nil
  }
}
