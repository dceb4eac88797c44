#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Node under the shim: what its loader opens is judged, what anybody else opens is data.

Usage: test_node.py SHIM
"""
import signal
import subprocess
import sys

from shimtest import (CLEAN, SHIM, configured, contains, equal, lacks, main, need, places,
                      under_shim)

# Run in the folder that is not trusted; "show" prints what it is given, or what is promised.
HEAD = """\
const fs = require('fs'), all = fs.promises, path = require('path');
const show = x => Promise.resolve(x).then(v => console.log(String(v)),
  e => { console.log(e.message); process.exitCode = 1 });
"""
SCRIPTS = {"a.js": "exports.a = 'a' + 1;\n", "plain": "#!/usr/bin/node\nexports.a = 2;\n",
           "m.mjs": "export default 3;\n", "c.cjs": "4;\n", "t.ts": "5;\n", "x.json": '{"a": 6}\n',
           "d/a.js": "7;\n", "d/e/plain": "8;\n", "w.wasm": "9\n"}
DATA = {
    "readFileSync": "for (const f of fs.readdirSync('.')) if (fs.statSync(f).isFile())"
                    " show(fs.readFileSync(f, 'utf8'))",
    "readFileSync of a buffer": "show(fs.readFileSync('a.js').length)",
    "openSync and readSync": "const b = Buffer.alloc(9), f = fs.openSync('m.mjs');"
                             "fs.readSync(f, b); show(b)",
    "openSync for reading and writing": "fs.writeSync(fs.openSync('c.cjs', 'r+'), '4'); show(4)",
    "readFile with a function": "fs.readFile('a.js', 'utf8', (e, v) => show(e ? e.message : v))",
    "open with a function": "fs.open('plain', (e, f) => show(e ? e.message : fs.readFileSync(f)))",
    "readFile that promises": "show(all.readFile('a.js', 'utf8'))",
    "readFile of a URL": "show(all.readFile(require('url').pathToFileURL('t.ts'), 'utf8'))",
    "open that promises": "show(all.open('m.mjs').then(f => f.readFile('utf8')))",
    "a promise that calls readFile": "show(Promise.resolve('a.js').then(all.readFile))",
    "a promise that calls readFileSync": "show(Promise.resolve('a.js').then(fs.readFileSync))",
    "a timer that calls readFileSync": "setTimeout(fs.readFileSync, 1, 'a.js')",
    "promisify": "show(require('util').promisify(fs.readFile)('a.js', 'utf8'))",
    "a stream": "fs.createReadStream('a.js').on('data', show).on('error', e => show(e.message))",
    "a pipeline": "show(require('stream/promises').pipeline(fs.createReadStream('a.js'),"
                  " require('zlib').createGzip(), fs.createWriteStream(process.env.OUT)))",
    "lines of a stream": "(async () => { for await (const l of require('readline')"
                         ".createInterface(fs.createReadStream('a.js'))) show(l) })()",
    "copyFileSync": "show(fs.copyFileSync('a.js', process.env.OUT))",
    "copyFile": "fs.copyFile('a.js', process.env.OUT, show)",
    "copyFile that promises": "show(all.copyFile('a.js', process.env.OUT))",
    "cpSync": "show(fs.cpSync('d', process.env.OUT + '.d', {recursive: true}))",
    "cp": "fs.cp('d', process.env.OUT + '.d', {recursive: true}, show)",
    "cp that promises": "show(all.cp('d', process.env.OUT + '.d', {recursive: true}))",
    "a worker": "new (require('worker_threads').Worker)(`const fs = require('fs');"
                "fs.readFileSync('a.js'); fs.promises.readFile('plain', 'utf8').then("
                "v => console.log(v), e => console.log(e.message))`, {eval: true})",
    "another context": "show(require('vm').runInNewContext('read(`a.js`)',"
                       " {read: fs.readFileSync}))",
    "a string that is evaluated": "show(eval('fs.readFileSync(`a.js`)'))",
    "a function made of a string": "show(new Function('fs', 'return fs.readFileSync(`a.js`)')(fs))",
    "deep recursion": "const deep = n => n ? deep(n - 1) : fs.readFileSync('a.js');"
                      "show(deep(3000))",
    "recursion of fs": "fs.mkdirSync(process.env.OUT + '.s/' + 'x/'.repeat(60), {recursive: true});"
                       "show(fs.cpSync(process.env.OUT + '.s', process.env.OUT + '.t',"
                       " {recursive: true}))",
    "many at once": "show(Promise.all(Array.from({length: 900}, () => all.readFile('a.js')))"
                    ".then(l => l.length))",
    "a function in the place of readFileSync": "const f = fs.readFileSync; fs.readFileSync ="
                                               "(...a) => f(...a); show(fs.readFileSync('a.js'))",
    "a module that is being required": "show(require('@T@/reads.cjs'))",
    "a module that is being imported": "show(import('@T@/reads.cjs').then(m => m.default))",
    "a module of another loader": "show(import('@T@/reads.mjs').then(m => m.default))",
    "JSON that is required": "show(require(path.resolve('x.json')).a)",
    "an assertion that shows its source": "try { require('assert')(0 == 1) } catch (e) {"
                                          " show(e.message) }",
    "the machine": "const os = require('os'); show(os.totalmem() > 0 && os.cpus().length > 0)",
}
MODULES = {"reads.cjs": "module.exports = require('fs').readFileSync('a.js', 'utf8');\n",
           "reads.mjs": "import fs from 'fs'; export default fs.readFileSync('a.js', 'utf8');\n"}
MODULE_DATA = ("import fs from 'fs'; import x from './x.json' {} {{type: 'json'}};"
               "console.log(fs.readFileSync('a.js', 'utf8'), x.a,"
               "await fs.promises.readFile('m.mjs', 'utf8'));\n")

CODE = {
    "require": "require('@U@/a.js')",
    "require of what has no suffix": "require('@U@/plain')",
    "require of text": "require('@U@/text.txt')",
    "require of a link": "require('./link.js')",
    "import of CommonJS": "import('@U@/c.cjs').catch(e => { console.log(e.code) })",
    "import of a module": "import('@U@/m.mjs').catch(e => { console.log(e.code) })",
    "import of what has no suffix": "import('@U@/plain').catch(e => { console.log(e.code) })",
    "a worker's file": "new (require('worker_threads').Worker)('@U@/a.js')",
    "a worker's module": "new (require('worker_threads').Worker)(new URL('file:@U@/m.mjs'))",
    "a worker that imports": "new (require('worker_threads').Worker)("
                             "'import(`@U@/m.mjs`)', {eval: true})",
    "createRequire": "require('module').createRequire('@U@/x')('./plain')",
    "Module._load": "require('module')._load('@U@/plain')",
    "the handler of a suffix": "const m = new module.constructor('@U@/plain');"
                               "require('module')._extensions['.js'](m, '@U@/plain')",
    "require with a function in the place of readFileSync":
        "const f = fs.readFileSync; fs.readFileSync = (...a) => f(...a); require('@U@/a.js')",
    "require with a method in the place of readFileSync":
        "const f = fs.readFileSync; fs.readFileSync = function read() {"
        " return f.apply(this, arguments) }; require('@U@/plain')",
    "a hook for a suffix": "require('module')._extensions['.txt'] = (m, n) =>"
                           " m._compile(fs.readFileSync(n, 'utf8'), n); require('@U@/text.txt')",
    "a hook for all modules": "const M = require('module'), load = M._load; M._load = (n, ...a) =>"
                              " n[0] != '@' ? load(n, ...a) : new M(n)._compile("
                              "fs.readFileSync(n.slice(1), 'utf8'), n); require('@@U@/plain')",
    "read and imported at once": "for (let i = 0; i < 50; i++) fs.promises.readFile('@U@/m.mjs');"
                                 "import('@U@/m.mjs').catch(e => { console.log(e.code) })",
}


def node() -> str:
    return need("node")


def lay_out() -> None:
    for name, text in SCRIPTS.items():
        places().both(name, text)


def outcome(found: subprocess.CompletedProcess) -> tuple[str, int]:
    return found.stdout + found.stderr, found.returncode


def compare(script: str, name: str) -> None:
    lay_out()
    trusted, untrusted = places().trusted, places().untrusted
    main_script = trusted / name
    for module, text in MODULES.items():
        (trusted / module).write_text(text)
    main_script.write_text(script.replace("@T@", str(trusted)))
    plain, judged = ({**CLEAN, "OUT": str(trusted / f"out-{kind}")} for kind in "ab")
    for environment in (plain, judged):
        subprocess.run(["rm", "-rf", *(environment["OUT"] + end for end in ("", ".d", ".s", ".t"))],
                       check=True)
    stock = subprocess.run([node(), main_script], env=plain, cwd=untrusted,
                           capture_output=True, text=True, timeout=60, check=False)
    found = under_shim(node(), str(main_script), env=judged, cwd=untrusted)
    equal(outcome(found), outcome(stock))
    equal((script, stock.returncode), (script, 0))


def test_scripts_are_data_to_all_but_the_loader():
    """Scripts are data to all but the loader."""
    for name, script in DATA.items():
        print("#", name)
        compare(HEAD + script, "use.js")


def test_scripts_are_data_to_modules_too():
    """Scripts are data to modules too."""
    version = subprocess.run([node(), "--version"], capture_output=True, text=True, check=True)
    word = "with" if int(version.stdout[1:].split(".")[0]) >= 20 else "assert"
    places().both("x.json", SCRIPTS["x.json"])
    compare(MODULE_DATA.format(word), "use.mjs")


def run_code(script: str, folder: str) -> subprocess.CompletedProcess:
    trusted = places().trusted
    evil = "console.log(['ev', 'il'].join(''));\n"
    for name in ("a.js", "plain", "text.txt", "m.mjs", "c.cjs"):
        places().both(name, evil)
    link = trusted / "link.js"
    link.unlink(missing_ok=True)
    link.symlink_to(f"{folder}/plain")
    (trusted / "way.js").write_text("const fs = require('fs');\n" + script.replace("@U@", folder))
    return under_shim(node(), str(trusted / "way.js"))


def test_what_the_loader_opens_is_judged():
    """What the loader opens is judged."""
    for name, script in CODE.items():
        print("#", name)
        found = run_code(script, str(places().trusted))
        contains(found.stdout, "evil")
        equal((found.returncode, found.stderr), (0, ""))
        found = run_code(script, str(places().untrusted))
        lacks(found.stdout, "evil")
        contains(found.stderr, "ipe-shim: ")


def signal_while_running(folder) -> subprocess.Popen:
    script = folder / "wait.js"
    script.write_text("console.log('ready'); setTimeout(() => {}, 20000);\n")
    script.chmod(0o755)
    # Any port: the usual one may be taken.
    process = subprocess.Popen([node(), "--inspect-port=0", script], env={**CLEAN, "LD_PRELOAD": SHIM},
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    equal(process.stdout.readline(), "ready\n")
    process.send_signal(signal.SIGUSR1)
    return process


def test_a_signal_opens_no_inspector_where_inline_code_is_refused():
    """A signal opens no inspector where inline code is refused."""
    with configured("inline = deny\n"):
        process = signal_while_running(places().trusted)
        _, errors = process.communicate(timeout=30)
    lacks(errors, "Debugger listening")
    equal(process.returncode, -signal.SIGUSR1)


def test_a_signal_opens_the_inspector_elsewhere():
    """A signal opens the inspector elsewhere."""
    process = signal_while_running(places().trusted)
    assert process.stderr
    line = process.stderr.readline()
    process.kill()
    process.communicate()
    contains(line, "Debugger listening")


def test_a_script_has_its_own_handler_of_the_signal():
    """A script has its own handler of the signal."""
    script = places().trusted / "handler.js"
    script.write_text("process.on('SIGUSR1', () => { console.log('mine'); process.exit(3) });\n"
                      "process.kill(process.pid, 'SIGUSR1'); setTimeout(() => {}, 9000);\n")
    script.chmod(0o755)
    with configured("inline = deny\n"):
        found = under_shim(node(), str(script))
    equal((found.stdout, found.returncode), ("mine\n", 3))


if __name__ == "__main__":
    main(sys.modules[__name__])
