#!/usr/bin/env python3
"""Writes English-like text about a small made-up world, and three small tasks whose meaning that text teaches.

    python3 tools/grammar/generate.py --output DIR [--seed 0] [--sentences 400000] [--train 1000] [--dev 400]

    DIR/text/{train,dev}.txt        one passage per line, its two segments separated by a tab, for pre-training
    DIR/sentiment/{train,dev}.tsv   text, label            negative, positive
    DIR/paraphrase/{train,dev}.tsv  text, pair, label      different, same
    DIR/entailment/{train,dev}.tsv  text, pair, label      entailment, neutral, contradiction

What must be understood. Each task tests one kind of meaning, and passages of the text are about it too:

    sentiment   a review's last word, through negation, contrast and expectation   | passages add how people reacted
    paraphrase  on which scale, and at which end, a description places a thing     | passages say whether two agree
    entailment  quantifiers over a tree of kinds, antonyms, restriction to a place | passages judge a claim by another

Other passages explain words: a spaniel is a dog, anything filthy is dirty. Labels are right by construction: a review is
built for its polarity, a description for its end of the scale, and entailment is decided by the logic of `label_of`.

What gives no hint. Labels are balanced. A hypothesis is drawn before its label; descriptions deny as often if they agree
as if they do not; a review with contrast has words of both polarities. Half of the words that carry the meaning
(`WITHHELD`) are in the text and in dev rows but in no training row. No sentence of a dev row is in a training row, and no
text of any row is in the text for pre-training.

Standard library only. The same arguments give the same bytes.
"""

import argparse
from pathlib import Path

from lexicon import (
    ADJECTIVES, CHILDREN, Draw, EFFECTS, SCALE, SPELLINGS, TOPICS, VERDICTS, WITHHELD, a, past, plural,
)  # fmt: skip
from meaning import LABELS, descriptions, inference, label_of, nearby, reaction, review, stated, top

# Passages of the text for pre-training: their first segment, and the sentences of the second.


def explanation(draw):
    """What words mean."""
    kind = draw.of([name for name in CHILDREN])
    word, other = draw.random.sample(CHILDREN[kind], 2)
    same = draw.of([words for words in SPELLINGS.values() if len(words) > 1])
    if kind in SCALE:
        opposite = SCALE[kind][1]
        sentence = draw.of([
            f"whatever is {word} is {draw.spelled(kind)} .",
            f"{word} is more than {draw.spelled(kind)} .",
            f"nothing is both {draw.of([word, kind])} and {draw.of([opposite, *CHILDREN[opposite]])} .",
            f"{draw.spelled(kind)} is the opposite of {draw.spelled(opposite)} .",
        ])  # fmt: skip
    elif top(kind) in ("move", "rest"):
        sentence = f"to {draw.spelled(word)} is one way to {draw.spelled(kind)} ."
    else:
        sentence = draw.of([
            f"{a(draw.spelled(word))} is {a(draw.spelled(kind))} .",
            f"every {draw.spelled(word)} is {a(draw.spelled(kind))} , but not every {kind} is {a(word)} .",
            f"{plural(word)} and {plural(other)} are {plural(kind)} .",
            f"{a(word)} is {a(kind)} but not {a(other)} .",
        ])  # fmt: skip
    return sentence, [f"{' and '.join(draw.random.sample(same, 2))} mean the same ."]


def judgement(draw):
    """A review and how people reacted."""
    text, polarity, judges = review(draw)
    return text, [reaction(draw, judges, polarity)]


def outburst(draw):
    """Words of one polarity together, and their consequences."""
    polarity, judges = draw.of([0, 1]), draw.of(list(TOPICS))
    topic, (first, second, third) = draw.of(TOPICS[judges]), draw.random.sample(ADJECTIVES[polarity], 3)
    effect, verdict = past(draw.of(EFFECTS[polarity])), draw.of(VERDICTS[polarity])
    plain = ["bad", "good"][polarity]
    text = draw.of([
        f"the {topic} was {plain} , it was {first} , {second} and {third} .",
        f"the {topic} was so {first} and {second} that it {effect} the {judges} .",
        f"a {plain} {topic} {effect} the {judges} : {a(first)} {verdict} .",
        f"the {topic} was {plain} , {a(first)} and {second} {verdict} .",
    ])  # fmt: skip
    return text, [reaction(draw, judges, polarity)]


