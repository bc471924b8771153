"""User names and passwords in addresses are not shown."""

from pathlib import Path

import pytest

from infra.local.ports import free_port
from sentiment.errors import RegistryError
from sentiment.registry import Registry
from sentiment.settings import Settings
from sentiment.userinfo import without_userinfo


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://me:hunter2@host:5000/mlflow", "http://host:5000/mlflow"),
        ("http://hunter2@host", "http://host"),
        ("http://me:hun#ter/2?@host", "http://host"),
        ("http://me:hunter@2@host", "http://host"),
        ("postgresql+psycopg2://me:hunter2@[::1]/db", "postgresql+psycopg2://[::1]/db"),
        ("no http://a:hunter2@b/c, no http://a:hunter2@d.", "no http://b/c, no http://d."),
        ("http://host:5000/mlflow", "http://host:5000/mlflow"),
        ("models:/sentiment@champion", "models:/sentiment@champion"),
        ("mail me@host about http://host", "mail me@host about http://host"),
    ],
)
def test_an_address_is_shown_without_user_and_password(text: str, shown: str) -> None:
    assert without_userinfo(text) == shown


def test_a_registry_that_does_not_answer_is_named_without_user_and_password(
    tmp_path: Path,
) -> None:
    port = free_port()
    settings = Settings(
        mlflow_tracking_uri=f"http://me:hunter2@127.0.0.1:{port}", models_dir=tmp_path
    )
    with pytest.raises(RegistryError, match=f"MLflow at http://127.0.0.1:{port} does") as raised:
        Registry(settings).pointer()
    assert "hunter2" not in str(raised.value)
