#!/usr/bin/env python3
"""The same pre-training in PyTorch and transformers, and the same evaluation of any models.

    python tools/pretrain_peer.py train --start DIR --text FILE --output DIR --steps N [--seed S ...]
    python tools/pretrain_peer.py evaluate --text FILE DIR ...

`train` makes a new BertForMaskedLM of the configuration and vocabulary in --start (what `seedscape pretrain` wrote) and
trains it as `seedscape pretrain` does: one document per line, a tab between two segments, sequences of at most
--max-length tokens; in each pass, max(1, 15 %) of a sequence's tokens are chosen (--masked), 80 % [MASK], 10 % random,
10 % kept; AdamW with weight decay 0.01 (not on biases and LayerNorm), clipping at 1, linear warm-up and decay, dropout as
in the configuration. Prints tokens per second. --output gets a folder for each seed, DIR-SEED.
`evaluate` gives each model's loss and accuracy on the same masked tokens of a text, several draws of them.
"""

import argparse
import json
import time
from pathlib import Path

import numpy
import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_
from transformers import AutoTokenizer, BertConfig, BertForMaskedLM, get_linear_schedule_with_warmup


def read(path, tokenizer, longest):
    """The text's sequences: ids with [CLS] and [SEP], and the segment of each."""
    sequences = []
    with open(path, "rb") as file:
        for line in file:
            parts = [part for part in line.decode().rstrip("\r\n").split("\t", 1) if part]
            if len(parts) == 2:
                pair = tokenizer(*parts)
                if len(pair["input_ids"]) <= longest:
                    sequences.append((numpy.array(pair["input_ids"]), numpy.array(pair["token_type_ids"])))
                    continue
            for part in parts:
                ids = tokenizer(part, add_special_tokens=False)["input_ids"]
                for start in range(0, len(ids), longest - 2):
                    piece = [tokenizer.cls_token_id, *ids[start : start + longest - 2], tokenizer.sep_token_id]
                    sequences.append((numpy.array(piece), numpy.zeros(len(piece), dtype=numpy.int64)))
    return sequences


def masked(sequences, rng, tokenizer, vocabulary, share):
    """A padded batch with its chosen tokens masked: ids, segments, attention mask, labels (-100: nothing is predicted)."""
    longest = max(len(tokens) for tokens, _ in sequences)
    ids = numpy.zeros((len(sequences), longest), dtype=numpy.int64)
    types, attention = numpy.zeros_like(ids), numpy.zeros_like(ids)
    labels = numpy.full_like(ids, -100)
    for row, (tokens, segments) in enumerate(sequences):
        inner = numpy.flatnonzero((tokens != tokenizer.cls_token_id) & (tokens != tokenizer.sep_token_id))
        chosen = rng.permutation(inner)[: max(1, int(share * len(inner) + 0.5))]
        ids[row, : len(tokens)], types[row, : len(tokens)] = tokens, segments
        attention[row, : len(tokens)] = 1
        labels[row, chosen] = tokens[chosen]
        draw = rng.random(len(chosen))
        ids[row, chosen[draw < 0.8]] = tokenizer.mask_token_id
        others = chosen[(draw >= 0.8) & (draw < 0.9)]
        ids[row, others] = rng.integers(0, vocabulary, len(others))
    return [torch.from_numpy(array) for array in (ids, types, attention, labels)]


def scores(model, batch):
    """Mean loss and right predictions of a batch, computing the vocabulary only where something is predicted."""
    ids, types, attention, labels = batch
    states = model.bert(input_ids=ids, token_type_ids=types, attention_mask=attention).last_hidden_state
    places = labels != -100
    logits = model.cls(states[places])
    words = labels[places]
    return cross_entropy(logits, words), (logits.argmax(-1) == words).sum().item(), len(words)


