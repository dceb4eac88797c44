/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "needs_shim.h"

#include "tables.h"

bool needs_shim(int fd)
{
	struct image image = { 0 };
	struct tables tables = { 0 };
	bool ret = image_load(fd, &image) == 0 && tables_read(&image, &tables) == 0 &&
		   tables_shim(&image, &tables);

	tables_free(&tables);
	image_free(&image);
	return ret;
}
