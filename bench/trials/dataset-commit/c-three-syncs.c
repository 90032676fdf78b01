// What the protocol of a data set asks of the system, and nothing else: a new file for each item, synced, and
// its directory, then a line at the end of a journal, synced, and a second name for the file.
#include <fcntl.h>
#include <unistd.h>

#include "driver.h"

static void run(void) {
  const char* directory = path_in("directory", ".");
  size_t commits = size_parameter("commits");
  char item[1050];
  char line[180];
  memset(item, 'x', sizeof item);
  memset(line, 'x', sizeof line);
  int journal = open(path_in("directory", "journal"), O_RDWR | O_CREAT | O_EXCL, 0666);
  int names = open(directory, O_RDONLY | O_DIRECTORY);
  if (journal < 0 || names < 0) fail("open");
  begin();
  for (size_t k = 0; k < commits; k++) {
    char path[4096];
    char alias[4096];
    snprintf(path, sizeof path, "%s/x_%zu.version.js", directory, k);
    snprintf(alias, sizeof alias, "%s/x_%zu.js", directory, k);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (file < 0) fail("open");
    if (write(file, item, sizeof item) != sizeof item) fail("write");
    if (fdatasync(file) != 0 || fsync(names) != 0) fail("sync");
    close(file);
    if (pwrite(journal, line, sizeof line, (off_t)(k * sizeof line)) != sizeof line) fail("pwrite");
    if (fdatasync(journal) != 0) fail("fdatasync");
    if (link(path, alias) != 0) fail("link");
  }
  end();
}
