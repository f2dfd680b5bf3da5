"""The spill file: what was appended comes back in order, whatever became of the process that wrote it."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from answerable.traces.writing.spill import Spill, SpillFull

MEGABYTE = 1 << 20
PROGRAM = """
import sys, time
from pathlib import Path
from answerable.traces.writing.spill import Spill
spill = Spill(Path(sys.argv[1]), max_bytes=1 << 20)
for number in range(10):
    spill.append(str(number).encode(), traces=1)
print("written", flush=True)
time.sleep(600)
"""


def take_all(spill: Spill) -> list[str]:
    """Replay everything."""
    found = []
    while (record := spill.peek()) is not None:
        found.append((record.content or b"").decode())
        spill.pop()
    return found


def list_files(root: Path) -> list[Path]:
    return sorted(root.rglob("*.spill"))


@pytest.fixture
def dead(tmp_path: Path) -> Path:
    """A folder in which a process wrote ten records before it was killed."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"written\n"
    assert Spill(tmp_path, max_bytes=MEGABYTE).adopt() == 0, "a living process keeps its files"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return tmp_path


def test_records_come_back_in_order_and_the_files_go(tmp_path: Path) -> None:
    spill = Spill(tmp_path, max_bytes=MEGABYTE, segment_bytes=100)
    written = [f"record {number}" for number in range(20)]
    for text in written[:15]:
        spill.append(text.encode(), traces=2)
    assert len(list_files(tmp_path)) > 1
    assert spill.peek() == spill.peek(), "what was not popped comes again"
    spill.pop()
    for text in written[15:]:
        spill.append(text.encode(), traces=2)
    assert spill.waiting == 38
    assert take_all(spill) == written[1:]
    assert (spill.waiting, spill.damaged, list_files(tmp_path)) == (0, 0, [])
    spill.close()
    assert list(tmp_path.iterdir()) == []


def test_what_was_written_meanwhile_is_not_replayed(tmp_path: Path) -> None:
    spill = Spill(tmp_path, max_bytes=MEGABYTE)
    places = [spill.append(str(number).encode(), traces=1) for number in range(3)]
    spill.note_written(places[1])
    assert spill.waiting == 2
    assert take_all(spill) == ["0", "2"]
    assert spill.damaged == 0
    spill.close()


def test_files_of_a_dead_process_are_taken_over_once(dead: Path) -> None:
    heirs = [Spill(dead, max_bytes=MEGABYTE) for _ in range(2)]
    assert [heir.adopt() for heir in heirs] == [10, 0]
    assert take_all(heirs[0]) == [str(number) for number in range(10)]
    assert list(dead.iterdir()) == []


def test_what_an_heir_does_not_replay_is_left_for_the_next(dead: Path) -> None:
    heir = Spill(dead, max_bytes=MEGABYTE)
    heir.adopt()
    heir.peek()
    heir.pop()
    heir.close()
    heir = Spill(dead, max_bytes=MEGABYTE)
    assert heir.adopt() == 10, "a file goes as a whole; writing a trace twice changes nothing"
    heir.close()


def test_half_a_record_at_the_end_costs_nothing_but_itself(dead: Path) -> None:
    (path,) = list_files(dead)
    whole = path.read_bytes()
    size = len(whole) // 10
    for cut in range(size):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(whole[: len(whole) - size + cut])
        heir = Spill(dead, max_bytes=MEGABYTE)
        assert heir.adopt() == 9
        assert take_all(heir) == [str(number) for number in range(9)]
        assert heir.damaged == 0


def test_a_damaged_record_is_counted_and_the_others_come(
    dead: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (path,) = list_files(dead)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 - 1] ^= 0xFF  # the last byte of the fifth record
    path.write_bytes(content)
    heir = Spill(dead, max_bytes=MEGABYTE)
    assert heir.adopt() == 10
    with caplog.at_level(logging.ERROR):
        assert take_all(heir) == ["0", "1", "2", "3", "5", "6", "7", "8", "9"]
    assert (heir.damaged, heir.waiting) == (1, 0)
    assert "1 traces are lost" in caplog.text


def test_what_is_no_spill_file_harms_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "something"
    folder.mkdir()
    (folder / "00000001.spill").write_bytes(b"no record" * 100)
    (tmp_path / "a file").write_text("x")
    heir = Spill(tmp_path, max_bytes=MEGABYTE)
    assert heir.adopt() == 0
    assert take_all(heir) == []
    heir.close()


def test_the_bound_holds_and_room_is_made_by_replaying(tmp_path: Path) -> None:
    spill = Spill(tmp_path, max_bytes=20_000)
    kept = 0
    with pytest.raises(SpillFull):
        while True:
            spill.append(os.urandom(1000), traces=1)
            kept += 1
    assert sum(path.stat().st_size for path in list_files(tmp_path)) <= 20_000
    while spill.peek() is not None:
        kept -= 1
        spill.pop()
    assert kept == 0
    spill.append(os.urandom(1000), traces=1)
    spill.close()


def test_a_folder_that_somebody_removes_is_made_again(tmp_path: Path) -> None:
    spill = Spill(tmp_path, max_bytes=MEGABYTE)
    spill.append(b"first", traces=1)
    assert take_all(spill) == ["first"]
    (own,) = tmp_path.iterdir()
    (own / "lock").unlink()
    own.rmdir()
    with pytest.raises(FileNotFoundError):
        spill.append(b"second", traces=1)
    spill.append(b"second", traces=1)
    assert take_all(spill) == ["second"]
    spill.close()


def test_news_of_a_record_that_is_already_being_replayed_changes_nothing(tmp_path: Path) -> None:
    spill = Spill(tmp_path, max_bytes=MEGABYTE)
    places = [spill.append(str(number).encode(), traces=3) for number in range(3)]
    assert (spill.peek() or pytest.fail("there is one")).content == b"0"
    spill.note_written(places[0])
    spill.note_written(places[2])
    assert spill.waiting == 6
    spill.pop()
    spill.note_written(places[0])
    assert take_all(spill) == ["1"]
    assert (spill.waiting, spill.damaged) == (0, 0)
    spill.close()
