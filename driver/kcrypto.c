// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * What the chip offers to the rest of the kernel, registered once and for all chips, when
 * the module is loaded: algorithms may have users at any time, so they cannot come and go
 * with a chip.  A transform names its chip and gets -ENODEV while that is away.
 *
 * The exception is verification under the standard name, if asked for: the kernel tests
 * an algorithm when it is registered, so a chip has to be there.
 */
#include <linux/fips.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/workqueue.h>

#include "asymkey.h"
#include "ecc508a.h"
#include "ecdsa.h"
#include "hwrng.h"
#include "kcrypto.h"
#include "kpp.h"
#include "netlink.h"

static bool std_verify;
module_param(std_verify, bool, 0444);
MODULE_PARM_DESC(std_verify,
		 "also register verification as ecdsa-nist-p256 when a chip arrives (default no)");

static bool algs_registered;
static bool std_registered;

static void ecc508a_kcrypto_std(struct work_struct *work)
{
	int ret;

	if (std_registered)
		return;
	ret = ecc508a_ecdsa_register_std();
	if (ret)
		pr_err("ecc508a: cannot register " ECC508A_ECDSA_STD_NAME ": %d\n", ret);
	else
		std_registered = true;
}

/* The self-test talks to the chip, so it must not run inside the chip's arrival */
static DECLARE_WORK(ecc508a_kcrypto_std_work, ecc508a_kcrypto_std);

static int ecc508a_kcrypto_notify(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event == ECC508A_EVENT_ADD)
		schedule_work(&ecc508a_kcrypto_std_work);
	return NOTIFY_DONE;
}

static struct notifier_block ecc508a_kcrypto_nb = {
	.notifier_call = ecc508a_kcrypto_notify,
};

static int ecc508a_kcrypto_algs(void)
{
	int ret;

	/*
	 * In FIPS mode the kernel panics when a module without a valid signature registers an
	 * algorithm (crypto_check_module_sig()).  Everything else works without.
	 */
	if (fips_enabled && !module_sig_ok(THIS_MODULE)) {
		pr_notice("ecc508a: FIPS mode and a module without signature: no algorithms\n");
		return 0;
	}
	ret = ecc508a_ecdsa_register();
	if (ret)
		return ret;
	ret = ecc508a_kpp_register();
	if (ret)
		goto ecdsa;
	if (std_verify) {
		ret = ecc508a_register_notifier(&ecc508a_kcrypto_nb);
		if (ret)
			goto kpp;
	}
	algs_registered = true;
	return 0;
kpp:
	ecc508a_kpp_unregister();
ecdsa:
	ecc508a_ecdsa_unregister();
	return ret;
}

/**
 * ecc508a_kcrypto_init() - register everything; before the first chip can arrive
 *
 * Return: 0 or a negative errno; nothing is left registered then.
 */
int ecc508a_kcrypto_init(void)
{
	int ret;

	ret = ecc508a_nl_init();
	if (ret)
		return ret;
	ret = ecc508a_hwrng_init();
	if (ret)
		goto nl;
	ret = ecc508a_key_register();
	if (ret)
		goto rng;
	ret = ecc508a_kcrypto_algs();
	if (!ret)
		return 0;
	ecc508a_key_unregister();
rng:
	ecc508a_hwrng_exit();
nl:
	ecc508a_nl_exit();
	return ret;
}

/**
 * ecc508a_kcrypto_exit() - the reverse; after the last chip is gone
 *
 * Transforms and keys hold the module, so there are none by now.
 */
void ecc508a_kcrypto_exit(void)
{
	if (algs_registered) {
		if (std_verify) {
			ecc508a_unregister_notifier(&ecc508a_kcrypto_nb);
			cancel_work_sync(&ecc508a_kcrypto_std_work);
			if (std_registered)
				ecc508a_ecdsa_unregister_std();
		}
		ecc508a_kpp_unregister();
		ecc508a_ecdsa_unregister();
	}
	ecc508a_key_unregister();
	ecc508a_hwrng_exit();
	ecc508a_nl_exit();
}