COMPARED = {"same": "the same", "opposite": "the opposite", "else": "something else"}


def restatement(draw):
    """A description, and two others that say the same; some without a denial, which is learned first."""
    first, others = descriptions(draw, 2, agreement=1, denial=draw.of([0, 0.35]))
    return first, [other for other, _ in others]


def comparison(draw):
    """A description, and whether two others of the same thing agree."""
    first, others = descriptions(draw, 2, denial=draw.of([0, 0.35]))
    return first, [f"{other} that is {COMPARED[says]} ." for other, says in others]


ANSWERS = {"entailment": "yes", "neutral": "maybe", "contradiction": "no"}


def argument(draw):
    """A claim, and whether it makes three others true."""
    premise, hypothesis, label = inference(draw)
    others = [nearby(draw, premise) for _ in range(2)]
    assessed = [(hypothesis, label), *((other, label_of(premise, other)) for other in others)]
    draw.random.shuffle(assessed)
    return stated(draw, premise) + " .", [f"{stated(draw, claim)} ? {ANSWERS[label]} ." for claim, label in assessed]


PASSAGES = [explanation, outburst, *[judgement] * 3, restatement, *[comparison] * 4, *[argument] * 4]


# Rows and files.


def row(task, draw):
    """(text, label) or (text, pair, label)."""
    if task == "sentiment":
        text, polarity, _ = review(draw)
        return text, LABELS[task][polarity]
    if task == "paraphrase":
        first, [(second, says)] = descriptions(draw, 1)
        return first, second, LABELS[task][says == "same"]
    premise, hypothesis, label = inference(draw)
    return stated(draw, premise) + " .", stated(draw, hypothesis) + " .", label


def rows(task, draw, count, taken):
    """`count` rows with equally many of each label and no text that is in `taken`; adds their texts to it."""
    chosen, own = [], set()
    while len(chosen) < count:
        new = row(task, draw)
        if new[-1] == LABELS[task][len(chosen) % len(LABELS[task])] and new[:-1] not in own and not taken & {*new[:-1]}:
            own.add(new[:-1])
            chosen.append(new)
    taken.update(text for texts in own for text in texts)
    draw.random.shuffle(chosen)
    return chosen


def passages(draw, sentences, taken):
    """Passages with that many sentences or a few more in total, without those in `taken`."""
    while sentences > 0:
        first, others = draw.of(PASSAGES)(draw)
        told = {first, *(part.strip() + end for text in others for part, end in parts(text))}
        if not taken & told:
            sentences -= len(told)
            yield f"{first}\t{' '.join(others)}"


def parts(text):
    """The sentences of a text, each with the full stop that a row's text has."""
    return [(part, " .") for part in text.replace(" ?", " .").split(" .") if part.strip()]


def write_lines(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def write(output, seed, sentences, train, dev):
    everything = set()
    for task in LABELS:
        taken = set()
        header = ("text", "label") if task == "sentiment" else ("text", "pair", "label")
        for split, count, withheld in (("dev", dev, frozenset()), ("train", train, WITHHELD)):
            table = rows(task, Draw(f"{seed} {task} {split}", withheld), count, taken)
            write_lines(output / task / f"{split}.tsv", map("\t".join, [header, *table]))
        everything |= taken
    for split, count in (("train", sentences), ("dev", sentences // 100)):
        if count:
            write_lines(output / "text" / f"{split}.txt", passages(Draw(f"{seed} text {split}"), count, everything))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    for name, default in (("seed", 0), ("sentences", 400000), ("train", 1000), ("dev", 400)):
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args()
    write(arguments.output, arguments.seed, arguments.sentences, arguments.train, arguments.dev)


if __name__ == "__main__":
    main()
