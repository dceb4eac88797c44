#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Code that is open already: on standard input, or on another descriptor that was inherited.

Usage: test_descriptors.py SHIM
"""
import os
import resource
import socket
import subprocess
import sys
import threading

from shimtest import (CLEAN, SHIM, configured, contains, equal, main, make, need, places, under_shim)


def test_stdin():
    """standard input as the program is judged before it is read"""
    untrusted, trusted = make()
    for path, wanted in ((untrusted, (126, "")), (trusted, (0, "ran\n"))):
        with open(path, encoding="utf-8") as file:
            done = under_shim(need("dash"), stdin=file)
        equal((done.returncode, done.stdout), wanted)


def test_here_document():
    """a here-document that the shell puts into a file is code without a file"""
    main_program = places().trusted / "main.zsh"
    main_program.write_text("zsh <<'END'\necho ran\nEND\n")
    for setting, wanted in (("securebits", (0, "ran\n")), ("deny", (126, ""))):
        with configured(f"inline = {setting}\n"):
            done = under_shim(need("zsh"), str(main_program),
                              env={"TMPPREFIX": f"{places().untrusted}/zsh"})
        equal((done.returncode, done.stdout), wanted)


def test_stdin_closed():
    """standard input that is closed has no code in it"""
    done = under_shim(need("dash"), "-c", f"exec {need('dash')} <&-")
    equal(done.returncode, 0)


def test_inherited_descriptors():
    """a script that is a descriptor already is judged, also by who reads it without an open"""
    texts = {"dash": ("echo ran\n", []), "perl": ("print \"ran\\n\";\n", []),
             "gawk": ("BEGIN { print \"ran\" }\n", ["-f"]), "python3": ("print('ran')\n", [])}
    for program, (text, options) in texts.items():
        untrusted, trusted = make(f"{program}-code", text)
        for path, wanted in ((untrusted, ""), (trusted, "ran\n")):
            with open(path, encoding="utf-8") as file:
                done = under_shim(need(program), *options, f"/dev/fd/{file.fileno()}",
                                  pass_fds=[file.fileno()])
            equal((program, done.stdout), (program, wanted))


def test_standard_streams():
    """nor one that is its standard output or error, which ksh93 reads without an open"""
    untrusted, _ = make("ksh-code", "print -u3 ran\n")
    reader, writer = os.pipe()
    script = places().trusted / "streams.sh"
    script.write_text('"$@" 1<&9 2<&9 3>&8\n')
    for words in (["/dev/stderr"], ["/dev/stdout"], ["/dev//stderr"], ["/dev/fd/2"], ["/dev/fd/+2"],
                  ["/dev/fd/ 2"], ["/dev/fd/4294967298"]):
        with open(untrusted, encoding="utf-8") as file:
            os.dup2(file.fileno(), 9)
            os.dup2(writer, 8)
            under_shim(need("dash"), script, need("ksh93"), *words, pass_fds=[8, 9])
    for descriptor in (8, 9, writer):
        os.close(descriptor)
    with os.fdopen(reader, encoding="utf-8") as got:
        equal(got.read(), "")


def test_keys_from_standard_error():
    """vim goes on with standard error where standard input ends"""
    keys, trusted = make("keys", f":!echo ran > {places().trusted}/written\r\r:qa!\r")
    written = places().trusted / "written"
    # More descriptors than there is room for are all of them.
    many = [word for number in range(9) for word in ("-S", f"/dev/fd/{90 + number}")]
    for path, options, wanted in ((trusted, [], True), (keys, [], False), (keys, many, False)):
        with open(path, "rb") as file:
            subprocess.run([need("vim.basic"), "-u", "NONE", "-i", "NONE", *options],
                           env={**CLEAN, "LD_PRELOAD": SHIM, "TERM": "dumb"}, stderr=file,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False, timeout=60)
        equal((options, written.exists()), (options, wanted))
        written.unlink(missing_ok=True)


def test_stdin_turns():
    """a trusted program on standard input cannot turn to an untrusted file"""
    untrusted, _ = make("other", "echo ran\n")
    _, trusted = make("turn.sh", f"exec < {untrusted}\n")
    for shell in ("dash", "bash"):
        with open(trusted, encoding="utf-8") as file:
            done = under_shim(need(shell), stdin=file)
        equal(done.stdout, "")
        contains(done.stderr, "ipe-shim: ")


def test_stdin_turns_to_descriptor():
    """nor to a descriptor that it inherited; data on one is read all the same by a named script"""
    untrusted, _ = make("other", "echo ran\n")
    _, trusted = make("turn.sh", "exec <&9\n")
    _, reads = make("reads.sh", "read line <&9; echo \"$line\"\n")
    for shell in ("dash", "bash", "zsh"):
        with open(trusted, encoding="utf-8") as file, open(untrusted, encoding="utf-8") as other:
            os.dup2(other.fileno(), 9)
            done = under_shim(need(shell), stdin=file, pass_fds=[9])
            equal(done.stdout, "")
            contains(done.stderr, ": an inherited descriptor: refused")
            equal(under_shim(need(shell), reads, pass_fds=[9]).stdout, "echo ran\n")
        # Nothing can be read from these.
        _, harmless = make("harmless.sh", "echo harmless\n")
        kept = [os.open("/", os.O_RDONLY), os.eventfd(0), os.open("/dev/null", os.O_RDONLY)]
        with open(harmless, encoding="utf-8") as file:
            equal(under_shim(need(shell), stdin=file, pass_fds=kept).stdout, "harmless\n")
        for descriptor in kept:
            os.close(descriptor)
    os.close(9)


def serve(server, text, count):
    for _ in range(count):
        connection, _ = server.accept()
        with connection:
            connection.sendall(text)


def test_stdin_turns_to_a_stream():
    """nor, where code without a file is refused, to a socket; its children may read from one"""
    _, trusted = make("turn.sh", "exec < /dev/tcp/127.0.0.1/$PORT\necho after\n")
    _, child = make("child.sh", "/bin/cat < /dev/tcp/127.0.0.1/$PORT\n")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        thread = threading.Thread(target=serve, args=(server, b"echo ran\n", 3), daemon=True)
        thread.start()
        for setting, script, wanted in (("securebits", trusted, "ran\n"), ("deny", trusted, "after\n"),
                                        ("deny", child, "echo ran\n")):
            with configured(f"inline = {setting}\n"), open(script, encoding="utf-8") as file:
                done = under_shim(need("bash"), stdin=file, env={"PORT": port})
            equal((setting, script, done.stdout), (setting, script, wanted))


def test_descriptors_by_other_names():
    """a descriptor is judged by whatever name of a search path it is reached"""
    untrusted, _ = make("other.awk", "BEGIN { print \"ran\" }\n")
    with open(untrusted, encoding="utf-8") as file:
        os.dup2(file.fileno(), 9)
        for words in (["-f", "9"], ["-i", "9", "BEGIN {}"]):
            done = under_shim(need("gawk"), *words, env={"AWKPATH": "/dev/fd"}, pass_fds=[9])
            equal(done.stdout, "")
            contains(done.stderr, ": an inherited descriptor: refused")
    os.close(9)


def lowered():
    resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))


def test_limits_hide_nothing():
    """a descriptor above the limit, which was lowered meanwhile, is judged as well"""
    untrusted, trusted = make("other.awk", "BEGIN { print \"ran\" }\n")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for number in [fd for fd in (25, 63, 64, 1023, 1024, 4000) if fd < most]:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        for path, wanted in ((untrusted, ""), (trusted, "ran\n")):
            with open(path, encoding="utf-8") as file:
                os.dup2(file.fileno(), number)
            done = under_shim(need("gawk"), "-f", str(number), env={"AWKPATH": "/dev/fd"},
                              pass_fds=[number], preexec_fn=lowered)
            os.close(number)
            equal((number, done.stdout), (number, wanted))


def test_ksh_takes_descriptors():
    """ksh, which takes a descriptor itself if it cannot open its name, is ended"""
    untrusted, _ = make("other", "echo ran\n")
    _, trusted = make("dot.sh", ". /dev/fd/9\necho after\n")
    with open(untrusted, encoding="utf-8") as file:
        os.dup2(file.fileno(), 9)
    done = under_shim(need("ksh93"), trusted, pass_fds=[9])
    os.close(9)
    equal((done.returncode, done.stdout), (126, ""))
    contains(done.stderr, "ipe-shim: /dev/fd/9: refused")


if __name__ == "__main__":
    main(sys.modules[__name__])
