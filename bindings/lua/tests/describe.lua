-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Usage: describe.lua require MODULE | load FILE...
-- Says what require gives, or what each file is compiled to: for the same, in the same words.
local dump = string.dump

-- Addresses are other ones in each process.
local function harmless(value)
	return (tostring(value):gsub("0x%x+", "0x"))
end

-- Enough to tell one compiled function from another. LuaJIT writes tables in an order that is
-- another one in each process.
local function checksum(text)
	local a, b = 1, 0
	for i = 1, #text do
		a = (a + text:byte(i)) % 65521
		b = (b + a) % 65521
	end
	return ("%d:%d:%d"):format(#text, a, jit and 0 or b)
end

local function code(value)
	local dumped, text = pcall(dump, value)
	return dumped and checksum(text) or "C"
end

-- Keys in order, those that are no strings by their type alone.
local function keys(value)
	local list, others = {}, {}
	for key in next, value do
		if type(key) == "string" then
			list[#list + 1] = key
		else
			local name = type(key) == "number" and ("%.14g"):format(key) or type(key)
			others[name] = (others[name] or 0) + 1
		end
	end
	for name, count in next, others do
		list[#list + 1] = "[" .. name .. "] " .. count
	end
	table.sort(list)
	return list
end

local function describe(name, value, depth, seen)
	local kind = type(value)
	if kind == "function" then
		print(name, kind, code(value))
	elseif kind ~= "table" then
		print(name, kind, kind == "userdata" and "" or harmless(value))
	elseif seen[value] or depth == 0 then
		print(name, kind)
	else
		seen[value] = true
		print(name, kind, getmetatable(value) and "with a metatable")
		for _, key in ipairs(keys(value)) do
			describe(name .. "." .. key, rawget(value, key), depth - 1, seen)
		end
	end
end

if arg[1] == "require" then
	local before = {}
	for key in next, _G do
		before[key] = true
	end
	local results = { pcall(require, arg[2]) }
	if results[1] then
		describe("", results[2], 4, { [_G] = true })
	else
		print(harmless(results[2]))
	end
	for _, key in ipairs(keys(_G)) do
		if not before[key] then
			describe("_G." .. key, rawget(_G, key), 2, { [_G] = true })
		end
	end
else
	for i = 2, #arg do
		local chunk, message = loadfile(arg[i])
		print(arg[i], chunk and code(chunk) or harmless(message))
	end
end