def train(arguments):
    tokenizer = AutoTokenizer.from_pretrained(arguments.start)
    config = BertConfig.from_pretrained(arguments.start)
    sequences = read(arguments.text, tokenizer, arguments.max_length)
    for seed in arguments.seed:
        torch.manual_seed(seed)
        rng = numpy.random.default_rng(seed)
        model = BertForMaskedLM(config).train()
        # Truncated at two standard deviations, as in BERT's own code and in seedscape.
        for parameter in model.parameters():
            if parameter.dim() > 1:
                deviation = config.initializer_range
                torch.nn.init.trunc_normal_(parameter, std=deviation, a=-2 * deviation, b=2 * deviation)
        spared = ("bias", "LayerNorm.weight")
        groups = [
            {
                "params": [p for n, p in model.named_parameters() if n.endswith(spared) == is_spared],
                "weight_decay": 0.0 if is_spared else 0.01,
            }
            for is_spared in (False, True)
        ]
        optimizer = torch.optim.AdamW(groups, lr=arguments.learning_rate, betas=(0.9, 0.999), eps=1e-8)
        schedule = get_linear_schedule_with_warmup(optimizer, int(arguments.warmup * arguments.steps), arguments.steps)
        order, history, tokens, start = [], [], 0, time.time()
        for step in range(arguments.steps):
            if not order:
                order = [sequences[i] for i in rng.permutation(len(sequences))]
            batch, order = order[: arguments.batch], order[arguments.batch :]
            tokens += sum(len(ids) for ids, _ in batch)
            loss, right, count = scores(model, masked(batch, rng, tokenizer, config.vocab_size, arguments.masked))
            optimizer.zero_grad()
            loss.backward()
            clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            history.append((loss.item(), right / count))
        seconds = time.time() - start
        output = Path(f"{arguments.output}-{seed}")
        model.save_pretrained(output)
        tokenizer.save_pretrained(output)
        last = numpy.mean(history[-100:], axis=0)
        print(
            json.dumps(
                {"seed": seed, "train_loss": last[0], "train_masked_accuracy": last[1], "tokens_per_second": tokens / seconds}
            ),
            flush=True,
        )


def evaluate(arguments):
    for directory in arguments.models:
        tokenizer = AutoTokenizer.from_pretrained(directory)
        model, report = BertForMaskedLM.from_pretrained(directory, output_loading_info=True, dtype=torch.float32)
        model.eval()
        sequences = read(arguments.text, tokenizer, arguments.max_length)
        rng = numpy.random.default_rng(1)
        loss, right, count = 0.0, 0, 0
        with torch.no_grad():
            for _ in range(arguments.draws):
                for start in range(0, len(sequences), 32):
                    batch = masked(sequences[start : start + 32], rng, tokenizer, model.config.vocab_size, arguments.masked)
                    mean, hits, words = scores(model, batch)
                    loss, right, count = loss + mean.item() * words, right + hits, count + words
        problems = {key: sorted(map(str, value)) for key, value in report.items() if value}
        print(
            json.dumps(
                {"model": directory, "loss": loss / count, "masked_accuracy": right / count, "masked": count} | problems
            ),
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("train")
    command.add_argument("--start", required=True)
    command.add_argument("--text", required=True)
    command.add_argument("--output", required=True)
    command.add_argument("--steps", type=int, required=True)
    command.add_argument("--batch", type=int, default=64)
    command.add_argument("--learning-rate", type=float, default=1e-4)
    command.add_argument("--warmup", type=float, default=0.1)
    command.add_argument("--max-length", type=int, default=128)
    command.add_argument("--seed", type=int, nargs="+", default=[0])
    command.set_defaults(run=train)
    command = commands.add_parser("evaluate")
    command.add_argument("models", nargs="+")
    command.add_argument("--text", required=True)
    command.add_argument("--max-length", type=int, default=128)
    command.add_argument("--draws", type=int, default=5)
    command.set_defaults(run=evaluate)
    for command in commands.choices.values():
        command.add_argument("--masked", type=float, default=0.15)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    arguments.run(arguments)


if __name__ == "__main__":
    main()
