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

  /// One curve or surface for another tool. The number, from 1 in the sweep file's order, keeps names apart, as a plane may
  /// be asked for twice.
  public func export(of surface: Surface, number: Int, format: String) -> URL {
    let kind = surface.isCurve ? "curve" : "surface"
    return exports.appending(path: "\(kind)-\(number)-\(FileName.made(from: surface.name)).\(format)")
  }

  /// The folder of a fine-tuning.
  public func cell(_ cell: Cell, _ id: Identity) -> CellDirectory {
    let name = Self.name(cell.name, id)
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

  /// Whether a name in the root is one that a run writes.
  public static func owns(_ name: String) -> Bool {
    let names = [
      "sweep.yaml", "run.json", "status.json", "lease", "ledger.sqlite", "cells", "models", "activations", "results",
      "directions", "report.html", "figures",
      "exports",
    ]
    // SQLite and atomic writes put files of longer names beside them for a while.
    return names.contains {
      name == $0 || name.hasPrefix("\($0)-") || name.hasPrefix("\($0).") || name.hasPrefix(".\($0).")
    }
  }

  /// The path of a unit's payload relative to the root: activations of probes, results of all else.
  public func payloadPath(of unit: WorkUnit) -> String {
    let folder = unit.work.kind == .probe ? "activations" : "results"
    return "\(folder)/\(Self.name(unit.name, unit.id)).safetensors"
  }

  private static func name(_ name: String, _ id: Identity) -> String { "\(FileName.made(from: name))-\(id.short)" }
}

/// The folder of one fine-tuning.
public struct CellDirectory: Sendable, Hashable {
  /// The folder itself.
  public let root: URL

  /// The folder of the snapshots.
  public var snapshots: URL { root.appending(path: "snapshots", directoryHint: .isDirectory) }
  /// The final model, a Hugging Face directory.
  public var final: URL { root.appending(path: "final", directoryHint: .isDirectory) }
  /// What a stopped fine-tuning goes on from; gone when ``final`` is there.
  public var resume: URL { root.appending(path: "resume", directoryHint: .isDirectory) }
}
