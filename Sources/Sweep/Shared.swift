internal import Synchronization

/// A value that many units have in common, kept once: a plan of a million points holds each surface once, and a message to a
/// rank carries it only the first time.
public final class Shared<Value: Sendable & Hashable & Codable>: Sendable, Hashable, Codable {
  /// The value.
  public let value: Value

  /// A value to share.
  public init(_ value: Value) { self.value = value }

  /// Equal values are equal, whoever shares them.
  public static func == (left: Shared, right: Shared) -> Bool { left === right || left.value == right.value }

  /// As the value.
  public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

extension Shared {
  /// The value; between two processes that hold ``SharedValues`` its number alone, once it was sent.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    guard let known = SharedValues.of(encoder.userInfo) else { return try container.encode(value) }
    let (number, isNew) = known.number(of: self)
    try container.encode(Numbered(number: number, value: isNew ? value : nil))
  }

  /// Likewise.
  public convenience init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let known = SharedValues.of(decoder.userInfo)
    let numbered = known == nil ? nil : try container.decode(Numbered<Value>.self)
    let earlier = numbered.flatMap { known?.value($0.number) as? Shared<Value> }
    guard let value = try numbered.map({ $0.value ?? earlier?.value }) ?? container.decode(Value.self) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "a shared value that was never sent")
    }
    self.init(value)
    if let known, let numbered, numbered.value != nil { known.keep(self, as: numbered.number) }
  }
}

private struct Numbered<Value: Codable>: Codable {
  let number: Int
  let value: Value?
}

/// What the two ends of a channel have both: on the one the values that were sent, on the other those that came.
public final class SharedValues: Sendable {
  private struct Known {
    var numbers: [ObjectIdentifier: Int] = [:]
    /// Also keeps the objects alive, so that no other gets the address of one.
    var values: [Int: any AnyObject & Sendable] = [:]
  }

  private let known = Mutex(Known())

  /// Nothing is shared yet.
  public init() {}

  /// How an encoder or a decoder is told of it.
  public var userInfo: [CodingUserInfoKey: any Sendable] { Self.key.map { [$0: self] } ?? [:] }

  private static let key = CodingUserInfoKey(rawValue: "SharedValues")

  fileprivate static func of(_ userInfo: [CodingUserInfoKey: Any]) -> SharedValues? {
    key.flatMap { userInfo[$0] as? SharedValues }
  }

  fileprivate func number(of object: any AnyObject & Sendable) -> (number: Int, isNew: Bool) {
    known.withLock { known in
      if let number = known.numbers[ObjectIdentifier(object)] { return (number, false) }
      let number = known.numbers.count
      known.numbers[ObjectIdentifier(object)] = number
      known.values[number] = object
      return (number, true)
    }
  }

  fileprivate func keep(_ object: any AnyObject & Sendable, as number: Int) {
    known.withLock { $0.values[number] = object }
  }

  fileprivate func value(_ number: Int) -> (any AnyObject & Sendable)? { known.withLock { $0.values[number] } }
}
