// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "queue.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

int queue_init(struct queue *q)
{
	pthread_mutex_init(&q->lock, NULL);
	q->head = NULL;
	q->tail = &q->head;
	q->count = 0;
	q->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return q->fd < 0 ? -errno : 0;
}

/* An eventfd of ours can neither be full nor go away: nothing to do about a failure. */
static void queue_signal(struct queue *q)
{
	uint64_t one = 1;
	ssize_t n = write(q->fd, &one, sizeof(one));

	(void)n;
}

static void queue_quiet(struct queue *q)
{
	uint64_t count;
	ssize_t n = read(q->fd, &count, sizeof(count));

	(void)n;
}

void queue_put(struct queue *q, void *item)
{
	struct queue_item *i = item;

	i->next = NULL;
	pthread_mutex_lock(&q->lock);
	*q->tail = i;
	q->tail = &i->next;
	if (!q->count++)
		queue_signal(q);
	pthread_mutex_unlock(&q->lock);
}

void *queue_get(struct queue *q)
{
	struct queue_item *i;

	pthread_mutex_lock(&q->lock);
	i = q->head;
	if (i) {
		q->head = i->next;
		if (!q->head) {
			q->tail = &q->head;
			queue_quiet(q);
		}
		q->count--;
	}
	pthread_mutex_unlock(&q->lock);
	return i;
}

size_t queue_count(struct queue *q)
{
	size_t n;

	pthread_mutex_lock(&q->lock);
	n = q->count;
	pthread_mutex_unlock(&q->lock);
	return n;
}

void queue_destroy(struct queue *q)
{
	void *i;

	if (q->fd < 0)
		return;
	while ((i = queue_get(q)))
		free(i);
	close(q->fd);
	pthread_mutex_destroy(&q->lock);
}
