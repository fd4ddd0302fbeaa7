// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Sessions: one open file keeps its turn over many system calls, for what needs the chip's
 * TempKey from one command to the next.
 *
 * The kernel ends a session at its time limit, when the file is closed (also by the death of
 * its holder), on system sleep and on removal.  However it ends, the chip is put to sleep, so
 * that neither TempKey nor an authorisation reaches the next user; it begins asleep for the
 * same reason.
 *
 * While the holder thinks, the watchdog of the chip (0.7 s at least) runs.  Idle stops it and
 * keeps TempKey; on a shared slow bus, where an idle chip disturbs others, idle and wake in
 * one go start it again.
 */
#include <linux/jiffies.h>

#include "core.h"

/* How long the chip stays awake for the next command; half of the shortest watchdog */
#define KEEP_MS 350
/* More than can be left of it by then: the engine then starts the watchdog again */
#define KEEP_BUDGET_US 600000

#define TIMEOUT_MAX_MS 60000

/* Under chip->lock: whatever the session left in the chip is gone afterwards */
static void session_clean(struct ecc508a_chip *chip)
{
	cancel_delayed_work(&chip->session_keep);
	cancel_delayed_work(&chip->session_end);
	chip->session_open = false;
	if (!chip->client)
		return;
	/* A raw command may have changed it; reading it earlier would have cost the TempKey. */
	if (!chip->eng.config_valid)
		ecc_refresh_config(&chip->eng);
	ecc508a_chip_sleep(chip);
	ecc508a_chip_snapshot(chip);
	ecc508a_drop(chip);
}

/*
 * Under chip->lock: end the session, if there is one, against the will of its holder.  One that
 * was given its turn but waits for the lock has not begun: it finds out itself.
 */
void ecc508a_session_revoke(struct ecc508a_chip *chip)
{
	lockdep_assert_held(&chip->lock);
	if (!chip->session_open)
		return;
	session_clean(chip);
	ecc508a_turn_revoke(&chip->arb, NULL);
}

static void session_end_work(struct work_struct *work)
{
	struct ecc508a_chip *chip =
		container_of(to_delayed_work(work), struct ecc508a_chip, session_end);

	mutex_lock(&chip->lock);
	/* The session this was for may be over and another one under way. */
	if (chip->session_open && time_after_eq(jiffies, chip->session_deadline)) {
		chip->snap.session_timeouts++;
		dev_dbg(&chip->dev, "session ended by its time limit\n");
		ecc508a_session_revoke(chip);
	}
	mutex_unlock(&chip->lock);
}

static void session_keep_work(struct work_struct *work)
{
	struct ecc508a_chip *chip =
		container_of(to_delayed_work(work), struct ecc508a_chip, session_keep);

	mutex_lock(&chip->lock);
	if (chip->client && !chip->suspended && chip->session_open &&
	    chip->eng.power == ECC_POWER_AWAKE) {
		if (!chip->eng.shared_bus) {
			ecc_idle(&chip->eng);
		} else {
			/* asks for more than is left: the engine idles and wakes */
			ecc_wake(&chip->eng, KEEP_BUDGET_US);
			mod_delayed_work(ecc508a_wq, &chip->session_keep,
					 msecs_to_jiffies(KEEP_MS));
		}
	}
	mutex_unlock(&chip->lock);
}

/* Under chip->lock: a sequence of the session is over */
void ecc508a_session_used(struct ecc508a_chip *chip)
{
	mod_delayed_work(ecc508a_wq, &chip->session_keep, msecs_to_jiffies(KEEP_MS));
}

/**
 * ecc508a_session_begin() - wait for the chip and keep it
 * @file:       whose session
 * @timeout_ms: when the driver ends it
 * @nonblock:   do not wait for the chip
 *
 * Return: 0; -EINVAL, -EBUSY, -EAGAIN, -ENODEV, -ERESTARTSYS, -ESHUTDOWN.
 */
int ecc508a_session_begin(struct ecc508a_file *file, u32 timeout_ms, bool nonblock)
{
	struct ecc508a_chip *chip = file->chip;
	int ret;

	if (!timeout_ms || timeout_ms > TIMEOUT_MAX_MS)
		return -EINVAL;
	if (mutex_lock_interruptible(&file->lock))
		return -ERESTARTSYS;
	if (ecc508a_turn_is_session(&chip->arb, file)) {
		ret = -EBUSY;
		goto out;
	}
	spin_lock(&chip->arb.lock);
	file->expired = false;
	spin_unlock(&chip->arb.lock);

	ret = ecc508a_turn_take(&chip->arb, file, nonblock);
	if (ret)
		goto out;
	mutex_lock(&chip->lock);
	ret = ecc508a_hold(chip);
	if (ret) {
		ecc508a_turn_revoke(&chip->arb, file);
		goto out_chip;
	}
	ecc508a_chip_sleep(chip);
	chip->session_open = true;
	chip->session_deadline = jiffies + msecs_to_jiffies(timeout_ms);
	mod_delayed_work(ecc508a_wq, &chip->session_end, msecs_to_jiffies(timeout_ms));
out_chip:
	mutex_unlock(&chip->lock);
out:
	mutex_unlock(&file->lock);
	return ret;
}

/**
 * ecc508a_session_finish() - give it back
 * @file: whose session; under file->lock, or nobody else has the file any more
 *
 * Return: 0; -ENOTCONN there is none; -ETIME it was ended before.
 */
int ecc508a_session_finish(struct ecc508a_file *file)
{
	struct ecc508a_chip *chip = file->chip;
	int ret = 0;

	mutex_lock(&chip->lock);
	if (ecc508a_turn_is_session(&chip->arb, file)) {
		session_clean(chip);
		ecc508a_turn_revoke(&chip->arb, file);
	} else {
		spin_lock(&chip->arb.lock);
		ret = file->expired ? -ETIME : -ENOTCONN;
		file->expired = false;
		spin_unlock(&chip->arb.lock);
	}
	mutex_unlock(&chip->lock);
	return ret;
}

/**
 * ecc508a_session_end() - give it back, on request
 * @file: whose session
 *
 * Another thread with this file may be waiting for the chip to begin a session, which may
 * take long.
 *
 * Return: as ecc508a_session_finish(), or -ERESTARTSYS.
 */
int ecc508a_session_end(struct ecc508a_file *file)
{
	int ret;

	if (mutex_lock_interruptible(&file->lock))
		return -ERESTARTSYS;
	ret = ecc508a_session_finish(file);
	mutex_unlock(&file->lock);
	return ret;
}

void ecc508a_session_init(struct ecc508a_chip *chip)
{
	INIT_DELAYED_WORK(&chip->session_end, session_end_work);
	INIT_DELAYED_WORK(&chip->session_keep, session_keep_work);
}

/* No session can begin any more; without chip->lock */
void ecc508a_session_cancel(struct ecc508a_chip *chip)
{
	cancel_delayed_work_sync(&chip->session_end);
	cancel_delayed_work_sync(&chip->session_keep);
}
