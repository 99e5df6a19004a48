#!/usr/bin/env python3
"""PyTorch and Hugging Face transformers doing what `seedscape bench` measures: BERT on GLUE text, on the CPU.

    python tools/torch_peer.py finetune|landscape --model DIR --data GLUE_DIR [--task MRPC] [options]

finetune   optimiser steps: forward, backward, clipping, fused AdamW; dropout on
landscape  points theta0 + a d1 + b d2: fresh parameters, then the loss over all batches; forward only, dropout off

The rows are the first --examples of DATA/TASK/train.tsv after a seeded shuffle. A batch is padded to its longest
sequence (the Trainer's default); --grouped sorts the rows by length first. Only real tokens are counted, so that
an engine without padding is compared on the same work. One pass over all batches warms up. --ranks N starts N
independent processes that start counting together; rates and memory are added. Weights are the checkpoint's, or random if
DIR has only config.json and a vocabulary: the speed is the same.

peak_pss_mib is the largest Pss of /proc/self/smaps_rollup, where a page that n processes share counts 1/n. A thread
samples it every 50 ms during the warm-up, which does the work of the counted steps but is not timed. peak_rss_mib is
ru_maxrss: exact, over the whole life with loading; what ranks share counts for each of them.

Prints one JSON line. Needs torch and transformers (tools/fixtures/requirements.txt).
Exit codes: 0 measured, 1 a process failed, 64 usage, 65 data or model missing or not as expected.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NoReturn

Batch = tuple[dict[str, Any], int, int]  # model inputs [B, longest] with labels [B]; their real tokens; B

BINARY, ENTAILMENT = ["0", "1"], ["entailment", "not_entailment"]
# Columns of the text and its pair, of the label; classes in the order of their ids, none for a regression.
TASKS = {
    "CoLA": (["sentence"], "label", BINARY),
    "SST-2": (["sentence"], "label", BINARY),
    "MRPC": (["#1 String", "#2 String"], "Quality", BINARY),
    "QQP": (["question1", "question2"], "is_duplicate", BINARY),
    "STS-B": (["sentence1", "sentence2"], "score", []),
    "MNLI": (["sentence1", "sentence2"], "gold_label", ["entailment", "neutral", "contradiction"]),
    "QNLI": (["question", "sentence"], "label", ENTAILMENT),
    "RTE": (["sentence1", "sentence2"], "label", ENTAILMENT),
    "WNLI": (["sentence1", "sentence2"], "label", BINARY),
}
HEADERLESS = {"CoLA": ["source", "label", "mark", "sentence"]}


def fail(code: int, message: str) -> NoReturn:
    print(f"torch_peer: {message}", file=sys.stderr)
    sys.exit(code)


def read_rows(path: Path, task: str) -> list[tuple[list[str], float]]:
    """Texts and class id or value of all rows. Rows with too few fields are skipped: QQP and QNLI contain some."""
    texts, label, classes = TASKS[task]
    try:
        # read_text and csv would both end a row at a carriage return inside a text.
        lines = path.read_bytes().decode("utf-8-sig").removesuffix("\n").split("\n")
        crlf = lines[0].endswith("\r")
        table = [(line.removesuffix("\r") if crlf else line).split("\t") for line in lines]
        header = HEADERLESS.get(task) or table.pop(0)
        *places, target = [header.index(column) for column in (*texts, label)]
        table = [fields for fields in table if len(fields) >= len(header)] or fail(65, f"{path} has no rows")
        targets = [classes.index(fields[target]) if classes else float(fields[target]) for fields in table]
    except (OSError, ValueError) as error:
        columns = ", ".join([*texts, label])
        fail(65, f"{path} cannot be used: {error}; expected {task} as GLUE ships it, with the columns {columns}")
    return [([fields[place] for place in places], target) for fields, target in zip(table, targets)]


def load(options: argparse.Namespace) -> tuple[Any, Any]:
    """The tokenizer, and the model in Float32."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, BertConfig, logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if not (options.model / "config.json").is_file():
        fail(65, f"{options.model}/config.json is missing; --model names a Hugging Face directory of a BERT model")
    config = BertConfig.from_pretrained(options.model, num_labels=len(TASKS[options.task][2]) or 1)
    if options.max_length > config.max_position_embeddings:
        fail(64, f"--max-length is {options.max_length}, the model has {config.max_position_embeddings} positions")
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    # Without a vocabulary, transformers makes one of special tokens only, and every word is [UNK].
    if len(tokenizer) <= len(tokenizer.all_special_ids):
        fail(65, f"{options.model} has no vocabulary, expected vocab.txt or tokenizer.json")
    settings = {"config": config, "dtype": torch.float32, "attn_implementation": options.attention}
    classifier = AutoModelForSequenceClassification
    if not any(options.model.glob("*.safetensors*")) and not any(options.model.glob("pytorch_model*")):
        return tokenizer, classifier.from_config(**settings)
    # A fine-tuned checkpoint may have a head for another number of classes.
    return tokenizer, classifier.from_pretrained(options.model, ignore_mismatched_sizes=True, **settings)


def make_batches(tokenizer: Any, options: argparse.Namespace) -> list[Batch]:
    """The chosen rows in batches; the last one may be smaller."""
    rows = read_rows(options.data / options.task / "train.tsv", options.task)
    random.shuffle(rows)
    encoded = [
        dict(tokenizer(*texts, truncation=True, max_length=options.max_length), labels=target)
        for texts, target in rows[: options.examples]
    ]
    if options.grouped:
        encoded.sort(key=lambda row: len(row["input_ids"]))
    batches = []
    for start in range(0, len(encoded), options.batch):
        inputs = dict(tokenizer.pad(encoded[start : start + options.batch], return_tensors="pt"))
        batches.append((inputs, int(inputs["attention_mask"].sum()), len(inputs["labels"])))
    return batches


