"""How collected static files are named."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Names that change with the content, so that browsers may keep a file for good.

    Django itself skips the hash while DEBUG is on; here whoever collects files wants it then too.
    """

    def url(self, name: str | None, force: bool = True) -> str:  # noqa: FBT001, FBT002  Django's
        address: str = super().url(name, force=force)
        return address
