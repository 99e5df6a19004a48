from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from seedscape import UnreadableError, tables


def test_every_table_of_the_fixture_is_known(finished: Path) -> None:
    names = {path.stem for path in (finished / "exports").glob("*.csv")}
    assert names == set(tables.COLUMNS)


@pytest.mark.parametrize("name", tables.COLUMNS)
def test_kinds_of_columns(finished: Path, name: str) -> None:
    frame = tables.read(finished / f"exports/{name}.csv")
    for column in frame:
        kind = tables.kind(name, column)
        expected = {"text": "object", "count": "Int64", "flag": "boolean", "number": "float64"}[kind]
        assert str(frame[column].dtype) == expected, column
    assert list(tables.empty(name)) == [column for column in frame if column in tables.COLUMNS[name]]
    assert len(tables.empty(name)) == 0


def write(folder: Path, name: str, *rows: str) -> Path:
    path = folder / f"{name}.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_numbers_keep_their_bits(tmp_path: Path) -> None:
    header = ",".join(tables.COLUMNS["datasets"])
    path = write(
        tmp_path,
        "datasets",
        header,
        "p,T,pretrained,plain,svcca,2,a,b,3,0.1,nan,-inf,range,",
        "p,T,pretrained,plain,svcca,2,a,b,,,0.30000000000000004,5e-324,range,",
    )
    frame = tables.read(path)
    assert frame["mean"].tolist()[0] == 0.1
    assert math.isnan(frame["lowest"][0]) and frame["highest"][0] == -math.inf
    assert math.isnan(frame["mean"][1]) and frame["lowest"][1] == 0.1 + 0.2 and frame["highest"][1] == 5e-324
    assert frame["seeds"].tolist() == [3, pd.NA]


def test_texts_keep_commas_quotes_and_lines(run) -> None:
    failed = run.units[run.units["status"] == "failed"]
    assert failed["message"].tolist() == ['the loss is not finite (nan), "expected" a number\nin two lines']
    # "None", "NA" and the like are names as any other.
    assert (run.units["unit"] != "").all()


def test_errors_say_what_to_do(tmp_path: Path) -> None:
    header = ",".join(tables.COLUMNS["units"])
    with pytest.raises(UnreadableError, match="expected message, id too.*write it again"):
        tables.read(write(tmp_path, "units", "unit,kind,status", "a,b,c"))
    with pytest.raises(UnreadableError, match="row 2: got 2 fields, expected 5"):
        tables.read(write(tmp_path, "units", header, "a,b"))
    with pytest.raises(UnreadableError, match="column layer: got 'two', expected a number"):
        tables.read(
            write(tmp_path, "datasets", ",".join(tables.COLUMNS["datasets"]), "p,T,i,v,svcca,two,a,b,3,0,0,0,range,")
        )
    metric = ",".join((*tables.COLUMNS["rollback"], "dev_accuracy"))
    with pytest.raises(UnreadableError, match="column dev_accuracy: could not convert"):
        tables.read(write(tmp_path, "rollback", metric, "c,T,i,v,0,0,low,done,0.5,0.6 1"))
    with pytest.raises(UnreadableError, match="has a column twice"):
        tables.read(write(tmp_path, "units", header + ",id", "a,b,c,d,e,f"))
    with pytest.raises(UnreadableError, match="byte order mark"):
        tables.read(write(tmp_path, "units", "\ufeff" + header))
    cells = ",".join(tables.COLUMNS["cells"])
    with pytest.raises(UnreadableError, match="more than one row of 'c', expected one"):
        tables.read(write(tmp_path, "cells", cells, "c,T,i,v,0,0,done", "c,T,i,v,0,1,done"))
    with pytest.raises(UnreadableError, match="column head_seed"):
        tables.read(write(tmp_path, "cells", cells, f"c,T,i,v,{10**30},0,done"))
    empty = tmp_path / "cells.csv"
    empty.write_text("")
    with pytest.raises(UnreadableError, match="is empty"):
        tables.read(empty)
    (tmp_path / "axes.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(UnreadableError, match="cannot be read"):
        tables.read(tmp_path / "axes.csv")


def test_columns_of_later_versions(tmp_path: Path) -> None:
    header = ",".join((*tables.COLUMNS["axes"], "how", "angle"))
    frame = tables.read(write(tmp_path, "axes", header, "a,all,,done,1,,,,,,any,0.5", "b,all,,done,1,,,,,,,"))
    assert frame["how"].tolist() == ["any", ""] and frame["angle"][0] == 0.5 and math.isnan(frame["angle"][1])


def test_a_table_of_another_version_is_read_by_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "columns.csv").write_text(
        "table,column,type\nbasins,surface,text\nbasins,rank,count\nbasins,code,text\nbasins,depth,number\n"
    )
    frame = tables.read(write(tmp_path, "basins", "surface,rank,code,depth", "a,3,007,0.5", "b,,12,nan"))
    assert frame["rank"].dtype == "Int64" and frame["rank"][0] == 3
    assert list(frame["code"]) == ["007", "12"]
    assert frame["depth"][0] == 0.5
