#!/bin/bash
# machine.sh [HOST_DIRECTORY:DIRECTORY_INSIDE ...]
#
# Boots the installed systemd as PID 1 of namespaces of its own, on a copy-on-write view of this machine's root, so that whatever
# happens inside (packages, users, units) leaves nothing behind. Prints the manager's process id once it is up, and ends it when
# stdin ends. The directories named are bound in, read-only. Where it cannot boot it says why and exits 77.
# The network inside is a loopback interface of its own. The kernel's clock and /proc/sys are the host's: leave them alone.
set -eu

skip() {
  echo "$*" >&2
  exit 77
}

systemd=/lib/systemd/systemd
me=$(readlink -f "$0")

# What runs as PID 1 until it becomes systemd.
boot() {
  local work=$1 root=$1/root node share generator unit
  shift
  mount --make-rprivate /
  mount -t tmpfs -o mode=755 tmpfs "$work"
  mkdir "$work/changes" "$work/overlay" "$root"
  mount -t overlay -o "lowerdir=/,upperdir=$work/changes,workdir=$work/overlay" overlay "$root"

  mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
  mount -t sysfs -o nosuid,nodev,noexec,ro sysfs "$root/sys"
  mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
  mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$root/run"
  mount -t tmpfs -o mode=755,nosuid,noexec tmpfs "$root/dev"
  for node in null zero full random urandom tty; do
    : >"$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
  done
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  ln -s fd/0 "$root/dev/stdin"
  ln -s fd/1 "$root/dev/stdout"
  ln -s fd/2 "$root/dev/stderr"
  for share; do
    mkdir -p "$root${share#*:}"
    mount --bind -o ro "${share%%:*}" "$root${share#*:}"
  done

  # A machine of its own, with a journal in memory and none of the host's services.
  cd "$root/etc"
  tr -d - </proc/sys/kernel/random/uuid >machine-id
  echo machine >hostname
  rm -rf systemd/system/*.wants systemd/system/dbus-org*
  mkdir -p systemd/journald.conf.d systemd/system-generators tmpfiles.d
  printf '[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\nForwardToConsole=no\n' >systemd/journald.conf.d/machine.conf
  for generator in /lib/systemd/system-generators/*; do
    ln -sf /dev/null "systemd/system-generators/${generator##*/}"
  done
  for unit in getty.target systemd-logind.service systemd-remount-fs.service systemd-sysctl.service systemd-udevd.service \
    systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-modules-load.service \
    dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount; do
    ln -sf /dev/null "systemd/system/$unit"
  done
  ln -sf /dev/null tmpfiles.d/tmp.conf # it would empty /tmp, which may be where the shares are
  rm -f ../usr/sbin/policy-rc.d        # images of containers forbid packages to start services with it

  cd "$root"
  mkdir .host
  pivot_root . .host
  umount -l /.host
  rmdir /.host
  mount --make-rshared / # what units mount for themselves (credentials, a private /tmp) relies on propagation
  exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb \
    "$systemd" --system --unit=multi-user.target --log-target=journal --show-status=no
}

if [ "${1:-}" = --boot ]; then
  shift
  boot "$@"
fi

[ "$(id -u)" = 0 ] || skip "a real systemd can only be booted by root"
[ -x $systemd ] || skip "no $systemd here (apt-get install systemd)"
cgroups=$(findmnt --noheadings --first-only --output TARGET --types cgroup2) || skip "no cgroup2 file system is mounted here"
cgroup=$cgroups/machine-$$
why=$(mkdir "$cgroup" 2>&1) || skip "$why"
work=$(mktemp -d)

# The first child of the process that made the namespaces is PID 1 inside.
manager() { tr -d ' ' 2>/dev/null <"/proc/$unshare/task/$unshare/children"; }

# Nothing inside is worth a clean shutdown. When PID 1 of a namespace is killed, the kernel kills all the others in it.
finish() {
  kill -KILL "$unshare" 2>/dev/null || true # --kill-child
  wait "$unshare" 2>/dev/null || true
  for _ in $(seq 250); do
    find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null && break
    sleep 0.02
  done
  rm -rf "$work"
}

(
  echo $BASHPID >"$cgroup/cgroup.procs" # before the cgroup namespace is made, so that this one is its root
  exec setsid unshare --mount --pid --net --ipc --uts --cgroup --fork --kill-child "$me" --boot "$work" "$@" \
    </dev/null >"$work/log" 2>&1
) &
unshare=$!
trap finish EXIT
trap 'exit 143' TERM INT HUP

for _ in $(seq 500); do
  kill -0 $unshare 2>/dev/null || skip "cannot boot systemd in namespaces: $(cat "$work/log")"
  pid=$(manager) && [ -n "$pid" ] && [ -S "/proc/$pid/root/run/systemd/private" ] && break
  sleep 0.02
done
[ -S "/proc/$pid/root/run/systemd/private" ] || skip "systemd does not come up in namespaces: $(cat "$work/log")"
echo "$pid"
cat >/dev/null
