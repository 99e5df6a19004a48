extension Task {
  /// The nine GLUE tasks, in the order of the table in the GLUE paper, with WNLI last: single sentences, similarity,
  /// inference.
  ///
  /// Files are expected as `DATA/NAME/train.tsv`, `dev.tsv` and `test.tsv`, and for MNLI `dev_matched.tsv`,
  /// `dev_mismatched.tsv`, `test_matched.tsv` and `test_mismatched.tsv`. Class ids follow the order of the labels.
  /// Source: Wang et al., "GLUE: A Multi-Task Benchmark and Analysis Platform for Natural Language Understanding",
  /// ICLR 2019, and its files.
  public static let glue: [Task] = [
    Task(
      name: "CoLA", columns: Columns(text: "sentence", label: "label"), labels: binary, mainMetric: .matthews,
      files: [
        glueFile("CoLA", .train, header: ["source", "label", "mark", "sentence"]),
        glueFile("CoLA", .dev, header: ["source", "label", "mark", "sentence"]),
        glueFile("CoLA", .test),
      ], raggedRows: .extraIgnored),
    Task(
      name: "SST-2", columns: Columns(text: "sentence", label: "label"), labels: binary, mainMetric: .accuracy,
      files: glueFiles("SST-2"), raggedRows: .extraIgnored),
    Task(
      name: "MRPC", columns: Columns(text: "#1 String", pair: "#2 String", label: "Quality"), labels: binary,
      mainMetric: .accuracy, otherMetrics: [.f1], files: glueFiles("MRPC"), raggedRows: .extraIgnored),
    Task(
      name: "QQP", columns: Columns(text: "question1", pair: "question2", label: "is_duplicate"), labels: binary,
      mainMetric: .accuracy, otherMetrics: [.f1], files: glueFiles("QQP"), raggedRows: .shortSkipped),
    Task(
      name: "STS-B", columns: Columns(text: "sentence1", pair: "sentence2", label: "score"), labels: .regression(0...5),
      mainMetric: .pearson, otherMetrics: [.spearman], files: glueFiles("STS-B"), raggedRows: .extraIgnored),
    Task(
      name: "MNLI", columns: Columns(text: "sentence1", pair: "sentence2", label: "gold_label"),
      labels: .classes(["entailment", "neutral", "contradiction"]), mainMetric: .accuracy,
      files: glueFiles("MNLI", [.train, .devMatched, .devMismatched, .testMatched, .testMismatched]),
      raggedRows: .extraIgnored),
    Task(
      name: "QNLI", columns: Columns(text: "question", pair: "sentence", label: "label"), labels: entailment,
      mainMetric: .accuracy, files: glueFiles("QNLI"), raggedRows: .shortSkipped),
    Task(
      name: "RTE", columns: Columns(text: "sentence1", pair: "sentence2", label: "label"), labels: entailment,
      mainMetric: .accuracy, files: glueFiles("RTE"), raggedRows: .extraIgnored),
    Task(
      name: "WNLI", columns: Columns(text: "sentence1", pair: "sentence2", label: "label"), labels: binary,
      mainMetric: .accuracy, files: glueFiles("WNLI"), raggedRows: .extraIgnored),
  ]

  /// The GLUE task of that name, in upper or lower case: `sst-2` is `SST-2`.
  ///
  /// - Throws: ``GLUEError/unknownTask(name:known:)``.
  public static func named(_ name: String) throws(GLUEError) -> Task {
    guard let task = glueTask(name) else { throw .unknownTask(name: name, known: glue.map(\.name)) }
    return task
  }

  static func glueTask(_ name: String) -> Task? {
    glue.first { $0.name.lowercased() == name.lowercased() }
  }

  private static let binary = LabelKind.classes(["0", "1"])
  private static let entailment = LabelKind.classes(["entailment", "not_entailment"])

  private static func glueFiles(_ name: String, _ splits: [Split] = [.train, .dev, .test]) -> [TaskFile] {
    splits.map { glueFile(name, $0) }
  }

  private static func glueFile(_ name: String, _ split: Split, header: [String]? = nil) -> TaskFile {
    TaskFile(split: split, path: "\(name)/\(split.rawValue).tsv", format: .tsv, header: header)
  }
}
