"""Tests of the grammar: python3 -m unittest discover -s tools/grammar"""

import itertools
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import generate
import meaning
from lexicon import ADJECTIVES, CHILDREN, EFFECTS, PARENT, SCALE, SPELLINGS, VERDICTS, WITHHELD, Draw, a, past, plural
from meaning import Claim, label_of

DEMO = Path(__file__).resolve().parents[2] / "jobs" / "sweeps" / "demo"
SIZES = {"seed": 3, "sentences": 3000, "train": 300, "dev": 90}


def written(**changes):
    """Path relative to the output folder: lines."""
    with tempfile.TemporaryDirectory() as folder:
        generate.write(Path(folder), **(SIZES | changes))
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_text().splitlines() for path in files}


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = written()
        cls.tables = {
            (task, split): [line.split("\t") for line in cls.files[f"{task}/{split}.tsv"]]
            for task in generate.LABELS
            for split in ("train", "dev")
        }

    def test_the_rows_of_the_demo_are_its_own(self):
        rows = written(seed=0, sentences=0, train=1000, dev=400)
        for name, lines in rows.items():
            self.assertEqual((DEMO / name).read_text().splitlines(), lines)
        self.assertEqual(len(rows), 6)

    def test_same_arguments_give_the_same_bytes_and_another_seed_others(self):
        self.assertEqual(self.files, written())
        other = written(seed=4)
        self.assertEqual(self.files.keys(), other.keys())
        self.assertTrue(all(self.files[name] != other[name] for name in other))

    def test_the_amount_of_text_does_not_change_the_rows(self):
        longer = written(sentences=4000)
        self.assertTrue(all(self.files[name] == longer[name] for name in longer if name.endswith("tsv")))

    def test_header_and_width(self):
        for (task, _), (header, *rows) in self.tables.items():
            self.assertEqual(header, ["text", "label"] if task == "sentiment" else ["text", "pair", "label"])
            self.assertEqual({len(row) for row in rows}, {len(header)})

    def test_numbers_and_balance(self):
        for (task, split), (_, *rows) in self.tables.items():
            share = SIZES[split] // len(generate.LABELS[task])
            self.assertEqual(Counter(row[-1] for row in rows), {label: share for label in generate.LABELS[task]})

    def test_no_sentence_of_dev_is_in_train_and_none_of_either_in_the_text(self):
        text = {sentence for split in ("train", "dev") for line in self.files[f"text/{split}.txt"] for sentence in split_up(line)}
        for task in generate.LABELS:
            train, dev = ({t for row in self.tables[task, split][1:] for t in row[:-1]} for split in ("train", "dev"))
            self.assertFalse(train & dev)
            self.assertFalse((train | dev) & text)

    def test_withheld_words_are_in_the_text_and_in_dev_but_not_in_train(self):
        words = lambda lines: {word for line in lines for word in line.split()}
        withheld = WITHHELD | {past(word) for word in WITHHELD}
        text = words(written(sentences=30000)["text/train.txt"])
        self.assertGreater(len(withheld & text), 0.95 * len(WITHHELD))
        for task in generate.LABELS:
            train, dev = (words("\t".join(row) for row in self.tables[task, split]) for split in ("train", "dev"))
            self.assertFalse(WITHHELD & train)
            self.assertTrue((WITHHELD & dev) - train)

    def test_text_is_what_bert_reads_as_one_token_a_word(self):
        for line in self.files["text/train.txt"]:
            self.assertRegex(line, r"^[a-z]+([ \t]([a-z]+|[.,:?]))+ \.$")

    def test_size_of_text_and_vocabulary(self):
        files = written(sentences=60000)
        sentences = sum(len(split_up(line)) for line in files["text/train.txt"])
        self.assertLess(abs(sentences / 60000 - 1), 0.5)
        vocabulary = {word for line in files["text/train.txt"] for word in line.split()}
        self.assertTrue(500 <= len(vocabulary) <= 1000, len(vocabulary))


