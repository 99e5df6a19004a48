import Foundation
import Sweep
import Testing

@Suite struct IdentityTests {
  @Test func bytesHaveTheHashOfTheStandard() {
    // FIPS 180-2, appendix B.1.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(Identity(ofBytes: Array("abc".utf8)).hex == abc)
    #expect(Identity(ofBytes: "abc".utf8.reversed().reversed().lazy.map { $0 }).hex == abc)
    #expect(Identity(ofBytes: Array("abc".utf8)).short == "ba7816bf")
  }

  @Test func aValueIsHashedAsItsJSONWithSortedKeys() throws {
    let json = #"{"a":0.1,"b":[1,2],"c":"x/y"}"#
    struct Value: Encodable {
      let c = "x/y"
      let b = [1, 2]
      let a = 0.1
    }
    #expect(try Identity(of: Value()) == Identity(ofBytes: Array(json.utf8)))
  }

  @Test func aNumberThatIsNotFiniteHasNoIdentity() {
    #expect(throws: EncodingError.self) { try Identity(of: [Double.nan]) }
  }

  @Test func unitsComeBackFromJSON() throws {
    let units = try Examples.plan(
      Examples.small.replacing("batch: 4}", with: "batch: 4, snapshots: {every: 2 steps}}")
        .replacing("measures: [svcca]", with: "measures: [svcca, attention_js]")
        + "\nrollback: {groups: [high]}\ntrajectories: [{tasks: [MRPC]}]\ncurvature: [{}]"
    ).units
    #expect(Set(units.map(\.kind)) == Set(Work.Kind.allCases))
    #expect(try JSONDecoder().decode([WorkUnit].self, from: JSONEncoder().encode(units)) == units)
  }
}
