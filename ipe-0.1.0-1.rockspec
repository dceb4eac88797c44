-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The module "ipe", with the gate linked in: luarocks make. It takes a compiler, meson and ninja.
rockspec_format = "3.0"
package = "ipe"
version = "0.1.0-1"
source = {
	-- What meson dist makes.
	url = "file://ipe-enlighten-0.1.0.tar.xz",
}
description = {
	summary = "Ask the Linux kernel whether a script may be interpreted, and obey the answer",
	license = "LGPL-2.1-or-later",
	labels = { "linux", "security" },
}
supported_platforms = { "linux" }
dependencies = { "lua >= 5.1, ~= 5.2, < 5.5" }
build = {
	type = "command",
	build_command = [[
rm -rf build-rock &&
version=`"$(LUA)" -e 'io.write(_VERSION:sub(5))'` &&
meson setup --buildtype=release -Dtests=false -Dlua-rock="$version,$(LUA_INCDIR)" build-rock &&
meson compile -C build-rock]],
	install_command = [[install -D -t "$(LIBDIR)" build-rock/bindings/lua/5.*/ipe.so]],
}
