"""`badbuzz score` and `badbuzz evaluate` over files, by an artefact in a folder."""

import csv
import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sentiment.errors import DataError
from sentiment.reading.tables import text_of
from sentiment.scorer import Scorer
from tests.artefacts import make_artefact, make_three_class_artefact
from trainer.commands.evaluate import evaluate
from trainer.commands.score import score

TEXTS = ["late and awful", 'great, "thanks"', "a fact\nin two lines", "caf\xe9: the worst", ""]


def invoke(command: object, *arguments: object) -> str:
    result = CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def write_csv(path: Path, encoding: str = "utf-8", header: bool = True) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        if header:
            writer.writerow(["id", "text"])
        writer.writerows(enumerate(TEXTS))
    return path


def read_csv(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return make_artefact(tmp_path / "model")


def test_a_csv_comes_back_with_its_scores_and_all_its_columns(model: Path, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "tweets.csv")
    output = invoke(score, source, "--model", model)
    rows = read_csv(tmp_path / "tweets.scored.csv")
    assert [row["text"] for row in rows] == TEXTS
    assert [row["id"] for row in rows] == ["0", "1", "2", "3", "4"]
    found = [float(row["p_negative"]) for row in rows if row["label"] != "unsupported"]
    expected = Scorer(model).score(TEXTS[:-1]).p_negative.tolist()
    assert found == pytest.approx(expected, abs=1e-6)
    labels = ["negative", "positive", "uncertain", "negative", "unsupported"]
    assert rows[-1]["p_negative"] == ""
    assert [row["label"] for row in rows] == labels
    assert "5 rows scored" in output


def test_latin1_without_a_header_is_read_as_the_options_say_and_stays_latin1(
    model: Path, tmp_path: Path
) -> None:
    source = write_csv(tmp_path / "tweets.csv", "latin-1", header=False)
    with pytest.raises(DataError, match="--encoding"):
        invoke(score, source, "--model", model, "--columns", "id,text")
    target = tmp_path / "out.csv"
    options = ["--columns", "id,text", "--encoding", "latin-1", "-o", target]
    invoke(score, source, "--model", model, *options)
    assert [row["text"] for row in read_csv(target, "latin-1")] == TEXTS


def test_json_lines_come_back_as_json_lines(model: Path, tmp_path: Path) -> None:
    source = tmp_path / "tweets.jsonl"
    source.write_text("".join(json.dumps({"body": text, "n": [1]}) + "\n" for text in TEXTS))
    invoke(score, source, "--model", model, "--text-column", "body")
    rows = [json.loads(line) for line in (tmp_path / "tweets.scored.jsonl").open()]
    assert [row["body"] for row in rows] == TEXTS
    assert all(row["n"] == [1] for row in rows)
    assert all(0 < row["p_negative"] < 1 for row in rows[:-1])
    assert rows[-1]["p_negative"] is None


def test_a_file_larger_than_a_batch_keeps_every_row_in_order(model: Path, tmp_path: Path) -> None:
    source = tmp_path / "tweets.csv"
    source.write_text("text\n" + "".join(f"tweet {number} is late\n" for number in range(4_321)))
    invoke(score, source, "--model", model)
    rows = read_csv(tmp_path / "tweets.scored.csv")
    assert [row["text"].split()[1] for row in rows] == [str(number) for number in range(4_321)]


def test_a_missing_column_is_named_and_no_half_file_is_left(model: Path, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "tweets.csv")
    with pytest.raises(DataError, match="expected a column 'body', got id, text"):
        invoke(score, source, "--model", model, "--text-column", "body")
    assert not list(tmp_path.glob("*scored*"))


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_tabs_and_a_mark_of_utf8_stay_as_they_were(model: Path, tmp_path: Path, mark: str) -> None:
    source = tmp_path / "tweets.tsv"
    source.write_text(f"{mark}text\tid\nlate, caf\xe9\t1\n", "utf-8")
    invoke(score, source, "--model", model, "--delimiter", r"\t")
    written = (tmp_path / "tweets.scored.tsv").read_text("utf-8").splitlines()
    assert (
        written[0]
        == f"{mark}text\tid\tlabel\tp_negative\tp_neutral\tp_positive\tlang_detected\tmodel_version"
    )
    assert written[1].startswith("late, caf\xe9\t1\tnegative\t0.88")


def test_a_header_without_rows_comes_back_with_all_its_columns(model: Path, tmp_path: Path) -> None:
    source = tmp_path / "tweets.csv"
    source.write_text("id,text\n")
    assert "0 rows scored" in invoke(score, source, "--model", model)
    written = (tmp_path / "tweets.scored.csv").read_text().splitlines()
    assert written == ["id,text,label,p_negative,p_neutral,p_positive,lang_detected,model_version"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--text-column", "body"], "expected a column 'body', got id, text, label"),
        ([], "without the columns to be added .*got label; choose other names"),
    ],
)
def test_a_header_without_rows_must_fit_as_one_with_rows(
    model: Path, tmp_path: Path, options: list[str], message: str
) -> None:
    source = tmp_path / "tweets.csv"
    source.write_text("id,text,label\n")
    with pytest.raises(DataError, match=message):
        invoke(score, source, "--model", model, *options)
    assert not list(tmp_path.glob("*scored*"))


