public import ArgumentParser
public import Sweep

struct SweepFileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep-file",
    abstract: "Prints the reference of sweep files: every key with type, unit, default, range and meaning.",
    discussion: """
      The text is Markdown, made from what the program reads by. A section is a mapping of the file, such as recipe or \
      surfaces; sweep is the file itself. The smallest sweep file is two lines:

        model: models/minilm
        tasks: [SST-2, MRPC]

      Example: seedscape sweep-file surfaces
      """)

  @Argument(help: "The section. (default: all of them)")
  var section: SweepSection?

  @Flag(help: "Print one JSON list, one object per key.")
  var json = false

  func run() throws {
    let sections = section.map { [$0] } ?? SweepSection.all
    try standardOutput(json ? jsonLine(ReferenceEntry.all(of: sections)) : SweepSection.reference(of: sections))
  }
}

extension SweepSection: ExpressibleByArgument {
  /// The section of a name.
  public init?(argument: String) {
    guard let section = Self.all.first(where: { $0.name == argument }) else { return nil }
    self = section
  }

  /// The names of all sections.
  public static var allValueStrings: [String] { all.map(\.name) }

  /// The same, for the TAB key.
  public static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}
