public import Diagnostics

/// Something that must be the same on all ranks; otherwise results would depend on which rank computed them.
public struct SharedFact: Sendable, Hashable, Codable {
  /// What must be the same.
  public enum Subject: Sendable, Hashable, Codable {
    /// The program: its version, and the bytes of the executable file.
    case program
    /// The BLAS library: its version.
    case blas
    /// The kernels that the BLAS library uses on this processor.
    case kernels
    /// A model or data file.
    case file(String)
    /// The folder for results.
    case folder(String)
    /// The saved state that stopped work resumes from.
    case state(String)
  }

  /// What must be the same.
  public let subject: Subject
  /// This rank's value, as text.
  public let value: String

  /// A fact from its parts.
  public init(_ subject: Subject, _ value: String) { (self.subject, self.value) = (subject, value) }
}

/// One rank of a job: all that is compared between ranks.
public struct RankView: Sendable, Hashable, Codable {
  /// The name of its host.
  public let host: String
  /// The facts, in the same order on every rank.
  public let facts: [SharedFact]
  /// Why it cannot take part at all; nil if it can.
  public let problem: RankProblem?

  /// A view from its parts.
  public init(host: String, facts: [SharedFact], problem: RankProblem? = nil) {
    (self.host, self.facts, self.problem) = (host, facts, problem)
  }
}

/// Why a rank cannot take part in a job: an error in a form that can be sent to rank 0.
public struct RankProblem: Sendable, Hashable, Codable {
  /// One line: what was got, what was expected, what to do.
  public let message: String
  /// The exit status of a program that ends with this error alone.
  public let exitStatus: ExitStatus

  /// The problem that an error causes.
  public init(_ error: any Error) {
    message = "\(error)"
    exitStatus = ExitStatus(error)
  }
}

/// Ranks that cannot work together, because results would depend on which rank computed what.
public struct Disagreement: ProgramError, Equatable {
  /// One line: who has what, and what to do.
  public let description: String
  /// Bad input, unless a rank reports a problem of another kind.
  public let exitStatus: ExitStatus

  init(_ description: String, _ exitStatus: ExitStatus = .badInput) {
    (self.description, self.exitStatus) = (description, exitStatus)
  }

  /// Compares the ranks of a job.
  ///
  /// - Parameter views: of all ranks, by rank.
  /// - Throws: a ``Disagreement`` that names the ranks, their hosts and their values.
  public static func check(_ views: [RankView]) throws(Disagreement) {
    let problems = views.indices.filter { views[$0].problem != nil }
    if let first = problems.first, let problem = views[first].problem {
      // A problem that all ranks have is reported as a single rank would report it.
      let isCommon = problems.count == views.count && views.allSatisfy { $0.problem == problem }
      throw Disagreement(
        isCommon ? problem.message : "\(name(problems, views)) cannot take part: \(problem.message); \(cure)",
        problem.exitStatus)
    }
    // Compared in the order of the first rank's facts; a fact that another rank lacks counts as different.
    let subjects = views.first?.facts.map(\.subject) ?? []
    let differences = subjects.compactMap { difference($0, views) }
    let others = Set(views.flatMap { $0.facts.map(\.subject) }).subtracting(subjects)
    guard !differences.isEmpty || !others.isEmpty else { return }
    let shown = differences.isEmpty ? ["different files"] : Array(differences.prefix(3))
    let more = differences.count > shown.count ? "; \(differences.count - shown.count) more differences" : ""
    throw Disagreement(
      "the ranks differ, so results would depend on which rank computes what: "
        + shown.joined(separator: "; ") + more + "; \(cure)")
  }

  private static let cure = "every host needs the same program, libraries, kind of processor and files"

  /// Which ranks have which value; nil if all have the same.
  private static func difference(_ subject: SharedFact.Subject, _ views: [RankView]) -> String? {
    let values = views.map { view in view.facts.first { $0.subject == subject }?.value ?? "nothing" }
    let different = values.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    guard different.count > 1 else { return nil }
    let groups = different.prefix(4).map { value in
      "\(value) on \(name(values.indices.filter { values[$0] == value }, views))"
    }
    let rest = different.count > 4 ? ", and \(different.count - 4) others" : ""
    return "\(what(subject)): \(groups.joined(separator: ", "))\(rest)\(advice(subject))"
  }

  private static func what(_ subject: SharedFact.Subject) -> String {
    switch subject {
    case .program: "the program"
    case .blas: "OpenBLAS"
    case .kernels: "OpenBLAS's kernels"
    case .file(let name): name
    case .folder(let path): path
    case .state(let path): "the state in \(path)"
    }
  }

  private static func advice(_ subject: SharedFact.Subject) -> String {
    switch subject {
    case .program: " (install one build on all hosts)"
    case .blas: " (install one version on all hosts)"
    case .kernels: " (use hosts with one kind of processor, or one OPENBLAS_CORETYPE on all: mpirun -x)"
    case .file: " (copy the file to all hosts, or put it where all see it)"
    case .folder: " (name one that all hosts share)"
    case .state: " (put the output folder where all hosts see it)"
    }
  }

  /// Ranks with their hosts, such as `ranks 0-3 (alpha), 4 (beta)`.
  static func name(_ ranks: [Int], _ views: [RankView]) -> String {
    let hosts = ranks.reduce(into: [String]()) { if !$0.contains(views[$1].host) { $0.append(views[$1].host) } }
    let groups = hosts.prefix(4).map { host in
      "\(spans(ranks.filter { views[$0].host == host })) (\(host))"
    }
    let rest = hosts.count > 4 ? " and on \(hosts.count - 4) other hosts" : ""
    return "\(ranks.count == 1 ? "rank" : "ranks") \(groups.joined(separator: ", "))\(rest)"
  }

  /// Ascending numbers as spans, such as `0-3, 7`.
  private static func spans(_ numbers: [Int]) -> String {
    var spans: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = spans.last, number == last.upperBound + 1 {
        spans[spans.count - 1] = last.lowerBound...number
      } else {
        spans.append(number...number)
      }
    }
    return spans.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ", ")
  }
}
