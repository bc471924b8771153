"""Settings of the trainer."""

from pathlib import Path

from sentiment.settings import Settings


class TrainerSettings(Settings):
    """What training needs to know besides what all parts share."""

    data_dir: Path = Path("data")
    "Where the data sets are, as `populate_data.sh` puts them."
    experiment: str = "sentiment"
    "The MLflow experiment that runs are logged to."
    transformer: str = "distilbert/distilbert-base-uncased"
    "The Hugging Face directory, or the name on its hub, that `distilbert` starts from."
    unlabelled: Path | None = None
    "A text file, one tweet a line, whose tweets the student learns from besides the labelled ones."
    copies: int = 5
    "Made-up variants of each labelled tweet that the student learns from; 20 are better and slow."
    seed: int = 7
    "Of everything random in training."

    @property
    def glove_dir(self) -> Path:
        """Where GloVe's files are."""
        return self.data_dir / "glove.6B"

    @property
    def training_dir(self) -> Path:
        """Where unfinished trainings are kept, so that they go on."""
        return self.state_dir / "training"
