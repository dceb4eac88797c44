/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../shim/handshake.h"
#include "layout.h"

/* Of the relocations' table, if there was none. */
static const struct {
	int64_t tag;
	uint64_t value;
} relocation_entries[] = { { DT_RELA, 0 }, { DT_RELASZ, 0 }, { DT_RELAENT, sizeof(Elf64_Rela) } };

static uint64_t here(const struct layout *layout)
{
	return layout->address + (uint64_t)ftello(layout->out);
}

static void align(struct layout *layout, uint64_t alignment)
{
	while (here(layout) % alignment)
		putc('\0', layout->out);
}

/* Begins a part with a copy of what was there. */
static struct part *begin(struct layout *layout, const struct range *before, uint64_t alignment,
			  bool stays)
{
	struct part *part = &layout->parts[layout->part_count++];
	const unsigned char *bytes = image_at(layout->image, before);

	align(layout, alignment);
	*part = (struct part){ *before, { here(layout), 0 }, stays };
	if (bytes && before->size)
		fwrite(bytes, 1, (size_t)before->size, layout->out);
	return part;
}

static void end(struct layout *layout, struct part *part)
{
	part->now.size = here(layout) - part->now.address;
}

static void add(struct layout *layout, const void *bytes, size_t size)
{
	fwrite(bytes, 1, size, layout->out);
}

static bool is_writable(const struct layout *layout)
{
	for (size_t i = 0; i < layout->image->segment_count; i++) {
		const Elf64_Phdr *segment = &layout->image->segments[i];
		const struct range range = { segment->p_vaddr, segment->p_filesz };

		if (segment->p_type == PT_LOAD && segment->p_flags & PF_W &&
		    is_within(&layout->tables->dynamic, &range))
			return true;
	}
	return false;
}

/* What the loader needs first comes first; the values of what moves are put in later. */
static int list_entries(struct layout *layout)
{
	const struct tables *tables = layout->tables;
	const size_t more = sizeof(relocation_entries) / sizeof(relocation_entries[0]);

	layout->entries = calloc(tables->entry_count + more + 2, sizeof(layout->entries[0]));
	if (!layout->entries)
		return -ENOMEM;
	layout->entries[layout->entry_count++] = (Elf64_Dyn){ DT_NEEDED, { tables->strings.size } };
	memcpy(layout->entries + 1, tables->entries,
	       tables->entry_count * sizeof(layout->entries[0]));
	layout->entry_count += tables->entry_count;
	for (size_t i = 0; i < more; i++)
		if (!tables_entry(tables, relocation_entries[i].tag))
			layout->entries[layout->entry_count++] =
				(Elf64_Dyn){ relocation_entries[i].tag,
					     { relocation_entries[i].value } };
	return 0;
}

static uint64_t size_of_entries(const struct layout *layout)
{
	return (layout->entry_count + 1) * sizeof(layout->entries[0]);
}

static void add_dynamic(struct layout *layout)
{
	if (is_writable(layout) && size_of_entries(layout) <= layout->tables->dynamic.size)
		return;
	layout->dynamic = &layout->parts[layout->part_count++];
	align(layout, 16);
	*layout->dynamic = (struct part){ layout->tables->dynamic,
					  { here(layout), size_of_entries(layout) },
					  true };
	for (uint64_t i = 0; i < layout->dynamic->now.size; i++)
		putc('\0', layout->out);
}

/*
 * What the marker's relocation writes to: the value of the entry that ends the dynamic section, which
 * nobody reads. It is writable until the loader is done, and nothing of the program is near.
 */
static uint64_t target(const struct layout *layout)
{
	uint64_t start =
		layout->dynamic ? layout->dynamic->now.address : layout->tables->dynamic.address;

	return start + layout->entry_count * sizeof(layout->entries[0]) + offsetof(Elf64_Dyn, d_un);
}

static void add_symbol(struct layout *layout)
{
	const struct tables *tables = layout->tables;
	const Elf64_Half version = VER_NDX_GLOBAL;
	const Elf64_Sym symbol = {
		.st_name = (Elf64_Word)(tables->strings.size + strlen(layout->additions->shim) + 1),
		.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE),
	};

	layout->symbols = begin(layout, &tables->symbols, 8, true);
	add(layout, &symbol, sizeof(symbol));
	end(layout, layout->symbols);
	if (tables->versions.size) {
		layout->versions = begin(layout, &tables->versions, 2, true);
		add(layout, &version, sizeof(version));
		end(layout, layout->versions);
	}
	layout->strings = begin(layout, &tables->strings, 1, true);
	add(layout, layout->additions->shim, strlen(layout->additions->shim) + 1);
	add(layout, IPE_SHIM_MARKER, sizeof(IPE_SHIM_MARKER));
	end(layout, layout->strings);
}

