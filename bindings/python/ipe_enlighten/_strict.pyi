# SPDX-License-Identifier: LGPL-2.1-or-later
from typing import Callable, NoReturn

def note(content: bytes, path: str, /) -> None: ...
def hook(
    library: bytes, refuse: Callable[[], NoReturn], /
) -> Callable[[str, tuple[object, ...]], None]: ...
