import Foundation

/// A number of a JSON object whose names are known only when it is made.
enum JSONFigure: Encodable {
  /// How many.
  case count(Int)
  /// A measurement; nil where it does not exist, which is null.
  case number(Double?)

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .count(let count): try container.encode(count)
    case .number(let value?): try container.encode(value)
    case .number(nil): try container.encodeNil()
    }
  }
}

extension JSONFigure: CustomStringConvertible {
  /// The same for people.
  var description: String {
    switch self {
    case .count(let count): "\(count)"
    case .number(let value?): value.isNaN ? "nan" : "\(value)"
    case .number(nil): "null"
    }
  }
}

/// A value that may not exist, and is then null rather than left out.
@propertyWrapper
struct NullWhenMissing<Value: Encodable>: Encodable {
  var wrappedValue: Value?

  init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
  }
}

/// A number for people, to four places.
func rounded(_ value: Double) -> String { value.isNaN ? "nan" : "\((value * 1e4).rounded() / 1e4)" }
