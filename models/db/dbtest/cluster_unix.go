//go:build unix

package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"syscall"
	"time"
)

// startLimit bounds how long a new cluster may take until it answers; 0.7 s is usual.
const startLimit = time.Minute

// keeper runs a cluster for as long as its standard input stays open. Only the test process holds
// the other end of that pipe, so the kernel closes it however the process ends, kill -9 included;
// and unlike a parent-death signal this also removes the folder.
const keeper = `
bin=$1 dir=$2
shift 2
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >&2 || { rm -rf "$dir"; exit 1; }
exec 3<&0
"$bin/postgres" -D "$dir/data" -k "$dir" "$@" >&2 3<&- &
server=$!
{ cat <&3; kill -QUIT $server; } >&2 &
wait $server
rm -rf "$dir"
`

// settings of the private cluster. The time zone is neither ours nor UTC on purpose: SQL that leans
// on the session's zone gives a wrong day here instead of on somebody's server.
func settings() []string {
	list := []string{
		"listen_addresses=", "max_connections=300", "shared_buffers=64MB", "timezone=America/New_York",
		"autovacuum=off", "jit=off", "wal_level=minimal", "max_wal_senders=0", "log_min_messages=fatal",
	}
	if os.Getenv("JIEBAN_TEST_FSYNC") != "1" {
		list = append(list, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	var args []string
	for _, setting := range list {
		args = append(args, "-c", setting)
	}
	return args
}

// startCluster starts a PostgreSQL cluster of this process's own and returns the URL of its
// maintenance database and the function that ends it.
func startCluster() (string, func(), error) {
	bin, err := findBinaries()
	if err != nil {
		return "", nil, err
	}
	credential, err := serverUser()
	if err != nil {
		return "", nil, err
	}
	// Not TMPDIR: a socket's path may have 103 bytes, and the server's user must be able to enter.
	dir, err := os.MkdirTemp("/tmp", "jieban-pg-")
	if err != nil {
		return "", nil, err
	}
	if credential != nil {
		if err := os.Chown(dir, int(credential.Uid), int(credential.Gid)); err != nil {
			return "", nil, errors.Join(err, os.RemoveAll(dir))
		}
	}
	return runKeeper(bin, dir, credential)
}

// runKeeper starts the keeper on an empty folder and waits until its cluster answers.
func runKeeper(bin, dir string, credential *syscall.Credential) (string, func(), error) {
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	defer log.Close()
	leash, alive, cmd, err := launch(bin, dir, credential, log)
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	defer alive.Close()
	stop := func() {
		_ = leash.Close()
		_ = cmd.Wait() // its exit code is the server's after SIGQUIT: of no interest
	}
	maintenance := (&url.URL{
		Scheme: "postgres", User: url.User("postgres"), Path: "/postgres",
		RawQuery: url.Values{"host": {dir}, "sslmode": {"disable"}}.Encode(),
	}).String()
	if err := waitUntilReady(maintenance, alive); err != nil {
		stop()
		said := make([]byte, 4096)
		n, _ := log.ReadAt(said, 0)
		return "", nil, fmt.Errorf("%w; it said:\n%s", err, said[:n])
	}
	return maintenance, stop, nil
}

// launch starts the keeper. Closing leash ends it; alive reads end-of-file once it has ended.
func launch(bin, dir string, credential *syscall.Credential, log *os.File) (leash, alive *os.File, cmd *exec.Cmd, err error) {
	stdin, leash, err := os.Pipe()
	if err != nil {
		return nil, nil, nil, err
	}
	defer stdin.Close()
	alive, stdout, err := os.Pipe()
	if err != nil {
		return nil, nil, nil, errors.Join(err, leash.Close())
	}
	defer stdout.Close()
	cmd = exec.Command("/bin/sh", append([]string{"-c", keeper, "keeper", bin, dir}, settings()...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=" + dir}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, log
	// A group of its own: Ctrl-C in a terminal reaches the tests, and the closing pipe the server.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: credential}
	if err := cmd.Start(); err != nil {
		return nil, nil, nil, errors.Join(err, leash.Close(), alive.Close())
	}
	return leash, alive, cmd, nil
}

// waitUntilReady returns once the server answers, or an error when it ended or took too long.
func waitUntilReady(maintenance string, alive *os.File) error {
	deadline := time.Now().Add(startLimit)
	for time.Now().Before(deadline) {
		if err := alive.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
			return err
		}
		if _, err := alive.Read(make([]byte, 1)); errors.Is(err, io.EOF) {
			return errors.New("PostgreSQL ended while it was starting")
		}
		if ping(maintenance) == nil {
			return nil
		}
	}
	return fmt.Errorf("PostgreSQL did not answer within %s", startLimit)
}

func ping(address string) error {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return db.PingContext(ctx)
}

// serverUser returns whom the server runs as: PostgreSQL refuses root, so root lends it to another
// user; nil means the user of the tests.
func serverUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody")
}

// findBinaries returns the folder that holds initdb and postgres: the one PATH leads to, else the
// newest where Debian and Homebrew put them, which is not on PATH.
func findBinaries() (string, error) {
	var folders []string
	if onPath, err := exec.LookPath("initdb"); err == nil {
		// A link on PATH may stand alone; the server lies beside what it points to.
		if real, err := filepath.EvalSymlinks(onPath); err == nil {
			folders = append(folders, filepath.Dir(real))
		}
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/pgsql/bin"} {
		found, _ := filepath.Glob(pattern) // fails on a malformed pattern only
		sort.Slice(found, func(i, j int) bool { return version(found[i]) > version(found[j]) })
		folders = append(folders, found...)
	}
	for _, folder := range folders {
		_, initdb := exec.LookPath(filepath.Join(folder, "initdb"))
		_, postgres := exec.LookPath(filepath.Join(folder, "postgres"))
		if initdb == nil && postgres == nil {
			return folder, nil
		}
	}
	return "", errNoPostgres
}

// version reads 15 from …/postgresql/15/bin and …/postgresql@15/bin, so that 15 is newer than 9.
func version(folder string) int {
	digits := filepath.Base(filepath.Dir(folder))
	for len(digits) > 0 && (digits[0] < '0' || digits[0] > '9') {
		digits = digits[1:]
	}
	number, _ := strconv.Atoi(digits) // no number: the oldest
	return number
}
