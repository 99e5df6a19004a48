public import Foundation

/// Where everything that a sweep writes has its place: the one owner of every file name in a run directory.
///
/// Pure arithmetic on paths; nothing is read or made. A unit's files are named by its readable name and the first 8
/// digits of its identity.
public struct RunDirectory: Sendable, Hashable {
  /// The directory itself.
  public let root: URL

  /// A run directory.
  public init(root: URL) {
    self.root = root
  }

  /// The sweep file as it is run.
  public var sweepFile: URL { root.appending(path: "sweep.yaml") }
  /// Versions, hosts, ranks, threads, CPU, BLAS and hashes.
  public var runFile: URL { root.appending(path: "run.json") }
  /// What is done, running and left.
  public var statusFile: URL { root.appending(path: "status.json") }
  /// Who runs it.
  public var leaseFile: URL { root.appending(path: "lease") }
  /// The outcomes.
  public var ledgerFile: URL { root.appending(path: "ledger.sqlite") }
  /// Tables for other tools.
  public var exports: URL { root.appending(path: "exports", directoryHint: .isDirectory) }

  /// One curve or surface for another tool. The number, from 1 in the plan's order, keeps names apart, whatever a file system
  /// makes of them.
  public func export(of planned: PlannedSurface, number: Int, format: String) -> URL {
    let kind = planned.surface.isCurve ? "curve" : "surface"
    return exports.appending(path: "\(kind)-\(number)-\(FileName.made(from: planned.name)).\(format)")
  }

  /// The folder of a fine-tuning.
  public func folder(of cell: Cell) -> CellDirectory {
    let name = Self.name(cell.name, cell.id)
    return CellDirectory(root: root.appending(path: "cells/\(name)", directoryHint: .isDirectory))
  }

  /// A direction of a curve or surface that is no difference of models, 1 or 2, as the unit of its axes writes it: a
  /// Hugging Face file of the encoder's shape, which ranks map.
  public func direction(_ number: Int, of surface: Surface, axes: Identity) -> URL {
    root.appending(path: "directions/\(Self.name(surface.name, axes))-\(number).safetensors")
  }

  /// Where cells start: theta0 of an initialisation, a Hugging Face directory in the layout that ranks map. A run has
  /// one model, which the record of the run checks.
  ///
  /// - Parameter reinitialised: how many of the top layers start from random parameters.
  public func theta0(_ initialisation: Initialisation, seed: Int, reinitialised: Int) -> URL {
    let top = reinitialised == 0 ? "" : "-top-\(reinitialised)"
    return root.appending(path: "models/\(initialisation.rawValue)-\(seed)\(top)", directoryHint: .isDirectory)
  }

  /// Where a cell starts.
  public func theta0(of cell: Cell) -> URL {
    theta0(cell.initialisation, seed: cell.initialisationSeed, reinitialised: cell.recipe.reinitialise)
  }

  /// Whether a name in the root is one that a run writes, or a temporary one of a write that was cut short.
  public static func owns(_ name: String) -> Bool {
    let folders = ["cells", "models", "activations", "results", "directions", "figures", "exports"]
    let files = ["sweep.yaml", "run.json", "status.json", "lease", "ledger.sqlite", "report.html"]
    let ledger = ["-journal", "-wal", "-shm"].map { "ledger.sqlite\($0)" }
    return (folders + files + ledger).contains(name) || isTemporary(name, of: files)
  }

  /// Whether a name is one under which a file is written before it gets its own: `NAME.tmp`, with a full stop before it or not,
  /// a random number in hexadecimal between the two or not; or such a number alone, by which a folder is tried.
  private static func isTemporary(_ name: String, of files: [String]) -> Bool {
    guard name.hasSuffix(".tmp") else { return false }
    let front = name.dropLast(4)
    let named = front.hasPrefix(".") ? front.dropFirst() : front
    if files.contains(String(named)) { return true }
    let digits = named.utf8.reversed().prefix { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }.count
    guard (1...16).contains(digits) else { return false }
    let rest = named.dropLast(digits)
    return rest.isEmpty ? front.hasPrefix(".") : rest.hasSuffix(".") && files.contains(String(rest.dropLast()))
  }

  /// The most bytes of a path that the system takes, the zero at its end included.
  static let longestPath = 4096

  /// Checks that the paths of all files within are ones that the system takes.
  ///
  /// - Throws: ``SweepError/longPath(path:most:)``.
  public func checkLength() throws {
    // A folder and a file of the longest names, twice: snapshots lie in a folder of a cell's folder.
    let most = Self.longestPath - 4 * 256
    guard root.path.utf8.count <= most else { throw SweepError.longPath(path: root.path, most: most) }
  }

  /// The path of a unit's payload relative to the root: activations of probes, results of all else.
  public static func payloadPath(of unit: WorkUnit) -> String {
    let folder = unit.kind == .probe ? "activations" : "results"
    return "\(folder)/\(name(unit.name, unit.id)).safetensors"
  }

  private static func name(_ name: String, _ id: Identity) -> String { "\(FileName.made(from: name))-\(id.short)" }
}

/// The folder of one fine-tuning.
public struct CellDirectory: Sendable, Hashable {
  /// The folder itself.
  public let root: URL

  /// The folders within a folder.
  public init(root: URL) { self.root = root }

  /// The folder of the snapshots.
  public var snapshots: URL { root.appending(path: "snapshots", directoryHint: .isDirectory) }
  /// The final model, a Hugging Face directory.
  public var final: URL { root.appending(path: "final", directoryHint: .isDirectory) }
  /// What a stopped fine-tuning goes on from; gone when ``final`` is there.
  public var resume: URL { root.appending(path: "resume", directoryHint: .isDirectory) }
}
