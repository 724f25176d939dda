from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import pytest

def test_skips():
    pytest.skip("no browser")

@pytest.mark.skip(reason="marked")
def test_marked(): ...

@pytest.mark.xfail(strict=True)
def test_known(): assert False

def test_runs(): ...
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Return a small suite with this plugin and none of this repository's settings."""
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    monkeypatch.delenv("LERNET_NO_SKIPS", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parent.parent))
    pytester.makepyfile(TESTS)
    return pytester


def run(suite: pytest.Pytester) -> dict[str, int]:
    """Run the suite in a process of its own and return its counts."""
    result = suite.runpytest_subprocess("-p", "tests.no_skips", "-p", "no:django", "-p", "no:xdist")
    return result.parseoutcomes()


def test_skips_pass_on_a_persons_machine(suite: pytest.Pytester) -> None:
    assert run(suite) == {"skipped": 2, "xfailed": 1, "passed": 1}


def test_skips_fail_where_everything_has_to_run(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LERNET_NO_SKIPS", "1")

    assert run(suite) == {"failed": 1, "errors": 1, "xfailed": 1, "passed": 1}


def test_module_that_skips_itself_fails_there_too(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    suite.makepyfile(test_whole="import pytest; pytest.importorskip('no_such_module')")
    monkeypatch.setenv("LERNET_NO_SKIPS", "1")

    assert run(suite)["errors"] == 1
