#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Perl under the shim: what a hook in @INC hands over is judged, and no other handle.

Usage: test_perl.py SHIM
"""
import sys

from shimtest import contains, equal, lacks, main, need, places, under_shim


def run(program: str, name: str = "main.pl"):
    """A trusted script; $D in it is the path of a file that is not trusted."""
    need("perl")
    places().both("data", "print qq(evil\\n);\n1;\n")
    script = places().trusted / name
    data = places().untrusted / "data"
    script.write_text(f"our $D = '{data}'; $| = 1;\n{program}\n")
    return under_shim(need("perl"), "-I", str(places().trusted), str(script))


def works(program: str, wanted: str = "ok\n"):
    done = run(program)
    equal((done.stdout, done.returncode, done.stderr), (wanted, 0, ""))


def refused(program: str):
    done = run(program)
    lacks(done.stdout, "evil")
    contains(done.stderr, "Permission denied")
    equal(done.returncode != 0, True)


def test_hook_refused():
    """a file that a hook hands over is refused"""
    refused("unshift @INC, sub { open my $f, '<', $D; $f }; require M; print qq(ok\\n);")


def test_hook_reference():
    """so is one behind a reference to a handle, a bare handle or an object"""
    for handle in ("\\*F", "*F", "bless \\*F, 'IO::File'"):
        refused(f"unshift @INC, sub {{ open F, '<', $D; {handle} }}; require M;")


def test_hook_after_others():
    """so is what the last of several hooks hands over, after requires of its own that fail"""
    refused("""unshift @INC, sub { undef }, sub {
        $_[1] eq 'M.pm' or return; my @deep = (1 .. 99, eval { require Not::There }); () }, sub {
        $_[1] eq 'M.pm' or return; eval { require Not::There }; eval { die };
        require Carp; open my $f, '<', $D; return $f; };
        require M;""")


def test_hook_after_failures():
    """so is what a hook hands over that has caught exceptions, or that follows one that has died"""
    refused("""sub fail { die } unshift @INC, sub {
        eval { fail() }; eval { eval { fail() }; fail() }; open my $f, '<', $D; $f }; require M;""")
    done = run("""unshift @INC, sub { die 'hook' }, sub { open my $f, '<', $D; $f };
        eval { require M }; eval { do 'M' }; shift @INC; eval { require N }; print qq(ok\n);""")
    lacks(done.stdout, "evil")


def test_hook_in_hook():
    """so is what a hook hands over while another runs, and what the other does afterwards"""
    for inner in ("eval { require Inner; 1 }", "require Inner", "do 'Inner'"):
        done = run(f"""unshift @INC, sub {{ my $name = $_[1];
            $name =~ /Inner/ and return do {{ open my $f, '<', $D; $f }};
            $name =~ /M/ or return; {inner}; open my $f, '<', $D; $f }};
            eval {{ require M }}; eval {{ require Inner }}; print qq(ok\n);""")
        equal(done.stdout, "ok\n")


def test_hook_in_thread():
    """so is what a hook hands over in a thread, and in one that a hook has made"""
    done = run("""use threads; unshift @INC, sub { my $name = $_[1];
        $name =~ /M/ and threads->create(sub { eval { require N } })->join;
        open my $f, '<', $D; $f };
        threads->create(sub { eval { require N } })->join; eval { require M }; print qq(ok\n);""")
    equal(done.stdout, "ok\n")


def test_hook_of_do():
    """so is what a hook hands over for do FILE"""
    done = run("unshift @INC, sub { open my $f, '<', $D; $f }; do 'm'; print qq(ok\\n);")
    lacks(done.stdout, "evil")


def test_hook_opened_before():
    """so is a handle that was opened long before the hook ran"""
    refused("open our $f, '<', $D; unshift @INC, sub { $f }; require M;")


def test_hook_with_filter():
    """so is a handle with a filter behind it"""
    refused("unshift @INC, sub { open my $f, '<', $D; ($f, sub { $_[0]; $_ ne '' }) }; require M;")


def test_hook_trusted():
    """a trusted file that a hook hands over runs"""
    (places().trusted / "other").write_text("print qq(ok\\n); 1;\n")
    works(f"unshift @INC, sub {{ open my $f, '<', '{places().trusted}/other'; $f }}; require M;")


def test_hook_memory():
    """what a hook makes up itself runs: it is the hook's author who is trusted for it"""
    works("require PerlIO::scalar;"
          "unshift @INC, sub { open my $f, '<', \\'print qq(ok\\n); 1;'; $f }; require M;")
    works("unshift @INC, sub { my @l = ('print qq(ok\\n);', '1;'); sub { $_ = shift @l; !!$_ } };"
          "require M;")


