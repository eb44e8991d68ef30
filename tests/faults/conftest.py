"""A demonstration province, prepared once; each test that needs one gets a copy."""

import shutil
from pathlib import Path

import pytest

from tests.faults.test_kills import prepared


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    prepared(folder)
    return folder


@pytest.fixture
def province(whole: Path, tmp_path: Path) -> Path:
    """A folder of the test's own with the prepared province."""
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    return tmp_path
