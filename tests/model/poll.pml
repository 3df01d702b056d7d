/* SPDX-License-Identifier: MIT */
/*
 * poll.pml - SCHEDOP_poll, from the sender to the vCPU that waits: no wake-up is
 * lost, also if one poll follows another at once.
 *
 * Two senders, on CPUs of their own, and one vCPU that polls for one port or for
 * any, takes what is pending, and polls again; its upcalls are masked, which
 * event.pml is about.  Each step is one access to shared memory, in the order
 * of pv/op_sched.c (op_poll), core/event.c (evt_poll_begin, evt_poll_end,
 * wake_pollers) and core/sched.c (sched_kick, wake).  All stores before loads
 * that matter are locked operations there, so memory is taken as in order.
 *
 * What is shown: once the senders have ended, a vCPU that sleeps in a poll has
 * none of the ports pending that it waits for.  BREAK=n breaks one rule.
 */
#ifndef BREAK
#define BREAK 0
#endif
#define SENDS	2	/* of each sender */
#define TURNS	2	/* polls, before the one for good */
#define ANY	3	/* else the port + 1 */

bit pending[2];				/* shared_info */
bit pollers;				/* the vCPU's bit of the domain's */
byte poll_port;				/* what it waits for */
bool blocked;				/* its state */
bool locked;				/* its queue */
bool asleep;				/* where it is, for the proof */
byte senders = 2;

inline lock()
{
	atomic { !locked -> locked = true }
}

inline poll_end()
{
	pollers = 0;
	poll_port = 0
}

/* sched_kick(), wake() */
inline kick(woke)
{
	if
	:: blocked ->
		lock();
		d_step { woke = blocked; blocked = false };
		if
		:: woke -> poll_end()
		:: else
		fi;
		locked = false
	:: else
	fi
}

inline tell(p, which, woke)
{
	which = poll_port;
	if
	:: which == ANY || which == p + 1 -> kick(woke)
	:: else
	fi
}

inline send(p, old, which, woke)
{
	if
	:: BREAK == 1 ->
		which = pollers;
		d_step { old = pending[p]; pending[p] = 1 };
		if
		:: !old && which -> tell(p, which, woke)
		:: else
		fi
	:: BREAK != 1 ->
		d_step { old = pending[p]; pending[p] = 1 };
		if
		:: !old && pollers -> tell(p, which, woke)
		:: else
		fi
	fi
}

active [2] proctype sender()
{
	byte n, p, which;
	bit old;
	bool woke;

	do
	:: n < SENDS ->
		if
		:: p = 0
		:: p = 1
		fi;
		send(p, old, which, woke);
		n++
	:: else -> break
	od;
	senders--
}

/* Each port that is polled for, one after the other. */
inline look(which, found)
{
	found = false;
	if
	:: which != 2 && pending[0] -> found = true
	:: which != 2 && !pending[0]
	:: which == 2
	fi;
	if
	:: which != 1 && pending[1] -> found = true
	:: which != 1 && !pending[1]
	:: which == 1
	fi
}

/*
 * sched_block() asks for a choice on the way out, which takes the queue's lock:
 * so whoever wakes us has ended this poll before we can begin another.
 */
inline way_out()
{
	if
	:: BREAK == 3 && !blocked
	:: BREAK != 3 || blocked ->
		lock();
		if
		:: blocked ->
			asleep = true;
			locked = false;
			/* Woken, it is in a queue when the lock is let go. */
			atomic { !blocked && !locked -> asleep = false }
		:: else -> locked = false
		fi
	fi
}

inline poll(which, found)
{
	if
	:: BREAK == 2 -> look(which, found)
	:: else
	fi;
	poll_port = which;
	pollers = 1;
	blocked = true;
	if
	:: BREAK != 2 -> look(which, found)
	:: else
	fi;
	if
	:: found ->
		blocked = false;
		poll_end()
	:: else
	fi;
	way_out()
}

active proctype guest()
{
	byte which, n;
	bool found;

	do
	:: n <= TURNS ->
		n++;
		if
		:: which = 1
		:: which = 2
		:: which = ANY
		fi;
		poll(which, found);
		/* The guest takes what it polled for. */
		if
		:: which != 2 -> pending[0] = 0
		:: else
		fi;
		if
		:: which != 1 -> pending[1] = 0
		:: else
		fi
	:: n > TURNS -> poll(ANY, found); pending[0] = 0; pending[1] = 0
	od
}

active proctype proof()
{
end:	atomic {
		senders == 0 && asleep && blocked;
		assert(!(poll_port != 2 && pending[0]));
		assert(!(poll_port != 1 && pending[1]))
	}
}
