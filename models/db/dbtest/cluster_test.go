//go:build unix

package dbtest

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary play the process whose end the tests below watch.
func TestMain(m *testing.M) {
	if play := os.Getenv("JIEBAN_DBTEST_PLAY"); play != "" {
		os.Exit(playChild(play))
	}
	Main(m)
}

// playChild starts a cluster as any test would, prints its URL and then waits until its input is
// closed, or exits at once without a word to the cluster.
func playChild(play string) int {
	address, _, err := startCluster()
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(address)
	if play == "wait" {
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
	return 0
}

func TestClusterEndsWithAKilledProcess(t *testing.T) {
	t.Parallel()
	needPostgres(t)
	child, address := startChild(t, "wait", nil)
	server := serverOf(t, address)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	server.gone(t)
}

func TestClusterEndsWithAProcessThatHasNoTestMain(t *testing.T) {
	t.Parallel()
	needPostgres(t)
	child, address := startChild(t, "exit", nil)
	if err := child.Wait(); err != nil {
		t.Fatal(err)
	}
	(&postgresProcess{dir: socketOf(t, address)}).gone(t)
}

func TestTwoProcessesHaveAClusterEach(t *testing.T) {
	t.Parallel()
	needPostgres(t)
	_, first := startChild(t, "wait", nil)
	_, second := startChild(t, "wait", nil)
	if first == second {
		t.Fatalf("both processes use %s", first)
	}
	for _, address := range []string{first, second} {
		if err := ping(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestClusterStartsForAnOrdinaryUser(t *testing.T) {
	t.Parallel()
	needPostgres(t)
	if os.Geteuid() != 0 {
		t.Log("the other tests of this file run as an ordinary user already")
		return
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(nobody.Uid)
	gid, _ := strconv.Atoi(nobody.Gid)
	_, address := startChild(t, "wait", &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)})
	owner, err := os.Stat(socketOf(t, address))
	if err != nil {
		t.Fatal(err)
	}
	if got := owner.Sys().(*syscall.Stat_t).Uid; int(got) != uid {
		t.Errorf("the cluster belongs to user %d, want %d", got, uid)
	}
}

func TestClusterThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	for _, name := range []string{"initdb", "postgres"} {
		script := "#!/bin/sh\necho the disk is full >&2\nexit 1\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	_, _, err := runKeeper(bin, dir, nil)
	if err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Fatalf("got %v, want what the server said", err)
	}
}

func TestServerGivenByURLIsUsedAndLeftClean(t *testing.T) {
	// Not parallel: it takes the place of the server that the other tests share.
	needPostgres(t)
	Stop()
	defer Stop()
	_, given := startChild(t, "wait", nil)
	t.Setenv("JIEBAN_TEST_POSTGRES", given)
	t.Run("a test", func(t *testing.T) {
		address := Template(t, "empty", func(string) {})
		if socketOf(t, address) != socketOf(t, given) {
			t.Errorf("the database is at %s, want at %s", address, given)
		}
	})
	Stop()
	left, err := testDatabases(open(t, given))
	if err != nil || len(left) != 0 {
		t.Errorf("left on the server: %v, %v", left, err)
	}
}

func TestNewestVersionWins(t *testing.T) {
	t.Parallel()
	for folder, want := range map[string]int{
		"/usr/lib/postgresql/15/bin": 15, "/usr/lib/postgresql/9.6/bin": 0, "/opt/homebrew/opt/postgresql@17/bin": 17, "/usr/local/pgsql/bin": 0,
	} {
		if got := version(folder); got != want {
			t.Errorf("version of %s: %d, want %d", folder, got, want)
		}
	}
}

// needPostgres skips or fails a test as Postgres does, for those that start a cluster themselves.
func needPostgres(t *testing.T) {
	t.Helper()
	if _, err := findBinaries(); err != nil {
		missing(t, err)
	}
}

// startChild runs this test binary as another process, which prints its cluster's URL. It is killed
// with the test.
func startChild(t *testing.T, play string, as *syscall.Credential) (*exec.Cmd, string) {
	t.Helper()
	child := exec.Command(binaryFor(t, as))
	child.Dir = "/"
	child.Env = []string{"PATH=" + os.Getenv("PATH"), "JIEBAN_DBTEST_PLAY=" + play}
	child.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	child.Stderr = os.Stderr
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = child.Process.Kill()
		_ = child.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "postgres://") {
		t.Fatalf("the child said %q, %v", line, err)
	}
	return child, strings.TrimSpace(line)
}

// binaryFor returns this test binary, copied to where another user may run it.
func binaryFor(t *testing.T, as *syscall.Credential) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if as == nil {
		return self
	}
	dir, err := os.MkdirTemp("/tmp", "jieban-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	content, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "dbtest.test")
	if err := os.WriteFile(copied, content, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return copied
}

// postgresProcess is a running cluster as the operating system sees it.
type postgresProcess struct {
	dir string
	pid int // 0: not looked up
}

func serverOf(t *testing.T, address string) *postgresProcess {
	t.Helper()
	dir := socketOf(t, address)
	content, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); err != nil {
		t.Fatalf("the server %d does not run: %v", pid, err)
	}
	return &postgresProcess{dir, pid}
}

// gone waits until neither the server nor its folder is left.
func (p *postgresProcess) gone(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		_, folder := os.Stat(p.dir)
		if os.IsNotExist(folder) && (p.pid == 0 || syscall.Kill(p.pid, 0) != nil) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("20 s after its test process the server %d or its folder %s is still there", p.pid, p.dir)
}

func socketOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("host")
}
