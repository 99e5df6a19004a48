"""What sentences mean: reviews with a polarity, descriptions, claims and their logic; and how they are worded."""

import functools
from itertools import product
from typing import NamedTuple

from lexicon import (
    ADJECTIVES, CHILDREN, EFFECTS, OWNING, PARENT, PLACES, QUALITIES, REACTIONS, SCALE, TOPICS, VERDICTS, a, past,
)  # fmt: skip

LABELS = {
    "sentiment": ["negative", "positive"],
    "paraphrase": ["different", "same"],
    "entailment": ["entailment", "neutral", "contradiction"],
}


# Sentiment: a review whose polarity (0 negative, 1 positive) is that of its last part.


def opinion(draw, topic, polarity):
    """A clause about the topic: a word of that polarity, or a word of the opposite polarity denied."""
    said = polarity if draw.chance(0.65) else 1 - polarity
    judges = draw.of([judges for judges, topics in TOPICS.items() if topic in topics])
    adjective, effect, verdict = draw.of(ADJECTIVES[said]), draw.of(EFFECTS[said]), draw.of(VERDICTS[said])
    affirmed = [
        f"the {topic} was {draw.of(['truly', 'really', 'rather', 'quite'])} {adjective}",
        f"the {topic} {past(effect)} the {judges}",
        f"the {topic} was {a(verdict)}",
        f"everybody found the {topic} {adjective}",
    ]
    denied = [
        f"the {topic} was {draw.of(['not', 'never', 'hardly', 'far from'])} {adjective}",
        f"the {topic} did not {effect} the {judges}",
        f"the {topic} was not {a(verdict)}",
        f"nobody found the {topic} {adjective}",
    ]
    return draw.of(affirmed if said == polarity else denied)


def review(draw):
    """A review, its polarity and the people who judge."""
    polarity, judges = draw.of([0, 1]), draw.of(list(TOPICS))
    topic, other = draw.random.sample(TOPICS[judges], 2)
    held, yielded = opinion(draw, topic, polarity), opinion(draw, other, 1 - polarity)
    expected = draw.of([0, 1])
    text = draw.of([
        held,
        f"{held} and {opinion(draw, other, polarity)}",
        f"although {yielded} , {held}",
        f"{held} even though {yielded}",
        f"{yielded} , but in the end {held}",
        f"the {judges} expected {a(draw.of(ADJECTIVES[expected]))} {topic}"
        f" and they were {'right' if expected == polarity else 'wrong'}",
    ])  # fmt: skip
    return text + " .", polarity, judges


def reaction(draw, judges, polarity):
    frame, *words = draw.of(REACTIONS)
    return frame.replace("{0}", draw.of(words[polarity].split("/"))).replace("{judges}", judges)


# Paraphrase: two descriptions say the same if they place a thing at the same end of the same scale.


def described(draw, noun, place, quality, denial):
    """A sentence: the thing has the quality or a stronger one, or (how often: `denial`) has none of the opposite."""
    denies = draw.chance(denial)
    end = SCALE[quality][1] if denies else quality
    word, thing = draw.spelled(draw.of([end, *CHILDREN[end]])), f"the {draw.spelled(noun)}"
    degree = draw.of(["not", "never", "hardly", "far from"] if denies else ["truly", "really", "rather", "quite"])
    clauses = [f"{thing} was {degree} {word}", f"{'nobody' if denies else 'everybody'} found {thing} {word}"]
    clause, where = draw.of(clauses), f"in the {draw.spelled(place)}"
    return draw.of([f"{clause} {where} .", f"{where} , {clause} ."])


def descriptions(draw, count, agreement=0.5, denial=0.35):
    """A description, and a number of others of the same thing, each with its relation: same, opposite, or else.

    `agreement` is how often they say the same; a fifth of the rest say the opposite.
    """
    noun = somewhere(draw, draw.of(CHILDREN[draw.of(["animal", "person", "object", "food"])]))
    place, quality = draw.entry(PLACES), draw.of(QUALITIES[top(noun)])
    opposite = SCALE[quality][1]
    first, others = described(draw, noun, place, quality, denial), []
    while len(others) < count:
        says = "same" if draw.chance(agreement) else draw.of(["opposite", *["else"] * 4])
        if says == "else":
            meant = draw.of([other for other in QUALITIES[top(noun)] if other not in (quality, opposite)])
        else:
            meant = {"same": quality, "opposite": opposite}[says]
        other = described(draw, noun, place, meant, denial)
        if other != first:
            others.append((other, says))
    return first, others


# Entailment: a claim says for how many members of a kind something holds. Kinds and properties are sets.


class Claim(NamedTuple):
    """`quantifier` is every, some, no, not every; `place` may be empty; `verb` is a verb, with a noun as
    its `object` or without, or an adjective."""

    quantifier: str
    noun: str
    place: str
    verb: str
    object: str = ""


QUANTIFIERS = ["every", "some", "no", "not every"]


def ancestry(name):
    return [name, *ancestry(PARENT[name])] if name in PARENT else [name]


def restriction(claim):
    """The conditions on the things that the claim is about: more conditions, fewer things."""
    return {*ancestry(claim.noun), *([f"in {claim.place}"] if claim.place else [])}


def property_of(claim):
    """The conditions that hold for them: more conditions, fewer things."""
    if claim.object:
        return {(claim.verb, name) for name in ancestry(claim.object)}
    return set(ancestry(claim.verb))


