/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPECTL_SCAN_H
#define IPECTL_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "signatures.h"

#define BUILD_ID_MAX 64

/* Why a file is believed to hold an interpreter. */
enum hint {
	HINT_NAME = 1,
	HINT_NEEDED = 2,
	HINT_SYMBOL = 4,
	/* A library that it needs holds it. */
	HINT_LIBRARY = 8,
	/* What holds it asks by itself. */
	HINT_ASKS = 16,
};

/* What an ELF file says of itself; everything to be freed by free_image(). */
struct image {
	/* It can be started; otherwise a library. */
	bool program;
	/* It opens files by system calls of its own. */
	bool own_calls;
	/* The shim's library, which has the words and symbols of what it knows. */
	bool is_shim;
	uint16_t machine;
	/* Its dynamic loader, or NULL. */
	char *loader;
	char *soname;
	char **needed;
	size_t needed_count;
	/* It cannot start without the shim. */
	bool needs_shim;
	/* What 'ipectl enlighten' has written down that it is, or NULL. */
	char *noted;
	/* And that it has call sites in it. */
	bool profiled;
	unsigned char build_id[BUILD_ID_MAX];
	size_t build_id_len;
	/* Of enum hint, and one bit for each string that was found, by signature. */
	uint8_t hints[SIGNATURE_COUNT];
	uint32_t strings[SIGNATURE_COUNT];
};

enum state {
	/* It has the shim, which is not where it will look for it. */
	STATE_WITHOUT_SHIM,
	STATE_OPEN,
	STATE_SUPERVISED,
	STATE_ENLIGHTENED,
	STATE_LAUNCHER,
	STATE_PATCHED,
};

struct file {
	dev_t dev;
	ino_t ino;
	mode_t mode;
	/* All that were met, inside the root. */
	char **names;
	size_t name_count;
	struct image image;
	/* How many scripts name it in "#!", and the first of them. */
	size_t scripts;
	const char *script;
	/* Another file of the same build that is one. */
	const struct file *twin;
	enum state state;
	/* Its code is told from its data by call sites, and the shim will find none of its build. */
	bool lacks_sites;
};

struct script_line;

struct scan {
	int root;
	struct file **files;
	size_t file_count;
	/* By device and inode number: indices of @files plus one, or 0. */
	size_t *table;
	size_t table_size;
	struct script_line *lines;
	size_t line_count;
	struct matcher *matcher;
	size_t looked_at;
	bool incomplete;
	struct progress *progress;
};

/* "ipectl: scan: cannot read 'PATH': ..."; the scan counts as incomplete. */
void cannot_read(struct scan *scan, const char *path, int error);

/* image.c: 0, or a negative errno; -ENOEXEC is no program or library. */
int read_image(int fd, const struct matcher *matcher, struct image *ret);
void free_image(struct image *image);

/* match.c: strings, many at a time. */
struct matcher *make_matcher(void);
void free_matcher(struct matcher *matcher);
size_t longest_pattern(const struct matcher *matcher);
/* Sets the bits of what is in @bytes. */
void match(const struct matcher *matcher, const unsigned char *bytes, size_t len,
	   uint32_t strings[static SIGNATURE_COUNT]);

/* names.c */
const char *last_part(const char *path);
bool needs(const char *soname, const struct signature *signature);
void look_at_needed(struct image *image);
void look_at_file_name(struct image *image, const char *path);

/* walk.c */
void walk_path(struct scan *scan, const char *path);

/* examine.c: @path inside the root. The file, if it is a program or library, or NULL. */
int open_in_tree(const struct scan *scan, const char *path, int flags);
struct file *examine(struct scan *scan, const char *path, int flags);

/* files.c */
struct file *find_file(const struct scan *scan, dev_t dev, ino_t ino);
struct file *add_file(struct scan *scan, dev_t dev, ino_t ino);
void add_name(struct file *file, const char *path);
void free_files(struct scan *scan);

/* scripts.c */
void add_script(struct scan *scan, const char *path, const char *line, size_t len);
/* Finds the programs that the lines name, and looks at those that were not met. */
void resolve_scripts(struct scan *scan);
void free_scripts(struct scan *scan);

/* libraries.c: what a library holds, the programs that need it hold, too. */
void spread_libraries(struct scan *scan);

/* sites.c */
bool lacks_sites(const struct scan *scan, const struct file *file);

/* judge.c */
bool holds(const struct image *image, size_t signature);
bool found_interpreter(const struct file *file);
void find_twins(struct scan *scan);
void find_states(struct scan *scan);
const char *state_name(enum state state);
#define NOTHING_TO_DO "nothing needs to be done"
const char *state_advice(const struct file *file);

/* report.c */
void print_table(const struct scan *scan);
void print_json(const struct scan *scan);

#endif
