"""The package finds its own files, however it was installed: wheel, sdist, editable, git.

Each way gets an environment of its own, which sees the libraries here but not the checkout's package.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.install

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("static", "templates", "translations")
KINDS = ("wheel", "sdist", "editable", "git")
SUITE_VARIABLES = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "LERNET_DATA", "PYTHONPATH"}
LEFT_BY_TOOLS = shutil.ignore_patterns(
    ".git", ".venv*", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info", "build", "dist"
)


@pytest.mark.parametrize("folder", FOLDERS)
def test_link_in_the_package_is_the_folder_at_the_top(folder: str) -> None:
    link = ROOT / "lernet_xblock" / folder

    assert link.is_symlink()
    assert link.samefile(ROOT / folder)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository whose only commit is the tree as it stands here, uncommitted files and all."""
    folder = tmp_path_factory.mktemp("repository") / "lernet-xblock"
    shutil.copytree(ROOT, folder, symlinks=True, ignore=LEFT_BY_TOOLS)
    git = ["git", "-C", str(folder), "-c", "user.name=Test", "-c", "user.email=test@example.com"]
    run(["git", "init", "--quiet", str(folder)])
    run([*git, "add", "--all"])
    run([*git, "commit", "--quiet", "--no-verify", "--message", "The tree"])
    return folder


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with everything that is installed here, except the package and its metadata."""
    folder = tmp_path_factory.mktemp("libraries")
    for name in ("purelib", "platlib"):
        for entry in Path(sysconfig.get_path(name)).iterdir():
            link = folder / entry.name
            if not (link.is_symlink() or "lernet" in entry.name or entry.suffix == ".pth"):
                link.symlink_to(entry)
    return folder


@pytest.fixture(scope="module")
def artefacts(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel and the sdist, each built from the tree."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder)]
    run([*build, "--sdist", "--wheel", str(tree)])
    return folder


@pytest.fixture(scope="module", params=KINDS)
def python(
    request: pytest.FixtureRequest,
    tree: Path,
    artefacts: Path,
    libraries: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return the Python of a new environment in which the package was installed one way."""
    wanted = {
        "wheel": [str(next(artefacts.glob("*.whl")))],
        "sdist": [str(next(artefacts.glob("*.tar.gz")))],
        "editable": ["--editable", str(tree)],
        "git": [f"git+{tree.as_uri()}"],
    }[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    venv.create(folder)
    inside = folder / "bin" / "python"
    site = run([str(inside), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip()
    (Path(site) / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(inside), "--disable-pip-version-check", "install"]
    run([*pip, "--quiet", "--no-deps", "--no-build-isolation", *wanted])
    return inside


@pytest.fixture
def answer(python: Path, tmp_path: Path) -> Callable[[str], list[str]]:
    """Return a function that runs code in the environment, away from the checkout, and returns the output."""

    def ask(code: str) -> list[str]:
        return run([str(python), "-c", code], folder=tmp_path).splitlines()

    return ask


DJANGO = """
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "lernet_xblock.apps.LernetConfig"],
    STATIC_URL="/static/",
)
django.setup()
"""


def test_every_file_is_found_as_a_resource_of_the_package(answer: Callable[[str], list[str]]) -> None:
    found = answer(
        f"""
from importlib import resources
for path in {files(*FOLDERS)!r}:
    if (resources.files("lernet_xblock") / path).is_file():
        print(path)
"""
    )

    assert found == files(*FOLDERS)


def test_every_static_file_is_found_by_the_finder_of_django(answer: Callable[[str], list[str]]) -> None:
    found = answer(
        f"""{DJANGO}
from django.contrib.staticfiles.finders import AppDirectoriesFinder
finder = AppDirectoriesFinder()
for path in {files("static")!r}:
    if finder.find(path.removeprefix("static/")):
        print(path)
"""
    )

    assert found == files("static")


def test_every_static_file_is_opened_by_the_block(answer: Callable[[str], list[str]]) -> None:
    found = answer(
        f"""{DJANGO}
from lernet_xblock.block import LernetXBlock
for path in {files("static")!r}:
    with LernetXBlock.open_local_resource(path.removeprefix("static/")) as file:
        if file.read() is not None:
            print(path)
"""
    )

    assert found == files("static")


def test_every_template_lies_where_django_looks_for_those_of_an_app(
    answer: Callable[[str], list[str]],
) -> None:
    found = answer(
        f"""{DJANGO}
from django.template.utils import get_app_template_dirs
folders = get_app_template_dirs("templates")
for path in {files("templates")!r}:
    if any((folder / path.removeprefix("templates/")).is_file() for folder in folders):
        print(path)
"""
    )

    assert found == files("templates")


def test_every_catalogue_is_read_as_the_platform_reads_it(answer: Callable[[str], list[str]]) -> None:
    """The platform's service for XBlocks looks for the domain `text` below `translations`."""
    locales = sorted({path.split("/")[1] for path in files("translations") if path.endswith("/text.mo")})

    found = answer(
        f"""
import gettext
from importlib import resources
folder = str(resources.files("lernet_xblock") / "translations")
for locale in {locales!r}:
    gettext.translation("text", folder, [locale])
    gettext.translation("django", folder, [locale])
    print(locale)
"""
    )

    assert found == locales
    assert {"en", "fr", "nl", "nl_NL", "de", "de_DE"} <= set(found)


def test_metadata_name_the_version_and_what_the_platform_loads(answer: Callable[[str], list[str]]) -> None:
    [printed] = answer(
        """
import json
from importlib.metadata import distribution
found = distribution("lernet-xblock")
print(json.dumps([found.version, sorted(f"{e.group}: {e.name} = {e.value}" for e in found.entry_points)]))
"""
    )

    source = (ROOT / "lernet_xblock" / "__init__.py").read_text(encoding="utf-8")
    version, entry_points = json.loads(printed)
    assert f'__version__ = "{version}"' in source
    assert entry_points == [
        "cms.djangoapp: lernet_xblock = lernet_xblock.apps:LernetConfig",
        "console_scripts: lernet-workbench = lernet_xblock.workbench.__main__:main",
        "lms.djangoapp: lernet_xblock = lernet_xblock.apps:LernetConfig",
        "xblock.v1: lernet = lernet_xblock.block:LernetXBlock",
    ]


def test_every_module_and_file_of_the_package_is_installed(answer: Callable[[str], list[str]]) -> None:
    package = ROOT / "lernet_xblock"
    expected = sorted(
        path.relative_to(package).as_posix()
        for path in package.rglob("*")
        if path.is_file() and not path.is_relative_to(package / "static") and "__pycache__" not in path.parts
    )

    found = answer(
        f"""
from importlib import resources
for path in {expected!r}:
    if (resources.files("lernet_xblock") / path).is_file():
        print(path)
"""
    )

    assert found == expected


def files(*folders: str) -> list[str]:
    """Return the paths of all files below these folders of the repository; there is at least one in each."""
    found = {folder: sorted(path for path in (ROOT / folder).rglob("*") if path.is_file()) for folder in folders}
    assert all(found.values())
    return [path.relative_to(ROOT).as_posix() for paths in found.values() for path in paths]


def run(command: list[str], folder: Path | None = None) -> str:
    """Run a command without this suite's settings and return its output, which a failure shows."""
    variables = {name: value for name, value in os.environ.items() if name not in SUITE_VARIABLES}
    done = subprocess.run(command, cwd=folder, env=variables, text=True, capture_output=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
