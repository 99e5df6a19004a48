"""GLUE's own files from the hub's data set nyu-mll/glue: which columns become which, and how a row is written.

The data set holds texts, labels and running numbers, not everything that GLUE's files hold. Files keep GLUE's headers
and the order of its columns, so that programs that go by position read them too; a column that the data set lacks
holds `-`. `index` is the running number of a row, which in GLUE's own files may have gaps. TAB and line ends within a
text become a space, as a TSV file has no way to write them.
"""

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from .hub import BAD_INPUT, UNAVAILABLE, FetchError

REPOSITORY = "nyu-mll/glue"
NOTHING = "-"  # in a column that the data set lacks
BINARY = ("0", "1")
ENTAILMENT = ("entailment", "not_entailment")
SPLITS = {"train": "train", "dev": "validation"}
BREAK = re.compile("\r\n|[\t\r\n]")


@dataclass(frozen=True, eq=False)
class Task:
    """A task on both sides. `from_hub` maps GLUE's columns to the data set's."""

    name: str
    config: str
    columns: tuple[str, ...]
    from_hub: dict[str, str]
    label: str
    words: tuple[str, ...] | None  # GLUE's, in the order of the ids; none for a score
    hub_words: tuple[str, ...] | None
    has_header: bool = True
    splits: tuple[tuple[str, str], ...] = tuple(SPLITS.items())
    train_columns: tuple[str, ...] | None = None  # where the training file has others

    def columns_of(self, split: str) -> tuple[str, ...]:
        return self.train_columns if self.train_columns and split == "train" else self.columns

    def shards(self, hub_split: str, files: frozenset[str]) -> list[str]:
        """The split's Parquet files in order, all of them."""
        pattern = re.compile(rf"{self.config}/{hub_split}-(\d+)-of-(\d+)\.parquet")
        found = sorted((match for name in files if (match := pattern.fullmatch(name))), key=lambda match: match[0])
        count = int(found[0][2]) if found else 1
        if [(int(match[1]), int(match[2])) for match in found] != [(index, count) for index in range(count)]:
            got = ", ".join(match[0] for match in found) or "none"
            raise FetchError(
                BAD_INPUT,
                f"{REPOSITORY} has other Parquet files of {self.name} than expected: got {got}, expected "
                f"{self.config}/{hub_split}-00000-of-{count:05}.parquet and so on; try --revision main",
            )
        return [match[0] for match in found]


PAIR = {"sentence1": "sentence1", "sentence2": "sentence2"}
INDEXED_PAIR = {"index": "idx", **PAIR}
MNLI_START = (
    "index", "promptID", "pairID", "genre", "sentence1_binary_parse", "sentence2_binary_parse", "sentence1_parse",
    "sentence2_parse", "sentence1", "sentence2",
)  # fmt: skip

TASKS = (
    Task(
        "CoLA", "cola", ("source", "label", "mark", "sentence"), {"sentence": "sentence"}, "label", BINARY,
        ("unacceptable", "acceptable"), has_header=False,
    ),
    Task(
        "SST-2", "sst2", ("sentence", "label"), {"sentence": "sentence"}, "label", BINARY, ("negative", "positive"),
    ),
    Task(
        "MRPC", "mrpc", ("Quality", "#1 ID", "#2 ID", "#1 String", "#2 String"),
        {"#1 String": "sentence1", "#2 String": "sentence2"}, "Quality", BINARY, ("not_equivalent", "equivalent"),
    ),
    Task(
        "QQP", "qqp", ("id", "qid1", "qid2", "question1", "question2", "is_duplicate"),
        {"question1": "question1", "question2": "question2"}, "is_duplicate", BINARY, ("not_duplicate", "duplicate"),
    ),
    Task(
        "STS-B", "stsb",
        ("index", "genre", "filename", "year", "old_index", "source1", "source2", "sentence1", "sentence2", "score"),
        INDEXED_PAIR, "score", None, None,
    ),
    Task(
        "MNLI", "mnli", (*MNLI_START, "label1", "label2", "label3", "label4", "label5", "gold_label"),
        {"index": "idx", "sentence1": "premise", "sentence2": "hypothesis"}, "gold_label",
        ("entailment", "neutral", "contradiction"), ("entailment", "neutral", "contradiction"),
        splits=(
            ("train", "train"), ("dev_matched", "validation_matched"), ("dev_mismatched", "validation_mismatched"),
        ),
        train_columns=(*MNLI_START, "label1", "gold_label"),
    ),
    Task(
        "QNLI", "qnli", ("index", "question", "sentence", "label"),
        {"index": "idx", "question": "question", "sentence": "sentence"}, "label", ENTAILMENT, ENTAILMENT,
    ),
    Task("RTE", "rte", ("index", "sentence1", "sentence2", "label"), INDEXED_PAIR, "label", ENTAILMENT, ENTAILMENT),
    Task(
        "WNLI", "wnli", ("index", "sentence1", "sentence2", "label"), INDEXED_PAIR, "label", BINARY,
        ("not_entailment", "entailment"),
    ),
)  # fmt: skip


