"""Where the workbench keeps its database and its secret."""

import secrets
from collections.abc import Mapping
from pathlib import Path

NAME = "lernet-workbench"


def data_directory(environ: Mapping[str, str], *, platform: str, home: Path) -> Path:
    """Return the folder that `LERNET_DATA` names, else the usual one of this platform for a person's data.

    platform: as `sys.platform`; home: the person's home folder. Nothing is made here.
    """
    if environ.get("LERNET_DATA"):
        return Path(environ["LERNET_DATA"]).expanduser().absolute()
    if platform == "darwin":
        return home / "Library" / "Application Support" / NAME
    if platform == "win32" and environ.get("LOCALAPPDATA"):
        return Path(environ["LOCALAPPDATA"]) / NAME
    return Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / NAME


def secret_key(directory: Path) -> str:
    """Return the secret of this data folder; the folder and the secret are made the first time."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / "secret_key"
    try:
        file = path.open("x", encoding="ascii")
    except FileExistsError:
        return path.read_text(encoding="ascii")
    key = secrets.token_urlsafe(48)
    with file:
        path.chmod(0o600)
        file.write(key)
    return key
