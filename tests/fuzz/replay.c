/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stands in for libFuzzer where it is not built in: gives every file of a
 * folder, the kept corpus, to the target once, and an empty input before. A
 * finding of the fuzzer is thus a test from the day it is put there. */

#include <stdio.h>
#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
replay (const gchar *folder, const gchar *name)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autofree gchar *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize size = 0;

  if (!g_file_get_contents (path, &contents, &size, &error)) {
    g_printerr ("%s\n", error->message);
    return FALSE;
  }
  /* Names the culprit when the next line does not return. */
  g_printerr ("%s\n", path);
  LLVMFuzzerTestOneInput ((const guint8 *) contents, size);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const gchar *name;
  guint passed = 0, failed = 0;

  if (argc != 2) {
    g_printerr ("usage: %s CORPUS\n", argv[0]);
    return 2;
  }
  dir = g_dir_open (argv[1], 0, &error);
  if (dir == NULL) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  LLVMFuzzerTestOneInput ((const guint8 *) "", 0);
  while ((name = g_dir_read_name (dir)) != NULL) {
    if (replay (argv[1], name))
      passed++;
    else
      failed++;
  }
  printf ("%u passed, %u failed\n", passed, failed);
  return passed == 0 || failed > 0;
}
