// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * /dev/ecc508aN: opening, closing, waiting.
 */
#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "core.h"

static int ecc508a_open(struct inode *inode, struct file *filp)
{
	struct ecc508a_chip *chip = container_of(inode->i_cdev, struct ecc508a_chip, cdev);
	struct ecc508a_file *file;

	if (!ecc508a_chip_alive(chip))
		return -ENODEV;
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return -ENOMEM;
	mutex_init(&file->lock);
	file->chip = ecc508a_chip_get(chip);
	filp->private_data = file;
	return nonseekable_open(inode, filp);
}

/* The last descriptor is gone, perhaps with its process: a session ends here */
static int ecc508a_close(struct inode *inode, struct file *filp)
{
	struct ecc508a_file *file = filp->private_data;

	ecc508a_session_finish(file);
	ecc508a_chip_put(file->chip);
	mutex_destroy(&file->lock);
	kfree(file);
	return 0;
}

/*
 * IN and OUT: a request would not have to wait.  PRI: the session of this file was ended by
 * the driver.  HUP and ERR: the chip is gone.
 */
static __poll_t ecc508a_poll(struct file *filp, poll_table *wait)
{
	struct ecc508a_file *file = filp->private_data;
	struct ecc508a_arbiter *arb = &file->chip->arb;
	__poll_t mask = 0;

	poll_wait(filp, &arb->poll, wait);
	spin_lock(&arb->lock);
	if (arb->dead)
		mask |= EPOLLHUP | EPOLLERR;
	else if (!arb->busy || arb->session == file)
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM;
	if (file->expired)
		mask |= EPOLLPRI;
	spin_unlock(&arb->lock);
	return mask;
}

const struct file_operations ecc508a_fops = {
	.owner = THIS_MODULE,
	.open = ecc508a_open,
	.release = ecc508a_close,
	.unlocked_ioctl = ecc508a_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = ecc508a_poll,
};
