extension CustomTask.CodingKeys: SectionKey {
  static var section: SweepSection { .tasks }

  var declaration: KeyDeclaration {
    switch self {
    case .name:
      .init(.name, default: .required("a name"), bound: "no GLUE task or initialisation", "what the task is called")
    case .train:
      .init(
        .path, default: .required("the path of the training file"),
        "the training rows; a relative path starts in the data folder, without one in the sweep file's")
    case .dev: .init(.path, default: .required("the path of the dev file"), "the dev rows, likewise")
    case .columns:
      .init(
        .mapping(.columns), default: .required("{text: NAME, label: NAME}, and pair: NAME for a second text"),
        "which columns are read")
    case .labels:
      .init(
        .list(of: "labels"), default: .described("the training file's"), bound: "2 or more",
        "classes in the order of their ids; without it sorted, as numbers if all are whole numbers")
    case .range:
      .init(
        .described("[lowest, highest]"), default: .none, bound: "-1e9 to 1e9; not with `labels`",
        "regression: labels are numbers in this range")
    case .skipLabels:
      .init(
        .list(of: "labels"), default: .none,
        "marks of rows without a label, such as `-1`; these rows are left out and counted; `\"\"` is an empty label, a "
          + "blank one and null")
    case .format:
      .init(
        .choice(CustomTask.Format.self), default: .described("by extension"),
        "of both files; extensions are .tsv, .csv, .jsonl and .json")
    }
  }
}

extension CustomTask.Columns.CodingKeys: SectionKey {
  static var section: SweepSection { .columns }

  var declaration: KeyDeclaration {
    switch self {
    case .text:
      .init(
        .text, default: .required("the name of the text's column"),
        "the text, or the first of a pair: a name in the header, or a JSON key")
    case .pair: .init(.text, default: .none, "the second text of a pair")
    case .label: .init(.text, default: .required("the name of the label's column"), "the label")
    }
  }
}
