#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Strings that Perl and PHP evaluate, under the shim and the setting "eval = inline".

Usage: test_eval.py SHIM
"""
import sys
from pathlib import Path

from shimtest import configured, contains, equal, lacks, main, need, places, under_shim

REFUSE = "inline = deny\neval = inline\n"
# The string to evaluate is $c.
PERL = "$| = 1; our $c = 'print qq(ev) . qq(il\\n); 1;'; our $re = '(?{print qq(ev) . qq(il\\n)})';\n"
PHP = "<?php $c = 'print \"ev\" . \"il\\n\";';\n"

PERL_WAYS = (
    "eval $c; print qq(ok\\n);",
    "BEGIN { our $c = 'print qq(evil\\n)'; eval $c }",
    "END { eval $c }",
    "sub X::DESTROY { eval $c } { my $x = bless [], 'X' }",
    "unshift @INC, sub { eval $c; () }; require Not::There;",
    "sub X::TIESCALAR { bless [], 'X' } sub X::FETCH { eval $c } tie my $t, 'X'; my $v = $t;",
    "$SIG{__WARN__} = sub { eval $c }; warn 'x';",
    "$SIG{__DIE__} = sub { eval $c }; die 'x';",
    "$SIG{USR1} = sub { eval $c }; kill USR1 => $$; sleep 1;",
    "my @l = sort { eval $c } 2, 1;",
    "eval $c; die $@ if $@;",
    "my @l = ('x', eval $c); die 'list' if @l == 1;",
    "die 'scalar' if !defined(my $r = eval $c);",
    "BEGIN { $^H{x} = 1 } eval $c; die $@ if $@;",
    "use strict; use utf8; use integer; no re; eval $c; die $@ if $@;",
    "eval \"{ eval \\$c }\";",
    "use v5.16; use feature 'evalbytes'; evalbytes $c;",
    "use v5.16; use feature 'evalbytes'; &CORE::evalbytes($c);",
    "my $x = 'x'; $x =~ s/x/$c/ee;",
    "my $x = 'x'; my $r = '$c'; $x =~ s/x/$r/eee;",
    "use re 'eval'; 'x' =~ /$re/;",
    "use re 'eval'; my $q = qr/x$re/; 'x' =~ $q;",
    "if (my $pid = fork) { waitpid $pid, 0; exit $? >> 8 } eval $c; die $@ if $@;",
    "use threads; threads->create(sub { eval $c; print qq(ok\\n) })->join; die;",
    "require Storable; $Storable::Deparse = $Storable::Eval = 1;"
    "Storable::thaw(Storable::freeze([sub { print qq(evil\\n) }]))->[0]->();",
    "require Loads;",
    "do './Loads.pm';",
)

# Text that a hook in @INC hands over.
PERL_HOOKS = (
    "open my $f, '<', \\$c; $f",
    "open F, '<', \\$c; \\*F",
    "open F, '<', \\$c; *F",
    "my @l = ($c); sub { $_ = shift @l; !!$_ }",
    "\\$c",
    "my $o = bless \\(my $t = $c), 'O'; $o",
    "open my $f, '<', './File.pm'; my @l = ($c); ($f, sub { $_ = shift @l; !!$_ })",
    "(\\$c, sub { 0 })",
)

PHP_WAYS = (
    "eval($c); print \"ok\\n\";",
    "function f() { global $c; eval($c); } f();",
    "preg_replace_callback('/x/', function () use ($c) { eval($c); }, 'x');",
    "array_map(function () use ($c) { eval($c); }, [1]);",
    "class X { function __destruct() { global $c; eval($c); } } $x = new X; unset($x); throw new Error;",
    "class X { public $c; function __destruct() { eval($this->c); } } $x = new X; $x->c = $c;",
    "register_shutdown_function(function () use ($c) { eval($c); });",
    "ob_start(function ($text) use ($c) { eval($c); return 'evil'; }); print 'x'; ob_end_flush();",
    "set_error_handler(function () use ($c) { eval($c); }); print $undefined;",
    "spl_autoload_register(function () use ($c) { eval($c); }); new Unknown;",
    "set_exception_handler(function () use ($c) { eval($c); }); throw new Exception;",
    "function g() { global $c; yield eval($c); } foreach (g() as $x);",
    "(new Fiber(function () use ($c) { eval($c); }))->start();",
    "try { eval($c); } catch (ParseError $e) { print \"ok\\n\"; }",
    "include 'loads.php';",
)


def write(name: str, text: str) -> str:
    path = places().trusted / name
    path.write_text(text)
    return str(path)


def perl(program: str, setting: str):
    write("Loads.pm", "BEGIN { our $c = 'print qq(evil\\n)'; eval $c } 1;\n")
    script = write("main.pl", PERL + program + "\n")
    with configured(setting):
        return under_shim(need("perl"), "-I", str(places().trusted), script,
                          cwd=places().trusted)


def php(program: str, setting: str, *options: str):
    write("loads.php", "<?php eval($c);\n")
    script = write("main.php", PHP + program + "\n")
    with configured(setting):
        return under_shim(need("php"), *options, "-d", f"include_path={places().trusted}", script)


def refused(done, what: str):
    lacks(done.stdout, "evil")
    contains(done.stderr, f": {what}: refused (inline). Put the code into a file")


def test_perl():
    """no string that perl evaluates runs, wherever that is"""
    for way in PERL_WAYS:
        done = perl(way, REFUSE)
        refused(done, "a string that perl evaluates")
        if "die" in way:
            equal((way, done.returncode > 0), (way, True))


def test_perl_without_the_setting():
    """each of them runs without the setting, even where inline code is refused"""
    for way in PERL_WAYS:
        equal((way, "evil" in perl(way, "inline = deny\n").stdout), (way, True))


def test_perl_exception():
    """the eval fails as one of what does not compile, with EACCES in $!"""
    done = perl("$! = 0; eval $c or print $! + 0, ' ', $@; print qq(on\\n);", REFUSE)
    equal(done.stdout, f"13 Can't eval a string: Permission denied at {places().trusted}/main.pl "
          "line 2.\non\n")
    equal((done.returncode, done.stderr.count("ipe-shim: ")), (0, 1))


def test_perl_other_code():
    """a block in eval, s///e, code in a pattern that stands there and files run"""
    write("File.pm", "print qq(f); 1;\n")
    done = perl("eval { print 'a' }; (my $x = 'x') =~ s/x/print 'b'/e; 'x' =~ /x(?{print 'c'})/;"
                "eval { die }; require File; do './File.pm'; print map { 'd' } 1;"
                "use strict; use warnings; use List::Util;", REFUSE)
    equal((done.stdout, done.stderr, done.returncode), ("abcffd", "", 0))


