#!/usr/bin/perl
# SPDX-License-Identifier: LGPL-2.1-or-later
use strict;
use warnings;

print "ran ", $ARGV[0] * $ARGV[1], "\n";
