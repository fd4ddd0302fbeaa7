# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Bash completion for ecc508a; verbs and options come from the tool's own help, so they cannot be out of date.

_ecc508a()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words=$("${COMP_WORDS[0]}" help 2>/dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p')
		mapfile -t COMPREPLY < <(compgen -W "$words help" -- "$cur")
		return
	fi
	case $prev in
	-d | --device)
		mapfile -t COMPREPLY < <(compgen -W "$(echo /dev/ecc508a*) emu:" -- "$cur")
		return
		;;
	-p | --profile)
		words=$("${COMP_WORDS[0]}" provision --list 2>/dev/null | cut -d ' ' -f 1)
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
		return
		;;
	-s | --slot)
		mapfile -t COMPREPLY < <(compgen -W "$(seq 0 15)" -- "$cur")
		return
		;;
	esac
	if [[ $cur == -* ]]; then
		words=$("${COMP_WORDS[0]}" "${COMP_WORDS[1]}" --help 2>/dev/null | grep -o -- '--[a-z-]*')
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	elif [ "${COMP_WORDS[1]}" = config ]; then
		mapfile -t COMPREPLY < <(compgen -W show -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -F _ecc508a ecc508a