/* The old table has a place for each symbol, though nobody looks for one that is not defined. */
static void add_hash(struct layout *layout)
{
	const uint32_t chain = 0;

	if (layout->tables->hash.size == 0)
		return;
	layout->hash = begin(layout, &layout->tables->hash, 8, true);
	add(layout, &chain, sizeof(chain));
	end(layout, layout->hash);
}

static void add_relocation(struct layout *layout)
{
	const struct tables *tables = layout->tables;
	const Elf64_Rela relocation = {
		.r_offset = target(layout),
		.r_info = ELF64_R_INFO(tables->symbols.size / sizeof(Elf64_Sym),
				       tables->address_relocation),
	};

	layout->relocations = begin(layout, &tables->relocations, 8, true);
	add(layout, &relocation, sizeof(relocation));
	end(layout, layout->relocations);
}

/* Those that keep a header of their own, for their alignment. */
static void add_other_notes(struct layout *layout)
{
	for (size_t i = 0; i < layout->image->segment_count; i++) {
		const Elf64_Phdr *segment = &layout->image->segments[i];
		const struct range range = { segment->p_vaddr, segment->p_filesz };

		if (segment->p_type == PT_NOTE && segment->p_align == 8 &&
		    !image_segment(layout->image, PT_GNU_PROPERTY) &&
		    image_at(layout->image, &range) && layout->part_count < PART_MAX)
			end(layout, begin(layout, &range, 8, false));
	}
}

static void add_notes(struct layout *layout)
{
	const struct additions *additions = layout->additions;

	add_other_notes(layout);
	align(layout, 8);
	layout->notes.address = here(layout);
	for (size_t i = 0; i < layout->image->segment_count; i++) {
		const Elf64_Phdr *segment = &layout->image->segments[i];
		const struct range range = { segment->p_vaddr, segment->p_filesz };

		if (notes_move(layout->image, segment) && layout->part_count < PART_MAX)
			end(layout, begin(layout, &range, 4, false));
	}
	align(layout, 4);
	layout->own_notes.address = here(layout);
	if (additions->profile.size)
		write_note(layout->out, &additions->profile);
	if (additions->interpreter.size)
		write_note(layout->out, &additions->interpreter);
	write_record(layout);
	layout->own_notes.size = here(layout) - layout->own_notes.address;
	layout->notes.size = here(layout) - layout->notes.address;
}

static void set_entry(struct layout *layout, int64_t tag, uint64_t value)
{
	for (size_t i = 0; i < layout->entry_count; i++)
		if (layout->entries[i].d_tag == tag)
			layout->entries[i].d_un.d_val = value;
}

static void set_entries(struct layout *layout)
{
	set_entry(layout, DT_STRTAB, layout->strings->now.address);
	set_entry(layout, DT_STRSZ, layout->strings->now.size);
	set_entry(layout, DT_SYMTAB, layout->symbols->now.address);
	if (layout->versions)
		set_entry(layout, DT_VERSYM, layout->versions->now.address);
	if (layout->hash)
		set_entry(layout, DT_HASH, layout->hash->now.address);
	set_entry(layout, DT_RELA, layout->relocations->now.address);
	set_entry(layout, DT_RELASZ, layout->relocations->now.size);
}

/* What could not be written before it was known. */
static void complete(struct layout *layout)
{
	if (layout->dynamic)
		memcpy(layout->bytes + (layout->dynamic->now.address - layout->address),
		       layout->entries, layout->entry_count * sizeof(layout->entries[0]));
	if (layout->hash) {
		char *count = layout->bytes + (layout->hash->now.address - layout->address) + 4;
		uint32_t chains;

		memcpy(&chains, count, sizeof(chains));
		chains++;
		memcpy(count, &chains, sizeof(chains));
	}
}

int layout_segment(struct layout *layout)
{
	const Elf64_Phdr *interpreter = image_segment(layout->image, PT_INTERP);
	const struct range name = { interpreter->p_vaddr, interpreter->p_filesz };
	int error = list_entries(layout);

	layout->out = error < 0 ? NULL : open_memstream(&layout->bytes, &layout->size);
	if (!layout->out)
		return -ENOMEM;
	/* The segment has to begin in front of what has a header of its own: llvm-strip sorts by that. */
	add_symbol(layout);
	end(layout, begin(layout, &name, 1, false));
	add_dynamic(layout);
	add_hash(layout);
	add_relocation(layout);
	add_notes(layout);
	set_entries(layout);
	error = ferror(layout->out) ? -ENOMEM : 0;
	if (fclose(layout->out) != 0)
		error = -ENOMEM;
	layout->out = NULL;
	if (error == 0)
		complete(layout);
	return error;
}
