"""Every story is played and what the person saw is compared with its golden file, byte for byte.

`make bless` (pytest --bless) writes the files anew: read the difference before committing it. Each service has its own
files (`pytest --service`), of the same stories.
"""

from importlib import import_module
from pathlib import Path

import pytest

from tests import tested
from tests.golden.stage import Stage
from tests.golden.story import STORIES

HERE = Path(__file__).parent
EXPECTED = HERE / "expected" / tested.name()

for module in sorted((HERE / "stories").rglob("*.py")):
    import_module(".".join(("tests", "golden", *module.relative_to(HERE).with_suffix("").parts)))

TOLD = {name: told for name, told in sorted(STORIES.items()) if told.only in ("", tested.name())}
PLAYED = [pytest.param(name, marks=pytest.mark.loopback if told.loopback else ()) for name, told in TOLD.items()]


@pytest.mark.parametrize("name", PLAYED)
def test_the_story_is_told_as_ever(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    bless: bool,  # noqa: FBT001  (a fixture)
) -> None:
    told = TOLD[name]
    stage = Stage(tmp_path, monkeypatch, **told.settings)
    for line in (told.play.__doc__ or "").strip().splitlines():
        stage.tape.line(f"# {line.strip()}".rstrip())
    told.play(stage)
    stage.emulator.close()
    golden = EXPECTED / f"{name}.txt"
    if bless:
        golden.write_bytes(stage.tape.text.encode())
    assert golden.exists(), "`make bless` writes it"
    assert stage.tape.text == golden.read_bytes().decode()


def test_every_golden_file_has_its_story() -> None:
    assert sorted(file.stem for file in EXPECTED.glob("*.txt")) == sorted(TOLD)
