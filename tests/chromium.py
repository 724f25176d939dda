"""Where Chromium is on this machine: the system's, or the one that playwright installed for itself."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def chromium_path() -> str | None:
    """Return the program to start, None where there is none. LERNET_CHROMIUM, when set, decides alone."""
    chosen = os.environ.get("LERNET_CHROMIUM")
    if chosen is not None:
        return chosen or None
    installed = [found for found in map(shutil.which, NAMES) if found]
    installed += [path for path in MACOS if Path(path).exists()]
    installed += [str(path) for path in playwright_folder().glob("chromium-*/chrome-*/chrome")]
    return installed[0] if installed else None


def playwright_folder() -> Path:
    """Return the folder into which `playwright install` puts browsers on Linux."""
    return Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
