# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
# Completion of ecc508a-emu(1) for bash; installed as /usr/share/bash-completion/completions/ecc508a-emu

_ecc508a_emu_list()
{
	ecc508a-emu --list "$1" 2>/dev/null | cut -d' ' -f1
}

_ecc508a_emu()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=

	COMPREPLY=()
	case ${COMP_WORDS[1]} in
	ctl)
		case $prev in
		power) words="on off" ;;
		faults) words="add file seed clear" ;;
		ctl | save | load | file)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		set) words=$(_ecc508a_emu_list sets | sed 's/$/=/') ;;
		quirk) words=$(_ecc508a_emu_list quirks | sed 's/$/=/') ;;
		*) words="status power reset faults save load set quirk speed sda-low quit --json --chip --bus --help" ;;
		esac
		;;
	trace)
		words="--text --vcd --svg --from --to --px-per-ms --output --help"
		if [[ $cur != -* ]]; then
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
		fi
		;;
	*)
		case $prev in
		--part) words=$(_ecc508a_emu_list parts) ;;
		--preset) words=$(_ecc508a_emu_list presets) ;;
		--set) words=$(_ecc508a_emu_list sets | sed 's/$/=/') ;;
		--quirk) words=$(_ecc508a_emu_list quirks | sed 's/$/=/') ;;
		--list) words="parts presets quirks sets" ;;
		--time) words="real virtual typ max zero scale=" ;;
		--wire-time) words="on off" ;;
		--speed) words="100k 400k 1M" ;;
		--socket | --state | --faults | --trace | --control | --pidfile | --signer-cert | --signer-key | --device-cert)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		*)
			words=$(ecc508a-emu --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*' | sort -u)
			[ "$COMP_CWORD" -gt 1 ] || words+=" serve ctl trace"
			;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	[[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace
}

complete -F _ecc508a_emu ecc508a-emu
