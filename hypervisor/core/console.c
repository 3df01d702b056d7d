/* SPDX-License-Identifier: MIT */
/*
 * console.c - what guests print, and what is typed.
 *
 * Domain 0's output goes to the devices as it comes, so that a prompt shows.
 * Any other domain's goes there by whole lines that carry the domain's name,
 * without control characters: it can neither imitate another domain's lines
 * nor the hypervisor's, nor send commands to the terminal.  Input is domain
 * 0's.
 *
 * guest_lock guards the unfinished lines and the input ring; printk.c's lock
 * comes after it.
 */
#include <console.h>
#include <debug.h>
#include <domain.h>
#include <lib.h>
#include <lock.h>
#include <printk.h>
#include <timer.h>

/*
 * What a domain may show: this much at once, and 4000 characters a second, of
 * the 11,000 that the serial line takes.
 */
#define BURST		65536u
#define PER_MS		4u

static spinlock_t guest_lock = SPINLOCK(RANK_GUESTOUT);
static char input[CONSOLE_INPUT];
static u32 input_start, input_end;	/* run freely */

/* May a domain show n characters more? */
static bool pay_locked(struct guest_console *c, u32 n)
{
	u64 ms = time_now() / (NSEC_PER_SEC / 1000);

	c->spent -= MIN(c->spent, (ms - c->forgiven) * PER_MS);
	c->forgiven = ms;
	if (c->spent + n > BURST)
		return false;
	c->spent += n;
	return true;
}

/* Cut off, not held back: a guest must not have to wait for its console. */
static void line_show_locked(struct domain *d)
{
	struct guest_console *c = &d->console;
	char text[DOMAIN_NAME_LEN + 2 + CONSOLE_LINE + 1];
	int n;

	c->line[c->len] = '\0';
	c->len = 0;
	n = snprintf(text, sizeof(text), "%s: %s\n", d->name, c->line);
	if (!pay_locked(c, n)) {
		c->lost++;
		return;
	}
	if (c->lost)
		printk(LOG_WARN, "domain %u (%s): %u lines were too many\n",
		       d->id, d->name, c->lost);
	c->lost = 0;
	console_write_line(text, n);
}

/* True when that made a line, which was shown. */
static bool put_locked(struct domain *d, char ch)
{
	struct guest_console *c = &d->console;

	if ((ch >= ' ' && ch <= '~') || ch == '\t')
		c->line[c->len++] = ch;
	if (ch != '\n' && c->len < CONSOLE_LINE)
		return false;
	line_show_locked(d);
	return true;
}

size_t console_guest_write(struct domain *d, const char *s, size_t n)
{
	size_t i = 0;

	if (d->privileged || READ_ONCE(d->console.raw)) {
		console_write(s, n);
		return n;
	}
	spin_lock(&guest_lock);
	while (i < n && !put_locked(d, s[i++]))
		;
	spin_unlock(&guest_lock);
	return i;
}

void console_guest_flush(struct domain *d)
{
	spin_lock(&guest_lock);
	if (d->console.len)
		line_show_locked(d);
	spin_unlock(&guest_lock);
}

void console_input(char c)
{
	if (IS_ENABLED(CONFIG_DEBUG_KEYS) && debug_key(c))
		return;
	spin_lock(&guest_lock);
	/* When nobody reads, what is typed last is lost. */
	if (input_end - input_start < CONSOLE_INPUT)
		input[input_end++ % CONSOLE_INPUT] = c;
	spin_unlock(&guest_lock);
	pv_console_input();
}

size_t console_guest_read(struct domain *d, char *s, size_t n)
{
	size_t i = 0;

	if (!d->privileged)
		return 0;
	spin_lock(&guest_lock);
	while (i < n && input_start != input_end)
		s[i++] = input[input_start++ % CONSOLE_INPUT];
	spin_unlock(&guest_lock);
	return i;
}
