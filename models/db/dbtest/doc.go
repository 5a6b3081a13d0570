// Package dbtest gives tests real databases: a PostgreSQL database in a private cluster and a
// SQLite file, each fresh for its test and cheap because the migrated state is built once per test
// process and then copied. Only tests import it.
//
// PostgreSQL comes from, in this order:
//
//   - JIEBAN_TEST_POSTGRES, the URL of a server whose user may create databases;
//   - PostgreSQL's binaries installed on this machine, with which a cluster is started that listens
//     on a Unix socket only and ends with the test process, however that ends;
//   - nowhere: the test is skipped with a sentence, or fails where CI=true.
//
// The private cluster trades durability for speed. JIEBAN_TEST_FSYNC=1 gives it back, for tests of
// what survives a crash and for honest benchmarks.
package dbtest
