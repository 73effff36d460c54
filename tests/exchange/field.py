"""The handler's device at the doing court: acts recorded offline by the SDK, sent when its server happens to live."""

import random
from pathlib import Path
from typing import Any

from client_sdk import Action, FieldClient, NotSent
from tests.pictures import jpeg

PASSPHRASE = "三号楼的钥匙"
FIELDS: dict[str, Any] = {
    "result": "DONE",
    "officers": [
        {"name": "郑远", "role": "EXECUTOR", "credential_shown": True},
        {"name": "石助", "role": "ASSISTANT", "credential_shown": True},
    ],
    "narrative": "到达现场，询问邻居，未见被执行人。",
}


class Device:
    def __init__(self, url: str, code: str, store: Path, seed: int) -> None:
        self._chance = random.Random(seed)
        self._field = FieldClient.enrol(url, code=code, store=store, passphrase=PASSPHRASE)
        self._acts = dict[str, Action]()
        self.photos = dict[str, list[bytes]]()
        """By matter, as they were taken."""

    def close(self) -> None:
        self._field.close()

    def act_for(self, matter_id: str, photos: int) -> bool:
        """Record it once it is on the device; whether it is safe at the court by now."""
        self._sync()
        if matter_id not in self._acts:
            if matter_id not in {each.id for each in self._field.matters()}:
                return False
            taken = [jpeg(seed=self._chance.randrange(10**6), noise=90) for _ in range(photos)]
            captured = [self._field.capture(content, shot_code="ITEM") for content in taken]
            self._acts[matter_id] = self._field.record_action(
                kind="LOCATE", fields=FIELDS, matter_ids=[matter_id], photos=captured
            )
            self.photos[matter_id] = taken
            self._sync()
        return self._field.safe_to_purge(self._acts[matter_id].id)

    def act_of(self, matter_id: str) -> str:
        return self._acts[matter_id].id

    def _sync(self) -> None:
        try:
            self._field.sync(patience_seconds=3)
        except NotSent:
            return
