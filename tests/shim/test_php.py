#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""PHP under the shim: what it compiles is judged wherever it comes from, and no data is.

Usage: test_php.py SHIM
"""
import sys

from shimtest import contains, equal, lacks, main, need, places, under_shim

SCRIPT = "#!/bin/sh\n<?php print 'ev' . 'il' . PHP_EOL;\n"
FIND = "$f = fopen($D, 'r'); foreach (range(3, 9) as $n) if (@readlink(\"/proc/self/fd/$n\") == $D) "
WRAPPER = """class W { public $context; private $f;
function stream_open() { global $D; return (bool)($this->f = fopen($D, 'r')); }
function stream_read($n) { return fread($this->f, $n); }
function stream_eof() { return feof($this->f); }
function stream_stat() { return []; } function stream_set_option() { return false; } }
stream_wrapper_register('mine', 'W'); """


def run(program: str, *options: str, name: str = "data.php", **others):
    """A trusted script; $D in it is the path of a script that is not trusted."""
    places().both(name, SCRIPT)
    script = places().trusted / "main.php"
    script.write_text(f"<?php $D = '{places().untrusted / name}';\n{program}\n")
    return under_shim(need("php"), *options, str(script), cwd=places().trusted, **others)


def works(program: str, *options: str, **others):
    done = run(program, *options, **others)
    equal((done.stdout, done.returncode, done.stderr), ("ok\n", 0, ""))


def refused(program: str, *options: str, **others):
    done = run(program, "-d", "allow_url_include=1", *options, **others)
    lacks(done.stdout, "evil")
    contains(done.stderr, "ipe-shim: ")


def test_data():
    """scripts can be read, copied, shown and parsed"""
    for way in ("file_get_contents($D)", "fread(fopen($D, 'r'), 99)", "file($D)", "copy($D, '/dev/null')",
                "highlight_file($D, true)", "show_source($D, true)", "php_strip_whitespace($D)",
                "new SplFileObject($D)", "md5_file($D)", "token_get_all(file_get_contents($D))",
                "file_get_contents('php://filter/read=string.rot13/resource=' . $D)"):
        works(f"if ({way}) print 'ok' . PHP_EOL;")


def test_settings_as_data():
    """a file of settings is data for parse_ini_file()"""
    places().both("plain.ini", "a = b\n")
    works(f"if (parse_ini_file('{places().untrusted}/plain.ini')['a'] == 'b') print 'ok' . PHP_EOL;")


def test_include():
    """whatever is included is judged, however it is called"""
    for name in ("data.php", "data"):
        for way in ("include $D;", "require_once $D;", "include 'file://' . $D;",
                    "include 'php://filter/read=string.rot13|string.rot13/resource=' . $D;",
                    "include 'compress.zlib://' . $D;", "include_once 'compress.zlib://' . $D;",
                    f"{FIND} include \"php://fd/$n\";", f"{FIND} require_once \"php://fd/$n\";",
                    f"{WRAPPER} include 'mine://x';", f"{WRAPPER} require_once 'mine://x';",
                    "function highlight_file_too() { global $D; include_once $D; } highlight_file_too();",
                    "class A { static function highlight_file() { global $D; include_once $D; } } "
                    "A::highlight_file();", "file_get_contents($D); include $D;"):
            refused(way, name=name)


def test_include_works():
    """and works where it is trusted"""
    (places().trusted / "own").write_text("<?php print 'ok' . PHP_EOL;\n")
    own = f"$D = '{places().trusted / 'own'}'; "
    for way in ("include $D;", "require_once 'php://filter/read=string.rot13|string.rot13/resource=' . $D;",
                f"{FIND} include \"php://fd/$n\";", f"{WRAPPER} include 'mine://x';",
                "include 'compress.zlib://' . $D;", "include 'data:,<?php print \"ok\\n\";';"):
        works(own + way, "-d", "allow_url_include=1")


def test_autoload():
    """a class that the default autoloader finds is judged"""
    places().both("found.inc", SCRIPT)
    refused("spl_autoload_register(); new Found;", "-d", f"include_path={places().untrusted}")


def test_data_after_failure():
    """what is opened after a script that does not compile is data"""
    (places().trusted / "bad").write_text("<?php function f() {} function f() {}\n")
    works("register_shutdown_function(function () { global $D; if (file_get_contents($D)) "
          "print 'ok' . PHP_EOL; exit(0); }); error_reporting(0); @include 'bad';",
          "-d", "display_errors=0", "-d", "log_errors=0")


def test_bound_deeply():
    """a library that is loaded with RTLD_DEEPBIND finds the shim's functions, as PHP's extensions do"""
    places().both("cached.php", SCRIPT)
    cache = places().untrusted / "cache"
    cache.mkdir(mode=0o777, exist_ok=True)
    options = ["-d", "opcache.enable_cli=1", "-d", f"opcache.file_cache={cache}",
               "-d", "opcache.file_cache_only=1", "-d", "opcache.file_update_protection=0"]
    (places().trusted / "kept.php").write_text("<?php print 'ok' . PHP_EOL;\n")
    for refusal in (False, True):
        done = under_shim(need("php"), *options, str(places().trusted / "kept.php"))
        equal((done.stdout, ".bin: refused" in done.stderr), ("ok\n", refusal))


if __name__ == "__main__":
    main(sys.modules[__name__])
