"""What the folder promises beyond the contract: durability, room, and an honest look."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from archive import FolderArchive
from archive.digest import digest_of
from records.errors import ExitCode, PartUnavailable
from records.pages import Digest

ROOT = Path(__file__).resolve().parents[2]

# Puts large objects for ever; tells each digest after it was put.
PUTTER = """
    import random, sys
    from pathlib import Path
    from archive import FolderArchive
    archive, source = FolderArchive(Path(sys.argv[1])), random.Random(int(sys.argv[2]))
    while True:
        print(archive.put(source.randbytes(8_000_000), "image/tiff"), flush=True)
"""


def run(code: str, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), *arguments], cwd=ROOT, stdout=subprocess.PIPE)


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and path.name != "DOC-TRUOC-READ-ME.txt"]


@pytest.mark.slow
def test_kill_9_while_putting_leaves_no_half_object(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    incoming, chance = root / "incoming", random.Random(9)
    told: list[Digest] = []
    caught_writing = 0
    for seed in range(6):
        child = run(PUTTER, str(root), str(seed))
        assert child.stdout is not None
        told.append(Digest(child.stdout.readline().decode().strip()))
        time.sleep(chance.uniform(0, 0.05))
        before = set(incoming.iterdir())
        while child.poll() is None and not set(incoming.iterdir()) - before:  # kill it with a file in its hands
            pass
        child.kill()
        told += [Digest(line.decode().strip()) for line in child.stdout if line.endswith(b"\n")]
        child.wait()
        caught_writing += len(set(incoming.iterdir()) - before)
    archive = FolderArchive(root)
    kept = list(archive.digests())
    assert set(told) <= set(kept), "what put() returned is durable"
    for digest in kept:
        assert digest_of(archive.get(digest)) == digest
    assert caught_writing > 0, "no kill met a put: the test proved nothing"


def test_what_a_killed_process_left_is_swept_after_a_day_and_not_before(tmp_path: Path) -> None:
    FolderArchive(tmp_path)
    fresh, old = tmp_path / "incoming" / "fresh", tmp_path / "incoming" / "old"
    for left in (fresh, old):
        left.write_bytes(b"half")
    os.utime(old, (0, time.time() - 25 * 3600))
    FolderArchive(tmp_path)
    assert fresh.exists()
    assert not old.exists()


def test_a_nearly_full_disk_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path, keep_free=1 << 60)
    with pytest.raises(PartUnavailable) as told:
        archive.put(b"page", "image/png")
    assert told.value.code == "ARCHIVE_FULL"
    assert told.value.exit_code == ExitCode.PART_MISSING
    assert str(tmp_path) in told.value.message().vi
    assert files(tmp_path) == []


def test_room_that_runs_out_in_mid_file_leaves_no_half_file(tmp_path: Path) -> None:
    code = """
        import resource, sys
        from pathlib import Path
        from archive import FolderArchive
        from records.errors import PartUnavailable
        archive = FolderArchive(Path(sys.argv[1]))
        kept = archive.put(b"small", "image/png")
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            archive.put(bytes(1_000_000), "image/png")
        except PartUnavailable as error:
            print(error.code)
        print(archive.get(kept).decode())
    """
    child = run(code, str(tmp_path))
    said, _ = child.communicate()
    assert said.decode().split() == ["ARCHIVE_NO_ROOM", "small"]
    assert [path.name for path in files(tmp_path)] == [digest_of(b"small")]


def test_files_are_read_only_and_named_by_what_sha256sum_prints(tmp_path: Path) -> None:
    digest = FolderArchive(tmp_path).put(b"page", "image/png")
    (file,) = files(tmp_path)
    assert file == tmp_path / digest[:2] / digest[2:4] / digest
    assert file.stat().st_mode & 0o777 == 0o444
    said = subprocess.run(["sha256sum", file], capture_output=True, text=True, check=True).stdout
    assert said.split()[0] == file.name


def test_the_folder_explains_itself_in_vietnamese_and_english(tmp_path: Path) -> None:
    FolderArchive(tmp_path)
    words = (tmp_path / "DOC-TRUOC-READ-ME.txt").read_text(encoding="utf-8")
    assert "sha256sum" in words
    assert "không xóa" in words
    assert "Do not rename, change or delete" in words


def test_the_same_bytes_again_leave_the_file_alone(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    archive.put(b"page", "image/png")
    (file,) = files(tmp_path)
    before = file.stat()
    archive.put(b"page", "image/png")
    after = file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_place_that_cannot_be_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PartUnavailable) as told:
        FolderArchive(tmp_path / "file" / "archive")
    assert told.value.code == "ARCHIVE_FOLDER_AWAY"
    assert str(tmp_path / "file" / "archive") in told.value.message().vi


def test_a_terminated_process_leaves_whole_objects_and_at_most_the_one_in_hand(tmp_path: Path) -> None:
    code = """
        import os, signal, sys
        from pathlib import Path
        from archive import folder
        archive = folder.FolderArchive(Path(sys.argv[1]))
        signal.signal(signal.SIGALRM, lambda *_: sys.exit(7))
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        while True:
            archive.put(os.urandom(4_000_000), "image/png")
    """
    child = run(code, str(tmp_path))
    child.communicate()
    assert child.returncode == 7 != -signal.SIGKILL
    # the signal may come in the very moment between making the temporary file and being ready to remove it
    assert len(list((tmp_path / "incoming").iterdir())) <= 1
    archive = FolderArchive(tmp_path)
    for digest in archive.digests():
        archive.get(digest)  # raises where bytes are not whole
