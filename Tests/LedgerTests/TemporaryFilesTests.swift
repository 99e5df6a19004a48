import Foundation
import Ledger
import Sweep
import Testing

@Suite struct TemporaryFilesTests {
  @Test func thoseOfDeadJobsGo() throws {
    let temporary = try TemporaryRun()
    let run = temporary.run
    let lease = try Lease.acquire(in: run)
    let gone = [
      ".status.json.1a2b.tmp", "status.json.tmp", "lease.ffffffffffffffff.tmp", ".3c.tmp",
      "results/.MRPC-s0-12345678.safetensors.9f.tmp", "cells/MRPC-s0-12345678/final/.model.safetensors.0.tmp",
      "cells/MRPC-s0-12345678/resume/.state.safetensors.abc.tmp",
    ]
    let kept = [
      "exports/.cells.csv.1a2b.tmp", "lease.1.tmp", "notes.tmp", ".notes.tmp", ".a.XYZ.tmp", ".a.12345678901234567.tmp",
      "results/MRPC-s0-12345678.safetensors", "results/status.json.tmp", "cells/MRPC-s0-12345678/final/config.json",
    ]
    for name in gone + kept {
      let file = run.root.appending(path: name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: file)
    }
    // A job that is just trying to start is alive; one from two minutes ago is not.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -120)],
      ofItemAtPath: run.root.appending(path: "lease.ffffffffffffffff.tmp").path)
    let host =
      try String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8).split(separator: "\n").first ?? ""
    let dead = run.root.appending(path: "lease.d.tmp")
    try Data(#"{"heartbeat":"2026-01-01T00:00:00Z","host":"\#(host)","process":0}"#.utf8)
      .write(to: dead)
    #expect(try TemporaryFiles.remove(from: run) == gone.count + 1)
    #expect(!FileManager.default.fileExists(atPath: dead.path))
    for name in gone {
      #expect(!FileManager.default.fileExists(atPath: run.root.appending(path: name).path), "\(name)")
    }
    for name in kept { #expect(FileManager.default.fileExists(atPath: run.root.appending(path: name).path), "\(name)") }
    try lease.release()
  }
}