def split_up(line):
    """A passage's sentences, each with the full stop that a row's text has."""
    return [text.strip() + " ." for text in line.replace("\t", " ").replace(" ?", " .").split(" .") if text.strip()]


class Words(unittest.TestCase):
    def test_inflection(self):
        self.assertEqual([past(verb) for verb in ("find", "carry", "annoy", "dance", "hop")], "found carried annoyed danced hopped".split())
        self.assertEqual([plural(noun) for noun in ("thrush", "cherry", "mouse", "dog")], "thrushes cherries mice dogs".split())
        self.assertEqual([a("apple"), a("pear")], ["an apple", "a pear"])

    def test_no_word_has_two_polarities(self):
        for negative, positive in (ADJECTIVES, EFFECTS, VERDICTS):
            self.assertFalse(set(negative) & set(positive))

    def test_a_spelling_has_one_meaning_and_kinds_have_no_loops(self):
        owners = Counter(word for words in SPELLINGS.values() for word in words)
        self.assertEqual([word for word, count in owners.items() if count > 1], [])
        for name in PARENT:
            self.assertLess(len(meaning.ancestry(name)), 4)

    def test_withheld_words_are_never_drawn(self):
        draw = Draw("x", {"b"})
        self.assertEqual({draw.of(["a", "b", "c"]) for _ in range(100)}, {"a", "c"})


class Sentiment(unittest.TestCase):
    def test_polarity_of_opinions(self):
        draw = Draw("opinions")
        signs = {word: sign for words in (ADJECTIVES, EFFECTS, VERDICTS) for sign in (0, 1) for word in words[sign]}
        signs |= {past(word): sign for sign in (0, 1) for word in EFFECTS[sign]}
        for polarity, _ in itertools.product((0, 1), range(300)):
            words = meaning.opinion(draw, "soup", polarity).split()
            denials = len({"not", "never", "hardly", "far", "nobody"} & set(words))
            self.assertEqual([(signs[word] + denials) % 2 for word in words if word in signs], [polarity], words)

    def test_single_words_do_not_give_the_label_away(self):
        rows = Counter()
        for text, polarity, _ in (meaning.review(draw) for draw in [Draw("reviews")] for _ in range(8000)):
            rows.update((word, polarity) for word in set(text.split()))
        for word in {word for word, _ in rows}:
            count = rows[word, 0] + rows[word, 1]
            if count > 100:
                self.assertLess(rows[word, 1] / count, 0.75, word)
                self.assertGreater(rows[word, 1] / count, 0.25, word)


class Paraphrase(unittest.TestCase):
    def test_a_description_is_at_the_end_it_is_made_for(self):
        draw, ends = Draw("descriptions"), {}
        for end in SCALE:
            for word in (w for name in (end, *CHILDREN.get(end, [])) for w in SPELLINGS[name]):
                ends[word] = SCALE[end][0]
        for _ in range(500):
            words = meaning.described(draw, "terrier", "park", "dirty", 0.5).split()
            (word,) = (word for word in words if word in ends)
            denied = bool({"not", "never", "hardly", "far", "nobody"} & set(words))
            self.assertEqual(ends[word], "clean" if denied else "dirty", words)

    def test_denial_does_not_tell_whether_two_agree(self):
        draw, denials = Draw("agreement"), {True: [], False: []}
        for _ in range(6000):
            first, [(second, says)] = meaning.descriptions(draw, 1)
            denials[says == "same"].append(sum(word in ("not", "never", "hardly", "far", "nobody") for word in (first + second).split()))
        mean = {same: sum(counts) / len(counts) for same, counts in denials.items()}
        self.assertLess(abs(mean[True] - mean[False]), 0.06)

    def test_the_two_texts_share_as_many_words_up_to_the_word_itself(self):
        """Descriptions that agree may share a word, but a rule based on shared words is right in under two thirds of cases."""
        draw, shared = Draw("shared"), Counter()
        for _ in range(6000):
            first, [(second, says)] = meaning.descriptions(draw, 1)
            shared[len(set(first.split()) & set(second.split())), says == "same"] += 1
        best = sum(max(shared[count, True], shared[count, False]) for count in {count for count, _ in shared})
        self.assertLess(best / 6000, 0.667)


