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

  /// The folder of a fine-tuning.
  public func cell(_ cell: Cell, _ id: Identity) -> CellDirectory {
    let name = Self.name(cell.name, id)
    return CellDirectory(root: root.appending(path: "cells/\(name)", directoryHint: .isDirectory))
  }

  /// A checkpoint in the layout that ranks map.
  ///
  /// - Parameter hash: the hash of the checkpoint it was made from.
  public func model(_ hash: Identity) -> URL {
    root.appending(path: "models/\(hash.short)", directoryHint: .isDirectory)
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

  /// The parameters after a step, 0 or more; at least six digits, so that names sort.
  public func snapshot(step: Int) -> URL {
    let digits = String(step)
    let padding = String(repeating: "0", count: max(0, 6 - digits.count))
    return snapshots.appending(path: "step-\(padding)\(digits).safetensors")
  }
}
