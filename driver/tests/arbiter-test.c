// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Whose turn it is.  Order is seen by joining the queue one after the other, each only when
 * the one before is in it; nothing here depends on how fast anything is.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>

#include "../core.h"

#define USERS 8
#define PATIENCE (60 * HZ)

struct guest {
	struct hall *hall;
	unsigned int id;
	struct ecc508a_file *session;
	struct task_struct *task;
	struct completion done;
	int ret;
	bool keeps; /* does not give the turn back */
};

struct hall {
	struct ecc508a_chip chip; /* the arbiter tells its number to the tracepoints */
	struct guest user[USERS];
	struct ecc508a_file file[USERS];
	unsigned int order[USERS];
	atomic_t served;
};

static int hall_init(struct kunit *test)
{
	struct hall *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, h);
	ecc508a_arbiter_init(&h->chip.arb);
	for (i = 0; i < USERS; i++) {
		h->user[i].hall = h;
		h->user[i].id = i;
		init_completion(&h->user[i].done);
	}
	test->priv = h;
	return 0;
}

static int user_fn(void *data)
{
	struct guest *u = data;

	allow_signal(SIGUSR1);
	u->ret = ecc508a_turn_take(&u->hall->chip.arb, u->session, false);
	if (!u->ret) {
		u->hall->order[atomic_fetch_inc(&u->hall->served)] = u->id;
		if (!u->keeps)
			ecc508a_turn_give(&u->hall->chip.arb);
	}
	complete(&u->done);
	return 0;
}

static unsigned int waiting(struct hall *h)
{
	unsigned int n;

	spin_lock(&h->chip.arb.lock);
	n = h->chip.arb.waiting;
	spin_unlock(&h->chip.arb.lock);
	return n;
}

/* Joins the queue: returns when it is in it */
static bool join(struct hall *h, unsigned int id)
{
	unsigned long end = jiffies + PATIENCE;
	unsigned int before = waiting(h);

	h->user[id].task = kthread_run(user_fn, &h->user[id], "ecc508a-user%u", id);
	if (IS_ERR(h->user[id].task))
		return false;
	while (waiting(h) == before) {
		if (time_after(jiffies, end))
			return false;
		usleep_range(1000, 2000);
	}
	return true;
}

static bool served(struct hall *h, unsigned int id)
{
	return wait_for_completion_timeout(&h->user[id].done, PATIENCE);
}

static void first_come_first_served(struct kunit *test)
{
	struct hall *h = test->priv;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, ecc508a_turn_take(&h->chip.arb, NULL, false), 0);
	for (i = 0; i < USERS; i++)
		KUNIT_ASSERT_TRUE(test, join(h, i));
	KUNIT_EXPECT_EQ(test, atomic_read(&h->served), 0);
	ecc508a_turn_give(&h->chip.arb);
	for (i = 0; i < USERS; i++)
		KUNIT_ASSERT_TRUE(test, served(h, i));
	for (i = 0; i < USERS; i++) {
		KUNIT_EXPECT_EQ(test, h->user[i].ret, 0);
		KUNIT_EXPECT_EQ(test, h->order[i], i);
	}
	KUNIT_EXPECT_FALSE(test, h->chip.arb.busy);
}

/* Who has just had it cannot have it again before those who wait */
static void nobody_pushes_in(struct kunit *test)
{
	struct hall *h = test->priv;

	h->user[0].keeps = true;
	KUNIT_ASSERT_EQ(test, ecc508a_turn_take(&h->chip.arb, NULL, false), 0);
	KUNIT_ASSERT_TRUE(test, join(h, 0));
	ecc508a_turn_give(&h->chip.arb);
	/* handed over in that moment, whether user 0 has run since or not */
	KUNIT_EXPECT_EQ(test, ecc508a_turn_take(&h->chip.arb, NULL, true), -EAGAIN);
	KUNIT_ASSERT_TRUE(test, served(h, 0));
	ecc508a_turn_give(&h->chip.arb);
	KUNIT_EXPECT_EQ(test, ecc508a_turn_take(&h->chip.arb, NULL, true), 0);
	ecc508a_turn_give(&h->chip.arb);
}

static void not_waiting(struct kunit *test)
{
	struct hall *h = test->priv;

	KUNIT_EXPECT_EQ(test, ecc508a_turn_take(&h->chip.arb, NULL, true), 0);
	KUNIT_EXPECT_EQ(test, ecc508a_turn_take(&h->chip.arb, NULL, true), -EAGAIN);
	KUNIT_EXPECT_EQ(test, waiting(h), 0);
	ecc508a_turn_give(&h->chip.arb);
	KUNIT_EXPECT_FALSE(test, h->chip.arb.busy);
}