class Entailment(unittest.TestCase):
    CASES = [  # premise, hypothesis: quantifier, noun, place, verb, object
        (("every", "dog", "", "run"), ("every", "spaniel", "", "move"), "entailment"),
        (("every", "spaniel", "", "run"), ("every", "dog", "", "run"), "neutral"),
        (("every", "dog", "", "run"), ("some", "spaniel", "", "run"), "entailment"),
        (("every", "dog", "", "run"), ("not every", "animal", "", "run"), "neutral"),
        (("every", "dog", "", "run"), ("no", "spaniel", "", "move"), "contradiction"),
        (("every", "dog", "park", "run"), ("every", "dog", "", "run"), "neutral"),
        (("every", "dog", "", "run"), ("every", "dog", "park", "run"), "entailment"),
        (("some", "spaniel", "", "sprint"), ("some", "dog", "", "run"), "entailment"),
        (("some", "dog", "", "run"), ("some", "spaniel", "", "run"), "neutral"),
        (("some", "dog", "", "run"), ("no", "animal", "", "move"), "contradiction"),
        (("some", "dog", "", "filthy"), ("not every", "dog", "", "clean"), "entailment"),
        (("no", "animal", "", "rest"), ("no", "cat", "", "doze"), "entailment"),
        (("no", "cat", "", "doze"), ("no", "cat", "", "rest"), "neutral"),
        (("no", "cat", "", "clean"), ("every", "cat", "", "dirty"), "neutral"),
        (("every", "dog", "", "run"), ("every", "cat", "", "run"), "neutral"),
    ]

    def test_cases(self):
        for premise, hypothesis, label in self.CASES:
            with self.subTest(premise=premise, hypothesis=hypothesis):
                self.assertEqual(label_of(Claim(*premise), Claim(*hypothesis)), label)

    def test_labels_hold_in_every_small_world(self):
        """All worlds of up to three things, each a dog or not, a spaniel or not, clean or dirty, filthy or not."""
        kinds = [(), ("dog",), ("dog", "spaniel")]
        states = [(), ("clean",), ("dirty",), ("dirty", "filthy")]
        things = [set(kind + state) for kind in kinds for state in states]
        worlds = [world for size in (2, 3) for world in itertools.combinations(things, size)]
        claims = [Claim(*parts) for parts in itertools.product(("every", "some", "no", "not every"), ("dog", "spaniel"), ("",), ("clean", "dirty", "filthy"))]
        for premise, hypothesis in itertools.product(claims, repeat=2):
            held = set()
            for world in worlds:
                about = [{"dog" in thing for thing in world if claim.noun in thing} for claim in (premise, hypothesis)]
                if all(about) and holds(premise, world):
                    held.add(holds(hypothesis, world))
            label = {(True,): "entailment", (False,): "contradiction", (False, True): "neutral"}[tuple(sorted(held))]
            self.assertEqual(label_of(premise, hypothesis), label, (premise, hypothesis))

    def test_the_hypothesis_does_not_tell_the_label(self):
        draw, quantifiers = Draw("hypotheses"), Counter()
        for _ in range(3000):
            _, hypothesis, label = meaning.inference(draw)
            quantifiers[hypothesis.quantifier, label] += 1
        for quantifier, label in quantifiers:
            total = sum(quantifiers[quantifier, other] for other in generate.LABELS["entailment"])
            self.assertLess(abs(quantifiers[quantifier, label] / total - 1 / 3), 0.08)


def holds(claim, world):
    have = [claim.verb in thing for thing in world if claim.noun in thing]
    return {"every": all(have), "some": any(have), "no": not any(have), "not every": not all(have)}[claim.quantifier]


if __name__ == "__main__":
    unittest.main()
