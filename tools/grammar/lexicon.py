"""The words: the lexicon, tables derived from it, and how words are inflected and drawn."""

import random

# The lexicon. `/` joins synonyms, the first of which names the concept. Verbs are in their base form.

KINDS = [  # things: a kind > its subkinds > their subkinds
    "animal > dog/hound > spaniel poodle terrier beagle collie",
    "animal > cat > tabby tomcat kitten siamese",
    "animal > bird > robin sparrow finch wren thrush owl",
    "animal > horse > pony mare stallion foal",
    "animal > rodent > mouse rat hamster squirrel",
    "person > musician > violinist/fiddler pianist drummer cellist singer/vocalist",
    "person > builder > carpenter/joiner plumber welder mason roofer",
    "person > medic > doctor/physician surgeon nurse dentist",
    "person > artist > painter sculptor poet potter",
    "person > athlete > runner swimmer boxer rower gymnast",
    "food > fruit > apple pear plum peach cherry",
    "food > vegetable > carrot turnip leek cabbage onion",
    "food > dessert/pudding > cake/gateau pie tart muffin",
    "object > tool > hammer saw drill wrench/spanner chisel",
    "object > vehicle > car/automobile van truck/lorry bicycle/bike tractor",
    "object > hat > cap bonnet beret helmet",
    "object > instrument > fiddle/violin flute drum trumpet cello",
    "object > seat > chair bench stool sofa/couch",
]
DEEDS = [  # what people and animals do
    "move > run > sprint dash jog race",
    "move > walk/stroll > march wander limp",
    "move > jump/leap > hop bounce vault",
    "rest > sleep/slumber > doze nap snooze",
    "rest > sit > perch squat lounge",
]
SCALES = [  # who or what has it | a quality > stronger ones | its opposite > stronger ones
    "animal person | happy/glad > elated overjoyed | sad/unhappy > heartbroken miserable",
    "animal person | angry/cross > furious livid | calm/relaxed > serene tranquil",
    "animal person | tired/weary > exhausted drained | rested/refreshed > energetic lively",
    "animal person object | dirty/unclean > filthy grimy | clean/tidy > spotless immaculate",
    "animal person object | wet/moist > soaked drenched | dry > parched arid",
    "animal object food | big/large > huge enormous | small/little > tiny minuscule",
    "object | old/aged > ancient antique | new/recent > unused untouched",
    "object food | expensive/costly > unaffordable priceless | cheap/inexpensive > worthless free",
    "food | hot > scalding boiling | cold/cool > icy frozen",
    "food | soft/tender > mushy pulpy | hard/firm > rocky stony",
]
OWNING = "buy/purchase sell carry/haul find/discover paint steal/swipe".split()  # what a person does to a kind

PLACES = (
    "park garden/yard street/road market/bazaar shop/store forest/woods harbour/port kitchen library museum castle/fortress "
    "barn/shed"
).split()

TOPICS = {  # of reviews, by the people who judge them
    "guests": "soup stew curry salad pasta omelette waiter menu hotel room inn breakfast".split(),
    "critics": "film play concert opera novel cast plot actress music ending".split(),
    "visitors": "cruise tour picnic festival guide view journey fair".split(),
}
ADJECTIVES = (
    (
        "dreadful awful terrible horrible dull boring tedious ghastly appalling clumsy shabby bland dismal lousy pathetic "
        "dreary tiresome feeble atrocious hideous mediocre lame dire wretched grim sloppy"
    ).split(),
    (
        "superb splendid delightful charming wonderful marvellous lovely excellent brilliant graceful elegant impressive "
        "magnificent memorable thrilling pleasant exquisite fabulous terrific fantastic glorious refreshing stunning "
        "admirable remarkable gorgeous"
    ).split(),
)
EFFECTS = (
    "bore annoy disgust irritate offend disappoint repulse dismay anger appal".split(),
    "delight charm thrill amuse enchant impress cheer please dazzle captivate".split(),
)
VERDICTS = (
    "disaster failure mess nightmare flop shame fiasco letdown".split(),
    "triumph joy treat masterpiece gem marvel success pleasure".split(),
)
REACTIONS = [  # what {judges} did after a bad and after a good time; one word differs
    ("the {judges} {0} .", "frowned", "smiled"),
    ("the {judges} {0} it .", "hated", "loved"),
    ("they gave it {0} stars .", "no", "ten"),
    ("{0} asked for more .", "nobody", "everybody"),
    ("it was {0} .", "bad", "good"),
]

IRREGULAR = {  # base form: past
    "run": "ran", "sleep": "slept", "sit": "sat", "buy": "bought", "sell": "sold", "find": "found", "steal": "stole",
    "jog": "jogged", "hop": "hopped", "nap": "napped", "squat": "squatted", "swipe": "swiped", "appal": "appalled",
}  # fmt: skip

# Tables made from the lexicon.


def concept(entry):
    return entry.split("/")[0]


PARENT, CHILDREN, SPELLINGS = {}, {}, {}  # of concepts: nouns of KINDS and verbs of DEEDS
SCALE = {}  # adjective: (its basic quality, the opposite one)
QUALITIES = {}  # top kind: its basic qualities


def read_lexicon():
    for line in KINDS + DEEDS:
        top, middle, leaves = (part.split() for part in line.split(" > "))
        for entry in top + middle + leaves:
            SPELLINGS[concept(entry)] = entry.split("/")
        for child, parent in [(middle[0], top[0])] + [(leaf, middle[0]) for leaf in leaves]:
            PARENT[concept(child)] = concept(parent)
            siblings = CHILDREN.setdefault(concept(parent), [])
            if concept(child) not in siblings:
                siblings.append(concept(child))
    for line in SCALES:
        kinds, *ends = (part.split() for part in line.replace(" > ", " ").split(" | "))
        for end, opposite in (ends, ends[::-1]):
            for entry in end:
                SPELLINGS[concept(entry)] = entry.split("/")
                SCALE[concept(entry)] = (concept(end[0]), concept(opposite[0]))
            CHILDREN[concept(end[0])] = end[1:]
            PARENT.update((word, concept(end[0])) for word in end[1:])
            for kind in kinds:
                QUALITIES.setdefault(kind, []).append(concept(end[0]))
    for entry in OWNING + PLACES:
        SPELLINGS.setdefault(concept(entry), entry.split("/"))


def withheld_words():
    """Every other word of each list of words that carry a task's meaning."""
    leaves = [words for words in CHILDREN.values() if not set(words) & set(CHILDREN)]
    synonyms = [[words[1] for words in SPELLINGS.values() if len(words) > 1]]
    return {word for words in [*ADJECTIVES, *EFFECTS, *VERDICTS, *leaves, *synonyms] for word in words[1::2]}


read_lexicon()
WITHHELD = withheld_words()


# Words in sentences.


class Draw:
    """Random choices, the same for the same key. Words in `withheld` are never chosen."""

    def __init__(self, key, withheld=frozenset()):
        self.random, self.withheld = random.Random(key), withheld

    def of(self, options):
        """One of the options, words or anything else."""
        while isinstance(option := self.random.choice(options), str) and option in self.withheld:
            pass
        return option

    def entry(self, entries):
        """The concept of one of a table's entries."""
        return self.of([concept(entry) for entry in entries])

    def spelled(self, name):
        return self.of(SPELLINGS.get(name, [name]))

    def chance(self, probability):
        return self.random.random() < probability


def a(noun):
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def past(verb):
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + ("d" if verb.endswith("e") else "ed")


def plural(noun):
    if noun in ("mouse", "person"):
        return {"mouse": "mice", "person": "people"}[noun]
    if noun.endswith("y"):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")
