/* SPDX-License-Identifier: MIT */
/*
 * line.c - a line from the console, with editing and a history.
 *
 * Understands the keys of a VT100: arrows, home, end, delete, backspace, and
 * control A, E, B, F, P, N, K, U, L, C.  One reader at a time: the mutex.
 */
#include <arch.h>
#include <console.h>
#include <thread.h>

#define HISTORY		16
#define LINE_MAX	128
#define ESCAPE_WAIT	(50 * NSEC_PER_MSEC)

#define CTRL(c)		((c) & 0x1f)
#define KEY_ESCAPE	0x1b
#define KEY_BACKSPACE	0x7f
#define KEY_DELETE	0x100
#define KEY_NONE	0x101

struct line {
	const char *prompt;
	char *text;
	size_t size, len, at;
	unsigned int back;	/* how far back in the history; 0: new */
};

static char history[HISTORY][LINE_MAX];
static unsigned int history_count;
static struct mutex reading = MUTEX(reading);

/* The key that sends "ESC [ c" or "ESC [ n ~". */
static int key_of_escape(int c)
{
	switch (c) {
	case 'A':
		return CTRL('P');
	case 'B':
		return CTRL('N');
	case 'C':
		return CTRL('F');
	case 'D':
		return CTRL('B');
	case 'H': case '1': case '7':
		return CTRL('A');
	case 'F': case '4': case '8':
		return CTRL('E');
	case '3':
		return KEY_DELETE;
	default:
		return KEY_NONE;
	}
}

/* A key, or -1 if the reader is to stop. */
static int key_get(void)
{
	int c = console_get(NEVER), key;

	if (c != KEY_ESCAPE)
		return c;
	c = console_get(arch->time() + ESCAPE_WAIT);
	if (c != '[' && c != 'O')
		return KEY_NONE;
	c = console_get(arch->time() + ESCAPE_WAIT);
	key = key_of_escape(c);
	/* A number goes up to the tilde. */
	while (c >= '0' && c <= '9')
		c = console_get(arch->time() + ESCAPE_WAIT);
	return key;
}

/* All of it anew; the cursor goes left to its place. */
static void redraw(const struct line *l)
{
	cprintf("\r%s", l->prompt);
	console_put(l->text, l->len);
	console_put("\033[K", 3);
	if (l->at < l->len)
		cprintf("\033[%luD", l->len - l->at);
}

static void insert(struct line *l, char c)
{
	if (l->len + 1 >= l->size)
		return;
	memmove(l->text + l->at + 1, l->text + l->at, l->len - l->at);
	l->text[l->at++] = c;
	l->len++;
	if (l->at == l->len)
		console_put(&c, 1);
	else
		redraw(l);
}

/* The character at the cursor. */
static void delete(struct line *l)
{
	if (l->at == l->len)
		return;
	l->len--;
	memmove(l->text + l->at, l->text + l->at + 1, l->len - l->at);
	redraw(l);
}

static void set(struct line *l, const char *text)
{
	l->len = min(strlen(text), l->size - 1);
	memcpy(l->text, text, l->len);
	l->at = l->len;
	redraw(l);
}

static void recall(struct line *l, unsigned int back)
{
	if (back > min(history_count, HISTORY + 0U))
		return;
	l->back = back;
	set(l, back ? history[(history_count - back) % HISTORY] : "");
}

static void remember(const struct line *l)
{
	char *last = history[(history_count + HISTORY - 1) % HISTORY];

	if (!l->len || (history_count && !strcmp(last, l->text)))
		return;
	strcopy(history[history_count++ % HISTORY], l->text, LINE_MAX);
}

static void edit(struct line *l, int key)
{
	switch (key) {
	case CTRL('A'):
		l->at = 0;
		break;
	case CTRL('E'):
		l->at = l->len;
		break;
	case CTRL('B'):
		l->at -= l->at > 0;
		break;
	case CTRL('F'):
		l->at += l->at < l->len;
		break;
	case CTRL('K'):
		l->len = l->at;
		break;
	case CTRL('U'):
	case CTRL('C'):
		l->len = l->at = 0;
		break;
	case CTRL('L'):
		console_put("\033[H\033[2J", 7);
		break;
	default:
		return;
	}
	redraw(l);
}

static void handle(struct line *l, int key)
{
	if (key >= ' ' && key < KEY_BACKSPACE) {
		insert(l, key);
	} else if (key == KEY_DELETE) {
		delete(l);
	} else if (key == KEY_BACKSPACE || key == CTRL('H')) {
		if (l->at) {
			l->at--;
			delete(l);
		}
	} else if (key == CTRL('P')) {
		recall(l, l->back + 1);
	} else if (key == CTRL('N') && l->back) {
		recall(l, l->back - 1);
	} else {
		edit(l, key);
	}
}

size_t line_read(const char *prompt, char *line, size_t size)
{
	struct line l = { .prompt = prompt, .text = line, .size = size };
	int key;

	mutex_lock(&reading);
	console_put(prompt, strlen(prompt));
	do {
		key = key_get();
		if (key != '\r' && key != '\n' && key >= 0)
			handle(&l, key);
	} while (key != '\r' && key != '\n' && key >= 0);
	console_put("\n", 1);
	line[l.len] = 0;
	remember(&l);
	mutex_unlock(&reading);
	return l.len;
}
