# SPDX-License-Identifier: LGPL-2.1-or-later
"""The gate on imports, installed while Python runs already.

importlib, zipimport and runpy open code by io.open_code(), or io.FileIO where a loader is not
SourceFileLoader's kin. Both are led to load(): what is interpreted is the buffer that was judged.
An extension module is judged by the kernel when it is mapped. What was imported before, and code
that a script reads as data and hands to exec(), is out of reach of a hook that comes this late.
"""

from __future__ import annotations

import io
import sys
import zipimport
from importlib.machinery import SourcelessFileLoader
from typing import Any, BinaryIO

from .. import Refused, load
from .report import warn_refused


def _open_code(path: str) -> BinaryIO:
    return io.BytesIO(load(path))


def _get_data(self: object, path: str) -> bytes:
    return load(path)


def _find_zip_importer(path: str) -> zipimport.zipimporter:
    """As zipimporter(path), which would pass over a refused archive without a word."""
    try:
        return zipimport.zipimporter(path)
    except zipimport.ZipImportError as error:
        if isinstance(error.__context__, Refused):
            warn_refused(path, error.__context__.check)
        raise


def install() -> None:
    """Send every later import of this process through the gate."""
    for module in (io, sys.modules["_io"]):
        setattr(module, "open_code", _open_code)
    file_loader = next(cls for cls in SourcelessFileLoader.__mro__ if "get_data" in vars(cls))
    setattr(file_loader, "get_data", _get_data)
    hooks: list[Any] = sys.path_hooks
    hooks[:] = [_find_zip_importer if hook is zipimport.zipimporter else hook for hook in hooks]
    # Archives whose directory was read before.
    getattr(zipimport, "_zip_directory_cache").clear()
    sys.path_importer_cache.clear()
