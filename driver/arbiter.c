// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Whose turn it is.  A mutex would let the one who has just had the chip take it again
 * before those who wait; here the turn is handed to the first in the queue, so with N users
 * nobody waits for more than N - 1 sequences.
 */
#include <linux/poll.h>
#include <linux/sched/signal.h>

#include "core.h"
#include "trace.h"

/* Who polls asks for any of them */
#define FREE (EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM)

static void trace_turn(struct ecc508a_arbiter *arb, pid_t pid, enum ecc508a_turn_event event)
{
	struct ecc508a_chip *chip = container_of(arb, struct ecc508a_chip, arb);

	trace_ecc508a_turn(chip->index, pid, event, arb->session, arb->waiting);
}

void ecc508a_arbiter_init(struct ecc508a_arbiter *arb)
{
	spin_lock_init(&arb->lock);
	INIT_LIST_HEAD(&arb->queue);
	init_waitqueue_head(&arb->poll);
}

/* Under arb->lock: the turn is free, give it to the first in the queue */
static void hand_over(struct ecc508a_arbiter *arb)
{
	struct ecc508a_turn *next;

	trace_turn(arb, 0, ECC508A_TURN_OVER);
	arb->session = NULL;
	next = list_first_entry_or_null(&arb->queue, struct ecc508a_turn, node);
	arb->busy = !!next;
	if (!next)
		return;
	list_del_init(&next->node);
	arb->waiting--;
	arb->session = next->file;
	trace_turn(arb, next->pid, ECC508A_TURN_HAS);
	complete(&next->granted);
}

/**
 * ecc508a_turn_take() - wait for the chip
 * @arb:      the chip's arbiter
 * @session:  the file that wants a session, NULL for one sequence
 * @nonblock: do not wait
 *
 * Return: 0, -EAGAIN, -ENODEV, or -ERESTARTSYS if a signal came first.
 */
int ecc508a_turn_take(struct ecc508a_arbiter *arb, struct ecc508a_file *session, bool nonblock)
{
	struct ecc508a_turn turn = { .file = session, .pid = task_pid_nr(current) };
	bool mine;
	int ret;

	init_completion(&turn.granted);
	INIT_LIST_HEAD(&turn.node);

	spin_lock(&arb->lock);
	if (arb->dead) {
		spin_unlock(&arb->lock);
		return -ENODEV;
	}
	if (!arb->busy) {
		arb->busy = true;
		arb->session = session;
		trace_turn(arb, turn.pid, ECC508A_TURN_HAS);
		spin_unlock(&arb->lock);
		return 0;
	}
	if (nonblock) {
		spin_unlock(&arb->lock);
		return -EAGAIN;
	}
	list_add_tail(&turn.node, &arb->queue);
	arb->waiting++;
	trace_turn(arb, turn.pid, ECC508A_TURN_WAITS);
	spin_unlock(&arb->lock);

	ret = wait_for_completion_interruptible(&turn.granted);
	if (!ret)
		return turn.ret;

	/* A signal, and perhaps the turn at the same moment: then pass it on, unless revoked. */
	spin_lock(&arb->lock);
	mine = list_empty(&turn.node) && !turn.ret && (!session || arb->session == session);
	if (!list_empty(&turn.node)) {
		list_del(&turn.node);
		arb->waiting--;
		trace_turn(arb, turn.pid, ECC508A_TURN_LEAVES);
	} else if (mine) {
		hand_over(arb);
	}
	spin_unlock(&arb->lock);
	if (mine)
		wake_up_interruptible_poll(&arb->poll, FREE);
	return turn.ret ?: -ERESTARTSYS;
}

/* The turn is over */
void ecc508a_turn_give(struct ecc508a_arbiter *arb)
{
	spin_lock(&arb->lock);
	hand_over(arb);
	spin_unlock(&arb->lock);
	wake_up_interruptible_poll(&arb->poll, FREE);
}

bool ecc508a_turn_is_session(struct ecc508a_arbiter *arb, const struct ecc508a_file *file)
{
	bool ret;

	spin_lock(&arb->lock);
	ret = arb->session == file;
	spin_unlock(&arb->lock);
	return ret;
}

/**
 * ecc508a_turn_revoke() - end a session
 * @arb:  the chip's arbiter
 * @file: whose, or NULL: whoever's it is, and the file is to know that it was not he
 *
 * Under chip->lock, so that no sequence is under way.
 * Return: whether there was one.
 */
bool ecc508a_turn_revoke(struct ecc508a_arbiter *arb, const struct ecc508a_file *file)
{
	bool ret = false;

	spin_lock(&arb->lock);
	if (arb->session && (!file || arb->session == file)) {
		if (!file)
			arb->session->expired = true;
		hand_over(arb);
		ret = true;
	}
	spin_unlock(&arb->lock);
	if (ret)
		wake_up_interruptible_poll(&arb->poll, FREE | EPOLLPRI);
	return ret;
}

/* The chip goes away: nobody waits any more, nobody comes any more */
void ecc508a_arbiter_kill(struct ecc508a_arbiter *arb)
{
	struct ecc508a_turn *turn, *next;

	spin_lock(&arb->lock);
	arb->dead = true;
	list_for_each_entry_safe(turn, next, &arb->queue, node) {
		list_del_init(&turn->node);
		turn->ret = -ENODEV;
		complete(&turn->granted);
	}
	arb->waiting = 0;
	spin_unlock(&arb->lock);
	wake_up_interruptible_poll(&arb->poll, EPOLLHUP | EPOLLERR);
}
