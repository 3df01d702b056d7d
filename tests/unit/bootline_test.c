/* SPDX-License-Identifier: MIT */
/*
 * bootline_test.c - lines of modules, good and bad: which domains they make,
 * with what, and each refusal once.
 */
#include <bootline.h>
#include <string.h>
#include <tap.h>

static struct boot_info info;
static struct boot_domain doms[BOOT_MAX_MODULES], dom;
static const char *dom0_mem;

bool option_get(const char *name, char *buf, size_t size)
{
	if (strcmp(name, "dom0_mem") || !dom0_mem)
		return false;
	snprintf(buf, size, "%s", dom0_mem);
	return true;
}

static void fresh(void)
{
	memset(&info, 0, sizeof(info));
	dom0_mem = NULL;
}

static struct boot_module *add(const char *line)
{
	struct boot_module *m = &info.modules[info.nr_modules];

	m->line = line;
	info.nr_modules++;
	return m;
}

static u32 count(void)
{
	return bootline_parse(&info, doms);
}

static bool starts(u32 module)
{
	count();
	dom = doms[module];
	return dom.starts;
}

static void parse(u32 module)
{
	ok(starts(module), "the module is a domain");
}

/* The nth module must be refused, with these words; then all are removed. */
static void refused(u32 module, const char *words, const char *name)
{
	parse(module);
	ok(strstr(dom.why, words), name);
	if (!strstr(dom.why, words))
		printf("# it says: %s\n", dom.why);
	fresh();
}

/* A domain of one line must be refused. */
static void refuse(const char *line, const char *words)
{
	add(line);
	refused(0, words, line);
}

static void is_str(const char *got, const char *want, const char *name)
{
	if (!ok(!strcmp(got, want), name))
		printf("# got \"%s\", want \"%s\"\n", got, want);
}

static void test_bare(void)
{
	add("console=hvc0 mem=5 a=\"b  c\" -- x");
	is_eq(count(), 1, "one domain");
	parse(0);
	is_str(dom.why, "", "a line without a name is good");
	is_str(dom.cmdline, info.modules[0].line, "it is all the guest's");
	is_str(dom.name, "domain0", "its name is made up");
	is_eq(dom.id, 0, "it is domain 0");
	is_eq(dom.mem, 0, "with memory by default");
	is_eq(dom.vcpus, 1, "and one vCPU");
	is_eq(dom.ramdisk, NO_MODULE, "and no ramdisk");
	add("");
	parse(0);
	is_eq(dom.ramdisk, 1, "the second is its ramdisk");
	ok(!starts(1), "and no domain");
	is_eq(count(), 1, "still one domain");
	dom0_mem = "96M";
	parse(0);
	is_eq(dom.mem, 96 << 20, "dom0_mem= is its memory");
	dom0_mem = "96";
	refused(0, "dom0_mem=96", "dom0_mem= without a unit");
	add("");
	add("");
	add("what?");
	refused(2, "need no name=", "a third one");
	add("names=none");
	parse(0);
	is_str(dom.cmdline, "names=none", "name= it is, and not names=");
	fresh();
}

static void test_named(void)
{
	add("name=driver mem=64M vcpus=2 ramdisk=rd store=no --  a  -- b");
	add("name=rd");
	add(" \tname=web\tmem=3G  weight=512 cap=50 cpus=0,2-3,3,7");
	add("name=x.Y_9- ramdisk=rd mem=4096K --");
	is_eq(count(), 3, "three domains, one ramdisk");
	parse(0);
	is_str(dom.why, "", "the first is good");
	is_eq(dom.id, 0, "it is domain 0");
	is_str(dom.name, "driver", "its name");
	is_eq(dom.mem, 64 << 20, "its memory");
	is_eq(dom.vcpus, 2, "its vCPUs");
	is_eq(dom.ramdisk, 1, "its ramdisk");
	ok(dom.no_store, "it has no store");
	is_str(dom.cmdline, "a  -- b", "its own line begins after --");
	ok(!starts(1), "a ramdisk is no domain");
	parse(2);
	is_str(dom.why, "", "blanks do not matter");
	is_eq(dom.id, 1, "it is domain 1");
	is_eq(dom.mem, 3UL << 30, "with 3 GiB");
	is_eq(dom.share.weight, 512, "a weight");
	is_eq(dom.share.cap, 50, "a cap");
	is_eq(dom.share.cpus, 0x8d, "and some CPUs");
	ok(!dom.no_store, "and a store");
	is_str(dom.cmdline, "", "and no line of its own");
	parse(3);
	is_str(dom.why, "", "two may share a ramdisk");
	is_eq(dom.ramdisk, 1, "the same one");
	is_eq(dom.mem, 4 << 20, "kibibytes");
	add("bare");
	is_eq(count(), 4, "one without a name comes to it");
	parse(4);
	is_eq(dom.id, 0, "that one is domain 0");
	parse(0);
	is_eq(dom.id, 1, "and the first is now domain 1");
	parse(3);
	is_eq(dom.id, 3, "and the last domain 3");
	fresh();
}

static void test_count(void)
{
	add("name=zero");
	add("name=elevenchars count=500 mem=2M");
	add("name=last");
	is_eq(count(), 502, "two domains, and 500 of one module");
	parse(0);
	is_eq(dom.count, 1, "one without a number");
	parse(1);
	is_str(dom.why, "", "as many as can be");
	is_eq(dom.id, 1, "the first of them");
	is_eq(dom.count, 500, "and all of them");
	parse(2);
	is_eq(dom.id, 501, "the next has the number behind");
	fresh();
	add("name=a count=3 nonsense");
	add("name=b");
	parse(1);
	is_eq(dom.id, 3, "those that are refused keep their numbers");
	fresh();
	refuse("name=a count=0", "count=0: not a number from 1 to 500");
	refuse("name=a count=501", "count=501: not a number");
	refuse("name=a count=-1", "count=-1: not a number");
	refuse("name=a count=18446744073709551617", "not a number");
	refuse("name=a count=", "count=: not a number");
	refuse("name=a count=2 count=3", "count=3: unknown, or given twice");
	refuse("name=twelve-chars count=2", "count=2: its name is too long");
	refuse("name=a#1", "its name is not");
	add("name=a ramdisk=r");
	add("name=r count=2");
	refused(0, "has no settings", "a ramdisk is not counted");
}