def named(text: str) -> Task | None:
    """The task of that name, GLUE's or the hub's, in any case: SST-2, sst-2, sst2."""
    key = text.replace("-", "").lower()
    return next((task for task in TASKS if task.config == key), None)


@dataclass
class Written:
    rows: int = 0
    changed: int = 0  # texts in which a TAB or line end became a space


def write_split(task: Task, split: str, parquet: list[Path], target: Path) -> Written:
    """Writes one TSV file from the split's Parquet files."""
    columns = task.columns_of(split)
    written = Written()
    with open(target, "x", encoding="utf-8", newline="\n") as file:
        if task.has_header:
            file.write("\t".join(columns) + "\n")
        for path in parquet:
            write_rows(task, split, path, columns, file, written)
    if written.rows == 0:
        raise FetchError(BAD_INPUT, f"{task.name} {split}: the Parquet files of {REPOSITORY} hold no rows")
    return written


def write_rows(task: Task, split: str, path: Path, columns: tuple[str, ...], file: TextIO, written: Written) -> None:
    # One place a column: where its value comes from.
    places = [("label" if column == task.label else task.from_hub.get(column)) for column in columns]
    for row in rows(task, split, path):
        values = []
        for place in places:
            if place is None:
                values.append(NOTHING)
                continue
            value = label_text(task, row[place]) if place == "label" else row[place]
            if value is None:
                raise FetchError(
                    BAD_INPUT,
                    f"{task.name} {split}, row {written.rows}: got {place} {row[place]!r}, expected "
                    f"{expectation(task, place)}; the data set is not as expected, try --revision main",
                )
            text = BREAK.sub(" ", str(value))
            written.changed += text != value and isinstance(value, str)
            values.append(text)
        file.write("\t".join(values) + "\n")
        written.rows += 1


def expectation(task: Task, place: str) -> str:
    if place != "label":
        return "a value"
    return "a score from 0 to 5" if task.words is None else f"an id below {len(task.words)}"


def label_text(task: Task, value: Any) -> str | None:
    """GLUE's word for a label, or the score as GLUE writes it; None for what is neither."""
    if task.words is None:
        if not isinstance(value, float) or not 0 <= value <= 5:
            return None
        text = f"{value:.3f}"
        # Scores are Float32 in the data set: 3.8 there is 3.799999952316284 here.
        return text if single(float(text)) == single(value) else f"{value:.9g}"
    return task.words[value] if isinstance(value, int) and 0 <= value < len(task.words) else None


def single(value: float) -> bytes:
    return struct.pack("<f", value)


def rows(task: Task, split: str, path: Path) -> Iterator[dict[str, Any]]:
    """The rows of one Parquet file; their columns and the meaning of label ids are checked first."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise FetchError(UNAVAILABLE, f"needs the Python package pyarrow ({error}); run tools/setup") from error
    wanted = sorted({*task.from_hub.values(), "label"})
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            if missing := [name for name in wanted if name not in schema.names]:
                raise FetchError(
                    BAD_INPUT,
                    f"{task.name} {split}: got the columns {', '.join(schema.names)}, expected {', '.join(missing)} "
                    "too; the data set is not as expected, try --revision main",
                )
            check_words(task, split, schema.metadata)
            for batch in file.iter_batches(batch_size=4096, columns=wanted):
                yield from batch.to_pylist()
    except pyarrow.ArrowException as error:
        raise FetchError(BAD_INPUT, f"{task.name} {split}: cannot read the Parquet file ({error})") from error


def check_words(task: Task, split: str, metadata: dict[bytes, bytes] | None) -> None:
    """Compares the data set's own names of the label ids, where the file has them."""
    try:
        features = json.loads((metadata or {})[b"huggingface"])["info"]["features"]
        words = features["label"].get("names")
    except (KeyError, TypeError, ValueError, AttributeError):
        return
    expected = list(task.hub_words) if task.hub_words else None
    if words != expected:
        raise FetchError(
            BAD_INPUT,
            f"{task.name} {split}: got the labels {words}, expected {expected} in that order; the data set is not as "
            "expected, try --revision main",
        )
