"""Stores as released SDKs wrote them, byte for byte, opened by this one."""

import zipfile
from pathlib import Path

from client_sdk import FieldClient


def test_a_store_written_by_the_first_release_opens_with_what_it_owes(tmp_path: Path) -> None:
    """The bytes are its own: one act sent, three not, with a photo each, and a photo no act had taken yet."""
    with zipfile.ZipFile(Path(__file__).parent / "stores/of_version_1.zip") as kept:
        kept.extractall(tmp_path)
    with FieldClient.open(tmp_path / "officer.db", passphrase="p") as field:
        assert (field.status().unsent_operations, field.status().unsent_files) == (3, 3)
        assert [action.seq for action in field.actions()] == [1, 2, 3, 4]
        [loose] = field.photos()
        field.save_photo(loose, tmp_path / "loose.jpg")
        assert (tmp_path / "loose.jpg").read_bytes() == b"unbound"
        assert field.record_action(case_id=field.cases()[0].id, kind="SEAL", fields={}).seq == 5
    with FieldClient.open(tmp_path / "officer.db", passphrase="p") as field:
        assert field.status().unsent_operations == 4