def test_handle_of_required_file():
    """a file that is required may return a handle of data, and so may what runs in it"""
    (places().trusted / "Opener.pm").write_text(
        "package Opener; sub TIESCALAR { bless [] } sub get { open my $f, '<', $main::D or die; $f }\n"
        "BEGIN { our $g = get() } sub FETCH { require Opened; get() } sub DESTROY { get() } get();\n")
    (places().trusted / "Opened.pm").write_text("Opener::get();\n")
    works("""my $f = require Opener; tie my $t, 'Opener'; my $g = $t; my @s = sort { require Opened;
        Opener::get() ? $a <=> $b : 0 } 2, 1; untie $t;
        print <$f> && <$g> && "@s" eq '1 2' ? "ok\\n" : "not ok\\n";""")


def test_handle_after_failure():
    """after a require that failed, inside a hook as well, subs return handles as before"""
    works("""unshift @INC, sub { die 'hook' if $_[1] =~ /Dies/; () };
        for (1 .. 2000) { eval { require Not::There }; eval { require Dies }; eval { do 'Dies' } }
        sub get { open my $f, '<', $D or die; $f }
        package T { sub TIESCALAR { bless [] } sub FETCH { main::get() } }
        tie my $t, 'T'; my $f = $t; my ($g) = map { get() } 1;
        my @h = sort { get(); 0 } 1, 2; local $SIG{__WARN__} = sub { get() }; warn 'x';
        print <$f> && <$g> ? "ok\\n" : "not ok\\n";""")


def test_handle_after_failure_in_c():
    """the same where it is a function in C that caught the failure"""
    works("""use Data::Dumper; sub get { open my $f, '<', $D or die; $f }
        package X { sub DESTROY { require Not::There } }
        { my $x = bless [], 'X'; } $SIG{__WARN__} = sub { };
        $Data::Dumper::Sortkeys = sub { get() }; my @l = (1 .. 9, Dumper({ a => 1 }));
        print qq(ok\\n);""")


def test_data():
    """a file that is opened as data stays data while a required file is compiled"""
    (places().trusted / "Reader.pm").write_text(
        "BEGIN { open my $f, '<', $main::D or die; print <$f> =~ /evil/ ? 'o' : 'not' } 1;\n")
    works("require Reader; print qq(k\\n);")


def test_other_layers():
    """do FILE is judged whatever opens files beneath perl"""
    (places().trusted / "main.pl").write_text(f"do '{places().untrusted}/data'; print qq(ok\\n);\n")
    places().both("data", "print qq(evil\\n);\n1;\n")
    for layer in ("stdio", "mmap", "unix"):
        done = under_shim(need("perl"), str(places().trusted / "main.pl"), env={"PERLIO": layer})
        equal(done.stdout, "ok\n")
        contains(done.stderr, "refused")


def test_many():
    """ten thousand requires, with hooks, keep nothing"""
    (places().trusted / "Small.pm").write_text("1;\n")
    works("""unshift @INC, sub { () };
        for (1 .. 10000) { delete $INC{'Small.pm'}; require Small; } print qq(ok\\n);""")


def test_script_without_suffix():
    """a script is judged whatever options stand before it"""
    evil = places().untrusted / "evil"
    evil.write_text("print qq(evil\\n);\n")
    for option in ("-dt:Peek", "-Mstrict=vars", "-d:Peek=I", "-sl0w", "-CSDA", "-00"):
        done = under_shim(need("perl"), option, str(evil))
        lacks(done.stdout, "evil")
        contains(done.stderr, "refused")


if __name__ == "__main__":
    main(sys.modules[__name__])