# Claim: (cells it empties, cells of which it fills one). A cell is (in restriction, has property).
MEANING = {
    "every": ((True, False), None),
    "some": (None, (True, True)),
    "no": ((True, True), None),
    "not every": (None, (True, False)),
}
DENIAL = {"every": "not every", "some": "no"}
DENIAL |= {denial: quantifier for quantifier, denial in DENIAL.items()}


@functools.cache
def possible(quantifiers, restrictions, properties):
    """Whether claims with these two quantifiers can both hold in a world in which their subjects exist.

    `restrictions` and `properties` say which pairs (first has it, second has it) are possible. So there are up to 16
    regions of things. Claims empty some of them, and whatever a claim or existence requires must have a region left.
    """
    regions = [((r1, p1), (r2, p2)) for r1, r2 in restrictions for p1, p2 in properties]
    for i, quantifier in enumerate(quantifiers):
        regions = [region for region in regions if region[i] != MEANING[quantifier][0]]
    for i, quantifier in enumerate(quantifiers):
        filled = MEANING[quantifier][1]
        if not any(region[i][0] and filled in (None, region[i]) for region in regions):
            return False
    return True


def pairs_of(first, second):
    """The possible pairs (in the first set, in the second) for a thing; sets are given by their conditions."""
    opposite = any(word in SCALE and SCALE[word][1] in second for word in first)
    impossible = {(True, False): first >= second, (False, True): second >= first, (True, True): opposite}
    return tuple(pair for pair in product((True, False), repeat=2) if not impossible.get(pair))


def label_of(premise, hypothesis):
    """The label of the hypothesis given the premise."""
    restrictions = pairs_of(restriction(premise), restriction(hypothesis))
    properties = pairs_of(property_of(premise), property_of(hypothesis))
    if not possible((premise.quantifier, hypothesis.quantifier), restrictions, properties):
        return "contradiction"
    denied = possible((premise.quantifier, DENIAL[hypothesis.quantifier]), restrictions, properties)
    return "neutral" if denied else "entailment"


def top(name):
    return ancestry(name)[-1]


def somewhere(draw, name):
    """The concept or one below it."""
    while name in CHILDREN and draw.chance(0.75):
        name = draw.of(CHILDREN[name])
    return name


def claimed(draw):
    """A claim about anything."""
    noun = somewhere(draw, draw.of(CHILDREN[draw.of(["animal", "person", "object", "food"])]))
    place = draw.entry(PLACES) if draw.chance(0.3) else ""
    sorts = {"animal": ["quality", "deed"], "person": ["quality", "deed", "owning"]}.get(top(noun), ["quality"])
    sort, thing = draw.of(sorts), ""
    if sort == "owning":
        verb, thing = draw.entry(OWNING), somewhere(draw, draw.of(["animal", "object", "food"]))
    else:
        verb = somewhere(draw, draw.of(["move", "rest"] if sort == "deed" else QUALITIES[top(noun)]))
    return Claim(draw.of(QUANTIFIERS), noun, place, verb, thing)


def near(draw, name):
    """The concept, its parent, a child or a sister."""
    related = [name, name, *([PARENT[name]] * 2 if name in PARENT else [])]
    if name in CHILDREN:
        related += [draw.of(CHILDREN[name])] * 2
    if name in PARENT:
        related.append(draw.of(CHILDREN[PARENT[name]]))
    return draw.of(related)


def nearby(draw, claim):
    """Another claim that differs in its quantifier, in one other thing, or in both."""
    quantifier, noun, place, verb, thing = claim
    change = draw.of(["", "noun", "noun", "place", "property", "property"])
    if change == "noun":
        noun = near(draw, noun)
    elif change == "place":
        place = "" if place else draw.entry(PLACES)
    elif change == "property" and thing:
        thing = near(draw, thing)
    elif change == "property":
        verb = somewhere(draw, SCALE[verb][1]) if verb in SCALE and draw.chance(0.4) else near(draw, verb)
    other = Claim(draw.of([quantifier, draw.of(QUANTIFIERS)]), noun, place, verb, thing)
    return nearby(draw, claim) if other == claim else other


def stated(draw, claim):
    """The claim as a clause."""
    noun = draw.spelled(claim.noun) + (f" in the {draw.spelled(claim.place)}" if claim.place else "")
    word = draw.spelled(claim.verb)
    if claim.verb in SCALE:
        holds, fails = f"was {word}", f"was not {word}"
    else:
        thing = f" {a(draw.spelled(claim.object))}" if claim.object else ""
        holds, fails = past(word) + thing, f"did not {word}{thing}"
    return draw.of({
        "every": [f"every {noun} {holds}", f"each {noun} {holds}"],
        "some": [f"some {noun} {holds}", f"at least one {noun} {holds}"],
        "no": [f"no {noun} {holds}", f"not a single {noun} {holds}"],
        "not every": [f"not every {noun} {holds}", f"some {noun} {fails}"],
    }[claim.quantifier])  # fmt: skip


def inference(draw):
    """Two claims and the label of the second given the first. The second is drawn before the label."""
    hypothesis, wanted = claimed(draw), draw.of(LABELS["entailment"])
    while label_of(premise := nearby(draw, hypothesis), hypothesis) != wanted:
        pass
    return premise, hypothesis, wanted
