#!/bin/sh
# SPDX-License-Identifier: ISC
# The manual has each setting, with the preset that the database has.  Run by
# `run`, which gives the database $scratch and the folder $work.
set -eu
: "${scratch:?}" "${work:?}"

../migrate up -d "$scratch" >/dev/null
psql -XqAt -d "$scratch" -c "select name || ' ' || coalesce(nullif(preset, ''), 'none')
    from mdm.setting order by 1" | LC_ALL=C sort >"$work/there"
sed -n 's/^\.It Li \([a-z_]*\) Pq \(.*\)$/\1 \2/p' ../fenestra-setting.5 |
    sed -e 's/ \(Li\|Dq\) / /' -e 's/\\&//g; s/\\(dq/"/g; s/\\e/\\/g' | LC_ALL=C sort >"$work/said"
echo 1..2
[ "$(wc -l <"$work/there")" -gt 100 ] && echo 'ok 1 - there are settings' || echo 'not ok 1 - no settings'
if diff "$work/there" "$work/said" >"$work/log"; then
	echo 'ok 2 - the manual has all of them and no others'
else
	echo 'not ok 2 - the manual has all of them and no others'
	sed 's/^/# /' "$work/log"
fi