def test_perl_unparsed():
    """a string that is refused is not parsed: it leaves the program's own subs as they are"""
    done = perl("sub f { print qq(f\\n) } eval 'sub f { print q(e) . q(vil) }'; f();", REFUSE)
    refused(done, "a string that perl evaluates")
    equal(done.stdout, "f\n")


def test_perl_modules():
    """modules that try a string and go on without it load"""
    for module in ("Carp", "POSIX", "IO::File", "Data::Dumper", "Getopt::Long"):
        done = perl(f"use {module}; print qq(f\\n);", REFUSE)
        equal((module, done.stdout, done.returncode), (module, "f\n", 0))


def test_perl_hooks():
    """text that a hook in @INC makes up is refused with the setting and runs without"""
    for way in PERL_HOOKS:
        program = f"require PerlIO::scalar; unshift @INC, sub {{ {way} }}; require Not::There;"
        refused(perl(program, REFUSE), "text that a hook in @INC made up")
        equal((way, "evil" in perl(program, "inline = deny\n").stdout), (way, True))


def test_perl_hooks_files():
    """a trusted file that a hook hands over runs, and so does what the next hook finds"""
    write("File.pm", "print qq(f\\n); 1;\n")
    for hook in ("open my $f, '<', './File.pm'; $f", "()", "undef", "[]"):
        done = perl(f"unshift @INC, sub {{ {hook} }}; require File;", REFUSE)
        equal((hook, done.stdout, done.stderr), (hook, "f\n", ""))


def test_php():
    """no string that PHP evaluates runs, wherever that is"""
    for way in PHP_WAYS:
        done = php(way, REFUSE)
        refused(done, "a string that PHP evaluates")
        lacks(done.stdout, "ok")
        equal((way, done.returncode != 0), (way, True))
        contains(done.stdout + done.stderr, "Cannot evaluate a string: Permission denied")


def test_php_without_the_setting():
    """each of them runs without the setting, even where inline code is refused"""
    for way in PHP_WAYS:
        equal((way, "evil" in php(way, "inline = deny\n").stdout), (way, True))


def test_php_exception():
    """the refusal is an exception that the program can catch, and files run on"""
    write("file.php", "<?php print \"f\\n\";\n")
    done = php("try { eval($c); } catch (Error $e) { print get_class($e) . ': ' .\n"
               "$e->getMessage() . \"\\n\"; } include 'file.php';", REFUSE)
    equal((done.stdout, done.returncode, done.stderr.count("ipe-shim: ")),
          ("Error: Cannot evaluate a string: Permission denied\nf\n", 0, 1))


def test_php_opcache():
    """the same with opcache, which compiles files by itself"""
    refused(php("eval($c);", REFUSE, "-d", "zend_extension=opcache", "-d", "opcache.enable_cli=1"),
            "a string that PHP evaluates")


def test_inline_decides():
    """a string is refused only where inline code is, and the program's own code is judged once"""
    for setting in ("securebits", "anonymous"):
        text = f"inline = {setting}\neval = inline\n"
        equal(perl("eval $c;", text).stdout, "evil\n")
        equal(php("eval($c);", text).stdout, "evil\n")
    with configured(REFUSE):
        for command in (["php", "-r", "print 'evil';"], ["perl", "-e", "print 'evil'"]):
            done = under_shim(need(command[0]), *command[1:])
            equal((done.returncode, done.stdout, done.stderr.count("ipe-shim: ")), (126, "", 1))
    with configured("eval = inline\n"):
        equal(under_shim(need("php"), "-r", "eval('print 1;');").stdout, "1")
        equal(under_shim(need("perl"), "-e", "eval 'print 1'").stdout, "1")


def test_bad_configuration():
    """a configuration that is malformed or not trusted refuses strings as well"""
    for text in ("eval = deny\n", "eval = inline\neval = inline\n", "rubbish\n"):
        for done in (perl("eval $c;", text), php("eval($c);", text)):
            lacks(done.stdout, "evil")
            contains(done.stderr, "evaluates: refused (bad-configuration)")
    script = Path(write("main.pl", PERL + "eval $c;\n"))
    with configured("inline = securebits\n", trusted=False):
        done = under_shim(need("perl"), str(script))
    lacks(done.stdout, "evil")
    contains(done.stderr, "evaluates: refused (bad-configuration)")


if __name__ == "__main__":
    main(sys.modules[__name__])
