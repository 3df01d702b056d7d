/* SPDX-License-Identifier: MIT */
/*
 * printk.c - the hypervisor's own messages, the ring that keeps the last of
 * them, and the devices that show them.
 *
 * Works from the first instruction of C on: everything is static, and without
 * a device messages wait in the ring for the first one.  console_lock keeps
 * lines whole; a panic takes no lock, as its holder may be who panicked.
 */
#include <console.h>
#include <domain.h>
#include <lib.h>
#include <lock.h>
#include <machine.h>
#include <printk.h>

#define RING_SIZE	16384		/* a power of two */
#define LINE_SIZE	256
#define MAX_DEVICES	3
#define PREFIX		"Sluice: "

static char ring[RING_SIZE];
static u64 ring_end;			/* characters ever written */
static const struct console_dev *devices[MAX_DEVICES];
static u32 nr_devices;
static enum log_level shown_level =
	IS_ENABLED(CONFIG_DEBUG_FAIL) ? LOG_DEBUG : LOG_INFO;
static bool at_line_start = true, broken;
static spinlock_t console_lock = SPINLOCK(RANK_CONSOLE);

static bool lock(void)
{
	if (broken)
		return false;
	spin_lock(&console_lock);
	return true;
}

static void unlock(bool locked)
{
	if (locked)
		spin_unlock(&console_lock);
}

static void ring_put(const char *s, size_t n)
{
	while (n--)
		ring[ring_end++ % RING_SIZE] = *s++;
}

static void devices_write(const char *s, size_t n)
{
	u32 i;

	for (i = 0; i < nr_devices; i++)
		devices[i]->write(s, n);
}

/* From where on the ring is shown: the line that begins at or after start. */
static void ring_show(u64 start)
{
	u64 oldest = ring_end > RING_SIZE ? ring_end - RING_SIZE : 0;

	start = MAX(start, oldest);
	while (start && start < ring_end &&
	       ring[(start - 1) % RING_SIZE] != '\n')
		start++;
	for (; start < ring_end; start++)
		devices_write(&ring[start % RING_SIZE], 1);
}

void console_add(const struct console_dev *dev)
{
	bool locked = lock();

	if (nr_devices < MAX_DEVICES) {
		devices[nr_devices++] = dev;
		if (nr_devices == 1)
			ring_show(0);
	}
	unlock(locked);
}

void console_replace(const struct console_dev *from,
		     const struct console_dev *to)
{
	u32 i;

	for (i = 0; i < nr_devices; i++)
		if (devices[i] == from)
			devices[i] = to;
}

void console_remove_all(void)
{
	nr_devices = 0;
}

void console_write(const char *s, size_t n)
{
	bool locked = lock();

	if (n) {
		devices_write(s, n);
		at_line_start = s[n - 1] == '\n';
	}
	unlock(locked);
}

void console_write_line(const char *s, size_t n)
{
	bool locked = lock();

	if (!at_line_start)
		devices_write("\n", 1);
	devices_write(s, n);
	at_line_start = true;
	unlock(locked);
}

void printk_level(enum log_level level)
{
	shown_level = level;
}

void printk(enum log_level level, const char *fmt, ...)
{
	char line[LINE_SIZE];
	__builtin_va_list ap;
	bool locked;
	size_t n;

	__builtin_va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	__builtin_va_end(ap);
	if (n >= sizeof(line)) {
		n = sizeof(line) - 1;
		line[n - 1] = '\n';
	}
	locked = lock();
	if (!broken) {
		ring_put(PREFIX, sizeof(PREFIX) - 1);
		ring_put(line, n);
	}
	if (level <= shown_level) {
		/* A guest's unfinished line is not ours to go on with. */
		if (!at_line_start)
			devices_write("\n", 1);
		devices_write(PREFIX, sizeof(PREFIX) - 1);
		devices_write(line, n);
		at_line_start = n && line[n - 1] == '\n';
	}
	unlock(locked);
}

void printk_panic(void)
{
	broken = true;
}

void printk_last(size_t chars)
{
	static const char head[] = "last messages:\n";
	u64 end = ring_end;

	devices_write(PREFIX, sizeof(PREFIX) - 1);
	devices_write(head, sizeof(head) - 1);
	ring_show(end > chars ? end - chars : 0);
}

/* Tells calls, sub-operations and MSRs apart, but not pointers. */
static u64 asked(const struct regs *r)
{
	return r->rcx ^ MIN(r->rdi, 256) << 40 ^ MIN(r->rax, 64) << 52;
}

/*
 * Was this message among the last?  Two that share a place push each other out,
 * and a race shows a message twice: neither matters.
 */
static bool seen(const char *file, int line, u64 what)
{
	static u64 last[64];
	u64 key = ((u64)file ^ what) * 64 + line, *at = &last[key % 61];

	if (READ_ONCE(*at) == key)
		return true;
	WRITE_ONCE(*at, key);
	return false;
}

void fail_log(int err, const char *file, int line)
{
	const struct regs *r = guest_regs();
	const struct vcpu *v = current();
	u32 id = v ? v->domain->id : DOMID_MAX;

	if (shown_level < LOG_DEBUG || seen(file, line, asked(r) ^ id))
		return;
	printk(LOG_DEBUG, "%s:%d: error %d for domain %u at %lx, rax %lx "
	       "rcx %lx rdi %lx rsi %lx\n", file, line, -err, id, r->rip,
	       r->rax, r->rcx, r->rdi, r->rsi);
}
