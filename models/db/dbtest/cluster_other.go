//go:build !unix

package dbtest

// startCluster starts nothing where a cluster could not be tied to the life of the tests; such a
// machine names a server in JIEBAN_TEST_POSTGRES.
func startCluster() (string, func(), error) {
	return "", nil, errNoPostgres
}
