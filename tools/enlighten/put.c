/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The new file: all of the old one, behind it what is added, and then what in the old one leads there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"

/* The largest pages that the machine's kernels have. */
static uint64_t largest_page(const struct image *image)
{
	return image->header.e_machine == EM_AARCH64 ? 65536 : 4096;
}

/* Behind all other segments, at the same place in its page as in the file. */
static int find_place(struct layout *layout)
{
	struct image *image = layout->image;
	uint64_t end = 0;

	layout->page = largest_page(image);
	layout->offset = (image->size + 15) & ~(uint64_t)15;
	for (size_t i = 0; i < image->segment_count; i++) {
		const Elf64_Phdr *segment = &image->segments[i];

		if (segment->p_type != PT_LOAD)
			continue;
		if (segment->p_vaddr > INT64_MAX || segment->p_memsz > INT64_MAX - segment->p_vaddr)
			return malformed(image, "malformed ELF file: a segment is too large");
		if (segment->p_vaddr + segment->p_memsz > end)
			end = segment->p_vaddr + segment->p_memsz;
	}
	layout->address =
		((end + layout->page - 1) & ~(layout->page - 1)) + layout->offset % layout->page;
	return 0;
}

/* A reader of addresses and one of offsets must find the same. */
static int check_interpreter(struct image *image)
{
	const Elf64_Phdr *segment = image_segment(image, PT_INTERP);
	const struct range range = { segment->p_vaddr, segment->p_filesz };
	uint64_t offset;

	if (image_offset(image, &range, &offset) && offset == segment->p_offset)
		return 0;
	return malformed(image, "malformed ELF file: its loader's name is in no segment");
}

static void change_headers(const struct layout *layout, unsigned char *bytes, Elf64_Ehdr *header)
{
	const struct image *image = layout->image;
	const struct range dynamic = { layout->tables->dynamic.address,
				       layout->tables->dynamic.size };
	uint64_t offset;

	header->e_phnum = (Elf64_Half)layout->segment_count;
	memcpy(bytes, header, sizeof(*header));
	memcpy(bytes + header->e_phoff, layout->segments,
	       layout->segment_count * sizeof(layout->segments[0]));
	if (!layout->dynamic && image_offset(image, &dynamic, &offset)) {
		memset(bytes + offset, 0, (size_t)dynamic.size);
		memcpy(bytes + offset, layout->entries,
		       layout->entry_count * sizeof(layout->entries[0]));
	}
}

static int assemble(const struct layout *layout, struct image *ret)
{
	const struct image *image = layout->image;
	Elf64_Ehdr header = image->header;
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);
	int error;

	if (!out)
		return -ENOMEM;
	fwrite(image->bytes, 1, image->size, out);
	while ((uint64_t)ftello(out) < layout->offset)
		putc('\0', out);
	fwrite(layout->bytes, 1, layout->size, out);
	error = write_sections(layout, out, &header);
	if (ferror(out) || fclose(out) != 0)
		error = -ENOMEM;
	if (error < 0) {
		free(bytes);
		return error;
	}
	change_headers(layout, (unsigned char *)bytes, &header);
	return image_parse((unsigned char *)bytes, size, ret);
}

int put_shim(struct image *image, const struct tables *tables, const struct additions *additions,
	     struct image *ret)
{
	struct layout layout = { .image = image, .tables = tables, .additions = additions };
	int error = find_place(&layout);

	*ret = (struct image){ 0 };
	if (error == 0)
		error = check_interpreter(image);
	if (error == 0)
		error = layout_segment(&layout);
	if (error == 0 && !layout_headers(&layout))
		error = unfit(image, "it has no room for another program header: link it anew, or "
				     "use 'ipectl run --supervise'");
	if (error == 0)
		error = assemble(&layout, ret);
	free(layout.entries);
	free(layout.segments);
	free(layout.bytes);
	return error;
}
