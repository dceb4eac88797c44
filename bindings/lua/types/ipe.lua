-- SPDX-License-Identifier: LGPL-2.1-or-later
---@meta ipe
-- Annotations for the Lua language server, and the manual of the module.

---Ask the kernel whether Lua code may run, and obey the answer.
---
---A function that refuses returns nil, a message, the errno and the reason. The reason is a key of
---`ipe.reasons`, or "undecided" where the file could not even be opened.
---@class ipe
---@field reasons table<ipe.reason, string> what an administrator can do about each reason
local ipe = {}

---@alias ipe.reason
---| "undecided" # no verdict was reached
---| "allowed"
---| "policy" # the kernel's execution policy refuses the file
---| "noexec-mount"
---| "unmappable"
---| "not-regular"
---| "no-execute-bit"
---| "open-for-writing"
---| "interactive"
---| "anonymous-memory"
---| "inline"
---| "bad-configuration"
---| "changed"
---| "read-error"
---| "too-large"
---| "resource"
---| "unknown"

---Judge a file, by path or as a file of the io library. A path can name another file a moment
---later: to run what was judged use `ipe.loadfile`, to read it `ipe.open`.
---@param file string|file*
---@return true? allowed
---@return string? message
---@return integer? errno
---@return ipe.reason? reason
function ipe.check(file) end

---Judge code that is in no file: an argument, an environment variable, a prompt.
---@return true? allowed
---@return string? message
---@return integer? errno
---@return ipe.reason? reason
function ipe.check_inline() end

---Judge standard input that is about to be interpreted.
---@return true? allowed
---@return string? message
---@return integer? errno
---@return ipe.reason? reason
function ipe.check_stdin() end

---As Lua's own, of a file that is judged and read once; without a path, of standard input, which is
---text only. A message without errno and reason is the compiler's.
---@param path? string
---@param mode? "b"|"t"|"bt"
---@param env? table
---@return function? chunk
---@return string? message
---@return integer? errno
---@return ipe.reason? reason
function ipe.loadfile(path, mode, env) end

---As Lua's own, of a judged file. An error is raised where it is refused.
---@param path? string
---@return any ...
function ipe.dofile(path) end

---Open a judged file for reading.
---@param path string
---@return file*? file the one that was judged
---@return string? message
---@return integer? errno
---@return ipe.reason? reason
function ipe.open(path) end

---@class ipe.options
---@field load? "text"|"inline"|"deny" what `load` takes: text but no byte code (the default); text
---where inline code is allowed; nothing

---Put the gate in the place of `loadfile`, `dofile`, `load`, `loadstring` and the searcher of Lua
---files of `require`. What was read before, and functions that somebody kept, stay as they are:
---ipe-lua(1) does it before the first line of Lua. A second call can only be stricter. Libraries in
---C are left to the kernel, which judges them when they are mapped.
---@param options? ipe.options
function ipe.install(options) end

return ipe