static void test_refused(void)
{
	refuse("name=", "its name is not");
	refuse("name=sixteencharacter", "its name is not");
	refuse("name=a/b", "its name is not");
	refuse("name=a\x1b[2J", "its name is not");
	refuse("name=a memory=1M", "memory=1M: unknown, or");
	refuse("name=a quiet", "quiet: unknown, or");
	refuse("name=a weight", "weight: unknown, or");
	refuse("name=a =", "=: unknown, or");
	refuse("name=a mem=", "mem=: not a number");
	refuse("name=a mem=0M", "mem=0M: not a number");
	refuse("name=a mem=64", "mem=64: not a number");
	refuse("name=a mem=64MB", "mem=64MB: not a number");
	refuse("name=a mem=-1M", "mem=-1M: not a number");
	refuse("name=a mem=1.5G", "not a number");
	refuse("name=a mem=4398046511105K", "not a number");
	refuse("name=a mem=4194305G", "not a number");
	refuse("name=a mem=18446744073709551617M", "not a number");
	refuse("name=a mem=1M mem=1M", "mem=1M: unknown, or given twice");
	refuse("name=a vcpus=0", "vcpus=0: not a number");
	refuse("name=a vcpus=33", "vcpus=33: not a number");
	refuse("name=a vcpus=1x", "vcpus=1x: not a number");
	refuse("name=a vcpus=x", "vcpus=x: not a number");
	refuse("name=a weight=0", "weight=0: not a number");
	refuse("name=a weight=65536", "weight=65536: not a number");
	refuse("name=a cap=801", "cap=801: not a number");
	refuse("name=a cap=0", "cap=0: not a number");
	refuse("name=a cap=1 cap=2", "cap=2: unknown, or given twice");
	refuse("name=a cpus=", "cpus=: not CPUs");
	refuse("name=a cpus=8", "cpus=8: not CPUs");
	refuse("name=a cpus=3-1", "cpus=3-1: not CPUs");
	refuse("name=a cpus=1-8", "cpus=1-8: not CPUs");
	refuse("name=a cpus=0,", "cpus=0,: not CPUs");
	refuse("name=a cpus=0 cpus=1", "cpus=1: unknown, or given twice");
	refuse("name=a vcpus=1 vcpus=1", "vcpus=1: unknown, or given twice");
	refuse("name=a store=yes", "store=yes: unknown");
	refuse("name=a ramdisk=b", "no module has that name");
	refuse("name=a ramdisk=", "ramdisk=: not a name");
	refuse("name=a ramdisk=a", "a ramdisk has no settings");
}

static void test_together(void)
{
	add("name=a");
	add("name=a");
	parse(0);
	is_str(dom.why, "", "the first one of a name");
	refused(1, "module 1 has that name", "a second one of a name");
	add("name=a ramdisk=domain0");
	add("bare");
	refused(0, "no module has that name", "a ramdisk without a name");
	add("name=domain0");
	add("bare");
	refused(0, "module 2 has that name", "domain 0's made-up name");
	add("name=domain0");
	parse(0);
	is_str(dom.why, "", "which is good otherwise");
	fresh();
	add("name=a ramdisk=r ramdisk=r");
	add("name=r");
	refused(0, "ramdisk=r: unknown, or given twice", "two ramdisks");
	add("name=a ramdisk=r");
	add("name=r mem=1M");
	refused(0, "has no settings", "a ramdisk with settings");
	add("name=a ramdisk=b");
	add("name=b ramdisk=a");
	refused(1, "has no settings", "each the other's ramdisk");
	add("name=a ramdisk=r");
	add("name=r");
	add("name=r");
	refused(0, "several modules", "two ramdisks of one name");
	add("name=a nonsense");
	add("name=b");
	parse(1);
	is_eq(dom.id, 1, "a refused one keeps its number");
	fresh();
	add("name=a")->bad = "beyond the end of RAM";
	refused(0, "module 1: beyond the end", "a module that boot refused");
	add("name=a ramdisk=r");
	add("name=r")->bad = "empty";
	refused(0, "module 2: empty", "or a ramdisk");
}

static void test_long(void)
{
	static char line[100000];
	u32 i;

	memset(line, 'x', sizeof(line) - 1);
	memcpy(line, "name=", 5);
	refuse(line, "its name is not");
	memcpy(line, "name=a ", 7);
	refuse(line, "xxx: unknown, or");
	memcpy(line, "name=a --", 9);
	line[9] = ' ';
	add(line);
	parse(0);
	is_eq(strlen(dom.cmdline), sizeof(line) - 11, "a long guest's line");
	fresh();
	for (i = 0; i < BOOT_MAX_MODULES; i++)
		add("name=a ramdisk=a");
	is_eq(count(), BOOT_MAX_MODULES, "all bad modules");
	refused(63, "module 1 has", "and the last of them");
}

int main(void)
{
	u64 n;

	test_bare();
	test_named();
	test_count();
	test_refused();
	test_together();
	test_long();
	ok(bootline_size("4194304G", &n) && n == 1UL << 52, "4 PiB");
	ok(!bootline_size("", &n), "nothing is no size");
	return tap_done();
}
