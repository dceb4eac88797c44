# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the interpreters without a lesson of the trainer's are given to read: by every way that the
shim's adapters know, and by their files' suffixes where there is no adapter."""
import os
import sys
from typing import NamedTuple

sys.dont_write_bytecode = True
# Where the trainer is built.
sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[2])))

from lessons import Call, Lesson  # noqa: E402

PYTHON = Lesson(
    code={"main.py": "import module, package.deep\nopen('data_open').read()\n"
          "import runpy; runpy.run_path('code_path.py')\n",
          "module.py": "open('data_module').read()\n", "package/__init__.py": "",
          "package/deep.py": "x = 1\n", "code_path.py": "x = 1\n", "start.py": "x = 1\n",
          "name": "x = 1\n"},
    data={"data_open": "word\n", "data_module": "word\n"},
    calls=[Call(["main.py"]), Call(["-m", "module"]), Call(["-c", "import module"]),
           Call(["name"]), Call(["-i"], env={"PYTHONSTARTUP": "@T@/start.py"}, stdin="1\n")])

LUA_READS = """\
for line in io.lines("data_lines") do end
io.open("data_open"):read("*a")
io.input("data_input"):read("*a")
"""
LUA = Lesson(
    code={"code_main": "package.path = '@T@/?;@T@/?.lua'\ndofile('code_do')\n"
          "assert(loadfile('code_load'))()\nrequire('module')\nrequire('code_module')\n"
          "local file = io.open('code_dumped', 'wb')\n"
          "file:write(string.dump(loadfile('code_load')))\nfile:close()\n"
          "dofile('code_dumped')\n" + LUA_READS,
          "code_do": LUA_READS, "code_load": LUA_READS, "module.lua": LUA_READS,
          "code_module": LUA_READS, "code_init": LUA_READS, "code_dumped": ""},
    data={"data_lines": "word\n", "data_open": "word\n", "data_input": "word\n"},
    calls=[Call(["code_main"]), Call(["-e", "x = 1", "code_do"]),
           Call(["-e", "dofile('code_do')"], env={"LUA_INIT": "@@T@/code_init"}),
           Call(["-l", "module", "code_do"], env={"LUA_PATH": "@T@/?.lua"}),
           Call(["-i"], stdin="dofile('code_load')\n" + LUA_READS)])

PHP_READS = """\
<?php
file_get_contents('data_get'); file('data_file'); readfile('data_read');
fclose(fopen('data_open', 'r')); copy('data_copy', '/dev/null');
"""
PHP = Lesson(
    code={"code_main": PHP_READS + "include 'code_include'; require '@T@/code_require';\n"
          "include_once 'code_once'; require_once './code_again';\n"
          "include 'file://@T@/code_url';\n"
          "include 'php://filter/read=string.toupper/resource=code_filter';\n",
          "code_include": PHP_READS + "include __DIR__ . '/code_nested';\n",
          "code_nested": "word\n", "code_require": PHP_READS, "code_once": "word\n",
          "code_again": "word\n", "code_url": "word\n", "code_filter": "word\n",
          "code_prepend": PHP_READS, "code_append": "word\n", "code_settings.ini": "precision = 7\n",
          "code_each": "word\n"},
    data={f"data_{name}": "word\n" for name in ("get", "file", "read", "open", "copy")},
    calls=[Call(["code_main"]), Call(["-f", "code_include"]), Call(["-r", "include 'code_once';"]),
           Call(["-d", "auto_prepend_file=@T@/code_prepend", "-d",
                 "auto_append_file=@T@/code_append", "code_once"]),
           Call(["-c", "@T@/code_settings.ini", "code_once"]),
           Call(["-F", "code_each"], stdin="1\n"), Call([], stdin="<?php include 'code_once';")])

RUBY_READS = """\
File.read('data_read')
File.open('data_open') { |file| file.gets }
IO.foreach('data_each') { }
IO.copy_stream('data_copy', File::NULL)
"""
RUBY = Lesson(
    code={"code_main": "load 'code_load'\nrequire './module'\nrequire_relative 'relative'\n"
          "autoload :Later, './later.rb'\nLater\n" + RUBY_READS,
          "code_load": RUBY_READS, "module.rb": RUBY_READS, "relative.rb": RUBY_READS,
          "later.rb": "Later = 1\n", "code_option.rb": RUBY_READS},
    data={f"data_{name}": "word\n" for name in ("read", "open", "each", "copy")},
    calls=[Call(["code_main"]), Call(["--disable=gems", "code_load"]),
           Call(["-r./code_option", "-e", "load 'code_load'"]),
           Call(["-I", "@T@", "-e", "require 'module'"]),
           Call([], env={"RUBYOPT": "-r@T@/code_option"}, stdin="load 'code_load'\n")])

PERL_READS = """\
open(my $f, '<', 'data_open') or die; my @lines = <$f>; close $f;
sysopen($f, 'data_sys', 0) or die; sysread $f, $_, 9; close $f;
"""
PERL = Lesson(
    code={"code_main": "use lib '@T@'; use Module; require './code_require.pl';\n"
          "do './code_do.pl';\n" + PERL_READS,
          "Module.pm": PERL_READS + "1;\n", "code_require.pl": PERL_READS + "1;\n",
          "code_do.pl": PERL_READS},
    data={"data_open": "word\n", "data_sys": "word\n"},
    calls=[Call(["code_main"]), Call(["-I@T@", "-MModule", "-e", "1"]),
           Call(["-e", "do './code_do.pl'"]), Call(["-n", "code_main", "data_open"]),
           Call([], stdin="do './code_require.pl';\n" + PERL_READS)])

NODE_READS = """\
const fs = require('fs');
fs.readFileSync('data_sync'); fs.closeSync(fs.openSync('data_open'));
fs.createReadStream('data_stream').on('data', () => {});
"""
NODE = Lesson(
    code={"code_main": "require('./module'); require('./plain.cjs');\nimport('./later.mjs');\n"
          + NODE_READS,
          "module.js": NODE_READS, "plain.cjs": NODE_READS, "later.mjs": "export default 1;\n",
          "first.js": NODE_READS},
    data={"data_sync": "word\n", "data_open": "word\n", "data_stream": "word\n"},
    calls=[Call(["code_main"]), Call(["-r", "./first.js", "-e", "require('./module')"]),
           Call(["code_main"], env={"NODE_OPTIONS": "--require=@T@/first.js"})])


class Host(NamedTuple):
    """An adapter of shim/hosts.def, or one that would take its name; and who is told it."""
    adapter: str
    program: str
    lesson: Lesson


HOSTS = [Host("python", "python3", PYTHON), Host("lua", "lua5.4", LUA), Host("lua", "luajit", LUA),
         Host("php", "php", PHP), Host("ruby", "ruby", RUBY), Host("perl", "perl", PERL),
         Host("node", "node", NODE)]
