import BERT
import Foundation
import GLUE

/// Files of labelled rows, read as a custom task and as GLUE tasks.
let rowTargets = [
  rowTarget("tsv", file: "rows.tsv", glue: ["CoLA", "QNLI", "MRPC", "STS-B"]),
  rowTarget("csv", file: "rows.csv", glue: []),
  rowTarget("json-lines", file: "rows.jsonl", glue: []),
]

private func rowTarget(_ name: String, file: String, glue: [String]) -> Target {
  Target(name: name) { scratch in
    let folder = try scratch.folder("data")
    let tokenizer = try scratch.tokenizer()
    let limits = try tinyConfiguration().inputLimits
    // The GLUE tasks find the same bytes under their own file names.
    for task in glue {
      _ = try scratch.folder("data/\(task)")
      try FileManager.default.createSymbolicLink(
        atPath: folder.appending(path: "\(task)/train.tsv").path, withDestinationPath: "../\(file)")
    }
    let columns = [
      Columns(text: "sentence", label: "label"), Columns(text: "sentence1", pair: "sentence2", label: "label"),
    ]
    return Reader { input in
      scratch.write(input, to: "data/\(file)")
      func read(_ task: () throws -> GLUE.Task) {
        attempt {
          let task = try task()
          let rows = try task.read(.train, in: folder)
          _ = task.notices([(.train, rows), (.dev, rows)])
          _ = try EncodedDataset(rows.examples.prefix(8), tokenizer: tokenizer, maximumLength: 8, limits: limits)
        }
      }
      for columns in columns {
        for labels in [nil, .regression(0...5)] as [LabelKind?] {
          for skipped in [[], ["", "-1"]] {
            read {
              try .custom(
                name: "own", train: file, dev: file, columns: columns, labels: labels, skipLabels: skipped, in: folder)
            }
          }
        }
      }
      for task in glue { read { try .named(task) } }
    }
  }
}
