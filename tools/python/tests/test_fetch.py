"""Fetching from a hub on this machine (hub_server.py). No network."""

import errno
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from hub_server import HubServer, Repo
from seedscape import fetch, glue, hub, staging

SOURCES = Path(fetch.__file__).parents[1]
TOOLS = Path(fetch.__file__).parents[3]
NAME = "someone/bert-small"
CONFIG = {"model_type": "bert", "hidden_size": 4, "hidden_act": "gelu", "vocab_size": 5}


def safetensors(count: int) -> bytes:
    header = json.dumps({"w": {"dtype": "F32", "shape": [count], "data_offsets": [0, 4 * count]}}).encode()
    return struct.pack("<Q", len(header)) + header + struct.pack(f"<{count}f", *range(count))


WEIGHTS = safetensors(50_000)


def bert(**others: bytes | None) -> dict[str, bytes]:
    files = {
        "config.json": json.dumps(CONFIG).encode(),
        "vocab.txt": b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n",
        "tokenizer_config.json": b'{"do_lower_case": true}',
        "model.safetensors": WEIGHTS,
        "pytorch_model.bin": b"a pickle",
        "README.md": b"not needed",
    }
    changes = {name.replace("__", "."): content for name, content in others.items()}
    return {name: content for name, content in {**files, **changes}.items() if content is not None}


