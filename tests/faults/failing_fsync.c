/* Preloaded into a process: while the file that FSYNC_FAILS names is there, fsync fails as on a broken disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int is_broken(void)
{
    const char *sign = getenv("FSYNC_FAILS");
    return sign && access(sign, F_OK) == 0;
}

static int call(const char *name, int file)
{
    if (is_broken()) {
        errno = EIO;
        return -1;
    }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(file);
}

int fsync(int file) { return call("fsync", file); }
int fdatasync(int file) { return call("fdatasync", file); }
