internal import Diagnostics
internal import Foundation
package import Sweep

/// How messages travel between processes: as JSON, followed by an outcome's payload as raw bytes.
extension WorkerMessage {
  /// The bytes sent after the JSON, if any.
  package var payload: [UInt8]? {
    if case .outcome(let outcome) = self { outcome.payload } else { nil }
  }

  /// The message as JSON.
  package func encoded() throws -> [UInt8] {
    let form: Form =
      switch self {
      case .ask: .ask
      case .outcome(let outcome): .outcome(OutcomeForm(outcome))
      case .progress(let unit, let fraction): .progress(unit, fraction)
      case .signalled(let signal): .signalled(signal)
      case .fatal(let error): .fatal(message: error.description, exitStatus: error.exitStatus)
      }
    return try Array(JSONEncoder().encode(form))
  }

  /// - Parameters:
  ///   - json: what ``encoded()`` made.
  ///   - rank: the sender.
  ///   - payload: receives the bytes sent after the JSON; called only if there are any.
  package init(json: [UInt8], from rank: Int, payload: () throws -> [UInt8]) throws {
    switch try decode(Form.self, from: json, of: rank) {
    case .ask: self = .ask
    case .outcome(let form): self = .outcome(form.outcome(payload: form.hasPayload ? try payload() : nil))
    case .progress(let unit, let fraction): self = .progress(unit, fraction: fraction)
    case .signalled(let signal): self = .signalled(signal)
    case .fatal(let message, let status):
      self = .fatal(CoordinationError.endedByRank(rank, message: message, exitStatus: status))
    }
  }

  private enum Form: Codable {
    case ask
    case outcome(OutcomeForm)
    case progress(Identity, Double)
    case signalled(Int32)
    case fatal(message: String, exitStatus: ExitStatus)
  }

  private struct OutcomeForm: Codable {
    enum Status: Codable {
      case done, failed(String), blocked(String), interrupted
    }

    let unit: Identity
    let status: Status
    let measurements: [String: ExactDouble]
    let mayPass: Bool
    let seconds: Double
    let hasPayload: Bool

    init(_ outcome: Outcome) {
      unit = outcome.unit
      status =
        switch outcome.status {
        case .done: .done
        case .failed(let message): .failed(message)
        case .blocked(let message): .blocked(message)
        case .interrupted: .interrupted
        }
      measurements = outcome.measurements.mapValues(ExactDouble.init)
      mayPass = outcome.mayPass
      seconds = outcome.seconds
      hasPayload = outcome.payload != nil
    }

    func outcome(payload: [UInt8]?) -> Outcome {
      let status: Outcome.Status =
        switch self.status {
        case .done: .done
        case .failed(let message): .failed(message)
        case .blocked(let message): .blocked(message)
        case .interrupted: .interrupted
        }
      return Outcome(
        unit: unit, status: status, measurements: measurements.mapValues(\.value), payload: payload, mayPass: mayPass,
        seconds: seconds)
    }
  }
}

extension CoordinatorMessage {
  /// The JSON.
  ///
  /// - Parameter shared: what the receiver has already, and has from now on.
  package func encoded(sharing shared: SharedValues = SharedValues()) throws -> [UInt8] {
    let form: Form =
      switch self {
      case .work(let units, let inputs): .work(units, inputs.mapValues { $0.mapValues(ExactDouble.init) })
      case .stop: .stop
      case .end(let summary): .end(summary)
      }
    let encoder = JSONEncoder()
    encoder.userInfo = shared.userInfo
    return try Array(encoder.encode(form))
  }

  /// - Parameters:
  ///   - json: what ``encoded()`` made.
  ///   - rank: who sent it.
  ///   - shared: what came before.
  package init(json: [UInt8], from rank: Int, sharing shared: SharedValues = SharedValues()) throws {
    switch try decode(Form.self, from: json, of: rank, shared.userInfo) {
    case .work(let units, let inputs): self = .work(units, inputs.mapValues { $0.mapValues(\.value) })
    case .stop: self = .stop
    case .end(let summary): self = .end(summary)
    }
  }

  private enum Form: Codable {
    case work([WorkUnit], [Identity: [String: ExactDouble]])
    case stop
    case end(Summary)
  }
}

/// A number encoded by its bits, because JSON has no infinities. All NaNs become one.
private struct ExactDouble: Codable {
  let value: Double

  init(_ value: Double) {
    self.value = value
  }

  init(from decoder: any Decoder) throws {
    value = Double(bitPattern: try decoder.singleValueContainer().decode(UInt64.self))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value.bitPattern)
  }
}

private func decode<Form: Decodable>(
  _ form: Form.Type, from json: [UInt8], of rank: Int, _ userInfo: [CodingUserInfoKey: any Sendable] = [:]
) throws -> Form {
  do {
    let decoder = JSONDecoder()
    decoder.userInfo = userInfo
    return try decoder.decode(form, from: Data(json))
  } catch {
    throw CoordinationError.unreadableMessage(rank: rank, reason: "\(error)")
  }
}
