"""The training of complaint reasons, on a small made-up table."""

import json

import pytest

from sentiment.errors import DataError
from sentiment.reasons import load_reasons
from trainer.shipped.reasons import measure, read_complaints, train, write

SAID = {
    "Late Flight": "delayed again for hours number",
    "Lost Luggage": "my bag never arrived, lost number",
    "Can't Tell": "this is just terrible number",
    "": "thanks for the lovely trip number",
}


@pytest.fixture
def table(tmp_path):
    lines = ["text,airline,reason"]
    lines += [
        f'"{text} {number}",{airline},{reason}'
        for reason, text in SAID.items()
        for number in range(12)
        for airline in ("Acme", "Other")
    ]
    path = tmp_path / "complaints.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_trained_model_names_the_reasons_and_survives_its_file(table, tmp_path):
    rows = read_complaints(table)
    model = train(rows, seed=1)
    write(model, tmp_path / "reasons.json")
    read = load_reasons(tmp_path / "reasons.json")
    for one in (model, read):
        assert one.reason("delayed again for hours") == "late"
        assert one.reason("my bag never arrived, lost") == "lost_luggage"
        assert one.reason("this is just terrible") == "unknown"


def test_the_same_rows_and_seed_give_the_same_file(table, tmp_path):
    rows = read_complaints(table)
    for name in ("one.json", "two.json"):
        write(train(rows, seed=1), tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_airlines_left_out_are_measured(table):
    found = measure(read_complaints(table), seed=1)
    assert found["complaints"] == 3 * 12 * 2
    assert found["f1"]["late"] == found["f1"]["lost_luggage"] == 1.0
    assert found["f1"]["staff"] == 0.0
    assert found["precision"] == 1.0


@pytest.mark.parametrize(
    ("content", "match"),
    [("text,airline\nlate,Acme\n", "airline and reason"),
     ("text,airline,reason\nlate,Acme,Bad Weather\n", "Bad Weather")],
)  # fmt: skip
def test_a_table_of_another_kind_is_refused(tmp_path, content, match):
    path = tmp_path / "table.csv"
    path.write_text(content)
    with pytest.raises(DataError, match=match):
        read_complaints(path)


def test_the_original_column_is_read_too(tmp_path):
    path = tmp_path / "table.json"
    path.write_text(json.dumps([{"text": "x", "airline": "A", "negativereason": "longlines"}]))
    assert [row.reason for row in read_complaints(path)] == ["lines"]
