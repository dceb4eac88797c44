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
import warnings
import zipimport
from importlib.machinery import SourcelessFileLoader
from typing import Any, BinaryIO, Callable

from ._gate import Check, Refused, load


def install_hooks(
    tell: Callable[[str, Check], None], load_code: Callable[[str], bytes] = load
) -> None:
    """Send every later import of this process through the gate.

    Python passes over an archive that is refused: tell is called with it.
    """

    def open_code(path: str) -> BinaryIO:
        return io.BytesIO(load_code(path))

    def get_data(self: object, path: str) -> bytes:
        return load_code(path)

    def find_zip_importer(path: str) -> zipimport.zipimporter:
        try:
            return zipimport.zipimporter(path)
        except zipimport.ZipImportError as error:
            if isinstance(error.__context__, Refused):
                tell(path, error.__context__.check)
            raise

    for module in (io, sys.modules["_io"]):
        setattr(module, "open_code", open_code)
    file_loader = next(cls for cls in SourcelessFileLoader.__mro__ if "get_data" in vars(cls))
    setattr(file_loader, "get_data", get_data)
    hooks: list[Any] = sys.path_hooks
    hooks[:] = [find_zip_importer if hook is zipimport.zipimporter else hook for hook in hooks]
    # Archives whose directory was read before.
    getattr(zipimport, "_zip_directory_cache").clear()
    sys.path_importer_cache.clear()


def _warn(path: str, check: Check) -> None:
    warnings.warn(f"{path} is passed over ({check.reason.label}): {check.advice}", ImportWarning, 2)


def install() -> None:
    """Send every later import of this process through the gate, once and for all.

    What the process imports from then on, by importlib, zipimport or runpy, is content that was
    judged; a refusal is Refused, an archive that is passed over an ImportWarning. Byte code that is
    refused gives way to its source.

    This comes late: what was imported before, the main script among it, was not judged, and code
    that runs can undo it or hand text to exec(). ipe-python3(1) has the gate in place before.
    """
    install_hooks(_warn)
