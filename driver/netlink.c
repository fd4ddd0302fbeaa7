// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Generic netlink family "ecc508a": enumeration and events.
 *
 * Specification: Documentation/netlink/specs/ecc508a.yaml.  The family only tells what
 * sysfs tells, too, so it needs no permission; and because a secure element belongs to
 * the machine and not to a network namespace, it is visible in all of them (netnsok) and
 * events go to all of them: a program in a container or in a unit with PrivateNetwork=
 * must find its chip.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "../uapi/linux/ecc508a_netlink.h"
#include "ecc508a.h"
#include "proto/config.h"
#include "netlink.h"

static struct genl_family ecc508a_nl_family;

static const struct nla_policy ecc508a_nl_policy[ECC508A_A_CHIP_MAX + 1] = {
	[ECC508A_A_CHIP_INDEX] = { .type = NLA_U32 },
	[ECC508A_A_CHIP_SERIAL] = NLA_POLICY_EXACT_LEN(ECC508A_SERIAL_SIZE),
};

static const struct genl_multicast_group ecc508a_nl_groups[] = {
	{ .name = ECC508A_MCGRP_EVENTS },
};

/* The chip may be gone by now (DEL event): what is known of it stays */
static int ecc508a_nl_fill(struct sk_buff *skb, struct ecc508a_chip *chip, u32 portid, u32 seq,
			   int flags, u8 cmd)
{
	struct ecc508a_info *info;
	u16 slot_locked;
	char name[16];
	void *hdr;
	int ret;

	info = kzalloc(sizeof(*info), GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	ret = ecc508a_chip_info(chip, info);
	if (ret && cmd != ECC508A_CMD_DEL_NTF)
		goto out;

	ret = -EMSGSIZE;
	hdr = genlmsg_put(skb, portid, seq, &ecc508a_nl_family, flags, cmd);
	if (!hdr)
		goto out;
	snprintf(name, sizeof(name), "ecc508a%u", ecc508a_chip_index(chip));
	/* In the chip a 1 means unlocked */
	slot_locked = ~(info->config[ECC_CFG_SLOT_LOCKED] |
			info->config[ECC_CFG_SLOT_LOCKED + 1] << 8);
	if (nla_put_u32(skb, ECC508A_A_CHIP_INDEX, ecc508a_chip_index(chip)) ||
	    nla_put_string(skb, ECC508A_A_CHIP_NAME, name) ||
	    nla_put(skb, ECC508A_A_CHIP_SERIAL, ECC508A_SERIAL_SIZE, ecc508a_chip_serial(chip)))
		goto cancel;
	/* Nothing more to say of one that is gone */
	if (info->abi_version &&
	    (nla_put_u32(skb, ECC508A_A_CHIP_PART, info->part) ||
	     nla_put(skb, ECC508A_A_CHIP_REVISION, sizeof(info->revision), info->revision) ||
	     nla_put_u32(skb, ECC508A_A_CHIP_BUS, info->bus_nr) ||
	     nla_put_u8(skb, ECC508A_A_CHIP_ADDRESS, info->address) ||
	     nla_put_u32(skb, ECC508A_A_CHIP_WAKE, info->wake) ||
	     nla_put_u8(skb, ECC508A_A_CHIP_CONFIG_LOCKED, ecc_config_locked(info->config)) ||
	     nla_put_u8(skb, ECC508A_A_CHIP_DATA_LOCKED, ecc_config_data_locked(info->config)) ||
	     nla_put_u16(skb, ECC508A_A_CHIP_SLOT_LOCKED, slot_locked) ||
	     nla_put_u32(skb, ECC508A_A_CHIP_HEALTH,
			 ecc508a_chip_healthy(chip) ? ECC508A_NL_HEALTH_OK :
						      ECC508A_NL_HEALTH_NO_ANSWER)))
		goto cancel;
	genlmsg_end(skb, hdr);
	ret = 0;
	goto out;

cancel:
	genlmsg_cancel(skb, hdr);
out:
	kfree(info);
	return ret;
}

static int ecc508a_nl_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ecc508a_chip *chip;
	struct sk_buff *msg;
	int ret;

	if (info->attrs[ECC508A_A_CHIP_SERIAL])
		chip = ecc508a_chip_find(nla_data(info->attrs[ECC508A_A_CHIP_SERIAL]));
	else if (info->attrs[ECC508A_A_CHIP_INDEX])
		chip = ecc508a_chip_find_index(nla_get_u32(info->attrs[ECC508A_A_CHIP_INDEX]));
	else
		return -EINVAL;
	if (IS_ERR(chip)) {
		GENL_SET_ERR_MSG(info, "no such chip");
		return PTR_ERR(chip);
	}

	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg) {
		ret = -ENOMEM;
		goto put;
	}
	ret = ecc508a_nl_fill(msg, chip, info->snd_portid, info->snd_seq, 0, ECC508A_CMD_GET);
	if (ret) {
		nlmsg_free(msg);
		goto put;
	}
	ret = genlmsg_reply(msg, info);
