/* SPDX-License-Identifier: MIT */
#include "sys/fault.h"

#include <errno.h>
#include <stdlib.h>
#include <uv.h>

struct fault {
    int number;
    enum error_code code;
    const char *reason;
    const char *text;
};

static const struct fault faults[] = {
    {ENOENT, ERROR_NOT_FOUND, "NO_SUCH_FILE", "no such file or directory"},
    {ENOTDIR, ERROR_NOT_FOUND, "NO_SUCH_FILE", "a part of the path is not a directory"},
    {EISDIR, ERROR_INVALID, "IO", "is a directory"},
    {EACCES, ERROR_DENIED, "NO_PERMISSION", "permission denied"},
    {EPERM, ERROR_DENIED, "NO_PERMISSION", "not permitted"},
    {EROFS, ERROR_DENIED, "NO_PERMISSION", "the file system is read-only"},
    {ENOSPC, ERROR_UNAVAILABLE, "DISK_FULL", "no space left on device"},
    {EDQUOT, ERROR_UNAVAILABLE, "DISK_FULL", "the disk quota is used up"},
    {EFBIG, ERROR_LIMIT, "TOO_LARGE", "the file would become too large"},
    {EEXIST, ERROR_CONFLICT, "EXISTS", "exists already"},
    {ENAMETOOLONG, ERROR_INVALID, "NAME_TOO_LONG", "the name is too long"},
    {EMFILE, ERROR_UNAVAILABLE, "TOO_MANY_FILES", "too many open files"},
    {ENFILE, ERROR_UNAVAILABLE, "TOO_MANY_FILES", "too many open files in the system"},
    {EADDRINUSE, ERROR_CONFLICT, "IN_USE", "the address is already in use"},
    {EADDRNOTAVAIL, ERROR_INVALID, "NO_SUCH_ADDRESS", "this machine has no such address"},
    {ECONNREFUSED, ERROR_UNAVAILABLE, "CONNECTION_REFUSED", "nothing listens there"},
    {ECONNRESET, ERROR_UNAVAILABLE, "CONNECTION_LOST", "the peer closed the connection"},
    {EPIPE, ERROR_UNAVAILABLE, "CONNECTION_LOST", "the peer closed the connection"},
    {ENOTCONN, ERROR_UNAVAILABLE, "CONNECTION_LOST", "the connection is gone"},
    {ETIMEDOUT, ERROR_TIMEOUT, "CONNECT_TIMEOUT", "no answer in time"},
    {EHOSTUNREACH, ERROR_UNAVAILABLE, "CONNECTION_REFUSED", "the machine cannot be reached"},
    {ENETUNREACH, ERROR_UNAVAILABLE, "CONNECTION_REFUSED", "the network cannot be reached"},
    {-UV_EAI_NONAME, ERROR_NOT_FOUND, "NO_SUCH_HOST", "the name is not known"},
    {-UV_EAI_NODATA, ERROR_NOT_FOUND, "NO_SUCH_HOST", "the name has no address"},
    {-UV_EAI_AGAIN, ERROR_UNAVAILABLE, "NO_SUCH_HOST", "the name service does not answer"},
    {-UV_EAI_FAIL, ERROR_UNAVAILABLE, "NO_SUCH_HOST", "the name service failed"},
};

bool fault_set(struct error *e, int number, const char *what)
{
    int n = abs(number);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (faults[i].number == n)
            return error_set(e, faults[i].code, faults[i].reason, "%s: %s", what, faults[i].text);
    return error_set(e, ERROR_UNAVAILABLE, "IO", "%s: input/output error (%s)", what,
                     uv_err_name(-n));
}