@pytest.mark.parametrize("name", ["tweets.csv", "tweets.jsonl"])
def test_a_file_without_anything_gives_one_without_rows(
    model: Path, tmp_path: Path, name: str
) -> None:
    source = tmp_path / name
    source.touch()
    if name.endswith("csv"):
        with pytest.raises(DataError, match="expected a column 'text', got nothing"):
            invoke(score, source, "--model", model)
    else:
        assert "0 rows scored" in invoke(score, source, "--model", model)
        assert (tmp_path / "tweets.scored.jsonl").read_text() == ""


def test_a_character_beyond_the_encoding_is_told_with_the_option_that_helps(
    model: Path, tmp_path: Path
) -> None:
    source = tmp_path / "tweets.jsonl"
    source.write_bytes(b'{"text": "awful \\ud83d\\ude21"}\n')
    options = ["--encoding", "latin-1", "-o", tmp_path / "out.csv"]
    with pytest.raises(
        DataError, match=r"latin-1 lacks U\+1F621: name --encoding.* utf-8"
    ) as raised:
        invoke(score, source, "--model", model, *options)
    assert "another -o" not in str(raised.value)
    assert not list(tmp_path.glob("*out*"))


def test_a_delimiter_of_several_signs_is_refused(model: Path, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "tweets.csv")
    result = CliRunner().invoke(score, [str(source), "--delimiter", "::"])
    assert result.exit_code == 2
    assert "expected one character, got '::'" in result.output


def test_a_label_that_the_file_has_is_kept_and_the_score_gets_another_name(
    model: Path, tmp_path: Path
) -> None:
    source = tmp_path / "tweets.csv"
    source.write_text("text,label\nawful,positive\n")
    with pytest.raises(DataError, match="got label; choose other names"):
        invoke(score, source, "--model", model)
    assert not list(tmp_path.glob("*scored*"))
    invoke(score, source, "--model", model, "--prefix", "model_")
    (row,) = read_csv(tmp_path / "tweets.scored.csv")
    assert (row["label"], row["model_label"]) == ("positive", "negative")
    assert {"model_p_negative", "model_model_version"} < set(row)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,text\n1,awful\n2,great, but awful\n", "line 3: expected 2 fields, got 3"),
        ("text,text\nawful,great\n", "expected each column once, got text twice"),
    ],
)
def test_a_csv_that_could_only_be_read_with_a_loss_is_refused(
    model: Path, tmp_path: Path, content: str, message: str
) -> None:
    source = tmp_path / "tweets.csv"
    source.write_text(content)
    with pytest.raises(DataError, match=message):
        invoke(score, source, "--model", model)
    assert not list(tmp_path.glob("*scored*"))


