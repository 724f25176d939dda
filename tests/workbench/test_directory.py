from pathlib import Path

import pytest

from lernet_xblock.workbench.directory import data_directory, secret_key

HOME = Path("/home/an")


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({"LERNET_DATA": "/srv/demo"}, "linux", "/srv/demo"),
        ({}, "linux", "/home/an/.local/share/lernet-workbench"),
        ({"XDG_DATA_HOME": "/data"}, "linux", "/data/lernet-workbench"),
        ({}, "darwin", "/home/an/Library/Application Support/lernet-workbench"),
    ],
)
def test_data_go_where_the_platform_keeps_them(environ: dict[str, str], platform: str, expected: str) -> None:
    assert data_directory(environ, platform=platform, home=HOME) == Path(expected)


def test_a_relative_folder_is_taken_from_here() -> None:
    assert data_directory({"LERNET_DATA": ".lernet"}, platform="linux", home=HOME) == Path.cwd() / ".lernet"


def test_the_secret_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"

    first, second = secret_key(folder), secret_key(folder)

    assert first == second
    assert len(first) >= 50
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600


def test_two_folders_have_two_secrets(tmp_path: Path) -> None:
    assert secret_key(tmp_path / "a") != secret_key(tmp_path / "b")
