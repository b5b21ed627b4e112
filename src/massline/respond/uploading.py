"""Files on their way in. Django's own readers put large ones on the disk, which may be full, before anybody looks at them."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

FIELD = "attach"


class Attached(FileUploadHandler):
    """Files to attach: read into memory, none further than a file may be large, all together no further than those of one reply
    may be; of who is not signed in nothing. `size` is what was sent, also where less was read. Other fields go to others."""

    def new_file(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - as Django has it
        super().new_file(*args, **more)
        self.is_mine = self.field_name == FIELD
        if self.is_mine:
            self.read = BytesIO()
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self.is_mine:
            return raw_data
        room = max(0, min(largest() - self.read.tell(), self._left()))
        self.read.write(raw_data[:room])
        self.used = getattr(self, "used", 0) + min(room, len(raw_data))
        return None

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        if not self.is_mine:
            return None
        self.read.seek(0)
        kind, name = self.content_type, self.file_name
        return InMemoryUploadedFile(self.read, FIELD, name, kind, file_size, self.charset)

    def _left(self) -> int:
        user = getattr(self.request, "user", None)
        most = largest() * settings.ATTACHMENTS_MOST if user and user.is_authenticated else 0
        return most - getattr(self, "used", 0)


def largest() -> int:
    """Bytes of one file."""
    return int(settings.ATTACHMENT_MB) * 1_000_000