def test_the_ending_of_json_lines_may_be_in_capitals(model: Path, tmp_path: Path) -> None:
    source = tmp_path / "tweets.JSONL"
    source.write_text('{"text": "awful"}\n')
    assert "1 rows scored" in invoke(score, source, "--model", model)
    assert json.loads((tmp_path / "tweets.scored.JSONL").read_text())["label"] == "negative"


def test_json_rows_with_more_keys_than_the_first_do_not_fit_into_csv(
    model: Path, tmp_path: Path
) -> None:
    source = tmp_path / "tweets.jsonl"
    source.write_text('{"text": "awful"}\n{"text": "great", "lang": "en"}\n')
    with pytest.raises(DataError, match="as the first one, got also lang"):
        invoke(score, source, "--model", model, "-o", tmp_path / "out.csv")
    assert not list(tmp_path.glob("*out*"))


def test_half_a_character_in_json_comes_back_as_it_was(model: Path, tmp_path: Path) -> None:
    source = tmp_path / "tweets.jsonl"
    source.write_text('{"text": "awful \\ud83d"}\n')
    invoke(score, source, "--model", model)
    row = json.loads((tmp_path / "tweets.scored.jsonl").read_text())
    assert (row["text"], row["label"]) == ("awful \ud83d", "negative")
    with pytest.raises(
        DataError, match=r"expected to write .*out\.csv, got: .*surrogates.*\.jsonl has"
    ):
        invoke(score, source, "--model", model, "-o", tmp_path / "out.csv")


def test_half_a_character_is_a_mark_for_the_model() -> None:
    assert text_of({"text": "a\ud83d \U0001f621"}, "text", Path()) == "a\ufffd \U0001f621"


def test_a_folder_that_is_not_there_is_an_error_for_people(model: Path, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "tweets.csv")
    with pytest.raises(DataError, match=r"expected to write .*x\.csv, got: .*No such file"):
        invoke(score, source, "--model", model, "-o", tmp_path / "nodir" / "x.csv")


def test_evaluate_refuses_one_label_for_both(model: Path, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "tweets.csv")
    with pytest.raises(DataError, match="expected different labels, got 'x'"):
        invoke(evaluate, source, "--model", model, "--positive", "x", "--negative", "x")