@pytest.fixture
def server(monkeypatch, tmp_path):
    server = HubServer()
    server.repos["model", NAME] = Repo(bert())
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-home"))
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setattr(staging, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(hub, "TIMEOUT", 5.0)
    monkeypatch.chdir(tmp_path)
    yield server
    server.close()


@pytest.fixture
def command(capsys):
    """Runs a command: exit code, the lines it printed, the lines of errors."""

    def run(*arguments):
        status = fetch.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out.splitlines(), captured.err.splitlines()

    return run


def failure(result, status):
    """The one line of an error."""
    assert result[0] == status, result
    assert len(result[2]) == 1, result
    return result[2][0]


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


# Models


def test_a_model_arrives_whole(server, command, tmp_path):
    assert command("fetch-model", NAME)[0] == 0
    folder = tmp_path / "models/bert-small"
    expected = {"config.json", "vocab.txt", "tokenizer_config.json", "model.safetensors"}
    assert {path.name for path in folder.iterdir()} == expected | {"source.json"}
    for name in expected:
        assert (folder / name).read_bytes() == bert()[name]
    record = json.loads((folder / "source.json").read_text())
    assert (record["repository"], record["revision"], record["commit"]) == (NAME, "main", "c" * 40)
    assert record["files"]["model.safetensors"]["size"] == len(WEIGHTS)
    assert hidden(tmp_path / "models") == []


def test_the_server_is_a_hub_to_huggingface_hub(server, tmp_path):
    import huggingface_hub

    for name in ("config.json", "model.safetensors"):
        path = huggingface_hub.hf_hub_download(NAME, name, local_dir=tmp_path / "theirs", endpoint=server.url)
        assert Path(path).read_bytes() == bert()[name]


def test_what_is_there_is_not_fetched_again_and_damage_is_repaired(server, command, tmp_path):
    folder = tmp_path / "here"
    assert command("fetch-model", NAME, folder)[0] == 0
    server.requests.clear()
    assert command("fetch-model", NAME, "--output", folder)[1] == [f"fetch-model: {NAME} is already in {folder}"]
    assert server.requests == []
    (folder / "model.safetensors").write_bytes(WEIGHTS[:-1] + b"x")
    assert command("fetch-model", NAME, folder)[0] == 0
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert hidden(tmp_path) == []


def test_shards(server, command, tmp_path):
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    index = {"metadata": {}, "weight_map": {"a": names[0], "b": names[1], "c": names[0]}}
    files = {names[0]: safetensors(3), names[1]: safetensors(4), fetch.INDEX: json.dumps(index).encode()}
    server.repos["model", NAME] = repo = Repo(bert(model__safetensors=None) | files)
    assert command("fetch-model", NAME, "m")[0] == 0
    assert (tmp_path / "m" / names[1]).read_bytes() == safetensors(4)
    index["weight_map"]["d"] = "../../elsewhere.safetensors"
    repo.files[fetch.INDEX] = json.dumps(index).encode()
    assert "'../../elsewhere.safetensors'" in failure(command("fetch-model", NAME, "n"), 65)
    assert not (tmp_path / "n").exists()


def test_a_revision(server, command, tmp_path):
    server.repos["model", NAME].revisions["refs/pr/2"] = "d" * 40
    assert command("fetch-model", NAME, "m", "--revision", "refs/pr/2")[0] == 0
    assert json.loads((tmp_path / "m/source.json").read_text())["commit"] == "d" * 40
    assert any(f"/resolve/{'d' * 40}/" in path for _, path, _ in server.requests)
    assert "no revision 'nope'" in failure(command("fetch-model", NAME, "n", "--revision", "nope"), 65)
    # The folder of one revision is not taken for another.
    assert "revision 'refs/pr/2', expected" in failure(command("fetch-model", NAME, "m"), 65)


def test_connections_that_end_early_go_on_where_they_were(server, command, tmp_path):
    server.faults.cut = [1000, 5000]
    assert command("fetch-model", NAME, "m")[0] == 0
    assert server.ranges() == [None, "bytes=1000-", "bytes=6000-"]
    assert (tmp_path / "m/model.safetensors").read_bytes() == WEIGHTS


def test_a_dead_server_and_a_later_run_that_goes_on(server, command, tmp_path):
    server.faults.cut = [70_000, 0, 0, 0]
    message = failure(command("fetch-model", NAME, "m"), 74)
    assert f"broke off at 70000 of {len(WEIGHTS)} bytes" in message and "goes on from there" in message
    assert not (tmp_path / "m").exists() and hidden(tmp_path) == [".m.partial"]
    server.faults.cut, before = [], len(server.ranges())
    assert command("fetch-model", NAME, "m")[0] == 0
    assert server.ranges()[before:] == ["bytes=70000-"]
    assert (tmp_path / "m/model.safetensors").read_bytes() == WEIGHTS
    assert hidden(tmp_path) == []


def test_a_part_of_other_content_is_not_used(server, command, tmp_path):
    server.faults.cut = [70_000, 0, 0, 0]
    failure(command("fetch-model", NAME, "m"), 74)
    server.repos["model", NAME] = Repo(bert(model__safetensors=safetensors(40_000)))
    assert command("fetch-model", NAME, "m")[0] == 0
    assert server.ranges()[-1] is None
    assert (tmp_path / "m/model.safetensors").read_bytes() == safetensors(40_000)


def test_a_server_without_ranges(server, command, tmp_path):
    server.faults.cut, server.faults.ignore_range = [1000], True
    assert command("fetch-model", NAME, "m")[0] == 0
    assert (tmp_path / "m/model.safetensors").read_bytes() == WEIGHTS


def test_damaged_content(server, command, tmp_path):
    server.faults.corrupt = True
    assert "model.safetensors arrived damaged: got content with hash" in failure(command("fetch-model", NAME, "m"), 74)
    assert not (tmp_path / "m").exists()
    server.faults.corrupt = False
    assert command("fetch-model", NAME, "m")[0] == 0


def test_no_such_repository(server, command, tmp_path):
    assert "no model repository 'someone/nothing'" in failure(command("fetch-model", "someone/nothing"), 65)
    assert "expected OWNER/NAME" in failure(command("fetch-model", "bert-base-uncased"), 64)
    assert "expected OWNER/NAME" in failure(command("fetch-model", "a/b/c"), 64)
    assert not (tmp_path / "models").exists()


def test_gated_and_private(server, command, monkeypatch):
    server.repos["model", NAME].gated = True
    message = failure(command("fetch-model", NAME, "m"), 69)
    assert "is gated: ask for access" in message and "HF_TOKEN" in message
    monkeypatch.setenv("HF_TOKEN", "hf_bad")
    assert "is gated" in failure(command("fetch-model", NAME, "m"), 69)
    server.repos["model", NAME].private = True
    assert "or it is private" in failure(command("fetch-model", NAME, "m"), 65)
    monkeypatch.setenv("HF_TOKEN", "hf_good")
    assert command("fetch-model", NAME, "m")[0] == 0
    assert server.leaked == []


def test_offline(server, command, monkeypatch, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("HF_ENDPOINT", address)
    for arguments in (["fetch-model", NAME], ["fetch-glue", "RTE"]):
        message = failure(command(*arguments), 69)
        assert f"cannot reach {address} (" in message and "HF_ENDPOINT" in message
    monkeypatch.setenv("HF_ENDPOINT", "nonsense")
    assert "HF_ENDPOINT is 'nonsense'" in failure(command("fetch-model", NAME), 64)
    assert [path.name for path in tmp_path.iterdir()] == []


def test_not_a_hub(server, command):
    server.faults.html = True
    assert "is not the hub's" in failure(command("fetch-model", NAME), 69)
    server.faults.html, server.faults.status = False, 503
    assert "HTTP 503" in failure(command("fetch-model", NAME), 69)


@pytest.mark.parametrize("conversion, advice", [(None, "where you trust it"), (3, "add --revision refs/pr/3, or")])
def test_pickles_only(server, command, tmp_path, conversion, advice):
    server.repos["model", NAME] = Repo(bert(model__safetensors=None), conversion=conversion)
    message = failure(command("fetch-model", NAME), 65)
    assert "only as a pickle (pytorch_model.bin)" in message and advice in message
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    "config, expected",
    [
        (b'{"model_type": "roberta"}', "has model_type 'roberta', expected 'bert'"),
        (b'{"hidden_act": "gelu_new"}', "has hidden_act 'gelu_new', expected 'gelu' or 'relu'"),
        (b"{", "is not JSON"),
        (b"[]", "is not a JSON object"),
        (None, "has no config.json"),
    ],
)
def test_what_is_no_bert(server, command, tmp_path, config, expected):
    server.repos["model", NAME] = Repo(bert(config__json=config))
    assert expected in failure(command("fetch-model", NAME, "m"), 65)
    assert server.ranges() == []  # before the weights are fetched
    assert list(tmp_path.iterdir()) == []


def test_other_repositories(server, command):
    server.repos["model", NAME] = Repo(bert(vocab__txt=None))
    assert "neither vocab.txt nor tokenizer.json" in failure(command("fetch-model", NAME), 65)
    server.repos["model", NAME] = Repo(bert(model__safetensors=None, pytorch_model__bin=None))
    assert "has no weights, expected model.safetensors" in failure(command("fetch-model", NAME), 65)


def test_folders_of_others_are_left_alone(server, command, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    assert "holds 'notes.txt'" in failure(command("fetch-model", NAME, "mine"), 65)
    (tmp_path / "file").write_text("mine")
    assert "is not a folder" in failure(command("fetch-model", NAME, "file"), 65)
    assert command("fetch-model", NAME, "m")[0] == 0
    server.repos["model", "other/bert-small"] = Repo(bert())
    assert f"holds {NAME} at" in failure(command("fetch-model", "other/bert-small", "m"), 65)
    (tmp_path / "m/notes.txt").write_text("mine")
    assert "holds 'notes.txt'" in failure(command("fetch-model", NAME, "m"), 65)
    assert server.requests and (tmp_path / "mine/notes.txt").read_text() == "mine"


def test_no_room_and_no_permission(server, command, monkeypatch, tmp_path):
    usage = type(shutil.disk_usage(tmp_path))(10, 10, 5)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda path: usage)
        assert "has 5 bytes free" in failure(command("fetch-model", NAME, "m"), 74)
    (tmp_path / "file").write_text("")
    server.requests.clear()
    assert "file/m cannot be made" in failure(command("fetch-model", NAME, "file/m"), 74)
    assert "File name too long" in failure(command("fetch-model", NAME, "x" * 255), 74)
    serve(server, dataset(*glue.TASKS))
    assert "file/CoLA cannot be made" in failure(command("fetch-glue", "--output", "file"), 74)
    # Before anything is asked for.
    assert server.requests == []


def test_a_full_disk(server, command, monkeypatch, tmp_path):
    class Full(hub.Progress):
        def show(self, size):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(hub, "Progress", Full)
        message = failure(command("fetch-model", NAME, "m"), 74)
    assert ".m.partial/" in message and "No space left on device" in message and "make room" in message
    assert command("fetch-model", NAME, "m")[0] == 0


def test_other_content_in_place_of_files(server, command, tmp_path):
    server.repos["model", NAME] = Repo(bert(model__safetensors=b"version https://git-lfs.github.com/spec/v1 and so on"))
    assert "model.safetensors of someone/bert-small is no safetensors file" in failure(command("fetch-model", NAME, "m"), 65)
    server.repos["model", NAME] = Repo(bert(config__json=b"\xef\xbb\xbf{}"))
    assert "is not JSON (Unexpected UTF-8 BOM" in failure(command("fetch-model", NAME, "m"), 65)
    server.repos["model", NAME] = Repo(bert(config__json=b"[" * 100_000))
    assert "is not JSON" in failure(command("fetch-model", NAME, "m"), 65)
    server.repos["model", NAME] = Repo(bert())
    server.faults.page = True
    assert "an HTML page in place of model.safetensors" in failure(command("fetch-model", NAME, "m"), 69)
    assert [path.name for path in tmp_path.iterdir()] == [".m.partial"]
    server.faults.page = False
    assert command("fetch-model", NAME, "m")[0] == 0


def test_a_record_that_is_damaged(server, command, tmp_path):
    assert command("fetch-model", NAME, "m")[0] == 0
    record = json.loads((tmp_path / "m/source.json").read_text())
    record["files"]["vocab.txt"] = 7
    (tmp_path / "m/source.json").write_text(json.dumps(record))
    assert "no source.json of this program" in failure(command("fetch-model", NAME, "m"), 65)


def test_folders_with_odd_names(server, command, tmp_path):
    for name in ("a b\n'\"$(x)", "\U0001f600", os.fsdecode(b"\xff")):
        assert command("fetch-model", NAME, tmp_path / name)[0] == 0
        assert (tmp_path / name / "model.safetensors").read_bytes() == WEIGHTS


def test_two_runs_at_once(server, command, tmp_path):
    with staging.Staging(tmp_path / "m", print):
        assert "another run is writing" in failure(command("fetch-model", NAME, "m"), 74)
    assert command("fetch-model", NAME, "m")[0] == 0


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_and_run_again(server, command, tmp_path, number, status):
    server.faults.stall = 60_000
    process = subprocess.Popen(
        [sys.executable, "-m", "seedscape.fetch", "fetch-model", NAME, "m"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env={**os.environ, "PYTHONPATH": str(SOURCES)},
        # A shell's background jobs, as which these tests may run, are started with SIGINT ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    deadline = time.monotonic() + 20
    # Not `path.stat()`, as a file may have got its name meanwhile.
    sizes = lambda: [entry.stat().st_size for entry in os.scandir(tmp_path / ".m.partial") if "model" in entry.name]  # noqa: E731
    while not ((tmp_path / ".m.partial").is_dir() and 60_000 in sizes()):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(number)
    assert process.communicate(timeout=20)[1] == "fetch-model: stopped; the same command goes on\n"
    assert process.returncode == status
    assert not (tmp_path / "m").exists()
    server.faults.stall = None
    assert command("fetch-model", NAME, "m")[0] == 0
    assert server.ranges() == [None, "bytes=60000-"]
    assert (tmp_path / "m/model.safetensors").read_bytes() == WEIGHTS


# GLUE


def parquet(columns: dict[str, list], task: glue.Task | None = None, score: bool = False) -> bytes:
    """As the library datasets writes it: 64-bit labels, 32-bit scores and numbers, the labels' names as metadata."""
    fields = {
        name: pyarrow.array(
            values, {"label": pyarrow.float32() if score else pyarrow.int64(), "idx": pyarrow.int32()}.get(name)
        )
        for name, values in columns.items()
    }
    table = pyarrow.table(fields)
    if task is not None:
        label = {"names": list(task.hub_words), "_type": "ClassLabel"} if task.hub_words else {"dtype": "float32"}
        info = {"info": {"features": {"label": label}}}
        table = table.replace_schema_metadata({"huggingface": json.dumps(info)})
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def sample(task: glue.Task) -> dict[str, list]:
    texts = [column for column in task.from_hub.values() if column != "idx"]
    labels = [0.0, 3.8, 5.0] if task.words is None else [0, 1, len(task.words) - 1]
    return {name: [f'{name} {row} "é' for row in range(3)] for name in texts} | {"label": labels, "idx": [0, 1, 2]}


def dataset(*tasks: glue.Task) -> Repo:
    files = {"README.md": b""}
    for task in tasks:
        for hub_split in [there for _, there in task.splits] + ["test"]:
            content = parquet(sample(task), task, score=task.words is None)
            files[f"{task.config}/{hub_split}-00000-of-00001.parquet"] = content
    return Repo(files)


def serve(server: HubServer, repo: Repo) -> None:
    server.repos["dataset", glue.REPOSITORY] = repo


# By hand, from GLUE's files: header, and the second row of `sample`.
GOLDEN = {
    "CoLA": (None, '-\t1\t-\tsentence 1 "é'),
    "SST-2": ("sentence\tlabel", 'sentence 1 "é\t1'),
    "MRPC": ("Quality\t#1 ID\t#2 ID\t#1 String\t#2 String", '1\t-\t-\tsentence1 1 "é\tsentence2 1 "é'),
    "QQP": ("id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate", '-\t-\t-\tquestion1 1 "é\tquestion2 1 "é\t1'),
    "STS-B": (
        "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore",
        '1\t-\t-\t-\t-\t-\t-\tsentence1 1 "é\tsentence2 1 "é\t3.800',
    ),
    "MNLI": (
        "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\t"
        "sentence2_parse\tsentence1\tsentence2\tlabel1\tgold_label",
        '1\t-\t-\t-\t-\t-\t-\t-\tpremise 1 "é\thypothesis 1 "é\t-\tneutral',
    ),
    "QNLI": ("index\tquestion\tsentence\tlabel", '1\tquestion 1 "é\tsentence 1 "é\tnot_entailment'),
    "RTE": ("index\tsentence1\tsentence2\tlabel", '1\tsentence1 1 "é\tsentence2 1 "é\tnot_entailment'),
    "WNLI": ("index\tsentence1\tsentence2\tlabel", '1\tsentence1 1 "é\tsentence2 1 "é\t1'),
}


def test_all_nine_tasks(server, command, tmp_path):
    serve(server, dataset(*glue.TASKS))
    assert command("fetch-glue")[0] == 0
    assert {path.name for path in (tmp_path / "glue").iterdir()} == set(GOLDEN)
    for name, (header, row) in GOLDEN.items():
        lines = (tmp_path / "glue" / name / "train.tsv").read_text(encoding="utf-8").split("\n")
        assert lines.pop() == ""
        if header is not None:
            assert lines.pop(0) == header
        assert lines[1] == row and len(lines) == 3
        names = {path.name for path in (tmp_path / "glue" / name).iterdir()}
        devs = {"dev_matched.tsv", "dev_mismatched.tsv"} if name == "MNLI" else {"dev.tsv"}
        assert names == {"train.tsv", "source.json"} | devs
    header = (tmp_path / "glue/MNLI/dev_matched.tsv").read_text().split("\n")[0].split("\t")
    assert header[10:] == ["label1", "label2", "label3", "label4", "label5", "gold_label"]
    assert not any("/test" in path for _, path, _ in server.requests)
    server.requests.clear()
    assert command("fetch-glue", "sst2", "CoLA")[1][0] == "fetch-glue: SST-2 is already in glue/SST-2"
    assert server.requests == []


def test_shards_of_a_split_and_text_that_no_tsv_can_hold(server, command, tmp_path):
    task = glue.named("SST-2")
    first = {"sentence": ["a\tb", " c\r\nd\ne ", "f\u2028g"], "label": [0, 1, 1], "idx": [0, 1, 2]}
    repo = dataset(task)
    repo.files["sst2/train-00000-of-00002.parquet"] = parquet(first, task)
    repo.files["sst2/train-00001-of-00002.parquet"] = parquet({"sentence": ["h"], "label": [0], "idx": [3]}, task)
    del repo.files["sst2/train-00000-of-00001.parquet"]
    serve(server, repo)
    status, lines, _ = command("fetch-glue", "sst-2", "--output", "g")
    assert status == 0
    assert "fetch-glue: g/SST-2/train.tsv: 4 rows; 2 texts had a TAB or line end, now a space" in lines
    expected = "sentence\tlabel\na b\t0\n c d e \t1\nf\u2028g\t1\nh\t0\n"
    assert (tmp_path / "g/SST-2/train.tsv").read_text(encoding="utf-8") == expected
    record = json.loads((tmp_path / "g/SST-2/source.json").read_text())
    assert record["splits"]["train"] == {"rows": 4, "changed": 2}
    del repo.files["sst2/train-00000-of-00002.parquet"]
    assert "expected sst2/train-00000-of-00002.parquet" in failure(command("fetch-glue", "SST-2", "--output", "h"), 65)


@pytest.mark.parametrize("score, text", [(0.0, "0.000"), (2.75, "2.750"), (4.909, "4.909"), (1.23456, "1.23456001")])
def test_scores(score, text):
    stored = struct.unpack("<f", struct.pack("<f", score))[0]
    assert glue.label_text(glue.named("stsb"), stored) == text
    assert glue.single(float(text)) == glue.single(stored)


@pytest.mark.parametrize(
    "columns, expected",
    [
        ({"label": [-1, 0, 1]}, "row 0: got label -1, expected an id below 2"),
        ({"label": [0, None, 1]}, "row 1: got label None"),
        ({"sentence1": ["a", None, "b"]}, "row 1: got sentence1 None"),
        ({"sentence1": None}, "expected sentence1 too"),
    ],
)
def test_rows_that_are_not_as_expected(server, command, tmp_path, columns, expected):
    task = glue.named("RTE")
    repo = dataset(task)
    changed = {name: values for name, values in {**sample(task), **columns}.items() if values is not None}
    repo.files["rte/train-00000-of-00001.parquet"] = parquet(changed, task)
    serve(server, repo)
    assert expected in failure(command("fetch-glue", "RTE"), 65)
    assert list((tmp_path / "glue").iterdir()) == []


def test_other_label_order_damaged_parquet_and_unknown_task(server, command):
    task = glue.named("WNLI")
    serve(server, repo := dataset(task))
    repo.files["wnli/train-00000-of-00001.parquet"] = parquet(sample(task), glue.named("RTE"))
    message = failure(command("fetch-glue", "WNLI"), 65)
    assert "got the labels ['entailment', 'not_entailment'], expected ['not_entailment', 'entailment']" in message
    repo.files["wnli/train-00000-of-00001.parquet"] = b"PAR1 and no more"
    assert "cannot read the Parquet file" in failure(command("fetch-glue", "WNLI"), 65)
    assert "unknown task 'AX'; known: CoLA, SST-2" in failure(command("fetch-glue", "AX"), 64)


def test_an_own_glue_folder_is_left_alone(server, command, tmp_path):
    serve(server, dataset(*glue.TASKS))
    (tmp_path / "glue/RTE").mkdir(parents=True)
    (tmp_path / "glue/RTE/train.tsv").write_text("mine")
    assert "holds 'train.tsv' and no source.json" in failure(command("fetch-glue"), 65)
    assert server.requests == []
    assert command("fetch-glue", "CoLA")[0] == 0


def test_glue_goes_on_after_a_dead_server(server, command, tmp_path):
    serve(server, dataset(*glue.TASKS))
    server.faults.cut = [9999, 9999, 100, 0, 0, 0]  # CoLA whole, then half of the first file of SST-2
    assert "broke off at 100 of" in failure(command("fetch-glue", "CoLA", "SST-2"), 74)
    assert sorted(path.name for path in (tmp_path / "glue").iterdir()) == [".SST-2.partial", "CoLA"]
    server.faults.cut, before = [], len(server.ranges())
    assert command("fetch-glue", "CoLA", "SST-2")[0] == 0
    assert server.ranges()[before:] == ["bytes=100-", None]
    assert sorted(path.name for path in (tmp_path / "glue").iterdir()) == ["CoLA", "SST-2"]


@pytest.mark.skipif("SEEDSCAPE_GLUE" not in os.environ, reason="SEEDSCAPE_GLUE names no GLUE folder")
@pytest.mark.parametrize("name", ["SST-2", "MRPC", "RTE"])
def test_real_files_come_back_as_they_were(name, tmp_path):
    """GLUE's file to Parquet to a file: the same bytes, but for numbers of rows that the data set does not have."""
    task = glue.named(name)
    for split, _ in task.splits:
        original = (Path(os.environ["SEEDSCAPE_GLUE"]) / name / f"{split}.tsv").read_bytes().decode()
        lines = [line.split("\t") for line in original.removesuffix("\n").split("\n")]
        header, rows = lines[0], lines[1:]
        place = {column: header.index(column) for column in {*task.from_hub, task.label}}
        columns = {there: [row[place[here]] for row in rows] for here, there in task.from_hub.items()}
        columns["label"] = [task.words.index(row[place[task.label]]) for row in rows]
        columns["idx"] = list(range(len(rows)))
        (tmp_path / f"{split}.parquet").write_bytes(parquet(columns, task))
        written = glue.write_split(task, split, [tmp_path / f"{split}.parquet"], tmp_path / f"{split}.tsv")
        assert (written.rows, written.changed) == (len(rows), 0)
        for number, row in enumerate(rows):
            if name == "MRPC":
                row[1:3] = "-", "-"
            elif name == "RTE":
                row[0] = str(number)
        expected = "".join("\t".join(line) + "\n" for line in [header, *rows])
        assert (tmp_path / f"{split}.tsv").read_bytes().decode() == expected
        if name == "SST-2":
            assert expected == original


# The shell commands


def shell(root: Path, tool: str, *arguments: str, **environment: str) -> tuple[int, str]:
    command = [root / "tools" / tool, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env={**os.environ, **environment})
    return done.returncode, done.stderr.strip()


def test_shell_commands(server, tmp_path):
    root = tmp_path / "clone"
    (root / "tools").mkdir(parents=True)
    for tool in ("fetch-model", "fetch-glue"):
        shutil.copy(TOOLS / tool, root / "tools")
        status, message = shell(root, tool, "a/b")
        assert status == 69 and "needs the Python environment" in message and "tools/setup" in message
    for arguments in (["bert"], [], ["minilm", "--revision", "x"], ["--wrong"], ["a/b", "--output"]):
        assert shell(root, "fetch-model", *arguments)[0] == 64
    (root / ".python/bin").mkdir(parents=True)
    python = root / ".python/bin/python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (root / "tools/python").symlink_to(SOURCES.parent)
    assert shell(root, "fetch-model", NAME) == (0, "")
    assert (root / "models/bert-small/model.safetensors").read_bytes() == WEIGHTS
    assert shell(root, "fetch-model", NAME, "--revision", "nope", "--output", str(tmp_path / "m"))[0] == 65
    assert shell(root, "fetch-glue", "nonsense")[0] == 64
    status, message = shell(root, "fetch-glue", "RTE", "--output", str(tmp_path / "g"), HF_HUB_OFFLINE="1")
    assert status == 69 and message.startswith("fetch-glue: HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set")
    assert len(message.splitlines()) == 1
