// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Bugs, one for each detector of the debug kernel.  selftests/vm/detectors loads this to see
 * that each speaks, and that the runner of the tests hears it; nobody else should.
 *
 *	insmod ecc508a-planted.ko bug=NAME
 *
 * Loading it always fails, with -EAGAIN when the bug was there.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

static char *bug = "";
module_param(bug, charp, 0);
MODULE_PARM_DESC(bug, "which");

/* A number that the compiler cannot know */
static unsigned int eight = 8;
module_param(eight, uint, 0);
MODULE_PARM_DESC(eight, "8");

static void use_after_free(void)
{
	u8 *p = kmalloc(64, GFP_KERNEL);

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(p);
	kfree(p);
	WRITE_ONCE(p[eight], 1);
}

static void index_out_of_bounds(void)
{
	/* one more than it says, so that it harms nothing */
	static u8 room[2][8];
	u8 *p = &room[0][0];

	OPTIMIZER_HIDE_VAR(p);
	room[0][eight] = p[0];
}

static void leak(void)
{
	u8 *p = kmalloc(64, GFP_KERNEL);

	if (p)
		memset(p, 0x5a, 64);
	OPTIMIZER_HIDE_VAR(p);
}

static void lock_inversion(void)
{
	static DEFINE_MUTEX(a);
	static DEFINE_MUTEX(b);

	mutex_lock(&a);
	mutex_lock(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);
	mutex_lock(&b);
	mutex_lock(&a);
	mutex_unlock(&a);
	mutex_unlock(&b);
}

static void sleep_in_atomic(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	might_sleep();
	spin_unlock(&lock);
}

static void timer_fn(struct timer_list *unused)
{
}

static void free_armed_timer(void)
{
	struct timer_list *t = kmalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return;
	timer_setup(t, timer_fn, 0);
	mod_timer(t, jiffies + 1000 * HZ);
	kfree(t);
}

static const struct {
	const char *name;
	void (*fn)(void);
} bugs[] = {
	{ "use-after-free", use_after_free },
	{ "index-out-of-bounds", index_out_of_bounds },
	{ "leak", leak },
	{ "lock-inversion", lock_inversion },
	{ "sleep-in-atomic", sleep_in_atomic },
	{ "free-armed-timer", free_armed_timer },
};

static int __init planted_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (strcmp(bug, bugs[i].name))
			continue;
		bugs[i].fn();
		return -EAGAIN;
	}
	return -EINVAL;
}
module_init(planted_init);

MODULE_AUTHOR("The ecc508a authors");
MODULE_DESCRIPTION("Bugs for the detectors of a debug kernel to find");
MODULE_LICENSE("GPL");
