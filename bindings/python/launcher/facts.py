# SPDX-License-Identifier: LGPL-2.1-or-later
"""For meson: the static library's name and folder, the standard library, what to link with, and
where the headers are."""
import sysconfig

name = sysconfig.get_config_var("LIBRARY")
print(name[len("lib"):-len(".a")])
print(sysconfig.get_config_var("LIBPL"))
print(sysconfig.get_path("stdlib"))
libraries = " ".join(sysconfig.get_config_var(key) for key in ("LIBS", "MODLIBS", "SYSLIBS"))
# Archives of Python's own are not installed, and their content is in the library.
print(" ".join(name for name in dict.fromkeys(libraries.split()) if name.startswith("-l")))
print(sysconfig.get_path("include"))
