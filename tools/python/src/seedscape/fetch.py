"""Fetches models and GLUE from a Hugging Face hub, as folders that seedscape reads.

    python -m seedscape.fetch fetch-model OWNER/NAME [DIR | --output DIR] [--revision REVISION]
    python -m seedscape.fetch fetch-glue [TASK ...] [--output DIR] [--revision REVISION]

fetch-model   config.json, the tokenizer's files and the safetensors of a BERT model; default DIR: models/NAME
fetch-glue    GLUE's nine tasks, or those named, from the data set nyu-mll/glue in GLUE's own layout, training and dev
              sets (test sets have no labels there); default DIR: glue

A folder gets its name when it is complete and checked. After an interruption the same command goes on where it was;
what is there already is not fetched again. HF_ENDPOINT names another hub than https://huggingface.co, HF_TOKEN an
account.

Exit codes: 0 all is there; 64 usage; 65 no such repository or revision, or not what seedscape reads; 69 hub or Python
package not available; 74 transfer, reading or writing failed; 130 interrupted.
"""

import argparse
import json
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from . import glue
from .hub import (
    BAD_INPUT,
    INPUT_OUTPUT,
    USAGE,
    FetchError,
    Repository,
    Source,
    conversion_request,
    megabytes,
    open_repository,
)
from .output import allow_any_name, tell
from .staging import Staging, is_whole, require_writable

