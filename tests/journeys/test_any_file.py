"""Whatever an officer photographs or is handed arrives byte for byte: turned, broken, hostile, or no picture at all."""

from pathlib import Path

from client_sdk import FieldClient
from tests import pictures
from tests.journeys.deployment import ROOT, Deployment
from tests.journeys.test_first_walk import enrolled, require_at_court

SHARED = ROOT.parent / "shared/data/photos"


def every_kind_of_file() -> dict[str, bytes]:
    plain = pictures.jpeg()
    files = {
        "upright.jpg": pictures.heavy_jpeg(300),
        "picture.png": pictures.png(),
        "picture.heic": pictures.heic(),
        "notes.jpg": pictures.text_file(),
        "cut.jpg": pictures.cut_short(plain),
        **{f"bomb-{name}": content for name, content in pictures.bombs().items()},
        **{
            f"exif-{name}": pictures.with_exif_block(plain, block)
            for name, block in pictures.broken_exif_blocks().items()
        },
    }
    real = [path for path in sorted(SHARED.glob("*")) if path.suffix != ".md"] if SHARED.is_dir() else []
    return files | {path.name: path.read_bytes() for path in real}


def test_every_file_arrives_whatever_it_is(deployment: Deployment, store: Path, tmp_path: Path) -> None:
    field: FieldClient = enrolled(deployment, store)
    contents = every_kind_of_file()
    for name, content in contents.items():
        path = tmp_path / name.replace("/", "-")
        path.write_bytes(content)
        field.record_action(case_id=deployment.city["cases"][0], kind="SITE_SURVEY", photos=[path])
    report = field.sync()
    assert report.is_everything_sent
    assert report.files_refused == {}
    assert report.statuses == {"applied": len(contents)}
    assert all(field.safe_to_purge(action) for action in field.actions())
    require_at_court(deployment, field, list(contents.values()))
    field.close()
