/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "rules.h"
#include "words.h"

/* clang-format off */
static const struct ipe_rules table[] = {
{
	.name = "gdb",
	.traits = IPE_ONE_DASH | IPE_GETOPT | IPE_OPERANDS_ARE_DATA,
	.options = "xF c: p: d: b: l: vq hq",
	.long_options = "command:F init-command:F early-init-command:F ix:F x:F eix:F "
			"eval-command:E init-eval-command:E early-init-eval-command:E ex:E iex:E "
			"eiex:E core:: exec:: pid:: directory:: cd:: data-directory:: symbols:: se:: "
			"tty:: interpreter:: version:q help:q",
	.suffixes = ".gdb .py .scm",
	.names = ".gdbinit gdbinit .gdbearlyinit gdbearlyinit",
}, {
	.name = "dash sh ksh mksh posh yash",
	.traits = IPE_READS_STDIN | IPE_SHELL | IPE_SNIFFS,
	.options = "cC is on ss",
	.variables = "ENV:f PS1:$ PS2:$ PS4:$",
	.suffixes = ".sh .dash",
	.names = "profile .profile",
}, {
	.name = "bash",
	.traits = IPE_READS_STDIN | IPE_SHELL | IPE_SNIFFS | IPE_ONE_DASH,
	.options = "cC is on On ss",
	.long_options = "rcfile:F init-file:F version:q help:q",
	.variables = "BASH_ENV:f ENV:f INPUTRC:f BASH_FUNC_*:c PS4:$ PS1:$ PROMPT_COMMAND:c",
	.suffixes = ".sh .bash",
	.names = "profile .profile .bash_profile .bash_login .bash_logout bash.bash_logout "
		 ".bashrc bash.bashrc inputrc .inputrc",
}, {
	.name = "zsh",
	.traits = IPE_READS_STDIN | IPE_SHELL | IPE_SNIFFS,
	.options = "cC is o: ss",
	.long_options = "emulate:: version:q help:q",
	.variables = "ENV:f PS1:$ PS2:$ PS4:$",
	.suffixes = ".sh .zsh .zwc",
	.names = "zshenv .zshenv zprofile .zprofile zshrc .zshrc zlogin .zlogin zlogout .zlogout "
		 "profile .profile zshenv.zwc .zcompdump",
}, {
	.name = "ash hush",
	.traits = IPE_READS_STDIN | IPE_SHELL | IPE_SNIFFS,
	.options = "cC is on ss",
	.variables = "ENV:f PS1:$ PS2:$ PS4:$",
	.suffixes = ".sh .ash .awk .sed",
	.names = "profile .profile",
}, {
	.name = "python",
	.traits = IPE_READS_STDIN,
	.options = "cc is mm Q: W: X: Vq hq ?q",
	.long_options = "check-hash-based-pycs:: help:q help-all:q help-env:q help-xoptions:q "
			"version:q",
	.file_modules = "cProfile doctest idlelib pdb pickle profile runpy trace",
	.variables = "PYTHONINSPECT:s PYTHONSTARTUP:f",
	.suffixes = ".py .pyc .pyo .pyw",
	.names = ".pdbrc",
}, {
	.name = "lua",
	.traits = IPE_READS_STDIN,
	.options = "eL is l: vq",
	.variables = "LUA_INIT:@ LUA_INIT_5_1:@ LUA_INIT_5_2:@ LUA_INIT_5_3:@ LUA_INIT_5_4:@ "
		     "LUA_INIT_5_5:@",
	.suffixes = ".lua .luac",
}, {
	.name = "luajit",
	.traits = IPE_READS_STDIN,
	.options = "eL is l: j: O? bQ vq",
	.variables = "LUA_INIT:@ LUA_INIT_5_1:@",
	.suffixes = ".lua .luac",
}, {
	.name = "perl",
	.traits = IPE_READS_STDIN,
	.options = "ee Ee I: MN mN i? x? 00 l0 FP Cu D? dD VQ vq ?q hq",
	.variables = "PERL5OPT:c PERL5DB:c",
	.suffixes = ".pl .pm .pmc .al .ph .bs .t",
	.names = ".perldb",
}, {
	.name = "ruby",
	.traits = IPE_READS_STDIN,
	.options = "ee rF I: C: E: X: K? x? 00 F? i? T0 W0 vq hq",
	.long_options = "encoding:: external-encoding:: internal-encoding:: enable:: disable:: "
			"dump:: backtrace-limit:: parser:: version:q copyright:q help:q",
	.variables = "RUBYOPT:o",
	.suffixes = ".rb .rbw",
	.names = ".irbrc",
}, {
	.name = "php",
	.traits = IPE_READS_STDIN,
	.options = "re Be Re Ee ff Ff c: d: g: z: t: S: as iq mq vq hq ?q",
	.long_options = "run:e process-begin:e process-code:e process-end:e file:f process-file:f "
			"define:: php-ini:: zend-extension:: docroot:: server:: rf:q rc:q re:q rz:q "
			"ri:q interactive:s info:q modules:q version:q help:q ini:q",
	.suffixes = ".php .phar .inc .phtml",
	.names = ".user.ini",
}, {
	.name = "node nodejs",
	.traits = IPE_READS_STDIN,
	.options = "ee pp is rF C: vq hq",
	.long_options = "eval:e print:p interactive:s require:F import:F loader:F "
			"experimental-loader:F conditions:: input-type:: diagnostic-dir:: "
			"dns-result-order:: env-file:F env-file-if-exists:F icu-data-dir:: "
			"inspect-port:: inspect-publish-uid:: debug-port:: max-http-header-size:: "
			"openssl-config:: redirect-warnings:: report-dir:: report-directory:: "
			"report-filename:: report-signal:: secure-heap:: secure-heap-min:: title:: "
			"heapsnapshot-signal:: heapsnapshot-near-heap-limit:: "
			"test-name-pattern:: test-reporter:: test-reporter-destination:: "
			"tls-cipher-list:: tls-keylog:: trace-event-categories:: "
			"trace-event-file-pattern:: trace-require-module:: unhandled-rejections:: "
			"watch-path:: disable-proto:: disable-warning:: snapshot-blob:F "
			"build-snapshot-config:F experimental-sea-config:: policy-integrity:: "
			"experimental-policy:: experimental-default-type:: es-module-specifier-"
			"resolution:: localstorage-file:: stack-trace-limit:: version:q help:q "
			"v8-options:q completion-bash:q",
	.variables = "NODE_OPTIONS:o NODE_REPL_EXTERNAL_MODULE:f",
	.suffixes = ".js .cjs .mjs .ts .cts .mts .jsc .wasm",
}, {
	.name = "gawk",
	.traits = IPE_FIRST_IS_CODE | IPE_ABBREVIATES,
	.options = "ff iF ee Ex v: F: l: L? o? p? d? DA W: Vq hq Cq",
	.long_options = "file:f include:F source:e exec:x assign:: field-separator:: load:: lint:? "
			"dump-variables:? pretty-print:? profile:? debug:A "
			"version:q help:q copyright:q",
	.variables = "GAWK_PERSIST_FILE:f",
	.suffixes = ".awk",
}, {
	.name = "mawk",
	.traits = IPE_FIRST_IS_CODE,
	.options = "ff v: F: WW",
	.long_options = "exec:x file:f assign:: field-separator:: version:q help:q usage:q",
	.suffixes = ".awk",
}, {
	.name = "awk original-awk",
	.traits = IPE_FIRST_IS_CODE | IPE_ONE_DASH,
	.options = "ff ee v: F: W:",
	.long_options = "safe:- version:q",
	.suffixes = ".awk",
}, {
	.name = "sed",
	.traits = IPE_FIRST_IS_CODE | IPE_GETOPT,
	.options = "ee ff l: E- i?",
	.long_options = "expression:e file:f line-length:: in-place:? version:q help:q",
	.suffixes = ".sed",
}, {
	.name = "make",
	.traits = IPE_GETOPT | IPE_OPERANDS_ARE_DATA,
	.options = "fF EE I: C: j? l? O? o: W: vq hq",
	.long_options = "file:F makefile:F eval:E include-dir:: directory:: old-file:: "
			"assume-old:: what-if:: new-file:: assume-new:: version:q help:q",
	.variables = "MAKEFILES:l MAKEFLAGS:o GNUMAKEFLAGS:o *:$",
	.suffixes = ".mk .mak .make",
	.names = "Makefile makefile GNUmakefile",
	.copy = "GmXXXXXX",
}, {
	.name = "tclsh wish",
	.traits = IPE_READS_STDIN | IPE_ONE_DASH,
	.long_options = "encoding::",
	.suffixes = ".tcl .tm .test",
	.names = ".tclshrc tclshrc.tcl tclIndex",
}, {
	.name = "guile",
	.traits = IPE_READS_STDIN | IPE_ONE_DASH,
	.options = "cc sx lF eE L: C: x: vq hq",
	.long_options = "ds:- listen:s language:: version:q help:q",
	.suffixes = ".scm .go .sls .ss .guile",
	.names = ".guile init.scm",
}, {
	.name = "m4",
	.traits = IPE_READS_STDIN | IPE_ALL_ARE_FILES | IPE_GETOPT,
	.options = "is RF DE U: I: B: F: d? l: t: o: L: H: S: T: N:",
	.long_options = "interactive:s reload-state:F define:E undefine:: include:: prepend-include:: "
			"freeze-state:: arglength:: trace:: error-output:: debugfile:? "
			"nesting-limit:: hashsize:: diversions:: word-regexp:: version:q help:q",
	.suffixes = ".m4 .m4f",
}, {
	.name = "bc",
	.traits = IPE_READS_STDIN | IPE_ALL_ARE_FILES | IPE_GETOPT,
	.options = "is vq hq",
	.long_options = "interactive:s version:q help:q",
	.variables = "BC_ENV_ARGS:o",
	.suffixes = ".bc",
}, {
	.name = "expect",
	.traits = IPE_READS_STDIN,
	.options = "cE ff bf is vq",
	.suffixes = ".exp .tcl",
	.names = ".expectrc expect.rc",
},
};
/* clang-format on */