def make_worker(model: Any, options: argparse.Namespace) -> Callable[[list[Batch]], None]:
    """What takes an optimiser step per batch, or evaluates the loss over all batches at a new point of the plane."""
    import torch

    autocast = torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.precision == "bf16")

    def train(batches: list[Batch]) -> None:
        for inputs, _, _ in batches:
            with autocast:
                loss = model(**inputs).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()

    def evaluate(batches: list[Batch]) -> None:
        a, b = random.uniform(-1, 1), random.uniform(-1, 1)
        for parameter, origin, first, second in zip(model.parameters(), theta0, d1, d2, strict=True):
            parameter.copy_(origin.add(first, alpha=a).add_(second, alpha=b))
        total = 0.0
        for inputs, _, examples in batches:
            with autocast:
                total += model(**inputs).loss.item() * examples

    if options.what == "finetune":
        model.train()
        optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01, fused=True)
        return train
    model.eval().requires_grad_(False)
    theta0 = [parameter.clone() for parameter in model.parameters()]
    d1, d2 = ([torch.randn_like(origin) * 1e-3 for origin in theta0] for _ in range(2))
    if options.precision == "bf16-model":
        model.bfloat16()
    return evaluate


def sample_pss(samples: list[float], done: threading.Event) -> None:
    """Appends this process's Pss in MiB every 50 ms."""
    while True:
        fields = Path("/proc/self/smaps_rollup").read_text().split()
        samples.append(int(fields[fields.index("Pss:") + 1]) / 1024)
        if done.wait(0.05):
            return


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Loads, warms up, then counts --steps steps or points."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    import transformers

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    random.seed(0)
    tokenizer, model = load(options)
    batches = make_batches(tokenizer, options)
    work = make_worker(model, options)
    warm_up, parts = batches, [batches] * options.steps
    if options.what == "finetune":
        random.shuffle(batches)
        # AdamW's state exists from the second step on: one step alone would not show the peak of memory.
        warm_up = batches if len(batches) > 1 else batches * 2
        parts = [list(islice(cycle(batches), options.steps))]

    samples, done = [], threading.Event()
    sampler = threading.Thread(target=sample_pss, args=(samples, done), daemon=True)
    sampler.start()
    work(warm_up)
    done.set()
    sampler.join()
    if options.wait:
        print("ready", flush=True)
        sys.stdin.readline() or sys.exit(1)
    start = time.perf_counter()
    for part in parts:
        work(part)
    seconds = time.perf_counter() - start
    counted = [batch for part in parts for batch in part]
    return vars(options) | {
        "examples": sum(examples for _, _, examples in batches),
        "seconds": round(seconds, 4),
        "examples_per_s": round(sum(examples for _, _, examples in counted) / seconds, 3),
        "tokens_per_s": round(sum(tokens for _, tokens, _ in counted) / seconds, 2),
        "peak_pss_mib": round(max(samples), 1),
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }


def measure_ranks(options: argparse.Namespace) -> dict[str, Any]:
    """Independent processes that run at the same time and wait for each other after the warm-up."""
    command = [sys.executable, __file__, *sys.argv[1:], "--ranks", "1", "--wait"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    runs = [subprocess.Popen(command, **pipes) for _ in range(options.ranks)]
    # When one fails, the others read the end of their input and stop.
    if all([run.stdout.readline() == "ready\n" for run in runs]):
        for run in runs:
            print(file=run.stdin, flush=True)
    outputs = [run.communicate()[0] for run in runs]
    if failures := [run.returncode for run in runs if run.returncode]:
        fail(max(1, *failures), f"{len(failures)} of {options.ranks} processes failed or stopped, see above")
    results = [json.loads(output) for output in outputs]
    added = ["examples_per_s", "tokens_per_s", "peak_pss_mib", "peak_rss_mib"]
    sums = {name: round(sum(result[name] for result in results), 2) for name in added}
    return results[0] | sums | {"ranks": options.ranks, "seconds": max(result["seconds"] for result in results)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = lambda message: fail(64, f"{message}; --help lists the options")
    parser.add_argument("what", choices=["finetune", "landscape"])
    parser.add_argument("--model", type=Path, required=True, help="Hugging Face directory of a BERT model")
    parser.add_argument("--data", type=Path, required=True, help="GLUE folder")
    parser.add_argument("--task", choices=TASKS, default="MRPC")
    cores = len(os.sched_getaffinity(0))
    counts = {"examples": 256, "batch": 32, "max-length": 128, "steps": 16, "ranks": 1, "threads": cores}
    for name, default in counts.items():
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N", help=f"default {default}")
    parser.add_argument("--precision", choices=["fp32", "bf16", "bf16-model"], default="fp32")
    parser.add_argument("--attention", choices=["sdpa", "eager"], default="sdpa")
    parser.add_argument("--grouped", action="store_true")
    parser.add_argument("--wait", action="store_true", help="print `ready` once warm, go on after a line of input")
    options = parser.parse_args()
    if any(type(value) is int and value < 1 for value in vars(options).values()):
        parser.error("numbers start at 1")
    if options.what == "finetune" and options.precision == "bf16-model":
        parser.error("--precision bf16-model is for landscape; finetune takes fp32 or bf16")
    print(json.dumps(measure(options) if options.ranks == 1 else measure_ranks(options), default=str))


if __name__ == "__main__":
    main()