/* One leaves the queue because of a signal; those before and behind keep their places */
static void signal_while_waiting(struct kunit *test)
{
	struct hall *h = test->priv;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, ecc508a_turn_take(&h->chip.arb, NULL, false), 0);
	for (i = 0; i < 3; i++)
		KUNIT_ASSERT_TRUE(test, join(h, i));
	send_sig(SIGUSR1, h->user[1].task, 1);
	KUNIT_ASSERT_TRUE(test, served(h, 1));
	KUNIT_EXPECT_EQ(test, h->user[1].ret, -ERESTARTSYS);
	KUNIT_EXPECT_EQ(test, waiting(h), 2);
	ecc508a_turn_give(&h->chip.arb);
	KUNIT_ASSERT_TRUE(test, served(h, 0));
	KUNIT_ASSERT_TRUE(test, served(h, 2));
	KUNIT_EXPECT_EQ(test, h->order[0], 0);
	KUNIT_EXPECT_EQ(test, h->order[1], 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&h->served), 2);
	KUNIT_EXPECT_FALSE(test, h->chip.arb.busy);
}

static void the_chip_goes(struct kunit *test)
{
	struct hall *h = test->priv;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, ecc508a_turn_take(&h->chip.arb, NULL, false), 0);
	for (i = 0; i < USERS; i++)
		KUNIT_ASSERT_TRUE(test, join(h, i));
	ecc508a_arbiter_kill(&h->chip.arb);
	for (i = 0; i < USERS; i++) {
		KUNIT_ASSERT_TRUE(test, served(h, i));
		KUNIT_EXPECT_EQ(test, h->user[i].ret, -ENODEV);
	}
	KUNIT_EXPECT_EQ(test, waiting(h), 0);
	KUNIT_EXPECT_EQ(test, ecc508a_turn_take(&h->chip.arb, NULL, false), -ENODEV);
	KUNIT_EXPECT_EQ(test, ecc508a_turn_take(&h->chip.arb, NULL, true), -ENODEV);
	ecc508a_turn_give(&h->chip.arb);
	KUNIT_EXPECT_EQ(test, ecc508a_turn_take(&h->chip.arb, NULL, false), -ENODEV);
}

/* A session is a turn like others, but can be taken away */
static void sessions(struct kunit *test)
{
	struct hall *h = test->priv;
	struct ecc508a_file *a = &h->file[0], *b = &h->file[1];

	KUNIT_ASSERT_EQ(test, ecc508a_turn_take(&h->chip.arb, a, false), 0);
	KUNIT_EXPECT_TRUE(test, ecc508a_turn_is_session(&h->chip.arb, a));
	KUNIT_EXPECT_FALSE(test, ecc508a_turn_is_session(&h->chip.arb, b));
	h->user[0].session = b;
	h->user[0].keeps = true;
	KUNIT_ASSERT_TRUE(test, join(h, 0));

	KUNIT_EXPECT_FALSE(test, ecc508a_turn_revoke(&h->chip.arb, b));
	KUNIT_EXPECT_TRUE(test, ecc508a_turn_revoke(&h->chip.arb, NULL));
	KUNIT_EXPECT_TRUE(test, a->expired);
	KUNIT_ASSERT_TRUE(test, served(h, 0));
	KUNIT_EXPECT_TRUE(test, ecc508a_turn_is_session(&h->chip.arb, b));

	/* given back by its own file: not expired */
	KUNIT_EXPECT_TRUE(test, ecc508a_turn_revoke(&h->chip.arb, b));
	KUNIT_EXPECT_FALSE(test, b->expired);
	KUNIT_EXPECT_FALSE(test, ecc508a_turn_revoke(&h->chip.arb, NULL));
	KUNIT_EXPECT_FALSE(test, h->chip.arb.busy);
}

static struct kunit_case arbiter_cases[] = {
	KUNIT_CASE(first_come_first_served),
	KUNIT_CASE(nobody_pushes_in),
	KUNIT_CASE(not_waiting),
	KUNIT_CASE(signal_while_waiting),
	KUNIT_CASE(the_chip_goes),
	KUNIT_CASE(sessions),
	{}
};

static struct kunit_suite arbiter_suite = {
	.name = "ecc508a-arbiter",
	.init = hall_init,
	.test_cases = arbiter_cases,
};

kunit_test_suite(arbiter_suite);