/* Programs that others start all the time and that interpret nothing. */
static const char no_interpreters[] =
	"[ arch b2sum base32 base64 basename basenc bzip2 cat chcon chgrp chmod chown chroot cksum "
	"cmp comm coreutils cp csplit cut date dd df diff diff3 dir dircolors dirname du echo egrep "
	"env expand expr factor false fgrep file find fmt fold getent getopt grep groups gzip head "
	"hostid hostname id install ipectl join kill less link ln locale logger login logname ls "
	"lsattr md5sum mkdir mkfifo mknod mktemp more mount mv nice nl nohup nproc numfmt od paste "
	"patchelf pathchk pgrep pinky pkill pr printenv printf ps ptx pwd readelf readlink realpath "
	"rm rmdir runcon sdiff seq setsid sha1sum sha224sum sha256sum sha384sum sha512sum shred "
	"shuf sleep sort split stat stdbuf strace strings stty sum sync tac tail tar tee test time "
	"timeout touch tr true truncate tsort tty uname unexpand uniq unlink unshare users vdir wc "
	"which who whoami xargs xz yes zstd";

const struct ipe_rules ipe_no_rules = { .name = "", .traits = IPE_NO_INTERPRETER };

const struct ipe_rules ipe_unknown_rules = {
	.name = "",
	.traits = IPE_SNIFFS,
	.suffixes = ".awk .bash .bats .cjs .csh .dash .exp .fish .gdb .jl .js .ksh .lua .luac .m4 "
		    ".mjs .mk .nse .php .phar .pl .pm .ps1 .py .pyc .pyo .pyw .r .R .raku .rb .scm "
		    ".sed .sh .tcl .tm .vim .wsgi .zsh .zwc",
};

/* python3.11 is python, perl5.36.0-x86_64-linux-gnu is perl. */
static bool is_version_of(const char *name, const char *known)
{
	struct ipe_word word;

	while (ipe_next_word(&known, &word)) {
		if (strncmp(name, word.start, word.len) == 0 &&
		    strchr("0123456789.- ", name[word.len]))
			return true;
	}
	return false;
}

const struct ipe_rules *ipe_find_rules(const char *name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (is_version_of(name, table[i].name))
			return &table[i];
	return ipe_has_word(no_interpreters, name) ? &ipe_no_rules : &ipe_unknown_rules;
}