put:
	ecc508a_chip_put(chip);
	return ret;
}

static int ecc508a_nl_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ecc508a_chip *chip = NULL;
	int ret = 0;

	/* args[0] is the lowest index that was not told yet */
	while ((chip = ecc508a_chip_next(chip))) {
		if (ecc508a_chip_index(chip) < cb->args[0])
			continue;
		ret = ecc508a_nl_fill(skb, chip, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				      NLM_F_MULTI, ECC508A_CMD_GET);
		/* One that went away meanwhile is not told of; a full message is sent first */
		if (ret == -EMSGSIZE || ret == -ENOMEM) {
			ecc508a_chip_put(chip);
			break;
		}
		cb->args[0] = ecc508a_chip_index(chip) + 1;
		ret = 0;
	}
	/* An empty message would say that there is no chip */
	return skb->len ?: ret;
}

static const struct genl_small_ops ecc508a_nl_ops[] = {
	{
		.cmd = ECC508A_CMD_GET,
		.doit = ecc508a_nl_get_doit,
		.dumpit = ecc508a_nl_get_dumpit,
	},
};

static struct genl_family ecc508a_nl_family __ro_after_init = {
	.name = ECC508A_FAMILY_NAME,
	.version = ECC508A_FAMILY_VERSION,
	.maxattr = ECC508A_A_CHIP_MAX,
	.policy = ecc508a_nl_policy,
	.small_ops = ecc508a_nl_ops,
	.n_small_ops = ARRAY_SIZE(ecc508a_nl_ops),
	.resv_start_op = ECC508A_CMD_GET + 1,
	.mcgrps = ecc508a_nl_groups,
	.n_mcgrps = ARRAY_SIZE(ecc508a_nl_groups),
	.netnsok = true,
	.module = THIS_MODULE,
};

static int ecc508a_nl_notify(struct notifier_block *nb, unsigned long event, void *data)
{
	struct ecc508a_chip *chip = data;
	struct sk_buff *msg;
	u8 cmd;

	switch (event) {
	case ECC508A_EVENT_ADD:
		cmd = ECC508A_CMD_ADD_NTF;
		break;
	case ECC508A_EVENT_REMOVE:
		cmd = ECC508A_CMD_DEL_NTF;
		break;
	case ECC508A_EVENT_LOCK:
		cmd = ECC508A_CMD_LOCK_NTF;
		break;
	case ECC508A_EVENT_HEALTH:
		cmd = ECC508A_CMD_HEALTH_NTF;
		break;
	default:
		return NOTIFY_DONE;
	}

	/* A lost event is no error of what caused it */
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return NOTIFY_DONE;
	if (ecc508a_nl_fill(msg, chip, 0, 0, 0, cmd)) {
		nlmsg_free(msg);
		return NOTIFY_DONE;
	}
	/* -ESRCH only says that nobody listens */
	genlmsg_multicast_allns(&ecc508a_nl_family, msg, 0, 0);
	return NOTIFY_OK;
}

static struct notifier_block ecc508a_nl_nb = {
	.notifier_call = ecc508a_nl_notify,
};

int ecc508a_nl_init(void)
{
	int ret;

	ret = genl_register_family(&ecc508a_nl_family);
	if (ret)
		return ret;
	ret = ecc508a_register_notifier(&ecc508a_nl_nb);
	if (ret)
		genl_unregister_family(&ecc508a_nl_family);
	return ret;
}

void ecc508a_nl_exit(void)
{
	ecc508a_unregister_notifier(&ecc508a_nl_nb);
	genl_unregister_family(&ecc508a_nl_family);
}