def test_evaluate_gives_the_figures_at_the_top_level_before_the_slices(
    model: Path, tmp_path: Path
) -> None:
    source = tmp_path / "labelled.csv"
    rows = ["awful,neg", "great,pos", "so late,neg", "a fact,neutral", "late but great,pos"]
    source.write_text("text,mood\n" + "\n".join(rows * 20))
    options = ["--label-column", "mood", "--positive", "pos", "--negative", "neg"]
    found = json.loads(invoke(evaluate, source, "--model", model, *options, "--json"))
    names = list(found)
    assert found["rows"] == 80
    assert found["skipped"] == 20
    assert found["accuracy"] == pytest.approx(0.75)
    assert found["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert names.index("accuracy") < names.index("macro_f1") < names.index("roc_auc")
    assert names.index("roc_auc") < names.index("slices")
    assert found["slices"]["short"]["rows"] == 80


def test_evaluate_shows_several_versions_side_by_side(model: Path, tmp_path: Path) -> None:
    worse = make_artefact(tmp_path / "worse", bias=5, candidate="gloomy")
    source = tmp_path / "labelled.csv"
    source.write_text("text,label\n" + "awful,negative\ngreat,positive\n" * 30)
    options = ["--model", model, "--model", worse]
    found = json.loads(invoke(evaluate, source, *options, "--json"))
    assert [one["candidate"] for one in found] == ["toy", "gloomy"]
    assert found[0]["accuracy"] == 1.0
    assert found[1]["accuracy"] == 0.5
    table = invoke(evaluate, source, *options)
    assert "Leaderboard" not in table
    assert "labelled.csv: 60 rows" in table
    cells = [line.replace("\u2502", " ").split() for line in table.splitlines()]
    assert ["toy", "v0", "negative", "0", "30"] in cells
    assert ["gloomy", "v0", "positive", "0", "30"] in cells


def test_evaluate_without_a_row_of_the_labels_says_what_the_column_holds(
    model: Path, tmp_path: Path
) -> None:
    source = tmp_path / "labelled.csv"
    source.write_text("text,label\nawful,0\ngreat,4\n")
    with pytest.raises(DataError, match="got 0, 4; name them with --positive, --negative and"):
        invoke(evaluate, source, "--model", model)


THREE_TEXTS = ["so late and awful", "great, thanks", "the gate today", "mixed", "late, great"]


@pytest.fixture
def three(tmp_path: Path) -> Path:
    return make_three_class_artefact(tmp_path / "three")


def labelled(folder: Path, neutral: str = "neutral") -> Path:
    rows = zip(THREE_TEXTS, ["negative", "positive", neutral, "both", "positive"], strict=True)
    path = folder / "labelled.csv"
    path.write_text("text,label\n" + "".join(f'"{text}",{label}\n' for text, label in rows))
    return path


def test_a_version_of_three_classes_adds_all_probabilities(three: Path, tmp_path: Path) -> None:
    source = labelled(tmp_path)
    invoke(score, source, "--model", three, "--prefix", "m_")
    rows = read_csv(tmp_path / "labelled.scored.csv")
    labels = ["negative", "positive", "neutral", "unsupported", "uncertain"]
    assert [row["m_label"] for row in rows] == labels
    names = ("m_p_negative", "m_p_neutral", "m_p_positive")
    assert sum(float(rows[0][name]) for name in names) == pytest.approx(1, abs=3e-6)
    assert [rows[3][name] for name in names] == ["", "", ""]


@pytest.mark.parametrize("neutral", ["neutral", "objective"])
def test_a_file_of_three_classes_is_measured_as_such(
    three: Path, tmp_path: Path, neutral: str
) -> None:
    source = labelled(tmp_path, neutral)
    options = [] if neutral == "neutral" else ["--neutral", neutral]
    found = json.loads(invoke(evaluate, source, "--model", three, "--json", *options))
    assert (found["rows"], found["skipped"]) == (4, 1)
    assert found["classes"] == ["negative", "neutral", "positive"]
    assert found["confusion"] == [[1, 0, 0], [0, 1, 0], [1, 0, 1]]
    assert found["macro_recall"] == pytest.approx((1 + 1 + 0.5) / 3)
    assert {"accuracy", "macro_f1", "calibration_error"} < set(found)
    assert found["uncertain"] == 0.25


def test_beside_a_version_of_two_classes_neutral_rows_are_left_out_for_both(
    model: Path, three: Path, tmp_path: Path
) -> None:
    source = labelled(tmp_path)
    options = ["--model", model, "--model", three]
    both = json.loads(invoke(evaluate, source, "--json", *options))
    assert [(one["rows"], one["skipped"]) for one in both] == [(3, 2)] * 2
    assert [one["classes"] for one in both] == [["positive", "negative"]] * 2
    shown = invoke(evaluate, source, *options)
    assert "3 rows, 2 with other labels skipped" in shown


def test_one_word_for_two_labels_is_refused(three: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected different labels"):
        invoke(evaluate, labelled(tmp_path), "--model", three, "--neutral", "negative")


ARRAY = [{"body": "late and awful", "n": 1}, {"body": "great, thanks", "n": None}]


def test_an_array_comes_back_as_an_array(model: Path, tmp_path: Path) -> None:
    source = tmp_path / "tweets.json"
    source.write_text(json.dumps(ARRAY, indent=1))
    invoke(score, source, "--model", model, "--text-column", "body")
    rows = json.loads((tmp_path / "tweets.scored.json").read_text())
    assert [row["label"] for row in rows] == ["negative", "positive"]
    assert [row["n"] for row in rows] == [1, None]


@pytest.mark.parametrize(
    ("name", "content", "encoding"),
    [
        ("t.CSV", "text;id\r\nlate, and awful;1\r\n", "utf-8-sig"),
        ("t.csv", "sep=;\r\ntext;id\r\nlate, and awful;1\r\n", "utf-16"),
        ("t.tsv", "text\tid\nlate, and awful\t1\n", "utf-8"),
        ("t.JSONL", '{"text": "late, and awful", "id": "1"}\n', "utf-8-sig"),
        ("t.jsonl", '{"id": "1", "full_text": "late, and awful"}\n', "utf-8"),
        ("t.json", '{"data": [{"id": "1", "text": "late, and awful"}]}', "utf-8"),
    ],
)
def test_a_file_is_scored_however_it_is_written(
    model: Path, tmp_path: Path, name: str, content: str, encoding: str
) -> None:
    source = tmp_path / name
    source.write_bytes(content.encode(encoding))
    assert "1 rows scored" in invoke(score, source, "--model", model)
    (target,) = tmp_path.glob("t.scored.*")
    assert "negative" in target.read_text(encoding)


def test_a_packed_file_comes_back_unpacked(model: Path, tmp_path: Path) -> None:
    with gzip.open(tmp_path / "tweets.csv.gz", "wt") as packed:
        packed.write("text\nlate and awful\n")
    invoke(score, tmp_path / "tweets.csv.gz", "--model", model)
    assert [row["label"] for row in read_csv(tmp_path / "tweets.scored.csv")] == ["negative"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": NaN}', "got nothing or NaN"),
        ('{"text": null}', "got nothing or NaN"),
        ('{"text": 5}', "expected text in the column 'text', got int"),
        ('{"text": true}', "got bool"),
        ('{"text": {"a": 1}}', "got dict"),
        ('{"text": ["late"]}', "got list"),
        ('{"a": 1}', "expected a column 'text', got a"),
        ("5", "expected a JSON object, got int"),
        ("[1]", "expected a JSON object, got list"),
        ("NaN", "expected a JSON object"),
        ('"late"', "expected a JSON object, got str"),
        ("late", "Invalid JSON"),
    ],
)
@pytest.mark.parametrize("before", ["", '{"text": "late"}\n'])
def test_what_is_no_text_is_refused_and_not_scored_as_pythons_words_for_it(
    model: Path, tmp_path: Path, line: str, message: str, before: str
) -> None:
    source = tmp_path / "tweets.jsonl"
    source.write_text(before + line + "\n")
    with pytest.raises(DataError, match=message):
        invoke(score, source, "--model", model)
    assert not list(tmp_path.glob("*scored*"))


def test_bytes_of_two_encodings_are_named_or_replaced(model: Path, tmp_path: Path) -> None:
    source = tmp_path / "tweets.csv"
    source.write_bytes(b"text\ncaf\xc3\xa9 late\ncaf\xe9 late\n")
    with pytest.raises(DataError, match=r"row 2: .*byte 0xe9; .*--encoding.*--errors replace"):
        invoke(score, source, "--model", model)
    invoke(score, source, "--model", model, "--errors", "replace")
    texts = [row["text"] for row in read_csv(tmp_path / "tweets.scored.csv")]
    assert texts == ["caf\xe9 late", "caf\ufffd late"]


def test_an_encoding_that_python_does_not_know_is_told(model: Path, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "tweets.csv")
    result = CliRunner().invoke(
        score, [str(source), "--model", str(model), "--encoding", "klingon"]
    )
    assert result.exit_code == 2
    assert "such as utf-8" in result.output


def test_labels_of_numbers_are_read_from_json(model: Path, tmp_path: Path) -> None:
    source = tmp_path / "labelled.json"
    source.write_text(
        json.dumps([{"text": "late", "label": 0}, {"text": "great", "label": 1}] * 60)
    )
    options = ["--negative", "0", "--positive", "1", "--json"]
    assert json.loads(invoke(evaluate, source, "--model", model, *options))["skipped"] == 0