Say = Callable[[str], None]

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")
VOCABULARIES = ("vocab.txt", "tokenizer.json")
TOKENIZER = (*VOCABULARIES, "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
# What seedscape reads; a key that is missing or null has BERT's value.
ACCEPTED = {
    "model_type": ("bert",),
    "position_embedding_type": ("absolute",),
    "hidden_act": ("gelu", "relu"),
}


def fetch_model(name: str, output: Path | None, revision: str, say: Say) -> None:
    if not re.fullmatch(r"[\w.-]+/\w[\w.-]*", name, re.ASCII):
        raise FetchError(USAGE, f"got the model '{name}', expected OWNER/NAME such as google-bert/bert-base-uncased")
    destination = output or Path("models") / name.partition("/")[2]
    source = Source("model", name, revision)
    if is_whole(destination, source):
        say(f"{name} is already in {destination}")
        return
    require_writable(destination)
    repository = open_repository(source)
    require_bert_files(repository)
    names = [file for file in TOKENIZER if file in repository.files]
    config = repository.describe("config.json")
    remotes = [config, *map(repository.describe, names)]
    with Staging(destination, say) as staging:
        check_configuration(name, staging.fetch(config, source))
        if WEIGHTS in repository.files:
            remotes.append(repository.describe(WEIGHTS))
        else:
            index = repository.describe(INDEX)
            shards = shard_names(repository, staging.fetch(index, source))
            remotes += [index, *map(repository.describe, shards)]
        staging.require_space(remotes)
        files = {remote.name: staging.fetch(remote, source) for remote in remotes}
        for remote in remotes:
            if remote.name.endswith(".safetensors"):
                require_safetensors(source, remote.name, files[remote.name])
        staging.install(files, source, repository.commit)
    size = sum(remote.size or 0 for remote in remotes)
    say(f"{name} is in {destination} ({megabytes(size)}, commit {repository.commit[:12]})")


def require_bert_files(repository: Repository) -> None:
    source, files = repository.source, repository.files
    if "config.json" not in files:
        raise FetchError(BAD_INPUT, f"{source} has no config.json, so it is no transformers model; name another")
    if not files & {WEIGHTS, INDEX}:
        found = sorted(files & {*PICKLES, "tf_model.h5", "flax_model.msgpack"})
        if not files & set(PICKLES):
            got = ", ".join(found) or "no weights"
            raise FetchError(BAD_INPUT, f"{source} has {got}, expected {WEIGHTS}; name another repository")
        request = conversion_request(source)
        advice = f"the hub's converter offers safetensors: add --revision {request}, or " if request else ""
        raise FetchError(
            BAD_INPUT,
            f"{source} has its weights only as a pickle ({found[0]}), which can run any code when read; expected "
            f"{WEIGHTS}: {advice}where you trust it, convert it with transformers: "
            f"AutoModel.from_pretrained('{source}').save_pretrained(DIR), and the same with AutoTokenizer",
        )
    if not files & set(VOCABULARIES):
        raise FetchError(BAD_INPUT, f"{source} has neither {' nor '.join(VOCABULARIES)}; name another repository")


def read_json(path: Path, what: str) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise FetchError(BAD_INPUT, f"{what} is not JSON ({error}); name another repository or revision") from error
    if not isinstance(value, dict):
        raise FetchError(BAD_INPUT, f"{what} is not a JSON object; name another repository or revision")
    return value


def check_configuration(name: str, path: Path) -> None:
    configuration = read_json(path, f"config.json of {name}")
    for key, accepted in ACCEPTED.items():
        if configuration.get(key) not in (None, *accepted):
            expected = " or ".join(f"'{value}'" for value in accepted)
            raise FetchError(
                BAD_INPUT,
                f"{name} has {key} {configuration[key]!r}, expected {expected}; seedscape reads BERT, name another",
            )


def require_safetensors(source: Source, name: str, path: Path) -> None:
    """Whether it is such a file at all: where a hub gives no hash, a mirror's pointer or error page would pass for one."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        start = file.read(1)
    if size < 10 or length > size - 8 or start != b"{":
        raise FetchError(
            BAD_INPUT,
            f"{name} of {source} is no safetensors file of {size} bytes; fetch it without a proxy or mirror (HF_ENDPOINT), or "
            "name another repository",
        )


def shard_names(repository: Repository, path: Path) -> list[str]:
    places = read_json(path, f"{INDEX} of {repository.source}").get("weight_map")
    shards = set(places.values()) if isinstance(places, dict) else set()
    # Only names that the hub lists: nothing else becomes the name of a file here.
    bad = [shard for shard in shards if shard not in repository.files or not re.fullmatch(r"[^/]+\.safetensors", shard)]
    if not shards or bad:
        raise FetchError(
            BAD_INPUT,
            f"{INDEX} of {repository.source} names {', '.join(map(repr, bad)) or 'no weights'}, expected safetensors "
            "of the same repository; name another repository or revision",
        )
    return sorted(shards)


def fetch_glue(names: Sequence[str], output: Path, revision: str, say: Say) -> None:
    tasks = []
    for name in names:
        if (task := glue.named(name)) is None:
            known = ", ".join(task.name for task in glue.TASKS)
            raise FetchError(USAGE, f"unknown task '{name}'; known: {known}")
        tasks.append(task)
    source = Source("dataset", glue.REPOSITORY, revision)
    missing = []
    for task in dict.fromkeys(tasks or glue.TASKS):
        # All folders are looked at before anything is fetched.
        if is_whole(output / task.name, replace(source, part=task.name)):
            say(f"{task.name} is already in {output / task.name}")
        else:
            missing.append(task)
    if not missing:
        return
    for task in missing:
        require_writable(output / task.name)
    repository = open_repository(source)
    shards = {task: {split: task.shards(there, repository.files) for split, there in task.splits} for task in missing}
    for task in missing:
        fetch_task(task, shards[task], output / task.name, repository, say)


def fetch_task(
    task: glue.Task, shards: dict[str, list[str]], destination: Path, repository: Repository, say: Say
) -> None:
    source = replace(repository.source, part=task.name)
    remotes = {split: [repository.describe(name) for name in names] for split, names in shards.items()}
    counts = {}
    with Staging(destination, say) as staging:
        everything = [remote for group in remotes.values() for remote in group]
        # Parquet is compressed, texts about twofold.
        staging.require_space(everything, extra=3 * sum(remote.size or 0 for remote in everything))
        parquet = {split: [staging.fetch(remote, source) for remote in group] for split, group in remotes.items()}
        files = {}
        for split, paths in parquet.items():
            files[f"{split}.tsv"] = staging.new / f"{split}.tsv"
            counts[split] = glue.write_split(task, split, paths, files[f"{split}.tsv"])
        rows = {split: {"rows": count.rows, "changed": count.changed} for split, count in counts.items()}
        staging.install(files, source, repository.commit, splits=rows)
    for split, count in counts.items():
        changed = f"; {count.changed} texts had a TAB or line end, now a space" if count.changed else ""
        say(f"{destination / split}.tsv: {count.rows} rows{changed}")


class Terminated(KeyboardInterrupt):
    """SIGTERM."""


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog.split()[-1]}: {message}; {self.format_usage().strip()}\n")


def add_commands(commands: Any) -> None:
    """Adds `fetch-model` and `fetch-glue` to argparse's subparsers. Each sets `run`: arguments to exit code."""
    model = commands.add_parser("fetch-model", help="a BERT model from a Hugging Face hub")
    model.add_argument("name", metavar="OWNER/NAME")
    model.add_argument("directory", metavar="DIR", nargs="?", type=Path)
    model.add_argument("--output", metavar="DIR", type=Path, help="the folder to make (default: models/NAME)")
    model.add_argument("--revision", default="main", help="a branch, tag or commit (default: main)")
    model.set_defaults(run=run)
    tasks = commands.add_parser("fetch-glue", help="GLUE from a Hugging Face hub")
    tasks.add_argument("tasks", metavar="TASK", nargs="*", help="such as SST-2 (default: all nine)")
    tasks.add_argument("--output", metavar="DIR", type=Path, default=Path("glue"), help="(default: glue)")
    tasks.add_argument("--revision", default="main", help="a branch, tag or commit (default: main)")
    tasks.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Does one command; says what went wrong in one line."""
    command = arguments.command

    allow_any_name()

    def say(message: str) -> None:
        tell(f"{command}: {message}")

    def fail(status: int, message: str) -> int:
        print(f"{command}: {message}", file=sys.stderr, flush=True)
        return status

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, terminate)
    try:
        if not arguments.revision:
            raise FetchError(USAGE, "--revision is empty, expected a branch, tag or commit")
        if command == "fetch-glue":
            fetch_glue(arguments.tasks, arguments.output, arguments.revision, say)
        elif arguments.directory and arguments.output:
            raise FetchError(USAGE, "got both DIR and --output, expected one of them")
        else:
            fetch_model(arguments.name, arguments.directory or arguments.output, arguments.revision, say)
    except FetchError as error:
        return fail(error.status, str(error))
    except Terminated:
        return fail(143, "stopped; the same command goes on")
    except KeyboardInterrupt:
        return fail(130, "stopped; the same command goes on")
    except OSError as error:
        place = "" if error.filename else f" in {arguments.output or 'the folder to be made'}"
        return fail(INPUT_OUTPUT, f"reading or writing failed{place}: {error}; the same command goes on")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = Parser(
        prog="seedscape", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    add_commands(parser.add_subparsers(dest="command", metavar="COMMAND", required=True))
    return run(parser.parse_args(arguments))


def terminate(number: int, frame: object) -> NoReturn:
    raise Terminated


if __name__ == "__main__":
    sys.exit(main())
