// What an image's author could put into it. Compiled by the tests (static), run in containers by name.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Looks into every other process that appears in this container's /proc, for so many rounds, and prints what no process of
// the container has: another root, another environment, a program or a descriptor of the engine's. One line a kind.
static int watch(long rounds, const char *secret) {
    struct stat root, other;
    char path[PATH_MAX], text[65536];
    long seen = 0;
    int told[4] = {0};
    stat("/", &root);
    pid_t self = getpid();
    for (long round = 0; round < rounds || access("/stop", F_OK) != 0; round++) {
        for (pid_t pid = 2; pid < 400; pid++) {
            if (pid == self) continue;
            snprintf(path, sizeof path, "/proc/%d/root", pid);
            if (stat(path, &other) != 0) continue;
            seen++;
            if ((other.st_dev != root.st_dev || other.st_ino != root.st_ino) && !told[0]++)
                printf("root of %d is another\n", pid);
            snprintf(path, sizeof path, "/proc/%d/exe", pid);
            ssize_t got = readlink(path, text, sizeof text - 1);
            if (got > 0) {
                text[got] = 0;
                // The helper has no path that leads anywhere; the programs of the image have one in it.
                if (strncmp(text, "/memfd:dockwalk-init", 20) && strncmp(text, "/bin/", 5) && !told[1]++)
                    printf("exe of %d is %s\n", pid, text);
            }
            snprintf(path, sizeof path, "/proc/%d/mem", pid);
            int mem = open(path, O_RDONLY), maps;
            snprintf(path, sizeof path, "/proc/%d/maps", pid);
            if (mem >= 0 && (maps = open(path, O_RDONLY)) >= 0) {
                static char table[1 << 16];
                ssize_t length = read(maps, table, sizeof table - 1);
                if (length > 0) {
                    table[length] = 0;
                    for (char *line = strtok(table, "\n"); line; line = strtok(NULL, "\n")) {
                        unsigned long from, to;
                        if (sscanf(line, "%lx-%lx rw", &from, &to) != 2) continue;
                        for (; from < to; from += sizeof text) {
                            size_t want = to - from < sizeof text ? to - from : sizeof text;
                            ssize_t n = pread(mem, text, want, from);
                            if (n > 0 && memmem(text, n, secret, strlen(secret)) && !told[2]++)
                                printf("memory of %d holds the secret\n", pid);
                            if (n <= 0) break;
                        }
                    }
                }
                close(maps);
            }
            if (mem >= 0) close(mem);
            snprintf(path, sizeof path, "/proc/%d/fd", pid);
            DIR *dir = opendir(path);
            for (struct dirent *entry; dir && (entry = readdir(dir));) {
                char name[PATH_MAX + 32];
                if (entry->d_name[0] == '.') continue;
                snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
                got = readlink(name, text, sizeof text - 1);
                if (got <= 0) continue;
                text[got] = 0;
                // What the command opens that ends this is its own.
                if (!strcmp(text, "/stop")) continue;
                if (strncmp(text, "pipe:", 5) && strncmp(text, "socket:", 7) && strncmp(text, "/dev/", 5) && !told[3]++)
                    printf("descriptor %s of %d is %s\n", entry->d_name, pid, text);
            }
            if (dir) closedir(dir);
        }
    }
    printf("looked %ld times\n", seen);
    return 0;
}

// Exchanges two names for so many rounds, and says when.
static int swap(const char *a, const char *b, long rounds) {
    long done = 0;
    for (long round = 0; round < rounds || access("/stop", F_OK) != 0; round++)
        done += syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2 /* RENAME_EXCHANGE */) == 0;
    printf("exchanged %ld times\n", done);
    return 0;
}

// Sends a signal to every other process here, for ever: one that joins is hit in its first moments.
static int everybody(int number) {
    for (;;) kill(-1, number);
}

// Does what it can to live on: no death signal, a session of its own, no parent.
static int survive(void) {
    for (int generation = 0; generation < 2; generation++) {
        prctl(PR_SET_PDEATHSIG, 0);
        signal(SIGHUP, SIG_IGN);
        signal(SIGTERM, SIG_IGN);
        if (fork() == 0) setsid();
    }
    puts("living");
    fflush(stdout);
    for (;;) pause();
}

// The serial number of the session keyring: whose it is.
static int keyring(void) {
    printf("%ld\n", syscall(SYS_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -3 /* KEY_SPEC_SESSION_KEYRING */, 0));
    return 0;
}

int main(int argc, char **argv) {
    // As the interpreter of another program it is given that program's arguments: it tells what it has become part of.
    char text[PATH_MAX] = {0};
    if (argc > 2 && !strcmp(argv[1], "watch")) return watch(atol(argv[2]), argv[3]);
    if (argc > 4 && !strcmp(argv[1], "swap")) return swap(argv[2], argv[3], atol(argv[4]));
    if (argc > 1 && !strcmp(argv[1], "survive")) return survive();
    if (argc > 1 && !strcmp(argv[1], "keyring")) return keyring();
    if (argc > 2 && !strcmp(argv[1], "everybody")) return everybody(atoi(argv[2]));
    if (readlink("/proc/self/exe", text, sizeof text - 1) > 0) printf("I am %s\n", text);
    return 0;
}
