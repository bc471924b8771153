"""Settings of the trainer."""

from pathlib import Path

from sentiment.settings import Settings


class TrainerSettings(Settings):
    """What training needs to know besides what all parts share."""

    data_dir: Path = Path("data")
    "Where the data sets are, as `populate_data.sh` puts them."
    experiment: str = "sentiment"
    "The MLflow experiment that runs are logged to."
