/* output.c — what the program prints on stdout and stderr, so that the log shows
 * it where it happened. */
#define _GNU_SOURCE 1
#undef _FORTIFY_SOURCE
#ifndef __NO_INLINE__
#define __NO_INLINE__ 1 /* else <stdio.h> has functions of these names */
#endif
#include "next.h"
#include "record.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { MOST = 500 };

static void record_text(int fd, const char *text, size_t length)
{
    uint64_t part[6] = {(uint64_t)fd, length};

    if (!recording_began() || length == 0)
        return;
    if (length > MOST)
        length = MOST;
    part[1] = length;
    for (size_t done = 0, room = 32; done < length || done == 0; room = 48) {
        size_t n = length - done < room ? length - done : room;

        memcpy((char *)part + sizeof part - room, text + done, n);
        record(done ? BYTES : OUTPUT, part[0], part[1], part[2], part[3],
               part[4], part[5]);
        done += n;
        memset(part, 0, sizeof part);
    }
}

/* Its descriptor, if it is one of the two; else -1. */
static int output_of(const FILE *file)
{
    return file == stdout ? 1 : file == stderr ? 2 : -1;
}

NEXT(vfprintf)
static int print(FILE *file, const char *format, va_list args)
{
    char text[MOST + 1];
    va_list again;
    int length;

    if (output_of(file) > 0 && recording_began()) {
        va_copy(again, args);
        /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): not so */
        length = vsnprintf(text, sizeof text, format, again);
        va_end(again);
        if (length > 0)
            record_text(output_of(file), text,
                        length < MOST ? (size_t)length : MOST);
    }
    return next_vfprintf()(file, format, args);
}

int vfprintf(FILE *file, const char *format, va_list args)
{
    return print(file, format, args);
}

int vprintf(const char *format, va_list args)
{
    return print(stdout, format, args);
}

int printf(const char *format, ...)
{
    va_list args;
    int status;

    va_start(args, format);
    status = print(stdout, format, args);
    va_end(args);
    return status;
}

int fprintf(FILE *file, const char *format, ...)
{
    va_list args;
    int status;

    va_start(args, format);
    status = print(file, format, args);
    va_end(args);
    return status;
}

/* What a program that was compiled with _FORTIFY_SOURCE calls. */
int __printf_chk(int flag, const char *format, ...);
int __printf_chk(int flag, const char *format, ...)
{
    va_list args;
    int status;

    (void)flag;
    va_start(args, format);
    status = print(stdout, format, args);
    va_end(args);
    return status;
}

int __fprintf_chk(FILE *file, int flag, const char *format, ...);
int __fprintf_chk(FILE *file, int flag, const char *format, ...)
{
    va_list args;
    int status;

    (void)flag;
    va_start(args, format);
    status = print(file, format, args);
    va_end(args);
    return status;
}

static void record_char(int c, const FILE *file)
{
    char text = (char)c;

    record_text(output_of(file), &text, output_of(file) < 0 ? 0 : 1);
}

NEXT(puts)
int puts(const char *text)
{
    record_text(1, text, strlen(text));
    record_char('\n', stdout);
    return next_puts()(text);
}

NEXT(fputs)
int fputs(const char *text, FILE *file)
{
    record_text(output_of(file), text, output_of(file) < 0 ? 0 : strlen(text));
    return next_fputs()(text, file);
}

NEXT(fwrite)
size_t fwrite(const void *from, size_t size, size_t count, FILE *file)
{
    record_text(output_of(file), from, output_of(file) < 0 ? 0 : size * count);
    return next_fwrite()(from, size, count, file);
}

NEXT(putchar)
int putchar(int c)
{
    record_char(c, stdout);
    return next_putchar()(c);
}

NEXT(putc)
int putc(int c, FILE *file)
{
    record_char(c, file);
    return next_putc()(c, file);
}

NEXT(fputc)
int fputc(int c, FILE *file)
{
    record_char(c, file);
    return next_fputc()(c, file);
}

NEXT(write)
ssize_t write(int fd, const void *from, size_t count)
{
    record_text(fd, from, fd == 1 || fd == 2 ? count : 0);
    return next_write()(fd, from, count);
}
