/* SPDX-License-Identifier: MIT */
/*
 * event.pml - events, from the sender to the guest's handler: none is lost.
 *
 * Two senders, on CPUs of their own, and one vCPU with two ports of the same
 * word, whose guest masks ports and upcalls, computes, and blocks.  Each step
 * below is one access to shared memory, in the order of the code that it
 * stands for: pv/shared_bits.h, core/event.c, core/sched.c (sched_kick, block),
 * and libhcall/event.c.  Memory is taken as in order, for these reasons:
 * setting bits is by locked instructions on both sides, and the one plain store
 * before a load (the guest's upcall mask) is of something that senders do not
 * read.
 *
 * What is shown: once the senders have ended, a vCPU that sleeps, or computes
 * with upcalls unmasked and no interrupt on its way, has no port pending that
 * is not masked; and who is woken has an upcall to take.  BREAK=n breaks one
 * rule, to see that the model notices.
 */
#ifndef BREAK
#define BREAK 0
#endif
#define PORTS	2
#define SENDS	2	/* of each sender */
#define TURNS	3	/* of the guest, before it sleeps for good */

bit pending[PORTS], masked[PORTS];	/* shared_info */
bit sel, upcall_pending, upcall_mask;	/* vcpu_info */
bool blocked;				/* the vCPU's state */
bool work;				/* its CPU is to look at its flags */
bool asleep, computing;			/* where the guest is, for the proof */
byte senders = 2;			/* that have not ended */

inline test_set(old, flag)
{
	d_step { old = flag; flag = 1 }
}

/* evt_mark(), evt_tell(), sched_kick() */
inline mark(old)
{
	test_set(old, sel);
	if
	:: !old ->
		test_set(old, upcall_pending);
		if
		:: !old ->
			if
			:: blocked ->
				d_step {
					if
					:: blocked -> blocked = false
					:: else
					fi
				}
			:: else -> work = true
			fi
		:: else
		fi
	:: else
	fi
}

inline send(p, old)
{
	if
	:: BREAK == 1 && masked[p] -> pending[p] = 1
	:: BREAK != 1 || !masked[p] ->
		test_set(old, pending[p]);
		if
		:: !old ->
			if
			:: BREAK == 1 || !masked[p] -> mark(old)
			:: else
			fi
		:: else
		fi
	fi
}

active [2] proctype sender()
{
	byte n;
	bit old;

	do
	:: n < SENDS ->
		if
		:: send(0, old)
		:: send(1, old)
		fi;
		n++
	:: else -> break
	od;
	senders--
}

/* The handler, with upcalls masked: hc_event_upcall(). */
inline serve(found, p)
{
	upcall_mask = 1;
	do
	:: upcall_pending ->
		if
		:: BREAK == 2 ->
			d_step { found = sel; sel = 0 };
			upcall_pending = 0
		:: else ->
			upcall_pending = 0;
			d_step { found = sel; sel = 0 }
		fi;
		p = 0;
		do
		:: found && p < PORTS ->
			if
			:: pending[p] && !masked[p] -> pending[p] = 0
			:: else
			fi;
			p++
		:: else -> break
		od
	:: else -> break
	od;
	upcall_mask = 0
}

/* The way back to the guest looks at the flags. */
inline way_out(found, p)
{
	work = false;
	do
	:: upcall_pending && !upcall_mask -> serve(found, p)
	:: else -> break
	od
}

/* SCHEDOP_block, and sleep. */
inline block(found, p)
{
	upcall_mask = 0;
	if
	:: !upcall_pending ->
		blocked = true;
		if
		:: BREAK != 3 && upcall_pending -> blocked = false
		:: else
		fi;
		asleep = true;
		!blocked;
		asleep = false
	:: else
	fi;
	way_out(found, p)
}

/* evt_unmask() */
inline unmask(q, old, found, p)
{
	masked[q] = 0;
	if
	:: BREAK != 4 && pending[q] -> mark(old)
	:: else
	fi;
	way_out(found, p)
}

active proctype guest()
{
	bit found, old;
	byte p, n;

	do
	:: n < TURNS ->
		n++;
		if
		:: masked[0] = 1
		:: masked[0] -> unmask(0, old, found, p)
		:: masked[1] = 1
		:: masked[1] -> unmask(1, old, found, p)
		:: upcall_mask = 1
		:: upcall_mask ->
			/* hc_upcalls_unmask(): the guest looks itself. */
			upcall_mask = 0;
			if
			:: upcall_pending -> serve(found, p)
			:: else
			fi
		:: !upcall_mask ->
			/* Until an interrupt, or long enough. */
			computing = true;
			if
			:: work
			:: senders == 0 && !work
			fi;
			computing = false;
			way_out(found, p)
		fi
	:: n == TURNS -> n++; block(found, p)
	:: n > TURNS -> block(found, p)
	od
}

/* Nothing else moves any more: what is left then stays so. */
active proctype proof()
{
	byte p;

end:	atomic {
		senders == 0 && ((asleep && blocked) ||
				 (computing && !work));
		p = 0;
		do
		:: p < PORTS ->
			assert(!pending[p] || masked[p]);
			p++
		:: else -> break
		od
	}
}
