// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * What ecc508a-kunit.ko calls of this module, in a namespace of its own.  Compiled only where
 * the kernel has KUnit, so that other kernels do not see one symbol of it.  Here and not
 * beside the functions: driver/proto is userspace code as well.
 */
#include <kunit/visibility.h>
#include <linux/export.h>

#include "../core.h"
#include "../ioctl.h"
#include "../keyref.h"
#include "../sigder.h"

/* proto */
EXPORT_SYMBOL_IF_KUNIT(ecc_crc16);
EXPORT_SYMBOL_IF_KUNIT(ecc_crc16_update);
EXPORT_SYMBOL_IF_KUNIT(ecc_packet_build);
EXPORT_SYMBOL_IF_KUNIT(ecc_packet_parse);
EXPORT_SYMBOL_IF_KUNIT(ecc_status_errno);
EXPORT_SYMBOL_IF_KUNIT(ecc_part_from_revision);
EXPORT_SYMBOL_IF_KUNIT(ecc_part_has_opcode);
EXPORT_SYMBOL_IF_KUNIT(ecc_cmd_changes_state);
EXPORT_SYMBOL_IF_KUNIT(ecc_cmd_needs_admin);
EXPORT_SYMBOL_IF_KUNIT(ecc_cmd_needs_write);
EXPORT_SYMBOL_IF_KUNIT(ecc_config_slot);
EXPORT_SYMBOL_IF_KUNIT(ecc_config_locked);
EXPORT_SYMBOL_IF_KUNIT(ecc_config_data_locked);
EXPORT_SYMBOL_IF_KUNIT(ecc_config_serial);
EXPORT_SYMBOL_IF_KUNIT(ecc_config_address);
EXPORT_SYMBOL_IF_KUNIT(ecc_config_watchdog_ms);
EXPORT_SYMBOL_IF_KUNIT(ecc_config_writable);
EXPORT_SYMBOL_IF_KUNIT(ecc_slot_size);
EXPORT_SYMBOL_IF_KUNIT(ecc_counter_decode);
EXPORT_SYMBOL_IF_KUNIT(ecc_counter_encode);

/* sigder.c, keyref.c */
EXPORT_SYMBOL_IF_KUNIT(ecc508a_sig_to_der);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_sig_from_der);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_sig_check_range);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_digest_fit);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_keyref_parse);

/* arbiter.c, session.c, use.c and what a chip needs to exist */
EXPORT_SYMBOL_IF_KUNIT(ecc508a_arbiter_init);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_arbiter_kill);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_turn_take);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_turn_give);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_turn_revoke);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_turn_is_session);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_chip_alloc);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_bus_init);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_pm_init);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_pm_exit);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_use_begin);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_use_end);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_session_begin);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_session_finish);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_session_revoke);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_session_cancel);
EXPORT_SYMBOL_IF_KUNIT(ecc508a_ioctl);
